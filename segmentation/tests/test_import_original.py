import os

import numpy as np
import pytest
import torch
from PIL import Image

from segmentation.__main__ import main
from segmentation.checkpoints import load_checkpoint, read_card, rewrite_card
from segmentation.images import read_image
from segmentation.inference import CrackSegmenter
from segmentation.tests.drawn_sets import draw_pair
from segmentation.tests.published_networks import resnet_answer, resnet_weights, vgg16_answer, vgg16_weights


@pytest.fixture(scope="module")
def weights():
    return vgg16_weights()


@pytest.fixture(scope="module")
def checkpoint(weights, tmp_path_factory):
    """A file as train_unet.py writes it: a state beside numbers, the training loss a tensor still on its graph."""
    path = tmp_path_factory.mktemp("original") / "model_best.pt"
    loss = (torch.ones(1, requires_grad=True) * 0.07).sum()
    torch.save({"model": weights, "epoch": 9, "valid_loss": 0.061, "train_loss": loss}, path)
    return path


@pytest.fixture(scope="module")
def imported(checkpoint, tmp_path_factory):
    out = tmp_path_factory.mktemp("imported") / "new" / "vgg.safetensors"
    assert run(checkpoint, out) == 0
    return out


def run(file, out, *words):
    return main(["import-original", str(file), "--out", str(out), *words])


def test_an_imported_network_answers_as_the_original(imported, weights):
    network, _ = load_checkpoint(imported)
    pixels = torch.randn(1, 3, 64, 32)
    with torch.inference_mode():
        assert (network(pixels) - vgg16_answer(weights, pixels)).abs().max() <= 1e-4


