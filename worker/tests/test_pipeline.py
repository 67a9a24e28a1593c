"""One run from claim to end, in this process: what is written, what is said, and what is left to the sweep."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from django.utils import timezone
from PIL import Image

from inspections.models import Finding, SegmentationRun
from inspections.services import runs
from inspections.services.storage import media_path
from inspections.testing import draw_photo, make_image, make_run
from segmentation.errors import CheckpointMismatch, NetworkUnavailable, OutOfMemory
from worker import lease as leases
from worker import pipeline
from worker.pipeline import process_run
from worker.tests.fake_segmenter import CRACK, TILES, FakeSegmenter

pytestmark = pytest.mark.usefixtures("record")
Status = SegmentationRun.Status


class Interrupted(FakeSegmenter):
    """Calls `then` in the middle of its tiles, and waits until the work is told to stop."""

    def __init__(self, then: Callable[[], None], patience: float = 20.0) -> None:
        super().__init__()
        self.then, self.patience = then, patience

    def segment(self, pixels, *, threshold=None, progress=None, calibration=None):
        progress(1, TILES)
        self.then()
        for _wait in range(int(self.patience / 0.02)):
            progress(2, TILES)
            threading.Event().wait(0.02)
        return super().segment(pixels, threshold=threshold, progress=progress)


class Failing:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def segment(self, pixels, *, threshold=None, progress=None, calibration=None):
        raise self.error


@pytest.fixture(autouse=True)
def _little_patience(settings) -> None:
    settings.RUN_HEARTBEAT_SECONDS = 0.05


def process(run: SegmentationRun, segmenter: object = None) -> SegmentationRun:
    """Run it here, then read the row again."""
    process_run(str(run.pk), lambda _network: segmenter or FakeSegmenter())
    return SegmentationRun.objects.get(pk=run.pk)


def files_of(run: SegmentationRun) -> list[Path]:
    return [path for path in media_path(f"runs/{run.pk}").rglob("*") if path.is_file()]


def test_a_run_ends_with_findings_pictures_and_maps() -> None:
    image = make_image(data=draw_photo(900, 600))
    run = process(image.runs.get())
    assert (run.status, run.attempt, run.device, run.error_code) == (Status.SUCCEEDED, 1, "fake", "")
    assert (run.tiles_total, run.percent, run.stage, run.lease_until) == (run.tiles_done, 100, "", None)
    finding = Finding.objects.get(image=image)
    assert finding.path == [list(point) for point in CRACK.path]
    assert finding.branches == [[list(point) for point in CRACK.branches[0]]]
    assert finding.box == CRACK.box and finding.mask_runs == list(CRACK.mask_runs)
    assert {"reading", "pictures", "loading", "tiles", "writing"} <= run.seconds.keys()

    probability = np.asarray(Image.open(media_path(run.probability)))
    assert probability.shape == (600, 900) and set(np.unique(probability)) == {0, 204}
    assert Image.open(media_path(run.overlay)).mode == "RGBA"
    assert Image.open(media_path(run.overlay)).size == (512, 341)
    assert all(name.startswith(f"runs/{run.pk}/1/") for name in (run.probability, run.probability_preview, run.overlay))
    image.refresh_from_db()
    assert Image.open(media_path(image.thumbnail)).size == (512, 341)
    assert media_path(image.pyramid).read_bytes().startswith(b"PK")


def test_the_photo_is_upright_for_the_network_and_for_the_pages() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = make_image(data=draw_photo(300, 200, exif=exif))
    run = process(image.runs.get())
    assert Image.open(media_path(run.probability)).size == (200, 300) == (image.width, image.height)
    image.refresh_from_db()
    assert Image.open(media_path(image.preview)).size == (200, 300)


def test_pictures_are_made_once_and_again_only_when_missing() -> None:
    image = make_image()
    process(image.runs.get())
    image.refresh_from_db()
    pyramid, thumbnail = media_path(image.pyramid), media_path(image.thumbnail)
    made = pyramid.stat().st_mtime_ns
    process(runs.request_run(image=image))
    assert pyramid.stat().st_mtime_ns == made
    thumbnail.unlink()
    process(runs.request_run(image=image))
    assert thumbnail.exists() and pyramid.stat().st_mtime_ns != made


def test_a_run_that_is_not_to_be_had_is_left() -> None:
    run = process(make_run())
    assert process(run, Failing(AssertionError("looked at twice"))).attempt == 1
    assert Finding.objects.count() == 1


def test_the_threshold_of_the_run_is_used() -> None:
    assert process(make_run(threshold=0.31)).used_threshold == 0.31


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (NetworkUnavailable(path=Path("/secret/place"), reason="gone"), "network_unavailable", "(gone)"),
        (CheckpointMismatch(path="x", reason="a is missing"), "network_mismatch", "a is missing"),
        (OutOfMemory(megapixels=99.6), "out_of_memory", "100 megapixel"),
        (MemoryError(), "out_of_memory", "0 megapixel"),
        (OSError(28, "No space left on device"), "storage_full", "no space left"),
        (SoftTimeLimitExceeded(), "too_slow", "longer than 10 minutes"),
        (leases.TooSlow(), "too_slow", "longer than 10 minutes"),
        (ZeroDivisionError("nobody foresaw this"), "internal", "The photo is safe"),
        (OSError(5, "Input/output error"), "internal", "The photo is safe"),
    ],
)
def test_every_failure_has_a_code_and_a_sentence(error: Exception, code: str, words: str) -> None:
    run = process(make_run(), Failing(error))
    assert (run.status, run.error_code) == (Status.FAILED, code)
    assert words in run.failure and "{" not in run.failure
    assert "secret" not in json.dumps(run.error_facts)
    assert files_of(run) == [] and not Finding.objects.exists()


def test_what_nobody_foresaw_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    process(make_run(), Failing(ZeroDivisionError("nobody foresaw this")))
    assert "nobody foresaw this" in caplog.text and "Traceback" in caplog.text


def test_a_missing_original_says_so() -> None:
    run = make_run()
    media_path(run.image.original.name).unlink()
    run = process(run)
    assert (run.status, run.error_code) == (Status.FAILED, "original_missing")


def test_what_only_decoding_finds_is_said_on_the_photo() -> None:
    run = make_run()
    original = media_path(run.image.original.name)
    original.write_bytes(original.read_bytes()[:900])
    run = process(run)
    assert (run.status, run.error_code) == (Status.FAILED, "unreadable_image")
    assert "ends early" in run.failure


def test_a_photo_of_another_size_than_promised_is_not_analysed() -> None:
    run = make_run()
    media_path(run.image.original.name).write_bytes(draw_photo(99, 77))
    run = process(run)
    assert run.error_code == "unreadable_image" and "99 × 77 pixels instead of 160 × 120" in run.failure


def test_cancelling_is_noticed_between_tiles() -> None:
    run = make_run()
    run = process(run, Interrupted(lambda: runs.cancel_run(run=run)))
    assert run.status == Status.CANCELLED
    assert files_of(run) == [] and not Finding.objects.exists()


def test_a_run_that_another_worker_took_over_is_given_up() -> None:
    run = make_run()

    def take_over() -> None:
        # The worker renews its lease meanwhile: the lease has to be lost just before it is taken.
        while not runs.claim_run(run.pk, worker="another"):
            SegmentationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    run = process(run, Interrupted(take_over))
    assert (run.status, run.attempt, run.worker) == (Status.RUNNING, 2, "another")
    assert files_of(run) == []


def test_a_completion_that_comes_too_late_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease is lost between the last look at it and the completion."""
    run = make_run()
    complete = pipeline.complete_run

    def too_late(held: SegmentationRun, result: runs.RunResult) -> bool:
        assert len(files_of(held)) == 4
        SegmentationRun.objects.update(attempt=2)
        return complete(held, result)

    monkeypatch.setattr(pipeline, "complete_run", too_late)
    run = process(run)
    assert (run.status, run.attempt) == (Status.RUNNING, 2)
    assert files_of(run) == [] and not Finding.objects.exists()


