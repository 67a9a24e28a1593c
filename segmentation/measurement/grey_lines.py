"""Grey widths along a traced crack, and how they are joined with the widths of its mask."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, uniform_filter1d

from segmentation.measurement.dips import Flags, Numbers
from segmentation.measurement.geometry import Points, normals
from segmentation.measurement.greys import CAMERA, WIDEST_PX, measure_profiles
from segmentation.measurement.slits import Calibration

STEP_PX = 1.0
REACH_PX = 15.0
"""The field profiles are as long."""
AVERAGED = 5
"""Neighbouring profiles that are averaged before they are measured: what a crack keeps up over five stations counts,
grain does not. The field profiles, on which the uncertainty rests, are means of five lines one pixel apart."""
GREY_SHARES = np.array([0.299, 0.587, 0.114], np.float32)
"""Luminance of R, G and B as grey photos are commonly made (ITU-R BT.601)."""
STATIONS_AT_ONCE = 128
"""So many stations lie close together: only the part of the photo around them is turned into grey."""
HANDOVER_PX = (3.0, 5.0)
"""Where the geometric mean of grey and mask width passes from the first to the second, the mask takes over."""
LAST_PX = (WIDEST_PX - 1, WIDEST_PX)
"""The same for the grey width alone, where the mask is the narrower of the two."""


@dataclass(frozen=True, slots=True)
class WidthsAlong:
    """One width for each station of a line, (n,), NaN where nothing could be measured.

    `u95_px` is the 95 % uncertainty of each. Neighbours share most of their profiles and the photo's processing, so
    the mean of many stations is hardly surer than one of them.
    """

    width_px: Numbers
    u95_px: Numbers
    reliable: Flags


@dataclass(frozen=True, slots=True)
class JoinedWidths:
    """Width and its 95 % uncertainty at each station (n,), and the share of it that grey values gave, 0..1."""

    width_px: Numbers
    u95_px: Numbers
    grey_share: Numbers


def grey_profiles(
    pixels: NDArray[np.uint8], line: Points, reach_px: float = REACH_PX, *, step_px: float = STEP_PX
) -> NDArray[np.float32]:
    """Grey values across a line at each of its points, from `reach_px` on one side to the other: (n, m), 0..255.

    `pixels` is RGB (height, width, 3), `line` (n, 2) with n ≥ 2, x and y with the first pixel's centre at (0.5, 0.5).
    Samples lie `step_px` apart, the middle one on the line, and are interpolated bilinearly; NaN outside the photo.
    Raises ValueError for other shapes.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"A photo has height, width and 3 colours, not the shape {pixels.shape}.")
    if line.ndim != 2 or line.shape[1] != 2 or len(line) < 2:
        raise ValueError(f"A line is at least two points of x and y, not an array of shape {line.shape}.")
    at = offsets(reach_px, step_px)
    across = normals(line)
    profiles = np.empty((len(line), len(at)), np.float32)
    for first in range(0, len(line), STATIONS_AT_ONCE):
        part = slice(first, first + STATIONS_AT_ONCE)
        profiles[part] = _sample(pixels, line[part, None, :] + across[part, None, :] * at[:, None])
    return profiles


def offsets(reach_px: float, step_px: float) -> Numbers:
    """Where the samples of a profile lie, pixels from the line, ascending."""
    side = int(np.floor(reach_px / step_px + 1e-9))
    return np.arange(-side, side + 1, dtype=np.float64) * step_px


def widths_along(
    pixels: NDArray[np.uint8],
    line: Points,
    *,
    reach_px: float = REACH_PX,
    averaged: int = AVERAGED,
    calibration: Calibration = CAMERA,
) -> WidthsAlong:
    """Grey widths of the crack that runs along `line`, at each of its points.

    Arguments as in `grey_profiles`. Points should be one or two pixels apart, and the line smooth and within three
    pixels of the crack. `averaged` neighbouring profiles are averaged before they are measured; where the line sways
    about the crack that widens the dip and leaves its area as it is. 1 takes single profiles.

    A thousand stations take about 20 ms of one core.
    """
    at = offsets(reach_px, STEP_PX)
    greys = grey_profiles(pixels, line, reach_px).astype(np.float64)
    measured = measure_profiles(averaged_along(greys, averaged), at, calibration)
    return WidthsAlong(
        width_px=np.where(measured.found, measured.width, np.nan),
        u95_px=np.where(measured.found, measured.u95, np.nan),
        reliable=measured.reliable,
    )


def join_widths(grey: WidthsAlong, mask_px: Numbers, mask_u95_px: Numbers | float) -> JoinedWidths:
    """Grey widths where the crack is narrow, the mask's where it is wide, without a jump.

    `mask_px` (n,) are widths of the mask at the same stations, `mask_u95_px` their uncertainty. What decides is the
    geometric mean √(grey · mask), since masks of hairlines are several times too wide: up to 3 px the grey width
    counts alone, from 5 px on the mask's, smoothly between. Where they are mixed, half of their disagreement is added
    to the uncertainty. Stations without a reliable grey width take the mask's.
    """
    usable = grey.reliable
    width = np.where(usable, grey.width_px, mask_px)
    both = _narrow(np.sqrt(width * np.maximum(mask_px, 0)), HANDOVER_PX)
    share = np.where(usable, both * _narrow(width, LAST_PX), 0.0)
    apart = np.abs(width - mask_px) * 4 * share * (1 - share) / 2
    grey_u95 = np.where(usable, grey.u95_px, 0.0)
    return JoinedWidths(
        width_px=share * width + (1 - share) * mask_px,
        u95_px=share * grey_u95 + (1 - share) * mask_u95_px + apart,
        grey_share=share,
    )


def _narrow(width: Numbers, between: tuple[float, float]) -> Numbers:
    """1 below the first width, 0 above the second, smooth in value and slope between."""
    place = np.clip((width - between[0]) / (between[1] - between[0]), 0, 1)
    return 1 - place**2 * (3 - 2 * place)


def averaged_along(greys: Numbers, count: int) -> Numbers:
    """The mean of `count` neighbouring profiles; what lies outside the photo stays out."""
    if count < 2 or len(greys) < 2:
        return greys
    seen = np.isfinite(greys)
    size = min(count, len(greys))
    sums = uniform_filter1d(np.where(seen, greys, 0.0), size, axis=0, mode="nearest")
    shares = uniform_filter1d(seen.astype(np.float64), size, axis=0, mode="nearest")
    return np.where(shares > 0.5, sums / np.maximum(shares, 0.5), np.nan)


def _sample(pixels: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Grey at points (..., 2), from the smallest part of the photo that holds them."""
    height, width = pixels.shape[:2]
    x, y = points[..., 0] - 0.5, points[..., 1] - 0.5
    left, top = (max(int(np.floor(axis.min())), 0) for axis in (x, y))
    right, bottom = (max(int(np.ceil(axis.max())) + 1, 0) for axis in (x, y))
    crop = pixels[top:bottom, left:right]
    inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    if crop.size == 0:
        return np.full(x.shape, np.nan, np.float32)
    grey = crop.astype(np.float32) @ GREY_SHARES
    values = map_coordinates(grey, np.stack((y - top, x - left)), output=np.float32, order=1, mode="nearest")
    return np.where(inside, values, np.float32(np.nan))
