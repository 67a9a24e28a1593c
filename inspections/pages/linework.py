"""What the scripts need that draw on a photo: the photo at full size, the lines on it, what became of a drawing."""

from html import unescape
from typing import Any

from django.urls import reverse
from django.utils.html import strip_tags

from inspections.media import DeepZoom
from inspections.media.pyramids import TILE_SIZE
from inspections.models import Drawing, Finding, SurveyImage
from inspections.templatetags.quantities import crack_width


def full_size(image: SurveyImage) -> dict[str, Any]:
    """The photo for a script that shows it at 1:1. `tiles` is the address of the full level, None before it is made."""
    level = DeepZoom(image.width, image.height).max_level
    return {
        "id": str(image.pk),
        "name": image.original_name,
        "width": image.width,
        "height": image.height,
        "tileSize": TILE_SIZE,
        "tiles": reverse("photo-tile", args=[image.pk, level, 0, 0]).removesuffix("0_0.jpg") if image.pyramid else None,
        "draw": reverse("photo-draw", args=[image.pk]),
    }


def describe_crack(finding: Finding) -> dict[str, Any]:
    """A crack as a line; places in pixels of the upright photo, its width in words."""
    return {
        "id": str(finding.pk),
        "number": finding.number,
        "lines": [finding.path, *finding.branches],
        "box": finding.box,
        "verdict": finding.verdict or "undecided",
        "drawn": finding.drawing_id is not None,
        "seen": finding.reviews_count,
        "width": unescape(strip_tags(crack_width(finding))),
    }


def describe_drawing(drawing: Drawing) -> dict[str, Any]:
    """What became of a drawing: its status, the sentence where it failed, the cracks that it made and replaced."""
    made = drawing.made.filter(is_current=True).order_by("number")
    replaced = drawing.replaced.order_by("number").values_list("pk", "number")
    return {
        "id": str(drawing.pk),
        "status": drawing.status,
        "failure": drawing.failure,
        "made": [describe_crack(finding) for finding in made],
        "replaced": [{"id": str(pk), "number": number} for pk, number in replaced],
        "watch": reverse("drawing", args=[drawing.pk]),
        "undo": reverse("drawing-undo", args=[drawing.pk]),
    }


def cracks_on(image: SurveyImage) -> list[dict[str, Any]]:
    """The cracks that are on the photo now, rejected ones, too. One query."""
    rows = Finding.objects.current().filter(image=image).defer("mask_runs", "proposal").order_by("number")
    return [describe_crack(finding) for finding in rows]
