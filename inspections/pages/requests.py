"""The request as the pages see it, and what it carries."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Organisation, Role, User

CHUNK, MOST_LET_PASS = 2**16, 2**26
"""Bytes."""


class MemberRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware: its user has logged in. For annotations only."""

    user: User


def chosen_organisation(request: MemberRequest, wanted: str) -> Organisation | None:
    """The reader's organisation that an address names; None where it names none. Raises `not_found` for any other."""
    if not wanted:
        return None
    own = request.user.organisations_allowing(Role.VIEWER)
    found = next((organisation for organisation in own if str(organisation.pk) == wanted), None)
    if found is None:
        raise InspectionError("not_found")
    return found


def read_body(request: MemberRequest, *, too_large: str = "request_too_large") -> dict[str, Any]:
    """What was sent, JSON or a form. Raises InspectionError `parse_error`, `too_large` for more than is ever read."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        body = json.loads(request.body)
    except RequestDataTooBig:
        _let_pass(request)
        raise InspectionError(too_large, limit_mb=settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6) from None
    except ValueError:
        raise InspectionError("parse_error", reason=_("it is no JSON")) from None
    if not isinstance(body, dict):
        raise InspectionError("parse_error", reason=_("it is no JSON object"))
    return body


def _let_pass(request: MemberRequest) -> None:
    """Take what is still on its way, piece by piece: a browser that is cut off while it sends hears no answer."""
    left = MOST_LET_PASS
    while left > 0 and (piece := request.read(CHUNK)):
        left -= len(piece)
