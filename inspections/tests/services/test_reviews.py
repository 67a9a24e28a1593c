"""Decisions are appended and never lost."""

import pytest

from inspections.models import Finding, Review
from inspections.models.reviews import Verdict
from inspections.services.reviews import record_review
from inspections.testing import make_finding, make_user

pytestmark = pytest.mark.django_db


def test_the_latest_decision_counts_and_all_are_kept() -> None:
    finding, reviewer = make_finding(), make_user()
    record_review(finding=finding, reviewer=reviewer, verdict=Verdict.REJECTED, note="a joint")
    assert Finding.objects.with_verdict().get().verdict == "rejected"
    assert not Finding.objects.current().standing().exists()
    record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    assert Finding.objects.with_verdict().get().verdict == "accepted"
    assert [review.note for review in finding.reviews.all()] == ["a joint", ""]


def test_a_review_cannot_be_changed_or_removed() -> None:
    review = record_review(finding=make_finding(), reviewer=make_user(), verdict="accepted")
    review.verdict = "rejected"
    for forbidden in (review.save, review.delete, Review.objects.all().delete):
        with pytest.raises(TypeError, match="append only"):
            forbidden()
    with pytest.raises(TypeError):
        Review.objects.update(verdict="rejected")


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(ValueError):
        record_review(finding=make_finding(), reviewer=make_user(), verdict="perhaps")
