"""The map is written as it is, by whatever reads PNG; the layer looks alike, whoever draws it."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from inspections.media.layers import draw_layer
from inspections.models import Finding
from segmentation.overlay import overlay_layer
from segmentation.results import Segmentation
from worker.maps import write_grey_png
from worker.tests.test_matching import bar


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (600, 5), (256, 256), (513, 300)])
def test_a_map_comes_back_from_its_file(shape):
    grey = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    grey[: shape[0] // 2] = 0
    out = BytesIO()
    write_grey_png(grey, out)
    with Image.open(out) as picture:
        picture.verify()
    with Image.open(out) as picture:
        assert (picture.format, picture.mode) == ("PNG", "L")
        assert np.array_equal(np.asarray(picture), grey)


def test_an_empty_wall_costs_next_to_nothing():
    out = BytesIO()
    write_grey_png(np.zeros((2000, 2000), np.uint8), out)
    assert out.tell() < 40_000


def test_the_layer_that_is_drawn_anew_looks_like_the_one_before():
    crack = bar(40, 900, 400, 6)
    seen = Segmentation(1000, 750, np.zeros((750, 1000), np.uint8), 0.5, (crack,), 0.0, 860.0, 1, "cpu")
    finding = Finding(path=crack.path, branches=[], width_mean_px=crack.width_mean_px)
    before = np.asarray(overlay_layer(seen, (512, 384)), int)
    with Image.open(BytesIO(draw_layer((1000, 750), [finding]))) as picture:
        after = np.asarray(picture, int)
    assert after.shape == before.shape
    assert np.abs(after[..., 3] - before[..., 3]).max() <= 1
    both = before[..., 3] > 200
    assert both.sum() > 1000 and np.abs(after[both] - before[both]).max() <= 2
