"""A survey signed off, opened again, and all that happened to it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Event, Role, Survey
from inspections.models.surveys import SurveyQuerySet
from inspections.pages.requests import MemberRequest
from inspections.services.closing import close_survey, reopen_survey

PAGE_SIZE = 50


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
        messages.success(request, _("Signed off. Nothing in this survey can change until it is reopened."))
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


@require_GET
def survey_history(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Everything that people did in a survey, the latest first."""
    survey = fetch(_surveys(), request.user, pk=pk)
    events = survey.events.select_related("actor", "image", "finding").defer(
        "finding__mask_runs", "finding__path", "finding__branches", "image__metadata"
    )
    kind = request.GET.get("kind", "")
    if kind in Event.Kind.values:
        events = events.filter(kind=kind)
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"survey": survey, "page": page, "kinds": Event.Kind.choices, "kind": kind}
    return render(request, "surveys/history.html", context)


def _surveys() -> SurveyQuerySet:
    return Survey.objects.select_related("bridge__organisation", "closed_by")
