"""A chain of skeleton pixels becomes the centre line of a crack: smooth, and as long as the crack is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement.chains import Chain
from segmentation.measurement.geometry import Points, direction, distances_along, resample, smooth
from segmentation.measurement.raster import Raster
from segmentation.measurement.widths import ALONG_PX, Clearance, widest, width_profile

SMOOTH_PX = 3.0
MARCH_PX = 0.1
ASIDE_WIDTHS, ASIDE_PX = 1.0, 2.0
"""No width is measured nearer to a junction or a free end than so many widths and so many pixels."""


@dataclass(frozen=True, slots=True)
class Line:
    """A smoothed centre line, a point about every pixel, and the largest width across it (0 where none counts).

    `stations` are points on it ALONG_PX apart at which widths may be measured, where `counts`, (n,), says so; `reach`,
    (n,), is how far a profile may look to either side there.
    """

    points: Points
    width_max: float
    stations: Points
    reach: NDArray[np.float64]
    counts: NDArray[np.bool_]


def finish_line(chain: Chain, raster: Raster, clearance: Clearance) -> Line:
    """Smooth a chain, lead its free ends to the edge of the mask, and measure across it."""
    raw = resample(chain.points)
    half_widths = clearance.at(raw)
    half_width = float(np.median(half_widths))
    points = _without_hooks(raw, chain.free, half_width)
    # The wider the crack, the further its ragged edges push the skeleton about.
    points = smooth(points, max(SMOOTH_PX, half_width), closed=chain.closed)
    if chain.free[0]:
        points = np.concatenate((_to_the_edge(points[::-1], raster, half_width)[::-1], points))
    if chain.free[1]:
        points = np.concatenate((points, _to_the_edge(points, raster, half_width)))
    stations = resample(points, ALONG_PX)
    half_widths = clearance.at(stations)
    apart = _apart_from_junctions(stations, chain.junctions)
    # Where two cracks part, one side of a profile runs on into the other crack; the clearance does not.
    reach = 1.5 * half_widths + 1
    width_max = widest(width_profile(raster, stations, reach)[apart]) if apart.any() else 0.0
    counts = apart & _apart_from_ends(stations, chain.free, half_widths)
    return Line(points, width_max, stations, reach, counts)


def _without_hooks(points: Points, free: tuple[bool, bool], half_width: float) -> Points:
    """Cut half a width off free ends, where a skeleton turns towards a corner of the mask; a quarter at most."""
    along = distances_along(points)
    cut = min(half_width, along[-1] / 4)
    keep = (along >= cut * free[0]) & (along <= along[-1] - cut * free[1])
    return points[keep] if np.count_nonzero(keep) > 2 else points


def _to_the_edge(points: Points, raster: Raster, half_width: float) -> Points:
    """The missing points beyond the last one: straight on until the mask ends, at most 1.5 widths and a little."""
    back = direction(points[::-1], 0.0, max(8.0, 4 * half_width))
    steps = np.arange(0, 3 * half_width + 4, MARCH_PX)
    ahead = points[-1] - back * steps[:, None]
    inside = np.logical_and.accumulate(raster.holds(ahead))
    reached = np.count_nonzero(inside)
    # One point suffices: the way is straight.
    return ahead[reached - 1 : reached] if reached > 1 else np.empty((0, 2))


def _apart_from_junctions(stations: Points, junctions: tuple[tuple[Points, float], ...]) -> NDArray[np.bool_]:
    apart = np.ones(len(stations), bool)
    for place, width in junctions:
        apart &= np.hypot(*(stations - place).T) > ASIDE_WIDTHS * width + ASIDE_PX
    return apart


def _apart_from_ends(stations: Points, free: tuple[bool, bool], half_widths: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a station is no part of a tapering end; the middle half of a line always counts."""
    along = distances_along(stations)
    margin = min(ASIDE_WIDTHS * 2 * float(np.median(half_widths)) + ASIDE_PX, along[-1] / 4)
    return (along >= margin * free[0]) & (along <= along[-1] - margin * free[1])
