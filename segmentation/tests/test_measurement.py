import math

import numpy as np
import pytest
from skimage.measure import euler_number

from segmentation.measurement import decode_runs, trace_cracks
from segmentation.measurement.raster import Raster
from segmentation.measurement.regions import close_holes
from segmentation.measurement.thinning import thin

SIZE = 260
FINE = 5


def plane(width=SIZE, height=SIZE):
    """x and y of fine samples, FINE in each pixel and direction, in pixels of the photo."""
    y, x = np.mgrid[0 : height * FINE, 0 : width * FINE].astype(np.float32)
    return (x + 0.5) / FINE, (y + 0.5) / FINE


def pixelled(covered):
    """A map of zeros and 255 from a drawing in fine samples: a pixel is crack when more than half is covered."""
    height, width = (side // FINE for side in covered.shape)
    return (covered.reshape(height, FINE, width, FINE).mean((1, 3)) > 0.5).astype(np.uint8) * 255


def strip(x, y, start, stop, width):
    """A straight strip with square ends."""
    (x0, y0), (x1, y1) = start, stop
    length = math.hypot(x1 - x0, y1 - y0)
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length
    across = ((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length
    return (along > 0) & (along < length) & (np.abs(across) < width / 2)


def draw(*strips, size=(SIZE, SIZE)):
    x, y = plane(*size)
    return pixelled(np.any([strip(x, y, *one) for one in strips], axis=0))


def tilted(degrees, length, width, centre=(130.3, 129.6)):
    reach = np.array([math.cos(math.radians(degrees)), -math.sin(math.radians(degrees))]) * length / 2
    return tuple(centre - reach), tuple(centre + reach), width


def trace(probability, **options):
    return trace_cracks(probability, **({"threshold": 0.5} | options))


def axial_difference(one, other):
    return abs((one - other + 90) % 180 - 90)


def distance_to_segment(points, start, stop):
    start, stop = np.asarray(start), np.asarray(stop)
    along = np.clip(((points - start) @ (stop - start)) / np.sum((stop - start) ** 2), 0, 1)
    return np.hypot(*(points - start - along[:, None] * (stop - start)).T)


@pytest.mark.parametrize("width", [2, 3, 5, 8, 13, 24])
@pytest.mark.parametrize("degrees", [0, 8, 22.5, 45, 61, 90, 117, 135, 172])
def test_a_straight_crack_is_as_long_wide_and_tilted_as_drawn(degrees, width):
    probability = draw(tilted(degrees, 180, width))
    (crack,) = trace(probability)
    assert crack.length_px == pytest.approx(180, rel=0.02)
    assert crack.width_mean_px == pytest.approx(np.count_nonzero(probability) / 180, rel=0.02)
    # Along rows, columns and diagonals whole lines of pixels fall in or out: there the drawing itself is off.
    if degrees % 45 and width >= 3:
        assert crack.width_mean_px == pytest.approx(width, rel=0.05)
    assert crack.width_mean_px <= crack.width_max_px <= width + 1.1
    assert axial_difference(crack.orientation_deg, degrees) < 1
    assert 0 <= crack.orientation_deg < 180
    assert crack.branches == ()
    start, stop, _ = tilted(degrees, 180, width)
    assert distance_to_segment(np.array(crack.path), start, stop).max() < 1


@pytest.mark.parametrize("degrees", [3, 20, 45, 70])
def test_a_crack_one_pixel_wide(degrees):
    probability = np.zeros((SIZE, SIZE), np.uint8)
    steps = np.arange(400) / 2.0
    x = 30 + steps * math.cos(math.radians(degrees))
    y = 240 - steps * math.sin(math.radians(degrees))
    probability[np.round(y).astype(int), np.round(x).astype(int)] = 255
    (crack,) = trace(probability)
    assert crack.length_px == pytest.approx(200, rel=0.02)
    assert 0.6 < crack.width_mean_px < 1.4
    assert axial_difference(crack.orientation_deg, degrees) < 1


def test_the_first_pixel_has_its_centre_at_a_half():
    probability = np.zeros((9, 60), np.uint8)
    probability[4, 10:50] = 255
    (crack,) = trace(probability)
    (x0, y0), (x1, y1) = sorted(crack.path)
    assert (y0, y1) == (4.5, 4.5)
    assert x0 == pytest.approx(10, abs=0.15) and x1 == pytest.approx(50, abs=0.15)
    assert crack.box == (10, 4, 50, 5)
    assert crack.mask_runs == (0, 40)
    assert (crack.area_px, crack.width_mean_px) == (40, pytest.approx(1, rel=0.02))


@pytest.mark.parametrize(("radius", "width"), [(40, 3), (100, 4), (90, 11)])
def test_a_ring_is_one_closed_crack(radius, width):
    x, y = plane()
    (crack,) = trace(pixelled(np.abs(np.hypot(x - 130, y - 130) - radius) < width / 2))
    assert crack.path[0] == crack.path[-1]
    assert crack.length_px == pytest.approx(2 * math.pi * radius, rel=0.02)
    assert crack.width_mean_px == pytest.approx(width, rel=0.1)
    assert np.hypot(*(np.array(crack.path) - 130).T) == pytest.approx(radius, abs=1)


@pytest.mark.parametrize("width", [1.5, 4, 9])
def test_a_fork_is_one_crack_with_a_branch(width):
    crotch = (130, 130)
    (crack,) = trace(
        draw(((130, 250), crotch, width), (crotch, (70, 20), width), (crotch, (170, 40), width)),
    )
    assert len(crack.branches) == 1
    trunk, long_arm, short_arm = 120, math.hypot(60, 110), math.hypot(40, 90)
    # The lines part a little above the crotch, where the two arms are no longer one patch.
    assert crack.length_px == pytest.approx(trunk + long_arm + short_arm, abs=2 * width + 4)
    assert min(math.dist(crack.branches[0][end], point) for end in (0, -1) for point in crack.path) < 25


@pytest.mark.parametrize("width", [1.5, 3, 6, 12])
@pytest.mark.parametrize("degrees", [40, 60, 90])
def test_two_crossing_cracks_are_two_findings(degrees, width):
    first, second = (tilted(12 + turn, 200, width) for turn in (0, degrees))
    cracks = trace(draw(first, second))
    assert len(cracks) == 2
    for crack, drawn in zip(sorted(cracks, key=lambda crack: crack.orientation_deg), (first, second), strict=True):
        assert crack.branches == ()
        assert crack.length_px == pytest.approx(200, rel=0.03)
        assert distance_to_segment(np.array(crack.path), *drawn[:2]).max() < max(1.5, width / 3)


def test_crossing_cracks_share_no_pixel_and_leave_none():
    probability = draw(tilted(20, 200, 5), tilted(100, 200, 5))
    painted = np.zeros(probability.shape, int)
    for crack in trace(probability):
        x0, y0, x1, y1 = crack.box
        mask = decode_runs(crack.box, crack.mask_runs)
        assert mask.sum() == crack.area_px
        assert mask.any(axis=0)[[0, -1]].all() and mask.any(axis=1)[[0, -1]].all()
        painted[y0:y1, x0:x1] += mask
    assert np.array_equal(painted, (probability > 0).astype(int))


def test_a_crack_that_widens_has_a_larger_maximum():
    x, y = plane()
    (crack,) = trace(pixelled((x > 20) & (x < 240) & (np.abs(y - 130) < 1.5 + (x - 20) / 44)))
    assert crack.width_mean_px == pytest.approx(8, rel=0.1)
    assert crack.width_max_px == pytest.approx(13, rel=0.1)


def test_a_ragged_crack_has_no_side_branches():
    rng = np.random.default_rng(4)
    x, y = plane()
    edge = 4 + np.repeat(rng.uniform(-1, 1, SIZE), FINE)[None, :]
    (crack,) = trace(pixelled((np.abs(y - 130 - 25 * np.sin(x / 40)) < edge) & (x > 20) & (x < 240)))
    assert crack.branches == ()
    assert crack.width_mean_px == pytest.approx(8 * 220 / crack.length_px, rel=0.1)


def test_little_holes_do_not_fork_the_line_but_stay_out_of_the_mask():
    probability = draw(tilted(30, 200, 11))
    rows, columns = np.nonzero(probability)
    middle = len(rows) // 2
    probability[rows[middle] - 1 : rows[middle] + 2, columns[middle] - 1 : columns[middle] + 2] = 0
    (crack,) = trace(probability)
    assert crack.branches == ()
    assert crack.area_px == np.count_nonzero(probability)


@pytest.mark.parametrize(
    "shape",
    [
        lambda x, y: np.hypot(x - 130, y - 130) < 2,
        lambda x, y: np.hypot(x - 130, y - 130) < 50,
        lambda x, y: (np.abs(x - 130) < 6) & (np.abs(y - 130) < 1.5),
        lambda x, y: (np.abs(x - 130) < 40) & (np.abs(y - 130) < 35),
    ],
    ids=["speck", "disc", "short", "patch"],
)
def test_specks_and_patches_are_no_cracks(shape):
    assert trace(pixelled(shape(*plane()))) == ()


def test_min_length_decides_what_is_short():
    probability = draw(tilted(30, 30, 3))
    assert len(trace(probability)) == 1
    assert len(trace(probability, min_length_px=28)) == 1
    assert trace(probability, min_length_px=33) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 300), (120, 150)])
