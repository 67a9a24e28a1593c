"""What the findings of a photo, an element, a survey or a bridge amount to. Reads only, a few queries however many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from inspections.conditions import Kind, Pack, Summary
from inspections.conditions.summaries import states_of
from inspections.models import Bridge, Element, Finding, Survey, SurveyImage
from inspections.models.reviews import Verdict

Place = tuple[UUID, UUID | None]
"""A survey and an element, by which findings are counted."""


@dataclass(frozen=True, slots=True)
class ConditionSummary:
    """Findings counted by state as `pack` has them. `waiting` photos are still to be judged again by changed rules.

    Findings that a pack of another kind has judged have no state here until they are judged again.
    """

    pack: Pack
    counts: Summary
    waiting: int = 0

    @classmethod
    def of_nothing(cls, pack: Pack) -> "ConditionSummary":
        """Where there is no photo."""
        return cls(pack, Summary(kind=pack.kind))

    def __add__(self, other: Self) -> "ConditionSummary":
        return ConditionSummary(self.pack, self.counts + other.counts, self.waiting + other.waiting)


@dataclass(frozen=True, slots=True)
class BridgeConditions:
    """A bridge over all its surveys, each of its surveys, and each of its elements with those below it."""

    bridge: ConditionSummary
    surveys: Mapping[UUID, ConditionSummary]
    elements: Mapping[UUID, ConditionSummary]


def condition_of_photo(image: SurveyImage, pack: Pack) -> ConditionSummary:
    """Two queries."""
    return _total(_by_place(pack, pk=image.pk).values(), pack)


def condition_of_survey(survey: Survey, pack: Pack) -> ConditionSummary:
    """Two queries."""
    return _total(_by_place(pack, survey=survey.pk).values(), pack)


def conditions_of_surveys(surveys: Iterable[Survey], pack: Pack) -> dict[UUID, ConditionSummary]:
    """Each survey's by its id; all of one organisation. Two queries."""
    wanted = [survey.pk for survey in surveys]
    found = _by_place(pack, survey__in=wanted)
    return {pk: _total((one for (survey, _), one in found.items() if survey == pk), pack) for pk in wanted}


def condition_of_element(element: Element, pack: Pack) -> ConditionSummary:
    """The element and all those below it, over all surveys. Three queries."""
    parents = _parents(element.bridge_id)
    below = [pk for pk in parents if element.pk in _line(pk, parents)]
    return _total(_by_place(pack, element__in=below).values(), pack)


def conditions_of_bridge(bridge: Bridge, pack: Pack) -> BridgeConditions:
    """Three queries."""
    found, parents = _by_place(pack, survey__bridge=bridge.pk), _parents(bridge.pk)
    surveys: dict[UUID, ConditionSummary] = {}
    elements = dict.fromkeys(parents, ConditionSummary.of_nothing(pack))
    for (survey, element), one in found.items():
        surveys[survey] = surveys.get(survey, ConditionSummary.of_nothing(pack)) + one
        for pk in _line(element, parents):
            elements[pk] += one
    return BridgeConditions(_total(found.values(), pack), surveys, elements)


def conditions_of_bridges(bridges: Iterable[Bridge], pack: Pack) -> dict[UUID, ConditionSummary]:
    """Each bridge's over all its surveys, by its id; all of one organisation. Three queries."""
    found = {bridge.pk: ConditionSummary.of_nothing(pack) for bridge in bridges}
    bridge_of = dict(Survey.objects.filter(bridge__in=found).values_list("pk", "bridge"))
    for (survey, _element), one in _by_place(pack, survey__bridge__in=list(found)).items():
        if survey in bridge_of:
            found[bridge_of[survey]] += one
    return found


def _parents(bridge_id: UUID) -> dict[UUID, UUID | None]:
    return dict(Element.objects.filter(bridge=bridge_id).values_list("pk", "parent"))


def _line(element: UUID | None, parents: Mapping[UUID, UUID | None]) -> list[UUID]:
    """The element, what it is part of, and so on to the top."""
    line: list[UUID] = []
    while element is not None and element in parents and element not in line:
        line.append(element)
        element = parents[element]
    return line


def _total(parts: Iterable[ConditionSummary], pack: Pack) -> ConditionSummary:
    return sum(parts, start=ConditionSummary.of_nothing(pack))


def _by_place(pack: Pack, **photos: Any) -> dict[Place, ConditionSummary]:
    """Counts over the photos that the lookups name, by survey and element. Two queries."""
    found: dict[Place, ConditionSummary] = {}
    for group in SurveyImage.objects.filter(**photos).counted_by_review("survey_id", "element_id"):
        photo = Summary(pack.kind, photos=group["count"], photos_unreviewed=group["count"] - group["reviewed_count"])
        found[group["survey_id"], group["element_id"]] = ConditionSummary(pack, photo, group["waiting_count"])
    findings = Finding.objects.filter(**{f"image__{lookup}": value for lookup, value in photos.items()}).current()
    for group in findings.counted_by_state("image__survey_id", "image__element_id"):
        place = group["image__survey_id"], group["image__element_id"]
        # A photo that came between the two queries counts from the next reading on.
        if place in found:
            found[place] += ConditionSummary(pack, _counted(group, pack.kind))
    return found


def _counted(group: Mapping[str, Any], kind: Kind) -> Summary:
    """So many findings of one verdict and one state.

    An open width reaches from 0 to its bound: every state up to the worst is possible.
    """
    count, state, worst = group["count"], group["state"], group["worst_state"]
    if group["verdict"] == Verdict.REJECTED:
        return Summary(kind, rejected=count)
    unreviewed = 0 if group["verdict"] else count
    if group["decided_state"] in states_of(kind):
        return Summary(kind, findings=count, decided={group["decided_state"]: count})
    if state in kind.results:
        return Summary(kind, findings=count, unreviewed=unreviewed, proposed={state: count})
    if worst in kind.results:
        possible = frozenset(kind.results[: kind.results.index(worst) + 1])
        return Summary(kind, findings=count, unreviewed=unreviewed, several=count, possible=possible)
    return Summary(kind, findings=count, unreviewed=unreviewed, unknown=count)
