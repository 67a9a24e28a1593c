"""One photo: looking at it, having it analysed, and deciding on its cracks."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HTMX_STOP_POLLING

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.media import DeepZoom
from inspections.media.pyramids import TILE_SIZE
from inspections.models import Finding, Review, Role, SegmentationRun, SurveyImage
from inspections.models.images import SurveyImageQuerySet
from inspections.models.reviews import Verdict
from inspections.models.runs import SegmentationRunQuerySet
from inspections.pages.keys import BINDINGS, BY_ACTION, KEYS
from inspections.pages.photofacts import moment, shot
from inspections.pages.requests import MemberRequest
from inspections.pages.selections import Selection, neighbourhood
from inspections.services.reviews import record_review
from inspections.services.runs import cancel_run, request_run, retry_run

MOST_REVIEWS = 200

# The smallest level worth loading: the whole photo in a quarter of a tile.
_SMALLEST_LEVEL = 8


@require_GET
@never_cache
def photo(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The viewer; asked by htmx, the state of the analysis alone."""
    image = fetch(_images(), request.user, pk=pk)
    runs = list(image.runs.select_related("network", "requested_by"))
    latest = runs[0] if runs else None
    if request.headers.get("HX-Request"):
        return _state(request, image, latest)
    result = next((run for run in runs if run.status == SegmentationRun.Status.SUCCEEDED), None)
    findings = list(result.findings.with_verdict()) if result else []
    selection = Selection.from_query(request.GET)
    context = {
        **_rights(request, image),
        "image": image,
        "survey": image.survey,
        "bridge": image.survey.bridge,
        "latest": latest,
        "result": result,
        "runs": runs,
        "taken": moment(image),
        "shot": shot(image),
        "findings": findings,
        "tally": _tally(findings),
        "reviews": _reviews(image),
        "selection": selection,
        "around": neighbourhood(image, selection),
        "keys": BY_ACTION,
        "key_table": KEYS,
        "scene": _scene(image, result, findings),
    }
    return render(request, "images/photo.html", context)


@require_POST
def photo_analyse(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Ask for an analysis with the network that is active now; one that is open already goes on."""
    image = fetch(_images(), request.user, Role.INSPECTOR, pk=pk)
    request_run(image=image, requested_by=request.user)
    return _done(request, image)


@require_POST
def run_cancel(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Stop an open analysis."""
    run = fetch(_runs(), request.user, Role.INSPECTOR, pk=pk)
    cancel_run(run=run)
    return _done(request, run.image)


@require_POST
def run_retry(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Analyse again what failed or was cancelled."""
    run = fetch(_runs(), request.user, Role.INSPECTOR, pk=pk)
    retry_run(run=run, requested_by=request.user)
    return _done(request, run.image)


@require_POST
def finding_review(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Accept or reject one crack; htmx gets the crack's row and the photo's tally back."""
    rows = Finding.objects.select_related("run", "image__survey__bridge__organisation")
    finding = fetch(rows, request.user, Role.REVIEWER, pk=pk)
    verdict = request.POST.get("verdict", "")
    if verdict not in Verdict.values:
        raise InspectionError("invalid", field="verdict", reason="Choose “accepted” or “rejected”.")
    record_review(finding=finding, reviewer=request.user, verdict=verdict, note=request.POST.get("note", "")[:2000])
    if not request.headers.get("HX-Request"):
        return _done(request, finding.image, f"#crack-{finding.number}")
    siblings = list(finding.run.findings.with_verdict())
    decided = next(sibling for sibling in siblings if sibling.pk == finding.pk)
    context = {
        **_rights(request, finding.image),
        "finding": decided,
        "tally": _tally(siblings),
        "keys": BY_ACTION,
    }
    return render(request, "images/_decided.html", context)


def _state(request: MemberRequest, image: SurveyImage, latest: SegmentationRun | None) -> HttpResponse:
    """The state partial. When there is something new to see, the page is told to load itself again."""
    context = {**_rights(request, image), "image": image, "latest": latest, "keys": BY_ACTION}
    answer = render(request, "images/_state.html", context)
    was_open = request.GET.get("watching") == "open"
    is_open = latest is not None and not latest.is_final
    has_new_picture = request.GET.get("pyramid") == "no" and bool(image.pyramid)
    if was_open and not is_open:
        answer.status_code = HTMX_STOP_POLLING
    if has_new_picture or (was_open and not is_open):
        answer["HX-Refresh"] = "true"
    return answer


def _reviews(image: SurveyImage) -> QuerySet[Review]:
    rows = Review.objects.filter(finding__image=image).select_related("reviewer", "finding")
    return rows.order_by("-created_at", "-sequence")[:MOST_REVIEWS]


def _scene(image: SurveyImage, result: SegmentationRun | None, findings: list[Finding]) -> dict[str, Any]:
    """What the viewer's script draws; lengths in pixels of the upright photo."""
    levels = DeepZoom(image.width, image.height)
    return {
        "id": str(image.pk),
        "width": image.width,
        "height": image.height,
        "tileSize": TILE_SIZE,
        "minLevel": min(_SMALLEST_LEVEL, levels.max_level),
        "maxLevel": levels.max_level,
        "tiles": reverse("photo-tile", args=[image.pk, 0, 0, 0]).removesuffix("0/0_0.jpg") if image.pyramid else None,
        "probability": reverse("run-probability", args=[result.pk]) if result and result.probability_preview else None,
        "threshold": result.used_threshold if result else None,
        "keys": BINDINGS,
        "cracks": [
            {
                "id": str(finding.pk),
                "number": finding.number,
                "lines": [finding.path, *finding.branches],
                "box": finding.box,
                "verdict": finding.verdict or "undecided",
            }
            for finding in findings
        ],
    }


def _tally(findings: list[Finding]) -> dict[str, Any]:
    """What stands on the photo: rejected cracks are left out of every figure but their own."""
    standing = [finding for finding in findings if finding.verdict != Verdict.REJECTED]
    return {
        "standing": len(standing),
        "undecided": sum(finding.verdict is None for finding in standing),
        "rejected": len(findings) - len(standing),
        "length_px": sum(finding.length_px for finding in standing) if standing else None,
        "width_max_px": max((finding.width_max_px for finding in standing), default=None),
    }


def _rights(request: MemberRequest, image: SurveyImage) -> dict[str, bool]:
    user, organisation = request.user, image.survey.bridge.organisation
    return {
        "may_analyse": user.may(Role.INSPECTOR, organisation),
        "may_review": user.may(Role.REVIEWER, organisation),
    }


def _done(request: MemberRequest, image: SurveyImage, fragment: str = "") -> HttpResponse:
    """After a change: htmx hears the event and asks for what it shows; a plain form goes back to where it stood."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Trigger": "jobs-changed"})
    after = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure()):
        after = reverse("photo", args=[image.pk])
    return redirect(after + fragment)


def _images() -> SurveyImageQuerySet:
    return SurveyImage.objects.select_related("survey__bridge__organisation", "element", "added_by")


def _runs() -> SegmentationRunQuerySet:
    return SegmentationRun.objects.select_related("image__survey__bridge__organisation")
