import numpy as np
import pytest

from segmentation.measurement import decode_runs
from segmentation.tests.test_measurement import SIZE, draw, tilted, trace


def with_gap(degrees, gap, believed, *, width=3, aside=0.0):
    """A crack of 200 px with a gap in its middle, where the map still believes `believed` (0..255)."""
    way = np.array([np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))])
    centre = np.array([130.3, 129.6])
    offset = np.array([-way[1], way[0]]) * aside
    near, far = centre - way * gap / 2, centre + way * gap / 2
    pieces = draw(
        (tuple(centre - way * 100), tuple(near), width),
        (tuple(far + offset), tuple(centre + way * 100 + offset), width),
    )
    return np.maximum(pieces, draw((tuple(near), tuple(far + offset), width)) // 255 * np.uint8(believed)), pieces


@pytest.mark.parametrize("gap", [6, 14, 27])
@pytest.mark.parametrize("degrees", [0, 33, 90, 140])
def test_a_gap_that_the_map_half_believes_in_is_closed(degrees, gap):
    probability, pieces = with_gap(degrees, gap, 70)
    (crack,) = trace(probability)
    assert crack.length_px == pytest.approx(200, rel=0.02)
    assert (crack.arms, crack.branches) == (1, ())
    x0, y0, x1, y1 = crack.box
    painted = np.zeros((SIZE, SIZE), bool)
    painted[y0:y1, x0:x1] = decode_runs(crack.box, crack.mask_runs)
    assert np.array_equal(painted, pieces > 0) and crack.area_px == np.count_nonzero(pieces)
    assert crack.widths.median == pytest.approx(3, abs=0.35)


@pytest.mark.parametrize(
    ("gap", "believed", "aside"),
    [(14, 0, 0), (14, 20, 0), (45, 70, 0), (12, 70, 12)],
    ids=["nothing-between", "next-to-nothing", "far-apart", "out-of-line"],
)
def test_other_gaps_stay_open(gap, believed, aside):
    assert len(trace(with_gap(33, gap, believed, aside=aside)[0])) == 2


def test_parallel_cracks_stay_two_in_a_haze():
    one, other = tilted(20, 180, 3), tilted(20, 180, 3, centre=(134, 142))
    assert len(trace(np.maximum(draw(one, other), 60))) == 2


def test_many_pieces_become_one_and_an_odd_one_does_not():
    dashes = [((20 + 40 * n, 60.5), (48 + 40 * n, 60.5), 3) for n in range(5)]
    probability = np.maximum(draw(*dashes, ((60, 150), (60, 240), 3)), draw(((20, 60.5), (208, 60.5), 3)) // 255 * 80)
    cracks = trace(probability)
    assert [round(crack.length_px, -1) for crack in cracks] == [190, 90]
    assert cracks[0].area_px == 5 * 28 * 3


def test_the_side_of_a_ring_that_the_network_missed_is_closed_once():
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    ring = (np.abs(np.hypot(x - 130, y - 130) - 60) < 2) * np.uint8(255)
    ring[(np.abs(y - 130) < 6) & (ring > 0)] = 80
    (crack,) = trace(ring)
    assert crack.length_px == pytest.approx(2 * np.pi * 60, rel=0.06)
