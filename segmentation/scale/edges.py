"""The corners of a dark square on white, as the meeting points of its sides, which are found in linear light."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

Floats = NDArray[np.float64]

STEP_PX = 0.25
MOST_PROFILES = 160
REACH_CELLS = 0.75
"""A profile stays within the black border and the white margin, which are one cell wide."""
MOST_REACH_PX = 8.0
CLEAR_OF_CORNERS = 0.1
EDGE_SD_PX = 0.06
"""A side that looks perfect is still not known better: light curves differ from sRGB, paper is not flat."""
LUMA = np.array([0.2126, 0.7152, 0.0722])


def refine_corners(pixels: NDArray[np.uint8], corners: Floats, cells: int) -> tuple[Floats, float] | None:
    """Corners (4, 2) to a part of a pixel, and the standard deviation of a coordinate, px.

    `pixels` is RGB uint8 (height, width, 3), `corners` are good to a pixel or two, `cells` are along a side. None where
    a side shows no clear edge or touches the border of the photo.
    """
    for _ in range(2):
        reach = min(MOST_REACH_PX, REACH_CELLS * _shortest(corners) / cells)
        cut = _cut(pixels, corners, reach + 2)
        if cut is None:
            return None
        light, origin = cut
        sides = [_side(light, corners[n] - origin, corners[(n + 1) % 4] - origin, reach) for n in range(4)]
        if any(side is None for side in sides):
            return None
        lines, spreads = zip(*(side for side in sides if side), strict=True)
        corners = np.array([_meeting(lines[n - 1], lines[n]) for n in range(4)]) + origin
        if not np.isfinite(corners).all():
            return None
    return corners, float(np.hypot(EDGE_SD_PX, max(spreads)))


def _side(light: Floats, start: Floats, stop: Floats, reach: float) -> tuple[tuple[Floats, Floats], float] | None:
    """A point and direction of the line through the edge between two corners, and its deviation (sd) at its ends."""
    length = float(np.hypot(*(stop - start)))
    along = (stop - start) / length
    outward = np.array([along[1], -along[0]])
    count = int(np.clip(length, 8, MOST_PROFILES))
    places = np.linspace(CLEAR_OF_CORNERS, 1 - CLEAR_OF_CORNERS, count) * length
    steps = np.arange(-reach, reach + STEP_PX / 2, STEP_PX)
    points = start + places[:, None, None] * along + steps[None, :, None] * outward
    # The centre of the first pixel is (0.5, 0.5) for us and (0, 0) for the interpolation.
    profiles = map_coordinates(light, [points[..., 1] - 0.5, points[..., 0] - 0.5], order=1, mode="nearest")
    away, clear = _crossings(profiles, steps)
    if clear.sum() < max(6, count / 2):
        return None
    return _line(start, along, outward, places[clear], away[clear], count / length)


def _crossings(profiles: Floats, steps: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Where each profile passes half way from the dark inside to the bright outside, and whether it does at all.

    Dark and bright are taken over the whole side, so that a speck on one profile does not move its half.
    """
    mean = profiles.mean(axis=0)
    inside, outside = mean[steps < 0].min(), mean[steps > 0].max()
    if outside - inside < 0.02:
        return np.zeros(len(profiles)), np.zeros(len(profiles), bool)
    above = (profiles > (inside + outside) / 2).astype(np.int8)
    rises = np.diff(above, axis=1) == 1
    nearest = np.argmin(np.where(rises, np.abs(steps[:-1] + STEP_PX / 2), np.inf), axis=1)
    row = np.arange(len(profiles))
    low, high = profiles[row, nearest], profiles[row, nearest + 1]
    share = ((inside + outside) / 2 - low) / np.where(high > low, high - low, 1)
    return steps[nearest] + share * STEP_PX, rises.any(axis=1)


def _line(
    start: Floats, along: Floats, outward: Floats, places: Floats, away: Floats, per_px: float
) -> tuple[tuple[Floats, Floats], float] | None:
    middle, half = places.mean(), np.ptp(places) / 2
    x, keep = (places - middle) / half, np.ones(len(places), bool)
    for _ in range(3):
        slope, offset = np.polyfit(x[keep], away[keep], 1)
        left = away - (offset + slope * x)
        spread = 1.4826 * np.median(np.abs(left[keep])) + 1e-3
        keep = np.abs(left) < 4 * spread
        if keep.sum() < 6:
            return None
    # Neighbouring profiles share pixels: about one in two px is independent. At a line's ends sd is 2 s / √n.
    independent = keep.sum() / max(1.0, 2 * per_px)
    through = start + middle * along + offset * outward
    direction = along + slope / half * outward
    return (through, direction), float(2 * left[keep].std() / np.sqrt(max(independent, 2)))


def _meeting(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> Floats:
    (p, u), (q, v) = first, second
    across = u[0] * v[1] - u[1] * v[0]
    if abs(across) < 1e-3:
        return np.full(2, np.nan)
    gap = q - p
    return p + u * (gap[0] * v[1] - gap[1] * v[0]) / across


def _cut(pixels: NDArray[np.uint8], corners: Floats, margin: float) -> tuple[Floats, Floats] | None:
    """Linear light around the corners, and x, y of its first pixel's corner; None where it leaves the photo."""
    low, high = np.floor(corners.min(axis=0) - margin), np.ceil(corners.max(axis=0) + margin)
    if (low < 0).any() or (high > pixels.shape[1::-1]).any():
        return None
    part = pixels[int(low[1]) : int(high[1]), int(low[0]) : int(high[0])]
    return _LINEAR[part] @ LUMA, low


def _shortest(corners: Floats) -> float:
    return float(np.hypot(*(corners - np.roll(corners, 1, axis=0)).T).min())


def _linear_table() -> Floats:
    """sRGB bytes to linear light (IEC 61966-2-1)."""
    values = np.arange(256) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


_LINEAR = _linear_table()
