"""The map is written as it is, by whatever reads PNG."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from worker.maps import write_grey_png


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
