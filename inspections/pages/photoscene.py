"""The cracks of a photo, added up for its page and laid out for the script that draws them."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from inspections.media import DeepZoom
from inspections.media.pyramids import TILE_SIZE
from inspections.models import Finding, SegmentationRun, SurveyImage
from inspections.models.reviews import Verdict
from inspections.pages.keys import BINDINGS
from inspections.pages.photoscales import scale_scene
from inspections.pages.photototals import Totals, totals_of

# The smallest level worth loading: the whole photo in a quarter of a tile.
_SMALLEST_LEVEL = 8


def scene(image: SurveyImage, result: SegmentationRun | None, findings: Sequence[Finding]) -> dict[str, Any]:
    """What the viewer's script draws; places and lengths in pixels of the upright photo."""
    levels = DeepZoom(image.width, image.height)
    return {
        "id": str(image.pk),
        "width": image.width,
        "height": image.height,
        "tileSize": TILE_SIZE,
        "minLevel": min(_SMALLEST_LEVEL, levels.max_level),
        "maxLevel": levels.max_level,
        "tiles": reverse("photo-tile", args=[image.pk, 0, 0, 0]).removesuffix("0/0_0.jpg") if image.pyramid else None,
        "probability": reverse("run-probability", args=[result.pk]) if result and result.probability_preview else None,
        "widths": reverse("run-widths", args=[result.pk]) if result and result.widths else None,
        "threshold": result.used_threshold if result else None,
        "keys": BINDINGS,
        "scale": scale_scene(image),
        "cracks": [_crack(finding) for finding in findings],
    }


def _crack(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.pk),
        "number": finding.number,
        "lines": [finding.path, *finding.branches],
        "box": finding.box,
        "verdict": finding.verdict or "undecided",
        "drawn": finding.drawing_id is not None,
        "isUnseen": finding.is_unseen,
        "measures": reverse("finding-picked", args=[finding.pk]),
        "edit": reverse("finding-edit", args=[finding.pk]),
        "lengthPx": finding.length_px,
        "lengthMm": finding.length_mm,
        "widest": [finding.width_widest_px, finding.width_widest_u95_px],
        "widestAt": None if finding.widest_x is None else [finding.widest_x, finding.widest_y],
    }


def tally(findings: Sequence[Finding]) -> dict[str, Any]:
    """What stands on the photo: rejected cracks are left out of every figure but their own."""
    standing = [finding for finding in findings if finding.verdict != Verdict.REJECTED]
    lengths = [finding.length_mm for finding in standing if finding.length_mm is not None]
    return {
        "standing": len(standing),
        "undecided": sum(finding.verdict is None for finding in standing),
        "rejected": len(findings) - len(standing),
        "length_px": sum(finding.length_px for finding in standing) if standing else None,
        "length_mm": sum(lengths) if lengths and len(lengths) == len(standing) else None,
        "widest": max(standing, key=_widest, default=None),
    }


def standing_totals(image: SurveyImage, findings: Sequence[Finding]) -> Totals | None:
    """What stands on the photo, all together."""
    standing = [finding for finding in findings if finding.verdict != Verdict.REJECTED]
    return totals_of(image, standing)


def _widest(finding: Finding) -> tuple[float, float, float]:
    """Orders cracks by their widest place: widths before bounds, and both before pixels."""
    px = finding.width_max_px if finding.width_widest_px is None else finding.width_widest_px
    return finding.widest_mm or -1.0, finding.widest_bound_mm or -1.0, px
