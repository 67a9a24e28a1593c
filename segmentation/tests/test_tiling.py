import time
from itertools import pairwise

import numpy as np
import pytest

from segmentation.tiling import LARGEST, fit_tiles, plan_tiles, predict_tiled

SHAPES = [
    # width, height, tile, overlap
    (1, 1, 8, 2),
    (8, 1, 8, 2),
    (3, 5, 16, 4),
    (8, 8, 8, 2),
    (9, 8, 8, 0),
    (9, 17, 8, 2),
    (16, 24, 8, 0),
    (20, 14, 8, 2),
    (33, 7, 8, 7),
    (100, 61, 32, 8),
]


def cover(starts, tile, length):
    count = np.zeros(max(length, tile), int)
    for start in starts:
        count[start : start + tile] += 1
    return count[:length]


def brightness(tiles):
    return tiles[..., 0].astype(np.float32) / 255


def painted(width, height):
    return np.random.default_rng(7).integers(0, 256, (height, width, 1), np.uint8).repeat(3, axis=2)


@pytest.mark.parametrize(
    ("length", "tile", "overlap", "starts"),
    [
        (1, 8, 2, (0,)),
        (7, 8, 2, (0,)),
        (8, 8, 2, (0,)),
        (9, 8, 2, (0, 1)),
        (14, 8, 2, (0, 6)),
        (15, 8, 2, (0, 3, 7)),
        (16, 8, 0, (0, 8)),
        (17, 8, 0, (0, 4, 9)),
        (10, 8, 7, (0, 1, 2)),
    ],
)
def test_tiles_lie_flush_and_evenly(length, tile, overlap, starts):
    plan = plan_tiles(length, 8, tile=tile, overlap=overlap)
    assert plan.lefts == starts
    assert plan_tiles(8, length, tile=tile, overlap=overlap).tops == starts
    assert len(plan) == len(starts)


@pytest.mark.parametrize(("width", "height", "tile", "overlap"), SHAPES)
def test_every_pixel_is_covered_and_neighbours_overlap_as_asked(width, height, tile, overlap):
    plan = plan_tiles(width, height, tile=tile, overlap=overlap)
    for starts, length in ((plan.lefts, width), (plan.tops, height)):
        assert cover(starts, tile, length).min() >= 1
        assert starts[-1] + tile == max(length, tile)
        assert all(right - left <= tile - overlap for left, right in pairwise(starts))


FITTED = [
    # width, height, tile, overlap, step
    (1, 1, 64, 16, 32),
    (64, 65, 64, 16, 32),
    (112, 113, 64, 16, 32),
    (500, 333, 64, 16, 32),
    (1633, 1225, 512, 64, 32),
    (5657, 4243, 512, 64, 32),
    (4243, 11547, 448, 64, 64),
    (97, 1000, 64, 0, 1),
    (300, 200, 64, 50, 32),
]


@pytest.mark.parametrize(("width", "height", "tile", "overlap", "step"), FITTED)
def test_fitted_tiles_lie_on_the_networks_grid_and_cover_with_overlap(width, height, tile, overlap, step):
    plan = fit_tiles(width, height, tile=tile, overlap=overlap, step=step)
    for starts, side, length in ((plan.lefts, plan.tile_width, width), (plan.tops, plan.tile_height, height)):
        assert tile <= side <= max(tile, LARGEST * tile) and side % step == 0
        assert all(start % step == 0 for start in starts)
        assert cover(starts, side, length).min() >= 1
        assert all(right - left <= side - overlap for left, right in pairwise(starts))
        # What reaches past the photo is less than a step: the tiles fit it.
        assert starts[-1] + side < max(length, tile) + step
    answer = predict_tiled(painted(width, height), brightness, plan, at_once=2)
    assert np.array_equal(answer, painted(width, height)[..., 0])


def test_tiles_are_fitted_so_that_little_is_seen_twice():
    plan = fit_tiles(5657, 4243, tile=512, overlap=64, step=32)
    assert len(plan) * plan.tile_width * plan.tile_height < 1.25 * 5657 * 4243


def test_fitted_tiles_must_be_multiples_of_the_step():
    with pytest.raises(ValueError, match="no multiple of 32"):
        fit_tiles(100, 100, tile=100, overlap=0, step=32)


@pytest.mark.parametrize("wrong", [{"width": 0}, {"height": 0}, {"tile": 0}, {"overlap": 8}, {"overlap": -1}])
def test_senseless_plans_are_refused(wrong):
    asked = {"width": 20, "height": 20, "tile": 8, "overlap": 2} | wrong
    with pytest.raises(ValueError):
        plan_tiles(asked.pop("width"), asked.pop("height"), **asked)


