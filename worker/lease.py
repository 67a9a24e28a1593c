"""Holding a run while it is worked on: the lease is renewed in the background, and the work hears when to stop."""

import logging
import os
import threading
from time import monotonic
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection

from inspections.models import SegmentationRun
from inspections.services.runs import renew_lease
from segmentation.errors import Cancelled
from worker.processes import is_leaving

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 1.0
LAST_RESORT_SECONDS = 60
EXIT_HUNG = 70


class Leaving(Exception):
    """The worker has been told to stop; the run goes back to the queue."""


class TooSlow(Exception):
    """The time limit of a photo has passed."""


class Lease:
    """A context in which a claimed run stays ours.

    A thread with a database connection of its own renews the lease every RUN_HEARTBEAT_SECONDS and writes progress at
    most once a second, so that the work itself never waits for the database. The work calls `stage` and `tiles`, which
    raise Cancelled (the run was cancelled or taken over), Leaving or TooSlow.

    Work that hangs where it cannot ask (inside a native library) would be renewed for ever: one minute after the limit
    the thread ends the process. Celery's hard limit is earlier where it exists; the solo pool has none.
    """

    def __init__(self, run: SegmentationRun) -> None:
        self.run = run
        self._progress: dict[str, str | int] = {}
        self._written: dict[str, str | int] = {}
        self._lost = threading.Event()
        self._over = threading.Event()
        self._began = self._renewed = monotonic()
        self._thread = threading.Thread(target=self._keep, name=f"lease of {run.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def stage(self, stage: SegmentationRun.Stage) -> None:
        """Begin a stage of the work. Raises as `check` does."""
        self._progress = {**self._progress, "stage": str(stage)}
        self.check()

    def tiles(self, done: int, total: int) -> None:
        """Note that `done` of `total` tiles have been looked at. Raises as `check` does."""
        stage = SegmentationRun.Stage.MEASURING if done == total else SegmentationRun.Stage.TILES
        self._progress = {"stage": str(stage), "tiles_done": done, "tiles_total": total}
        self.check()

    def check(self) -> None:
        """Raise Cancelled, Leaving or TooSlow when the work is to stop."""
        if self._lost.is_set():
            raise Cancelled
        if is_leaving():
            raise Leaving
        if monotonic() - self._began > settings.RUN_TIME_LIMIT_SECONDS:
            raise TooSlow

    def _keep(self) -> None:
        tick = min(PROGRESS_SECONDS, settings.RUN_HEARTBEAT_SECONDS)
        try:
            while not self._over.wait(tick) and not self._lost.is_set():
                self._end_hung_work()
                due = monotonic() - self._renewed >= settings.RUN_HEARTBEAT_SECONDS
                if due or self._progress != self._written:
                    self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        progress = self._progress
        try:
            held = renew_lease(self.run, **progress)
        except DatabaseError:
            # Locked or away for a moment. The lease outlives several missed beats; then another worker may have it.
            logger.warning("The lease of run %s could not be renewed.", self.run.pk, exc_info=True)
            connection.close()
            held = monotonic() - self._renewed < settings.RUN_LEASE_SECONDS
        else:
            self._renewed = monotonic()
            self._written = progress
        if not held:
            self._lost.set()

    def _end_hung_work(self) -> None:
        if monotonic() - self._began > settings.RUN_TIME_LIMIT_SECONDS + LAST_RESORT_SECONDS:
            logger.critical("Run %s hangs past its time limit; this process ends itself.", self.run.pk)
            logging.shutdown()
            os._exit(EXIT_HUNG)
