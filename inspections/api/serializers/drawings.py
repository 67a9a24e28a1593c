"""What people draw on photos."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inspections.api.serializers.findings import POINTS
from inspections.api.serializers.strict import StrictSerializer
from inspections.models import Drawing
from inspections.services.drawing_shapes import LONGEST_REASON, MOST_MERGED


@extend_schema_field(POINTS)
class Line(serializers.ListField):
    """[[x, y], …]; `services.drawing_shapes` looks at the points."""


@extend_schema_field({"type": "array", "items": {"type": "integer", "minimum": 0}})
class Integers(serializers.ListField):
    """Whole numbers; `services.drawing_shapes` looks at them, which are many."""


class DrawingRequest(StrictSerializer):
    """Something drawn on a photo, in pixels of the upright photo.

    `line`: a missed crack, by a `line` along it, which may be a few pixels off. `mask`: what is painted inside `box`
    (x0, y0, x1, y1, half open; 2048 pixels a side at most) as run lengths, row by row, background first: the whole
    truth there for the one finding named, or a new crack without one. `split`: the one finding named, cut along `line`.
    `merge`: 2 to 20 findings become one. No length counts twice: a line or mask that lies mostly on findings that stand
    fails with `stands_already`; else those that lie along it become part of it, and are named in `replaced`.
    """

    kind = serializers.ChoiceField(choices=Drawing.Kind.choices)
    findings = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_MERGED
    )
    line = Line(required=False, default=list)
    box = Integers(required=False, default=list)
    mask_runs = Integers(required=False, default=list)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_REASON)


class DrawingFacts(serializers.ModelSerializer):
    """Something a person has drawn. `waiting` until a worker has measured it; `failure` says why nothing came of it.

    `replaced` are the findings that stand no more because of it, `made` those that it has made.
    """

    photo = serializers.UUIDField(source="image_id", read_only=True)
    author = serializers.SerializerMethodField()
    failure = serializers.CharField(read_only=True)
    replaced = serializers.SerializerMethodField()
    made = serializers.SerializerMethodField()

    class Meta:
        model = Drawing
        fields = [
            "id",
            "photo",
            "run",
            "kind",
            "status",
            "reason",
            "author",
            "created_at",
            "error_code",
            "failure",
            "replaced",
            "made",
        ]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.STR)
    def get_author(self, drawing: Drawing) -> str:
        return drawing.author.get_username()

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_replaced(self, drawing: Drawing) -> list[Any]:
        return [str(pk) for pk in drawing.replaced.order_by("number").values_list("pk", flat=True)]

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_made(self, drawing: Drawing) -> list[Any]:
        made = drawing.made.filter(run=drawing.run_id).order_by("number")
        return [str(pk) for pk in made.values_list("pk", flat=True)]
