"""Findings and the decisions on them."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, UUIDField

from inspections.access import fetch
from inspections.api.base import Door
from inspections.api.fields import FiniteFloat
from inspections.api.filters import Filter
from inspections.api.serializers.findings import FindingFacts, ReviewFacts, ReviewRequest
from inspections.models import Finding, Review, Role, Survey, SurveyImage
from inspections.services.reviews import record_review

_FILTERS = {
    "min_width_mm": Filter(
        "widest_mm__gte", FiniteFloat(min_value=0), "only cracks that are so wide or wider somewhere"
    ),
    "state": Filter("state", CharField(max_length=20), "only those for which this state is proposed"),
}


class PhotoFindings(Door, ListAPIView):
    """The cracks on a photo: those that stand, found by its newest finished run or drawn by people.

    Of an earlier run that you name: those that it had found itself.
    """

    queryset = Finding.objects.defer("mask_runs").order_by("number")
    serializer_class = FindingFacts
    known_filters = {
        "run": Filter("run", UUIDField(), "the findings of this run instead of the newest finished one"),
        **_FILTERS,
    }

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        rows = rows.filter(image=fetch(SurveyImage.objects.all(), self.reader, pk=self.kwargs["pk"]))
        return rows.as_shown() if "run" in self.request.query_params else rows.current()


class SurveyFindings(Door, ListAPIView):
    """The cracks on all photos of a survey: those of each photo's newest finished run, by photo and number."""

    queryset = Finding.objects.current().defer("mask_runs")
    serializer_class = FindingFacts
    known_filters = _FILTERS

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        rows = rows.filter(survey=fetch(Survey.objects.all(), self.reader, pk=self.kwargs["pk"]))
        return rows.order_by("image__original_name", "image", "number")


@extend_schema_view(get=extend_schema(description="One crack."))
class OneFinding(Door, RetrieveAPIView):
    """One crack."""

    queryset = Finding.objects.defer("mask_runs")
    serializer_class = FindingFacts


class FindingReviews(Door, ListAPIView):
    """The decisions on a crack, first to last."""

    queryset = Review.objects.select_related("reviewer").order_by("sequence")
    serializer_class = ReviewFacts

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(finding=fetch(Finding.objects.all(), self.reader, pk=self.kwargs["pk"]))

    @extend_schema(
        request=ReviewRequest,
        responses={201: ReviewFacts},
        description="Decide. Nothing is overwritten: the latest decision counts, all are kept. With `seen`, a decision "
        "that somebody made meanwhile is answered with 409 `decided_meanwhile`.",
    )
    def post(self, request: Request, pk: Any) -> Response:
        finding = fetch(Finding.objects.all(), self.reader, Role.REVIEWER, pk=pk)
        body = ReviewRequest(data=request.data)
        body.is_valid(raise_exception=True)
        review = record_review(finding=finding, reviewer=self.reader, **body.validated_data)
        return Response(self.get_serializer(review).data, status=201)
