"""Markers: drawn in perspective with blur, noise and JPEG; the scale is held to the camera that drew them."""

import builtins
import json

import numpy as np
import pytest

from segmentation.scale import (
    Given,
    MarkerKind,
    MarkersUnavailable,
    PhotoMetadata,
    ScaleResult,
    SeenMarker,
    Sighting,
    Source,
    draw_marker,
    find_markers,
    find_scale,
)
from segmentation.tests.drawn_markers import camera, draw_wall, in_photo, true_scale

cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed: markers are optional")

SIZE = (420, 320)
TAG, ARUCO = "apriltag-36h11", "aruco-4x4-50"
CORNERS = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])


def scale_of(pixels, kind, size=SIZE, given=None):
    return find_scale(PhotoMetadata(size), given=given, markers=find_markers(pixels, kind))


@pytest.mark.parametrize(
    ("family", "tilt", "yaw", "turn", "blur", "noise", "quality"),
    [
        (TAG, 0, 0, 0, 0.5, 1, 95),
        (TAG, 0, 0, 37, 0.8, 2, 90),
        (TAG, 30, 0, 10, 0.8, 2, 90),
        (ARUCO, -25, 30, 100, 0.8, 2, 90),
        (TAG, 45, -20, -60, 0.7, 2, 90),
        (ARUCO, 10, 5, 181, 1.5, 6, 70),
    ],
)
def test_one_marker_gives_the_local_scale_along_every_direction(family, tilt, yaw, turn, blur, noise, quality):
    to_wall = camera(SIZE, 500, 1500, tilt, yaw, turn)
    pixels = draw_wall(SIZE, to_wall, [(family, 7, (20, -10), 420, 0)], blur_px=blur, noise=noise, quality=quality)
    result = scale_of(pixels, MarkerKind(family, 420.0, u95_mm=1.0))
    assert result.scale.source is Source.MARKER
    assert "7" in result.scale.note
    x, y = in_photo(to_wall, (20, -10))
    for direction in range(0, 180, 30):
        assert result.scale.at(x, y, direction) == pytest.approx(true_scale(to_wall, x, y, direction), rel=0.01)


def test_several_markers_carry_the_scale_over_the_whole_oblique_photo():
    size = (640, 480)
    to_wall = camera(size, 760, 1500, 35, 10)
    places = [(-380, -260), (340, -240), (-300, 240), (330, 230)]
    pixels = draw_wall(size, to_wall, [(TAG, n, place, 160, 20 * n) for n, place in enumerate(places)])
    result = scale_of(pixels, MarkerKind(TAG, 160.0, u95_mm=0.5), size)
    assert "4 markers" in result.scale.note and "worse" not in result.scale.note
    for x, y in [(0, 0), (640, 0), (0, 480), (640, 480), (320, 240)]:
        for direction in (0, 45, 90, 135):
            truth = true_scale(to_wall, x, y, direction)
            assert result.scale.at(x, y, direction) == pytest.approx(truth, rel=0.02)
            assert abs(result.scale.at(x, y, direction) - truth) <= result.scale.u95_at(x, y, direction)
    assert true_scale(to_wall, 320, 480, 90) > 2 * true_scale(to_wall, 320, 0, 90)


def test_markers_of_a_wrong_size_betray_themselves():
    to_wall = camera((640, 480), 760, 1500)
    pixels = draw_wall((640, 480), to_wall, [(TAG, 1, (-300, 0), 200, 0), (TAG, 2, (300, 0), 170, 0)])
    honest = scale_of(pixels, MarkerKind(TAG, 200.0, {2: 170.0}), (640, 480)).scale
    wrong = scale_of(pixels, MarkerKind(TAG, 200.0), (640, 480)).scale
    assert "check their sizes" in wrong.note and "check" not in honest.note
    assert wrong.u95_mm_per_px > 5 * honest.u95_mm_per_px


def seen(to_wall, number, centre, side_mm, sd, rng, claimed_mm=None, u95_mm=0.5):
    corners = in_photo(to_wall, np.asarray(centre) + CORNERS * side_mm) + rng.normal(0, sd, (4, 2))
    return SeenMarker(number, tuple(map(tuple, corners)), sd, claimed_mm or side_mm, u95_mm)


@pytest.mark.parametrize("count", [1, 3])
def test_the_uncertainty_is_honest(count):
    """Corners jitter and sizes are mistaken as much as is claimed: near the markers about 95 % must be covered, and
    never many fewer far from them; and the interval is no barn door."""
    rng, size = np.random.default_rng(5), (1200, 900)
    near, far, width = [], [], []
    for _ in range(60):
        to_wall = camera(size, 1000, 2000, *rng.uniform(-30, 30, 2), rng.uniform(0, 360))
        mistake = 1 + rng.normal(0, 2 / 300 / 1.96)
        centres = rng.uniform(-450, 450, (count, 2))
        markers = [seen(to_wall, n, c, 300 * mistake, 0.15, rng, 300.0, 2.0) for n, c in enumerate(centres)]
        scale = find_scale(PhotoMetadata(size), markers=Sighting(tuple(markers))).scale
        for place, hits in ((scale.plane.anchor, near), (rng.uniform((0, 0), size), far)):
            truth, u95 = true_scale(to_wall, *place, 30), scale.u95_at(*place, 30)
            hits.append(abs(scale.at(*place, 30) - truth) <= u95)
        width.append(scale.u95_mm_per_px / scale.mm_per_px)
    assert np.mean(near) >= 0.88
    assert np.mean(far) >= 0.85
    assert np.median(width) < 0.02


