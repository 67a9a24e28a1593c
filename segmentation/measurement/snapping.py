"""A line drawn by hand is led onto the dark line in the photo beside it, and the width there becomes its mask.

People are off by a few pixels. The photo is laid out straight along what they drew, and of all ways through that strip
the cheapest is taken (dynamic programming; Fischler, Tenenbaum and Wolf 1981 did so with roads in aerial photos): dark
between two brighter sides is cheap, leaving the drawn line costs a little, so that it stays where nothing is darker. An
edge between bright and dark is no line: a place is as dark as its *less* bright side says.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.spatial import KDTree

from segmentation.measurement.dips import Numbers
from segmentation.measurement.geometry import Points, direction, normals, resample, smooth
from segmentation.measurement.grey_lines import grey_profiles, offsets, widths_along
from segmentation.measurement.photo_edges import MIN_DARKNESS, half_depth
from segmentation.measurement.profiles import MIN_SHOWN_SHARE
from segmentation.measurement.slits import Calibration

CORRIDOR_PX = 8
"""To either side of the drawn line."""
HAND_PX = 4.0
"""A hand trembles so: what is drawn is smoothed by as many pixels before the photo is laid out along it."""
SCALES_PX = (1, 2, 3, 4, 6, 8, 12, 16, 24)
"""Widths of dark lines that are looked for."""
ALONG_PX = 1.5
DARKER = 3.0
"""A line is darker than its sides by so many spreads of what the strip shows everywhere."""
LEAST_GREYS = 3.0
PULL, TURN = 0.3, 0.2
"""What the corridor's border costs, and a step aside of one pixel, where the darkest line gains 1."""
MOST_ASIDE_PX = 3.0
NEIGHBOURS = 15
THINNEST_PX = 1.02
"""A little more than a pixel: along a line right between two rows neither would have its centre on it."""
POINTS_AT_ONCE = 500

Places = NDArray[np.intp]


def snap_line(pixels: NDArray[np.uint8], drawn: Points, calibration: Calibration) -> Points:
    """The dark line beside the `drawn` one, (n, 2), a point about every pixel; the drawn one where there is none.

    `pixels` is RGB uint8 (height, width, 3); both lines are x and y in its pixels.
    """
    base = smooth(resample(drawn), HAND_PX)
    at = offsets(CORRIDOR_PX + 1.5 * max(SCALES_PX), 1.0)
    strip = grey_profiles(pixels, base, at[-1]).astype(np.float64)
    gain = _gain(_darkness(strip), np.abs(at) <= CORRIDOR_PX)
    aside = gaussian_filter1d(_cheapest_way(gain).astype(np.float64), 2.0, mode="nearest")
    points = base + normals(base) * aside[:, None]
    return smooth(points + normals(points) * _to_the_middle(pixels, points, calibration)[:, None], 1.0)


def widths_seen(pixels: NDArray[np.uint8], line: Points, calibration: Calibration) -> Numbers:
    """How wide the dark line is at each point (n,), pixels, for painting its mask; NaN where the photo shows none."""
    grey = widths_along(pixels, line, calibration=calibration)
    dip, depth = half_depth(pixels, line, calibration)
    wide = np.where(depth >= MIN_DARKNESS, dip.width, np.nan)
    width = np.where(grey.reliable, grey.width_px, wide)
    if np.isfinite(width).mean() < MIN_SHOWN_SHARE:
        return np.full(len(line), np.nan)
    return _median_of_neighbours(width)