@pytest.mark.parametrize("value", [0, 255])
def test_empty_and_full_maps_of_any_shape_are_survived(shape, value):
    cracks = trace(np.full(shape, value, np.uint8))
    assert len(cracks) == (1 if value and min(shape) < 3 and max(shape) > 20 else 0)


def test_cracks_that_touch_the_border_keep_their_length():
    height, width = 120, 200
    across = draw(((-10, 60.3), (210, 60.3), 5), size=(width, height))
    along_the_edge = draw(((0, 1), (200, 1), 4), size=(width, height))
    corner = draw(((-20, -12), (220, 132), 4), size=(width, height))
    for probability, length in ((across, 200), (along_the_edge, 200), (corner, math.hypot(200, 120))):
        (crack,) = trace(probability)
        assert crack.length_px == pytest.approx(length, rel=0.02)
        assert np.min(crack.path) >= 0
        assert all(x <= width and y <= height for x, y in crack.path)


def test_the_threshold_decides_and_a_mere_suspicion_is_left_out():
    probability = draw(tilted(30, 150, 5)) // 255 * 150
    (crack,) = trace(probability, threshold=0.4)
    assert crack.confidence == pytest.approx(150 / 255)
    assert trace(probability, threshold=0.6) == ()
    # 150/255 is above this threshold, but nowhere surer than it by a quarter of what is left to 1.
    assert trace(probability, threshold=0.55) == ()
    probability[probability > 0] = np.where(np.arange(np.count_nonzero(probability)) == 300, 180, 150)
    (crack,) = trace(probability, threshold=0.55)
    assert crack.area_px == np.count_nonzero(probability)