def test_drawn_markers_are_covered_too():
    rng, hits = np.random.default_rng(11), []
    for number in range(10):
        to_wall = camera((240, 240), 400, 1500, *rng.uniform(-25, 25, 2), rng.uniform(0, 360))
        side = 400 * (1 + rng.normal(0, 2 / 400 / 1.96))
        blur, noise = rng.uniform(0.5, 1.5), rng.uniform(1, 5)
        pixels = draw_wall(
            (240, 240), to_wall, [(TAG, number, (0, 0), side, 0)], blur_px=blur, noise=noise, seed=number
        )
        scale = scale_of(pixels, MarkerKind(TAG, 400.0, u95_mm=2.0), (240, 240)).scale
        hits += [
            abs(scale.at(120, 120, angle) - true_scale(to_wall, 120, 120, angle)) <= scale.u95_at(120, 120, angle)
            for angle in (0, 90)
        ]
    assert sum(hits) >= 17


def test_far_from_a_small_single_marker_the_scale_is_less_sure():
    rng, size = np.random.default_rng(1), (4000, 3000)
    to_wall = camera(size, 3000, 3000)
    marker = seen(to_wall, 3, (0, 0), 100, 0.1, rng)
    scale = find_scale(PhotoMetadata(size), markers=Sighting((marker,))).scale
    assert scale.u95_at(3900, 100, 0) > 4 * scale.u95_at(2000, 1500, 0)
    assert scale.anywhere()[1] > scale.u95_mm_per_px


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (MarkerKind(ARUCO, 420.0), "No marker of the family aruco-4x4-50"),
        (MarkerKind(TAG, 420.0, {9: 100.0}, listed_only=True), "not of those in use"),
    ],
)
def test_other_markers_do_not_count(kind, words):
    pixels = draw_wall(SIZE, camera(SIZE, 500, 1500), [(TAG, 7, (0, 0), 420, 0)])
    result = scale_of(pixels, kind)
    assert result.scale is None
    assert words in result.tried[0].reason


def test_a_marker_that_is_too_small_or_cut_off_is_left_out_with_a_cure():
    pixels = draw_wall(SIZE, camera(SIZE, 500, 1500), [(TAG, 7, (0, 0), 60, 0)], blur_px=0.4, noise=0.5)
    sighting = find_markers(pixels, MarkerKind(TAG, 60.0))
    assert not sighting.markers and sighting.reason


def test_a_large_photo_is_searched_in_a_smaller_copy_and_measured_in_itself():
    size = (420, 320)
    to_wall = camera(size, 500, 1500, 10, 10)
    small = draw_wall(size, to_wall, [(TAG, 7, (0, 0), 420, 0)])
    large = np.full((700, 4500, 3), 128, np.uint8)
    large[200:520, 4000:4420] = small
    marker = find_markers(large, MarkerKind(TAG, 420.0)).markers[0]
    truth = in_photo(to_wall, CORNERS * 420) + np.array([4000, 200])
    assert np.abs(np.array(marker.corners) - truth).max() < 0.3


def test_the_result_survives_being_stored():
    to_wall = camera(SIZE, 500, 1500, 20, 0)
    pixels = draw_wall(SIZE, to_wall, [(TAG, 7, (0, 0), 420, 0)])
    result = scale_of(pixels, MarkerKind(TAG, 420.0))
    assert ScaleResult.from_facts(json.loads(json.dumps(result.to_facts()))) == result


def test_another_source_can_be_asked_for():
    pixels = draw_wall(SIZE, camera(SIZE, 500, 1500), [(TAG, 7, (0, 0), 420, 0)])
    result = scale_of(pixels, MarkerKind(TAG, 420.0), given=Given(only=Source.LASER))
    assert result.scale is None
    assert [tried.source for tried in result.tried] == [Source.LASER]


def test_without_opencv_the_error_tells_the_cure(monkeypatch):
    real = builtins.__import__

    def without_opencv(name, *rest):
        if name == "cv2":
            raise ImportError("No module named 'cv2'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_opencv)
    with pytest.raises(MarkersUnavailable, match="pip install opencv-python-headless"):
        find_markers(np.zeros((50, 50, 3), np.uint8), MarkerKind(TAG, 100.0))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("apriltag", 100.0), "apriltag-36h11"),
        ((TAG, 0.0), "side of its black square"),
        ((TAG, float("nan")), "side of its black square"),
        ((TAG, 100.0, {3: -5.0}), "side of its black square"),
    ],
)
def test_senseless_kinds_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        MarkerKind(*arguments)


def test_a_marker_to_print_has_a_white_margin():
    drawn = draw_marker(TAG, 0, cell_px=4)
    assert drawn.shape == (40, 40)
    assert (drawn[:4] == 255).all() and (drawn[4:8, 4:-4] == 0).all()
    with pytest.raises(ValueError, match="0 to 586"):
        draw_marker(TAG, 587)
