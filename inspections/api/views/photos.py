"""Photos: sent one by one, listed with the state of their analysis."""

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ChoiceField, UUIDField

from inspections.access import fetch
from inspections.api.base import Door
from inspections.api.filters import Filter, Present
from inspections.api.serializers.photos import STATES, PhotoChange, PhotoFacts, PhotoUpload, UploadedPhoto
from inspections.errors import InspectionError
from inspections.media import send_original
from inspections.models import Role, SegmentationRun, Survey, SurveyImage
from inspections.services.images import add_image

# What the form around a photo may weigh: boundaries, names and the declared checksum.
_FORM_BYTES = 100_000


class SurveyPhotos(Door, ListAPIView):
    """The photos of a survey."""

    queryset = SurveyImage.objects.with_state().order_by("original_name", "created_at", "pk")
    serializer_class = PhotoFacts
    parser_classes = (MultiPartParser,)
    known_filters = {
        "state": Filter("state", ChoiceField(choices=STATES), "only those whose newest run is in this state"),
        "element": Filter("element", UUIDField(), "only those of this element"),
        "has_scale": Filter("mm_per_px__isnull", Present(), "only those whose scale is known, or is not"),
    }

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(survey=fetch(Survey.objects.all(), self.reader, pk=self.kwargs["pk"]))

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return None if page is None else with_latest_runs(page)

    @extend_schema(
        request={"multipart/form-data": PhotoUpload},
        responses={201: UploadedPhoto, 200: UploadedPhoto},
        description="Send one photo. The survey's photo with the same bytes is answered with 200 and its id.",
    )
    def post(self, request: Request, pk: Any) -> Response:
        survey = fetch(Survey.objects.select_related("bridge__organisation"), self.reader, Role.INSPECTOR, pk=pk)
        _refuse_too_large(request)
        body = self._read(request)
        upload = body["file"]
        added = add_image(
            survey=survey,
            file=cast(BinaryIO, upload.file),
            name=upload.name,
            added_by=self.reader,
            element=body["element"],
            declared_sha256=body["sha256"],
            declared_size=body["size"],
            distance_m=body["distance_m"],
            distance_u95_m=body["distance_u95_m"],
        )
        photo = with_latest_runs([super().get_queryset().get(pk=added.image.pk)])[0]
        context = {**self.get_serializer_context(), "duplicate": not added.created}
        return Response(UploadedPhoto(photo, context=context).data, status=201 if added.created else 200)

    def _read(self, request: Request) -> dict[str, Any]:
        files: list[UploadedFile] = request.FILES.getlist("file")
        if not request.FILES:
            # Also where a request was cut: its last, incomplete part is never handed on.
            raise InspectionError("no_file", field="file")
        if len(files) > 1:
            raise InspectionError("one_file", field="file", count=len(files))
        body = PhotoUpload(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return body.validated_data


@extend_schema_view(get=extend_schema(description="One photo with its newest run."))
class OnePhoto(Door, RetrieveAPIView):
    """One photo."""

    queryset = SurveyImage.objects.with_state()
    serializer_class = PhotoFacts

    def get_object(self) -> SurveyImage:
        return with_latest_runs([super().get_object()])[0]

    @extend_schema(
        request=PhotoChange,
        responses=PhotoFacts,
        description="Say which element the photo shows, from how far it was taken, or how long something in it is. "
        "Its cracks are then measured again; `is_measured` tells when.",
    )
    def patch(self, request: Request, pk: Any) -> Response:
        image = fetch(
            SurveyImage.objects.select_related("survey__bridge__organisation"), self.reader, Role.INSPECTOR, pk=pk
        )
        body = PhotoChange(image, data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        body.save()
        return Response(self.get_serializer(self.get_object()).data)


class PhotoOriginal(Door):
    """The original, byte for byte."""

    queryset = SurveyImage.objects.all()

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: Any) -> HttpResponseBase:
        return send_original(request._request, fetch(self.queryset.all(), self.reader, pk=pk))


def with_latest_runs(images: Sequence[Any]) -> list[Any]:
    """Photos read `with_state`, each with `latest_run`, fetched at once."""
    ids = [image.latest_run_id for image in images if image.latest_run_id]
    runs = SegmentationRun.objects.select_related("network").in_bulk(ids)
    for image in images:
        image.latest_run = runs.get(image.latest_run_id)
    return list(images)


def _refuse_too_large(request: Request) -> None:
    """By what the request declares, before a byte of it is read."""
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if declared.isdigit() and int(declared) > settings.MAX_PHOTO_BYTES + _FORM_BYTES:
        raise InspectionError("file_too_large", field="file", limit_mb=settings.MAX_PHOTO_BYTES / 1e6)
