"""One analysis: stopping it, asking for it again, and measuring what it saw with another threshold."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.language import inside
from inspections.models import Role
from inspections.pages.photodoor import analyses, done
from inspections.pages.requests import MemberRequest
from inspections.services.runs import cancel_run, measure_again, retry_run


@require_POST
def run_cancel(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Stop an open analysis."""
    run = fetch(analyses(), request.user, Role.INSPECTOR, pk=pk)
    cancel_run(run=run)
    return done(request, run.image)


@require_POST
def run_retry(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Analyse again what failed or was cancelled."""
    run = fetch(analyses(), request.user, Role.INSPECTOR, pk=pk)
    retry_run(run=run, requested_by=request.user)
    return done(request, run.image)


@require_POST
def run_measure(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Trace and measure what an analysis saw with another threshold. Not while another analysis is open."""
    run = fetch(analyses(), request.user, Role.INSPECTOR, pk=pk)
    try:
        threshold = float(request.POST.get("threshold", ""))
    except ValueError:
        raise InspectionError("invalid", field="threshold", reason=_("Give a threshold between 0 and 1.")) from None
    asked = measure_again(run=run, threshold=threshold, requested_by=request.user)
    if (asked.map_of_id, asked.threshold) != (run.pk, threshold):
        # The photo's open analysis goes on instead: nothing was asked for.
        raise InspectionError("run_not_final", status=inside(asked.get_status_display()))
    return done(request, run.image)
