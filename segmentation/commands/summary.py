"""A report as a few lines for a terminal."""

from collections.abc import Iterator
from typing import Any

SHOWN = 20


def lines_of_findings(facts: dict[str, Any]) -> Iterator[str]:
    """What was measured, the longest cracks first; `facts` is the report that is written as JSON."""
    findings, totals, scale = facts["findings"], facts["totals"], facts["scale"]
    if not findings:
        yield "No cracks."
    for number, finding in enumerate(findings[:SHOWN], start=1):
        angle = f"{finding['orientation_deg']:.0f}°"
        yield f"{number}. {_length(finding)}, width {_width(finding)}, {angle}{_arms(finding)}"
    if len(findings) > SHOWN:
        yield f"… and {len(findings) - SHOWN} more; --json FILE holds them all."
    if findings:
        density = f", {totals['density_m_per_m2']:.3g} m/m²" if scale else ""
        yield f"{totals['findings']} in all: {_length(totals)}{density}, {totals['area_share']:.2%} of the photo"
    if scale:
        yield f"Scale: {scale['mm_per_px']:.4g} ± {scale['u95']:.2g} mm per pixel ({scale['source']})"
    if facts["floor_note"]:
        yield facts["floor_note"]


def _length(facts: dict[str, Any]) -> str:
    millimetres = facts.get("length_mm")
    return f"{facts['length_px']:.0f} px" if millimetres is None else f"{millimetres:.0f} mm"


def _width(finding: dict[str, Any]) -> str:
    bound = finding.get("width_upper_bound_mm")
    if bound is not None:
        return f"< {bound:.2g} mm"
    if "width_median_mm" in finding:
        return f"{finding['width_median_mm']:.2f} ± {finding['width_u95_mm']:.2f} mm"
    if finding["width_median_px"] is None:
        return "not measured"
    if finding["below_floor"]:
        return f"< {finding['width_median_px'] + finding['width_u95_px']:.1f} px"
    return f"{finding['width_median_px']:.1f} ± {finding['width_u95_px']:.1f} px"


def _arms(finding: dict[str, Any]) -> str:
    return f", {finding['arms']} branches" if finding["arms"] > 1 else ""
