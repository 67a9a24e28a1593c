"""Decisions are appended and never lost: two at once, taken back, many at once, on closed surveys."""

from contextlib import contextmanager
from io import BytesIO

import pytest

from inspections.errors import InspectionError
from inspections.models import Event, Finding, Review, Role
from inspections.models.reviews import Verdict
from inspections.services.closing import close_survey, reopen_survey
from inspections.services.comments import assign
from inspections.services.images import add_image
from inspections.services.reviews import (
    Decision,
    accept_drawn,
    carry_review,
    record_review,
    record_reviews,
    withdraw_review,
)
from inspections.services.runs import request_run
from inspections.testing import draw_photo, make_finding, make_image, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def finding():
    return make_finding()


@pytest.fixture
def reviewer(finding):
    return make_user(Role.REVIEWER, finding.image.survey.bridge.organisation, username="ada")


@contextmanager
def refused(code):
    with pytest.raises(InspectionError) as error:
        yield
    assert error.value.code == code


def test_the_latest_decision_counts_and_all_are_kept(finding, reviewer) -> None:
    record_review(finding=finding, reviewer=reviewer, verdict=Verdict.REJECTED, note="a joint", reason="joint")
    assert Finding.objects.get().verdict == "rejected"
    assert not Finding.objects.current().standing().exists()
    record_review(finding=finding, reviewer=reviewer, verdict="accepted", state="CS2")
    stored = Finding.objects.get()
    assert (stored.verdict, stored.decided_state, stored.reviews_count) == ("accepted", "CS2", 2)
    assert [review.note for review in finding.reviews.all()] == ["a joint", ""]
    assert [event.facts["reason"] for event in Event.objects.order_by("created_at")] == ["joint", ""]


def test_a_review_cannot_be_changed_or_removed(finding, reviewer) -> None:
    review = record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    review.verdict = "rejected"
    for forbidden in (review.save, review.delete, Review.objects.all().delete, Event.objects.all().delete):
        with pytest.raises(TypeError, match="append only"):
            forbidden()
    with pytest.raises(TypeError):
        Review.objects.update(verdict="rejected")


def test_an_unknown_verdict_is_refused(finding, reviewer) -> None:
    for verdict in ("perhaps", "withdrawn"):
        with pytest.raises(ValueError):
            record_review(finding=finding, reviewer=reviewer, verdict=verdict)
    with refused("invalid"):
        record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="boredom")
    with refused("invalid"):
        record_review(finding=finding, reviewer=reviewer, verdict="accepted", state="CS9")
    assert not Review.objects.exists()


def test_cs4_is_for_people(finding, reviewer) -> None:
    record_review(finding=finding, reviewer=reviewer, verdict="accepted", state="CS4")
    assert Finding.objects.get().decided_state == "CS4"


def test_the_second_of_two_sees_the_first_decision_and_chooses(finding, reviewer) -> None:
    other = make_user(Role.REVIEWER, finding.image.survey.bridge.organisation)
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", seen=0)
    with pytest.raises(InspectionError, match="ada has rejected it meanwhile"):
        record_review(finding=finding, reviewer=other, verdict="accepted", seen=0)
    assert Finding.objects.get().verdict == "rejected"
    record_review(finding=finding, reviewer=other, verdict="accepted", seen=1)
    assert Finding.objects.get().verdict == "accepted"


def test_what_was_decided_can_be_taken_back_step_by_step(finding, reviewer) -> None:
    with refused("nothing_decided"):
        withdraw_review(finding=finding, reviewer=reviewer)
    record_review(finding=finding, reviewer=reviewer, verdict="accepted", state="CS3")
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="moss")
    withdraw_review(finding=finding, reviewer=reviewer, seen=2)
    assert (Finding.objects.get().verdict, Finding.objects.get().decided_state) == ("accepted", "CS3")
    fresh = make_finding(finding.run)
    record_review(finding=fresh, reviewer=reviewer, verdict="accepted")
    withdraw_review(finding=fresh, reviewer=reviewer)
    assert Finding.objects.get(pk=fresh.pk).verdict is None
    assert list(fresh.reviews.values_list("verdict", flat=True)) == ["accepted", "withdrawn"]
    with refused("nothing_decided"):
        withdraw_review(finding=fresh, reviewer=reviewer)


def stands(finding) -> tuple[str | None, str, str]:
    row = Finding.objects.get(pk=finding.pk)
    last = row.reviews.order_by("sequence").last()
    return row.verdict, last.reason, row.decided_state


def test_each_step_back_goes_one_decision_further(finding, reviewer) -> None:
    other = make_user(Role.REVIEWER, finding.image.survey.bridge.organisation, username="grace")
    record_review(finding=finding, reviewer=other, verdict="accepted", state="CS2")
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="joint")
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="moss")
    steps = [("rejected", "joint", ""), ("accepted", "", "CS2"), (None, "", "")]
    for place, step in enumerate(steps):
        withdraw_review(finding=finding, reviewer=reviewer, seen=3 + place)
        assert stands(finding) == step
    with refused("nothing_decided"):
        withdraw_review(finding=finding, reviewer=reviewer)
    assert finding.reviews.count() == 6


