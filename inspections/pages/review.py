"""The review: region after region, one key each."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.conditions.summaries import states_of
from inspections.errors import InspectionError
from inspections.models import Bridge, Element, Finding, Network, Role, SavedQueue, Survey
from inspections.models.reviews import Reason, Verdict
from inspections.pages.elementtree import elements_in_line
from inspections.pages.keys import sheet
from inspections.pages.queue import ORDERS, Queue, after, decided_today, for_you, seconds_each
from inspections.pages.regions import describe_regions, describe_standing, first_of, with_surroundings
from inspections.pages.requests import MemberRequest, chosen_organisation, read_body
from inspections.services.conditions import pack_of
from inspections.services.reviews import record_review, withdraw_review

AHEAD = 4
"""Regions that are sent at once: the one on show, the next two that are drawn already, and one for quick fingers.

More than a browser holds when it asks (`line.js`), or what was skipped would not be reached again from the end.
"""
MOST = 8


@require_GET
@never_cache
def review(request: MemberRequest) -> HttpResponse:
    """Focus: one region in the middle. The address says which queue, and with `at` where in it."""
    queue = Queue.from_query(request.GET)
    keys, offered = sheet("review"), offered_for(request, queue)
    begin = _next(request, queue, request.GET.get("at", ""), inclusive=True)
    return render(
        request,
        "review/focus.html",
        {
            **offered,
            "left": begin["left"],
            "for_you": for_you(request.user),
            "keys": keys.by_action,
            "key_table": keys.keys,
            "state_keys": [keys.by_action[f"state_{place}"] for place in (1, 2, 3, 4)],
            "reasons": Reason.choices,
            "scene": {
                "next": reverse("review-next"),
                "query": queue.query.removeprefix("?"),
                "user": request.user.get_username(),
                "countsUndecided": queue.counts_undecided,
                "at": request.GET.get("at", ""),
                "keys": keys.bindings,
                **begin,
            },
        },
    )


@require_GET
@never_cache
def review_next(request: MemberRequest) -> HttpResponse:
    """The next regions after `after`, and how many are left, as JSON."""
    return JsonResponse(_next(request, Queue.from_query(request.GET), request.GET.get("after", "")))


@require_POST
def finding_decide(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Decide or take back, as JSON: what stands now, or 409 with what stands instead.

    With `after` and `queue`, the query of an address, the answer brings the next regions along; with `show` the whole
    region, for a page that does not have it.
    """
    finding = fetch(Finding.objects.select_related("image__survey__bridge__organisation"), request.user, pk=pk)
    fetch(Finding.objects.all(), request.user, Role.REVIEWER, pk=pk)
    body = read_body(request)
    try:
        _act(request, finding, body)
    except InspectionError as error:
        told = {"code": error.code, "detail": error.detail}
        return JsonResponse(told | _standing(request, pk, body), status=error.status)
    onward = {}
    if isinstance(body.get("after"), str):
        onward = _next(request, Queue.from_query(dict(parse_qsl(str(body.get("queue", ""))))), body["after"])
    return JsonResponse(_standing(request, pk, body) | onward)


@require_POST
def queue_save(request: MemberRequest) -> HttpResponse:
    """Keep a filter under a name, or with `forget` no longer; then back to it."""
    queue = Queue.from_query(request.POST)
    name = request.POST.get("name", "").strip()[:80]
    if request.POST.get("forget"):
        request.user.saved_queues.filter(pk=request.POST["forget"]).delete()
    elif name:
        SavedQueue.objects.update_or_create(user=request.user, name=name, defaults={"query": queue.query})
    else:
        raise InspectionError("invalid", field="name", reason=_("Give the filter a name."))
    return redirect(reverse("review") + queue.query)


