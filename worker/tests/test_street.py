"""The street and its faults: whatever is killed, each photo ends with exactly one set of findings."""

import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from inspections.models import Drawing, SegmentationRun
from inspections.services.drawings import request_drawing
from inspections.services.networks import register_network
from inspections.services.runs import cancel_run, retry_run
from inspections.testing import make_user
from worker.dispatch import enqueue_run
from worker.tests.street import Street, kill_tree, wait_until

pytestmark = pytest.mark.street
Status = SegmentationRun.Status


def test_photos_are_analysed_once_each_by_two_workers_and_twenty_bells(street: Street) -> None:
    street.add_photos(6)
    for run_id in SegmentationRun.objects.values_list("pk", flat=True):
        for _bell in range(20):
            enqueue_run(str(run_id))
    street.start_worker("one", processes=2)
    street.start_worker("two")
    street.wait_until_done()
    wait_until(lambda: street.queue_length() == 0, what="all bells to be heard", street=street)
    street.check()
    assert street.runs(attempt=1) == 6
    assert len(set(SegmentationRun.objects.values_list("worker", flat=True))) >= 2


def test_a_worker_killed_in_the_middle_of_a_photo(street: Street) -> None:
    street.add_photos(2)
    worker = street.start_worker(seconds_per_tile=0.3)
    run = street.wait_until_at_work()
    children = street.pool_children(worker)
    assert children
    # The parent alone: its pool must not work on for itself.
    worker.kill()
    wait_until(lambda: not any(map(psutil.Process.is_running, children)), what="the pool to die with it")
    street.start_worker("next")
    street.wait_until_done()
    street.check()
    run.refresh_from_db()
    assert run.attempt == 2


def test_a_pool_process_killed_in_the_middle_of_a_photo(street: Street) -> None:
    street.add_photos(2)
    worker = street.start_worker(seconds_per_tile=0.2)
    run = street.wait_until_at_work()
    psutil.Process(int(run.worker.split()[-1])).kill()
    street.wait_until_done()
    street.check()
    run.refresh_from_db()
    assert run.attempt == 2 and worker.poll() is None


def test_a_broker_killed_with_photos_queued_keeps_them(street: Street) -> None:
    street.add_photos(8)
    # All is on its own now: what comes back can only come from the broker's file.
    for process in street.started[1:]:
        kill_tree(process)
    queued = street.queue_length()
    assert queued >= 8
    street.kill_broker()
    street.start_broker()
    assert street.queue_length() == queued
    street.start_worker()
    street.wait_until_done()
    street.check()


def test_a_broker_killed_under_a_running_worker(street: Street) -> None:
    worker = street.start_worker(seconds_per_tile=0.1)
    street.add_photos(4)
    street.wait_until_at_work()
    street.kill_broker()
    street.start_broker()
    street.wait_until_done()
    street.check()
    assert worker.poll() is None


def test_a_broker_that_lost_everything(street: Street) -> None:
    street.add_photos(4)
    street.kill_broker()
    for path in sorted((street.folder / "broker").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    street.start_broker()
    street.start_worker()
    street.wait_until_done()
    street.check()


def test_photos_come_in_while_the_broker_is_away(street: Street) -> None:
    street.kill_broker()
    street.add_photos(3)
    assert street.runs(status=Status.QUEUED, rung_at=None) == 3
    street.start_worker()
    street.start_broker()
    street.wait_until_done()
    street.check()


def test_a_photo_that_kills_its_worker_fails_after_three_attempts_and_the_others_do_not(street: Street) -> None:
    street.add_photos(1)
    poison = street.add_poison().runs.get()
    street.add_photos(2)
    street.start_worker(seconds_per_tile=0.02)
    street.wait_until_done()
    poison.refresh_from_db()
    assert (poison.status, poison.error_code, poison.attempt) == (Status.FAILED, "crashed", 3)
    assert "stopped 3 times" in poison.failure
    street.check(failed=1)


def test_cancelling_in_the_middle_of_a_photo(street: Street) -> None:
    street.start_worker(seconds_per_tile=0.3)
    street.add_photos(2)
    run = street.wait_until_at_work()
    cancel_run(run=run)
    street.wait_until_done()
    street.check(cancelled=1)
    again = retry_run(run=run, requested_by=None)
    street.wait_until_done()
    again.refresh_from_db()
    assert again.status == Status.SUCCEEDED


@pytest.mark.parametrize("pool", ["prefork", "solo"])
def test_a_worker_told_to_stop_gives_its_photo_back(street: Street, pool: str) -> None:
    street.add_photos(2)
    worker = street.start_worker(pool=pool, seconds_per_tile=0.3)
    run = street.wait_until_at_work()
    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: worker.poll() is not None, what="the worker to leave", street=street)
    run.refresh_from_db()
    assert (run.status, run.attempt) == (Status.QUEUED, 0), "leaving is not counted as a crash"
    street.start_worker("next", pool=pool)
    street.wait_until_done()
    street.check()
    run.refresh_from_db()
    assert run.attempt == 1


