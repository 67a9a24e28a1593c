"""The findings of a photo as JSON values, the same from `predict` and from `measure`."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from segmentation.commands.scales import PhotoScale
from segmentation.measurement import total
from segmentation.results import Crack, Point, WidthSummary
from segmentation.scale import Floor, Scale

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
    facts: dict[str, Any] = {"length_mm": _round(_length_mm(crack, scale), 1)}
    widths, profile = crack.widths, crack.profile
    if widths is None:
        return facts
    per_px, per_px_u95 = scale.along(profile.places, profile.across_deg)
    width = profile.width_px * per_px
    # First order, edge and scale being independent: (U_w / w)² = (U_s / s)² + (U_p / p)².
    u95 = np.hypot(per_px * profile.u95_px, profile.width_px * per_px_u95)
    seen = np.isfinite(width)
    if not seen.all():
        return facts
    here = widths.median_index
    facts |= _one_width("width", float(np.median(width)), _u95_mm(widths.u95, here, crack, per_px, per_px_u95), floor)
    if "width_mm" in facts:
        facts["width_median_mm"], facts["width_mean_mm"] = facts.pop("width_mm"), round(float(width.mean()), 3)
        facts["width_p95_mm"] = round(float(np.quantile(width, 0.95)), 3)
    there = widths.widest_index
    return facts | _one_width("width_max", widths.widest * float(per_px[there]), float(u95[there]), floor)


def _u95_mm(u95_px: float, index: int, crack: Crack, per_px: np.ndarray, per_px_u95: np.ndarray) -> float:
    return float(np.hypot(per_px[index] * u95_px, crack.profile.width_px[index] * per_px_u95[index]))


def _one_width(name: str, width: float, u95: float, floor: Floor | None) -> dict[str, float]:
    """A width with its uncertainty, or what it is less than where the photo is too coarse to measure it."""
    if floor is not None and (floor.measurable_mm is None or width < floor.measurable_mm):
        return {f"{name}_upper_bound_mm": round(width + u95, 3)}
    return {f"{name}_mm": round(width, 3), f"{name}_u95_mm": round(u95, 3)}


def _length_mm(crack: Crack, scale: Scale) -> float:
    """The length on the surface: each step of the lines by the scale at its middle, along it."""
    pixels = millimetres = 0.0
    for line in (crack.path, *crack.branches):
        points = np.array(line)
        steps = np.diff(points, axis=0)
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        per_px, _ = scale.along((points[1:] + points[:-1]) / 2, np.degrees(np.arctan2(-steps[:, 1], steps[:, 0])))
        pixels += float(lengths.sum())
        millimetres += float((lengths * per_px).sum())
    # Stored lines have fewer points than the one that was measured, and are a little shorter.
    return crack.length_px * millimetres / pixels if pixels else 0.0


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
    return facts | {
        "length_mm": _round(sum(_length_mm(crack, scale) for crack in cracks), 1),
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
