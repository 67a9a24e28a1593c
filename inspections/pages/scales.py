"""The scale of one photo: what people give for it, and the wait until everything is measured by it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HTMX_STOP_POLLING

from inspections.access import fetch
from inspections.models import Role
from inspections.pages.forms.scales import DistanceForm, KnownLengthForm, ScaleForm
from inspections.pages.images import photo_page, scale_context
from inspections.pages.photodoor import photos, rights
from inspections.pages.requests import MemberRequest
from inspections.services.measuring import give_distance, give_known_length


@require_GET
@never_cache
def photo_scale(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Whether the photo is being measured again. When that is done, the page is told to load itself again."""
    image = fetch(photos(), request.user, pk=pk)
    answer = render(request, "images/_scale_state.html", {"image": image})
    if image.is_measured and request.GET.get("watching") == "open":
        answer.status_code = HTMX_STOP_POLLING
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def photo_distance(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Give the distance from which the photo was taken, or take it back."""
    image = fetch(photos(), request.user, Role.INSPECTOR, pk=pk)
    if "take_back" in request.POST:
        give_distance(image=image, distance_m=None)
        return _saved(request, pk)
    return _save(request, pk, DistanceForm(request.POST, image=image), "distance_form")


@require_POST
def photo_known_length(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Give the length of something in the photo between its two ends, or take it back."""
    image = fetch(photos(), request.user, Role.INSPECTOR, pk=pk)
    if "take_back" in request.POST:
        give_known_length(image=image, start=None, stop=None, length_mm=None)
        return _saved(request, pk)
    return _save(request, pk, KnownLengthForm(request.POST, image=image), "length_form")


def _save(request: MemberRequest, pk: UUID, form: ScaleForm, name: str) -> HttpResponse:
    if form.save():
        return _saved(request, pk)
    if request.headers.get("HX-Request"):
        context = {**rights(request, form.image), "image": form.image, **scale_context(form.image), name: form}
        return render(request, "images/_scale.html", context, status=400)
    return photo_page(request, form.image, status=400, **{name: form})


def _saved(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The panel with what stands in the record now; a plain form goes back to it."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('photo', args=[pk])}#panel-scale")
    image = photos().get(pk=pk)
    return render(request, "images/_scale.html", {**rights(request, image), "image": image, **scale_context(image)})
