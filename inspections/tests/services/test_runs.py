"""The life of an analysis, and the four ways it can be disturbed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inspections.errors import InspectionError
from inspections.models import Finding, SegmentationRun
from inspections.services import runs
from inspections.services.runs import FindingFacts, RunResult
from inspections.testing import RecordedDispatch, make_image, make_run

Status = SegmentationRun.Status


def result(cracks: int = 1) -> RunResult:
    crack = FindingFacts(
        path=[[1, 1], [9, 9]],
        branches=[],
        length_px=11.3,
        width_mean_px=2,
        width_max_px=3,
        orientation_deg=135,
        area_px=20,
        confidence=0.8,
        box=(0, 0, 10, 10),
        mask_runs=[0, 100],
    )
    return RunResult(
        findings=[crack] * cracks,
        probability="p.png",
        probability_preview="q.png",
        overlay="o.png",
        used_threshold=0.4,
        crack_length_px=11.3 * cracks,
        crack_area_share=0.01,
    )


def let_lease_end(run: SegmentationRun) -> None:
    SegmentationRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_a_new_photo_rings_the_bell_once_after_the_commit() -> None:
    image = make_image()
    assert RecordedDispatch.rung == [str(image.runs.get().pk)]
    assert image.runs.get().rung_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_loses_no_photo() -> None:
    RecordedDispatch.fail = True
    run = make_image().runs.get()
    assert run.status == Status.QUEUED and run.rung_at is None
    RecordedDispatch.fail = False
    assert runs.requeue_stale_runs() == 1
    assert RecordedDispatch.rung == [str(run.pk)]
    assert runs.requeue_stale_runs() == 0, "a bell that was just rung is not rung again"


@pytest.mark.django_db
def test_asking_twice_is_one_run() -> None:
    image = make_image()
    assert runs.request_run(image=image) == runs.request_run(image=image)


@pytest.mark.django_db
def test_twenty_bells_are_one_claim() -> None:
    run = make_run()
    claims = [runs.claim_run(run.pk, worker=f"w{n}") for n in range(20)]
    assert [claim is not None for claim in claims] == [True] + [False] * 19


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_writes_nothing() -> None:
    first = runs.claim_run(make_run().pk, worker="first")
    let_lease_end(first)
    second = runs.claim_run(first.pk, worker="second")
    assert (first.attempt, second.attempt) == (1, 2)
    assert not runs.renew_lease(first, tiles_done=1)
    assert not runs.complete_run(first, result())
    assert not runs.fail_run(first, "internal")
    assert runs.complete_run(second, result(2))
    assert Finding.objects.filter(run=first).count() == 2
    assert not runs.complete_run(second, result(2)), "a second completion adds nothing"
    assert Finding.objects.filter(run=first).count() == 2


@pytest.mark.django_db
def test_three_crashes_end_in_a_sentence() -> None:
    run = make_run()
    for _attempt in range(3):
        assert runs.claim_run(run.pk, worker="doomed")
        let_lease_end(run)
        runs.requeue_stale_runs()
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "3 times" in run.failure and "safe" in run.failure
    assert runs.claim_run(run.pk, worker="fourth") is None


@pytest.mark.django_db
def test_cancelling_stops_the_worker_and_keeps_nothing() -> None:
    run = runs.claim_run(make_run().pk, worker="w")
    runs.cancel_run(run=run)
    assert not runs.renew_lease(SegmentationRun(pk=run.pk, attempt=1))
    assert not runs.complete_run(run, result())
    with pytest.raises(InspectionError, match="already cancelled"):
        runs.cancel_run(run=run)


@pytest.mark.django_db
def test_a_retry_is_a_new_run_and_the_old_one_stays() -> None:
    run = runs.claim_run(make_run().pk, worker="w")
    with pytest.raises(InspectionError):
        runs.retry_run(run=run, requested_by=None)
    runs.fail_run(run, "unreadable_image", reason="file ends early")
    run.refresh_from_db()
    assert "file ends early" in run.failure
    again = runs.retry_run(run=run, requested_by=None)
    assert again.pk != run.pk and again.status == Status.QUEUED
    assert run.image.runs.count() == 2
