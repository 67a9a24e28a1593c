"""Starting a survey, and correcting what is known of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inspections.access import fetch
from inspections.models import Bridge, Role, Survey
from inspections.pages.forms.surveys import SurveyForm
from inspections.pages.requests import MemberRequest
from inspections.services.surveys import change_survey, start_survey


@require_http_methods(["GET", "POST"])
def survey_new(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Start a survey of a bridge; its page then takes the photos."""
    bridge = fetch(Bridge.objects.select_related("organisation"), request.user, Role.INSPECTOR, pk=pk)
    initial = {"surveyed_on": timezone.localdate(), "project": request.GET.get("project")}
    form = SurveyForm(request.POST or None, instance=Survey(bridge=bridge), initial=initial)
    if request.method == "POST" and form.is_valid():
        survey = start_survey(bridge=bridge, started_by=request.user, **form.cleaned_data)
        return redirect("survey", survey.pk)
    return render(request, "bridges/survey_form.html", {"form": form, "bridge": bridge})


@require_http_methods(["GET", "POST"])
def survey_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Correct a survey's date, crew, circumstances and scale."""
    rows = Survey.objects.select_related("bridge__organisation")
    found = fetch(rows, request.user, Role.INSPECTOR, pk=pk)
    name = str(found)
    form = SurveyForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        change_survey(survey=found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("survey", found.pk)
    context = {"form": form, "bridge": found.bridge, "survey": found, "survey_name": name}
    return render(request, "bridges/survey_form.html", context)
