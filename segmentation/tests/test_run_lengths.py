import numpy as np
import pytest

from segmentation.run_lengths import decode_runs, encode_runs, paint_masks


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        (["..", ".."], (4,)),
        (["##", "##"], (0, 4)),
        (["#.", ".."], (0, 1, 3)),
        ([".#", "#."], (1, 2, 1)),
        (["..", ".#"], (3, 1)),
        (["#.#.#"], (0, 1, 1, 1, 1, 1)),
    ],
)
def test_runs_go_row_by_row_and_start_with_background(rows, runs):
    mask = np.array([[character == "#" for character in row] for row in rows])
    assert encode_runs(mask) == runs
    height, width = mask.shape
    assert np.array_equal(decode_runs((7, 9, 7 + width, 9 + height), runs), mask)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_any_mask_comes_back(share):
    rng = np.random.default_rng(11)
    for height, width in ((1, 1), (1, 40), (40, 1), (23, 31)):
        mask = rng.random((height, width)) < share
        runs = encode_runs(mask)
        assert sum(runs) == mask.size and min(runs[1:], default=1) > 0
        assert np.array_equal(decode_runs((0, 0, width, height), runs), mask)


def test_runs_that_do_not_fill_the_box_are_refused():
    with pytest.raises(ValueError, match="count 5 pixels, the box holds 6"):
        decode_runs((0, 0, 3, 2), (1, 4))


def test_masks_are_painted_at_their_boxes():
    painted = paint_masks(4, 6, [((1, 1, 3, 3), (0, 1, 2, 1)), ((4, 0, 6, 1), (0, 2))])
    assert np.argwhere(painted).tolist() == [[0, 4], [0, 5], [1, 1], [2, 2]]
