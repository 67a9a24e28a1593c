"""Findings and the decisions on them."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inspections.api.serializers.strict import StrictSerializer
from inspections.models import Finding, Review
from inspections.models.reviews import Reason, Verdict
from inspections.services.measuring import MILLIMETRES

POINTS = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
}
MEASURED = (
    "arms",
    "tortuosity",
    "width_samples",
    "width_median_px",
    "width_u95_px",
    "width_p95_px",
    "width_widest_px",
    "width_widest_u95_px",
    "widest_x",
    "widest_y",
    *MILLIMETRES,
)


class _AsKept(serializers.ListField):
    """Goes out as it lies in the record: a page of cracks has a hundred thousand numbers, and none needs a look."""

    def to_representation(self, data: Any) -> Any:
        return data


@extend_schema_field(POINTS)
class Path(_AsKept):
    """[[x, y], …] in pixels of the upright photo."""


@extend_schema_field({"type": "array", "items": POINTS})
class Paths(_AsKept):
    """Several paths."""


class FindingFacts(serializers.ModelSerializer):
    """One traced crack, in pixels of the upright photo. `orientation_deg` is axial, 0 along x, counter-clockwise.

    `*_u95*` are 95 % uncertainties. Millimetres are null where the photo has no scale; where a width is narrower than
    its photo can tell, `*_bound_mm` says what it is less than, in place of the width. `state` is what the rules propose
    for the widest place, empty where they cannot tell one, `worst_state` the worst that is possible, and `proposal`
    how they came to it. `decided_state` is the one that a reviewer gave in its place. `seen` counts the decisions.
    `drawing` is null where the network found the crack, else what a person drew.
    """

    photo = serializers.UUIDField(source="image_id", read_only=True)
    path = Path(read_only=True)
    branches = Paths(read_only=True)
    box = serializers.ListField(child=serializers.IntegerField(), read_only=True, help_text="x0, y0, x1, y1, half open")
    proposal = serializers.DictField(read_only=True)
    verdict = serializers.ChoiceField(
        choices=Verdict.choices, read_only=True, allow_null=True, help_text="null while nobody has decided"
    )
    seen = serializers.IntegerField(
        source="reviews_count", read_only=True, help_text="Send it with a decision, to be told of one made meanwhile."
    )

    class Meta:
        model = Finding
        fields = [
            "id",
            "photo",
            "run",
            "number",
            "drawing",
            "verdict",
            "decided_state",
            "seen",
            "path",
            "branches",
            "length_px",
            "width_mean_px",
            "width_max_px",
            "orientation_deg",
            "area_px",
            "confidence",
            "box",
            *MEASURED,
            "state",
            "worst_state",
            "proposal",
        ]
        read_only_fields = fields


class ReviewRequest(StrictSerializer):
    """A decision."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.ChoiceField(
        choices=Reason.choices, required=False, allow_blank=True, default="", help_text="why a rejected one is no crack"
    )
    state = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=20, help_text="the state of an accepted one"
    )
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=10_000)
    seen = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        help_text="`seen` of the finding as it was read; where it is another by now, the answer is 409",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """A reason belongs to a rejection, a state to an acceptance: neither is dropped in silence."""
        if given["reason"] and given["verdict"] != Verdict.REJECTED:
            raise serializers.ValidationError({"reason": _("Only a rejection has a reason.")})
        if given["state"] and given["verdict"] != Verdict.ACCEPTED:
            raise serializers.ValidationError({"state": _("Only an accepted crack has a state.")})
        return given


class ReviewFacts(serializers.ModelSerializer):
    """One decision of one person; the latest counts, all are kept."""

    reviewer = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = ["id", "finding", "sequence", "verdict", "reason", "state", "note", "reviewer", "created_at"]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.STR)
    def get_reviewer(self, review: Review) -> str:
        return review.reviewer.get_username()
