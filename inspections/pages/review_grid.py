"""The review as a grid: patches of one size, look-alikes together, many decided with one Apply and taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.language import inside
from inspections.models import Finding, Review, Role
from inspections.models.reviews import WITHDRAWN, Reason, Verdict
from inspections.pages.keys import sheet
from inspections.pages.patchgroups import page_of
from inspections.pages.queue import Queue, for_you
from inspections.pages.requests import MemberRequest, read_body
from inspections.pages.review import offered_for
from inspections.services.reviews import Decision, record_reviews, withdraw_review

UNDO = "undo"
NAMED = 3
"""So many are named in a sentence about more."""


@require_GET
@never_cache
def review_grid(request: MemberRequest) -> HttpResponse:
    """A page of a queue, `page` from 1: those that look alike under one heading, the largest group first."""
    queue = Queue.from_query(request.GET)
    asked = request.GET.get("page", "")
    page = page_of(queue.rows(request.user), int(asked) if asked.isdecimal() and len(asked) < 7 else 1)
    keys = sheet("grid")
    context = {
        **offered_for(request, queue),
        "page": page,
        "left": page.left,
        "for_you": for_you(request.user),
        "reasons": Reason.choices,
        "may_review": bool(request.user.organisations_allowing(Role.REVIEWER)),
        "keys": keys.by_action,
        "key_table": keys.keys,
        "scene": {
            "keys": keys.bindings,
            "apply": reverse("review-apply"),
            "user": request.user.get_username(),
            "left": page.left,
            "pages": page.pages,
        },
    }
    return render(request, "review/grid.html", context)


@require_POST
def review_apply(request: MemberRequest) -> HttpResponse:
    """Decide the same on many regions, all or none: JSON with `regions` [{id, seen}], `action` and `reason`.

    409 tells which have changed meanwhile, by whom and to what; nothing is written then. The answer's `regions` are
    what takes the batch back with the action `undo`: those that somebody else has changed since are left and named.
    """
    body = read_body(request)
    wanted = _wanted(body.get("regions"))
    action, reason = str(body.get("action") or ""), str(body.get("reason") or "")
    if action not in (*Verdict.values, UNDO):
        raise InspectionError("invalid", field="action", reason=_("Choose “accepted” or “rejected”."))
    rows = Finding.objects.visible_to(request.user).select_related("image__survey__bridge__organisation")
    found = {finding.pk: finding for finding in rows.filter(pk__in=wanted)}
    if len(found) != len(wanted):
        raise InspectionError("not_found")
    for organisation_member in {finding.image.survey_id: finding for finding in found.values()}.values():
        fetch(Finding.objects.all(), request.user, Role.REVIEWER, pk=organisation_member.pk)
    if action == UNDO:
        return JsonResponse(_take_back(request, found, wanted))
    changed = [found[pk] for pk, seen in wanted.items() if found[pk].reviews_count != seen or not found[pk].is_current]
    if changed:
        told = {"code": "conflict", "detail": _told(changed), "changed": [str(finding.pk) for finding in changed]}
        return JsonResponse(told, status=409)
    made = record_reviews(
        findings=[found[pk] for pk in wanted], reviewer=request.user, decision=Decision(action, reason)
    )
    regions = [{"id": str(review.finding_id), "seen": review.sequence} for review in made]
    return JsonResponse({"decided": len(made), "regions": regions})


def _take_back(request: MemberRequest, found: Mapping[UUID, Finding], wanted: Mapping[UUID, int]) -> dict[str, Any]:
    """Each by itself: what one other person has decided since does not keep the rest of a batch."""
    taken, left = 0, []
    for pk, seen in wanted.items():
        try:
            withdraw_review(finding=found[pk], reviewer=request.user, seen=seen)
            taken += 1
        except InspectionError:
            left.append(found[pk])
    return {"taken": taken, "left": len(left), "detail": _named(left) if left else ""}


def _wanted(regions: Any) -> dict[UUID, int]:
    try:
        wanted = {UUID(str(region["id"])): int(region["seen"]) for region in regions}
    except (KeyError, TypeError, ValueError):
        wanted = {}
    if not 0 < len(wanted) <= 1000:
        raise InspectionError("invalid", field="regions", reason=_("Choose between 1 and 1000 regions."))
    return wanted


def _told(changed: list[Finding]) -> str:
    cure = ngettext(
        "It is not marked any more; apply again for the others.",
        "They are not marked any more; apply again for the others.",
        len(changed),
    )
    return f"{_named(changed)} {cure}"


def _named(changed: list[Finding]) -> str:
    """Who has done what to each, the first few by name."""
    told = [_what_became(finding) for finding in changed[:NAMED]]
    more = len(changed) - len(told)
    if more:
        told.append(ngettext("So it is with {count} more.", "So it is with {count} more.", more).format(count=more))
    return " ".join(told)


def _what_became(finding: Finding) -> str:
    names = {"number": finding.number, "photo": str(finding.image)}
    # As it is now: what was read before may be what has changed.
    if not Finding.objects.current().filter(pk=finding.pk).exists():
        return _("Crack {number} of {photo} was drawn anew or analysed again meanwhile.").format(**names)
    last = Review.objects.filter(finding=finding).select_related("reviewer").order_by("-sequence").first()
    if last is None:
        return _("Crack {number} of {photo} is undecided.").format(**names)
    names["by"] = last.reviewer.known_as
    if last.verdict == WITHDRAWN:
        return _("Crack {number} of {photo}: {by} has taken the decision back.").format(**names)
    names["verdict"] = inside(last.get_verdict_display())
    more = last.get_reason_display() or last.state
    if more:
        words = _("Crack {number} of {photo}: {by} has {verdict} it ({more}).")
        return words.format(more=inside(more) if last.reason else more, **names)
    return _("Crack {number} of {photo}: {by} has {verdict} it.").format(**names)
