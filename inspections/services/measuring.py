"""Millimetres: what people give for a photo's scale, what a worker makes of it, and who is told to measure again.

A change of scale or rules counts a photo's `measure_wanted` up, in the transaction that makes the change; a worker
measures the stored widths again, without looking at the photo, and writes only if nothing has changed meanwhile.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.dispatch import dispatch_measuring
from inspections.errors import InspectionError
from inspections.models import Finding, SegmentationRun, Survey, SurveyImage
from inspections.models.images import SurveyImageQuerySet
from inspections.services.closing import ensure_open
from inspections.services.conditions import judge_finding, pack_of

TAKEN_FOR = timedelta(seconds=60)
"""A photo that a worker has taken to measure it again is left to it for so long."""
NEAREST_M, FARTHEST_M = 0.05, 1000.0
SHORTEST_MM, LONGEST_MM = 0.1, 1e6
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class PhotoMeasure:
    """The scale of a photo as facts, its markers, and its floor; empty for what is not known."""

    scale: dict[str, Any] = field(default_factory=dict)
    mm_per_px: float | None = None
    mm_per_px_u95: float | None = None
    scale_source: str = ""
    markers: dict[str, Any] = field(default_factory=dict)
    floor: dict[str, Any] = field(default_factory=dict)
    floor_mm: float | None = None


@dataclass(frozen=True, slots=True)
class CrackMeasure:
    """A crack in millimetres, by the names of `Finding`; None for what cannot be told."""

    length_mm: float | None = None
    width_mm: float | None = None
    width_u95_mm: float | None = None
    width_bound_mm: float | None = None
    width_mean_mm: float | None = None
    width_p95_mm: float | None = None
    widest_mm: float | None = None
    widest_u95_mm: float | None = None
    widest_bound_mm: float | None = None


MILLIMETRES = tuple(CrackMeasure.__dataclass_fields__)


def give_distance(*, image: SurveyImage, distance_m: float | None, u95_m: float | None = None) -> None:
    """Say how far away the surface was, None to take it back. Raises InspectionError `invalid` for what cannot be."""
    check_distance(distance_m, u95_m)
    _change(image, distance_m=distance_m, distance_u95_m=u95_m)


def check_distance(distance_m: float | None, u95_m: float | None) -> None:
    """Raise InspectionError `invalid` for what is no distance to a surface, or no 95 % uncertainty of it, in metres."""
    if distance_m is not None and not NEAREST_M <= distance_m <= FARTHEST_M:
        raise InspectionError("invalid", field="distance_m", reason=_("Give a distance between 0.05 and 1000 metres."))
    _check_u95(u95_m, distance_m, "distance_u95_m", "distance")


def give_known_length(
    *,
    image: SurveyImage,
    start: tuple[float, float] | None,
    stop: tuple[float, float] | None,
    length_mm: float | None,
    u95_mm: float | None = None,
) -> None:
    """Say how long something in the photo is, between two points in pixels; all None takes it back.

    Raises InspectionError `invalid` for points outside the photo or nearer than 10 px, and for what is no length.
    """
    if start is None or stop is None or length_mm is None:
        if (start, stop, length_mm) != (None, None, None):
            raise InspectionError("invalid", field="length_mm", reason=_("Click both ends, and give the length in mm."))
        _change(image, known_length=None)
        return
    if not SHORTEST_MM <= length_mm <= LONGEST_MM:
        raise InspectionError("invalid", field="length_mm", reason=_("Give a length between 0.1 and 1 000 000 mm."))
    inside = all(0 <= x <= image.width and 0 <= y <= image.height for x, y in (start, stop))
    if not inside or math.dist(start, stop) < 10:
        raise InspectionError(
            "invalid", field="known_length", reason=_("Mark two ends inside the photo, at least 10 pixels apart.")
        )
    _check_u95(u95_mm, length_mm, "length_u95_mm", "length")
    known = {"start": list(start), "stop": list(stop), "length_mm": length_mm, "u95_mm": u95_mm}
    _change(image, known_length=known)


def _check_u95(u95: float | None, value: float | None, name: str, what: str) -> None:
    if u95 is not None and not (value is not None and 0 < u95 < value):
        of_distance = _("The uncertainty must be more than 0 and less than the distance that it belongs to.")
        of_length = _("The uncertainty must be more than 0 and less than the length that it belongs to.")
        reason = of_length if what == "length" else of_distance
        raise InspectionError("invalid", field=name, reason=reason)


def _change(image: SurveyImage, **given: Any) -> None:
    """Write what was given, if it is new, and have the photo measured again."""
    if all(getattr(image, name) == value for name, value in given.items()):
        return
    ensure_open(image.survey)
    with transaction.atomic():
        SurveyImage.objects.filter(pk=image.pk).update(**given)
        ask_to_measure(SurveyImage.objects.filter(pk=image.pk))
    image.refresh_from_db()


def survey_scale_changed(survey: Survey) -> None:
    """Have all photos of a survey measured again, after its distance or its markers have changed."""
    ask_to_measure(SurveyImage.objects.filter(survey=survey))


def ask_to_measure(images: SurveyImageQuerySet) -> int:
    """Have photos measured again by the scale and the rules of now. Returns how many; the bell rings on commit."""
    count = images.update(measure_wanted=F("measure_wanted") + 1, measure_taken_at=None)
    if count:
        transaction.on_commit(ring_measures)
    return count


def ring_measures() -> None:
    """Tell the workers that photos are to be measured again. If nobody hears it, the sweep rings again."""
    dispatch_measuring()


def ring_again_for_measures() -> bool:
    """For the sweep: ring if photos wait that nobody has taken. Returns whether it rang."""
    if not _to_take().exists():
        return False
    ring_measures()
    return True


def take_image_to_measure() -> SurveyImage | None:
    """The next photo to be measured again, for one worker alone; None when there is none."""
    while True:
        pk = _to_take().order_by("created_at").values_list("pk", flat=True).first()
        if pk is None:
            return None
        if _to_take().filter(pk=pk).update(measure_taken_at=timezone.now()):
            return SurveyImage.objects.select_related("survey__bridge__organisation", "element").get(pk=pk)


def _to_take() -> SurveyImageQuerySet:
    free = Q(measure_taken_at__isnull=True) | Q(measure_taken_at__lt=timezone.now() - TAKEN_FOR)
    return SurveyImage.objects.to_measure_again().filter(free)


def current_run(image: SurveyImage) -> SegmentationRun | None:
    """The photo's latest finished analysis."""
    finished = image.runs.filter(status=SegmentationRun.Status.SUCCEEDED)
    return finished.order_by("-created_at", "-pk").first()


