"""What happened to a crack: on its finding, and on those of earlier analyses and drawings that it stands for."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from inspections.models.drawings import Drawing
from inspections.models.findings import Finding
from inspections.models.history import Event
from inspections.models.reviews import Review


def events_of(finding: Finding) -> QuerySet[Event]:
    """All that happened to a crack, the latest first, earlier analyses and drawings included. Takes three queries."""
    kinds = (Event.Kind.CARRIED, Event.Kind.DRAWN, Event.Kind.UNDRAWN)
    of_photo = list(Event.objects.filter(image=finding.image_id, kind__in=kinds).values_list("pk", "facts"))
    drawings = _drawings(finding)
    selves = _upwards(finding.pk, _parents(finding, drawings, [facts for _pk, facts in of_photo]))
    own = {str(drawing) for drawing, *ends in drawings if selves & set(ends)} | {str(pk) for pk in selves}
    named = [pk for pk, facts in of_photo if own & _names(facts)]
    return Event.objects.filter(Q(finding__in=selves) | Q(pk__in=named))


def _drawings(finding: Finding) -> list[tuple[UUID, UUID | None, UUID | None]]:
    """The photo's drawings, each with what it made and what that replaced."""
    rows = Drawing.objects.filter(image=finding.image_id).order_by()
    return list(rows.values_list("pk", "made", "replaced"))


def _parents(
    finding: Finding, drawings: list[tuple[UUID, UUID | None, UUID | None]], told: list[dict[str, Any]]
) -> dict[UUID, set[UUID]]:
    """For each finding of the photo those that it stands for."""
    parents: dict[UUID, set[UUID]] = defaultdict(set)
    repeated = Review.objects.filter(finding__image=finding.image_id, carried_from__isnull=False).order_by()
    pairs = [
        *repeated.values_list("finding", "carried_from__finding"),
        *((made, replaced) for _pk, made, replaced in drawings if made and replaced),
        *((UUID(new), UUID(old)) for facts in told for old, new in facts.get("pairs", ())),
    ]
    for child, parent in pairs:
        parents[child].add(parent)
    return parents


def _upwards(pk: UUID, parents: dict[UUID, set[UUID]]) -> set[UUID]:
    found, ahead = {pk}, [pk]
    while ahead:
        new = parents[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def _names(facts: dict[str, Any]) -> set[str]:
    """The findings and the drawing that an event of the whole photo tells of."""
    lost = [entry["id"] for entry in facts.get("lost", ())]
    return {facts.get("drawing", ""), *lost, *(new for _old, new in facts.get("pairs", ()))}
