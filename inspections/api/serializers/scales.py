"""The scale of a photo: what people say of it, and what was found."""

from typing import Any

from rest_framework import serializers

from inspections.api.fields import FiniteFloat
from inspections.api.serializers.strict import StrictSerializer
from inspections.models import SurveyImage


class Place(serializers.ListField):
    """x, y in pixels of the upright photo."""

    child = FiniteFloat()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_length": 2, "max_length": 2, **kwargs})


class KnownLength(StrictSerializer):
    """How long something in the photo is, between two points of it; `u95_mm` null takes 1 %, and 0.5 mm at least."""

    start = Place()
    stop = Place()
    length_mm = FiniteFloat()
    u95_mm = FiniteFloat(required=False, allow_null=True, default=None)


class TriedSource(serializers.Serializer):
    """A source of scale that gave none, and why."""

    # The stubs know a field's own source by this name.
    source = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()


class ScaleFacts(serializers.Serializer):
    """Millimetres per pixel in the middle of what was measured, their source, best first, and the photo's floor.

    Without a scale `source` and the millimetres are null, and `tried` says what would help. Widths under the floor are
    not measured, and cracks under `visible_*` are not seen.
    """

    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    mm_per_px = serializers.FloatField(allow_null=True)
    mm_per_px_u95 = serializers.FloatField(allow_null=True)
    note = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())
    conflicts = serializers.ListField(child=serializers.CharField())
    tried = TriedSource(many=True)
    floor_px = serializers.FloatField(allow_null=True)
    floor_mm = serializers.FloatField(allow_null=True)
    visible_px = serializers.FloatField(allow_null=True)
    visible_mm = serializers.FloatField(allow_null=True)
    floor_sentence = serializers.CharField()


def scale_of(image: SurveyImage) -> dict[str, Any] | None:
    """The facts of `ScaleFacts`; None before the first analysis has looked for them."""
    found, floor = image.scale, image.floor
    if not found:
        return None
    return {
        "source": image.scale_source or None,
        "mm_per_px": image.mm_per_px,
        "mm_per_px_u95": image.mm_per_px_u95,
        "note": (found.get("scale") or {}).get("note", ""),
        "notes": found.get("notes", []),
        "conflicts": found.get("conflicts", []),
        "tried": [{"source": source, "reason": reason} for source, reason in found.get("tried", [])],
        "floor_px": floor.get("measurable_px"),
        "floor_mm": image.floor_mm,
        "visible_px": floor.get("visible_px"),
        "visible_mm": floor.get("visible_mm"),
        "floor_sentence": floor.get("sentence", ""),
    }
