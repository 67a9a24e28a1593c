"""What people say of a crack and whom they ask: on the photo's page, in the review, with and without script."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Comment, Finding, Role, SegmentationRun
from inspections.services.comments import assign, resolve, say
from inspections.services.reviews import record_review
from inspections.testing import (
    make_bridge,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def finding(organisation) -> Finding:
    image = make_image(make_survey(make_bridge(organisation)))
    return make_finding(make_run(image, status=SegmentationRun.Status.SUCCEEDED))


@pytest.fixture
def reviewer(organisation):
    return make_user(Role.REVIEWER, organisation, username="ada", first_name="Ada", last_name="Okafor")


@pytest.fixture
def inspector(organisation):
    return make_user(Role.INSPECTOR, organisation, username="ines")


def entered(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def comment(client: Client, finding: Finding, text: str, **options):
    return client.post(reverse("finding-comments", args=[finding.pk]), {"text": text}, **options)


def test_an_inspector_says_and_mentions_without_leaving_the_page(finding, inspector, reviewer):
    answer = comment(entered(inspector), finding, "@ada is <b>this</b> the joint, @nobody?", headers=HTMX)
    assert answer.status_code == 200
    assert Comment.objects.get().mentioned.get() == reviewer
    assert '<b class="mention">@ada</b> is &lt;b&gt;this&lt;/b&gt; the joint, @nobody?' in answer.text
    assert "1 open" in answer.text


def test_a_form_leads_back_to_the_crack(finding, inspector):
    answer = comment(entered(inspector), finding, "look again")
    assert answer["Location"] == f"{reverse('photo', args=[finding.image_id])}?crack=1#crack-1"
    page = entered(inspector).get(answer["Location"])
    assert "look again" in words(by_id(page, "picked")) and by_id(page, "picked").get("hidden") is None


def test_the_reviews_script_hears_json(finding, inspector):
    answer = comment(entered(inspector), finding, "look again", headers=JSON)
    assert answer.json()["open"] == 1 and "look again" in answer.json()["thread"]
    refused = comment(entered(inspector), finding, " ", headers=JSON)
    assert refused.status_code == 400 and "between 1 and 4000" in refused.json()["detail"]


def test_a_comment_is_resolved_and_opened_again(finding, inspector, reviewer):
    asked = say(finding=finding, author=reviewer, text="which end?")
    address = reverse("comment-resolve", args=[asked.pk])
    done = entered(inspector).post(address, {"resolved": "yes"}, headers=HTMX)
    assert "Resolved by ines" in done.text and "Open again" in done.text
    again = entered(reviewer).post(address, {"resolved": "no"}, headers=HTMX)
    assert "Resolved by" not in again.text and "1 open" in again.text


def test_a_viewer_reads_along(finding, organisation, reviewer):
    say(finding=finding, author=reviewer, text="which end?")
    viewer = entered(make_user(Role.VIEWER, organisation))
    talk = viewer.get(reverse("finding-comments", args=[finding.pk]))
    assert "which end?" in talk.text and "You read along" in talk.text and "<form" not in talk.text
    assert comment(viewer, finding, "me, too").status_code == 403
    assert Comment.objects.count() == 1


def test_work_is_given_to_any_reviewer(finding, inspector, reviewer, organisation):
    boss = entered(make_user(Role.CURATOR, organisation, username="cleo"))
    address = reverse("finding-assign", args=[finding.pk])
    answer = boss.post(address, {"assignee": "ada"}, headers=HTMX)
    offered = [each.get("value") for each in read_page(answer).iter("option")]
    assert set(offered) == {"", "ada", "cleo"}
    assert [each.get("value") for each in read_page(answer).iter("option") if each.get("selected") is not None] == [
        "ada"
    ]
    assert boss.post(address, {"assignee": "ines"}, headers=JSON).json()["detail"].startswith("Assign it to a reviewer")
    assert "Nobody here is called eve" in boss.post(address, {"assignee": "eve"}, headers=JSON).json()["detail"]
    assert boss.post(address, {"mine": "yes"}, headers=JSON).json()["assignee"] == "cleo"
    assert boss.post(address, {"mine": "yes"}, headers=JSON).json()["assignee"] == ""
    assert entered(inspector).post(address, {"assignee": "ada"}).status_code == 403


def test_members_of_the_organisation_are_offered_and_nobody_else(finding, inspector, reviewer):
    make_user(Role.REVIEWER, make_organisation(), username="stranger")
    people = entered(inspector).get(reverse("finding-people", args=[finding.pk])).json()["people"]
    assert {(each["name"], each["words"], each["decides"]) for each in people} == {
        ("ada", "Ada Okafor", True),
        ("ines", "", False),
    }


def test_what_waits_for_me_is_counted_and_found(finding, reviewer, inspector):
    mine, decided = make_finding(finding.run), make_finding(finding.run)
    assign(finding=mine, assignee=reviewer, by=reviewer)
    say(finding=mine, author=inspector, text="@ada and")
    record_review(finding=decided, reviewer=reviewer, verdict="accepted")
    asked = say(finding=decided, author=inspector, text="@ada sure? @ada!")
    say(finding=finding, author=inspector, text="for nobody")
    client = entered(reviewer)
    for page in ("review", "review-grid"):
        text = client.get(reverse(page)).text
        assert "1 assigned to you" in text and "2 mention you" in text
        assert f"{reverse(page)}?mentioned=me" in text
    shown = client.get(reverse("review-next"), {"mentioned": "me"}).json()
    assert {region["id"] for region in shown["regions"]} == {str(mine.pk), str(decided.pk)} and shown["left"] == 2
    resolve(comment=asked, user=reviewer)
    assert "1 mentions you" in client.get(reverse("review")).text
    assert "For you" not in entered(inspector).get(reverse("review")).text


def test_a_filter_for_me_is_kept_with_a_name(reviewer):
    client = entered(reviewer)
    client.post(reverse("review-save"), {"name": "Mine", "assigned": "me"})
    assert reviewer.saved_queues.get().query == "?assigned=me"


def test_the_review_shows_the_thread_and_the_decision_that_stands(finding, reviewer, inspector):
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="joint", note="it runs on")
    say(finding=finding, author=inspector, text="no, look")
    (region,) = entered(reviewer).get(reverse("review-next"), {"decided": "1"}).json()["regions"]
    assert region["openComments"] == 1 and "no, look" in region["thread"]
    assert "Rejected: joint" in region["html"] and "it runs on" in region["html"]


def test_more_words_cost_no_more_questions(finding, reviewer, inspector, django_assert_max_num_queries):
    client, pages = entered(reviewer), [reverse("review"), f"{reverse('photo', args=[finding.image_id])}?crack=1"]
    pages.append(reverse("finding-picked", args=[finding.pk]))
    for spoken in (finding, make_finding(finding.run)):
        say(finding=spoken, author=inspector, text="@ada 0")
    record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    for page in pages:
        with django_assert_max_num_queries(60) as few:
            client.get(page)
        for number in range(1, 6):
            say(finding=finding, author=inspector, text=f"@ada {number} {page}")
            record_review(finding=finding, reviewer=reviewer, verdict="rejected")
            other = make_finding(finding.run)
            say(finding=other, author=inspector, text=f"@ada {number}")
        with django_assert_max_num_queries(len(few)):
            client.get(page)


def test_words_arrive_as_json_too(finding, inspector):
    address = reverse("finding-comments", args=[finding.pk])
    body = json.dumps({"text": "from the ledger"})
    answer = entered(inspector).post(address, body, content_type="application/json", headers=JSON)
    assert answer.json()["open"] == 1
    broken = entered(inspector).post(address, "{", content_type="application/json", headers=JSON)
    assert broken.status_code == 400
