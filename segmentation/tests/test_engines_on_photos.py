"""The engines agree on real photos, and tiles with the whole photo where no tile ends nearby."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from segmentation.checkpoints import ModelCard, resolve_network, save_checkpoint
from segmentation.engines import Engine, load_engine, processor_has_bf16
from segmentation.networks import build_network
from segmentation.tiling import fit_tiles, predict_tiled

PHOTOS = Path(__file__).parents[3] / "shared" / "data"
DEFAULT = resolve_network("default")
CRACKED = ("deepcrack", "crack500_full640", "cfd")
EDGE_PX = 288
"""So far into a tile the default network's answers depend on what lies beyond its edge."""

pytestmark = [
    pytest.mark.skipif(not (PHOTOS / "manifest.csv").is_file(), reason="real photos are not here"),
    pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO is not installed"),
]
needs_bf16 = pytest.mark.skipif(not processor_has_bf16(), reason="this processor has no bfloat16")


def tiles(side: int, count: int = 3) -> np.ndarray:
    """The upper left corners of the first photos of three sets with cracks, uint8 (n, side, side, 3)."""
    paths = [path for name in CRACKED for path in sorted((PHOTOS / name / "images").glob("*.jpg"))[:count]]
    corners = [np.asarray(Image.open(path).convert("RGB"))[:side, :side] for path in paths]
    return np.stack([corner for corner in corners if corner.shape[:2] == (side, side)])


@cache
def engine(path: Path, device: str, precision: str) -> Engine:
    return load_engine(path, device, precision=precision)


def mask_iou(one: np.ndarray, other: np.ndarray, threshold: float) -> float:
    return float(((one >= threshold) & (other >= threshold)).sum() / ((one >= threshold) | (other >= threshold)).sum())


def test_the_default_network_gives_the_same_probabilities_on_both_engines():
    photos = tiles(320)
    plain, compiled = (engine(DEFAULT, device, "f32").predict(photos) for device in ("torch-cpu", "openvino"))
    assert plain.max() > 0.9
    assert np.abs(plain - compiled).max() <= 0.02


@needs_bf16
@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_the_default_network_draws_the_same_masks_with_fewer_bits(precision):
    photos = tiles(320)
    threshold = engine(DEFAULT, "openvino", "f32").card.threshold
    exact, rounded = (engine(DEFAULT, "openvino", bits).predict(photos) for bits in ("f32", precision))
    assert (exact >= threshold).sum() > 1000
    assert mask_iou(exact, rounded, threshold) >= 0.99


@pytest.mark.parametrize("name", ["unet-vgg16", "unet-resnet101"])
def test_large_networks_give_the_same_probabilities_on_both_engines(name, tmp_path):
    # None is shipped: random weights with settled norms, so that the answers differ from pixel to pixel.
    torch.manual_seed(7)
    network = build_network(name)
    save_checkpoint(tmp_path / "n.safetensors", network, ModelCard(name, name, tile=256))
    photos = tiles(256, count=1)
    plain, compiled = (
        load_engine(tmp_path / "n.safetensors", device, precision="f32").predict(photos)
        for device in ("torch-cpu", "openvino")
    )
    assert plain.std() > 0
    assert np.abs(plain - compiled).max() <= 0.02


def test_tiles_and_the_whole_photo_agree_away_from_where_tiles_end():
    whole = np.asarray(Image.open(PHOTOS / "drone" / "DJI_0018.JPG").convert("RGB"))[600:1880, 1000:2312]
    height, width = whole.shape[:2]
    eye = engine(DEFAULT, "openvino", "f32")
    plan = fit_tiles(width, height, tile=eye.card.tile + 256, overlap=eye.card.overlap, step=eye.step)
    assert len(plan) > 1
    tiled = predict_tiled(whole, eye.predict, plan, batch=1).astype(np.float32) / 255
    away = np.ones((height, width), bool)
    for left in plan.lefts:
        for edge in (left, left + plan.tile_width):
            if 0 < edge < width:
                away[:, max(0, edge - EDGE_PX) : edge + EDGE_PX] = False
    for top in plan.tops:
        for edge in (top, top + plan.tile_height):
            if 0 < edge < height:
                away[max(0, edge - EDGE_PX) : edge + EDGE_PX] = False
    assert away.mean() > 0.05
    at_once = eye.predict(whole[None])[0]
    assert at_once.max() > 0.5
    assert np.abs(tiled - at_once)[away].max() <= 0.02
