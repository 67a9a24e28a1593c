"""What exports read, a few rows at a time."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import override

from inspections.models import Finding, Review, Survey

_AT_ONCE = 200


def survey_findings(survey: Survey, *without: str) -> Iterator[Finding]:
    """The findings of each photo's newest finished run, by photo and number, with photo, run and decisions.

    `without` names the columns that need not be read.
    """
    rows = (
        Finding.objects.current()
        .filter(image__survey=survey)
        .defer("image__metadata", "image__scale", "image__markers", "image__floor", *without)
        .select_related("image__element", "run__network")
        .prefetch_related("reviews__reviewer")
        .order_by("image__original_name", "image__pk", "number")
    )
    return rows.iterator(chunk_size=_AT_ONCE)


def latest_review(finding: Finding) -> Review | None:
    """The decision that counts, or None while nobody has decided."""
    return max(finding.reviews.all(), key=lambda review: review.sequence, default=None)


def survey_name(survey: Survey) -> str:
    """What a survey is called; without a name of its own in English, whoever exports it."""
    with override(settings.LANGUAGE_CODE):
        return str(survey)
