"""What takes long on a bridge's page, asked for by the page itself once it stands; each also a page of its own."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inspections.access import fetch
from inspections.models import Bridge, Role
from inspections.pages.elementtree import element_tree
from inspections.pages.requests import MemberRequest
from inspections.pages.trends import read_trend
from inspections.services.conditions import pack_of
from inspections.services.summaries import conditions_of_elements


@require_GET
def bridge_elements(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The tree of its elements with what was found on each."""
    bridge = _fetch(request, pk)
    facts = {
        "elements": element_tree(bridge),
        "conditions": conditions_of_elements(bridge, pack_of(bridge.organisation)),
        "may_edit": request.user.may(Role.INSPECTOR, bridge.organisation),
    }
    return _answer(request, bridge, "bridges/_elements.html", {"title": _("Elements"), **facts})


@require_GET
def bridge_trend(request: MemberRequest, pk: UUID) -> HttpResponse:
    """How its cracks change from survey to survey."""
    bridge = _fetch(request, pk)
    return _answer(
        request, bridge, "overview/_trend.html", {"title": _("From survey to survey"), "trend": read_trend(bridge)}
    )


def _fetch(request: MemberRequest, pk: UUID) -> Bridge:
    found: Bridge = fetch(Bridge.objects.select_related("organisation"), request.user, pk=pk)
    return found


def _answer(request: MemberRequest, bridge: Bridge, template: str, facts: dict[str, Any]) -> HttpResponse:
    """The part alone for the page that asks; a whole page for a person, who came without script."""
    page = template if "HX-Request" in request.headers else "bridges/part.html"
    answer = render(request, page, {"bridge": bridge, "part": template, **facts})
    patch_vary_headers(answer, ["HX-Request"])
    return answer
