"""Reading request bodies: bounded, and strict where JSON is loose."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from inspections.errors import InspectionError


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it: no NaN, no name twice, no lone surrogates, and no nesting that Python cannot follow."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as Python values. Raises ParseError, or InspectionError `request_too_large`."""
        try:
            text = _read(stream).decode("utf-8-sig")
            return json.loads(text, object_pairs_hook=_names_once, parse_constant=_refuse_constant)
        except RecursionError:
            raise ParseError(_("the JSON is nested too deeply")) from None
        except ValueError as error:
            raise ParseError(_("not valid JSON ({error})").format(error=error)) from None


class BoundedFormParser(BaseParser):
    """A URL-encoded form, as `curl -d` sends it."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> QueryDict:
        """The form's fields. Raises InspectionError `request_too_large`."""
        return QueryDict(_read(stream), encoding="utf-8")


class YamlTextParser(BaseParser):
    """A rule pack as the body itself (RFC 9512). Nothing is read here: its text is handed on."""

    media_type = "application/yaml"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """The body under the name `text`. Raises ParseError, or InspectionError `request_too_large`."""
        try:
            return {"text": _read(stream).decode("utf-8")}
        except UnicodeDecodeError:
            raise ParseError(_("the text is not UTF-8")) from None


def _read(stream: IO[Any]) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise InspectionError("request_too_large", limit_mb=limit / 1e6)
    return body


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        # A lone surrogate cannot be encoded, neither for the database nor for the answer that would quote it.
        name.encode()
        if name in found:
            raise ValueError(f"the name {name[:40]!r} stands twice")
        found[name] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
