"""Whether the server can serve."""

from django.db import connection
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField

from inspections.api.base import Door
from inspections.models import User


class Health(Door):
    """For a watcher: 200 when the database answers, else 503."""

    queryset = User.objects.none()
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(auth=[], responses=inline_serializer("Health", {"status": CharField()}))
    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return Response({"status": "ok"})
