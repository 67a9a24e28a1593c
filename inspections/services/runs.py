"""The life of an analysis. The database is the truth, the broker a doorbell: every step is one conditional update."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.dispatch import dispatch_run
from inspections.errors import InspectionError
from inspections.language import inside
from inspections.models import Finding, LookAlikes, Network, SegmentationRun, SurveyImage, User
from inspections.services.carrying import Carried, Kept, Match, carry_over, drawn_to_keep
from inspections.services.closing import ensure_open
from inspections.services.drawings import lock_photo
from inspections.services.measuring import (
    CrackMeasure,
    PhotoMeasure,
    judge_findings,
    measured_with_run,
    put_measure,
)
from inspections.services.networks import network_for
from inspections.services.risk import rank_findings

logger = logging.getLogger(__name__)
Status = SegmentationRun.Status

RINGS_PER_SWEEP = 500
RINGS_AGAIN = 40


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """One traced crack as the worker hands it over; pixels of the upright original."""

    path: Sequence[Sequence[float]]
    branches: Sequence[Sequence[Sequence[float]]]
    length_px: float
    width_mean_px: float
    width_max_px: float
    orientation_deg: float
    area_px: int
    confidence: float
    box: tuple[int, int, int, int]
    mask_runs: Sequence[int]
    arms: int = 1
    tortuosity: float | None = None
    width_samples: int = 0
    width_median_px: float | None = None
    width_u95_px: float | None = None
    width_p95_px: float | None = None
    width_widest_px: float | None = None
    width_widest_u95_px: float | None = None
    widest_x: float | None = None
    widest_y: float | None = None
    look_alikes: LookAlikes | None = None
    measure: CrackMeasure = field(default_factory=CrackMeasure)


BOX = ("box_x0", "box_y0", "box_x1", "box_y1")
GEOMETRY = (*(set(FindingFacts.__dataclass_fields__) - {"box", "look_alikes", "measure"}), *BOX)


class DrawnMeanwhileError(Exception):
    """Somebody has drawn a crack since the result was put together, or rejected one: put it together again."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What an analysis found. File names are paths inside the media folder, already written."""

    findings: Sequence[FindingFacts]
    probability: str
    probability_preview: str
    overlay: str
    used_threshold: float
    crack_length_px: float
    crack_area_share: float
    widths: str = ""
    patches: str = ""
    photo: PhotoMeasure = field(default_factory=PhotoMeasure)
    matches: Sequence[Match] = ()
    kept: Sequence[Kept] = ()
    totals: dict[str, Any] = field(default_factory=dict)
    tiles: int = 0
    device: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


def request_run(
    *,
    image: SurveyImage,
    requested_by: User | None = None,
    network: Network | None = None,
    threshold: float | None = None,
    map_of: SegmentationRun | None = None,
) -> SegmentationRun:
    """Ask for an analysis. The run that is open already is returned as it is; the bell rings after the commit.

    With `map_of`, a finished analysis of the same photo, no network looks again: what that one saw is traced and
    measured with `threshold`.

    Raises InspectionError `no_network` when none is active and none is shipped, `survey_closed`.
    """
    with transaction.atomic():
        ensure_open(image.survey)
        network = network or network_for(image.survey.bridge.organisation)
        run, created = SegmentationRun.objects.get_or_create(
            image=image,
            status__in=SegmentationRun.OPEN,
            defaults={
                "network": network,
                "threshold": threshold,
                "map_of": map_of,
                "requested_by": requested_by,
                "status": Status.QUEUED,
            },
        )
        if created:
            transaction.on_commit(lambda: ring(run.pk))
    return run


def ring(run_id: UUID) -> None:
    """Ring the bell for a queued run and remember when, so that the sweep rings again only if nobody came."""
    if dispatch_run(run_id):
        SegmentationRun.objects.filter(pk=run_id, status=Status.QUEUED).update(rung_at=timezone.now())


