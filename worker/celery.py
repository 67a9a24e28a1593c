"""The Celery app and its settings. Loads no network, so that the web server may import it to ring the bell.

The database is the truth: a message carries nothing but the id of a run, results are not stored, and a message that
is lost or delivered twice does no harm. Celery's Django fix-up, which acts on DJANGO_SETTINGS_MODULE, sets Django up
in the worker and closes database connections around every task and after every fork.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inspections.settings")
# The fix-up would run Django's checks, which load every page and address; a worker serves none.
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

QUEUE = "photos"
ANALYSE_PHOTO = "hairline.analyse_photo"
# A queue of its own: queues are served in turn, so that a changed scale waits for one photo and not for a survey.
MEASURING = "measuring"
MEASURE_PHOTOS = "hairline.measure_photos"
MEASURE_DRAWINGS = "hairline.measure_drawings"
VISIBILITY_TIMEOUT = 3600

# A pool child whose memory has once passed this is replaced after its photo. A warm one with the shipped network takes
# well under half of it, so that only the largest photos cost a reload.
RECYCLE_ABOVE_KIB = 2_500_000

TRANSPORT: dict[str, Any] = {
    # A message whose worker died comes back after this time. Far above the time limit of a photo, since a message
    # that comes back while its photo is being analysed is only noise; the sweep repairs within seconds, not this.
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 25,
    "socket_timeout": 30,
    "socket_keepalive": True,
    "global_keyprefix": "hairline:",
}

COMMON: dict[str, Any] = {
    "broker_transport_options": TRANSPORT,
    "task_default_queue": QUEUE,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "result_backend": None,
}

app = Celery("hairline", broker=settings.BROKER_URL, include=["worker.tasks"], set_as_current=False)
app.conf.update(
    COMMON,
    task_queues=[Queue(QUEUE), Queue(MEASURING)],
    task_acks_late=True,
    # A photo that kills its process is acknowledged and left to the sweep, which counts attempts. Celery's own
    # redelivery knows no end: one such photo was delivered five times in eight seconds.
    task_reject_on_worker_lost=False,
    task_acks_on_failure_or_timeout=True,
    task_track_started=False,
    # The pipeline stops itself at the limit; these catch what hangs where it cannot look at the clock.
    task_soft_time_limit=settings.RUN_TIME_LIMIT_SECONDS + 10,
    task_time_limit=settings.RUN_TIME_LIMIT_SECONDS + 30,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_max_tasks_per_child=200,
    worker_max_memory_per_child=RECYCLE_ABOVE_KIB,
    worker_soft_shutdown_timeout=30,
    worker_enable_soft_shutdown_on_idle=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    visibility_timeout=VISIBILITY_TIMEOUT,
)


@setup_logging.connect
def _keep_djangos_logging(**_kwargs: Any) -> None:
    """A receiver here tells Celery to leave logging alone: Django's LOGGING is the one place."""