def _act(request: MemberRequest, finding: Finding, body: dict[str, Any]) -> None:
    action = body.get("action")
    seen = body.get("seen") if isinstance(body.get("seen"), int) else None
    words = {name: str(body.get(name) or "") for name in ("reason", "state", "note")}
    if action in Verdict.values:
        record_review(finding=finding, reviewer=request.user, verdict=action, seen=seen, **words)
    elif action == "undo":
        withdraw_review(finding=finding, reviewer=request.user, seen=seen)
    else:
        raise InspectionError("invalid", field="action", reason=_("Send accepted, rejected or undo."))


def _next(request: MemberRequest, queue: Queue, place: str, *, inclusive: bool = False) -> dict[str, Any]:
    """The regions that come after `place`, from the beginning again where there are none."""
    rows = queue.rows(request.user)
    found: list[Finding] = []
    here = _at(request, place)
    if here is not None:
        if inclusive:
            found = list(with_surroundings(Finding.objects.visible_to(request.user)).filter(pk=here.pk))
        found += first_of(after(rows, queue.order, here), AHEAD - len(found))
    missing = AHEAD - len(found)
    if missing:
        known = [finding.pk for finding in found]
        found += first_of(rows.exclude(pk__in=known), missing)
    return {
        "regions": describe_regions(request, found),
        "left": rows.count(),
        "secondsEach": round(seconds_each(request.user), 1),
        "today": decided_today(request.user),
    }


def _at(request: MemberRequest, place: str) -> Finding | None:
    try:
        pk = UUID(place)
    except ValueError:
        return None
    return Finding.objects.visible_to(request.user).select_related("image").defer("mask_runs").filter(pk=pk).first()


def offered_for(request: MemberRequest, queue: Queue) -> dict[str, Any]:
    """What the filter of either layout shows: the queue, its place, and what else could be chosen.

    Raises `not_found` for a place of another organisation.
    """
    place = _place(request, queue)
    return {
        "queue": queue,
        "queue_fields": [(name, value) for name, value in asdict(queue).items() if value],
        "place": place,
        "orders": [(name, words) for name, (words, _order) in ORDERS.items()],
        "saved": request.user.saved_queues.all(),
        "choices": _choices(request, place),
    }


def _place(request: MemberRequest, queue: Queue) -> dict[str, Any]:
    """Where we are: the organisation, survey or bridge that the queue is over."""
    surveys = Survey.objects.select_related("bridge__organisation")
    survey = fetch(surveys, request.user, pk=queue.survey) if queue.survey else None
    bridge = survey.bridge if survey else None
    if queue.bridge:
        bridge = fetch(Bridge.objects.select_related("organisation"), request.user, pk=queue.bridge)
    element = fetch(Element.objects.select_related("bridge"), request.user, pk=queue.element) if queue.element else None
    return {
        "organisation": chosen_organisation(request, queue.organisation),
        "survey": survey,
        "bridge": bridge or (element and element.bridge),
        "element": element,
    }


def _choices(request: MemberRequest, place: dict[str, Any]) -> dict[str, Any]:
    """What the filter offers."""
    own = request.user.organisations_allowing(Role.VIEWER)
    chosen = [place["organisation"]] if place["organisation"] else own
    organisations = [place["bridge"].organisation] if place["bridge"] else chosen
    kinds = {pack_of(organisation).kind for organisation in organisations}
    surveys = Survey.objects.visible_to(request.user).filter(bridge__organisation__in=chosen)
    return {
        "organisations": own if len(own) > 1 else [],
        "states": [state for kind in sorted(kinds) for state in states_of(kind)] if kinds else [],
        "elements": elements_in_line(place["bridge"].pk) if place["bridge"] else [],
        "networks": Network.objects.visible_to(request.user),
        "surveys": surveys.select_related("bridge")[:50],
    }


def _standing(request: MemberRequest, pk: UUID, body: Mapping[str, Any]) -> dict[str, Any]:
    finding = with_surroundings(Finding.objects.all()).get(pk=pk)
    whole = {"region": describe_regions(request, [finding])[0]} if body.get("show") else {}
    return describe_standing(request, finding) | whole
