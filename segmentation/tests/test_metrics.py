import numpy as np
import pytest

from segmentation.metrics import (
    PixelCounts,
    cl_iou,
    count_centre_lines,
    count_pixels,
    counts_from_level,
    level_histogram,
)


def mask(*rows):
    return np.array([[character == "#" for character in row] for row in rows])


def line(column, width=1, size=40):
    drawn = np.zeros((size, size), bool)
    drawn[:, column : column + width] = True
    return drawn


def test_pixels_are_counted_by_kind():
    counts = count_pixels(mask("##..", "...."), mask("#.#.", "..#."))
    assert counts == PixelCounts(tp=1, fp=1, fn=2, tn=4)
    assert counts.found == 1
    assert counts.precision == 1 / 2
    assert counts.recall == 1 / 3
    assert counts.iou == 1 / 4
    assert counts.f1 == pytest.approx(2 * 1 / (2 * 1 + 1 + 2))


def test_counts_are_pooled_before_they_are_scored():
    large = PixelCounts(tp=90, fp=10, fn=10, tn=0)
    small = PixelCounts(tp=0, fp=0, fn=10, tn=90)
    total = sum([large, small], PixelCounts())
    assert (total.tp, total.fp, total.fn, total.tn, total.found) == (90, 10, 20, 90, 90)
    assert total.recall == 90 / 110


@pytest.mark.parametrize(
    ("counts", "f1", "iou"),
    [
        (PixelCounts(tn=9), 1.0, 1.0),
        (PixelCounts(fp=3, tn=6), 0.0, 0.0),
        (PixelCounts(fn=3, tn=6), 0.0, 0.0),
    ],
)
def test_empty_masks_score_without_dividing_by_zero(counts, f1, iou):
    assert (counts.f1, counts.iou) == (f1, iou)


@pytest.mark.parametrize(
    ("shift", "tolerance", "f1"), [(0, 0, 1), (1, 0, 0), (2, 2, 1), (3, 2, 0), (4, 4, 1), (5, 4, 0)]
)
def test_a_shifted_line_is_right_within_the_tolerance_only(shift, tolerance, f1):
    assert count_pixels(line(10), line(10 + shift), tolerance).f1 == f1


def test_with_tolerance_precision_looks_from_the_prediction_and_recall_from_the_truth():
    pred, true = line(10, width=5), line(11)
    counts = count_pixels(pred, true, 1)
    assert (counts.tp, counts.fp, counts.found, counts.fn) == (120, 80, 40, 0)
    assert (counts.precision, counts.recall) == (0.6, 1.0)
    assert count_pixels(true, pred, 1).recall == 0.6


def test_the_tolerance_is_a_circle():
    pred, true = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    pred[4, 4] = true[6, 6] = True
    assert count_pixels(pred, true, 2).tp == 0
    assert count_pixels(pred, true, 3).tp == 1


@pytest.mark.parametrize("tolerance", [0, 2])
def test_nothing_predicted_finds_nothing(tolerance):
    counts = count_pixels(np.zeros((40, 40), bool), line(10), tolerance)
    assert (counts.found, counts.fn, counts.fp, counts.recall) == (0, 40, 0, 0.0)


def test_cl_iou_ignores_width_and_sees_position():
    assert cl_iou(line(10, width=9), line(13, width=3)) > 0.7
    assert cl_iou(line(10, width=3), line(18, width=3)) == 0
    half = line(10, width=3)
    half[20:] = False
    counts = count_centre_lines(half, line(10, width=3))
    assert 0.5 < counts.recall < 0.65
    assert counts.precision == 1


def test_one_histogram_scores_every_threshold():
    rng = np.random.default_rng(3)
    probability, true = rng.integers(0, 256, (30, 20), np.uint8), rng.random((30, 20)) < 0.3
    histogram = level_histogram(probability, true) + level_histogram(probability.T, true.T)
    for level in (0, 1, 128, 255):
        once = count_pixels(probability >= level, true)
        assert counts_from_level(histogram, level) == once + once


def test_masks_must_be_masks_of_one_shape():
    with pytest.raises(ValueError, match="bool"):
        count_pixels(np.ones((2, 2), np.uint8), np.ones((2, 2), bool))
    with pytest.raises(ValueError, match="shape"):
        count_pixels(np.ones((2, 2), bool), np.ones((1, 2), bool))
    with pytest.raises(ValueError, match="uint8"):
        level_histogram(np.ones((2, 2)), np.ones((2, 2), bool))
