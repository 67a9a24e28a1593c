"""Loaded networks: each one once, and only with the bytes that were registered."""

import hashlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from inspections.models import Network
from inspections.services.storage import media_path
from segmentation.errors import NetworkUnavailable
from worker import segmenter
from worker.segmenter import MOST_LOADED, get_segmenter


@pytest.fixture(autouse=True)
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every load of a network, in place of torch."""
    loaded: list[Path] = []

    def load(path: Path, device: str) -> SimpleNamespace:
        loaded.append(path)
        return SimpleNamespace(path=path, device=device)

    module = ModuleType("segmentation.inference")
    module.CrackSegmenter = SimpleNamespace(load=load)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "segmentation.inference", module)
    monkeypatch.setattr(segmenter, "_loaded", type(segmenter._loaded)())
    return loaded


def network(number: int) -> Network:
    data = f"weights {number}".encode()
    row = Network(name=f"n{number}", file=f"networks/{number}.safetensors", sha256=hashlib.sha256(data).hexdigest())
    path = media_path(row.file.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return row


def test_a_network_is_loaded_once(loads: list[Path], settings) -> None:
    settings.SEGMENTATION_DEVICE = "torch-cpu"
    first = get_segmenter(network(1))
    assert get_segmenter(network(1)) is first
    assert loads == [media_path("networks/1.safetensors")] and first.device == "torch-cpu"


def test_the_one_used_longest_ago_makes_room(loads: list[Path]) -> None:
    for number in range(MOST_LOADED):
        get_segmenter(network(number))
    get_segmenter(network(0))
    get_segmenter(network(99))
    get_segmenter(network(0))
    assert len(loads) == MOST_LOADED + 1
    get_segmenter(network(1))
    assert len(loads) == MOST_LOADED + 2


def test_changed_bytes_are_not_used(loads: list[Path]) -> None:
    changed = network(1)
    media_path(changed.file.name).write_bytes(b"other weights")
    with pytest.raises(NetworkUnavailable, match="changed since it was registered"):
        get_segmenter(changed)
    assert loads == []


def test_a_missing_file_is_named_and_comes_back(loads: list[Path]) -> None:
    missing = network(1)
    path = media_path(missing.file.name)
    aside = path.rename(path.with_suffix(".aside"))
    with pytest.raises(NetworkUnavailable, match="its file is missing"):
        get_segmenter(missing)
    aside.rename(path)
    assert get_segmenter(missing).path == path
