"""The systematic look: a photo screen by screen at 1:1, and what of it has been seen."""

from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.models import Look, Role, Survey, SurveyImage
from inspections.models.images import SurveyImageQuerySet
from inspections.models.looks import CELL_PX
from inspections.pages.keys import sheet
from inspections.pages.linework import cracks_on, full_size
from inspections.pages.photodoor import photos
from inspections.pages.requests import MemberRequest
from inspections.pages.review import read_body
from inspections.services.looks import look_at, looked_at_by_anybody


@require_GET
@never_cache
def photo_look(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The photo screen by screen. Only what reviewers look at is remembered."""
    image = fetch(photos(), request.user, pk=pk)
    survey, keys = image.survey, sheet("look")
    may_draw = request.user.may(Role.REVIEWER, survey.bridge.organisation) and not survey.is_closed
    own = Look.objects.filter(image=image, viewer=request.user).first()
    scene = {
        "photo": full_size(image),
        "cell": CELL_PX,
        "own": own.cells if own else "0",
        "others": f"{looked_at_by_anybody(image, but=request.user):x}",
        "looked": reverse("photo-looked", args=[image.pk]),
        "edit": reverse("photo-edit", args=[image.pk]),
        "preview": reverse("photo-preview", args=[image.pk]) if image.preview else None,
        "mayDraw": may_draw,
        "cracks": cracks_on(image),
        "keys": keys.bindings,
    }
    context = {
        "image": image,
        "survey": survey,
        "bridge": survey.bridge,
        "may_draw": may_draw,
        "next": _after(image),
        "keys": keys.by_action,
        "key_table": keys.keys,
        "scene": scene,
    }
    return render(request, "images/look.html", context)


@require_POST
def photo_looked(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Remember what was in view, JSON {"cells": hexadecimal bits}; answers what anybody has looked at, 0 to 1."""
    image = fetch(photos(), request.user, Role.REVIEWER, pk=pk)
    cells = str(read_body(request).get("cells", ""))
    return JsonResponse({"coverage": look_at(image=image, viewer=request.user, cells=cells)})


@require_GET
@never_cache
def survey_look(request: MemberRequest, pk: UUID) -> HttpResponse:
    """On to the first photo of the survey that was not looked at fully; where there is none, to the survey."""
    survey = fetch(Survey.objects.select_related("bridge__organisation"), request.user, pk=pk)
    image = _left(survey).first()
    return redirect("photo-look", pk=image.pk) if image else redirect("survey", pk=survey.pk)


def _left(survey: Survey) -> SurveyImageQuerySet:
    """The photos of a survey that were not looked at fully, by name."""
    return SurveyImage.objects.filter(survey=survey, coverage__lt=1).order_by("original_name", "created_at", "pk")


def _after(image: SurveyImage) -> SurveyImage | None:
    """The next photo to look at: by name, then from the beginning."""
    left = _left(image.survey).exclude(pk=image.pk)
    same = Q(original_name=image.original_name, created_at__gt=image.created_at)
    return left.filter(Q(original_name__gt=image.original_name) | same).first() or left.first()