def store_measures(
    *,
    image: SurveyImage,
    run: SegmentationRun | None,
    photo: PhotoMeasure,
    cracks: dict[int, CrackMeasure],
    widths: str = "",
) -> bool:
    """Write a photo's scale, and the millimetres of the findings of `run` by their numbers.

    `image` and `run` are as they were when the work began: False, and nothing written, if scale, rules or analysis are
    others by now, or somebody has drawn a crack, whose widths are in a new file (`services.drawn`). `widths` is the
    run's new file of widths, already written. Findings without a measure lose their millimetres.
    """
    with transaction.atomic():
        # The lock holds back an analysis that is about to say what it saw of the surface, and what people draw. A
        # decision, which refers to the row, is let through (`no_key`), or it and this would wait for each other.
        SurveyImage.objects.select_for_update(no_key=True).get(pk=image.pk)
        if not _still(current_run(image), run):
            ask_to_measure(SurveyImage.objects.filter(pk=image.pk))
            return False
        still = SurveyImage.objects.filter(pk=image.pk, measure_wanted=image.measure_wanted)
        if not still.update(**asdict(photo), measure_done=image.measure_wanted, measure_taken_at=None):
            return False
        if run is not None:
            if widths:
                SegmentationRun.objects.filter(pk=run.pk).update(widths=widths)
            _write(run, image, cracks)
    return True


def _still(now: SegmentationRun | None, run: SegmentationRun | None) -> bool:
    return now == run and (now is None or run is None or now.widths == run.widths)


def _write(run: SegmentationRun, image: SurveyImage, cracks: dict[int, CrackMeasure]) -> None:
    findings = list(run.findings.all())
    for finding in findings:
        put_measure(finding, cracks.get(finding.number, CrackMeasure()))
    judge_findings(findings, image)
    Finding.objects.bulk_update(findings, [*MILLIMETRES, "state", "worst_state", "proposal"], batch_size=AT_ONCE)


def put_measure(finding: Finding, measure: CrackMeasure) -> None:
    """Set a finding's millimetres; nothing is saved."""
    for name in MILLIMETRES:
        setattr(finding, name, getattr(measure, name))


def judge_findings(findings: Sequence[Finding], image: SurveyImage) -> None:
    """Set what the organisation's rule pack proposes; nothing is saved."""
    bridge = image.survey.bridge
    pack = pack_of(bridge.organisation)
    for finding in findings:
        judge_finding(finding, pack, image.element, bridge)


def measured_with_run(image: SurveyImage, photo: PhotoMeasure) -> None:
    """Write the scale that an analysis has found, in its transaction. `image` is as it was when the work began.

    If scale or rules have changed since, the photo is measured again, with the floor and markers that were seen now.
    """
    row = SurveyImage.objects.filter(pk=image.pk)
    if not row.filter(measure_wanted=image.measure_wanted).update(**asdict(photo), measure_done=image.measure_wanted):
        row.update(floor=photo.floor, markers=photo.markers)
        ask_to_measure(row)
