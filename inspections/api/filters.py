"""Query parameters: each door names the few it knows, and any other is refused rather than ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.plumbing import build_basic_type
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from inspections.errors import InspectionError

PAGING = ("page", "page_size")
_KINDS = (
    (serializers.UUIDField, OpenApiTypes.UUID),
    (serializers.BooleanField, OpenApiTypes.BOOL),
    (serializers.FloatField, OpenApiTypes.NUMBER),
)
_SECRETS = ("token", "password", "authorization", "api_key", "access_token")


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter: the lookup that a door's rows are narrowed by, and the field that reads its value.

    Lookups are written here in the code, never taken from a request.
    """

    lookup: str
    field: serializers.Field
    description: str = ""


class Present(serializers.BooleanField):
    """Whether something is known, for a lookup that asks whether it is null."""

    def to_internal_value(self, data: Any) -> bool:
        return not super().to_internal_value(data)


class KnownFilters(BaseFilterBackend):
    """Narrows a list by `view.known_filters`."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """The rows that fit every filter. Raises InspectionError `invalid_filter`."""
        for name, known in view.known_filters.items():
            if name in request.query_params:
                queryset = queryset.filter(**{known.lookup: read_parameter(request, name, known.field)})
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The same parameters, for OpenAPI."""
        return [_described(name, known) for name, known in view.known_filters.items()]


def check_query(request: Request, allowed: Mapping[str, Any], *, pages: bool) -> None:
    """Raise `secret_in_url` or `invalid_filter` for a query parameter that has no business here."""
    for name in request.query_params:
        if name.lower() in _SECRETS:
            raise InspectionError("secret_in_url", field=name, name=name)
        if name not in allowed and not (pages and name in PAGING):
            raise InspectionError("invalid_filter", field=name[:80], name=name[:80])
    if pages:
        for name in PAGING:
            if name in request.query_params:
                read_parameter(request, name, serializers.IntegerField(min_value=1, max_value=10**9))


def read_parameter(request: Request, name: str, field: serializers.Field) -> Any:
    """One query parameter's value. Raises InspectionError `invalid_filter` when it stands twice or cannot be read."""
    values = request.query_params.getlist(name)
    try:
        if len(values) != 1:
            raise serializers.ValidationError("given twice")
        return field.run_validation(values[0])
    except serializers.ValidationError:
        raise InspectionError("invalid_filter", field=name, name=name) from None


def _described(name: str, known: Filter) -> dict[str, Any]:
    kind = next((kind for field, kind in _KINDS if isinstance(known.field, field)), OpenApiTypes.STR)
    schema = dict(build_basic_type(kind) or {})
    if isinstance(known.field, serializers.ChoiceField):
        schema["enum"] = list(known.field.choices)
    return {"name": name, "in": "query", "required": False, "description": known.description, "schema": schema}
