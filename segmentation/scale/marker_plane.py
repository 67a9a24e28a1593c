"""The plane on which markers of known size lie, from their corners.

Unknown are the six numbers of the plane and, for each marker, its place and (but for the first) its turn: five numbers
are left over for each marker after the first, and their residuals say how well the corners really fit. A weak prior
keeps the tilt of a small single marker, which its corners hardly show, to what photos have.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import least_squares

from segmentation.scale.markers import SeenMarker
from segmentation.scale.plane import COVERAGE, Floats, Plane, about

MOST_MARKERS = 24
PRIOR_TILT_DEG = 30.0
BAD_FIT = 5.0
"""Residuals so many times as large as the corners' own uncertainty mean a wrong size or several surfaces."""
_SQUARE = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])


def fit_markers(markers: Sequence[SeenMarker], focal_px: float) -> tuple[Plane, float] | None:
    """The plane, its covariance including the markers' sizes, and how many times the corners' own uncertainty the
    residuals are (1.0 for one marker, which has none). None for markers that make no plane.

    `focal_px` scales the prior on tilt and nothing else.
    """
    markers = sorted(markers, key=lambda marker: -marker.side_px)[:MOST_MARKERS]
    corners = np.array([marker.corners for marker in markers], float)
    anchor = (float(corners[..., 0].mean()), float(corners[..., 1].mean()))
    try:
        start = _start(markers[0], corners, anchor)
    except (ValueError, np.linalg.LinAlgError):
        return None
    sides = np.array([marker.side_mm for marker in markers])
    sd = np.array([marker.corner_sd_px for marker in markers])
    prior = math.tan(math.radians(PRIOR_TILT_DEG)) / focal_px
    from_anchor = corners - anchor

    def residuals(values: Floats) -> Floats:
        apart = _misfit(values, from_anchor, sides) / sd[:, None, None]
        return np.concatenate([apart.ravel(), values[4:6] / prior])

    scales = np.concatenate(
        [np.full(4, np.abs(start[:4]).max()), np.full(2, prior), _pose_scales(len(markers), float(sides[0]))]
    )
    found = least_squares(residuals, start, x_scale=scales, max_nfev=200)
    information = found.jac.T @ found.jac
    if not np.isfinite(found.x).all() or np.linalg.matrix_rank(information * np.outer(scales, scales)) < len(start):
        return None
    # Scaled before it is inverted: millimetres and shares of a pixel differ by eight orders of magnitude.
    covariance = np.linalg.inv(information * np.outer(scales, scales)) * np.outer(scales, scales)
    left_over = 5 * (len(markers) - 1)
    strain = math.sqrt(float((found.fun[:-2] ** 2).sum()) / left_over) if left_over else 1.0
    plane = Plane.of(anchor, found.x[:6], covariance[:6, :6] * max(1.0, strain) ** 2)
    # One ruler, one printer: the sizes are wrong by the same share.
    share = max(marker.u95_mm / marker.side_mm for marker in markers) / COVERAGE
    return plane.times(1.0, share), strain


def _misfit(values: Floats, from_anchor: Floats, sides: Floats) -> Floats:
    """Pixels between each corner and where the plane and the marker's pose have it, first order: (markers, 4, 2)."""
    a, b, d, e, g, h = values[:6]
    places, turns = _poses(values)
    dx, dy = from_anchor[..., 0], from_anchor[..., 1]
    w = np.maximum(1 + g * dx + h * dy, 0.02)
    u, v = (a * dx + b * dy) / w, (d * dx + e * dy) / w
    square = _SQUARE[None] * sides[:, None, None]
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    gap_u = u - (places[:, None, 0] + cos * square[..., 0] - sin * square[..., 1])
    gap_v = v - (places[:, None, 1] + sin * square[..., 0] + cos * square[..., 1])
    ux, uy, vx, vy = (a - u * g) / w, (b - u * h) / w, (d - v * g) / w, (e - v * h) / w
    area = ux * vy - uy * vx
    area = np.where(np.abs(area) < 1e-12, 1e-12, area)
    return np.stack([(vy * gap_u - uy * gap_v) / area, (ux * gap_v - vx * gap_u) / area], axis=-1)


def _poses(values: Floats) -> tuple[Floats, Floats]:
    others = values[8:].reshape(-1, 3)
    return np.vstack([values[6:8], others[:, :2]]), np.concatenate([[0.0], others[:, 2]])


def _pose_scales(count: int, side_mm: float) -> Floats:
    return np.array([side_mm, side_mm] + [side_mm, side_mm, 0.1] * (count - 1))


def _start(first: SeenMarker, corners: Floats, anchor: tuple[float, float]) -> Floats:
    """From the homography of the largest marker alone, and where it puts the others. Raises ValueError."""
    matrix = _homography(corners[0], _SQUARE * first.side_mm)
    matrix *= np.sign(matrix[2] @ [*corners[0].mean(axis=0), 1])
    numbers = about(matrix, anchor)
    if numbers[0] * numbers[3] - numbers[1] * numbers[2] <= 0:
        raise ValueError("The marker is seen from behind.")
    plane = Plane(anchor, tuple(numbers), ())
    on_surface = plane.to_mm(corners)
    if not np.isfinite(on_surface).all():
        raise ValueError("A marker lies beyond the horizon of another.")
    top = on_surface[:, 1] - on_surface[:, 0]
    turns = np.arctan2(top[:, 1], top[:, 0])
    places = on_surface.mean(axis=1)
    others = [value for place, turn in zip(places[1:], turns[1:], strict=True) for value in (*place, turn)]
    return np.array([*numbers, *places[0], *others])


def _homography(photo: Floats, surface: Floats) -> Floats:
    """(3, 3) that takes four points (4, 2) of the photo to four on the surface."""
    rows = []
    for (x, y), (u, v) in zip(photo, surface, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows), surface.ravel()), 1.0).reshape(3, 3)
