"""Hands work to the worker by name: the record knows that there is a bell, not who listens."""

import logging
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


def dispatch_run(run_id: UUID) -> bool:
    """Ring the bell for one run. When that fails nothing is lost: the row stays queued, the sweep rings again."""
    try:
        import_string(settings.RUN_DISPATCHER)(str(run_id))
    except Exception:
        logger.warning("The bell for run %s did not ring; the sweep will ring again.", run_id, exc_info=True)
        return False
    return True


def dispatch_measuring() -> bool:
    """Ring the bell for photos to be measured again. When that fails nothing is lost: the sweep rings again."""
    try:
        import_string(settings.MEASURE_DISPATCHER)()
    except Exception:
        logger.warning("The bell for measuring did not ring; the sweep will ring again.", exc_info=True)
        return False
    return True


def dispatch_drawing() -> bool:
    """Ring the bell for what people have drawn. When that fails nothing is lost: the sweep rings again."""
    try:
        import_string(settings.DRAWING_DISPATCHER)()
    except Exception:
        logger.warning("The bell for drawings did not ring; the sweep will ring again.", exc_info=True)
        return False
    return True
