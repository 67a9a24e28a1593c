import math

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from segmentation.drawing import FLAT, Optics, draw_photo, straight_crack
from segmentation.drawing.truth import CrackShape
from segmentation.evaluation.drawn_widths import compare, drawn_photos, look_with_truth
from segmentation.inference import CrackSegmenter
from segmentation.measurement import PLAIN, total, trace_cracks
from segmentation.tests.test_inference import DarknessEngine
from segmentation.tests.test_measurement import SIZE, axial_difference, draw, pixelled, plane, tilted, trace

SIDE = 220
OPTICS = Optics(blur_px=0.7, curve=0)


def straight(number, width):
    """A drawn photo of one straight crack, at an angle and a contrast of its own, with blur and noise."""
    numbers = np.random.default_rng(number)
    degrees = numbers.uniform(0, 180)
    way = np.array([math.cos(math.radians(degrees)), -math.sin(math.radians(degrees))]) * 80
    centre = np.array([SIDE, SIDE]) / 2 + numbers.uniform(-1, 1, 2)
    optics = Optics(blur_px=numbers.uniform(0.5, 1.1), curve=0, read=numbers.choice([0.002, 0.01]))
    shape = straight_crack(tuple(centre - way), tuple(centre + way), width, contrast=numbers.uniform(0.6, 0.92))
    return draw_photo(number, SIDE, SIDE, mm_per_pixel=0.3, scene=FLAT, cracks=[shape], optics=optics), degrees


@pytest.mark.parametrize(
    ("low", "high", "bar"), [(0.3, 2.0, 0.35), (2.0, 5.0, 0.3), (5.0, 20.0, 0.3)], ids=["narrow", "middle", "wide"]
)
def test_straight_cracks_are_as_wide_long_and_tilted_as_drawn(low, high, bar):
    errors, held = [], []
    for number, width in enumerate(np.geomspace(low, high, 12)):
        photo, degrees = straight(number, width)
        (crack,) = look_with_truth(photo)
        errors.append(abs(crack.width_median_px - width))
        held.append(errors[-1] <= crack.width_u95_px)
        # A line that covers no pixel by half is followed from pixel to pixel: its ends are rounded to them.
        assert crack.length_px == pytest.approx(160, rel=0.02)
        assert axial_difference(crack.orientation_deg, degrees) < 2
        assert (crack.arms, crack.branches) == (1, ())
        assert crack.tortuosity == pytest.approx(1, abs=0.01)
    assert np.median(errors) <= bar
    assert np.mean(held) > 0.8


def test_intervals_hold_the_truth_on_drawn_walls():
    samples, findings = compare(drawn_photos(10, 31_000), look_with_truth)
    assert len(samples.truth) > 1000 and len(findings.truth) > 10
    assert 0.88 <= samples.coverage <= 0.99
    assert findings.coverage >= 0.85
    narrow = samples.truth < 2
    errors = np.abs(samples.width - samples.truth)
    assert np.median(errors[narrow]) <= 0.35 and np.median(errors[~narrow]) <= 0.3


def test_a_hairline_is_as_wide_as_its_missing_light_and_not_as_its_mask():
    shape = straight_crack((30.2, 60.1), (190.4, 150.7), 0.7, contrast=0.8)
    photo = draw_photo(1, SIDE, SIDE, mm_per_pixel=0.3, scene=FLAT, cracks=[shape], optics=OPTICS)
    drawn_wide = draw(((30.2, 60.1), (190.4, 150.7), 4), size=(SIDE, SIDE))
    (without,) = trace_cracks(drawn_wide, threshold=0.5)
    (crack,) = trace_cracks(drawn_wide, threshold=0.5, pixels=photo.pixels, calibration=PLAIN)
    assert without.width_median_px == pytest.approx(4, abs=0.2) and not without.profile.grey_share.any()
    assert crack.width_median_px == pytest.approx(0.7, abs=0.2)
    assert crack.width_u95_px < without.width_u95_px < 1.5
    assert crack.profile.grey_share.min() > 0.9
    # What the worker stores stays the mask's.
    assert crack.width_mean_px == without.width_mean_px == pytest.approx(4, rel=0.05)
    assert crack.width_max_px == without.width_max_px