def paint_line(line: Points, widths: Numbers, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask, bool of `shape` (height, width), of a line so wide (n,); at least one pixel where that is NaN.

    A pixel belongs to it if its centre does. The ends are cut straight, so that a wide line is no longer than drawn.
    """
    fine = resample(line, 0.25)
    share = np.linspace(0, len(line) - 1, len(fine))
    half = np.interp(share, np.arange(len(line)), np.maximum(np.nan_to_num(widths, nan=0.0), THINNEST_PX) / 2)
    mask = np.zeros(shape, bool)
    for centres, away, nearest in pixels_along(fine, float(half.max()), shape):
        own = np.floor(centres[(away <= half[nearest]) & ~_beyond(centres, fine, nearest)]).astype(int)
        mask[own[:, 1], own[:, 0]] = True
    return mask


def pixels_along(line: Points, reach: float, shape: tuple[int, ...]) -> Iterator[tuple[Points, Numbers, Places]]:
    """The pixels within `reach` of a line (n, 2), piece by piece: centres, how far, and the index of the nearest point.

    A pixel may come twice. Pieces, since the box around a long diagonal line is the whole photo.
    """
    tree = KDTree(line)
    for first in range(0, len(line), POINTS_AT_ONCE):
        part = line[first : first + POINTS_AT_ONCE]
        low = np.maximum(np.floor(part.min(axis=0) - reach).astype(int), 0)
        high = np.minimum(np.ceil(part.max(axis=0) + reach).astype(int) + 1, shape[1::-1])
        columns, rows = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
        centres = np.column_stack((columns.ravel(), rows.ravel())) + 0.5
        away, nearest = tree.query(centres, distance_upper_bound=reach + 1e-9)
        near = np.isfinite(away)
        yield centres[near], away[near], nearest[near]


def _beyond(centres: Points, line: Points, nearest: Places) -> NDArray[np.bool_]:
    """Which of the centres lie further out than the line's ends."""
    outward = (-direction(line, 0.0, 8.0), -direction(line[::-1], 0.0, 8.0))
    beyond = np.zeros(len(centres), bool)
    for end, way in ((0, outward[0]), (len(line) - 1, outward[1])):
        beyond |= (nearest == end) & ((centres - line[end]) @ way > 0.5)
    return beyond


def _darkness(strip: Numbers) -> Numbers:
    """How much darker a place of the strip (n, m) is than both its sides, in greys, at the width that suits it best."""
    middle = np.nanmedian(strip) if np.isfinite(strip).any() else 0.0
    even = gaussian_filter1d(np.where(np.isfinite(strip), strip, middle), ALONG_PX, axis=0, mode="nearest")
    best = np.full(strip.shape, -np.inf)
    for width in SCALES_PX:
        side = max(2, width // 2)
        inside = uniform_filter1d(even, width, axis=1, mode="nearest")
        beside = uniform_filter1d(even, side, axis=1, mode="nearest")
        # One pixel between is blur.
        away = round(width / 2 + 1 + side / 2)
        padded = np.pad(beside, ((0, 0), (away, away)), mode="edge")
        less = np.minimum(padded[:, : -2 * away], padded[:, 2 * away :])
        best = np.maximum(best, less - inside)
    return best


def _gain(dark: Numbers, corridor: NDArray[np.bool_]) -> Numbers:
    """What each place in the corridor (n, 2 · CORRIDOR_PX + 1) is worth, 0 for the wall to 1 for the darkest line."""
    usual = float(np.median(dark))
    spread = 1.4826 * float(np.median(np.abs(dark - usual)))
    above = np.maximum(dark[:, corridor] - max(usual + DARKER * spread, LEAST_GREYS), 0)
    darkest = float(np.quantile(above.max(axis=1), 0.75)) or float(above.max())
    return np.minimum(above / darkest, 1) if darkest > 0 else above


def _cheapest_way(gain: Numbers) -> Places:
    """The offset at each station, pixels; neighbours differ by one at most."""
    count = gain.shape[1]
    aside = np.arange(count) - count // 2
    price = 1 - gain + PULL * (aside / (count // 2)) ** 2
    came = np.zeros(gain.shape, np.int8)
    total = price[0]
    for row in range(1, len(gain)):
        ways = np.full((3, count), np.inf)
        ways[1] = total
        ways[0, 1:] = total[:-1] + TURN
        ways[2, :-1] = total[1:] + TURN
        step = ways.argmin(axis=0)
        came[row] = step - 1
        total = ways[step, np.arange(count)] + price[row]
    place = int(total.argmin())
    way = np.empty(len(gain), np.intp)
    for row in range(len(gain) - 1, -1, -1):
        way[row] = place
        place += int(came[row, place])
    return way - count // 2


def _to_the_middle(pixels: NDArray[np.uint8], line: Points, calibration: Calibration) -> Numbers:
    """How far the middle between the half-depth points lies beside the line, smoothed; 0 where there is no dip."""
    dip, depth = half_depth(pixels, line, calibration)
    away = (dip.left + dip.right) / 2
    clear = (depth >= MIN_DARKNESS / 2) & (np.abs(away) <= MOST_ASIDE_PX)
    steady = _median_of_neighbours(np.where(clear, away, np.nan))
    return gaussian_filter1d(np.nan_to_num(steady, nan=0.0), 2.0, mode="nearest")


def _median_of_neighbours(values: Numbers) -> Numbers:
    """The median of NEIGHBOURS values about each, without those that are NaN; NaN where all are."""
    side = NEIGHBOURS // 2
    around = np.sort(sliding_window_view(np.pad(values, side, constant_values=np.nan), NEIGHBOURS), axis=1)
    count = np.isfinite(around).sum(axis=1)
    return around[np.arange(len(values)), np.maximum(count - 1, 0) // 2]
