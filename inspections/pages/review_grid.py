"""The review as a grid: patches of one size, look-alikes together, many decided with one Apply."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Finding, Role
from inspections.models.findings import FindingQuerySet
from inspections.models.reviews import Reason, Verdict
from inspections.pages.keys import sheet
from inspections.pages.queue import ORDERS, Queue, for_you
from inspections.pages.requests import MemberRequest, read_body
from inspections.pages.review import offered_for
from inspections.services.reviews import Decision, record_reviews

AT_ONCE, EACH = 120, 60
"""Patches on one page, and at most so many of one group."""


@require_GET
@never_cache
def review_grid(request: MemberRequest) -> HttpResponse:
    """The first patches of a queue, those that look alike under one heading, the largest group first."""
    queue = Queue.from_query(request.GET)
    rows = queue.rows(request.user)
    keys = sheet("grid")
    groups = _groups(queue, rows)
    context = {
        **offered_for(request, queue),
        "groups": groups,
        "for_you": for_you(request.user),
        "left": rows.count(),
        "shown": sum(len(group["findings"]) for group in groups),
        "reasons": Reason.choices,
        "may_review": bool(request.user.organisations_allowing(Role.REVIEWER)),
        "keys": keys.by_action,
        "key_table": keys.keys,
        "scene": {"keys": keys.bindings, "apply": reverse("review-apply")},
    }
    return render(request, "review/grid.html", context)


@require_POST
def review_apply(request: MemberRequest) -> HttpResponse:
    """Decide the same on many regions, all or none: JSON with `regions` [{id, seen}], `action` and `reason`.

    409 tells which have been decided by somebody else meanwhile; nothing is written then.
    """
    body = read_body(request)
    wanted = _wanted(body.get("regions"))
    action, reason = str(body.get("action") or ""), str(body.get("reason") or "")
    if action not in Verdict.values:
        raise InspectionError("invalid", field="action", reason=_("Choose “accepted” or “rejected”."))
    rows = Finding.objects.visible_to(request.user).select_related("image__survey__bridge__organisation")
    found = {finding.pk: finding for finding in rows.filter(pk__in=wanted)}
    if len(found) != len(wanted):
        raise InspectionError("not_found")
    for organisation_member in {finding.image.survey_id: finding for finding in found.values()}.values():
        fetch(Finding.objects.all(), request.user, Role.REVIEWER, pk=organisation_member.pk)
    changed = [str(pk) for pk, seen in wanted.items() if found[pk].reviews_count != seen]
    if changed:
        return JsonResponse(
            {"code": "conflict", "detail": _told(len(changed)), "changed": changed},
            status=409,
        )
    made = record_reviews(
        findings=[found[pk] for pk in wanted], reviewer=request.user, decision=Decision(action, reason)
    )
    return JsonResponse({"decided": len(made)})


def _groups(queue: Queue, rows: FindingQuerySet) -> list[dict[str, Any]]:
    """Up to AT_ONCE regions: look-alikes under one heading, the largest group first; then those that stand alone.

    Four queries however many regions there are; only those that are shown are read whole.
    """
    sizes = rows.order_by().filter(look_alikes__isnull=False).values("look_alikes").annotate(count=Count("pk"))
    largest = sizes.filter(count__gt=1).order_by("-count", "look_alikes")
    counts: dict[UUID, int] = dict(largest.values_list("look_alikes", "count")[:AT_ONCE])
    chosen = _enough(counts)
    place = Window(RowNumber(), partition_by=[F("look_alikes")], order_by=list(ORDERS[queue.order][1]))
    alike = rows.filter(look_alikes__in=chosen).annotate(place=place).filter(place__lte=EACH)
    keys = list(alike.values_list("pk", flat=True))
    missing = AT_ONCE - len(keys)
    alone = list(rows.exclude(look_alikes__in=counts).values_list("pk", flat=True)[:missing]) if missing > 0 else []
    shown = Finding.objects.select_related("image").defer("mask_runs", "path", "branches", "image__metadata")
    found = shown.in_bulk([*keys, *alone])
    by_group: dict[UUID | None, list[Finding]] = {pk: [] for pk in chosen}
    for finding in (found[key] for key in keys if key in found):
        by_group[finding.look_alikes_id].append(finding)
    groups = [{"findings": by_group[pk], "count": counts[pk], "alike": True} for pk in chosen if by_group[pk]]
    single = [found[key] for key in alone if key in found]
    return [*groups, {"findings": single, "count": len(single), "alike": False}] if single else groups


def _enough(counts: Mapping[UUID, int]) -> list[UUID]:
    """The first groups that fill a page."""
    chosen, taken = [], 0
    for pk, count in counts.items():
        if taken >= AT_ONCE:
            break
        chosen.append(pk)
        taken += min(count, EACH)
    return chosen


def _wanted(regions: Any) -> dict[UUID, int]:
    try:
        wanted = {UUID(str(region["id"])): int(region["seen"]) for region in regions}
    except (KeyError, TypeError, ValueError):
        wanted = {}
    if not 0 < len(wanted) <= 1000:
        raise InspectionError("invalid", field="regions", reason=_("Choose between 1 and 1000 regions."))
    return wanted


def _told(count: int) -> str:
    return ngettext(
        "One of them was decided by somebody else meanwhile. It is left out now; apply again for the others.",
        "{count} of them were decided by somebody else meanwhile. They are left out now; apply again for the others.",
        count,
    ).format(count=count)
