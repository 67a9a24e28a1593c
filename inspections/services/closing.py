"""Sign-off: a closed survey cannot change until it is reopened."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Drawing, Event, Finding, SegmentationRun, Survey, User
from inspections.services.history import remember


def ensure_open(survey: Survey) -> None:
    """Raises InspectionError `survey_closed`. Called by every verb that changes what a survey says."""
    if survey.closed_at is not None:
        closed_by = survey.closed_by.known_as if survey.closed_by else _("somebody")
        raise InspectionError(
            "survey_closed", survey=str(survey), by=closed_by, on=date_format(survey.closed_at, _("j F Y"))
        )


def undecided_in(survey: Survey) -> int:
    """How many findings of a survey wait for a decision."""
    return Finding.objects.current().undecided().filter(survey=survey).count()


def close_survey(*, survey: Survey, user: User, undecided: int = 0, note: str = "") -> None:
    """Sign a survey off. `undecided` is the number of undecided findings that the reviewer knows of and leaves so.

    Raises InspectionError `survey_closed`, `runs_open` while photos are analysed, `drawings_open` while drawings are
    measured, `undecided_left` for another number.
    """
    with transaction.atomic():
        locked = Survey.objects.select_for_update().get(pk=survey.pk)
        ensure_open(locked)
        open_runs = SegmentationRun.objects.open().filter(image__survey=survey).count()
        if open_runs:
            raise InspectionError("runs_open", count=open_runs)
        waiting = Drawing.objects.waiting().filter(image__survey=survey).count()
        if waiting:
            raise InspectionError("drawings_open", count=waiting)
        left = undecided_in(survey)
        if left != undecided:
            raise InspectionError("undecided_left", field="undecided", count=left, known=undecided)
        remember(Event.Kind.CLOSED, actor=user, survey=survey, undecided=left, note=note)
        Survey.objects.filter(pk=survey.pk).update(closed_at=timezone.now(), closed_by=user)
    survey.refresh_from_db()


def reopen_survey(*, survey: Survey, user: User, reason: str) -> None:
    """Open a closed survey again. Raises InspectionError `survey_open`, `invalid` without a reason."""
    if not reason.strip():
        raise InspectionError("invalid", field="reason", reason=_("Say why the survey is opened again."))
    with transaction.atomic():
        locked = Survey.objects.select_for_update().get(pk=survey.pk)
        if not locked.is_closed:
            raise InspectionError("survey_open")
        remember(Event.Kind.REOPENED, actor=user, survey=survey, reason=reason.strip())
        Survey.objects.filter(pk=survey.pk).update(closed_at=None, closed_by=None)
    survey.refresh_from_db()
