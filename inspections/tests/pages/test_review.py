"""The review: which regions come, in which order, and what a key press writes."""

import json
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inspections.models import Drawing, Finding, LookAlikes, Membership, Review, Role, SegmentationRun
from inspections.services.closing import close_survey
from inspections.services.reviews import accept_drawn, carry_review, record_review, withdraw_review
from inspections.testing import (
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import read_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def survey(organisation):
    return make_survey(make_bridge(organisation, material="reinforced_concrete"))


@pytest.fixture
def reviewer(organisation):
    return make_user(Role.REVIEWER, organisation, username="ada")


@pytest.fixture
def client(reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def analysed(survey, *risks: float, **fields) -> list[Finding]:
    """A photo with a finding for each risk."""
    run = make_run(make_image(survey, **fields), status=SegmentationRun.Status.SUCCEEDED)
    return [make_finding(run, risk=risk) for risk in risks]


def ids(answer) -> list[str]:
    return [region["id"] for region in answer.json()["regions"]]


def names(findings) -> list[str]:
    return [str(finding.pk) for finding in findings]


def ask(client, **query):
    return client.get(reverse("review-next"), query)


def decide(client, finding, **body):
    return client.post(reverse("finding-decide", args=[finding.pk]), json.dumps(body), content_type="application/json")


def test_the_riskiest_come_first_and_go_on_from_a_place(client, survey):
    low, high, middle, least = analysed(survey, 0.2, 0.9, 0.5, 0.1)
    assert ids(ask(client)) == names([high, middle, low, least])
    assert ids(ask(client, after=high.pk)) == names([middle, low, least, high])
    # After the end it begins again with what was left undecided.
    assert ids(ask(client, after=low.pk)) == names([least, high, middle, low])
    assert ask(client).json()["left"] == 4


def test_a_link_opens_the_same_place_even_on_a_decided_region(client, survey, reviewer):
    first, second, third = analysed(survey, 0.9, 0.5, 0.1)
    record_review(finding=second, reviewer=reviewer, verdict="accepted")
    page = client.get(reverse("review"), {"at": second.pk})
    assert [region["id"] for region in page.context["scene"]["regions"]] == names([second, third, first])


def test_other_orders(client, survey):
    (thin,), (wide,), (bare,) = (analysed(survey, risk) for risk in (0.9, 0.1, 0.5))
    Finding.objects.filter(pk=thin.pk).update(widest_mm=0.2)
    Finding.objects.filter(pk=wide.pk).update(widest_mm=1.4)
    assert ids(ask(client, order="width")) == names([wide, thin, bare])
    assert ids(ask(client, order="width", after=wide.pk)) == names([thin, bare, wide])
    assert ids(ask(client, order="photo")) == names([thin, wide, bare])
    assert ids(ask(client, order="photo", after=thin.pk)) == names([wide, bare, thin])


def test_filters_narrow_the_queue(client, survey, organisation, reviewer):
    element = make_element(survey.bridge)
    (here,) = analysed(survey, 0.5)
    here.image.element = element
    here.image.save()
    (mine,) = analysed(survey, 0.4)
    Finding.objects.filter(pk=mine.pk).update(assignee=reviewer, widest_mm=0.8, state="CS2", worst_state="CS2")
    (elsewhere,) = analysed(make_survey(make_bridge(organisation)), 0.9)
    record_review(finding=elsewhere, reviewer=reviewer, verdict="rejected")
    for query, found in (
        ({"survey": survey.pk}, [here, mine]),
        ({"bridge": survey.bridge_id}, [here, mine]),
        ({"element": element.pk}, [here]),
        ({"assigned": "me"}, [mine]),
        ({"mine": 1}, [mine]),
        ({"assigned": "grace"}, [here, mine]),
        ({"wider_mm": "0.5"}, [mine]),
        ({"state": "CS2"}, [mine]),
        ({"surer": "0.95"}, []),
        ({"network": here.run.network_id}, [here, mine]),
        ({"decided": 1}, [elsewhere, here, mine]),
        ({"survey": "nonsense", "wider_mm": "wide", "order": "sideways"}, [here, mine]),
    ):
        assert ids(ask(client, **query)) == names(found), query


@pytest.fixture
def second(reviewer):
    """Another organisation of the reviewer's, with one region."""
    second = make_organisation(name="South Riding")
    Membership.objects.create(user=reviewer, organisation=second, role=Role.REVIEWER)
    return second


def test_one_of_ones_organisations_is_reviewed_alone(client, survey, second):
    (ours,) = analysed(survey, 0.9)
    southern = make_survey(make_bridge(second, name="Southern"))
    (theirs,) = analysed(southern, 0.5)
    Finding.objects.update(assignee=Membership.objects.get(organisation=second).user)
    assert ids(ask(client)) == names([ours, theirs])
    assert ids(ask(client, organisation=second.pk)) == names([theirs])
    assert ids(ask(client, organisation=second.pk, assigned="me")) == names([theirs])
    assert ids(ask(client, organisation="nonsense")) == names([ours, theirs])
    for name in ("review", "review-grid"):
        page = client.get(reverse(name), {"organisation": second.pk})
        assert page.status_code == 200 and page.context["left"] == 1
        # The other layout, the surveys to choose from and the choice itself know of it.
        assert f"{reverse('review-grid')}?organisation={second.pk}" in page.text
        assert f'<option value="{second.pk}" selected>South Riding</option>' in page.text
        assert str(southern.pk) in page.text and str(survey.pk) not in page.text
        assert client.get(reverse(name), {"organisation": make_organisation().pk}).status_code == 404


def test_who_has_one_organisation_need_not_choose(client, survey):
    analysed(survey, 0.9)
    assert 'name="organisation"' not in client.get(reverse("review")).text


def test_the_grid_offers_the_filters_of_the_focus_and_keeps_them(client, survey, reviewer, second):
    analysed(survey, 0.9)
    query = {"organisation": str(second.pk), "wider_mm": "0.3"}
    for name in ("review", "review-grid"):
        page = client.get(reverse(name), query)
        form = next(
            form for form in read_page(page).iter("form") if form.get("action", "").startswith("/review/saved/")
        )
        fields = {field.get("name"): field.get("value") for field in form.iter("input")}
        client.post(reverse("review-save"), {**fields, "name": name})
        assert reviewer.saved_queues.get(name=name).query == f"?organisation={second.pk}&wider_mm=0.3"
        assert "Riskiest first" in page.text
    assert f"?organisation={second.pk}&amp;wider_mm=0.3" in client.get(reverse("review-grid")).text


def test_what_others_own_is_neither_counted_nor_shown(client, survey):
    analysed(survey, 0.5)
    foreign = make_survey()
    (hidden,) = analysed(foreign, 0.9)
    assert ask(client).json()["left"] == 1
    assert decide(client, hidden, action="accepted").status_code == 404
    for name in ("review", "review-grid"):
        assert client.get(reverse(name), {"survey": foreign.pk}).status_code == 404


def test_one_request_decides_and_brings_the_next(client, survey):
    first, second, third, fourth = analysed(survey, 0.9, 0.8, 0.7, 0.6)
    body = {"action": "rejected", "reason": "joint", "seen": 0, "after": str(third.pk), "queue": ""}
    answer = decide(client, first, **body)
    assert answer.json()["verdict"] == "rejected" and answer.json()["seen"] == 1
    assert ids(answer) == names([fourth, second, third]) and answer.json()["left"] == 3
    first.refresh_from_db()
    assert (first.verdict, first.reviews.get().reason) == ("rejected", "joint")
    assert decide(client, first, action="undo", seen=1).json()["verdict"] == "undecided"


def test_today_counts_what_was_decided_and_stands(client, survey, reviewer, organisation):
    first, second, third, drawn, again = analysed(survey, 0.9, 0.8, 0.7, 0.6, 0.5)
    other = make_user(Role.REVIEWER, organisation, username="grace")

    def today() -> int:
        return ask(client).json()["today"]

    for finding in (first, second):
        record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    record_review(finding=first, reviewer=reviewer, verdict="rejected", reason="joint")
    assert today() == 2
    # Back to the first word on it, then to none.
    withdraw_review(finding=first, reviewer=reviewer)
    assert today() == 2
    withdraw_review(finding=first, reviewer=reviewer)
    assert today() == 1
    record_review(finding=third, reviewer=other, verdict="accepted")
    record_review(finding=third, reviewer=reviewer, verdict="rejected")
    assert today() == 2
    withdraw_review(finding=third, reviewer=reviewer)
    assert today() == 1, "what counts again is another's"
    # A line that was drawn is accepted by itself; a new analysis repeats what stands.
    drawing = Drawing.objects.create(run=drawn.run, image=drawn.image, author=reviewer, kind="line", status="done")
    Finding.objects.filter(pk=drawn.pk).update(drawing=drawing)
    accept_drawn(Finding.objects.get(pk=drawn.pk), reviewer, note="", state="")
    assert today() == 1
    Finding.objects.filter(pk=second.pk).update(is_current=False)
    carry_review(again, Finding.objects.get(pk=second.pk))
    assert today() == 1


def test_the_pace_leaves_out_what_was_taken_back_or_made_at_once(client, survey, reviewer):
    findings = analysed(survey, *[0.5] * 9)
    noon = timezone.now().replace(hour=12)
    for place, finding in enumerate(findings):
        review = record_review(finding=finding, reviewer=reviewer, verdict="accepted")
        # Six by hand, four seconds each; three with one Apply.
        made = noon + timedelta(seconds=4 * min(place, 6), microseconds=place)
        QuerySet.update(Review.objects.filter(pk=review.pk), created_at=made)
    assert ask(client).json()["secondsEach"] == 4
    for finding in findings[2:]:
        withdraw_review(finding=finding, reviewer=reviewer)
    assert ask(client).json()["secondsEach"] == 8


def test_the_second_of_two_is_told_what_the_first_decided(client, survey, organisation):
    (finding,) = analysed(survey, 0.9)
    other = make_user(Role.REVIEWER, organisation, username="grace")
    record_review(finding=finding, reviewer=other, verdict="accepted", state="CS3", note="seen from the rope")
    answer = decide(client, finding, action="rejected", reason="moss", seen=0)
    assert answer.status_code == 409
    told = answer.json()
    assert told["code"] == "decided_meanwhile" and "grace has accepted it" in told["detail"]
    assert (told["verdict"], told["state"], told["seen"]) == ("accepted", "CS3", 1)
    # All that the second needs to choose: who, what, when and why.
    assert (told["by"], told["decision"], told["isOwn"]) == ("grace", "Accepted as CS3, by grace", False)
    assert "Accepted as CS3" in told["standing"] and "seen from the rope" in told["standing"]
    assert "Accepted as CS3" in told["html"]
    assert decide(client, finding, action="rejected", reason="moss", seen=1).status_code == 200


def test_an_answer_tells_what_stands_now(client, survey):
    (finding,) = analysed(survey, 0.9)
    told = decide(client, finding, action="accepted", state="CS2", seen=0).json()
    assert told["decision"] == "Accepted as CS2, by ada" and told["isOwn"] and told["may"]["review"]
    assert "Accepted as CS2" in told["html"] and "State given" in told["html"]
    told = decide(client, finding, action="undo", seen=1, show=True).json()
    assert (told["decision"], told["standing"].strip()) == ("", "")
    assert "Accepted as CS2" not in told["html"]
    # For a page that does not hold the region: as after a reload.
    assert told["region"]["id"] == str(finding.pk) and told["region"]["decide"]
    close_survey(survey=survey, user=finding.reviews.first().reviewer, undecided=1)
    told = decide(client, finding, action="accepted", seen=2).json()
    assert told["code"] == "survey_closed" and not told["may"]["review"] and "Signed off by ada" in told["readOnly"]


def test_undo_names_the_first_decision_as_its_own(client, survey, organisation):
    (finding,) = analysed(survey, 0.9)
    grace = make_user(Role.REVIEWER, organisation, username="grace")
    record_review(finding=finding, reviewer=grace, verdict="accepted")
    decide(client, finding, action="rejected", reason="moss")
    assert decide(client, finding, action="undo").json()["decision"] == "Accepted, by grace"


def test_a_region_offers_the_states_of_its_organisation(client, survey):
    analysed(survey, 0.9)
    (region,) = ask(client).json()["regions"]
    assert [state["value"] for state in region["states"]] == ["CS1", "CS2", "CS3", "CS4"]
    page = client.get(reverse("review")).text
    assert 'data-action="state_4"' in page and "Accept with the fourth state (4)" in page


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "accepted, rejected or undo"),
        ({"action": "accepted", "state": "CS9"}, "CS1"),
        ({"action": "rejected", "reason": "boredom"}, "joint"),
        ({"action": "undo"}, "nothing to take back"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_cure(client, survey, body, says):
    (finding,) = analysed(survey, 0.9)
    answer = decide(client, finding, **body)
    assert answer.status_code in (400, 409) and says in answer.json()["detail"]
    assert not finding.reviews.exists()


def test_the_survey_before_shows_the_same_element(client, survey):
    element = make_element(survey.bridge)
    older = make_survey(survey.bridge, surveyed_on="2024-05-04", name="Two years ago")
    for place in (older, survey):
        (finding,) = analysed(place, 0.9 if place is survey else 0.1)
        finding.image.element, finding.image.preview = element, "p.jpg"
        finding.image.save()
    first = ask(client).json()["regions"][0]
    assert first["earlier"]["name"].startswith("Two years ago")
    assert client.get(first["earlier"]["compare"]).status_code == 200
    assert ask(client, survey=older.pk).json()["regions"][0]["earlier"] is None


def test_queries_do_not_grow_with_the_queue(client, survey, django_assert_max_num_queries):
    analysed(survey, *[0.5] * 3)
    with django_assert_max_num_queries(40) as few:
        ask(client)
        client.get(reverse("review-grid"))
    for _ in range(4):
        analysed(survey, *[0.5] * 5)
    with django_assert_max_num_queries(len(few)):
        ask(client)
        client.get(reverse("review-grid"))


def test_a_filter_is_kept_under_a_name_and_forgotten(client, survey, reviewer):
    answer = client.post(reverse("review-save"), {"name": "Wide", "wider_mm": "0.3", "survey": str(survey.pk)})
    assert answer.status_code == 302 and "wider_mm=0.3" in answer["Location"]
    kept = reviewer.saved_queues.get()
    assert kept.name in client.get(reverse("review")).text
    client.post(reverse("review-save"), {"forget": str(kept.pk)})
    assert not reviewer.saved_queues.exists()


def group(survey, findings) -> None:
    alike = LookAlikes.objects.create(survey=survey, centre=[0])
    Finding.objects.filter(pk__in=[finding.pk for finding in findings]).update(look_alikes=alike)


def test_the_grid_puts_look_alikes_together_the_largest_group_first(client, survey):
    pair, trio, alone = analysed(survey, 0.9, 0.8), analysed(survey, 0.3, 0.2, 0.1), analysed(survey, 0.95)
    for findings in (pair, trio, alone):
        group(survey, findings)
    groups = client.get(reverse("review-grid")).context["groups"]
    assert [[finding.pk for finding in shown["findings"]] for shown in groups] == [
        [finding.pk for finding in findings] for findings in (trio, pair, alone)
    ]
    assert [shown["alike"] for shown in groups] == [True, True, False]


def apply(client, findings, **body):
    regions = [{"id": str(finding.pk), "seen": 0} for finding in findings]
    return client.post(
        reverse("review-apply"), json.dumps({"regions": regions, **body}), content_type="application/json"
    )


def test_many_are_decided_with_one_apply(client, survey):
    findings = analysed(survey, 0.9, 0.8, 0.7)
    assert apply(client, findings, action="rejected", reason="joint").json() == {"decided": 3}
    assert Finding.objects.filter(verdict="rejected").count() == 3


def test_apply_writes_nothing_when_one_was_decided_meanwhile(client, survey, reviewer):
    findings = analysed(survey, 0.9, 0.8, 0.7)
    record_review(finding=findings[1], reviewer=reviewer, verdict="accepted")
    answer = apply(client, findings, action="rejected", reason="joint")
    assert answer.status_code == 409 and answer.json()["changed"] == [str(findings[1].pk)]
    assert not Finding.objects.filter(verdict="rejected").exists()


def test_more_than_a_server_reads_is_refused_in_words(client, survey):
    (finding,) = analysed(survey, 0.9)
    address = reverse("finding-decide", args=[finding.pk])
    body = json.dumps({"action": "accepted", "note": "x" * 2_600_000})
    answer = client.post(address, body, content_type="application/json", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_apply_reaches_nobody_elses_regions(client, survey):
    ours, theirs = analysed(survey, 0.9), analysed(make_survey(), 0.9)
    assert apply(client, [*ours, *theirs], action="accepted").status_code == 404
    assert not Finding.objects.filter(verdict__isnull=False).exists()
    assert apply(client, [], action="accepted").status_code == 400


def test_a_viewer_sees_the_review_and_decides_nothing(survey, organisation):
    (finding,) = analysed(survey, 0.9)
    viewer = Client()
    viewer.force_login(make_user(Role.VIEWER, organisation))
    (region,) = viewer.get(reverse("review")).context["scene"]["regions"]
    assert region["may"] == {"review": False, "assign": False, "speak": False}
    assert "deciding is for reviewers" in region["readOnly"]
    assert "deciding is for reviewers" in viewer.get(reverse("review-grid")).text
    assert decide(viewer, finding, action="accepted").status_code == 403
    assert apply(viewer, [finding], action="accepted").status_code == 403


def test_what_was_left_undecided_at_a_sign_off_is_nobodys_work(client, survey, reviewer):
    analysed(survey, 0.9)
    close_survey(survey=survey, user=reviewer, undecided=1)
    assert ask(client).json()["left"] == 0
    page = client.get(reverse("review"), {"survey": survey.pk})
    (region,) = page.context["scene"]["regions"]
    assert region["may"] == {"review": False, "assign": False, "speak": True}
    assert "Signed off by ada" in region["readOnly"]


def test_a_survey_is_signed_off_and_reopened_on_its_page(client, survey):
    (finding,) = analysed(survey, 0.9)
    page = client.get(reverse("survey", args=[survey.pk]))
    assert "Sign off with 1 undecided" in page.text
    answer = client.post(reverse("survey-close", args=[survey.pk]), {"undecided": "0"}, follow=True)
    assert "1 finding is undecided" in answer.text
    answer = client.post(
        reverse("survey-close", args=[survey.pk]), {"undecided": "1", "note": "rope team"}, follow=True
    )
    assert "Signed off" in answer.text and "Reopen the survey" in answer.text
    assert decide(client, finding, action="accepted").status_code == 409
    client.post(reverse("survey-reopen", args=[survey.pk]), {"reason": "a photo was missing"})
    assert decide(client, finding, action="accepted").status_code == 200
    history = client.get(reverse("survey-history", args=[survey.pk])).text
    for said in ("Signed off", "rope team", "Reopened", "a photo was missing", "Decided"):
        assert said in history
    only = client.get(reverse("survey-history", args=[survey.pk]), {"kind": "closed"}).text
    assert "rope team" in only and "a photo was missing" not in only
