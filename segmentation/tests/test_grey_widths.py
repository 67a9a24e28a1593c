import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from segmentation.drawing import FLAT, Optics, draw_photo, straight_crack
from segmentation.drawing.coverage import CoverageRaster
from segmentation.measurement.grey_lines import WidthsAlong, grey_profiles, join_widths, offsets, widths_along
from segmentation.measurement.greys import CAMERA, PLAIN, width_from_greys

SIDE = 96
WALL = 31


def drawn(width, *, angle=0.3, contrast=0.8, blur=0.7, noise=0.0, shift=0.0, curve="srgb", seed=0):
    """A photo with one straight crack, exact to the pixel's covered share, and a line along it."""
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    start, stop = (SIDE / 2 + across * shift + along * SIDE * way for way in (-1, 1))
    outline = np.array([start + across * width / 2, stop + across * width / 2])
    outline = np.concatenate([outline, outline[::-1] - across * width])
    covered = CoverageRaster([outline], SIDE).rows(0, SIDE)
    dark = np.zeros((SIDE, SIDE))
    dark[covered.row, covered.column] = covered.share
    trend = 1 + 0.1 * (np.arange(SIDE) / SIDE - 0.5)
    light = gaussian_filter(trend * (1 - contrast * dark), blur, mode="nearest")
    light = light * (1 + np.random.default_rng(seed).normal(0, noise, light.shape))
    if curve == "srgb":
        light = 0.35 * light
        grey = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031) ** (1 / 2.4) - 0.055)
    else:
        grey = 155 * light
    pixels = np.repeat(np.rint(grey.clip(0, 255)).astype(np.uint8)[:, :, None], 3, axis=2)
    return pixels, SIDE / 2 + across * shift + along * np.arange(-30, 31)[:, None]


def dip(depths, *, wall=120.0, length=WALL):
    """A profile of an even wall with the given darkness about its middle."""
    profile = np.full(length, float(wall))
    first = length // 2 - len(depths) // 2
    profile[first : first + len(depths)] *= 1 - np.asarray(depths)
    return profile


def many(low, high, curve, contrasts, count=60):
    """Errors and uncertainties at all stations of drawn cracks with widths between `low` and `high`."""
    numbers = np.random.default_rng(5)
    calibration = PLAIN if curve == "srgb" else CAMERA
    errors, spans = [], []
    for number in range(count):
        width = numbers.uniform(low, high)
        pixels, line = drawn(
            width,
            angle=numbers.uniform(0, np.pi),
            contrast=numbers.uniform(*contrasts),
            blur=numbers.uniform(0.5, 1.2),
            noise=numbers.choice([0.0, 0.01, 0.03]),
            shift=numbers.uniform(-1, 1),
            curve=curve,
            seed=number,
        )
        along = widths_along(pixels, line + numbers.uniform(-0.7, 0.7), calibration=calibration)
        errors.append(along.width_px - width)
        spans.append(along.u95_px)
    return np.concatenate(errors), np.concatenate(spans)


@pytest.mark.parametrize(("low", "high", "bar"), [(0.3, 2.0, 0.35), (2.0, 3.0, 0.3)])
@pytest.mark.parametrize(("curve", "contrasts"), [("srgb", (0.5, 0.95)), ("grey", (0.65, 0.95))])
def test_drawn_cracks_are_measured(low, high, bar, curve, contrasts):
    errors, spans = many(low, high, curve, contrasts)
    assert np.isfinite(errors).mean() > 0.98
    assert np.nanmedian(np.abs(errors)) <= bar
    # Contrasts that are even between their bounds are more spread than those of real cracks in one photo.
    assert np.nanmean(np.abs(errors) <= spans) > (0.93 if curve == "srgb" else 0.75)


@pytest.mark.parametrize("width", [0.4, 0.8, 1.5, 2.5])
def test_the_photos_of_the_drawing_room_are_plain(width):
    optics = Optics(blur_px=0.7, curve=0)
    crack = straight_crack((20.3, 60.1), (180.2, 95.7), width)
    photo = draw_photo(3, 200, 160, mm_per_pixel=0.3, scene=FLAT, cracks=[crack], optics=optics)
    line = np.linspace((40, 64.487), (160, 91.202), 121)
    assert np.median(widths_along(photo.pixels, line, calibration=PLAIN).width_px) == pytest.approx(width, abs=0.3)


