"""Bridges and their elements."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers

from inspections.api.fields import OwnedReference, OwnOrganisation, only_organisation
from inspections.api.serializers.strict import StrictModelSerializer
from inspections.models import Bridge, Element, SurveyImage
from inspections.services.rules import judge_again


class JudgedSerializer(StrictModelSerializer):
    """What cracks are judged by; `photo_lookup` leads from a photo to the row."""

    photo_lookup: ClassVar[str]

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Save the row; where material or exposure are others now, its findings are judged again."""
        before = instance.material, instance.exposure
        with transaction.atomic():
            row = super().update(instance, validated_data)
            if (row.material, row.exposure) != before:
                judge_again(SurveyImage.objects.filter(**{self.photo_lookup: row}))
        return row


class BridgeSerializer(JudgedSerializer):
    """A structure. The counts leave out rejected findings; `organisation` may be left out by members of only one."""

    photo_lookup = "survey__bridge"
    settled = ("organisation",)
    organisation = OwnOrganisation(required=False)
    last_surveyed_on = serializers.DateField(read_only=True, allow_null=True)
    survey_count = serializers.IntegerField(read_only=True)
    photo_count = serializers.IntegerField(read_only=True)
    open_run_count = serializers.IntegerField(read_only=True)
    finding_count = serializers.IntegerField(read_only=True)
    worst_width_px = serializers.FloatField(read_only=True, allow_null=True)
    worst_width_mm = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = Bridge
        fields = [
            "id",
            "organisation",
            "name",
            "structure_number",
            "owner",
            "carries",
            "crosses",
            "year_built",
            "latitude",
            "longitude",
            "material",
            "exposure",
            "inspection_months",
            "notes",
            "created_at",
            "last_surveyed_on",
            "survey_count",
            "photo_count",
            "open_run_count",
            "finding_count",
            "worst_width_px",
            "worst_width_mm",
        ]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None:
            attrs["organisation"] = attrs.get("organisation") or only_organisation(self.context["request"].user)
        return super().validate(attrs)


class ElementSerializer(JudgedSerializer):
    """A part of a bridge; `parent` is the element it belongs to."""

    photo_lookup = "element"
    settled = ("bridge",)
    bridge = OwnedReference(queryset=Bridge.objects.all())
    # The stubs know a serializer's own parent by this name.
    parent = OwnedReference(queryset=Element.objects.all(), required=False, allow_null=True)  # type: ignore[assignment]

    class Meta:
        model = Element
        fields = [
            "id",
            "bridge",
            "parent",
            "kind",
            "name",
            "element_number",
            "material",
            "exposure",
            "position",
            "created_at",
        ]
