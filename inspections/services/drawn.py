"""The worker's side of drawings: taken by one, brought to findings or to a sentence, finished only by who holds it.

A worker reads the `Basis` of its work without any lock, and measures. To finish it locks the photo's row, reads the
basis again and writes only if nothing of it has changed: the analysis whose findings stand, the findings that are
replaced, the next free number, the photo's scale, and the file of widths, which gives way to one with the new findings
in it. Else it begins again. Measuring again (`services.measuring.store_measures`) holds the same lock and writes only
if the file of widths is still the one that it has read. So of two that rewrite the file one begins anew, and neither
loses what the other has added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from inspections.dispatch import dispatch_drawing
from inspections.models import Drawing, Event, Finding, SegmentationRun, SurveyImage
from inspections.services.comments import hand_on
from inspections.services.drawings import Status, ensure_free, lock_photo, told
from inspections.services.history import remember
from inspections.services.measuring import judge_findings
from inspections.services.reviews import accept_drawn
from inspections.services.risk import rank_findings
from inspections.services.runs import FindingFacts, finding_of

TAKEN_FOR = timedelta(seconds=90)
"""A drawing is left for so long to the worker that has taken it."""
MOST_ATTEMPTS = 3


class ChangedMeanwhileError(Exception):
    """What the work was based on is not so any more: it is to be done again."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a drawing is measured by: its photo and analysis, what it replaces, and the number of its first finding."""

    drawing: Drawing
    image: SurveyImage
    run: SegmentationRun
    replaced: tuple[Finding, ...]
    number: int
    beside: tuple[Finding, ...] = ()
    """What else stands there, where a new line or mask may come to lie on it."""

    @property
    def stamp(self) -> tuple[Any, ...]:
        """Changes whenever the work would come out differently."""
        there = tuple(tuple(finding.pk for finding in findings) for findings in (self.replaced, self.beside))
        return self.run.pk, self.run.widths, there, self.number, self.image.measure_wanted


def take_drawing() -> Drawing | None:
    """The drawing that waits longest, for one worker alone; None when there is none.

    One that workers have died of three times ends with `crashed`.
    """
    while True:
        now = timezone.now()
        waiting = Drawing.objects.claimable(now)
        drawing = waiting.order_by("created_at").first()
        if drawing is None:
            return None
        mine = waiting.filter(pk=drawing.pk, attempt=drawing.attempt)
        if drawing.attempt >= MOST_ATTEMPTS:
            facts = {"attempts": MOST_ATTEMPTS}
            mine.update(status=Status.FAILED, taken_until=None, error_code="crashed", error_facts=facts)
        elif mine.update(attempt=F("attempt") + 1, taken_until=now + TAKEN_FOR):
            drawing.refresh_from_db()
            return drawing


def basis_of(drawing: Drawing) -> Basis:
    """What the drawing stands on now."""
    row = Drawing.objects.select_related("run", "author", "image__survey__bridge__organisation", "image__element").get(
        pk=drawing.pk
    )
    last = Finding.objects.filter(run=row.run_id).aggregate(last=Max("number"))["last"]
    replaced = tuple(row.replaced.select_related("run").order_by("number"))
    beside = _beside(row, replaced) if row.kind in (Drawing.Kind.LINE, Drawing.Kind.MASK) else ()
    return Basis(drawing, row.image, row.run, replaced, (last or 0) + 1, beside)


def complete_drawing(
    basis: Basis, findings: Sequence[FindingFacts], *, widths: str, joined: Sequence[Finding] = ()
) -> bool:
    """Write the findings that a drawing makes, numbered from `basis.number` on. False: it is not ours any more.

    `widths` is the analysis's new file of widths, already written, in place of `basis.run.widths`. `joined` are those
    beside it that have become part of it: they are replaced, too. The findings are accepted by the author, with the
    state that people gave to all that is replaced. Comments and the assignee go over to the first. Raises
    ChangedMeanwhileError when the basis has changed, InspectionError `drawn_meanwhile` when somebody else is changing
    one of `joined`; nothing is written then.
    """
    drawing = basis.drawing
    with transaction.atomic():
        image = lock_photo(basis.image)
        held = Drawing.objects.waiting().filter(pk=drawing.pk, attempt=drawing.attempt)
        if not held.update(status=Status.DONE, taken_until=None, error_code="", error_facts={}):
            return False
        if basis_of(drawing).stamp != basis.stamp:
            raise ChangedMeanwhileError
        for finding in joined:
            ensure_free(finding, image)
        drawing.replaced.add(*joined)
        replaced = sorted([*basis.replaced, *joined], key=lambda finding: finding.number)
        SegmentationRun.objects.filter(pk=basis.run.pk).update(widths=widths)
        made = _make(basis, image, findings, is_known=bool(replaced))
        Finding.objects.filter(pk__in=[finding.pk for finding in replaced]).update(is_current=False)
        hand_on({finding.pk: made[0] for finding in replaced})
        states = {finding.decided_state for finding in replaced}
        state = states.pop() if len(states) == 1 else ""
        for finding in made:
            accept_drawn(finding, drawing.author, note=drawing.reason, state=state)
        remember(
            Event.Kind.DRAWN,
            actor=drawing.author,
            finding=made[0],
            drawing=str(drawing.pk),
            drawn=drawing.kind,
            note=drawing.reason,
            replaced=[told(finding) for finding in replaced],
            made=[told(finding) for finding in made],
        )
    return True


def fail_drawing(drawing: Drawing, code: str, **facts: Any) -> bool:
    """End a drawing with a sentence, if it is still ours. `code` must stand in `inspections.errors`."""
    held = Drawing.objects.waiting().filter(pk=drawing.pk, attempt=drawing.attempt)
    return bool(held.update(status=Status.FAILED, taken_until=None, error_code=code, error_facts=facts))


def ring_again_for_drawings() -> bool:
    """For the sweep: ring if drawings wait that nobody holds, and that nobody has come for. Returns whether it rang."""
    now = timezone.now()
    unheard = now - timedelta(seconds=settings.SWEEP_SECONDS)
    return Drawing.objects.claimable(now).filter(created_at__lt=unheard).exists() and dispatch_drawing()


def _beside(drawing: Drawing, replaced: Sequence[Finding]) -> tuple[Finding, ...]:
    rows = Finding.objects.current().standing().filter(image=drawing.image_id)
    others = rows.exclude(pk__in=[finding.pk for finding in replaced])
    return tuple(others.defer("proposal").order_by("number"))


def _make(basis: Basis, image: SurveyImage, facts: Sequence[FindingFacts], *, is_known: bool) -> list[Finding]:
    made = [finding_of(basis.run, number, fact) for number, fact in enumerate(facts, start=basis.number)]
    for finding in made:
        finding.drawing = basis.drawing
    judge_findings(made, image)
    rank_findings(made, known={finding.number for finding in made} if is_known else ())
    return Finding.objects.bulk_create(made, batch_size=200)
