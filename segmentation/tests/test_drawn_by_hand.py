"""What a person draws on a photo becomes cracks: lines a few pixels off, painted masks, cuts and joins."""

import math

import numpy as np
import pytest

from segmentation.drawing import FLAT, Optics, draw_photo, straight_crack
from segmentation.errors import CutMisses, NothingDrawn, TooFarApart, TooManyPieces
from segmentation.measurement import PLAIN, trace_cracks
from segmentation.measurement.drawn import Canvas, merge, split, trace_line, trace_painted
from segmentation.measurement.snapping import paint_line, snap_line
from segmentation.measurement.windows import Window
from segmentation.run_lengths import decode_runs, encode_runs, paint_masks

SIDE, HALF = 260, 90
CENTRE = np.array([SIDE, SIDE]) / 2


def drawn(number, width):
    """A photo of one straight crack 180 px long, and the ways along and across it."""
    angle = np.random.default_rng(number).uniform(0, math.pi)
    along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    shape = straight_crack(tuple(CENTRE - along * HALF), tuple(CENTRE + along * HALF), width, contrast=0.8)
    optics = Optics(blur_px=0.7, curve=0, read=0.01)
    photo = draw_photo(number, SIDE, SIDE, mm_per_pixel=0.3, scene=FLAT, cracks=[shape], optics=optics)
    return Canvas(photo.pixels, PLAIN), along, across


def wall(grey=170, noise=2.0):
    greys = np.random.default_rng(3).normal(grey, noise, (SIDE, SIDE, 1))
    return np.repeat(greys.clip(0, 255).astype(np.uint8), 3, axis=2)


