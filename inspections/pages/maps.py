"""Maps: the bridges beside their list, and the photos of a survey where they were taken."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from inspections.access import fetch
from inspections.models import Bridge, Organisation, SegmentationRun, Survey, SurveyImage
from inspections.models.bridges import BridgeQuerySet
from inspections.pages.requests import MemberRequest
from inspections.services.conditions import pack_of
from inspections.services.overview import Due, next_survey
from inspections.services.summaries import ConditionSummary, conditions_of_bridges

BRIDGES_SHOWN = 200

# How a photo stands, in the order of its legend: what still asks for something first.
STANDINGS = {
    "undecided": _("Cracks to decide on"),
    "failed": _("Failed"),
    "waiting": _("Not analysed yet"),
    "decided": _("All cracks decided"),
    "clear": _("No cracks found"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A bridge on the map and in the list beside it; degrees as text, never in the reader's own notation."""

    bridge: Bridge
    condition: ConditionSummary
    due: Due

    @property
    def latitude(self) -> str:
        """Empty where it is not known."""
        return "" if self.bridge.latitude is None else f"{self.bridge.latitude:.6f}"

    @property
    def longitude(self) -> str:
        """Empty where it is not known."""
        return "" if self.bridge.longitude is None else f"{self.bridge.longitude:.6f}"


def bridge_map(request: MemberRequest, bridges: BridgeQuerySet, query: str) -> HttpResponse:
    """The bridges as a map with a list beside it: the same ones in both."""
    rows = bridges.select_related("organisation").annotate(last_day=Max("surveys__surveyed_on"))
    page = Paginator(rows.order_by("name", "pk"), BRIDGES_SHOWN).get_page(request.GET.get("page"))
    places = _places(page.object_list)
    context = {
        "page": page,
        "places": places,
        "query": query,
        "without": sum(place.bridge.latitude is None for place in places),
        **_tiles(),
    }
    return render(request, "bridges/map.html", context)


@require_GET
def survey_map(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Where the photos of a survey were taken; the script asks `survey_places` for them."""
    survey = fetch(Survey.objects.select_related("bridge__organisation"), request.user, pk=pk)
    photos = SurveyImage.objects.filter(survey=survey)
    count, placed = photos.count(), photos.filter(latitude__isnull=False, longitude__isnull=False).count()
    context = {
        "survey": survey,
        "count": count,
        "placed": placed,
        "without": count - placed,
        "standings": STANDINGS.items(),
        **_tiles(),
    }
    return render(request, "surveys/map.html", context)


@require_GET
@never_cache
def survey_places(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The survey's photos that know their place, as JSON: rows of id, name, latitude, longitude, standing, cracks."""
    survey = fetch(Survey.objects.select_related("bridge__organisation"), request.user, pk=pk)
    photos = SurveyImage.objects.filter(survey=survey, latitude__isnull=False, longitude__isnull=False)
    rows = photos.with_state().with_findings().order_by("original_name", "pk")
    names = ("pk", "original_name", "latitude", "longitude", "state", "finding_count", "undecided_count")
    told = [
        [str(photo), name, latitude, longitude, _standing(state, cracks, undecided), cracks]
        for photo, name, latitude, longitude, state, cracks, undecided in rows.values_list(*names)
    ]
    nobody = UUID(int=0)
    # The page of a photo, with a place for its id: thousands of addresses would be most of the answer.
    return JsonResponse({"photo": reverse("photo", args=[nobody]), "id": str(nobody), "rows": told})


def _standing(state: str, cracks: int, undecided: int) -> str:
    if undecided:
        return "undecided"
    if cracks:
        return "decided"
    if state == SegmentationRun.Status.SUCCEEDED:
        return "clear"
    return "failed" if state == SegmentationRun.Status.FAILED else "waiting"


def _places(bridges: Iterable[Bridge]) -> list[Place]:
    """In their order; three queries an organisation."""
    bridges, today = list(bridges), timezone.localdate()
    of: dict[Organisation, list[Bridge]] = defaultdict(list)
    for bridge in bridges:
        of[bridge.organisation].append(bridge)
    found: dict[UUID, ConditionSummary] = {}
    for organisation, own in of.items():
        found |= conditions_of_bridges(own, pack_of(organisation))
    return [
        Place(bridge, found[bridge.pk], next_survey(bridge, bridge.last_day, today))  # type: ignore[attr-defined]
        for bridge in bridges
    ]


def _tiles() -> dict[str, Any]:
    return {"tiles": settings.MAP_TILES, "credit": settings.MAP_CREDIT}
