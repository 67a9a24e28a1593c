"""Photos going in and coming out."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from inspections.api.fields import FiniteFloat, OwnedReference
from inspections.api.serializers.runs import RunFacts
from inspections.api.serializers.scales import KnownLength, ScaleFacts, scale_of
from inspections.api.serializers.strict import StrictSerializer
from inspections.models import Element, SegmentationRun, SurveyImage
from inspections.services.images import place_image
from inspections.services.measuring import give_distance, give_known_length

STATES = ("waiting", *SegmentationRun.Status.values)


class PhotoUpload(StrictSerializer):
    """One photo. With `sha256` and `size` a file that was damaged on its way is refused instead of kept.

    `distance_m` ± `distance_u95_m` (95 %) is the distance to the surface, where the sender knows it.
    """

    file = serializers.FileField(allow_empty_file=True, max_length=1000)
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}\Z", required=False, default="")
    size = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0)
    element = OwnedReference(queryset=Element.objects.all(), required=False, allow_null=True, default=None)
    distance_m = FiniteFloat(required=False, allow_null=True, default=None)
    distance_u95_m = FiniteFloat(required=False, allow_null=True, default=None)


class PhotoChange(StrictSerializer):
    """What people say of a photo. A name that is left out stays as it is; null takes it back."""

    element = OwnedReference(queryset=Element.objects.all(), required=False, allow_null=True)
    distance_m = FiniteFloat(required=False, allow_null=True)
    distance_u95_m = FiniteFloat(required=False, allow_null=True)
    known_length = KnownLength(required=False, allow_null=True)

    def update(self, instance: SurveyImage, validated_data: dict[str, Any]) -> SurveyImage:
        """All of it, or where one part cannot be, none of it."""
        with transaction.atomic():
            if "element" in validated_data:
                place_image(image=instance, element=validated_data["element"])
            if {"distance_m", "distance_u95_m"} & set(validated_data):
                distance = validated_data.get("distance_m", instance.distance_m)
                kept = instance.distance_u95_m if distance is not None else None
                u95 = validated_data.get("distance_u95_m", kept)
                give_distance(image=instance, distance_m=distance, u95_m=u95)
            if "known_length" in validated_data:
                known = validated_data["known_length"] or {"start": None, "stop": None, "length_mm": None}
                give_known_length(image=instance, **known)
        return instance


class PhotoRemark(serializers.Serializer):
    """Something odd about a photo that was accepted all the same."""

    code = serializers.SlugField()
    detail = serializers.CharField()


class PhotoLinks(serializers.Serializer):
    """Where the photo's parts are."""

    findings = serializers.URLField()
    original = serializers.URLField()
    page = serializers.URLField(help_text="For people: the photo in the browser.")


class PhotoFacts(serializers.ModelSerializer):
    """A photo, what its file told, and its newest analysis. Width and height are those of the upright picture.

    `is_measured` is false while its millimetres are still those of an earlier scale or of other rules.
    """

    name = serializers.CharField(source="original_name", read_only=True)
    state = serializers.ChoiceField(choices=STATES, read_only=True, help_text="The status of the newest run.")
    run = serializers.SerializerMethodField(help_text="The newest run.")
    warnings = PhotoRemark(many=True, read_only=True)
    known_length = KnownLength(read_only=True, allow_null=True)
    is_measured = serializers.BooleanField(read_only=True)
    scale = serializers.SerializerMethodField(help_text="What was found; null before the first analysis.")
    links = serializers.SerializerMethodField()

    class Meta:
        model = SurveyImage
        fields = [
            "id",
            "survey",
            "element",
            "name",
            "sha256",
            "byte_size",
            "format",
            "width",
            "height",
            "orientation",
            "bit_depth",
            "converted_from",
            "taken_at",
            "camera_make",
            "camera_model",
            "latitude",
            "longitude",
            "altitude_m",
            "warnings",
            "created_at",
            "distance_m",
            "distance_u95_m",
            "known_length",
            "scale",
            "is_measured",
            "state",
            "run",
            "links",
        ]
        read_only_fields = fields

    @extend_schema_field(RunFacts(allow_null=True))
    def get_run(self, image: Any) -> dict[str, Any] | None:
        run = image.latest_run
        return dict(RunFacts(run, context=self.context).data) if run else None

    @extend_schema_field(ScaleFacts(allow_null=True))
    def get_scale(self, image: SurveyImage) -> dict[str, Any] | None:
        return scale_of(image)

    @extend_schema_field(PhotoLinks)
    def get_links(self, image: SurveyImage) -> dict[str, str]:
        request = self.context.get("request")
        return {
            "findings": reverse("api-photo-findings", args=[image.pk], request=request),
            "original": reverse("api-photo-original", args=[image.pk], request=request),
            "page": reverse("photo", args=[image.pk], request=request),
        }


class UploadedPhoto(PhotoFacts):
    """The answer to an upload; `duplicate` when the survey had this very photo already."""

    duplicate = serializers.SerializerMethodField()

    class Meta(PhotoFacts.Meta):
        fields = [*PhotoFacts.Meta.fields, "duplicate"]
        read_only_fields = fields

    def get_duplicate(self, _image: SurveyImage) -> bool:
        return bool(self.context.get("duplicate"))
