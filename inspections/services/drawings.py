"""Drawing on photos: a stroke becomes a waiting row, and can be taken back. `services.drawn` brings it to an end.

The row of the photo is the lock for what stands on it: asking, measuring, completing a drawing or an analysis and
taking back all hold it, so that each of them sees the others done or not begun.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from inspections.dispatch import dispatch_drawing
from inspections.errors import InspectionError
from inspections.models import Drawing, Event, Finding, SurveyImage, User
from inspections.models.drawings import DrawingQuerySet
from inspections.services.closing import ensure_open
from inspections.services.comments import hand_on
from inspections.services.drawing_shapes import LONGEST_REASON, Shape, check_shape
from inspections.services.history import remember
from inspections.services.measuring import current_run

Status = Drawing.Status


def request_drawing(
    *,
    image: SurveyImage,
    author: User,
    kind: str,
    findings: Sequence[Finding] = (),
    line: Sequence[Sequence[float]] = (),
    box: Sequence[int] = (),
    mask_runs: Sequence[int] = (),
    reason: str = "",
) -> Drawing:
    """Have what a person drew measured; the bell rings on commit. Coordinates are pixels of the upright original.

    LINE: `line` along a crack that was missed. SPLIT: `line` across the one finding. MERGE: 2 to 20 findings. MASK:
    what `mask_runs` (row-major inside `box`, background first) say is the whole truth inside `box` (x0, y0, x1, y1,
    half open) for the one finding given, or for a new crack without one; outside the box the finding stays as it is.

    Raises InspectionError `survey_closed`, `not_analysed`, `analysed_meanwhile` for findings of an earlier analysis,
    `drawn_meanwhile` for findings that somebody else has changed or is changing, `nothing_left` for a crack rubbed out,
    `invalid` for a shape that cannot be drawn.
    """
    if len(reason.strip()) > LONGEST_REASON:
        too_long = _("Write at most %(most)s characters.") % {"most": LONGEST_REASON}
        raise InspectionError("invalid", field="reason", reason=too_long)
    check_shape(kind, Shape(line, box, mask_runs), findings, image)
    with transaction.atomic():
        locked = lock_photo(image)
        ensure_open(locked.survey)
        run = current_run(locked)
        if run is None:
            raise InspectionError("not_analysed")
        chosen = list(Finding.objects.filter(pk__in=[finding.pk for finding in findings]).order_by("number"))
        for finding in chosen:
            ensure_free(finding, locked)
        drawing = Drawing.objects.create(
            run=run,
            image=locked,
            author=author,
            kind=kind,
            reason=reason.strip(),
            line=[[float(x), float(y)] for x, y in line],
            box=list(box),
            mask_runs=list(mask_runs),
        )
        drawing.replaced.set(chosen)
        transaction.on_commit(dispatch_drawing)
    return drawing


def undo_drawing(*, drawing: Drawing, by: User) -> None:
    """Take a drawing back: what it made stands no more, what it replaced stands again, comments go with it.

    Raises InspectionError `survey_closed`, `not_drawn` for one that is not done, `analysed_meanwhile` when a newer
    analysis stands, `drawn_meanwhile` when what it made was changed since, or is being changed.
    """
    with transaction.atomic():
        image = lock_photo(drawing.image)
        ensure_open(image.survey)
        if not Drawing.objects.filter(pk=drawing.pk, status=Status.DONE).update(status=Status.UNDONE):
            raise InspectionError("not_drawn")
        made = list(Finding.objects.filter(drawing=drawing, run=drawing.run_id).order_by("number"))
        for finding in made:
            ensure_free(finding, image)
        replaced = list(drawing.replaced.order_by("number"))
        Finding.objects.filter(pk__in=[finding.pk for finding in made]).update(is_current=False)
        Finding.objects.filter(pk__in=[finding.pk for finding in replaced]).update(is_current=True)
        if replaced:
            hand_on({finding.pk: replaced[0] for finding in made})
        remember(
            Event.Kind.UNDRAWN,
            actor=by,
            image=image,
            drawing=str(drawing.pk),
            drawn=drawing.kind,
            replaced=[told(finding) for finding in replaced],
            made=[told(finding) for finding in made],
        )
    drawing.refresh_from_db()


def lock_photo(image: SurveyImage) -> SurveyImage:
    """The photo as it is now, held until the transaction ends, and its survey against sign-off.

    A decision that is recorded meanwhile refers to both rows. `no_key` lets it, or two verbs could wait for each other.
    """
    rows = SurveyImage.objects.select_for_update(of=("self", "survey"), no_key=True)
    return rows.select_related("survey__closed_by", "survey__bridge__organisation", "element").get(pk=image.pk)


def told(finding: Finding) -> dict[str, float | int | None]:
    """A finding as history tells it: number, length and width, in mm where they are known."""
    names = ("number", "length_px", "width_median_px", "length_mm", "width_mm")
    return {name: _short(getattr(finding, name)) for name in names}


def _short(value: float | int | None) -> float | int | None:
    return round(value, 3) if isinstance(value, float) else value


def ensure_free(finding: Finding, image: SurveyImage) -> None:
    """Raise unless the finding stands on the photo as it is now, and nobody is changing it."""
    if finding.image_id != image.pk:
        raise InspectionError("invalid", field="findings", reason=_("Choose cracks of this photo."))
    changing = finding.replaced_by.select_related("author")
    waiting = _first(changing.waiting())
    if waiting is not None:
        raise InspectionError("drawn_meanwhile", by=waiting.author.known_as, number=finding.number)
    if finding.is_current:
        return
    done = _first(changing.filter(status=Status.DONE))
    run = current_run(image)
    if done is None or run is None or run.pk != finding.run_id:
        raise InspectionError("analysed_meanwhile")
    raise InspectionError("drawn_meanwhile", by=done.author.known_as, number=finding.number)


def _first(drawings: DrawingQuerySet) -> Drawing | None:
    return drawings.order_by("-created_at").first()
