"""Analyses and their state."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from inspections.api.fields import FiniteFloat, OwnedReference
from inspections.api.serializers.strict import StrictSerializer
from inspections.models import Network, Role, SegmentationRun, SurveyImage


class RunRequest(StrictSerializer):
    """What to look with; both may be left out. The threshold is a probability, 0 to 1 exclusive."""

    threshold = FiniteFloat(required=False, allow_null=True, min_value=0.01, max_value=0.99)
    network = OwnedReference(queryset=Network.objects.all(), role=Role.VIEWER, required=False, allow_null=True)

    def validate_network(self, network: Network | None) -> Network | None:
        """A network of another organisation, even one of the sender's, does not look at this photo."""
        image: SurveyImage = self.context["image"]
        organisation = image.survey.bridge.organisation
        if network is not None and network.organisation_id not in (None, organisation.pk):
            raise serializers.ValidationError(_("This network belongs to another organisation than the photo."))
        return network


class MeasureRequest(StrictSerializer):
    """The probability from which what an analysis saw counts as crack."""

    threshold = FiniteFloat(min_value=0.01, max_value=0.99)


class NetworkFacts(serializers.ModelSerializer):
    """A set of weights and what it was trained on; `organisation` null means shipped with Hairline."""

    organisation: serializers.Field = serializers.PrimaryKeyRelatedField(read_only=True, allow_null=True)

    class Meta:
        model = Network
        fields = ["id", "organisation", "name", "version", "architecture", "sha256", "threshold", "card", "created_at"]
        read_only_fields = fields


class RunNetwork(serializers.ModelSerializer):
    """The network of a run, in short."""

    class Meta:
        model = Network
        fields = ["id", "name", "version"]


class RunFailure(serializers.Serializer):
    """Why a run failed."""

    code = serializers.SlugField()
    detail = serializers.CharField()


class RunLinks(serializers.Serializer):
    """Where the result lies; null until there is one. Send the token with these, too."""

    findings = serializers.URLField()
    probability = serializers.URLField(allow_null=True)
    mask = serializers.URLField(allow_null=True)
    widths = serializers.URLField(allow_null=True)


class RunFacts(serializers.ModelSerializer):
    """One analysis of one photo. Final states: succeeded, failed, cancelled.

    `map_of` is the analysis whose map this one has measured again; null where a network has looked. `totals` are the
    photo's, as docs/measuring.md has them.
    """

    photo = serializers.UUIDField(source="image_id", read_only=True)
    network = RunNetwork(read_only=True)
    percent = serializers.IntegerField(read_only=True)
    map_of = serializers.UUIDField(source="map_of_id", read_only=True, allow_null=True)
    totals = serializers.DictField(read_only=True)
    is_final = serializers.BooleanField(read_only=True)
    error = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = SegmentationRun
        fields = [
            "id",
            "photo",
            "status",
            "is_final",
            "stage",
            "attempt",
            "tiles_done",
            "tiles_total",
            "percent",
            "network",
            "map_of",
            "threshold",
            "used_threshold",
            "error",
            "finding_count",
            "crack_length_px",
            "crack_area_share",
            "totals",
            "device",
            "created_at",
            "started_at",
            "finished_at",
            "links",
        ]
        read_only_fields = fields

    @extend_schema_field(RunFailure(allow_null=True))
    def get_error(self, run: SegmentationRun) -> dict[str, str] | None:
        return {"code": run.error_code, "detail": run.failure} if run.error_code else None

    @extend_schema_field(RunLinks)
    def get_links(self, run: SegmentationRun) -> dict[str, Any]:
        request = self.context.get("request")
        done = run.status == SegmentationRun.Status.SUCCEEDED
        findings = reverse("api-photo-findings", args=[run.image_id], request=request)
        return {
            "findings": f"{findings}?run={run.pk}",
            "probability": reverse("api-run-probability", args=[run.pk], request=request) if done else None,
            "mask": reverse("api-run-mask", args=[run.pk], request=request) if done else None,
            "widths": reverse("api-run-widths", args=[run.pk], request=request) if run.widths else None,
        }