def test_the_card_says_where_the_weights_come_from_and_what_is_not_known(imported, checkpoint):
    card = read_card(imported)
    assert (card.architecture, card.threshold, card.parameters) == ("original-vgg16", 0.2, 29_306_465)
    assert (card.mean, card.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    assert card.tile % 64 == 0
    assert "no licence" in card.licence and "not chosen on validation" in card.protocol
    assert "model_best.pt" in card.trained_on and str(checkpoint.parent) not in card.to_json()
    assert not card.metrics


def test_every_weight_is_stored_once(imported, checkpoint):
    assert imported.stat().st_size < checkpoint.stat().st_size


def test_a_photo_goes_through_an_imported_network(imported, weights, tmp_path):
    """Through the daily path, bytes in and bytes out, the answer is that of the published layers."""
    Image.fromarray(draw_pair(5, size=(64, 64))[0]).save(tmp_path / "wall.png")
    # A small tile, to be quick.
    rewrite_card(imported, tile=64, overlap=16)
    pixels = read_image(tmp_path / "wall.png").pixels
    segmentation = CrackSegmenter.load(imported, "torch-cpu").segment(pixels)
    mean, std = (np.array(numbers) for numbers in (read_card(imported).mean, read_card(imported).std))
    normalised = torch.from_numpy(((pixels / 255 - mean) / std).transpose(2, 0, 1)[None]).float()
    expected = vgg16_answer(weights, normalised).sigmoid()[0, 0].numpy() * 255
    assert segmentation.threshold == 0.2
    assert expected.std() > 5
    # bfloat16 where the processor has it
    assert np.abs(segmentation.probability - expected).max() <= 8


def test_a_resnet_behind_data_parallel_and_without_counters_is_recognised(tmp_path, capsys):
    weights = resnet_weights(34)
    old = {f"module.{name}": tensor for name, tensor in weights.items() if not name.endswith("num_batches_tracked")}
    torch.save({"check_point": old, "optimizer": {"param_groups": [{"lr": 0.1}]}}, tmp_path / "old.pt")
    assert run(tmp_path / "old.pt", tmp_path / "out.safetensors", "--threshold", "0.35") == 0
    assert "original-resnet34" in capsys.readouterr().out
    network, card = load_checkpoint(tmp_path / "out.safetensors")
    assert card.threshold == 0.35 and "default" not in card.protocol
    pixels = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert (network(pixels) - resnet_answer(weights, pixels, 34)).abs().max() <= 1e-4


@pytest.mark.parametrize("place", ["state_dict", None])
@pytest.mark.parametrize("zipped", [True, False])
def test_every_place_and_both_kinds_of_file_are_read(place, zipped, tmp_path, capsys):
    """The names are read and complained of: so far a checkpoint of a few tensors comes."""
    weights = {"encoder.28.weight": torch.zeros(512, 512, 3, 3)}
    path = tmp_path / "part.pt"
    torch.save({place: weights} if place else weights, path, _use_new_zipfile_serialization=zipped)
    assert run(path, tmp_path / "out.safetensors") == 1
    said = capsys.readouterr().err
    assert "center.block.1.conv.bias is missing" in said and "part of one" in said


class Trap:
    """Unpickled without care, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("key", ["model", "optimizer"])
def test_code_in_a_checkpoint_is_never_run(zipped, key, tmp_path, capsys):
    content = {"model": {"final.weight": torch.zeros(1)}} | {key: Trap(tmp_path / "sprung")}
    torch.save(content, tmp_path / "trap.pt", _use_new_zipfile_serialization=zipped)
    assert run(tmp_path / "trap.pt", tmp_path / "out.safetensors") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trap.pt"]
    said = capsys.readouterr().err
    assert "mkdir" in said and "could run code" in said and "torch.save(" in said
    # The trap does spring where nobody is careful, or this test would prove nothing.
    torch.load(tmp_path / "trap.pt", weights_only=False)
    assert (tmp_path / "sprung").is_dir()


def test_a_whole_pickled_network_is_refused_with_the_cure(tmp_path, capsys):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "whole.pt")
    assert run(tmp_path / "whole.pt", tmp_path / "out.safetensors") == 1
    assert "model.state_dict()" in capsys.readouterr().err


def test_the_wrong_network_is_named_with_the_right_one(checkpoint, tmp_path, capsys):
    out = tmp_path / "out.safetensors"
    out.write_bytes(b"somebody's")
    assert run(checkpoint, out, "--network", "original-resnet34") == 1
    said = capsys.readouterr().err
    assert "conv1.0.weight is (64, 3, 3, 3), the network takes (64, 3, 7, 7)" in said
    assert "names are those of original-vgg16: give that as --network" in said
    assert out.read_bytes() == b"somebody's"
    assert [path.name for path in tmp_path.iterdir()] == ["out.safetensors"]


def test_a_network_with_more_classes_is_named_by_its_last_layer(weights, tmp_path, capsys):
    three = weights | {"final.weight": torch.zeros(3, 32, 1, 1), "final.bias": torch.zeros(3)}
    torch.save({"model": three}, tmp_path / "three.pt")
    assert run(tmp_path / "three.pt", tmp_path / "out.safetensors") == 1
    said = capsys.readouterr().err
    assert "final.weight is (3, 32, 1, 1), the network takes (1, 32, 1, 1)" in said and "changed network" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged"),
        (b"no checkpoint", "damaged"),
        (None, "No such file"),
        ({"model": {"layer.weight": torch.zeros(2)}}, "“layer.weight”"),
        ({"epoch": 3}, "no weights"),
        ({"model": {}}, "no weights"),
        ({"model": {"a": torch.zeros(1), "b": 3}}, "no weights"),
        ([torch.zeros(1)], "no weights"),
    ],
)
def test_what_is_no_checkpoint_gets_a_sentence(content, words, tmp_path, capsys):
    path = tmp_path / "odd.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    assert run(path, tmp_path / "out.safetensors") == 1
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
    assert not (tmp_path / "out.safetensors").exists()


def test_a_file_cut_short_gets_a_sentence(checkpoint, tmp_path, capsys):
    (tmp_path / "short.pt").write_bytes(checkpoint.read_bytes()[:100_000])
    assert run(tmp_path / "short.pt", tmp_path / "out.safetensors") == 1
    assert "Download it again" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--threshold", "1"), ("--network", "unet-vgg16")])
def test_called_wrongly(words, checkpoint, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        run(checkpoint, tmp_path / "out.safetensors", *words)
    assert stopped.value.code == 2


def test_only_a_safetensors_file_is_written(checkpoint, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(checkpoint, tmp_path / "out.pt")
    assert stopped.value.code == 2 and "must end in .safetensors" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_gets_a_sentence(checkpoint, tmp_path, capsys):
    (tmp_path / "taken").write_bytes(b"")
    assert run(checkpoint, tmp_path / "taken" / "out.safetensors") == 1
    assert capsys.readouterr().err.count("\n") == 1