def test_a_worker_told_to_leave_gives_the_run_back(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run()
    leave = Interrupted(lambda: monkeypatch.setattr(leases, "is_leaving", lambda: True))
    run = process(run, leave)
    assert (run.status, run.attempt, run.lease_until) == (Status.QUEUED, 0, None)
    assert files_of(run) == []


def test_work_past_its_time_limit_stops_itself(settings) -> None:
    settings.RUN_TIME_LIMIT_SECONDS = 0.2
    run = process(make_run(), Interrupted(lambda: None))
    assert (run.status, run.error_code) == (Status.FAILED, "too_slow")


def test_work_that_hangs_where_it_cannot_ask_ends_its_process(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LAST_RESORT_SECONDS", 0)
    ended = threading.Event()
    monkeypatch.setattr(leases.os, "_exit", lambda status: ended.set())

    class Hanging(FakeSegmenter):
        def segment(self, pixels, *, threshold=None, progress=None, calibration=None):
            settings.RUN_TIME_LIMIT_SECONDS = 0
            assert ended.wait(60), "nobody ended the process"
            return super().segment(pixels)

    process(make_run(), Hanging())
    assert ended.is_set()


@pytest.mark.parametrize("step", ["claim_run", "complete_run", "store_pictures"])
def test_a_database_that_is_away_fails_no_run(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def locked(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("database is locked")

    run = make_run()
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, step, locked)
        left = process(run)
    assert left.status == (Status.QUEUED if step == "claim_run" else Status.RUNNING)
    SegmentationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert process(run).status == Status.SUCCEEDED
    assert {path.parent.name for path in files_of(run)} == {str(left.attempt + 1)}, "nothing of the lost attempt stays"


def test_a_heartbeat_that_misses_a_beat_does_not_lose_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[bool] = []
    renew = leases.renew_lease

    def sometimes(run: SegmentationRun, **progress: object) -> bool:
        beats.append(True)
        if len(beats) < 4:
            raise OperationalError("database is locked")
        return renew(run, **progress)

    def wait() -> None:
        while len(beats) < 5:
            threading.Event().wait(0.02)

    monkeypatch.setattr(leases, "renew_lease", sometimes)
    assert process(make_run(), Interrupted(wait, patience=0)).status == Status.SUCCEEDED


def test_progress_is_seen_while_the_work_goes_on() -> None:
    seen: list[tuple[str, int, int]] = []

    def look() -> None:
        for _wait in range(400):
            row = SegmentationRun.objects.get()
            seen.append((row.stage, row.tiles_done, row.tiles_total))
            if row.tiles_done:
                break
            threading.Event().wait(0.02)

    run = process(make_run(), Interrupted(look, patience=0.0))
    assert run.status == Status.SUCCEEDED
    assert seen[-1] == ("tiles", 1, TILES)
