"""From the eye's words to the record's: a traced crack becomes the facts of a finding."""

from typing import Any

from inspections.services.measuring import CrackMeasure
from inspections.services.runs import FindingFacts
from segmentation.results import Crack, WidthSummary
from segmentation.scale import CrackOnSurface, crack_on_surface
from worker.surfaces import Surface, measure_crack


def on_surface(crack: Crack, surface: Surface) -> CrackOnSurface | None:
    """A crack in millimetres; None without a scale."""
    if surface.scale is None:
        return None
    lines = (crack.path, *crack.branches)
    return crack_on_surface(lines, crack.length_px, crack.profile, crack.widths, surface.scale, surface.floor)


def facts_of(crack: Crack, there: CrackOnSurface | None) -> FindingFacts:
    """A traced crack, and what it is on the surface, as the record takes it in."""
    return FindingFacts(
        path=_rounded(crack.path),
        branches=[_rounded(branch) for branch in crack.branches],
        length_px=crack.length_px,
        width_mean_px=crack.width_mean_px,
        width_max_px=crack.width_max_px,
        orientation_deg=crack.orientation_deg,
        area_px=crack.area_px,
        confidence=crack.confidence,
        box=crack.box,
        mask_runs=list(crack.mask_runs),
        arms=crack.arms,
        tortuosity=crack.tortuosity,
        width_samples=crack.samples,
        **_widths(crack.widths),
        measure=measure_crack(there) if there else CrackMeasure(),
    )


def _widths(widths: WidthSummary | None) -> dict[str, Any]:
    """The measured widths by the names of `FindingFacts`; nothing where none could be measured."""
    if widths is None:
        return {}
    return {
        "width_median_px": widths.median,
        "width_u95_px": widths.u95,
        "width_p95_px": widths.p95,
        "width_widest_px": widths.widest,
        "width_widest_u95_px": widths.widest_u95,
        "widest_x": round(widths.widest_at[0], 2),
        "widest_y": round(widths.widest_at[1], 2),
    }


def _rounded(path: tuple[tuple[float, float], ...]) -> list[list[float]]:
    """A path as JSON, to a hundredth of a pixel."""
    return [[round(float(x), 2), round(float(y), 2)] for x, y in path]
