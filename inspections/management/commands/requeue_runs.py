"""The sweep: rings again for runs whose bell went unheard, and takes back those whose worker has died."""

import logging
from argparse import ArgumentParser
from time import monotonic, sleep
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from inspections.services.drawn import ring_again_for_drawings
from inspections.services.housekeeping import forget_orphans
from inspections.services.measuring import ring_again_for_measures
from inspections.services.runs import requeue_stale_runs

logger = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS = 3600


class Command(BaseCommand):
    help = "Ring again for waiting analyses, and take back those whose worker has died. Safe to run at any time."
    # It is started with the stack and serves no pages; checking them would only delay the first repair.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on for ever, with this pause")

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        if every is None:
            removed = forget_orphans()
            ring_again_for_measures()
            ring_again_for_drawings()
            self.stdout.write(f"{requeue_stale_runs()} bells rung, {removed} lost files removed.")
            return
        tidied = 0.0
        while True:
            if not tidied or monotonic() - tidied > HOUSEKEEPING_SECONDS:
                tidied = monotonic()
                _survive(forget_orphans)
            _survive(requeue_stale_runs)
            _survive(ring_again_for_measures)
            _survive(ring_again_for_drawings)
            sleep(every)


def _survive(repair: Any) -> None:
    """One repair. A database that is away for a moment must not end the sweep that is to repair the rest."""
    close_old_connections()
    try:
        repair()
    except (DatabaseError, OSError):
        logger.warning("The sweep could not do its work; it tries again.", exc_info=True)
