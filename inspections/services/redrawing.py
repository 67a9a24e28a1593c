"""Drawings that wait while a photo is analysed again: they are done on the new analysis, or end with a sentence."""

from collections.abc import Mapping
from uuid import UUID

from inspections.models import Drawing, Finding, SegmentationRun

Kind, Status = Drawing.Kind, Drawing.Status


def move_waiting(run: SegmentationRun, stand_ins: Mapping[UUID, Finding]) -> None:
    """Let the waiting drawings on a photo replace what stands for their findings in the new analysis.

    Inside the transaction that completes `run`. A worker that has begun on one notices that its basis has changed.
    """
    for drawing in Drawing.objects.waiting().filter(image=run.image_id).order_by("created_at"):
        earlier = list(drawing.replaced.order_by("number"))
        missing = [finding for finding in earlier if finding.pk not in stand_ins]
        others = {stand_ins[finding.pk] for finding in earlier if finding.pk in stand_ins}
        drawing.run = run
        if missing:
            _fail(drawing, "not_found_again", number=missing[0].number)
        elif drawing.kind == Kind.MERGE and len(others) < 2:
            _fail(drawing, "one_already")
        else:
            drawing.save(update_fields=["run"])
            drawing.replaced.set(others)


def _fail(drawing: Drawing, code: str, **facts: int) -> None:
    drawing.status, drawing.error_code, drawing.error_facts = Status.FAILED, code, facts
    drawing.taken_until = None
    drawing.save(update_fields=["run", "status", "error_code", "error_facts", "taken_until"])
