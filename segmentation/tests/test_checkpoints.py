import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from segmentation.checkpoints import (
    ModelCard,
    load_checkpoint,
    read_card,
    resolve_network,
    rewrite_card,
    save_checkpoint,
)
from segmentation.errors import CheckpointMismatch, NetworkUnavailable
from segmentation.networks import build_network


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return build_network("light").eval()


def card(**facts) -> ModelCard:
    return ModelCard(**({"name": "trial", "architecture": "light"} | facts))


def test_weights_and_card_come_back_as_they_went(network, tmp_path):
    written = card(threshold=0.4, mean=(0.1, 0.2, 0.3), data={"train": {"deck": {"photos": 3}}}, licence="drawn")
    save_checkpoint(tmp_path / "trial.safetensors", network, written)
    loaded, read = load_checkpoint(tmp_path / "trial.safetensors")
    assert read == written
    assert not loaded.training
    for name, tensor in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name
    assert [path.name for path in tmp_path.iterdir()] == ["trial.safetensors"]


def test_half_the_bytes_are_loaded_as_whole_numbers_again(network, tmp_path):
    for name, half in (("whole", False), ("half", True)):
        save_checkpoint(tmp_path / f"{name}.safetensors", network, card(), half=half)
    sizes = [(tmp_path / f"{name}.safetensors").stat().st_size for name in ("half", "whole")]
    assert sizes[0] < 0.55 * sizes[1]
    loaded, _ = load_checkpoint(tmp_path / "half.safetensors")
    assert {weight.dtype for weight in loaded.parameters()} == {torch.float32}


def test_a_card_is_rewritten_without_touching_the_weights(network, tmp_path):
    path = tmp_path / "trial.safetensors"
    save_checkpoint(path, network, card(), half=True)
    before = path.read_bytes()
    assert rewrite_card(path, threshold=0.25).threshold == read_card(path).threshold == 0.25
    after = path.read_bytes()
    assert body(before) == body(after)


def body(file: bytes) -> bytes:
    (header,) = struct.unpack("<Q", file[:8])
    return file[8 + header :]


def test_a_tensor_of_another_shape_is_named_with_both_shapes(network, tmp_path):
    tensors = network.state_dict() | {"head.weight": torch.zeros(1, 99, 1, 1)}
    save_file(tensors, tmp_path / "bent.safetensors", metadata={"hairline_card": card().to_json()})
    with pytest.raises(CheckpointMismatch, match=r"head\.weight is \(1, 99, 1, 1\), the network takes \(1, 16, 1, 1\)"):
        load_checkpoint(tmp_path / "bent.safetensors")


def test_missing_and_unknown_tensors_are_named(network, tmp_path):
    tensors = network.state_dict()
    tensors["tail.weight"] = tensors.pop("head.weight")
    save_file(tensors, tmp_path / "bent.safetensors", metadata={"hairline_card": card().to_json()})
    with pytest.raises(CheckpointMismatch, match=r"head\.weight is missing; tail\.weight is unknown"):
        load_checkpoint(tmp_path / "bent.safetensors")


def test_an_unknown_architecture_is_a_mismatch(network, tmp_path):
    save_checkpoint(tmp_path / "odd.safetensors", network, card(architecture="tiramisu"))
    with pytest.raises(CheckpointMismatch, match="tiramisu"):
        load_checkpoint(tmp_path / "odd.safetensors")


def test_no_other_kind_of_file_is_opened(network, tmp_path):
    path = tmp_path / "network.pt"
    torch.save(network.state_dict(), path)
    with pytest.raises(NetworkUnavailable, match=r"only \.safetensors"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "unpack"),
        (b"\xff" * 64, "header is too large"),
        (struct.pack("<Q", 4) + b"nope", "Expecting value"),
        (struct.pack("<Q", 2) + b"{}", "no Hairline model card"),
        (struct.pack("<Q", 2) + b"[]", "has no attribute"),
    ],
)
def test_a_damaged_file_is_unavailable_and_never_a_traceback(tmp_path, content, reason):
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(content)
    with pytest.raises(NetworkUnavailable, match=reason):
        load_checkpoint(path)


def test_a_file_cut_short_behind_its_card_is_unavailable(network, tmp_path):
    path = tmp_path / "short.safetensors"
    save_checkpoint(path, network, card())
    path.write_bytes(path.read_bytes()[:-100])
    assert read_card(path).name == "trial"
    with pytest.raises(NetworkUnavailable, match="damaged"):
        load_checkpoint(path)


@pytest.mark.parametrize("text", ["[]", "{}", '{"name": "x"}', "nothing"])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(ValueError):
        ModelCard.from_json(text)


def test_a_card_of_a_later_version_is_read(network):
    later = json.loads(card().to_json()) | {"colour": "blue"}
    assert ModelCard.from_json(json.dumps(later)) == card()


def test_networks_are_found_by_name_and_by_path(tmp_path):
    assert resolve_network("default").name == "default.safetensors"
    own = tmp_path / "own.safetensors"
    own.touch()
    assert resolve_network(str(own)) == own
    for wrong in (tmp_path / "none.safetensors", tmp_path, "", Path("/")):
        with pytest.raises(NetworkUnavailable):
            resolve_network(wrong)


def test_half_the_bytes_keep_the_variances_of_norms(network, tmp_path):
    tiny = {name: tensor * 0 + 1e-9 for name, tensor in network.state_dict().items() if name.endswith("running_var")}
    network.load_state_dict(network.state_dict() | tiny)
    save_checkpoint(tmp_path / "half.safetensors", network, card(), half=True)
    loaded = load_checkpoint(tmp_path / "half.safetensors")[0].state_dict()
    assert tiny and all(torch.equal(loaded[name], tensor) for name, tensor in tiny.items())