def test_longest_first_and_paths_stay_small():
    x, y = plane()
    wave = pixelled((np.abs(y - 180 - 20 * np.sin(x / 25)) < 2) & (x > 20) & (x < 240))
    cracks = trace(np.maximum(wave, draw(tilted(5, 100, 3, centre=(120, 60)))))
    length = np.hypot(220 / 999, np.diff(20 * np.sin(np.linspace(20, 240, 1000) / 25))).sum()
    assert [crack.length_px for crack in cracks] == pytest.approx([length, 100], rel=0.02)
    assert len(cracks[1].path) <= 4 and 8 < len(cracks[0].path) < 60


def test_many_little_pieces_are_traced_one_by_one():
    probability = np.zeros((400, 400), np.uint8)
    probability[5:400:8, :][:, np.arange(400) % 40 < 34] = 255
    cracks = trace(probability)
    assert len(cracks) == 50 * 10
    assert {crack.area_px for crack in cracks} == {34}


@pytest.mark.parametrize("share", [0.1, 0.45, 0.6, 0.9])
def test_thinning_keeps_pieces_and_holes_and_leaves_nothing_to_take(share):
    mask = np.random.default_rng(2).random((150, 170)) < share
    raster = Raster.from_mask(mask)
    left = thin(raster, np.flatnonzero(raster.cells))
    assert euler_number(raster.grid, connectivity=2) == euler_number(mask, connectivity=2)
    assert not np.any(raster.grid[1:-1, 1:-1].astype(bool) & ~mask)
    assert np.array_equal(thin(raster, left), left)


def test_noise_of_any_kind_is_survived():
    rng = np.random.default_rng(8)
    for probability in (rng.integers(0, 256, (120, 120)), (rng.random((120, 120)) < 0.35) * 255):
        for crack in trace(probability.astype(np.uint8)):
            assert len(crack.path) >= 2 and crack.length_px >= 20
            assert np.isfinite([*crack.path[0], crack.width_max_px, crack.orientation_deg]).all()


def test_only_small_holes_are_closed():
    mask = np.ones((40, 40), bool)
    mask[3:5, 3:5] = mask[20:35, 20:35] = False
    closed = close_holes(mask)
    assert closed[3:5, 3:5].all() and not closed[20:35, 20:35].any()


@pytest.mark.parametrize("rows", [1, 7, 50, 1024])
def test_holes_are_closed_alike_wherever_the_bands_end(rows, monkeypatch):
    mask = np.random.default_rng(6).random((200, 60)) < 0.7
    mask[40:140, 30] = False
    monkeypatch.setattr("segmentation.measurement.runs.BAND_ROWS", 10_000)
    at_once = close_holes(mask.copy(), max_pixels=20)
    assert np.count_nonzero(at_once) > np.count_nonzero(mask)
    monkeypatch.setattr("segmentation.measurement.runs.BAND_ROWS", rows)
    assert np.array_equal(close_holes(mask, max_pixels=20), at_once)


def test_a_hole_where_cracks_meet_is_no_crack_of_its_own():
    level, left, right = (
        ((10, 90), (250, 90), 9),
        ((118, 92), (130, 112), 9),
        ((142, 92), (130, 112), 9),
    )
    (crack,) = trace(draw(level, left, right, ((130, 108), (130, 250), 9)))
    assert len(crack.branches) == 1
    assert crack.length_px == pytest.approx(240 + 158, rel=0.04)


def test_a_stub_does_not_turn_the_crack_aside():
    bend = (130, 130)
    (crack,) = trace(draw(((40, 60), bend, 8), (bend, (245, 100), 8), (bend, (106, 137), 8)))
    assert len(crack.branches) == 1
    assert math.dist(crack.path[0], crack.path[-1]) > 180
