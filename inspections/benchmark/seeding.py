"""An organisation with bridges, and on one of them two surveys of any size, written in bulk."""

from dataclasses import dataclass
from datetime import date
from random import Random

from django.db import transaction

from inspections.benchmark.filling import Filling
from inspections.models import (
    Bridge,
    Element,
    Finding,
    Membership,
    Network,
    Organisation,
    Role,
    Survey,
    SurveyImage,
    User,
)
from inspections.models.materials import Material

BRIDGES, PIERS, SPANS, GIRDERS = 12, 4, 5, 4
EARLIER = 10
"""The survey of the year before is so many times smaller."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation with its surveys: where its pages are, and who asks for them."""

    reviewer: User
    bridge: Bridge
    survey: Survey
    earlier: Survey
    photo: SurveyImage
    photos: int
    findings: int

    def undecided(self, count: int) -> list[str]:
        """The ids of at most so many findings that nobody has decided on or been given, the riskiest first.

        Of the first half of the queue in either order: behind each there are enough for the review to go on.
        """
        free = Finding.objects.current().undecided().filter(survey=self.survey, assignee__isnull=True)
        rows = free.values_list("pk", flat=True)
        half = rows.count() // 2
        early = set(rows.order_by("image__original_name", "number")[:half])
        return [str(pk) for pk in rows.order_by("-risk", "pk")[:half] if pk in early][:count]


def seed(name: str, *, photos: int, findings: int) -> Place:
    """Write an organisation of that name, whose main survey has so many photos and current findings.

    The same numbers give the same survey. Its reviewer is called as the organisation and has no password.
    """
    chance = Random(photos)
    with transaction.atomic():
        organisation = Organisation.objects.create(name=name)
        reviewer = User.objects.create_user(username=name, first_name="Rowan")
        Membership.objects.create(user=reviewer, organisation=organisation, role=Role.REVIEWER)
        network = _network()
        bridge = _bridges(organisation)
        elements = _elements(bridge)
        surveys = [
            Survey.objects.create(bridge=bridge, surveyed_on=date(year, 5, 4), distance_m=4.0, started_by=reviewer)
            for year in (2025, 2026)
        ]
        sizes = ((photos // EARLIER, findings // EARLIER), (photos, findings))
        for survey, (many, cracks) in zip(surveys, sizes, strict=True):
            Filling(chance, survey, elements, network, reviewer).fill(many, cracks)
    return Place(
        reviewer=reviewer,
        bridge=bridge,
        survey=surveys[1],
        earlier=surveys[0],
        photo=_in_the_middle(surveys[1]),
        photos=photos,
        findings=findings,
    )


def _network() -> Network:
    return Network.objects.get_or_create(
        sha256="0" * 64,
        organisation=None,
        defaults={
            "name": "hairline-light",
            "version": "1",
            "architecture": "light",
            "file": "networks/benchmark.safetensors",
            "threshold": 0.5,
        },
    )[0]


def _bridges(organisation: Organisation) -> Bridge:
    """So many bridges; the one in the middle, which has the surveys."""
    made = Bridge.objects.bulk_create(
        Bridge(
            organisation=organisation,
            name=f"Bridge {number} of {organisation}",
            structure_number=f"B-{number:03d}",
            crosses="Kettle Beck",
            latitude=54.0 + number / 100,
            longitude=-2.0 - number / 50,
            material=Material.REINFORCED_CONCRETE,
        )
        for number in range(1, BRIDGES + 1)
    )
    return made[BRIDGES // 2]


def _elements(bridge: Bridge) -> list[Element]:
    """Those that photos show: piers, and the girders of the spans."""
    kind = Element.Kind
    piers = [Element(bridge=bridge, kind=kind.PIER, name=f"Pier {pier}", position=pier) for pier in range(PIERS)]
    spans = [Element(bridge=bridge, kind=kind.SPAN, name=f"Span {span}", position=span) for span in range(SPANS)]
    girders = [
        Element(bridge=bridge, parent=span, kind=kind.GIRDER, name=f"Girder {girder}", position=girder)
        for span in spans
        for girder in range(GIRDERS)
    ]
    for level in (piers + spans, girders):
        Element.objects.bulk_create(level)
    return piers + girders


def _in_the_middle(survey: Survey) -> SurveyImage:
    """An analysed photo with as many others before as behind it."""
    analysed = survey.images.filter(findings__is_current=True).distinct().order_by("original_name")
    return analysed[analysed.count() // 2]
