"""A new analysis erases no decision and no drawing: they are carried over, and what is not found again is listed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from inspections.models import Comment, Event, Finding, LookAlikes, SegmentationRun, SurveyImage
from inspections.models.findings import FindingQuerySet
from inspections.services.drawings import move_words
from inspections.services.history import remember
from inspections.services.measuring import CrackMeasure
from inspections.services.redrawing import move_waiting
from inspections.services.reviews import carry_review

AS_LONG = 1.5
"""A new finding that lies over what people drew is replaced by it, unless it is so many times longer."""


@dataclass(frozen=True, slots=True)
class Match:
    """A finding of the earlier analysis, and the number of the one in the new analysis that lies over it.

    `overlap` is the share of the smaller one's pixels that both have, 0 to 1.
    """

    earlier: UUID
    number: int
    overlap: float


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding that a person drew, its number in the new analysis, and what it is on the surface as seen there."""

    earlier: UUID
    number: int
    look_alikes: LookAlikes | None = None
    measure: CrackMeasure = field(default_factory=CrackMeasure)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a new analysis brings: its own `findings`, copies of the `kept` ones by the ids of the earlier, matches."""

    findings: Sequence[Finding]
    kept: Mapping[UUID, Finding]
    matches: Sequence[Match]

    def replaced(self, reach: Mapping[UUID, float]) -> dict[int, Finding]:
        """Numbers of the new findings that a person's line replaces, and the finding that stands for each.

        `reach` is how long a crack people had before them when they drew the kept ones, pixels. A new finding that also
        lies over something else that was found before is not replaced: that would be gone with it.
        """
        lengths: defaultdict[int, float] = defaultdict(float)
        standing: dict[int, Finding] = {}
        shared = {match.number for match in self.matches if match.earlier not in self.kept}
        for match in sorted(self.matches, key=lambda match: -match.overlap):
            if match.earlier in self.kept and match.number not in shared:
                lengths[match.number] += reach[match.earlier]
                standing.setdefault(match.number, self.kept[match.earlier])
        own = {finding.number: finding.length_px for finding in self.findings}
        return {number: finding for number, finding in standing.items() if own[number] <= AS_LONG * lengths[number]}

    def stand_ins(self, replaced: Mapping[int, Finding]) -> dict[UUID, Finding]:
        """What stands for each earlier finding now: its copy, or the best match, or what replaces that."""
        by_number = {**{finding.number: finding for finding in self.findings}, **replaced}
        found = dict(self.kept)
        for match in sorted(self.matches, key=lambda match: -match.overlap):
            found.setdefault(match.earlier, by_number[match.number])
        return found


def drawn_to_keep(image: SurveyImage) -> FindingQuerySet:
    """What people have drawn on a photo and nobody has rejected: a new analysis takes it along."""
    drawn = Finding.objects.current().standing().filter(image=image, drawing__isnull=False)
    return drawn.select_related("run").order_by("number")


def carry_over(run: SegmentationRun, new: Carried) -> None:
    """Make the findings of `run` the current ones of their photo, with the decisions on those they match.

    Inside the transaction that completes `run`; all of them are saved. Where the matched ones were decided differently
    nothing is carried, and a person decides anew. What people drew stands with its decision, and the new findings that
    lie on it are replaced. Words, assignees and waiting drawings go over to what stands for the earlier finding now.
    """
    earlier = list(Finding.objects.filter(image=run.image_id, is_current=True).exclude(run=run).order_by("number"))
    Finding.objects.filter(pk__in=[finding.pk for finding in earlier]).update(is_current=False)
    replaced = new.replaced({pk: _reach(copy) for pk, copy in new.kept.items()})
    _replace(finding for finding in new.findings if finding.number in replaced)
    stand_ins = new.stand_ins(replaced)
    _move_words(earlier, stand_ins)
    move_waiting(run, stand_ins)
    decided = {finding.pk: finding for finding in earlier if finding.reviews_count}
    if decided:
        _carry_decisions(run, new, decided)


def _carry_decisions(run: SegmentationRun, new: Carried, decided: Mapping[UUID, Finding]) -> None:
    by_number = defaultdict(list)
    for match in sorted(new.matches, key=lambda match: -match.overlap):
        if match.earlier in decided and match.earlier not in new.kept:
            by_number[match.number].append(decided[match.earlier])
    carried = {pk for pk, copy in new.kept.items() if pk in decided and carry_review(copy, decided[pk]) is not None}
    contradicted = []
    for finding in new.findings:
        candidates = by_number[finding.number]
        if len({candidate.verdict for candidate in candidates}) > 1:
            contradicted.append(finding.number)
        elif candidates and carry_review(finding, candidates[0]) is not None:
            carried.update(candidate.pk for candidate in candidates)
    lost = [finding for finding in decided.values() if finding.verdict is not None and finding.pk not in carried]
    remember(
        Event.Kind.CARRIED,
        actor=None,
        image=run.image,
        network=str(run.network),
        carried=len(carried),
        kept=len(new.kept),
        contradicted=contradicted,
        lost=[{"id": str(finding.pk), "number": finding.number, "verdict": finding.verdict} for finding in lost],
    )


def _reach(finding: Finding) -> float:
    """The length of a drawn finding, or of the longest that it replaced: who shortens a crack has seen all of it."""
    longest, drawings = finding.length_px, {finding.drawing_id}
    while drawings:
        replaced = Finding.objects.filter(replaced_by__in=drawings).values_list("length_px", "drawing")
        longest = max([longest, *(length for length, _drawing in replaced)])
        drawings = {drawing for _length, drawing in replaced if drawing}
    return longest


def _replace(findings: Iterable[Finding]) -> None:
    for finding in findings:
        finding.is_current = False
        finding.save(update_fields=["is_current"])


def _move_words(earlier: Sequence[Finding], stand_ins: Mapping[UUID, Finding]) -> None:
    spoken = set(Comment.objects.filter(finding__in=earlier).values_list("finding", flat=True))
    for finding in earlier:
        if finding.pk in stand_ins and (finding.pk in spoken or finding.assignee_id):
            move_words([finding], stand_ins[finding.pk])