def test_a_worker_that_comes_back_from_the_dead_writes_nothing(street: Street) -> None:
    street.add_photos(1)
    frozen = street.start_worker("frozen", seconds_per_tile=0.3)
    run = street.wait_until_at_work()
    sleeper = psutil.Process(int(run.worker.split()[-1]))
    sleeper.suspend()
    street.start_worker("next")
    street.wait_until_done()
    street.check()
    sleeper.resume()
    wait_until(lambda: "was cancelled or taken over" in _log(street, "frozen"), what="it to notice", street=street)
    street.check()
    run.refresh_from_db()
    assert run.attempt == 2
    with suppress(ProcessLookupError):
        frozen.terminate()


@pytest.mark.postgres
@pytest.mark.skipif(not settings.DATABASE_IS_SQLITE, reason="all of the street runs on PostgreSQL already")
def test_the_street_on_postgresql(street: Street) -> None:
    street.add_photos(3)
    worker = street.start_worker(seconds_per_tile=0.2)
    street.wait_until_at_work()
    kill_tree(worker)
    street.start_worker("next", processes=2)
    street.wait_until_done()
    street.check()


def test_the_shipped_network_sees_a_drawn_crack(make_street) -> None:
    if not Path(settings.SHIPPED_NETWORK).exists():
        pytest.skip("The default network is not there yet: segmentation/weights/default.safetensors.")
    street = make_street(segmenter="worker.segmenter.get_segmenter")
    street.start_broker()
    street.start_sweep()
    network = register_network(path=Path(settings.SHIPPED_NETWORK), organisation=None)
    street.add_photos(2)
    street.start_worker()
    street.wait_until_done()
    street.check()
    for run in SegmentationRun.objects.all():
        assert run.network == network and run.finding_count >= 1 and run.tiles_total >= 1
        assert run.crack_length_px > 50 and 0 < run.crack_area_share < 0.2
        assert (street.media / run.probability).read_bytes().startswith(b"\x89PNG")


def _log(street: Street, name: str) -> str:
    return (street.folder / f"{name}.log").read_text()


def test_a_line_is_drawn_and_measured_while_the_worker_analyses(street: Street, settings) -> None:
    settings.DRAWING_DISPATCHER = "worker.dispatch.enqueue_drawings"
    first, _second = street.add_photos(2)
    street.start_worker(seconds_per_tile=0.1)
    wait_until(lambda: street.runs(image=first, status=Status.SUCCEEDED), what="the first photo", street=street)
    drawing = request_drawing(image=first, author=make_user(), kind="line", line=[[10, 14], [75, 56]])
    waiting = Drawing.objects.waiting()
    wait_until(lambda: not waiting.exists(), what="the drawing to be measured", street=street)
    drawing.refresh_from_db()
    assert drawing.status == Drawing.Status.DONE, drawing.failure
    made = drawing.made.get()
    assert made.is_current and made.width_median_px == pytest.approx(3, abs=1)
    street.wait_until_done()