def test_whoever_decides_anew_after_stepping_back_steps_back_over_that_too(finding, reviewer) -> None:
    record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="joint")
    withdraw_review(finding=finding, reviewer=reviewer)
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="stain")
    withdraw_review(finding=finding, reviewer=reviewer)
    assert stands(finding) == ("accepted", "", "")
    withdraw_review(finding=finding, reviewer=reviewer)
    assert stands(finding) == (None, "", "")
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="moss")
    withdraw_review(finding=finding, reviewer=reviewer)
    assert stands(finding) == (None, "", "")


def test_steps_lead_back_over_what_an_earlier_analysis_had(finding, reviewer) -> None:
    record_review(finding=finding, reviewer=reviewer, verdict="accepted", state="CS2")
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="joint")
    again = make_finding(finding.run)
    carry_review(again, Finding.objects.get(pk=finding.pk))
    third = make_finding(finding.run)
    carry_review(third, Finding.objects.get(pk=again.pk))
    record_review(finding=third, reviewer=reviewer, verdict="rejected", reason="moss")
    for step in (("rejected", "joint", ""), ("accepted", "", "CS2"), (None, "", "")):
        withdraw_review(finding=third, reviewer=reviewer)
        assert stands(third) == step
    with refused("nothing_decided"):
        withdraw_review(finding=third, reviewer=reviewer)
    assert stands(finding) == stands(again) == ("rejected", "joint", "")


def test_what_a_drawing_made_is_taken_back_like_a_decision(finding, reviewer) -> None:
    accept_drawn(finding, reviewer, note="the left end", state="CS2")
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="moss")
    for step in (("accepted", "", "CS2"), (None, "", "")):
        withdraw_review(finding=finding, reviewer=reviewer)
        assert stands(finding) == step


def test_nobody_takes_back_unseen_what_another_has_decided_since(finding, reviewer) -> None:
    other = make_user(Role.REVIEWER, finding.image.survey.bridge.organisation, username="grace")
    record_review(finding=finding, reviewer=reviewer, verdict="accepted", seen=0)
    record_review(finding=finding, reviewer=other, verdict="rejected", seen=1)
    with refused("decided_meanwhile"):
        withdraw_review(finding=finding, reviewer=reviewer, seen=1)
    withdraw_review(finding=finding, reviewer=other, seen=2)
    withdraw_review(finding=finding, reviewer=other, seen=3)
    # Somebody has taken it back already: that is to be seen, too.
    with pytest.raises(InspectionError, match="grace has taken back the decision on it meanwhile"):
        withdraw_review(finding=finding, reviewer=reviewer, seen=1)


def test_many_are_decided_together_or_not_at_all(reviewer, finding) -> None:
    read = [finding, make_finding(finding.run), make_finding(finding.run)]
    record_review(finding=read[1], reviewer=reviewer, verdict="accepted")
    decision = Decision("rejected", "joint")
    with refused("decided_meanwhile"):
        record_reviews(findings=read, reviewer=reviewer, decision=decision)
    assert Finding.objects.filter(verdict="rejected").count() == 0
    read = list(Finding.objects.all())
    assert len(record_reviews(findings=read, reviewer=reviewer, decision=decision)) == 3
    assert Finding.objects.filter(verdict="rejected").count() == 3


def test_a_closed_survey_cannot_change_until_it_is_reopened(finding, reviewer) -> None:
    survey, image = finding.image.survey, finding.image
    with refused("undecided_left"):
        close_survey(survey=survey, user=reviewer)
    close_survey(survey=survey, user=reviewer, undecided=1, note="one left for the rope team")
    finding = Finding.objects.select_related("image__survey").get()
    file = BytesIO(draw_photo(seed=77))
    for change in (
        lambda: record_review(finding=finding, reviewer=reviewer, verdict="accepted"),
        lambda: request_run(image=image),
        lambda: add_image(survey=survey, file=file, name="late.jpg", added_by=reviewer),
        lambda: close_survey(survey=survey, user=reviewer, undecided=1),
        lambda: assign(finding=finding, assignee=reviewer, by=reviewer),
    ):
        with refused("survey_closed"):
            change()
    with refused("invalid"):
        reopen_survey(survey=survey, user=reviewer, reason=" ")
    reopen_survey(survey=survey, user=reviewer, reason="a photo was missing")
    record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    kinds = list(Event.objects.order_by("created_at").values_list("kind", flat=True))
    assert kinds == ["closed", "reopened", "decided"]
    with refused("survey_open"):
        reopen_survey(survey=survey, user=reviewer, reason="again")


def test_a_survey_is_not_closed_over_a_running_analysis(finding, reviewer) -> None:
    make_run(make_image(finding.image.survey))
    with refused("runs_open"):
        close_survey(survey=finding.image.survey, user=reviewer, undecided=1)
