"""One crack of a photo: what was measured of it, and deciding on it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Role
from inspections.models.reviews import Verdict
from inspections.pages.keys import BY_ACTION
from inspections.pages.photodoor import cracks, done, rights
from inspections.pages.photoscene import standing_totals, tally
from inspections.pages.requests import MemberRequest
from inspections.services.reviews import record_review


@require_GET
@never_cache
def finding_picked(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What stands below the photo while the crack is selected."""
    finding = fetch(cracks(), request.user, pk=pk)
    return render(request, "images/_measures.html", {**rights(request, finding.image), "finding": finding})


@require_POST
def finding_review(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Accept or reject one crack; htmx gets the crack's row and the photo's tally back."""
    finding = fetch(cracks(), request.user, Role.REVIEWER, pk=pk)
    verdict = request.POST.get("verdict", "")
    if verdict not in Verdict.values:
        raise InspectionError("invalid", field="verdict", reason=_("Choose “accepted” or “rejected”."))
    record_review(finding=finding, reviewer=request.user, verdict=verdict, note=request.POST.get("note", "")[:2000])
    if not request.headers.get("HX-Request"):
        return done(request, finding.image, f"#crack-{finding.number}")
    siblings = list(finding.run.findings.all())
    decided = next(sibling for sibling in siblings if sibling.pk == finding.pk)
    context = {
        **rights(request, finding.image),
        "finding": decided,
        "tally": tally(siblings),
        "totals": standing_totals(finding.image, siblings),
        "keys": BY_ACTION,
    }
    return render(request, "images/_decided.html", context)
