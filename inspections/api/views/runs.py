"""Analyses: asked for, watched, cancelled, and their pictures fetched."""

from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ChoiceField, UUIDField

from inspections.access import fetch
from inspections.api.base import Door
from inspections.api.filters import Filter
from inspections.api.serializers.runs import MeasureRequest, NetworkFacts, RunFacts, RunRequest
from inspections.errors import InspectionError
from inspections.exports.masks import mask_of
from inspections.language import inside
from inspections.media import Picture, send_picture, send_widths
from inspections.media.unpacking import unpacked_where_needed
from inspections.models import Network, Role, SegmentationRun, SurveyImage
from inspections.services.runs import cancel_run, measure_again, request_run

Status = SegmentationRun.Status
_ROWS = SegmentationRun.objects.select_related("network")


class Runs(Door, ListAPIView):
    """The analyses of your photos, newest first."""

    queryset = _ROWS.order_by("-created_at", "pk")
    serializer_class = RunFacts
    known_filters = {
        "status": Filter("status", ChoiceField(choices=Status.choices)),
        "survey": Filter("image__survey", UUIDField(), "only those of this survey's photos"),
    }


class OneRun(Door, RetrieveAPIView):
    """One analysis. Poll it until `is_final`."""

    queryset = _ROWS
    serializer_class = RunFacts


class RunCancel(Door):
    """Stop an open analysis; its worker notices at the next tile and writes nothing."""

    queryset = _ROWS
    serializer_class = RunFacts

    @extend_schema(request=None, responses=RunFacts)
    def post(self, request: Request, pk: Any) -> Response:
        run = fetch(self.queryset.all(), self.reader, Role.INSPECTOR, pk=pk)
        cancel_run(run=run)
        return Response(self.get_serializer(run).data)


@extend_schema_view(get=extend_schema(description="All analyses of a photo, newest first."))
class PhotoRuns(Door, ListAPIView):
    """The analyses of one photo."""

    queryset = _ROWS.order_by("-created_at", "pk")
    serializer_class = RunFacts

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(image=fetch(SurveyImage.objects.all(), self.reader, pk=self.kwargs["pk"]))

    @extend_schema(
        request=RunRequest,
        responses={201: RunFacts, 200: RunFacts},
        description="Analyse again. An open run that looks the same way is answered with 200.",
    )
    def post(self, request: Request, pk: Any) -> Response:
        image = fetch(
            SurveyImage.objects.select_related("survey__bridge__organisation"), self.reader, Role.INSPECTOR, pk=pk
        )
        body = RunRequest(data=request.data, context={**self.get_serializer_context(), "image": image})
        body.is_valid(raise_exception=True)
        wanted = {name: value for name, value in body.validated_data.items() if value is not None}
        before = image.runs.open().first()
        if before is not None and any(getattr(before, name) != value for name, value in wanted.items()):
            raise InspectionError("run_not_final", status=inside(before.get_status_display()))
        run = request_run(image=image, requested_by=self.reader, **wanted)
        return Response(self.get_serializer(run).data, status=200 if run == before else 201)


class RunMeasure(Door):
    """Trace and measure what an analysis saw with another threshold. No network looks again, so it takes seconds."""

    queryset = _ROWS.select_related("image__survey__bridge__organisation")
    serializer_class = RunFacts

    @extend_schema(
        request=MeasureRequest,
        responses={201: RunFacts, 200: RunFacts},
        description="Measure again with another threshold. An open run that does just that is answered with 200.",
    )
    def post(self, request: Request, pk: Any) -> Response:
        run = fetch(self.queryset.all(), self.reader, Role.INSPECTOR, pk=pk)
        body = MeasureRequest(data=request.data)
        body.is_valid(raise_exception=True)
        threshold = body.validated_data["threshold"]
        before = run.image.runs.open().first()
        if before is not None and (before.map_of_id, before.threshold) != (run.pk, threshold):
            raise InspectionError("run_not_final", status=inside(before.get_status_display()))
        again = measure_again(run=run, threshold=threshold, requested_by=self.reader)
        return Response(self.get_serializer(again).data, status=200 if again == before else 201)


class RunWidths(Door):
    """The widths along every crack of an analysis, sample by sample."""

    queryset = _ROWS

    @extend_schema(operation_id="runs_widths", responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: Any) -> HttpResponseBase:
        run = fetch(self.queryset.all(), self.reader, pk=pk)
        if not run.widths:
            raise InspectionError("not_found")
        return unpacked_where_needed(request._request, send_widths(request._request, run.widths))


class RunProbability(Door):
    """The probability of a crack at each pixel of the upright photo: 8-bit PNG, 0 to 255 for 0 to 1."""

    queryset = _ROWS

    @extend_schema(operation_id="runs_probability", responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: Any) -> HttpResponseBase:
        run = fetch(self.queryset.all(), self.reader, pk=pk)
        if not run.probability:
            raise InspectionError("not_found")
        return send_picture(request._request, run.probability, Picture.PNG)


class RunMask(Door):
    """The run's findings as a mask of the upright photo: 8-bit PNG, 255 on cracks; rejected findings are left out.

    Of a photo's newest finished run these are the cracks that stand, what people have drawn included; of an earlier run
    those that it had found itself.
    """

    queryset = _ROWS

    @extend_schema(operation_id="runs_mask", responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: Any) -> StreamingHttpResponse:
        run = fetch(self.queryset.select_related("image"), self.reader, pk=pk)
        if run.status != Status.SUCCEEDED:
            raise InspectionError("not_found")
        return StreamingHttpResponse(mask_of(run.image, run.findings.as_shown().standing()), content_type="image/png")


class Networks(Door, ListAPIView):
    """The networks you can analyse with: your organisations' own, and those shipped with Hairline."""

    queryset = Network.objects.order_by("-created_at", "pk")
    serializer_class = NetworkFacts
