"""The overview: what needs the reader today, in all their organisations or in one."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from inspections.models import Bridge, Organisation, Role
from inspections.models.bridges import BridgeQuerySet
from inspections.pages.queue import ME, Queue
from inspections.pages.requests import MemberRequest, chosen_organisation
from inspections.services.overview import (
    assigned_to,
    latest_sign_offs,
    next_survey,
    progress_in,
    running_now,
    surveys_due,
    worst_cracks,
)

WORST = 10
WORST_OF_A_BRIDGE = 3
DUE_SHOWN = 8
MOST_DUE = 100
SIGN_OFFS = 5
RUNNING = 4


@dataclass(frozen=True, slots=True)
class OrganisationChip:
    """One of the reader's organisations to choose from."""

    organisation: Organisation
    chosen: bool


@require_GET
@never_cache
def overview(request: MemberRequest) -> HttpResponse:
    """Open regions, worst cracks, surveys due, what runs and what was signed off; `?organisation=` narrows it."""
    own = request.user.organisations_allowing(Role.VIEWER)
    chosen = chosen_organisation(request, request.GET.get("organisation", ""))
    bridges: BridgeQuerySet = Bridge.objects.visible_to(request.user)
    if chosen:
        bridges = bridges.filter(organisation=chosen)
    queue = Queue(organisation=str(chosen.pk) if chosen else "")
    due = surveys_due(bridges, timezone.localdate())
    context = {
        "chips": [OrganisationChip(one, one == chosen) for one in own] if len(own) > 1 else [],
        "organisation": chosen,
        "queue": queue.query,
        "own_queue": replace(queue, assigned=ME).query,
        "any_bridge": bridges.exists(),
        "may_add": bool(request.user.organisations_allowing(Role.INSPECTOR)),
        "progress": progress_in(bridges),
        "assigned": assigned_to(request.user, bridges),
        "worst": worst_cracks(bridges, WORST),
        "due": due[:DUE_SHOWN],
        "more_due": due[DUE_SHOWN:MOST_DUE],
        "due_count": len(due),
        "overdue_count": sum(one.is_overdue for one in due),
        "running": running_now(bridges, RUNNING),
        "closed": latest_sign_offs(bridges, SIGN_OFFS),
    }
    return render(request, "overview/overview.html", context)


def overview_of(bridge: Bridge, last_surveyed_on: Any) -> dict[str, Any]:
    """The same in small, for a bridge's own page."""
    alone = Bridge.objects.filter(pk=bridge.pk)
    return {
        "progress": progress_in(alone),
        "worst_cracks": worst_cracks(alone, WORST_OF_A_BRIDGE),
        "next_survey": next_survey(bridge, last_surveyed_on, timezone.localdate()),
    }
