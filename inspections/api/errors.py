"""From an exception to the JSON door's one form of refusal: code, detail, field, facts, request_id."""

import errno
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from inspections.errors import InspectionError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
_TOKEN_CODES = ("invalid_token", "token_expired", "bad_credentials")


def answer_exception(exception: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any exception of a view; what nobody foresaw is logged with its traceback and told without it."""
    request: Request | None = context.get("request")
    error = as_refusal(exception)
    if error.status >= 500 and not isinstance(exception, InspectionError):
        logger.error("Request %s failed.", request_id_of(request), exc_info=exception)
    if error.code == "server_error":
        got_request_exception.send(sender=type(context.get("view")), request=request)
    set_rollback()
    return Response(body_of(error, request), status=error.status, headers=_headers(error))


def body_of(error: InspectionError, request: Request | None) -> dict[str, Any]:
    """The five names that every refusal has."""
    return {
        "code": error.code,
        "detail": error.detail,
        "field": error.field,
        "facts": error.facts,
        "request_id": request_id_of(request),
    }


def request_id_of(request: Request | None) -> str:
    """The id that `inspections.request_ids` gave; empty outside a request."""
    return getattr(request, "request_id", "")


def as_refusal(exception: Exception) -> InspectionError:
    """The InspectionError that says what `exception` means to a client."""
    if isinstance(exception, InspectionError):
        return exception
    for kind, translate in _TRANSLATIONS:
        if isinstance(exception, kind):
            return translate(exception)
    return InspectionError("server_error")


def _headers(error: InspectionError) -> dict[str, str]:
    if error.status == 401:
        return {"WWW-Authenticate": "Token"}
    if error.status == 429:
        return {"Retry-After": str(error.facts.get("seconds", RETRY_SECONDS))}
    if error.status == 503:
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def _failed_login(exception: Any) -> InspectionError:
    code = str(exception.get_codes())
    return InspectionError(code if code in _TOKEN_CODES else "invalid_token")


def _unread(exception: Any) -> InspectionError:
    return InspectionError("parse_error", reason=str(exception.detail).rstrip("."))


def _invalid(exception: Any) -> InspectionError:
    """The first wrong field speaks; all stand in the facts."""
    problems = _flatten(exception.detail)
    field, sentences = next(iter(problems.items()))
    named = None if field == "non_field_errors" else field
    reason = sentences[0] if sentences[0].endswith((".", "!", "?")) else f"{sentences[0]}."
    return InspectionError("invalid", field=named, reason=reason, fields=problems)


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {
            name: sentences
            for key, value in detail.items()
            for name, sentences in _flatten(value, _inside(prefix, str(key))).items()
        }
    if isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        return {
            name: sentences
            for place, item in enumerate(detail)
            for name, sentences in _flatten(item, f"{prefix}.{place}").items()
        }
    sentences = detail if isinstance(detail, list) else [detail]
    return {prefix or "non_field_errors": [str(sentence) for sentence in sentences]}


def _inside(prefix: str, key: str) -> str:
    """The name of a part; what is said of a whole keeps the whole's name."""
    if not prefix:
        return key
    return prefix if key == "non_field_errors" else f"{prefix}.{key}"


def _system(exception: Any) -> InspectionError:
    full = exception.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return InspectionError("storage_full" if full else "server_error")


# In order: the first kind that fits speaks.
_TRANSLATIONS: tuple[tuple[type[Exception], Callable[[Any], InspectionError]], ...] = (
    (Http404, lambda _: InspectionError("not_found")),
    (exceptions.NotFound, lambda _: InspectionError("not_found")),
    (exceptions.NotAuthenticated, lambda _: InspectionError("not_authenticated")),
    (exceptions.AuthenticationFailed, _failed_login),
    (
        exceptions.PermissionDenied,
        lambda _: InspectionError("forbidden", role=gettext("none"), organisation=gettext("this server")),
    ),
    (
        PermissionDenied,
        lambda _: InspectionError("forbidden", role=gettext("none"), organisation=gettext("this server")),
    ),
    (exceptions.ValidationError, _invalid),
    (exceptions.ParseError, _unread),
    (exceptions.MethodNotAllowed, lambda e: InspectionError("method_not_allowed", method=str(e.args[0]))),
    (exceptions.NotAcceptable, lambda _: InspectionError("not_acceptable")),
    (
        exceptions.UnsupportedMediaType,
        lambda e: InspectionError("unsupported_media_type", media_type=str(e.args[0])[:80]),
    ),
    (exceptions.Throttled, lambda e: InspectionError("throttled", seconds=int(e.wait or RETRY_SECONDS))),
    (
        RequestDataTooBig,
        lambda _: InspectionError("request_too_large", limit_mb=settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6),
    ),
    (SuspiciousOperation, lambda _: InspectionError("parse_error", reason=gettext("the request is not well formed"))),
    (UnreadablePostError, lambda _: InspectionError("no_file")),
    (RecursionError, lambda _: InspectionError("parse_error", reason=gettext("the body is nested too deeply"))),
    (IntegrityError, lambda _: InspectionError("conflict")),
    (OperationalError, lambda _: InspectionError("unavailable")),
    (InterfaceError, lambda _: InspectionError("unavailable")),
    (OSError, _system),
)
