"""What the worker's processes know of each other: a pool child dies with its parent and hears when it is to leave."""

import signal
from ctypes import c_bool
from multiprocessing.sharedctypes import RawValue
from typing import Any

from celery.signals import worker_process_init, worker_shutting_down

from inspections.supervision.leash import die_with_parent

# Anonymous shared memory, made before the pool is forked. No lock: it is set inside a signal handler.
_leaving = RawValue(c_bool, False)


def is_leaving() -> bool:
    """Whether this worker has been told to stop; a photo in work is then given back at the next tile."""
    return bool(_leaving.value)


@worker_shutting_down.connect
def _leave(**_kwargs: Any) -> None:
    _leaving.value = True


@worker_process_init.connect
def _die_with_parent(**_kwargs: Any) -> None:
    die_with_parent(signal.SIGKILL)
