"""What people draw on photos."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from inspections.access import fetch
from inspections.api.base import Door
from inspections.api.serializers.drawings import DrawingFacts, DrawingRequest
from inspections.errors import InspectionError
from inspections.models import Drawing, Finding, Role, SurveyImage, User
from inspections.services.drawings import request_drawing


class PhotoDrawings(Door):
    """Drawing on a photo: a missed crack, a corrected mask, a cut, a join."""

    queryset = Drawing.objects.all()
    serializer_class = DrawingFacts

    @extend_schema(
        operation_id="photos_draw",
        request=DrawingRequest,
        responses={201: DrawingFacts},
        description="Draw on the photo. A worker measures it; ask for the drawing until it waits no more.",
    )
    def post(self, request: Request, pk: Any) -> Response:
        rows = SurveyImage.objects.select_related("survey__bridge__organisation")
        image = fetch(rows, self.reader, Role.REVIEWER, pk=pk)
        body = DrawingRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = {**body.validated_data, "findings": _findings(self.reader, body.validated_data["findings"])}
        drawing = request_drawing(image=image, author=self.reader, **given)
        return Response(self.get_serializer(drawing).data, status=201)


@extend_schema_view(get=extend_schema(description="Something drawn, and what has become of it."))
class OneDrawing(Door, RetrieveAPIView):
    """Something drawn, and what has become of it."""

    queryset = Drawing.objects.select_related("author")
    serializer_class = DrawingFacts


def _findings(reader: User, wanted: list[Any]) -> list[Finding]:
    found = Finding.objects.visible_to(reader).in_bulk(wanted)
    for pk in wanted:
        if pk not in found:
            raise InspectionError("invalid_reference", field="findings", kind="Finding", id=str(pk))
    return list(found.values())
