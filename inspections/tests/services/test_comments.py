"""What people say of a crack and ask of each other, and how it follows the crack through analyses."""

from contextlib import contextmanager

import pytest

from inspections.errors import InspectionError
from inspections.models import Comment, Event, Finding, Role, SegmentationRun
from inspections.models.lineage import events_of
from inspections.services import comments
from inspections.services.carrying import Carried, Match, carry_over
from inspections.services.closing import close_survey
from inspections.services.reviews import record_review, withdraw_review
from inspections.services.runs import request_run
from inspections.testing import make_finding, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def finding():
    return make_finding()


@pytest.fixture
def organisation(finding):
    return finding.image.survey.bridge.organisation


@pytest.fixture
def reviewer(organisation):
    return make_user(Role.REVIEWER, organisation, username="ada")


@contextmanager
def refused(code):
    with pytest.raises(InspectionError) as error:
        yield
    assert error.value.code == code


def analysed_again(finding: Finding, *overlaps: float) -> list[Finding]:
    """A newer analysis of the photo with a crack over `finding` for each overlap."""
    request_run(image=finding.image)
    run = make_run(finding.image, status=SegmentationRun.Status.SUCCEEDED)
    new = [make_finding(run) for _ in overlaps]
    # As it is while the analysis is being completed.
    Finding.objects.filter(pk=finding.pk).update(is_current=True)
    matches = [Match(finding.pk, place, overlap) for place, overlap in enumerate(overlaps, start=1) if overlap]
    carry_over(run, Carried(new, {}, matches))
    return [Finding.objects.get(pk=each.pk) for each in new]


def test_comments_mention_members_only_and_are_resolved(finding, reviewer) -> None:
    stranger = make_user(username="eve")
    comment = comments.say(finding=finding, author=reviewer, text="@ada and @eve, is this the joint? mail ada@ada.org.")
    assert list(comment.mentioned.all()) == [reviewer] and stranger not in comment.mentioned.all()
    comments.resolve(comment=comment, user=reviewer)
    comments.resolve(comment=comment, user=reviewer)
    assert comment.resolved_by == reviewer
    comments.resolve(comment=comment, user=reviewer, resolved=False)
    assert comment.resolved_at is None and finding.comments.open().count() == 1
    assert [event.kind for event in Event.objects.order_by("created_at")] == ["commented", "resolved", "resolved"]
    for text in (" ", "x" * 4001):
        with refused("invalid"):
            comments.say(finding=finding, author=reviewer, text=text)


def test_work_is_given_to_those_who_may_decide(finding, reviewer) -> None:
    comments.assign(finding=finding, assignee=reviewer, by=reviewer)
    comments.assign(finding=finding, assignee=reviewer, by=reviewer)
    assert finding.assignee == reviewer and Event.objects.count() == 1
    viewer = make_user(Role.VIEWER, finding.image.survey.bridge.organisation)
    for nobody in (viewer, make_user()):
        with refused("invalid"):
            comments.assign(finding=finding, assignee=nobody, by=reviewer)
    comments.assign(finding=finding, assignee=None, by=reviewer)
    assert finding.assignee is None


def test_the_same_words_twice_at_once_are_one_comment(finding, reviewer) -> None:
    first = comments.say(finding=finding, author=reviewer, text="look left")
    assert comments.say(finding=finding, author=reviewer, text=" look left ") == first
    assert comments.say(finding=finding, author=reviewer, text="look right") != first
    assert comments.say(finding=finding, author=make_user(), text="look left") != first
    assert Comment.objects.count() == 3 and Event.objects.count() == 3


def test_a_thread_shows_what_is_open_first(finding, reviewer) -> None:
    done, early, late = (comments.say(finding=finding, author=reviewer, text=text) for text in ("a", "b", "c"))
    comments.resolve(comment=done, user=reviewer)
    assert list(finding.comments.as_thread()) == [early, late, done]


def test_a_closed_survey_may_be_spoken_of(finding, reviewer) -> None:
    close_survey(survey=finding.image.survey, user=reviewer, undecided=1)
    comment = comments.say(finding=finding, author=reviewer, text="why was this left?")
    comments.resolve(comment=comment, user=reviewer)
    assert Comment.objects.get().resolved_by == reviewer


def test_words_and_assignment_go_over_to_the_crack_that_lies_best_on_it(finding, reviewer) -> None:
    comment = comments.say(finding=finding, author=reviewer, text="@ada is it the joint?")
    comments.assign(finding=finding, assignee=reviewer, by=reviewer)
    beside, best = analysed_again(finding, 0.4, 0.9)
    comment.refresh_from_db()
    assert comment.finding == best and best.assignee == reviewer
    assert beside.assignee is None
    assert list(Finding.objects.current().mentioning(reviewer)) == [best]


def test_words_on_what_is_not_found_again_are_listed(finding, reviewer) -> None:
    comments.say(finding=finding, author=reviewer, text="look again")
    analysed_again(finding, 0.0)
    (lost,) = Event.objects.get(kind="carried").facts["lost"]
    assert lost == {"id": str(finding.pk), "number": 1, "verdict": None, "comments": 1}
    assert Comment.objects.get().finding == finding


def test_a_decided_crack_is_nobodys_task_any_more(finding, reviewer) -> None:
    comments.assign(finding=finding, assignee=reviewer, by=reviewer)
    record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    (again,) = analysed_again(finding, 0.9)
    assert (again.verdict, again.assignee) == ("accepted", None)


def test_the_history_of_a_crack_goes_back_through_analyses(finding, reviewer, django_assert_num_queries) -> None:
    other = make_finding(finding.run)
    record_review(finding=other, reviewer=reviewer, verdict="accepted")
    comments.say(finding=finding, author=reviewer, text="a joint?")
    (second,) = analysed_again(finding, 0.9)
    record_review(finding=second, reviewer=reviewer, verdict="rejected", reason="joint")
    (third,) = analysed_again(second, 0.8)
    comments.assign(finding=third, assignee=reviewer, by=reviewer)
    with django_assert_num_queries(4):
        kinds = [event.kind for event in events_of(third)]
    assert kinds == ["assigned", "carried", "decided", "carried", "commented"]
    assert [event.kind for event in events_of(second)] == ["decided", "carried", "commented"]


def test_a_change_remembers_what_it_changed(finding, reviewer) -> None:
    other = make_user(Role.REVIEWER, finding.image.survey.bridge.organisation, username="grace")
    record_review(finding=finding, reviewer=reviewer, verdict="accepted", state="CS2")
    record_review(finding=finding, reviewer=other, verdict="rejected", reason="joint", note="it runs on")
    withdraw_review(finding=finding, reviewer=other)
    first, second, third = Event.objects.order_by("created_at")
    assert "was" not in first.facts
    assert second.facts["was"] == {"verdict": "accepted", "reason": "", "state": "CS2", "by": "ada", "name": "ada"}
    assert second.facts["note"] == "it runs on"
    assert (third.facts["verdict"], third.facts["state"], third.facts["taken_back"]) == ("accepted", "CS2", True)
