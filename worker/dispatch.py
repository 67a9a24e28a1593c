"""Ringing the bells. Named by the settings `…_DISPATCHER`, imported by nobody."""

from celery import Celery
from django.conf import settings

from worker.celery import ANALYSE_PHOTO, COMMON, MEASURE_DRAWINGS, MEASURE_PHOTOS, MEASURING, TRANSPORT

# An app of its own with short patience: a person's upload waits for the bell, and the sweep rings again if it fails.
_bell = Celery("hairline-bell", broker=settings.BROKER_URL, set_as_current=False)
_bell.conf.update(COMMON, broker_transport_options=TRANSPORT | {"socket_timeout": 1, "socket_connect_timeout": 1})

# One retry, at once: a pooled connection may be from before the broker was started anew.
ONE_MORE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


def enqueue_run(run_id: str) -> None:
    """Tell the workers that a run is waiting. Raises kombu's OperationalError when the broker cannot be reached."""
    _bell.send_task(ANALYSE_PHOTO, args=[run_id], ignore_result=True, retry=True, retry_policy=ONE_MORE_TRY)


def enqueue_measuring() -> None:
    """Tell the workers that photos are to be measured again. Raises kombu's OperationalError without a broker."""
    _bell.send_task(MEASURE_PHOTOS, queue=MEASURING, ignore_result=True, retry=True, retry_policy=ONE_MORE_TRY)


def enqueue_drawings() -> None:
    """Tell the workers that something was drawn. Raises kombu's OperationalError when the broker cannot be reached."""
    _bell.send_task(MEASURE_DRAWINGS, queue=MEASURING, ignore_result=True, retry=True, retry_policy=ONE_MORE_TRY)
