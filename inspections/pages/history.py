"""The record of a survey, a photo or a crack: read page by page, and taken away as a table."""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inspections.access import fetch
from inspections.exports.catalogue import export_history
from inspections.models import Event, Finding, Survey, User
from inspections.models.lineage import events_of
from inspections.models.paging import KeysFirst
from inspections.models.surveys import SurveyQuerySet
from inspections.pages.chronicle import Told, readable, tell
from inspections.pages.requests import MemberRequest

PAGE_SIZE = 50
AT_FIRST = 20
"""So many of the latest events stand on a photo's page."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which events are asked for; what makes no sense in an address is left out."""

    kind: str = ""
    who: str = ""
    photo: str = ""
    finding: str = ""

    @classmethod
    def from_request(cls, request: MemberRequest) -> "Sieve":
        """From an address."""
        given = {name: request.GET.get(name, "").strip() for name in cls.__slots__}
        given["kind"] = given["kind"] if given["kind"] in Event.Kind.values else ""
        for name in ("photo", "finding"):
            given[name] = given[name] if _is_id(given[name]) else ""
        return cls(**given)

    @property
    def query(self) -> str:
        """The same for an address, with its question mark; empty for everything."""
        told = {name: value for name, value in asdict(self).items() if value}
        return f"?{urlencode(told)}" if told else ""

    def events(self, survey: Survey, user: User) -> QuerySet[Event]:
        """The events of the survey that fit. Raises InspectionError `not_found` for a finding that is not theirs."""
        rows: QuerySet[Event] = Event.objects.filter(survey=survey)
        if self.finding:
            rows = events_of(fetch(Finding.objects.all(), user, pk=self.finding)).filter(survey=survey)
        if self.photo:
            rows = rows.filter(image__pk=self.photo)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        return rows.filter(actor__username=self.who) if self.who else rows


@require_GET
def survey_history(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Everything that people did in a survey, the latest first."""
    survey, sieve = fetch(_surveys(), request.user, pk=pk), Sieve.from_request(request)
    page = KeysFirst(readable(sieve.events(survey, request.user)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "survey": survey,
        "sieve": sieve,
        "page": page,
        "events": tell(page),
        "kinds": Event.Kind.choices,
        "people": User.objects.filter(pk__in=Event.objects.filter(survey=survey).order_by().values("actor")),
        "about": _about(survey, sieve),
    }
    return render(request, "surveys/history.html", context)


@require_GET
def survey_history_file(request: MemberRequest, pk: UUID) -> StreamingHttpResponse:
    """The same as a table, all pages of it."""
    survey = fetch(_surveys(), request.user, pk=pk)
    export = export_history(survey, Sieve.from_request(request).events(survey, request.user))
    answer = StreamingHttpResponse(export.chunks, content_type=export.content_type)
    answer["Content-Disposition"] = export.disposition
    return answer


def latest_events(events: QuerySet[Event]) -> dict[str, Any]:
    """What `history/_latest.html` shows: the latest events, and whether there are more."""
    rows = tell(readable(events)[: AT_FIRST + 1])
    shown: list[Told] = rows[:AT_FIRST]
    return {"events": shown, "has_more": len(rows) > AT_FIRST}


def _about(survey: Survey, sieve: Sieve) -> str:
    if sieve.finding:
        finding = Finding.objects.select_related("image").only("number", "image__original_name").get(pk=sieve.finding)
        return _("crack %(number)s of %(photo)s") % {"number": finding.number, "photo": finding.image}
    photo = survey.images.filter(pk=sieve.photo).only("original_name").first() if sieve.photo else None
    return str(photo or "")


def _surveys() -> SurveyQuerySet:
    return Survey.objects.select_related("bridge__organisation")


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
