"""Bridges and their elements."""

from typing import Any

from rest_framework import serializers

from inspections.api.fields import OwnedReference, OwnOrganisation, only_organisation
from inspections.api.serializers.strict import StrictModelSerializer
from inspections.models import Bridge, Element


class BridgeSerializer(StrictModelSerializer):
    """A structure. The counts leave out rejected findings; `organisation` may be left out by members of only one."""

    organisation = OwnOrganisation(required=False)
    last_surveyed_on = serializers.DateField(read_only=True, allow_null=True)
    survey_count = serializers.IntegerField(read_only=True)
    photo_count = serializers.IntegerField(read_only=True)
    open_run_count = serializers.IntegerField(read_only=True)
    finding_count = serializers.IntegerField(read_only=True)
    worst_width_px = serializers.FloatField(read_only=True, allow_null=True)

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
            "notes",
            "created_at",
            "last_surveyed_on",
            "survey_count",
            "photo_count",
            "open_run_count",
            "finding_count",
            "worst_width_px",
        ]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("organisation", None)
        attrs["organisation"] = attrs["organisation"] or only_organisation(self.context["request"].user)
        return super().validate(attrs)


class ElementSerializer(StrictModelSerializer):
    """A part of a bridge; `parent` is the element it belongs to."""

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
