"""Numbers of a finding and its photo as exports write them: by the names of the record, with no digits beyond sense."""

from typing import Any

from inspections.models import Finding, SurveyImage

_DECIMALS = {
    "length_mm": 1,
    "width_median_px": 3,
    "width_u95_px": 3,
    "width_p95_px": 3,
    "width_widest_px": 3,
    "width_widest_u95_px": 3,
    "widest_x": 1,
    "widest_y": 1,
    "width_mm": 4,
    "width_u95_mm": 4,
    "width_bound_mm": 4,
    "width_mean_mm": 4,
    "width_p95_mm": 4,
    "widest_mm": 4,
    "widest_u95_mm": 4,
    "widest_bound_mm": 4,
}
MEASURES = (*_DECIMALS, "state", "worst_state", "rule", "rule_pack")
SCALE = ("mm_per_px", "mm_per_px_u95", "scale_source", "floor_mm")


def measures_of(finding: Finding) -> dict[str, Any]:
    """The values of `MEASURES`: what was measured along the crack, and the state that is proposed with its rule.

    None is what was not measured; a bound stands where a width is narrower than its photo can tell.
    """
    numbers = {name: _rounded(getattr(finding, name), digits) for name, digits in _DECIMALS.items()}
    proposal = finding.proposal
    pack = f"{proposal['pack']} {proposal['version']}" if "pack" in proposal else None
    return {
        **numbers,
        "state": finding.state or None,
        "worst_state": finding.worst_state or None,
        "rule": proposal.get("rule"),
        "rule_pack": pack,
    }


def scale_of(image: SurveyImage) -> dict[str, Any]:
    """The values of `SCALE`: millimetres per pixel and their source, and the width below which nothing is measured."""
    return {
        "mm_per_px": _significant(image.mm_per_px),
        "mm_per_px_u95": _significant(image.mm_per_px_u95),
        "scale_source": image.scale_source or None,
        "floor_mm": _significant(image.floor_mm),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _significant(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")