def strip(x0, x1, y0, y1):
    mask = np.zeros((SIDE, SIDE), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def mask_of(crack):
    return paint_masks(SIDE, SIDE, [(crack.box, crack.mask_runs)])


def line(*points):
    return np.array(points, float)


@pytest.mark.parametrize("width", [1, 2, 3, 6, 12])
@pytest.mark.parametrize("aside", [0, 2, 4, 5])
def test_a_line_beside_a_crack_finds_its_length_and_width(width, aside):
    for number in (1, 2, 3):
        canvas, along, across = drawn(number, width)
        hand = [CENTRE + along * place + across * aside for place in (-HALF, -30, 20, HALF)]
        (crack,) = trace_line(canvas, np.array(hand))
        assert crack.length_px == pytest.approx(2 * HALF, rel=0.03)
        assert crack.width_median_px == pytest.approx(width, abs=0.3)
        assert crack.width_mean_px == pytest.approx(max(width, 1), abs=0.6)
        assert np.abs((np.array(crack.path) - CENTRE) @ across).max() < 1
        assert (crack.arms, crack.branches, crack.confidence) == (1, (), 1.0)


def test_where_the_photo_shows_nothing_the_drawn_line_stays_and_has_no_width():
    hand = line((30, 40), (130, 60), (220, 200))
    (crack,) = trace_line(Canvas(wall(), PLAIN), hand)
    assert crack.widths is None and crack.samples == 0
    assert crack.length_px == pytest.approx(math.dist(*hand[:2]) + math.dist(*hand[1:]), rel=0.03)
    assert crack.width_mean_px == pytest.approx(1, abs=0.35)


@pytest.mark.parametrize("y", [60.0, 60.25, 60.5, 61.0])
def test_a_line_along_the_rows_of_a_bare_wall_is_one_piece(y):
    (crack,) = trace_line(Canvas(wall(), PLAIN), np.array([[30.0, y], [150.0, y]]))
    assert crack.length_px == pytest.approx(120, rel=0.03)


def test_an_edge_between_bright_and_dark_is_no_line():
    pixels = wall()
    pixels[:, 134:] //= 2
    snapped = snap_line(pixels, line((130, 30), (130, 220)), PLAIN)
    assert np.abs(snapped[:, 0] - 130).max() < 1
    # A dark line right beside the edge is one.
    pixels[:, 126:129] = 40
    assert np.median(snap_line(pixels, line((130, 30), (130, 220)), PLAIN)[:, 0]) == pytest.approx(127.5, abs=0.3)


def test_a_line_along_the_border_and_across_it_stays_in_the_photo():
    for hand in (line((0, 0), (SIDE, 0)), line((SIDE, 20), (SIDE, 200)), line((0, 0), (SIDE, SIDE))):
        (crack,) = trace_line(Canvas(wall(), PLAIN), hand)
        assert crack.box[2] <= SIDE and crack.box[3] <= SIDE


@pytest.mark.parametrize("width", [1, 3.5, 12])
def test_a_painted_line_is_as_wide_and_long_as_it_is_told(width):
    points = np.column_stack([np.linspace(30, 200, 171), np.linspace(50, 130, 171)])
    mask = paint_line(points, np.full(171, float(width)), (SIDE, SIDE))
    assert mask.sum() == pytest.approx(width * math.dist(points[0], points[-1]), rel=0.05)


def test_a_painted_crack_keeps_what_was_painted_and_is_as_wide_as_the_photo_says():
    canvas, along, across = drawn(2, 3)
    places = np.arange(-HALF, HALF + 1.0)[:, None]
    brush = paint_line(CENTRE + along * places + across * 1.5, np.full(len(places), 9.0), (SIDE, SIDE))
    box = (20, 20, 240, 240)
    (crack,) = trace_painted(canvas, np.zeros_like(brush), box, encode_runs(brush[20:240, 20:240]))
    assert np.array_equal(mask_of(crack), brush & strip(20, 240, 20, 240))
    assert crack.width_median_px == pytest.approx(3, abs=0.3)
    # Without anything to be seen, a brush measures nothing.
    (unseen,) = trace_painted(Canvas(wall(), PLAIN), np.zeros_like(brush), box, encode_runs(brush[20:240, 20:240]))
    assert unseen.widths is None and unseen.area_px == crack.area_px


@pytest.mark.parametrize("brush", [3, 24])
def test_a_brush_far_wider_or_narrower_than_a_wide_crack_does_not_change_its_width(brush):
    canvas, along, across = drawn(3, 10)
    places = np.arange(-HALF, HALF + 1.0)[:, None]
    mask = paint_line(CENTRE + along * places + across * 2, np.full(len(places), float(brush)), (SIDE, SIDE))
    (crack,) = trace_painted(canvas, np.zeros_like(mask), (0, 0, SIDE, SIDE), encode_runs(mask))
    assert crack.width_median_px == pytest.approx(10, abs=0.3)


def test_a_correction_counts_inside_its_box_alone():
    before = strip(20, 240, 100, 104)
    canvas = Canvas(wall(), PLAIN)
    box = (100, 80, 140, 120)
    painted = np.zeros((40, 40), bool)
    painted[10:13, :] = True
    painted[13:24, :3] = painted[13:24, -3:] = True
    (crack,) = trace_painted(canvas, before, box, encode_runs(painted))
    wanted = before.copy()
    wanted[80:120, 100:140] = painted
    assert np.array_equal(mask_of(crack), wanted)
    left, right = trace_painted(canvas, before, box, (1600,))
    assert {left.box, right.box} == {(20, 100, 100, 104), (140, 100, 240, 104)}


def test_a_gap_that_the_map_half_believes_in_stays_closed_unless_it_was_rubbed_out():
    before = strip(20, 100, 100, 104) | strip(118, 240, 100, 104)
    probability = np.full((SIDE, SIDE), 3, np.uint8)
    probability[100:104, 20:240] = 90
    probability[before] = 230
    canvas = Canvas(wall(), PLAIN, probability, 0.5)
    (crack,) = trace_painted(canvas, before, (200, 100, 240, 104), encode_runs(np.ones((4, 40), bool)))
    assert crack.length_px == pytest.approx(220, abs=3)
    assert crack.confidence == pytest.approx(230 / 255, abs=0.01)
    assert len(trace_painted(canvas, before, (95, 90, 125, 110), encode_runs(before[90:110, 95:125]))) == 2


def test_crossing_lines_that_were_painted_as_one_are_one():
    mask = strip(20, 240, 100, 104) | strip(120, 124, 20, 240)
    (crack,) = trace_painted(Canvas(wall(), PLAIN), np.zeros_like(mask), (0, 0, SIDE, SIDE), encode_runs(mask))
    assert np.array_equal(mask_of(crack), mask) and len(crack.branches) == 1
    assert len(trace_cracks(mask.astype(np.uint8) * 255, threshold=0.5)) == 2


def test_what_is_no_line_is_refused():
    canvas, empty = Canvas(wall(), PLAIN), np.zeros((SIDE, SIDE), bool)
    with pytest.raises(NothingDrawn):
        trace_painted(canvas, empty, (10, 10, 11, 11), (0, 1))
    specks = np.zeros((SIDE, SIDE), bool)
    specks[::4, ::4] = True
    with pytest.raises(TooManyPieces):
        trace_painted(canvas, empty, (0, 0, SIDE, SIDE), encode_runs(specks))


def test_a_cut_goes_right_across():
    canvas, mask = Canvas(wall(), PLAIN), strip(20, 240, 100, 104)
    long, short = split(canvas, mask, line((180, 90), (186, 115)))
    assert long.length_px == pytest.approx(162, abs=4) and short.length_px == pytest.approx(56, abs=4)
    assert not (mask_of(long) & mask_of(short)).any()
    assert (mask_of(long) | mask_of(short)).sum() > mask.sum() - 16
    for miss in (line((180, 90), (180, 101)), line((20, 200), (240, 200))):
        with pytest.raises(CutMisses):
            split(canvas, mask, miss)


def test_a_cut_opens_a_gap_that_was_closed():
    mask = strip(20, 100, 100, 104) | strip(118, 240, 100, 104)
    probability = np.zeros((SIDE, SIDE), np.uint8)
    probability[100:104, 20:240] = 90
    canvas = Canvas(wall(), PLAIN, probability, 0.5)
    assert len(split(canvas, mask, line((109, 90), (109, 115)))) == 2
    # Two pieces that nothing joins are not cut by a line beside them.
    with pytest.raises(CutMisses):
        split(Canvas(wall(), PLAIN), mask, line((20, 200), (240, 200)))


@pytest.mark.parametrize("width", [3, 7, 13])
@pytest.mark.parametrize("lean", [0.0, 0.3, 2.0, 5.0])
@pytest.mark.parametrize("is_seen", [True, False])
def test_a_thin_cut_is_not_closed_by_the_mask_on_both_sides(width, lean, is_seen):
    mask = strip(20, 240, 100, 100 + width)
    canvas = Canvas(wall(), PLAIN, mask.astype(np.uint8) * np.uint8(255) if is_seen else None)
    assert len(split(canvas, mask, line((130, 80), (130 + lean, 130)))) == 2


def test_a_diagonal_cut_leaves_no_corner():
    mask = np.zeros((SIDE, SIDE), bool)
    for place in range(20, 240):
        mask[place, place : place + 2] = True
    for start in np.linspace(120, 121, 5):
        assert len(split(Canvas(wall(), PLAIN), mask, line((start, start - 10), (start - 8, start + 12)))) == 2


def test_pieces_are_joined_where_they_are_nearest():
    one, other, third = strip(20, 90, 100, 103), strip(120, 180, 108, 111), strip(150, 153, 120, 200)
    (crack,) = merge(Canvas(wall(), PLAIN), [one, other, third])
    joined = mask_of(crack)
    assert (joined & one).sum() == one.sum() and (joined & other).sum() == other.sum()
    assert joined.sum() - (one | other | third).sum() < 50
    assert crack.length_px == pytest.approx(70 + 31 + 60 + 9 + 80, rel=0.06)


def test_far_cracks_are_no_one_crack():
    with pytest.raises(TooFarApart, match=r"lie \d+ pixels apart"):
        merge(Canvas(wall(), PLAIN), [strip(5, 20, 10, 12), strip(230, 250, 240, 242)])


def test_runs_of_another_box_are_refused():
    with pytest.raises(ValueError, match="the box holds"):
        trace_painted(Canvas(wall(), PLAIN), np.zeros((SIDE, SIDE), bool), (0, 0, 10, 10), (99,))
    assert decode_runs((0, 0, 2, 1), (0, 1, 1)).tolist() == [[True, False]]


def test_a_window_of_a_large_photo_gives_the_same_crack():
    canvas, along, _ = drawn(4, 3)
    large = np.full((700, 900, 3), 170, np.uint8)
    large[300 : 300 + SIDE, 500 : 500 + SIDE] = canvas.pixels
    hand = np.array([CENTRE - along * HALF, CENTRE + along * HALF])
    (near,) = trace_line(canvas, hand)
    there = hand + np.array([500, 300])
    window = Window.around([(*there.min(axis=0), *there.max(axis=0))], (900, 700))
    (found,) = trace_line(Canvas(window.of(large), PLAIN), there - window.box[:2])
    crack = window.outside(found)
    assert crack.length_px == pytest.approx(near.length_px, abs=0.5)
    assert np.allclose(np.array(crack.path[0]) - (500, 300), near.path[0], atol=0.5)
    assert crack.box == tuple(np.add(near.box, (500, 300, 500, 300)))
    assert np.allclose(crack.profile.places.mean(axis=0) - (500, 300), near.profile.places.mean(axis=0), atol=0.5)
    assert window.inside((*window.box[:2], 900, 700))[:2] == (0, 0)
