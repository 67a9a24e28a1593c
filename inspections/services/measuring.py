"""Who is told that photos are to be measured and judged again."""

from django.db import transaction
from django.db.models import F

from inspections.models.images import SurveyImageQuerySet


def ask_to_measure(images: SurveyImageQuerySet) -> int:
    """Have photos measured again by the scale and the rules of now. Returns how many; the bell rings on commit."""
    count = images.update(measure_wanted=F("measure_wanted") + 1)
    if count:
        transaction.on_commit(ring_measures)
    return count


def ring_measures() -> None:
    """Ring the bell for photos to be measured again."""