def test_the_edges_of_a_wide_crack_are_the_photos_and_not_the_networks():
    shape = straight_crack((30.2, 60.1), (190.4, 150.7), 9, contrast=0.8)
    photo = draw_photo(1, SIDE, SIDE, mm_per_pixel=0.3, scene=FLAT, cracks=[shape], optics=OPTICS)
    generous = draw(((30.2, 60.1), (190.4, 150.7), 11.5), size=(SIDE, SIDE))
    (crack,) = trace_cracks(generous, threshold=0.5, pixels=photo.pixels, calibration=PLAIN)
    assert crack.width_median_px == pytest.approx(9, abs=0.2)
    blank = np.full((SIDE, SIDE, 3), 170, np.uint8)
    (unseen,) = trace_cracks(generous, threshold=0.5, pixels=blank)
    assert unseen.width_median_px == pytest.approx(11.5, abs=0.2) and unseen.width_u95_px > 2


def test_a_soft_map_tells_widths_to_a_tenth_of_a_pixel():
    x, y = plane()
    for width in (4.3, 4.7, 9.2):
        covered = (np.abs((x - 130) * 0.6 + (y - 130) * 0.8) < width / 2) & (np.hypot(x - 130, y - 130) < 100)
        soft = gaussian_filter(covered.reshape(SIZE, 5, SIZE, 5).mean((1, 3)) * 255, 0.8)
        (crack,) = trace(np.rint(soft).astype(np.uint8))
        assert crack.width_median_px == pytest.approx(width, abs=0.1)


@pytest.mark.parametrize("width", [1.5, 4, 9])
def test_a_y_is_one_finding_with_three_branches(width):
    crotch = (130, 130)
    (crack,) = trace(draw(((130, 250), crotch, width), (crotch, (70, 20), width), (crotch, (170, 40), width)))
    assert crack.arms == 3
    away = np.hypot(*(crack.profile.places - crotch).T)
    assert away.min() > width
    assert len(crack.profile) == crack.samples > 80
    assert crack.width_median_px == pytest.approx(width, abs=0.6)


@pytest.mark.parametrize("width", [1.5, 3, 12])
def test_an_x_is_two_findings_of_one_piece_each(width):
    cracks = trace(draw(tilted(12, 200, width), tilted(72, 200, width)))
    assert [crack.arms for crack in cracks] == [1, 1]
    for crack in cracks:
        assert crack.width_p95_px < width + 1.2


def test_samples_keep_away_from_ends_and_the_widest_place_is_named():
    x, y = plane()
    (crack,) = trace(pixelled((x > 20) & (x < 240) & (np.abs(y - 130) < 1.5 + (x - 20) / 44)))
    assert crack.profile.places[:, 0].min() > 24 and crack.profile.places[:, 0].max() < 236
    assert crack.width_median_px == pytest.approx(8, abs=0.4)
    assert crack.width_max_at[0] > 180 and crack.width_widest_px == pytest.approx(12.5, abs=0.8)
    assert crack.width_median_px < crack.width_p95_px <= crack.width_widest_px + 0.5
    assert crack.profile.across_deg % 180 == pytest.approx(90, abs=12)


def curved(seed):
    """A photo of a wall with one swaying crack that widens from 0.8 to 6 px."""
    along = np.linspace(20, 200, 120)
    path = np.column_stack((along, 110 + 14 * np.sin(along / 30)))
    across = np.gradient(path, axis=0)[:, ::-1] * (-1, 1)
    across *= (np.linspace(0.8, 6, 120) / 2 / np.hypot(*across.T))[:, None]
    shape = CrackShape("c1", path - across, path + across, 0.8)
    return draw_photo(seed, SIDE, SIDE, mm_per_pixel=0.3, scene=FLAT, cracks=[shape], optics=OPTICS)


