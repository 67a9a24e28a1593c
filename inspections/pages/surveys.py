"""One survey: its photos as they are, and the door through which photos come in."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HTMX_STOP_POLLING

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Element, Role, Survey
from inspections.models.paging import KeysFirst
from inspections.models.surveys import SurveyQuerySet
from inspections.pages.cards import cards_of
from inspections.pages.elementtree import elements_in_line
from inspections.pages.figures import read_figures
from inspections.pages.requests import MemberRequest
from inspections.pages.selections import PAGE_SIZE, Selection, filters, orders
from inspections.retold import retell
from inspections.services.conditions import pack_of
from inspections.services.images import AddedImage, add_image
from inspections.services.summaries import condition_of_survey

# Room for the names and boundaries around the file in a multipart body.
_ENVELOPE_BYTES = 64 * 1024
# A form sent without script carries all its photos in one body.
_PHOTOS_IN_A_FORM = 20


@require_GET
def survey(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The survey's figures, its drop zone and its photos."""
    found = fetch(_surveys(), request.user, pk=pk)
    context = {
        **_photos(request, found),
        "elements": elements_in_line(found.bridge_id),
        "max_photo_bytes": settings.MAX_PHOTO_BYTES,
    }
    return render(request, "surveys/survey.html", context)


@require_GET
@never_cache
def survey_grid(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Figures, filters and cards alone, for the page that polls; answers 286 when nothing is left to wait for."""
    found = fetch(_surveys(), request.user, pk=pk)
    context = _photos(request, found)
    return render(request, "surveys/_photos.html", context, status=200 if context["open"] else HTMX_STOP_POLLING)


@csrf_exempt
@require_POST
def survey_upload(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take one photo from a script (JSON), or several from a plain form (a message for each).

    Who may not send, or sends too much, is told so before a byte of the body is read. The CSRF check reads the body;
    hence it stands behind these questions.
    """
    found = fetch(_surveys(), request.user, Role.INSPECTOR, pk=pk)
    photos = 1 if _wants_json(request) else _PHOTOS_IN_A_FORM
    if _content_length(request) > photos * settings.MAX_PHOTO_BYTES + _ENVELOPE_BYTES:
        raise InspectionError("file_too_large", field="file", limit_mb=settings.MAX_PHOTO_BYTES / 1e6)
    return _receive(request, found)


@csrf_protect
def _receive(request: MemberRequest, survey: Survey) -> HttpResponse:
    files = cast(list[UploadedFile], request.FILES.getlist("file"))
    element = _element(request, survey)
    if _wants_json(request):
        if not files:
            raise InspectionError("no_file", field="file")
        if len(files) > 1:
            raise InspectionError("invalid", field="file", reason=_("Send one photo per request."))
        return _answer(_add(request, survey, files[0], element, size=_declared_size(request)))
    for file in files:
        try:
            _tell(request, file, _add(request, survey, file, element))
        except InspectionError as error:
            messages.error(request, f"{file.name}: {error.detail}")
    _compare_count(request, len(files))
    return redirect("survey", pk=survey.pk)


def _add(
    request: MemberRequest, survey: Survey, file: UploadedFile, element: Element | None, size: int | None = None
) -> AddedImage:
    return add_image(
        survey=survey,
        file=file.file,  # type: ignore[arg-type]
        name=file.name or "",
        added_by=request.user,
        element=element,
        declared_sha256=request.POST.get("sha256", "") if size is not None else "",
        declared_size=size,
        distance_m=_metres(request, "distance_m"),
        distance_u95_m=_metres(request, "distance_u95_m"),
    )


def _answer(added: AddedImage) -> JsonResponse:
    image = added.image
    answer = {
        "id": str(image.pk),
        "url": reverse("photo", args=[image.pk]),
        "duplicate": not added.created,
        "warnings": [{**warning, "detail": retell(warning["detail"])} for warning in image.warnings],
    }
    return JsonResponse(answer, status=201 if added.created else 200)


def _tell(request: MemberRequest, file: UploadedFile, added: AddedImage) -> None:
    if not added.created:
        messages.info(request, _("{name}: already in this survey.").format(name=file.name))
        return
    messages.success(request, _("{name}: received.").format(name=file.name))
    for warning in added.image.warnings:
        messages.warning(request, f"{file.name}: {retell(warning['detail'])}")


def _compare_count(request: MemberRequest, arrived: int) -> None:
    declared = request.POST.get("count", "").strip()
    if not arrived:
        messages.error(request, InspectionError("no_file").detail)
    elif declared.isdecimal() and int(declared) != arrived:
        messages.error(request, InspectionError("incomplete_batch", arrived=arrived, declared=declared).detail)


def _element(request: MemberRequest, survey: Survey) -> Element | None:
    chosen = request.POST.get("element", "")
    if not chosen:
        return None
    try:
        return Element.objects.get(pk=UUID(chosen), bridge=survey.bridge_id)
    except (ValueError, Element.DoesNotExist):
        raise InspectionError("invalid_reference", field="element", kind=_("Element"), id=chosen[:60]) from None


def _metres(request: MemberRequest, name: str) -> float | None:
    """What a program may know of each photo; the service decides whether it can be."""
    said = request.POST.get(name, "").strip()
    try:
        return float(said) if said else None
    except ValueError:
        raise InspectionError("invalid", field=name, reason=_("Give a number of metres.")) from None


def _declared_size(request: MemberRequest) -> int:
    """A script always says how many bytes it sends: what the wire lost is then noticed even without a checksum."""
    declared = request.POST.get("size", "")
    if not (declared.isascii() and declared.isdecimal() and len(declared) <= 20):
        raise InspectionError("invalid", field="size", reason=_("Say the size of the file in bytes."))
    return int(declared)


def _photos(request: MemberRequest, survey: Survey) -> dict[str, Any]:
    selection = Selection.from_query(request.GET)
    figures = read_figures(survey)
    photos = selection.photos(survey).defer("metadata", "scale", "markers", "floor", "warnings")
    page = KeysFirst(photos, PAGE_SIZE, figures.photos[selection.show]).get_page(request.GET.get("page"))
    return {
        "survey": survey,
        "selection": selection,
        "figures": figures,
        "condition": condition_of_survey(survey, pack_of(survey.bridge.organisation)),
        "open": figures.open or figures.measuring,
        "count": figures.photos["all"],
        "may_upload": request.user.may(Role.INSPECTOR, survey.bridge.organisation),
        "may_review": request.user.may(Role.REVIEWER, survey.bridge.organisation),
        "filters": filters(figures.photos, selection),
        "orders": orders(selection),
        "page": page,
        "cards": cards_of(page.object_list),
    }


def _surveys() -> SurveyQuerySet:
    return Survey.objects.select_related("bridge__organisation", "project", "started_by")


def _wants_json(request: MemberRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _content_length(request: MemberRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