def claim_run(run_id: UUID | str, *, worker: str) -> SegmentationRun | None:
    """Take a run, or None when it is not to be had: done, cancelled, or in living hands.

    One conditional UPDATE; however often the bell rings, one worker gets it. This line is the whole idempotence.
    """
    now = timezone.now()
    taken = (
        SegmentationRun.objects.claimable(now)
        .filter(pk=run_id)
        .update(
            status=Status.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=now + timedelta(seconds=settings.RUN_LEASE_SECONDS),
            worker=worker[:120],
            started_at=now,
            stage="",
            tiles_done=0,
            tiles_total=0,
        )
    )
    if not taken:
        return None
    related = ("image__survey__bridge__organisation", "image__element", "network", "map_of")
    return SegmentationRun.objects.select_related(*related).get(pk=run_id)


def renew_lease(run: SegmentationRun, **progress: Any) -> bool:
    """Say that the work goes on, with `stage`, `tiles_done`, `tiles_total`. False: cancelled or taken over; stop."""
    lease = timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)
    held = SegmentationRun.objects.filter(pk=run.pk).held(run.attempt)
    return bool(held.update(lease_until=lease, **progress))


def complete_run(run: SegmentationRun, result: RunResult) -> bool:
    """Write the findings and SUCCEEDED in one transaction, if the attempt is still ours. False: nothing was written.

    Raises DrawnMeanwhileError, and writes nothing, when `result.kept` are not the cracks that people have drawn by now.
    """
    with transaction.atomic():
        image = lock_photo(run.image)
        finished = (
            SegmentationRun.objects.filter(pk=run.pk)
            .held(run.attempt)
            .update(
                status=Status.SUCCEEDED,
                finished_at=timezone.now(),
                lease_until=None,
                stage="",
                error_code="",
                error_facts={},
                finding_count=len(result.findings),
                probability=result.probability,
                probability_preview=result.probability_preview,
                overlay=result.overlay,
                widths=result.widths,
                patches=result.patches,
                totals=result.totals,
                used_threshold=result.used_threshold,
                crack_length_px=result.crack_length_px,
                crack_area_share=result.crack_area_share,
                device=result.device[:60],
                seconds=result.seconds,
                # A quick photo is done before its first progress is written.
                tiles_done=result.tiles,
                tiles_total=result.tiles,
            )
        )
        if finished:
            findings = [finding_of(run, number, facts) for number, facts in enumerate(result.findings, start=1)]
            kept = _kept(run, image, result.kept)
            known = {match.number for match in result.matches} | {finding.number for finding in kept.values()}
            everything = [*findings, *kept.values()]
            judge_findings(everything, run.image)
            rank_findings(everything, known=known)
            Finding.objects.bulk_create(everything, batch_size=200)
            carry_over(run, Carried(findings, kept, result.matches))
            measured_with_run(run.image, result.photo)
    return bool(finished)


def _kept(run: SegmentationRun, image: SurveyImage, kept: Sequence[Kept]) -> dict[UUID, Finding]:
    """What people drew, as findings of the new analysis that are not saved yet, by the ids of the earlier ones."""
    drawn = {finding.pk: finding for finding in drawn_to_keep(image)}
    if drawn.keys() != {one.earlier for one in kept}:
        raise DrawnMeanwhileError
    copies = {}
    for one in kept:
        earlier = drawn[one.earlier]
        copy = Finding(**{name: getattr(earlier, name) for name in GEOMETRY}, drawing_id=earlier.drawing_id)
        copy.run, copy.image, copy.number, copy.look_alikes = run, run.image, one.number, one.look_alikes
        copy.survey_id = run.image.survey_id
        put_measure(copy, one.measure)
        copies[one.earlier] = copy
    return copies


def finding_of(run: SegmentationRun, number: int, facts: FindingFacts) -> Finding:
    """A traced crack as a finding that is not saved yet."""
    x0, y0, x1, y1 = facts.box
    plain = {name: getattr(facts, name) for name in FindingFacts.__dataclass_fields__ if name not in ("box", "measure")}
    finding = Finding(
        run=run,
        image=run.image,
        survey_id=run.image.survey_id,
        number=number,
        box_x0=x0,
        box_y0=y0,
        box_x1=x1,
        box_y1=y1,
        **plain,
    )
    put_measure(finding, facts.measure)
    return finding


