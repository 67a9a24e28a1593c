"""Projects: inspection contracts and the surveys done for them."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from inspections.access import fetch
from inspections.models import Project, Role
from inspections.models.paging import KeysFirst
from inspections.pages.forms.surveys import ProjectForm
from inspections.pages.requests import MemberRequest
from inspections.pages.surveyrows import with_amounts
from inspections.services.conditions import pack_of
from inspections.services.summaries import conditions_of_surveys

PAGE_SIZE = 50


@require_GET
def projects(request: MemberRequest) -> HttpResponse:
    """The contracts of the reader's organisations, the latest first."""
    rows = (
        Project.objects.visible_to(request.user)
        .select_related("organisation")
        .annotate(survey_count=Count("surveys"), bridge_count=Count("surveys__bridge", distinct=True))
        .order_by(F("starts_on").desc(nulls_last=True), "name", "pk")
    )
    context = {
        "page": KeysFirst(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_add": bool(request.user.organisations_allowing(Role.INSPECTOR)),
        "several_organisations": len(request.user.memberships_by_name()) > 1,
    }
    return render(request, "projects/projects.html", context)


@require_GET
def project(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One contract and its surveys."""
    found = fetch(Project.objects.select_related("organisation"), request.user, pk=pk)
    surveys = found.surveys.select_related("bridge")
    page = KeysFirst(surveys, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "project": found,
        "page": with_amounts(page),
        "survey_conditions": conditions_of_surveys(page.object_list, pack_of(found.organisation)),
        "may_edit": request.user.may(Role.INSPECTOR, found.organisation),
    }
    return render(request, "projects/project.html", context)


@require_http_methods(["GET", "POST"])
def project_new(request: MemberRequest) -> HttpResponse:
    """Add a contract."""
    form = ProjectForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        messages.success(
            request, _("{project} is in the record. Choose it when you start a survey.").format(project=made)
        )
        return redirect("project", made.pk)
    return render(request, "projects/form.html", {"form": form})


@require_http_methods(["GET", "POST"])
def project_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Change a contract's name, client or period."""
    found = fetch(Project.objects.select_related("organisation"), request.user, Role.INSPECTOR, pk=pk)
    name = found.name
    form = ProjectForm(request.POST or None, instance=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("project", found.pk)
    return render(request, "projects/form.html", {"form": form, "project": found, "project_name": name})
