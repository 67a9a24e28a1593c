"""What the findings of a photo, an element, a survey or a bridge amount to. Reads only, a few queries however many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from inspections.conditions import Kind, Pack, Summary
from inspections.conditions.summaries import states_of
from inspections.models import Bridge, Element, Finding, Survey, SurveyImage
from inspections.models.findings import from_photo
from inspections.models.reviews import Verdict


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
    """A bridge over all its surveys, and each of its surveys."""

    bridge: ConditionSummary
    surveys: Mapping[UUID, ConditionSummary]


def condition_of_photo(image: SurveyImage, pack: Pack) -> ConditionSummary:
    """Two queries."""
    return _total(_by(pack, (), pk=image.pk).values(), pack)


def condition_of_survey(survey: Survey, pack: Pack) -> ConditionSummary:
    """Two queries."""
    return _total(_by(pack, (), survey=survey.pk).values(), pack)


def conditions_of_surveys(surveys: Iterable[Survey], pack: Pack) -> dict[UUID, ConditionSummary]:
    """Each survey's by its id; all of one organisation. Two queries."""
    return _by_survey([survey.pk for survey in surveys], pack)


def condition_of_element(element: Element, pack: Pack) -> ConditionSummary:
    """The element and all those below it, over all surveys. Three queries."""
    parents = _parents(element.bridge_id)
    below = [pk for pk in parents if element.pk in _line(pk, parents)]
    return _total(_by(pack, (), element__in=below).values(), pack)


def conditions_of_bridge(bridge: Bridge, pack: Pack) -> BridgeConditions:
    """Three queries."""
    surveys = _by_survey(list(bridge.surveys.values_list("pk", flat=True)), pack)
    return BridgeConditions(_total(surveys.values(), pack), surveys)


def conditions_of_elements(bridge: Bridge, pack: Pack) -> dict[UUID, ConditionSummary]:
    """Each element's with those below it, over all surveys, by its id. Three queries."""
    parents = _parents(bridge.pk)
    found = dict.fromkeys(parents, ConditionSummary.of_nothing(pack))
    for (element,), one in _by(pack, ("element_id",), element__in=list(parents)).items():
        for pk in _line(element, parents):
            found[pk] += one
    return found


def conditions_of_bridges(bridges: Iterable[Bridge], pack: Pack) -> dict[UUID, ConditionSummary]:
    """Each bridge's over all its surveys, by its id; all of one organisation. Three queries."""
    found = {bridge.pk: ConditionSummary.of_nothing(pack) for bridge in bridges}
    bridge_of = dict(Survey.objects.filter(bridge__in=found).values_list("pk", "bridge"))
    for (survey,), one in _by(pack, ("survey_id",), survey__in=list(bridge_of)).items():
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


def _by_survey(surveys: Sequence[UUID], pack: Pack) -> dict[UUID, ConditionSummary]:
    found = _by(pack, ("survey_id",), survey__in=surveys)
    return {pk: found.get((pk,), ConditionSummary.of_nothing(pack)) for pk in surveys}


def _by(pack: Pack, keys: Sequence[str], **photos: Any) -> dict[Any, ConditionSummary]:
    """Over the photos that the lookups name, by their `survey_id`, their `element_id`, or all at (). Two queries."""
    found: dict[Any, ConditionSummary] = {}
    # Grouped by no field would be by every one.
    for group in SurveyImage.objects.filter(**photos).counted_by_review(*(keys or ["survey_id"])):
        photo = Summary(pack.kind, photos=group["count"], photos_unreviewed=group["count"] - group["reviewed_count"])
        place = tuple(group[key] for key in keys)
        before = found.get(place, ConditionSummary.of_nothing(pack))
        found[place] = before + ConditionSummary(pack, photo, group["waiting_count"])
    findings = Finding.objects.current().of_photos(**photos)
    for group in findings.counted_by_state(*(from_photo(key) for key in keys)):
        place = tuple(group[from_photo(key)] for key in keys)
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
