"""Projects and surveys."""

from typing import Any

from rest_framework import serializers

from inspections.api.fields import OwnedReference, OwnOrganisation, only_organisation
from inspections.api.serializers.strict import StrictModelSerializer
from inspections.models import Bridge, Project, Survey
from inspections.services.surveys import change_survey, start_survey


class ProjectSerializer(StrictModelSerializer):
    """An inspection contract. `organisation` may be left out by members of only one."""

    settled = ("organisation",)
    organisation = OwnOrganisation(required=False)

    class Meta:
        model = Project
        fields = ["id", "organisation", "name", "client", "starts_on", "ends_on", "created_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None:
            attrs["organisation"] = attrs.get("organisation") or only_organisation(self.context["request"].user)
        return super().validate(attrs)


class SurveySerializer(StrictModelSerializer):
    """One visit to a bridge, with what has become of its photos. The counts leave out rejected findings.

    `distance_m` ± `distance_u95_m` (95 %) and the markers, whose black square measures `marker_side_mm`, give its
    photos a scale. Millimetres are those of the `scaled_count` analysed photos that have one.
    """

    settled = ("bridge",)
    bridge = OwnedReference(queryset=Bridge.objects.all())
    project = OwnedReference(queryset=Project.objects.all(), required=False, allow_null=True)
    photo_count = serializers.IntegerField(read_only=True)
    analysed_count = serializers.IntegerField(read_only=True)
    scaled_count = serializers.IntegerField(read_only=True)
    open_run_count = serializers.IntegerField(read_only=True)
    failed_count = serializers.IntegerField(read_only=True)
    finding_count = serializers.IntegerField(read_only=True)
    undecided_count = serializers.IntegerField(read_only=True)
    crack_length_px = serializers.FloatField(read_only=True)
    crack_length_mm = serializers.FloatField(read_only=True, allow_null=True)
    worst_width_px = serializers.FloatField(read_only=True, allow_null=True)
    worst_width_mm = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = Survey
        fields = [
            "id",
            "bridge",
            "project",
            "name",
            "surveyed_on",
            "crew",
            "method",
            "camera",
            "weather",
            "notes",
            "distance_m",
            "distance_u95_m",
            "marker_family",
            "marker_side_mm",
            "created_at",
            "photo_count",
            "analysed_count",
            "scaled_count",
            "open_run_count",
            "failed_count",
            "finding_count",
            "undecided_count",
            "crack_length_px",
            "crack_length_mm",
            "worst_width_px",
            "worst_width_mm",
        ]

    def create(self, validated_data: dict[str, Any]) -> Survey:
        return start_survey(started_by=self.context["request"].user, **validated_data)

    def update(self, instance: Survey, validated_data: dict[str, Any]) -> Survey:
        change_survey(survey=instance, **validated_data)
        return instance
