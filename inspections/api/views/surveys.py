"""Surveys, and what leaves the house with them."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListCreateAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.serializers import ChoiceField, UUIDField

from inspections.access import fetch
from inspections.api.base import AnswersAsRead, ChangesInPart, Door
from inspections.api.filters import Filter, read_parameter
from inspections.api.serializers.surveys import SurveySerializer
from inspections.errors import InspectionError
from inspections.exports.catalogue import KINDS, export_survey
from inspections.models import Survey


class Surveys(AnswersAsRead, Door, ListCreateAPIView):
    """The surveys of your bridges, newest first."""

    queryset = Survey.objects.with_progress().order_by("-surveyed_on", "-created_at", "pk")
    serializer_class = SurveySerializer
    known_filters = {
        "bridge": Filter("bridge", UUIDField(), "only this bridge's"),
        "project": Filter("project", UUIDField(), "only this project's"),
    }


class OneSurvey(ChangesInPart, Door, RetrieveAPIView):
    """One survey."""

    queryset = Survey.objects.with_progress()
    serializer_class = SurveySerializer


class SurveyExport(Door):
    """The survey's findings as a file; rejected ones are marked in CSV and left out of the others."""

    queryset = Survey.objects.all()
    known_filters = {"kind": Filter("", ChoiceField(choices=tuple(KINDS)))}

    @extend_schema(
        responses={(200, kind.content_type.split(";")[0]): OpenApiTypes.BINARY for kind in KINDS.values()},
        parameters=[OpenApiParameter("kind", required=True, enum=list(KINDS))],
    )
    def get(self, request: Request, pk: Any) -> StreamingHttpResponse:
        survey = fetch(self.queryset.all(), self.reader, pk=pk)
        if "kind" not in request.query_params:
            raise InspectionError("invalid_filter", field="kind", name="kind")
        export = export_survey(survey, read_parameter(request, "kind", self.known_filters["kind"].field))
        answer = StreamingHttpResponse(export.chunks, content_type=export.content_type)
        answer["Content-Disposition"] = export.disposition
        return answer
