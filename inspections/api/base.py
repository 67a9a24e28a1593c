"""What every JSON view shares: the reader's own rows, known query parameters, answers nobody else may keep."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import CreateModelMixin, ListModelMixin, UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from inspections.access import fetch
from inspections.api.filters import Filter, check_query
from inspections.errors import InspectionError
from inspections.models import Role, User


class Door(GenericAPIView):
    """Rows of the reader's organisations; what is not theirs answers 404."""

    known_filters: ClassVar[Mapping[str, Filter]] = {}

    @property
    def reader(self) -> User:
        """Whose token came with the request."""
        return cast(User, self.request.user)

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows.visible_to(self.reader)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            # WSGI hands such a body on as an empty one; what the client sent would be silently lost.
            raise InspectionError("length_required")
        listing = isinstance(self, ListModelMixin) and request.method in ("GET", "HEAD")
        check_query(request, self.known_filters if request.method in ("GET", "HEAD") else {}, pages=listing)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization"])
        return response


class AnswersAsRead(CreateModelMixin):
    """A created row is answered as it will be read: with its counts."""

    def perform_create(self, serializer: BaseSerializer) -> None:
        row = serializer.save()
        serializer.instance = self.get_queryset().get(pk=row.pk)  # type: ignore[attr-defined]


class ChangesInPart(UpdateModelMixin):
    """PATCH for those who may work there, with the names that are to change; answered as it will be read."""

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is named; everything else stays."""
        return self.partial_update(request, *args, **kwargs)

    def get_object(self) -> Any:
        door = cast(Door, self)
        role = Role.INSPECTOR if door.request.method == "PATCH" else Role.VIEWER
        return fetch(door.get_queryset(), door.reader, role, pk=door.kwargs["pk"])

    def perform_update(self, serializer: BaseSerializer) -> None:
        row = serializer.save()
        serializer.instance = cast(Door, self).get_queryset().get(pk=row.pk)
