"""The findings of a photo as JSON values, the same from `predict` and from `measure`."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from segmentation.commands.scales import PhotoScale
from segmentation.measurement import total
from segmentation.results import Crack, Point, WidthSummary
from segmentation.scale import Floor, Scale, WidthOnSurface, crack_on_surface, length_on_surface

_WIDTHS = (
    "width_median_px",
    "width_u95_px",
    "width_mean_px",
    "width_p95_px",
    "width_max_px",
    "width_max_u95_px",
)
_ROW = re.compile(r"\[\s[-+.0-9eE,\s]*\]")
"""A list of numbers over several lines."""


def describe_findings(
    cracks: Sequence[Crack], size: tuple[int, int], scale: PhotoScale | None, floor: Floor | None
) -> dict[str, Any]:
    """`findings`, `totals`, `scale`, `floor_px` and `floor_mm` of a photo of `size`, width and height in px.

    Millimetres appear where the scale is known. A width below the floor is no width: in its place stands an upper
    bound, the width plus its uncertainty.
    """
    plane = scale.scale if scale else None
    return {
        "findings": [describe_crack(crack, plane, floor) for crack in cracks],
        "totals": _totals(cracks, size, plane),
        "scale": _scale(scale),
        "floor_px": None if floor is None else _round(floor.measurable_px, 2),
        "floor_mm": None if floor is None else _round(floor.measurable_mm, 3),
        "floor_note": None if floor is None else floor.sentence,
    }


def as_json(facts: dict[str, Any]) -> str:
    """The text of a report: one fact a line, and one line for each row of numbers."""
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    return _ROW.sub(lambda row: re.sub(r"\s+", " ", row[0]).replace("[ ", "[").replace(" ]", "]"), text) + "\n"


def describe_crack(crack: Crack, scale: Scale | None, floor: Floor | None) -> dict[str, Any]:
    """One finding: where it runs, how long and how wide it is, in pixels of the upright photo and in millimetres."""
    finding: dict[str, Any] = {
        "path": _rounded(crack.path),
        "branches": [_rounded(branch) for branch in crack.branches],
        "arms": crack.arms,
        "length_px": round(crack.length_px, 1),
        # Rounding may reach 180 itself, which is 0.
        "orientation_deg": round(crack.orientation_deg, 1) % 180,
        "tortuosity": _round(crack.tortuosity, 3),
        **_widths_px(crack),
        "mask_width_mean_px": round(crack.width_mean_px, 2),
        "mask_width_max_px": round(crack.width_max_px, 2),
        "area_px": crack.area_px,
        "confidence": round(crack.confidence, 3),
        "box": list(crack.box),
    }
    finding["below_floor"] = _below_floor(crack.widths, floor)
    return finding if scale is None else finding | _millimetres(crack, scale, floor)


def _widths_px(crack: Crack) -> dict[str, Any]:
    widths, profile = crack.widths, crack.profile
    columns = np.column_stack((profile.places, profile.width_px, profile.u95_px))
    numbers = (
        (None,) * len(_WIDTHS)
        if widths is None
        else (widths.median, widths.u95, widths.mean, widths.p95, widths.widest, widths.widest_u95)
    )
    return {
        **{name: _round(number, 2) for name, number in zip(_WIDTHS, numbers, strict=True)},
        "width_max_at": None if widths is None else [round(axis, 1) for axis in widths.widest_at],
        "width_samples": crack.samples,
        "width_profile_px": [[round(value, 2) for value in row] for row in columns.tolist()],
    }


def _below_floor(widths: WidthSummary | None, floor: Floor | None) -> bool | None:
    """Whether the median is narrower than can be measured in this photo; None where one of the two is not known."""
    if widths is None or floor is None:
        return None
    return floor.measurable_px is None or widths.median < floor.measurable_px


def _millimetres(crack: Crack, scale: Scale, floor: Floor | None) -> dict[str, Any]:
    lines = (crack.path, *crack.branches)
    seen = crack_on_surface(lines, crack.length_px, crack.profile, crack.widths, scale, floor)
    facts: dict[str, Any] = {"length_mm": _round(seen.length_mm, 1)}
    if seen.median is not None:
        facts |= _one_width("width_median", seen.median)
    if seen.mean_mm is not None and seen.p95_mm is not None:
        facts |= {"width_mean_mm": round(seen.mean_mm, 3), "width_p95_mm": round(seen.p95_mm, 3)}
    return facts if seen.widest is None else facts | _one_width("width_max", seen.widest)


def _one_width(name: str, width: WidthOnSurface) -> dict[str, float]:
    """A width with its uncertainty, or what it is less than where the photo is too coarse to measure it."""
    u95 = "width_u95_mm" if name == "width_median" else f"{name}_u95_mm"
    if width.upper_bound:
        return {f"{name.removesuffix('_median')}_upper_bound_mm": round(width.mm, 3)}
    return {f"{name}_mm": round(width.mm, 3), u95: round(width.u95_mm, 3)}


def _totals(cracks: Sequence[Crack], size: tuple[int, int], scale: Scale | None) -> dict[str, Any]:
    totals = total(cracks, size)
    facts: dict[str, Any] = {
        "findings": totals.findings,
        "length_px": round(totals.length_px, 1),
        "area_px": totals.area_px,
        "area_share": round(totals.area_share, 6),
        "density_per_px": round(totals.density_per_px, 8),
        "orientation_deg": _round(totals.orientation_deg, 1),
        "orientation_r": _round(totals.resultant, 3),
        "spacing_px": _round(totals.spacing_px, 1),
    }
    if scale is None:
        return facts
    lengths = [length_on_surface((crack.path, *crack.branches), crack.length_px, scale) for crack in cracks]
    seen = [length for length in lengths if length is not None]
    return facts | {
        "length_mm": round(sum(seen), 1) if len(seen) == len(lengths) else None,
        "density_m_per_m2": round(totals.density_m_per_m2(scale.mm_per_px), 4),
        "spacing_mm": _round(totals.spacing_px and totals.spacing_px * scale.mm_per_px, 1),
    }


def _scale(scale: PhotoScale | None) -> dict[str, Any] | None:
    if scale is None:
        return None
    facts = scale.scale
    return {
        "mm_per_px": _significant(facts.mm_per_px),
        "u95": _significant(facts.u95_mm_per_px),
        "source": scale.source,
        "note": facts.note,
    }


def _significant(value: float) -> float:
    return float(f"{value:.6g}")


def _round(value: float | None, digits: int) -> float | None:
    # A length beyond the horizon of the surface is no number in JSON.
    return round(value, digits) if value is not None and np.isfinite(value) else None


def _rounded(path: Iterable[Point]) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in path]
