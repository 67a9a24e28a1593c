"""From what went wrong to what a person is told: a code of `inspections.errors` and the facts of its sentence."""

import errno
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from inspections.errors import InspectionError
from inspections.models import Drawing, SegmentationRun
from segmentation.errors import SegmentationError
from worker.lease import TooSlow

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

# Where a file lies on the server is nobody's business outside it.
PRIVATE_FACTS = ("path",)


def explain(error: Exception, work: SegmentationRun | Drawing) -> tuple[str, dict[str, Any]]:
    """The code and JSON-able facts with which an analysis or a drawing fails because of `error`.

    `internal` for what nobody foresaw.
    """
    match error:
        case SegmentationError():
            # A general slug of the eye has no sentence of its own; everything with an owner has one.
            return error.code, {"megapixels": work.image.megapixels} | _plain(error.facts)
        case InspectionError():
            return error.code, _plain(error.facts)
        case TooSlow() | SoftTimeLimitExceeded():
            return "too_slow", {"minutes": settings.RUN_TIME_LIMIT_SECONDS / 60}
        case MemoryError():
            return "out_of_memory", {"megapixels": work.image.megapixels}
        case OSError() if error.errno in NO_SPACE:
            return "storage_full", {}
    return "internal", {}


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | float | bool | None) else str(value)
        for name, value in facts.items()
        if name not in PRIVATE_FACTS
    }