def test_the_worked_example_of_the_page():
    profile = [
        120,
        121,
        119,
        120,
        120,
        121,
        119,
        120,
        120,
        120,
        114,
        78,
        54,
        96,
        119,
        120,
        121,
        120,
        119,
        120,
        120,
        121,
    ]
    measured = width_from_greys(np.array(profile, float), centre=12)
    area = 0.75 * 0.05 + 0.35 + 0.55 + 0.20 + 0.29 * 0.008
    assert measured.width_px * measured.contrast == pytest.approx(area, abs=0.002)
    assert measured.contrast == pytest.approx(0.845, abs=0.002)
    assert measured.width_px == pytest.approx(1.35, abs=0.005)
    assert measured.u95_px == pytest.approx(CAMERA.factor * np.hypot(0.1, 0.08 * 1.35), abs=0.005)
    assert measured.reliable


def test_only_the_ratio_of_greys_counts_and_neither_direction_nor_a_slope():
    plain = dip([0.1, 0.4, 0.5, 0.1])
    slope = plain * (1 + 0.004 * np.arange(-15, 16))
    width = width_from_greys(plain).width_px
    for other in (plain * 0.6, plain[::-1], slope):
        assert width_from_greys(other).width_px == pytest.approx(width, rel=0.02)


def test_finer_steps_and_a_given_centre_measure_the_same():
    profile = dip([0.1, 0.4, 0.5, 0.1])
    fine = np.interp(np.arange(0, 30.1, 0.5), np.arange(31), profile)
    assert width_from_greys(fine, step_px=0.5).width_px == pytest.approx(width_from_greys(profile).width_px, rel=0.05)
    lopsided = np.concatenate([np.full(15, 120.0), profile])
    assert width_from_greys(lopsided) is None
    assert width_from_greys(lopsided, centre=30).width_px == pytest.approx(width_from_greys(profile).width_px, rel=0.01)


def test_deeper_dips_are_wider_cracks_without_a_jump():
    shape = np.array([0.08, 0.4, 1.0, 1.0, 0.4, 0.08])
    widths = [width_from_greys(dip(depth * shape)).width_px for depth in np.arange(0.05, 0.96, 0.01)]
    steps = np.diff(widths)
    assert (steps > 0).all() and steps.max() < 0.1


def test_a_wide_crack_shows_its_contrast_and_a_narrow_one_cannot():
    black, pale = (width_from_greys(dip([half, *[2 * half] * 4, half])) for half in (0.48, 0.3))
    assert black.contrast == pytest.approx(0.95, abs=0.03)
    assert black.width_px == pytest.approx(5.0, abs=0.3)
    # A bottom that is pale and one that is shaded by blur look alike: what is usual keeps its say, but not all of it.
    assert 0.78 < pale.contrast < 0.84
    for depths in ([0.1, 0.3, 0.1], [0.05, 0.1, 0.05]):
        assert width_from_greys(dip(depths)).contrast == pytest.approx(CAMERA.contrast, abs=0.03)


def test_texture_makes_the_uncertainty_larger():
    rough = dip([0.1, 0.4, 0.5, 0.1]) + np.random.default_rng(1).normal(0, 8, WALL)
    assert width_from_greys(rough).u95_px > 1.1 * width_from_greys(dip([0.1, 0.4, 0.5, 0.1])).u95_px


@pytest.mark.parametrize(
    "profile",
    [
        np.full(WALL, 120.0),
        np.full(WALL, np.nan),
        np.full(WALL, 0.0),
        dip([-0.4, -0.5]),
        dip([0.4, 0.5, 0.3], wall=254),
        dip([0.4, 0.5, 0.3], wall=6),
        dip([0.4, 0.5, 0.3], length=9),
        dip([0.9] * 27),
        np.array([]),
    ],
    ids=["even", "nan", "black", "bright-line", "burnt-out", "dark", "short", "too-wide", "empty"],
)
def test_where_there_is_nothing_to_measure_none_is_said(profile):
    assert width_from_greys(profile) is None


def test_a_wall_without_a_crack_rarely_gives_a_width_and_hardly_ever_a_reliable_one():
    numbers = np.random.default_rng(2)
    measured = [width_from_greys(120 + numbers.normal(0, 4, WALL)) for _ in range(400)]
    found = [one for one in measured if one is not None]
    assert len(found) < 0.08 * len(measured)
    assert sum(one.reliable for one in found) < 0.03 * len(measured)


def test_what_speaks_against_a_measurement_is_named():
    twice = dip([0.1, 0.4, 0.4, 0.1])
    twice[24:27] *= [0.7, 0.6, 0.8]
    faint = dip([0.08, *[0.17] * 4, 0.08]) + 6 * np.cos(2.4 * np.arange(WALL))
    step = np.where(np.arange(WALL) < 16, 120.0, 60.0)
    assert width_from_greys(twice).doubt == "another dip"
    assert width_from_greys(faint).doubt == width_from_greys(step).doubt == "faint"
    assert width_from_greys(dip([0.4, *[0.9] * 7, 0.4])).doubt == "wide"
    # The second dip does not change the first one's width much: it is no part of the wall.
    assert width_from_greys(twice).width_px == pytest.approx(
        width_from_greys(dip([0.1, 0.4, 0.4, 0.1])).width_px, rel=0.1
    )


