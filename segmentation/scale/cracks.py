"""A crack in millimetres: what its pixels come to on the surface, and what the photo is too coarse to say.

A width below the photo's floor is no width: in its place stands an upper bound, the width plus its uncertainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.results import Point, WidthProfile, WidthSummary
from segmentation.scale.floor import Floor
from segmentation.scale.plane import Floats
from segmentation.scale.values import Scale


@dataclass(frozen=True, slots=True)
class WidthOnSurface:
    """A width in mm with its 95 % uncertainty; or, with `upper_bound`, only what it is less than (`u95_mm` is 0)."""

    mm: float
    u95_mm: float
    upper_bound: bool = False


@dataclass(frozen=True, slots=True)
class CrackOnSurface:
    """Length and widths in mm; each is None where it cannot be told.

    `mean_mm` and `p95_mm` exist where `median` is a width and no bound. `per_px`, float (n,), is mm per pixel across
    the crack at each sample of its profile; NaN beyond the horizon of the surface.
    """

    length_mm: float | None
    median: WidthOnSurface | None
    mean_mm: float | None
    p95_mm: float | None
    widest: WidthOnSurface | None
    per_px: Floats


def crack_on_surface(
    lines: Sequence[Sequence[Point]],
    length_px: float,
    profile: WidthProfile,
    widths: WidthSummary | None,
    scale: Scale,
    floor: Floor | None,
) -> CrackOnSurface:
    """What a crack is on the surface. `lines` are its path and branches, pixels; `floor` is None where nobody knows."""
    length = length_on_surface(lines, length_px, scale)
    per_px, per_px_u95 = scale.along(profile.places, profile.across_deg)
    if widths is None or not np.isfinite(per_px).all():
        return CrackOnSurface(length, None, None, None, None, per_px)
    width = profile.width_px * per_px
    # First order, edge and scale being independent: (U_w / w)² = (U_s / s)² + (U_p / p)².
    middle, there = float(np.median(width)), widths.widest_index
    # Neighbouring samples differ little in width, and much in place: the scale's share is that of all of them.
    scale_share = float(np.median(per_px_u95 / per_px))
    median_u95 = middle * float(np.hypot(widths.u95 / widths.median, scale_share)) if widths.median > 0 else 0.0
    widest_u95 = float(np.hypot(per_px[there] * profile.u95_px[there], widths.widest * per_px_u95[there]))
    median = _above(floor, middle, median_u95)
    return CrackOnSurface(
        length_mm=length,
        median=median,
        mean_mm=None if median.upper_bound else float(width.mean()),
        p95_mm=None if median.upper_bound else float(np.quantile(width, 0.95)),
        widest=_above(floor, widths.widest * float(per_px[there]), widest_u95),
        per_px=per_px,
    )


def length_on_surface(lines: Sequence[Sequence[Point]], length_px: float, scale: Scale) -> float | None:
    """Millimetres along `lines`: each step by the scale at its middle, along it. None beyond the horizon."""
    pixels = millimetres = 0.0
    for line in lines:
        points = np.array(line, float)
        steps = np.diff(points, axis=0)
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        per_px, _ = scale.along((points[1:] + points[:-1]) / 2, np.degrees(np.arctan2(-steps[:, 1], steps[:, 0])))
        pixels += float(lengths.sum())
        millimetres += float((lengths * per_px).sum())
    # Stored lines have fewer points than the one that was measured, and are a little shorter.
    length = length_px * millimetres / pixels if pixels else 0.0
    return length if np.isfinite(length) else None


def _above(floor: Floor | None, width: float, u95: float) -> WidthOnSurface:
    if floor is not None and (floor.measurable_mm is None or width < floor.measurable_mm):
        return WidthOnSurface(width + u95, 0.0, upper_bound=True)
    return WidthOnSurface(width, u95)
