import logging
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from segmentation import engines
from segmentation.checkpoints import load_checkpoint, read_card, resolve_network
from segmentation.engines import Recipe, TorchEngine, fitting_batch, load_engine
from segmentation.errors import NetworkUnavailable
from segmentation.tests.drawn_sets import draw_pair

PATH = resolve_network("default")
needs_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO is not installed")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAIRLINE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def tiles():
    side = read_card(PATH).tile
    return np.stack([draw_pair(seed, size=(side, side))[0] for seed in (3, 4)])


@pytest.fixture(scope="module")
def exact(tiles):
    return load_engine(PATH, "torch-cpu", precision="f32").predict(tiles)


def agreement(left, right, level=0.5):
    """IoU of two answers' masks."""
    both, either = (left > level) & (right > level), (left > level) | (right > level)
    assert either.sum() > 500
    return both.sum() / either.sum()


def test_an_engine_finds_the_drawn_lines(exact, tiles):
    assert exact.shape == tiles.shape[:3] and exact.dtype == np.float32
    assert exact.min() >= 0 and exact.max() <= 1
    dark = tiles[..., 0] < 60
    assert exact[dark].mean() > 0.5 > 0.1 > exact[~dark].mean()


@needs_openvino
def test_openvino_gives_the_same_probabilities(exact, tiles):
    assert np.abs(load_engine(PATH, "openvino", precision="f32").predict(tiles) - exact).max() < 0.02


@pytest.mark.parametrize("device", [pytest.param("openvino", marks=needs_openvino), "torch-cpu"])
def test_half_the_bits_give_the_same_mask(device, exact, tiles):
    assert agreement(load_engine(PATH, device, precision="bf16").predict(tiles), exact) >= 0.99


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA card")
def test_cuda_gives_the_same_mask(exact, tiles):
    engine = load_engine(PATH, "cuda")
    assert "CUDA" in engine.device_label
    assert agreement(engine.predict(tiles), exact) >= 0.99


def test_tiles_do_not_influence_each_other(tiles):
    engine = load_engine(PATH, "cpu")
    together = engine.predict(np.concatenate([tiles, tiles]))
    apart = np.concatenate([engine.predict(tile[None]) for tile in tiles])
    assert np.abs(together[:2] - apart).max() < 0.01
    assert np.abs(together[2:] - apart).max() < 0.01


@needs_openvino
def test_the_processor_runs_openvino_and_keeps_what_it_compiled():
    engine = load_engine(PATH, "cpu")
    assert engine.device_label.startswith("CPU, OpenVINO") and engine.batch >= 1
    assert engine.card == read_card(PATH)
    assert any(engines.compiled_networks().iterdir())


@needs_openvino
def test_where_openvino_refuses_pytorch_answers_and_the_log_says_why(monkeypatch, caplog):
    def refuse(*args):
        raise RuntimeError("unknown instruction")

    monkeypatch.setattr("segmentation.engines.openvino.OpenVinoEngine", refuse)
    with caplog.at_level(logging.WARNING):
        assert load_engine(PATH, "cpu").device_label.startswith("CPU, PyTorch")
    assert "unknown instruction" in caplog.text
    with pytest.raises(NetworkUnavailable, match="unknown instruction"):
        load_engine(PATH, "openvino")


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NetworkUnavailable, match="NVIDIA"):
        load_engine(PATH, "cuda")
    with pytest.raises(NetworkUnavailable, match="torch-cpu"):
        load_engine(PATH, "abacus")


def test_a_processor_that_hides_its_flags_has_no_bf16(monkeypatch):
    monkeypatch.setattr(
        "segmentation.engines.processor.Path.read_text", lambda *args, **kwargs: (_ for _ in ()).throw(OSError())
    )
    assert engines.processor_has_bf16() is False
    assert "f32" in load_engine(PATH, "torch-cpu").device_label


def test_missing_memory_is_a_memory_error(monkeypatch, tiles):
    engine = load_engine(PATH, "torch-cpu")

    def full(tiles):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")

    monkeypatch.setattr(engine.recipe, "forward", full)
    with pytest.raises(MemoryError):
        engine.predict(tiles)


class SmallCard(TorchEngine):
    """A card that PyTorch does not have here: it holds `room` tiles at once, and is otherwise the processor."""

    def __init__(self, *args, room, **kwargs):
        self.room = room
        self.sizes = []
        super().__init__(*args, **kwargs)

    def _move(self, device):
        if device.type == "cuda":
            self.device, self.bf16, self.batch, self.device_label = device, False, 4, "card"
        else:
            super()._move(device)

    def _answer(self, tiles):
        if self.device.type == "cuda":
            if len(tiles) > self.room:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            self.sizes.append(len(tiles))
            device, self.device = self.device, torch.device("cpu")
            try:
                return super()._answer(tiles)
            finally:
                self.device = device
        return super()._answer(tiles)


@pytest.mark.parametrize(
    ("room", "sizes", "label"), [(8, [4, 1], "card"), (1, [1] * 5, "card"), (0, [], "CPU, PyTorch, f32")]
)
def test_a_card_without_memory_is_given_less_and_then_the_processor_goes_on(room, sizes, label, exact, tiles):
    network, card = load_checkpoint(PATH)
    engine = SmallCard(Recipe(network, card).eval(), card, torch.device("cuda"), "f32", room=room)
    answers = engine.predict(tiles[[0, 1, 0, 1, 0]])
    assert engine.sizes == sizes and engine.device_label == label
    assert np.abs(answers - exact[[0, 1, 0, 1, 0]]).max() < 1e-4


@pytest.mark.parametrize(
    ("free", "tile", "batch"),
    [(10_000, 100, 32), (10_000, 60, 64), (10_000, 5_000, 1), (10_000, 6_001, 1), (10**12, 1, 64), (1_000, 0, 64)],
)
def test_a_batch_takes_sixty_per_cent_of_free_memory_at_most(free, tile, batch):
    assert fitting_batch(free, tile) == batch
