"""The edges of a wide crack in the photo itself, near those that a network drew.

An edge is where brightness is half-way from the crack's inside to the wall. What counts as brightness is what the
calibration says: grey values of a camera as they are, light of a plain picture. On the measured field profiles (see
docs/measuring-widths.md) half of grey has a median error of 0.26 px from 3 to 5 px and of 0.21 px above, with a bias of
+0.12 and -0.08 px; half of sRGB light is 0.8 px too wide there. On drawn walls looked at with the shipped network the
edges of its map are 0.7 to 1.3 px too wide, those of the photo 0.3 px, which is the dust that was drawn beside cracks.
"""

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement.dips import Flags, Numbers, find_dips, median_where
from segmentation.measurement.edges import Edges
from segmentation.measurement.geometry import Points
from segmentation.measurement.grey_lines import AVERAGED, averaged_along, grey_profiles, offsets
from segmentation.measurement.slits import Calibration, decoded

STEP_PX = 0.5
NEAR_PX = 3.0
"""The photo's edge is looked for so far from the map's."""
WALL_PX = (2.0, 7.0)
"""The wall beside a crack, from the map's edge on."""
INSIDE_SHARE = 0.25
INSIDE_PX = 0.6
"""What lies this near to the middle, as a share of the width and at least, is the crack's inside."""
MIN_DARKNESS = 0.15
"""Of the wall's brightness that the inside must be darker."""
RANGE_PX = (3.0, 60.0)
"""Map widths between which photo edges are looked for. A narrower crack is measured by its missing light; a wider one
gains little."""
STATIONS_AT_ONCE = 2000
DIP_REACH_PX = 45.0
"""How far to either side a dip is looked for where nothing says where its edges are."""


def photo_edges(pixels: NDArray[np.uint8], line: Points, near: Edges, calibration: Calibration) -> Edges:
    """The photo's edges across a line (n, 2), next to the edges `near`; NaN where there are none to be seen.

    `pixels` is RGB uint8 (height, width, 3). Neighbouring profiles are averaged as in `widths_along`.
    """
    nothing = np.full(len(line), np.nan)
    usable = np.isfinite(near.width) & (near.width >= RANGE_PX[0]) & (near.width <= RANGE_PX[1])
    if not usable.any():
        return Edges(nothing, nothing)
    reach = float(max(-near.left[usable].min(), near.right[usable].max())) + WALL_PX[1]
    at = offsets(reach, STEP_PX)
    greys = averaged_along(grey_profiles(pixels, line, reach, step_px=STEP_PX).astype(np.float64), AVERAGED)
    parts = []
    for first in range(0, len(line), STATIONS_AT_ONCE):
        part = slice(first, first + STATIONS_AT_ONCE)
        light = decoded(greys[part], calibration)
        parts.append(_edges_of(light, at, Edges(near.left[part], near.right[part]), calibration.edge))
    left, right = np.concatenate(parts, axis=1)
    found = usable & np.isfinite(left) & np.isfinite(right) & (right > left)
    return Edges(np.where(found, left, np.nan), np.where(found, right, np.nan))


def half_depth(pixels: NDArray[np.uint8], line: Points, calibration: Calibration) -> tuple[Edges, Numbers]:
    """The half-depth points of the dip across a line (n, 2), and its depth as a share of the wall, (n,).

    For lines that nobody has seen the edges of. The depth is 0 where no whole dip is to be seen.
    """
    at = offsets(DIP_REACH_PX, 1.0)
    greys = averaged_along(grey_profiles(pixels, line, DIP_REACH_PX).astype(np.float64), AVERAGED)
    dips = find_dips(decoded(greys, calibration), at)
    return Edges(dips.left, dips.right), np.where(dips.whole, dips.depth, 0.0)


def _edges_of(light: Numbers, at: Numbers, near: Edges, share: float) -> Numbers:
    """Left and right edge of each profile (n, m): (2, n)."""
    from_middle = np.abs(at - ((near.left + near.right) / 2)[:, None])
    inside = from_middle <= np.maximum(INSIDE_SHARE * near.width, INSIDE_PX)[:, None]
    seen = np.isfinite(light)
    bottom = median_where(np.where(seen, light, 0.0), inside & seen)
    left = -_outward(light[:, ::-1], -at[::-1], -near.left, bottom, share)
    return np.stack((left, _outward(light, at, near.right, bottom, share)))


def _outward(light: Numbers, at: Numbers, edge: Numbers, bottom: Numbers, share: float) -> Numbers:
    """Where light rises through `share` of its way to the wall, nearest to `edge` (n,), going along `at`, else NaN."""
    beyond = at - edge[:, None]
    seen = np.isfinite(light)
    wall = median_where(np.where(seen, light, 0.0), seen & (beyond >= WALL_PX[0]) & (beyond <= WALL_PX[1]))
    level = (bottom + share * (wall - bottom))[:, None]
    low, high = light[:, :-1], light[:, 1:]
    rises: Flags = (low < level) & (high >= level)
    part = (level - low) / np.where(rises, high - low, 1.0)
    crossing = at[:-1] + part * (at[1] - at[0])
    away = np.where(rises, np.abs(crossing - edge[:, None]), np.inf)
    column = away.argmin(axis=1)
    rows = np.arange(len(light))
    clear = (away[rows, column] <= NEAR_PX) & (wall - bottom >= MIN_DARKNESS * wall) & (wall > 0)
    return np.where(clear, crossing[rows, column], np.nan)
