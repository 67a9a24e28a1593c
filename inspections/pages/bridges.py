"""Bridges: the list, the page of one, and its form."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from inspections.access import fetch
from inspections.models import Bridge, Role
from inspections.models.paging import KeysFirst
from inspections.pages.cracks import last_lengths, worst_by
from inspections.pages.forms.bridges import BridgeForm
from inspections.pages.keyplan import draw_key_plan
from inspections.pages.maps import bridge_map
from inspections.pages.overview import overview_of
from inspections.pages.requests import MemberRequest
from inspections.pages.surveyrows import last_length_of_bridge, with_amounts, worst_of_bridge
from inspections.services.conditions import pack_of
from inspections.services.summaries import conditions_of_bridge

PAGE_SIZE = 50
SURVEYS_SHOWN = 50

# What the table can be sorted by; numbers begin with the largest, for that is what one looks for.
ORDERS = {
    "name": (F("name").asc(),),
    "surveyed": (F("last_surveyed_on").desc(nulls_last=True),),
    "photos": (F("photo_count").desc(),),
    "open": (F("open_run_count").desc(),),
    "findings": (F("finding_count").desc(),),
    "width": (F("worst_width_mm").desc(nulls_last=True), F("worst_width_px").desc(nulls_last=True)),
}


@require_GET
def bridges(request: MemberRequest) -> HttpResponse:
    """All bridges of the reader's organisations; `?q=` finds, `?sort=` orders, `?view=map` shows where they stand."""
    query = request.GET.get("q", "").strip()[:200]
    if request.GET.get("view") == "map":
        return bridge_map(request, Bridge.objects.visible_to(request.user).matching(query), query)
    sort = request.GET.get("sort", "name")
    order = ORDERS.get(sort, ORDERS["name"])
    rows = Bridge.objects.visible_to(request.user).matching(query)
    # Each is one more look at every crack, so widths are looked for only where they are asked for.
    rows = (rows.with_overview() if sort == "width" else rows.with_counts()).order_by(*order, "name", "pk")
    page = KeysFirst(rows.select_related("organisation"), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = [row.pk for row in page]
    worst, lengths = worst_by("survey__bridge", shown), last_lengths("survey__bridge", shown)
    row: Any
    for row in page:
        row.worst, row.last_length = worst.get(row.pk), lengths.get(row.pk)
    context = {
        "page": page,
        "query": query,
        "sort": sort if sort in ORDERS else "name",
        "may_add": bool(request.user.organisations_allowing(Role.INSPECTOR)),
        "several_organisations": len(request.user.memberships_by_name()) > 1,
    }
    return render(request, "bridges/bridges.html", context)


@require_GET
def bridge(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One bridge: its surveys, its elements, its facts."""
    found = fetch(Bridge.objects.select_related("organisation").with_counts(), request.user, pk=pk)
    surveys = found.surveys.select_related("project")
    page = with_amounts(KeysFirst(surveys, SURVEYS_SHOWN).get_page(request.GET.get("page")))
    conditions = conditions_of_bridge(found, pack_of(found.organisation))
    context = {
        "bridge": found,
        "page": page,
        "worst": worst_of_bridge(found, page),
        "last_length": last_length_of_bridge(found, page),
        "any_element": found.elements.exists(),
        "conditions": conditions,
        **overview_of(found, found.last_surveyed_on),
        "plan": draw_key_plan(found, Bridge.objects.visible_to(request.user)),
        "may_edit": request.user.may(Role.INSPECTOR, found.organisation),
    }
    return render(request, "bridges/bridge.html", context)


@require_http_methods(["GET", "POST"])
def bridge_new(request: MemberRequest) -> HttpResponse:
    """Add a bridge."""
    form = BridgeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        messages.success(
            request, _("{bridge} is in the record. Add its elements, or start a survey.").format(bridge=made)
        )
        return redirect("bridge", made.pk)
    return render(request, "bridges/form.html", {"form": form})


@require_http_methods(["GET", "POST"])
def bridge_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Change what is known of a bridge."""
    found = fetch(Bridge.objects.select_related("organisation"), request.user, Role.INSPECTOR, pk=pk)
    form = BridgeForm(request.POST or None, instance=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("bridge", found.pk)
    # The trail names the bridge as it is in the record, not as it was just typed.
    return render(request, "bridges/form.html", {"form": form, "bridge": Bridge.objects.get(pk=pk)})
