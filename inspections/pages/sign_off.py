"""A survey signed off, and opened again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Role, Survey
from inspections.models.surveys import SurveyQuerySet
from inspections.pages.requests import MemberRequest
from inspections.services.closing import close_survey, reopen_survey


@require_POST
def survey_close(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Sign a survey off, with the number of undecided findings that the reviewer has seen on the page."""
    survey = fetch(_surveys(), request.user, Role.REVIEWER, pk=pk)
    try:
        undecided = int(request.POST.get("undecided", "0"))
    except ValueError:
        raise InspectionError(
            "invalid", field="undecided", reason=_("Give the number of undecided findings.")
        ) from None
    try:
        close_survey(survey=survey, user=request.user, undecided=undecided, note=request.POST.get("note", "")[:2000])
    except InspectionError as error:
        messages.error(request, error.detail)
    else:
        told = _("Signed off. Photos, cracks and decisions stay as they are until the survey is reopened.")
        messages.success(request, told)
    return redirect("survey", survey.pk)


@require_POST
def survey_reopen(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Open a signed-off survey again, with a reason."""
    survey = fetch(_surveys(), request.user, Role.REVIEWER, pk=pk)
    try:
        reopen_survey(survey=survey, user=request.user, reason=request.POST.get("reason", "")[:2000])
    except InspectionError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Open again. The record says who reopened it, and why."))
    return redirect("survey", survey.pk)


def _surveys() -> SurveyQuerySet:
    return Survey.objects.select_related("bridge__organisation", "closed_by")