@pytest.mark.parametrize(("width", "height", "tile", "overlap"), SHAPES)
def test_a_constant_stays_constant_to_the_last_pixel(width, height, tile, overlap):
    plan = plan_tiles(width, height, tile=tile, overlap=overlap)
    answer = predict_tiled(
        painted(width, height), lambda tiles: np.full(tiles.shape[:3], 0.6, np.float32), plan, batch=3
    )
    assert answer.dtype == np.uint8
    assert np.array_equal(answer, np.full((height, width), 153, np.uint8))


@pytest.mark.parametrize(("width", "height", "tile", "overlap"), SHAPES)
def test_pixels_come_back_where_they_were(width, height, tile, overlap):
    photo = painted(width, height)
    plan = plan_tiles(width, height, tile=tile, overlap=overlap)
    assert np.array_equal(predict_tiled(photo, brightness, plan, batch=2), photo[..., 0])


def test_a_tile_counts_least_at_its_own_edge():
    def doubtful_at_the_edge(tiles):
        answer = np.zeros(tiles.shape[:3], np.float32)
        answer[:, :, 0] = answer[:, :, -1] = 1
        return answer

    plan = plan_tiles(24, 16, tile=16, overlap=8)
    answer = predict_tiled(painted(24, 16), doubtful_at_the_edge, plan)
    assert answer[:, 8].max() < 8 and answer[:, 15].max() < 8
    assert answer[:, 0].min() == 255


def test_a_small_photo_is_mirrored_not_streaked():
    seen = []

    def look(tiles):
        seen.append(tiles)
        return brightness(tiles)

    photo = painted(3, 1)
    predict_tiled(photo, look, plan_tiles(3, 1, tile=6, overlap=1))
    row = photo[0, :, 0]
    assert seen[0][0, :, :, 0].tolist() == [[row[0], row[1], row[2], row[1], row[0], row[1]]] * 6


def test_batches_are_full_and_progress_counts_tiles():
    sizes, steps = [], []

    def look(tiles):
        sizes.append(len(tiles))
        return brightness(tiles)

    plan = plan_tiles(40, 16, tile=8, overlap=0)
    predict_tiled(painted(40, 16), look, plan, batch=4, progress=lambda *step: steps.append(step))
    assert sizes == [4, 1, 4, 1]
    assert steps == [(0, 10), (4, 10), (5, 10), (9, 10), (10, 10)]


def test_progress_may_stop_the_work():
    class StopHereError(Exception):
        pass

    def stop(done, total):
        if done:
            raise StopHereError

    with pytest.raises(StopHereError):
        predict_tiled(painted(40, 16), brightness, plan_tiles(40, 16, tile=8, overlap=0), progress=stop)


def test_the_network_works_on_the_next_batch_while_the_one_before_is_blended():
    started, reported = [], []

    def look(tiles):
        started.append(len(tiles))
        return brightness(tiles)

    def report(done, total):
        if done == 8:
            # The last batch but one is blended: the last one was handed to the network before.
            deadline = time.monotonic() + 10
            while len(started) < 3 and time.monotonic() < deadline:
                time.sleep(0.01)
            reported.append(len(started))

    predict_tiled(painted(96, 8), look, plan_tiles(96, 8, tile=8, overlap=0), batch=4, progress=report)
    assert reported == [3] and started == [4, 4, 4]


def test_a_network_that_fails_fails_the_photo():
    def broken(tiles):
        raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        predict_tiled(painted(40, 16), broken, plan_tiles(40, 16, tile=8, overlap=0))


def test_only_one_band_is_held_as_floats(monkeypatch):
    taken = []
    zeros = np.zeros

    def watched(shape, *args, **kwargs):
        taken.append(int(np.prod(shape)))
        return zeros(shape, *args, **kwargs)

    monkeypatch.setattr("segmentation.tiling.np.zeros", watched)
    plan = plan_tiles(50, 4000, tile=32, overlap=8)
    predict_tiled(painted(50, 4000), brightness, plan)
    assert max(taken) <= max(32 * 50, 4000)


def test_a_plan_for_another_photo_is_refused():
    with pytest.raises(ValueError, match="20 x 10"):
        predict_tiled(painted(10, 20), brightness, plan_tiles(20, 10, tile=8, overlap=2))
