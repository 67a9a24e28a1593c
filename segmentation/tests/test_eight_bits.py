"""Convolutions in 8 bits: which take part, what they give, and when the card is written."""

from importlib.util import find_spec

import pytest
import torch
from PIL import Image

from segmentation.__main__ import main
from segmentation.checkpoints import ModelCard, load_checkpoint, read_card, resolve_network, save_checkpoint
from segmentation.engines import Recipe, in_eight_bits, input_ranges, load_engine
from segmentation.networks import build_network
from segmentation.tests.drawn_sets import draw_pair

DEFAULT = resolve_network("default")
needs_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO is not installed")


@pytest.fixture(scope="module")
def recipe():
    network, card = load_checkpoint(DEFAULT)
    return Recipe(network, card).eval()


@pytest.fixture(scope="module")
def photo():
    return draw_pair(5, size=(256, 256))[0]


def test_only_heavy_convolutions_take_part(recipe, photo):
    names = input_ranges(recipe, [photo])
    assert names and all(name.startswith("convolutions.") for name in names)
    assert all(low <= 0 <= high for low, high in names.values())


def test_rounding_hardly_changes_what_is_seen_and_leaves_the_network_alone(recipe, photo):
    tile = torch.from_numpy(photo[None])
    with torch.inference_mode():
        exact = recipe(tile)
        rounded = in_eight_bits(recipe, input_ranges(recipe, [photo]))(tile)
        assert torch.equal(recipe(tile), exact)
    assert 0 < (rounded - exact).abs().max() < 0.3
    assert (rounded - exact).abs().mean() < 0.01


def test_names_of_another_network_are_refused(recipe):
    with pytest.raises(KeyError, match="no_such"):
        in_eight_bits(recipe, {"no_such": (0, 1)})
    with pytest.raises(KeyError, match="encoder"):
        in_eight_bits(recipe, {"encoder": (0, 1)})


@needs_openvino
def test_the_shipped_network_computes_in_eight_bits_where_asked():
    assert read_card(DEFAULT).inputs
    assert "int8" in load_engine(DEFAULT, "openvino", precision="int8").device_label
    assert "int8" not in load_engine(DEFAULT, "openvino", precision="bf16").device_label


@needs_openvino
def test_a_card_is_written_and_the_weights_stay(tmp_path, photo):
    torch.manual_seed(2)
    network = build_network("light")
    path = tmp_path / "light.safetensors"
    save_checkpoint(path, network, ModelCard("light", "light", tile=128, threshold=0.5))
    for kind in ("images", "masks"):
        (tmp_path / "data" / kind).mkdir(parents=True)
    rows = ["set,stem,group,split,surface,licence"]
    for number in range(4):
        pixels, mask = draw_pair(number, size=(128, 128))
        Image.fromarray(pixels).save(tmp_path / "data" / "images" / f"p{number}.png")
        Image.fromarray(mask).save(tmp_path / "data" / "masks" / f"p{number}.png")
        rows.append(f"drawn,p{number},g{number},val,concrete,own")
    (tmp_path / "data" / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    before = {name: tensor.clone() for name, tensor in load_checkpoint(path)[0].state_dict().items()}
    words = ["quantise", "--network", str(path), "--data", str(tmp_path / "data"), "--photos", "2", "--checks", "2"]
    written = main(words) == 0
    assert bool(read_card(path).inputs) == written
    after = load_checkpoint(path)[0].state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_quantising_without_data_says_so(tmp_path, capsys):
    assert main(["quantise", "--network", "default", "--data", str(tmp_path)]) == 1
    assert "no photo" in capsys.readouterr().err
