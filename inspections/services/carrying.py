"""A new analysis erases no decision: it is carried over to the same crack, and what is not found again is listed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from inspections.models import Event, Finding, SegmentationRun
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
    a person decides anew.
    """
    earlier = list(Finding.objects.filter(image=run.image_id, is_current=True).exclude(run=run).order_by("number"))
    Finding.objects.filter(pk__in=[finding.pk for finding in earlier]).update(is_current=False)
    decided = {finding.pk: finding for finding in earlier if finding.reviews_count}
    if not decided:
        return
    by_number = defaultdict(list)
    for match in sorted(matches, key=lambda match: -match.overlap):
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
    lost = [finding for finding in decided.values() if finding.verdict is not None and finding.pk not in carried]
    remember(
        Event.Kind.CARRIED,
        actor=None,
        image=run.image,
        network=str(run.network),
        carried=len(carried),
        contradicted=contradicted,
        lost=[{"id": str(finding.pk), "number": finding.number, "verdict": finding.verdict} for finding in lost],
    )
