"""A new analysis erases no decision: it is carried over to the same crack, and what is not found again is listed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from inspections.models import Comment, Event, Finding, SegmentationRun
from inspections.services.comments import hand_on
from inspections.services.history import remember
from inspections.services.reviews import carry_review


@dataclass(frozen=True, slots=True)
class Match:
    """A finding of the earlier analysis, and the number of the one in the new analysis that lies over it.

    `overlap` is the share of the smaller one's pixels that both have, 0 to 1.
    """

    earlier: UUID
    number: int
    overlap: float


def carry_over(run: SegmentationRun, findings: Sequence[Finding], matches: Sequence[Match]) -> None:
    """Make `findings` the current ones of their photo, with the decisions that stood on those they match.

    Inside the transaction that completes `run`. Where the matched ones were decided differently nothing is carried, and
    a person decides anew. What was said of a crack goes over to the one that lies best on it.
    """
    earlier = list(Finding.objects.filter(image=run.image_id, is_current=True).exclude(run=run).order_by("number"))
    Finding.objects.filter(pk__in=[finding.pk for finding in earlier]).update(is_current=False)
    spoken = _spoken_of(run, earlier)
    if not spoken:
        return
    matches = [match for match in sorted(matches, key=lambda match: -match.overlap) if match.earlier in spoken]
    decided = {pk: finding for pk, finding in spoken.items() if finding.reviews_count}
    by_number = defaultdict(list)
    for match in matches:
        if match.earlier in decided:
            by_number[match.number].append(decided[match.earlier])
    carried: set[UUID] = set()
    contradicted = []
    for finding in findings:
        candidates = by_number[finding.number]
        if len({candidate.verdict for candidate in candidates}) > 1:
            contradicted.append(finding.number)
        elif candidates and carry_review(finding, candidates[0]) is not None:
            carried.update(candidate.pk for candidate in candidates)
    homes = _homes(findings, matches)
    lost = _lost(spoken.values(), homes)
    hand_on(homes)
    remember(
        Event.Kind.CARRIED,
        actor=None,
        image=run.image,
        network=str(run.network),
        carried=len(carried),
        contradicted=contradicted,
        lost=lost,
        pairs=[[str(pk), str(finding.pk)] for pk, finding in homes.items()],
    )


def _spoken_of(run: SegmentationRun, earlier: Sequence[Finding]) -> dict[UUID, Finding]:
    """Those of which the record knows anything: only their ways need to be followed."""
    known = set(Event.objects.filter(image=run.image_id, finding__isnull=False).values_list("finding", flat=True))
    return {finding.pk: finding for finding in earlier if finding.reviews_count or finding.pk in known}


def _homes(findings: Sequence[Finding], matches: Sequence[Match]) -> dict[UUID, Finding]:
    """For each earlier finding the new one that lies best on it; `matches` come best first."""
    by_number = {finding.number: finding for finding in findings}
    homes: dict[UUID, Finding] = {}
    for match in matches:
        homes.setdefault(match.earlier, by_number[match.number])
    return homes


def _lost(spoken: Iterable[Finding], homes: dict[UUID, Finding]) -> list[dict[str, Any]]:
    """What was decided or is spoken of and was not found again, as plain values."""
    gone = [finding for finding in spoken if finding.pk not in homes]
    rows = Comment.objects.open().filter(finding__in=gone).order_by().values_list("finding", flat=True)
    said = Counter(rows)
    return [
        {"id": str(finding.pk), "number": finding.number, "verdict": finding.verdict}
        | ({"comments": said[finding.pk]} if said[finding.pk] else {})
        for finding in gone
        if finding.verdict is not None or said[finding.pk]
    ]