@pytest.mark.parametrize("turn", ["flip", "flop", "quarter", "half", "transpose"])
def test_results_do_not_depend_on_how_the_photo_lies(turn):
    ways = {
        "flip": lambda a: a[::-1],
        "flop": lambda a: a[:, ::-1],
        "quarter": np.rot90,
        "half": lambda a: a[::-1, ::-1],
        "transpose": lambda a: np.swapaxes(a, 0, 1),
    }
    photo = curved(3)
    probability = np.where(photo.mask, np.uint8(255), np.uint8(0))
    (upright,) = trace_cracks(probability, threshold=0.5, pixels=photo.pixels, calibration=PLAIN)
    turned = [np.ascontiguousarray(ways[turn](array)) for array in (probability, photo.pixels)]
    (crack,) = trace_cracks(turned[0], threshold=0.5, pixels=turned[1], calibration=PLAIN)
    for name in ("length_px", "width_median_px", "width_p95_px", "width_widest_px", "tortuosity"):
        assert getattr(crack, name) == pytest.approx(getattr(upright, name), rel=0.03), name


def test_results_do_not_depend_on_tile_borders():
    pixels = np.asarray(curved(4).pixels)
    measured = []
    for tile, overlap in ((64, 16), (96, 32), (512, 64)):
        segmenter = CrackSegmenter(DarknessEngine(tile=tile, overlap=overlap, threshold=0.5))
        (crack,) = segmenter.segment(pixels, calibration=PLAIN).cracks
        measured.append((crack.length_px, crack.width_median_px, crack.width_widest_px, crack.samples))
    assert measured[1:] == [pytest.approx(measured[0], rel=0.03)] * 2


def test_totals_of_parallel_cracks():
    cracks = trace(draw(*(tilted(25, 150, 3, centre=(130, y)) for y in (70, 110, 150, 190))))
    totals = total(cracks, (SIZE, SIZE))
    assert totals.findings == 4
    assert totals.length_px == pytest.approx(600, rel=0.02)
    assert totals.density_per_px == pytest.approx(600 / SIZE**2, rel=0.02)
    # 600 px of crack on 260 × 260 px at 0.5 mm: 0.3 m on 0.0169 m².
    assert totals.density_m_per_m2(0.5) == pytest.approx(0.3 / 0.0169, rel=0.02)
    assert totals.orientation_deg == pytest.approx(25, abs=1) and totals.resultant > 0.99
    assert totals.spacing_px == pytest.approx(SIZE**2 / 600, rel=0.02)
    assert totals.area_share == pytest.approx(4 * 450 / SIZE**2, rel=0.03)


def test_totals_of_cracks_without_a_direction_and_of_none():
    crossing = total(trace(draw(tilted(10, 200, 3), tilted(100, 200, 3))), (SIZE, SIZE))
    assert crossing.resultant < 0.05 and crossing.spacing_px is None
    nothing = total((), (SIZE, SIZE))
    assert (nothing.findings, nothing.length_px, nothing.orientation_deg, nothing.resultant) == (0, 0, None, None)
    with pytest.raises(ValueError, match="no totals"):
        total((), (0, 5))


def test_a_photo_of_another_size_is_refused():
    with pytest.raises(ValueError, match="does not belong"):
        trace_cracks(np.zeros((50, 60), np.uint8), threshold=0.5, pixels=np.zeros((60, 50, 3), np.uint8))


def test_a_pale_wide_crack_with_a_dark_core_is_as_wide_as_its_edges():
    wide = straight_crack((30.2, 60.1), (190.4, 150.7), 8, contrast=0.2)
    core = straight_crack((30.2, 60.1), (190.4, 150.7), 0.6, contrast=0.5)
    photo = draw_photo(1, SIDE, SIDE, mm_per_pixel=0.3, scene=FLAT, cracks=[wide, core], optics=OPTICS)
    mask = draw(((30.2, 60.1), (190.4, 150.7), 9), size=(SIDE, SIDE))
    (crack,) = trace_cracks(mask, threshold=0.5, pixels=photo.pixels, calibration=PLAIN)
    # A core darkens the inside, and with it the level of the edges.
    assert crack.width_median_px == pytest.approx(8, abs=1.1)
    assert crack.profile.grey_share.max() == 0
