"""One photo: looking at it, and having it analysed."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HTMX_STOP_POLLING

from inspections.access import fetch
from inspections.models import Finding, Role, SegmentationRun, SurveyImage
from inspections.pages.forms.scales import DistanceForm, KnownLengthForm
from inspections.pages.history import latest_events
from inspections.pages.keys import BY_ACTION, KEYS
from inspections.pages.photodoor import cracks, done, photos, rights
from inspections.pages.photofacts import moment, shot
from inspections.pages.photoscales import scale_words
from inspections.pages.photoscene import scene, standing_totals, tally
from inspections.pages.picked import picked_context, states_for
from inspections.pages.requests import MemberRequest
from inspections.pages.selections import Selection, neighbourhood
from inspections.services.conditions import pack_of
from inspections.services.runs import request_run
from inspections.services.summaries import condition_of_photo

MOST_DRAWINGS = 200


@require_GET
@never_cache
def photo(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The viewer; asked by htmx, the state of the analysis alone."""
    image = fetch(photos(), request.user, pk=pk)
    if request.headers.get("HX-Request"):
        return _state(request, image, image.runs.first())
    return photo_page(request, image)


def photo_page(request: MemberRequest, image: SurveyImage, status: int = 200, **shown: Any) -> HttpResponse:
    """The whole page; `shown` overrides what it would show, such as a form that was refused."""
    runs = list(image.runs.select_related("network", "requested_by", "map_of"))
    latest = runs[0] if runs else None
    result = next((run for run in runs if run.status == SegmentationRun.Status.SUCCEEDED), None)
    findings = list(result.findings.current()) if result else []
    selection = Selection.from_query(request.GET)
    context = {
        **rights(request, image),
        **scale_context(image),
        "image": image,
        "survey": image.survey,
        "bridge": image.survey.bridge,
        "latest": latest,
        "result": result,
        "runs": runs,
        "taken": moment(image),
        "shot": shot(image),
        "findings": findings,
        "tally": tally(findings),
        "totals": standing_totals(image, findings),
        "condition": condition_of_photo(image, pack_of(image.survey.bridge.organisation)) if result else None,
        "drawings": list(image.drawings.select_related("author")[:MOST_DRAWINGS]),
        "people_did": latest_events(image.events.all()),
        "selection": selection,
        "around": neighbourhood(image, selection),
        "keys": BY_ACTION,
        "key_table": KEYS,
        "scene": {
            **scene(image, result, findings),
            "states": states_for(image.survey.bridge.organisation),
        },
        **shown,
    }
    picked = shown.get("picked") or _named(request, findings)
    if picked is not None:
        # With the rows that its words need, which a list of thousands goes without.
        context = {**picked_context(request, fetch(cracks(), request.user, pk=picked.pk)), **context}
    return render(request, "images/photo.html", context, status=status)


def scale_context(image: SurveyImage) -> dict[str, Any]:
    """What the scale's panel shows."""
    return {
        "scale": scale_words(image),
        "distance_form": DistanceForm(image=image),
        "length_form": KnownLengthForm(image=image),
    }


@require_POST
def photo_analyse(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Ask for an analysis with the network that is active now; one that is open already goes on."""
    image = fetch(photos(), request.user, Role.INSPECTOR, pk=pk)
    request_run(image=image, requested_by=request.user)
    return done(request, image)


def _state(request: MemberRequest, image: SurveyImage, latest: SegmentationRun | None) -> HttpResponse:
    """The state partial. When there is something new to see, the page is told to load itself again."""
    context = {**rights(request, image), "image": image, "latest": latest, "keys": BY_ACTION}
    answer = render(request, "images/_state.html", context)
    was_open = request.GET.get("watching") == "open"
    is_open = latest is not None and not latest.is_final
    has_new_picture = request.GET.get("pyramid") == "no" and bool(image.pyramid)
    if was_open and not is_open:
        answer.status_code = HTMX_STOP_POLLING
    if has_new_picture or (was_open and not is_open):
        answer["HX-Refresh"] = "true"
    return answer


def _named(request: MemberRequest, findings: list[Finding]) -> Finding | None:
    """The crack that the address selects, for a page without script."""
    number = request.GET.get("crack", "")
    return next((finding for finding in findings if str(finding.number) == number), None)