def fail_run(run: SegmentationRun, code: str, **facts: Any) -> bool:
    """End a run with a sentence, if the attempt is still ours. `code` must stand in `inspections.errors`."""
    held = SegmentationRun.objects.filter(pk=run.pk).held(run.attempt)
    return bool(
        held.update(
            status=Status.FAILED, finished_at=timezone.now(), lease_until=None, error_code=code, error_facts=facts
        )
    )


def give_back_run(run: SegmentationRun) -> bool:
    """Return a run whose worker is told to leave, as if it had never been claimed: leaving is no crash.

    The caller writes nothing under this attempt any more; the next claim takes the same number.
    """
    held = SegmentationRun.objects.filter(pk=run.pk).held(run.attempt)
    return bool(
        held.update(
            status=Status.QUEUED,
            attempt=F("attempt") - 1,
            lease_until=None,
            rung_at=None,
            stage="",
            tiles_done=0,
            tiles_total=0,
        )
    )


def cancel_run(*, run: SegmentationRun) -> None:
    """Stop an open run; its worker notices at the next tile and writes nothing. Raises `run_is_final`."""
    cancelled = (
        SegmentationRun.objects.open()
        .filter(pk=run.pk)
        .update(status=Status.CANCELLED, finished_at=timezone.now(), lease_until=None, error_code="", error_facts={})
    )
    run.refresh_from_db()
    if not cancelled:
        raise InspectionError("run_is_final", status=inside(run.get_status_display()))


def retry_run(*, run: SegmentationRun, requested_by: User | None) -> SegmentationRun:
    """A new run for a failed or cancelled one, with the network active now; the old one stays as history."""
    if not run.is_final:
        raise InspectionError("run_not_final", status=inside(run.get_status_display()))
    if run.map_of is not None:
        return measure_again(run=run.map_of, threshold=run.threshold or 0.5, requested_by=requested_by)
    return request_run(image=run.image, requested_by=requested_by, threshold=run.threshold)


def measure_again(*, run: SegmentationRun, threshold: float, requested_by: User | None) -> SegmentationRun:
    """Trace and measure what a finished analysis saw with another threshold, without looking again.

    Raises InspectionError `nothing_seen` for one that has no map, `invalid` for a threshold that is none.
    """
    if not 0 < threshold < 1:
        raise InspectionError("invalid", field="threshold", reason=_("Give a threshold between 0 and 1."))
    if run.status != Status.SUCCEEDED or not run.probability:
        raise InspectionError("nothing_seen")
    return request_run(image=run.image, requested_by=requested_by, network=run.network, threshold=threshold, map_of=run)


def requeue_stale_runs() -> int:
    """Repair what crashes and lost messages left: ring again, take back dead leases, give up after three attempts.

    Safe to call from several processes at once. Returns the number of bells rung.
    """
    now = timezone.now()
    stale = SegmentationRun.objects.stale(now)
    exhausted = stale.filter(status=Status.RUNNING, attempt__gte=settings.RUN_MAX_ATTEMPTS)
    exhausted.update(
        status=Status.FAILED,
        finished_at=now,
        lease_until=None,
        error_code="crashed",
        error_facts={"attempts": settings.RUN_MAX_ATTEMPTS},
    )
    stale.filter(status=Status.RUNNING).update(
        status=Status.QUEUED, lease_until=None, rung_at=None, stage="", tiles_done=0, tiles_total=0
    )
    rung = 0
    for run_id in _unheard(now):
        if not dispatch_run(run_id):
            break
        SegmentationRun.objects.filter(pk=run_id, status=Status.QUEUED).update(rung_at=timezone.now())
        rung += 1
    return rung


def _unheard(now: datetime) -> list[UUID]:
    """Runs for which to ring: every one whose bell never rang, and of those that wait, the few that are next.

    Ringing again for all that wait would fill the broker without end while a long survey is worked off.
    """
    queued = SegmentationRun.objects.filter(status=Status.QUEUED).order_by("created_at")
    silent = list(queued.filter(rung_at__isnull=True).values_list("pk", flat=True)[:RINGS_PER_SWEEP])
    unheard = now - timedelta(seconds=settings.RUN_BELL_SECONDS)
    next_ones = queued.values_list("pk", "rung_at")[:RINGS_AGAIN]
    return silent + [pk for pk, rung_at in next_ones if rung_at is not None and rung_at < unheard]
