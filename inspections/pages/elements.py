"""The forms of a bridge's elements."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inspections.access import fetch
from inspections.models import Bridge, Element, Role
from inspections.pages.forms.bridges import ElementForm
from inspections.pages.requests import MemberRequest
from inspections.services.conditions import pack_of
from inspections.services.summaries import condition_of_element


@require_http_methods(["GET", "POST"])
def element_new(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Add an element to a bridge; `?parent=` puts it below another."""
    bridge = fetch(Bridge.objects.select_related("organisation"), request.user, Role.INSPECTOR, pk=pk)
    initial = {"parent": request.GET.get("parent"), "position": bridge.elements.count() + 1}
    form = ElementForm(request.POST or None, instance=Element(bridge=bridge), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        messages.success(request, _("{element} was added.").format(element=made))
        return redirect(f"{reverse('bridge', args=[bridge.pk])}#elements")
    return render(request, "bridges/element_form.html", {"form": form, "bridge": bridge})


@require_http_methods(["GET", "POST"])
def element_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Change an element."""
    rows = Element.objects.select_related("bridge__organisation")
    found = fetch(rows, request.user, Role.INSPECTOR, pk=pk)
    name = found.name
    form = ElementForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('bridge', args=[found.bridge_id])}#elements")
    context = {
        "form": form,
        "bridge": found.bridge,
        "element": found,
        "element_name": name,
        "condition": condition_of_element(found, pack_of(found.bridge.organisation)),
    }
    return render(request, "bridges/element_form.html", context)
