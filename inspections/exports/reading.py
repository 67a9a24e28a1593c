"""What exports read, a few rows at a time."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import override

from inspections.models import Finding, Review, Survey

_PHOTOS_AT_ONCE = 20
_HEAVY = ("metadata", "scale", "markers", "floor", "warnings")


def survey_findings(survey: Survey, *without: str, decisions: bool = False) -> Iterator[Finding]:
    """The findings of each photo's newest finished run, by photo and number, with photo, run and network.

    `without` names the columns that need not be read. With `decisions` comes what `latest_review` tells.
    A few photos at a time: to put all findings of a survey in order, SQLite holds their masks in memory together.
    """
    photos = list(survey.images.order_by("original_name", "pk").values_list("pk", flat=True))
    rows = (
        Finding.objects.current()
        .defer(*(f"image__{name}" for name in _HEAVY), "run__totals", "run__network__card", *without)
        .select_related("image__element", "run__network")
        .order_by("image__original_name", "image__pk", "number")
    )
    if decisions:
        rows = rows.prefetch_related("reviews__reviewer")
    for start in range(0, len(photos), _PHOTOS_AT_ONCE):
        yield from rows.filter(image__in=photos[start : start + _PHOTOS_AT_ONCE])


def latest_review(finding: Finding) -> Review | None:
    """The decision that counts, or None while nobody has decided. Of findings that were read with decisions."""
    return max(finding.reviews.all(), key=lambda review: review.sequence, default=None)


def survey_name(survey: Survey) -> str:
    """What a survey is called; without a name of its own in English, whoever exports it."""
    with override(settings.LANGUAGE_CODE):
        return str(survey)
