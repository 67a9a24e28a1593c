"""Decisions are recorded here."""

from django.db import transaction
from django.db.models import Max

from inspections.models import Finding, Review, User
from inspections.models.reviews import Verdict


def record_review(*, finding: Finding, reviewer: User, verdict: Verdict | str, note: str = "") -> Review:
    """Add a decision. Nothing is overwritten: the latest counts, all are kept."""
    with transaction.atomic():
        # The lock puts two deciders in order; SQLite's IMMEDIATE transaction has done so already.
        Finding.objects.select_for_update().get(pk=finding.pk)
        last = finding.reviews.aggregate(last=Max("sequence"))["last"] or 0
        return Review.objects.create(
            finding=finding, reviewer=reviewer, verdict=Verdict(verdict), note=note, sequence=last + 1
        )
