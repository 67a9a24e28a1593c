"""What the sweep repairs: bells that went unheard, and files that no row tells of."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from inspections.models import SegmentationRun
from inspections.services import runs
from inspections.services.housekeeping import attempt_folder, forget_attempt, forget_orphans
from inspections.services.storage import media_path
from inspections.testing import RecordedDispatch, make_image, make_run

Status = SegmentationRun.Status


def wait_for_bell(**fields: object) -> None:
    SegmentationRun.objects.update(rung_at=timezone.now() - timedelta(hours=1), **fields)


def write(name: str) -> Path:
    path = media_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


@pytest.mark.django_db
def test_a_long_queue_is_not_rung_for_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RINGS_AGAIN", 2)
    waiting = [str(make_run().pk) for _number in range(4)]
    wait_for_bell()
    RecordedDispatch.reset()
    assert runs.requeue_stale_runs() == 2
    assert RecordedDispatch.rung == waiting[:2], "those that are next; the others' turn will come"
    wait_for_bell()
    runs.claim_run(waiting[0], worker="w")
    RecordedDispatch.reset()
    runs.requeue_stale_runs()
    assert RecordedDispatch.rung == waiting[1:3]


@pytest.mark.django_db
def test_bells_that_never_rang_are_rung_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RINGS_AGAIN", 1)
    waiting = [str(make_run().pk) for _number in range(3)]
    SegmentationRun.objects.update(rung_at=None)
    RecordedDispatch.reset()
    assert runs.requeue_stale_runs() == 3
    assert sorted(RecordedDispatch.rung) == sorted(waiting)


@pytest.mark.django_db
def test_a_run_given_back_is_queued_as_if_never_claimed() -> None:
    run = make_run()
    for _stop in range(5):
        claimed = runs.claim_run(run.pk, worker="w")
        assert claimed is not None and claimed.attempt == 1
        assert runs.give_back_run(claimed)
        assert not runs.renew_lease(claimed), "nothing can be written any more"
    run.refresh_from_db()
    assert (run.status, run.attempt, run.rung_at) == (Status.QUEUED, 0, None)


@pytest.mark.django_db
def test_only_the_holder_gives_back() -> None:
    first = runs.claim_run(make_run().pk, worker="first")
    SegmentationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = runs.claim_run(first.pk, worker="second")
    assert not runs.give_back_run(first)
    assert runs.renew_lease(second)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "attempt", "kept"),
    [
        (Status.SUCCEEDED, 2, {"2"}),
        (Status.RUNNING, 2, {"2", "3"}),
        (Status.QUEUED, 2, {"3"}),
        (Status.FAILED, 3, set()),
        (Status.CANCELLED, 1, set()),
    ],
)
def test_lost_attempts_are_removed_and_living_ones_are_not(status: Status, attempt: int, kept: set[str]) -> None:
    run = make_run(status=status, attempt=attempt)
    if status == Status.SUCCEEDED:
        make_run(run.image, probability=f"{attempt_folder(run)}/probability.png")
    for number in (1, 2, 3):
        write(f"runs/{run.pk}/{number}/probability.png")
    forget_orphans()
    folder = media_path(f"runs/{run.pk}")
    assert {path.name for path in folder.glob("*")} == kept


@pytest.mark.django_db
def test_what_belongs_to_a_deleted_photo_goes_and_the_rest_stays() -> None:
    image, gone = make_image(), make_image()
    for picture in (image, gone):
        write(f"pictures/{picture.pk}/thumbnail.jpg")
        write(f"runs/{picture.runs.get().pk}/1/probability.png")
    SegmentationRun.objects.filter(image=image).update(status=Status.RUNNING, attempt=1)
    SegmentationRun.objects.filter(image=gone).delete()
    original = media_path(gone.original.name)
    gone.delete()
    write("pictures/not-an-id/readme.txt")
    assert forget_orphans() == 2
    assert media_path(f"pictures/{image.pk}/thumbnail.jpg").exists()
    assert media_path(f"runs/{image.runs.get().pk}/1/probability.png").exists()
    assert not media_path(f"pictures/{gone.pk}").exists()
    assert media_path("pictures/not-an-id/readme.txt").exists()
    assert original.exists(), "an original is never removed by the sweep"


@pytest.mark.django_db
def test_half_written_files_go_when_they_are_old() -> None:
    image = make_image()
    old = write(f"pictures/{image.pk}/.incoming-1")
    new = write(f"pictures/{image.pk}/.incoming-2")
    upload = media_path(image.original.name).parent / ".incoming-3"
    upload.write_bytes(b"half")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    os.utime(upload, (long_ago, long_ago))
    assert forget_orphans() == 2
    assert new.exists() and not old.exists() and not upload.exists()


@pytest.mark.django_db
def test_forgetting_an_attempt_leaves_the_others() -> None:
    run = make_run(attempt=2)
    mine, other = (write(f"runs/{run.pk}/{number}/overlay.png") for number in (2, 1))
    forget_attempt(run)
    assert other.exists() and not mine.exists()
    forget_attempt(run)
