"""A camera before a flat surface: its plane from distance, focal length and tilt.

Camera axes: x right, y down, z forward, of the upright photo, whose middle is taken for the principal point. A surface
square to the view is at Z / f everywhere. Tilted by θ it is Z / f across the slope and Z / (f cos θ) along it in the
middle, and more on its far side. Sideways nobody measures the tilt: it is taken for 0 with TILT_U95_DEG, and so is the
tilt up and down where the gimbal's pitch or the lie of the surface is not known.
"""

import math
from dataclasses import dataclass

import numpy as np

from segmentation.scale.focal import FILM_DIAGONAL_MM, Focal
from segmentation.scale.given import KnownLength, Surface
from segmentation.scale.metadata import PhotoMetadata
from segmentation.scale.plane import COVERAGE, Floats, Plane, about, jacobian

TILT_U95_DEG = 15.0
"""How square to the surface a photo is that was meant to be: an estimate of this project."""
KNOWN_TILT_U95_DEG = 3.0
"""The surface is not quite upright or level; the gimbal itself is good to about half a degree."""
MOST_TILT_DEG = 70.0
MOST_ROLL_DEG = 10.0
LENS_U95 = 0.01
"""Distortion that the camera left in, as a share of a local length."""
BEND_SD = (1 / math.cos(math.radians(TILT_U95_DEG)) - 1) / COVERAGE
"""What a tilt around 0 adds to the scale in second order, which slopes do not show."""
USUAL_LENS_MM = 28.0
"""35 mm equivalent that stands in for an unknown one, for how scale changes over the photo alone."""


@dataclass(frozen=True, slots=True)
class Tilt:
    """`degrees` about the photo's x axis: the upper part of the photo is farther away where positive."""

    degrees: float = 0.0
    u95_deg: float = TILT_U95_DEG
    note: str = "taken as square to the surface"


def find_tilt(metadata: PhotoMetadata, surface: Surface | None) -> Tilt | str:
    """The tilt from the gimbal's pitch for a stated surface, or why the view is useless; square where not known."""
    pitch, roll = metadata.gimbal_pitch_deg, metadata.gimbal_roll_deg or 0.0
    if surface is None or pitch is None:
        return Tilt()
    if abs(pitch) > 90 or abs(roll) > MOST_ROLL_DEG or metadata.orientation not in (1, 3):
        return Tilt(note="taken as square to the surface: the camera lay on its side, so its pitch says nothing")
    level = math.copysign(90 - abs(pitch), pitch)
    degrees = pitch if surface is Surface.VERTICAL else -level
    if abs(degrees) > MOST_TILT_DEG:
        return (
            f"The gimbal pitch of {pitch:g}° shows a {surface} surface at {abs(degrees):.0f}° from square; above "
            f"{MOST_TILT_DEG:.0f}° nothing is measured. Check how the surface lies, or photograph it more squarely."
        )
    return Tilt(degrees, KNOWN_TILT_U95_DEG, f"{abs(degrees):.0f}° oblique by the gimbal's pitch, corrected")


def usual_focal(size: tuple[int, int]) -> Focal:
    """A usual lens, for a photo that does not say; good for the change of scale over the photo, not for scale."""
    px = USUAL_LENS_MM * math.hypot(*size) / FILM_DIAGONAL_MM
    return Focal(px, 0.5 * px, "a usual lens")


def plane_at(distance_mm: float, u95_mm: float, focal: Focal, tilt: Tilt, size: tuple[int, int]) -> Plane:
    """The plane of a surface whose point in the middle of the photo is `distance_mm` away."""
    middle = (size[0] / 2, size[1] / 2)
    known = np.array([math.log(distance_mm), math.log(focal.px), tilt.degrees, 0.0])
    sd = np.array([u95_mm / distance_mm, focal.u95_px / focal.px, tilt.u95_deg, TILT_U95_DEG]) / COVERAGE

    def numbers(values: Floats) -> Floats:
        return about(_homography(values, middle), middle)

    return _uncertain(Plane.of(middle, numbers(known), _spread(numbers(known), jacobian(numbers, known, _STEPS), sd)))


def plane_through(length: KnownLength, u95_mm: float, focal: Focal, tilt: Tilt, size: tuple[int, int]) -> Plane | None:
    """The plane on which the two clicked points are the known length apart; None where they are not on it."""
    middle = (size[0] / 2, size[1] / 2)
    start, stop = np.asarray(length.start, float), np.asarray(length.stop, float)
    anchor = (float(start[0] + stop[0]) / 2, float(start[1] + stop[1]) / 2)
    along = (stop - start) / length.length_px

    def numbers(values: Floats) -> Floats:
        """Of: log focal length, tilts in degrees, log length, and how far the stop was clicked too far, px."""
        matrix = _homography(np.array([0.0, *values[:3]]), middle)
        plane = Plane(anchor, tuple(about(matrix, anchor)), ())
        factor = math.exp(values[3]) / plane.distance(start, stop + values[4] * along)
        return np.asarray(plane.numbers) * [factor, factor, factor, factor, 1, 1]

    known = np.array([math.log(focal.px), tilt.degrees, 0.0, math.log(length.length_mm), 0.0])
    sd = np.array([focal.u95_px / focal.px, tilt.u95_deg, TILT_U95_DEG, u95_mm / length.length_mm, 0.0]) / COVERAGE
    sd[4] = math.sqrt(2) * length.click_sd_px
    try:
        best = numbers(known)
    except ValueError:
        return None
    if not np.isfinite(best).all():
        return None
    slopes = jacobian(numbers, known, np.array([1e-6, 1e-4, 1e-4, 1e-6, 1e-3]))
    return _uncertain(Plane.of(anchor, best, _spread(best, slopes, sd)))


_STEPS = np.array([1e-6, 1e-6, 1e-4, 1e-4])


def _homography(values: Floats, middle: tuple[float, float]) -> Floats:
    """(3, 3) from log distance [mm], log focal length [px], and tilts about x and y in degrees.

    A pixel's ray r meets the surface n·X = n_z Z at X = r n_z Z / (n·r); u and v are X along two axes of the surface.
    """
    distance, focal = math.exp(values[0]), math.exp(values[1])
    about_x, about_y = np.deg2rad(values[2:])
    cos, sin = math.cos(about_x), math.sin(about_x)
    up_down = np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]])
    cos, sin = math.cos(about_y), math.sin(about_y)
    right, down, normal = (up_down @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])).T
    ray = np.array([[1 / focal, 0, -middle[0] / focal], [0, 1 / focal, -middle[1] / focal], [0, 0, 1]])
    reach = distance * normal[2]
    return np.array([reach * right @ ray, reach * down @ ray, normal @ ray])


def _spread(best: Floats, slopes: Floats, sd: Floats) -> Floats:
    along = best * [1, 1, 1, 1, 0, 0]
    return slopes.T @ np.diag(sd**2) @ slopes + BEND_SD**2 * np.outer(along, along)


def _uncertain(plane: Plane) -> Plane:
    return plane.times(1.0, LENS_U95 / COVERAGE)