def test_single_missing_samples_are_left_out():
    profile = dip([0.1, 0.4, 0.5, 0.1])
    holed = profile.copy()
    holed[[3, 20, 27]] = np.nan
    assert width_from_greys(holed).width_px == pytest.approx(width_from_greys(profile).width_px, rel=0.01)


@pytest.mark.parametrize(("profile", "step"), [(np.zeros((3, 31)), 1.0), (np.zeros(31), 0.0), (np.zeros(31), np.nan)])
def test_bad_calls_are_refused(profile, step):
    with pytest.raises(ValueError, match=r"profile is one row|positive number"):
        width_from_greys(profile, step_px=step)


def test_profiles_are_sampled_across_the_line_at_pixel_centres():
    pixels = np.repeat((np.arange(40) * 5).astype(np.uint8)[None, :, None], 50, axis=0).repeat(3, axis=2)
    line = np.column_stack([np.full(300, 20.5), np.linspace(5.5, 44.5, 300)])
    profiles = grey_profiles(pixels, line, 10, step_px=1)
    assert profiles.shape == (300, 21)
    # Going down, the normal points to smaller x.
    assert profiles == pytest.approx(np.tile((20 - offsets(10, 1)) * 5, (300, 1)), abs=1e-3)


def test_outside_the_photo_there_is_nothing():
    pixels = np.full((30, 30, 3), 90, np.uint8)
    line = np.column_stack([np.full(10, 4.5), np.arange(10) + 10.5])
    profiles = grey_profiles(pixels, line, 8, step_px=1)
    assert np.isnan(profiles[:, -3:]).all() and np.isfinite(profiles[:, :12]).all()
    away = line + 500
    assert np.isnan(grey_profiles(pixels, away, 8)).all()
    along = widths_along(pixels, away)
    assert np.isnan(along.width_px).all() and not along.reliable.any()


def test_colours_count_by_their_luminance():
    pixels = np.zeros((30, 30, 3), np.uint8)
    pixels[..., 1] = 100
    line = np.column_stack([np.arange(10) + 10.5, np.full(10, 15.5)])
    assert grey_profiles(pixels, line, 5) == pytest.approx(58.7, abs=0.01)


@pytest.mark.parametrize(("shape", "points"), [((9, 9), 5), ((9, 9, 3), 1)])
def test_other_shapes_are_refused(shape, points):
    with pytest.raises(ValueError, match=r"height, width and 3 colours|at least two points"):
        grey_profiles(np.zeros(shape, np.uint8), np.zeros((points, 2)))


def test_averaging_neighbours_beats_noise():
    pixels, line = drawn(0.6, noise=0.05, curve="grey", contrast=0.87)
    spread = [np.nanstd(widths_along(pixels, line, averaged=count).width_px) for count in (1, 5)]
    assert spread[1] < 0.75 * spread[0]


def grey_of(widths, u95=0.3, reliable=True):
    widths = np.asarray(widths, float)
    return WidthsAlong(widths, np.full(widths.shape, u95), np.full(widths.shape, reliable))


def test_narrow_cracks_take_the_grey_width_and_wide_ones_the_masks():
    joined = join_widths(grey_of([0.5, 1.0, 5.5]), np.array([5.0, 3.0, 7.0]), 1.0)
    assert joined.width_px == pytest.approx([0.5, 1.0, 7.0])
    assert joined.u95_px == pytest.approx([0.3, 0.3, 1.0])
    assert joined.grey_share == pytest.approx([1, 1, 0])


def test_the_hand_over_has_no_jump_and_says_when_the_two_disagree():
    truth = np.linspace(0.2, 9, 2000)
    joined = join_widths(grey_of(truth), truth + 1, np.full(truth.shape, 0.3))
    steps = np.diff(joined.width_px)
    assert (steps > 0).all() and steps.max() < 4 * np.median(steps)
    assert joined.u95_px[(joined.grey_share > 0.3) & (joined.grey_share < 0.7)].min() > 0.6
    against = np.linspace(0.2, 9, 2000)
    assert np.abs(np.diff(join_widths(grey_of(against), np.full(2000, 3.0), 1.0).width_px)).max() < 0.05


def test_without_a_reliable_grey_width_the_mask_counts():
    mask = np.array([2.0, 3.0])
    for grey in (grey_of([np.nan, np.nan], u95=np.nan, reliable=False), grey_of([0.5, 0.5], reliable=False)):
        joined = join_widths(grey, mask, 1.0)
        assert joined.width_px == pytest.approx(mask) and joined.u95_px == pytest.approx(1.0)
        assert (joined.grey_share == 0).all()
