"""One crack of a photo: what was measured of it, and deciding on it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Finding, Role
from inspections.models.reviews import Verdict
from inspections.pages.images import photo_page
from inspections.pages.keys import BY_ACTION
from inspections.pages.photodoor import cracks, done, rights
from inspections.pages.photoscene import standing_totals, tally
from inspections.pages.picked import picked_context, standing_decision
from inspections.pages.requests import MemberRequest
from inspections.services.conditions import pack_of
from inspections.services.reviews import record_review, withdraw_review
from inspections.services.summaries import condition_of_photo

UNDO = "undo"
LONGEST_NOTE = 2000


@require_GET
@never_cache
def finding_picked(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What stands below the photo while the crack is selected."""
    finding = fetch(cracks(), request.user, pk=pk)
    return render(request, "images/_picked_facts.html", picked_context(request, finding))


@require_POST
def finding_review(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Decide on one crack; htmx gets the crack's row and the photo's tally back.

    `verdict` is accepted, rejected or undo; a state or a reason follows it after a colon, or stands in a field of its
    own. `seen` is how many decisions the reviewer saw; where there are more the answer is 409 and leaves the choice.
    """
    finding = fetch(cracks(), request.user, Role.REVIEWER, pk=pk)
    try:
        _decide(request, finding)
    except InspectionError as error:
        if error.code != "decided_meanwhile":
            raise
        return _meanwhile(request, finding, error)
    if not request.headers.get("HX-Request"):
        return done(request, finding.image, f"#crack-{finding.number}")
    return render(request, "images/_decided.html", _row(request, finding))


def _decide(request: MemberRequest, finding: Finding) -> None:
    verdict, told = _wanted(request.POST)
    given = request.POST.get("seen", "")
    seen = int(given) if given.isdecimal() and len(given) < 10 else None
    if verdict == UNDO:
        withdraw_review(finding=finding, reviewer=request.user, seen=seen)
    else:
        record_review(
            finding=finding,
            reviewer=request.user,
            verdict=verdict,
            note=told["note"],
            reason=told["reason"],
            state=told["state"],
            seen=seen,
        )


def _wanted(form: QueryDict) -> tuple[str, dict[str, str]]:
    verdict, _colon, detail = form.get("verdict", "").partition(":")
    if verdict not in (*Verdict.values, UNDO):
        raise InspectionError("invalid", field="verdict", reason=_("Choose “accepted” or “rejected”."))
    told = {"reason": form.get("reason", ""), "state": form.get("state", "")}
    if detail:
        told["state" if verdict == Verdict.ACCEPTED else "reason"] = detail
    return verdict, {**told, "note": form.get("note", "")[:LONGEST_NOTE]}


def _meanwhile(request: MemberRequest, finding: Finding, error: InspectionError) -> HttpResponse:
    """What stands now, beside what was about to be decided: leave it so, or decide all the same."""
    verdict, told = _wanted(request.POST)
    finding.refresh_from_db()
    reviews = list(finding.reviews.with_deciders().order_by("-sequence")[:1])
    choice = {
        "finding": finding,
        "detail": error.detail,
        "standing": standing_decision(reviews),
        "fields": {"verdict": verdict, "seen": str(finding.reviews_count), **told},
    }
    if not request.headers.get("HX-Request"):
        return photo_page(request, finding.image, status=error.status, picked=finding, meanwhile=choice)
    answer = render(
        request, "images/_meanwhile_answer.html", {**_row(request, finding), "meanwhile": choice}, status=error.status
    )
    answer["HX-Retarget"], answer["HX-Reswap"] = "#meanwhile", "innerHTML"
    return answer


def _row(request: MemberRequest, finding: Finding) -> dict[str, Any]:
    siblings = list(finding.run.findings.as_shown())
    decided = next((sibling for sibling in siblings if sibling.pk == finding.pk), None)
    return {
        **rights(request, finding.image),
        "finding": decided or cracks().get(pk=finding.pk),
        "tally": tally(siblings),
        "totals": standing_totals(finding.image, siblings),
        "condition": condition_of_photo(finding.image, pack_of(finding.image.survey.bridge.organisation)),
        "keys": BY_ACTION,
    }
