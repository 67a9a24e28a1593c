"""Runs give the pieces that labelling every pixel gives."""

import numpy as np
import pytest
from scipy import ndimage

from segmentation.measurement.runs import Runs

CORNERS = np.ones((3, 3), bool)


def masks():
    rng = np.random.default_rng(11)
    for share in (0, 0.02, 0.3, 0.45, 0.6, 0.95, 1):
        yield rng.random((61, 83)) < share
    yield np.eye(50, dtype=bool)[:, ::-1]
    yield np.ones((1, 1), bool)


@pytest.mark.parametrize("corners", [True, False])
@pytest.mark.parametrize("rows", [1, 8, 512])
def test_pieces_are_those_of_labelling_every_pixel(corners, rows, monkeypatch):
    monkeypatch.setattr("segmentation.measurement.runs.BAND_ROWS", rows)
    for mask in masks():
        labels, _ = ndimage.label(mask, CORNERS if corners else None)
        runs = Runs.where(mask, lambda band: band)
        painted = np.zeros(mask.size, int)
        painted[runs.positions()] = np.repeat(runs.pieces(corners=corners), runs.lengths)
        assert np.array_equal(painted.reshape(mask.shape), labels)


def test_a_pixel_knows_its_run():
    mask = np.array([[0, 1, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]], bool)
    runs = Runs.where(mask, lambda band: band)
    rows, columns = np.indices(mask.shape)
    assert runs.at(rows, columns).tolist() == [[-1, 0, 0, -1], [1, -1, -1, 2], [-1, -1, -1, -1]]
    nothing = Runs.where(np.zeros((2, 3), bool), lambda band: band)
    assert nothing.at(np.array([0, 1]), np.array([0, 2])).tolist() == [-1, -1]
