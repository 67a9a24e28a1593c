"""The record in words: of a survey, a photo and a crack, by kind and person, page by page, and as a table."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Event, Finding, Role, SegmentationRun
from inspections.pages.chronicle import tell
from inspections.pages.history import AT_FIRST
from inspections.services.closing import close_survey
from inspections.services.comments import assign, resolve, say
from inspections.services.history import remember
from inspections.services.reviews import record_review, withdraw_review
from inspections.testing import (
    make_bridge,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import by_id, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def finding(organisation) -> Finding:
    make_network(name="unet", version="3")
    image = make_image(make_survey(make_bridge(organisation)), name="pier.jpg")
    return make_finding(make_run(image, status=SegmentationRun.Status.SUCCEEDED))


@pytest.fixture
def ada(organisation):
    return make_user(Role.REVIEWER, organisation, username="ada", first_name="Ada", last_name="Okafor")


@pytest.fixture
def client(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def history(client, finding, /, **query) -> str:
    answer = client.get(reverse("survey-history", args=[finding.image.survey_id]), query)
    return " ".join(answer.text.split())


def told(event: Event) -> str:
    (line,) = tell([event])
    return " ".join(part for part in (line.what, line.quote, *line.details) if part)


def test_a_changed_mind_tells_what_it_was_and_why(client, finding, ada, organisation):
    grace = make_user(Role.REVIEWER, organisation, username="grace")
    record_review(finding=finding, reviewer=ada, verdict="accepted", state="CS2")
    record_review(finding=finding, reviewer=grace, verdict="rejected", reason="joint", note="it runs on below")
    withdraw_review(finding=finding, reviewer=grace)
    back, changed, first = Event.objects.all()
    assert told(first) == "Accepted as CS2"
    assert told(changed) == "Rejected: joint it runs on below Before, by Ada Okafor: Accepted as CS2."
    assert told(back).startswith("Taken back, so again: Accepted as CS2")
    text = history(client, finding)
    assert "Ada Okafor" in text and "found by unet 3" in text and "crack 1 of pier.jpg" in text


def test_every_kind_has_its_words(finding, ada):
    said = say(finding=finding, author=ada, text="@ada left end?")
    resolve(comment=said, user=ada)
    resolve(comment=said, user=ada, resolved=False)
    assign(finding=finding, assignee=ada, by=ada)
    assign(finding=finding, assignee=None, by=ada)
    kinds, image = Event.Kind, finding.image
    remember(kinds.LOOKED, actor=ada, image=image)
    remember(kinds.DRAWN, actor=ada, image=image, drawn="split", reason="two", replaced=[{"number": 1}],
             made=[{"number": 2}, {"number": 3}])  # fmt: skip
    remember(kinds.UNDRAWN, actor=ada, image=image, drawn="line", replaced=[], made=[{"number": 4}])
    lost = [{"id": str(finding.pk), "number": 1, "verdict": "accepted", "comments": 2}]
    remember(kinds.CARRIED, actor=None, image=image, network="unet 4", carried=3, lost=lost, contradicted=[7])
    close_survey(survey=image.survey, user=ada, undecided=1, note="rope team")
    assert [told(event) for event in Event.objects.order_by("created_at")] == [
        "Commented @ada left end? For ada.",
        "Comment resolved @ada left end? Said by ada.",
        "Comment opened again @ada left end? Said by ada.",
        "Assigned to Ada Okafor",
        "Assigned to nobody any more",
        "Looked at the whole photo",
        "Cut a crack in two two In the place of crack 1 there is now: crack 2, crack 3.",
        "Drawing taken back: Drew a crack There is no more: crack 4.",
        "3 decisions carried over to the analysis by unet 4 Not found again: crack 1 (accepted, 2 open comments). "
        "All of it stays with the earlier analysis. Decided differently before, so to be decided anew: crack 7.",
        "Signed off with 1 undecided rope team",
    ]
    assert {event.kind for event in Event.objects.all()} | {"decided", "reopened"} == set(Event.Kind.values)


def test_a_reader_asks_for_a_kind_a_person_a_photo_or_a_crack(client, finding, ada, organisation):
    grace = make_user(Role.REVIEWER, organisation, username="grace")
    other = make_finding(make_run(make_image(finding.image.survey), status=SegmentationRun.Status.SUCCEEDED))
    record_review(finding=finding, reviewer=ada, verdict="accepted", note="note one")
    record_review(finding=other, reviewer=grace, verdict="accepted", note="note two")
    say(finding=finding, author=grace, text="text three")
    for query, found in (
        ({}, "123"), ({"kind": "decided"}, "12"), ({"who": "grace"}, "23"), ({"who": "grace", "kind": "decided"}, "2"),
        ({"photo": finding.image_id}, "13"), ({"finding": other.pk}, "2"), ({"kind": "nonsense", "photo": "x"}, "123"),
    ):  # fmt: skip
        text = history(client, finding, **query)
        shown = [
            number for number, said in zip("123", ("note one", "note two", "text three"), strict=True) if said in text
        ]
        assert "".join(shown) == found, query
    assert "Nothing of this kind" in history(client, finding, kind="closed")


def test_what_others_own_is_not_told(client, finding):
    foreign = make_finding()
    record_review(finding=foreign, reviewer=make_user(), verdict="accepted", note="secret")
    place = reverse("survey-history", args=[finding.image.survey_id])
    assert client.get(place, {"finding": foreign.pk}).status_code == 404
    text = history(client, finding, photo=foreign.image_id)
    assert "secret" not in text and foreign.image.original_name not in text
    assert client.get(reverse("survey-history", args=[foreign.image.survey_id])).status_code == 404


def test_thousands_of_events_are_read_page_by_page(client, finding, ada, django_assert_max_num_queries):
    for number in range(AT_FIRST + 35):
        say(finding=finding, author=ada, text=f"word {number}")
    with django_assert_max_num_queries(20):
        first = history(client, finding)
    assert "word 54" in first and "word 4 " not in first and "1 to 50 of 55" in first
    assert "word 4<" in history(client, finding, page=2)
    photo = client.get(reverse("photo", args=[finding.image_id]))
    panel = words(by_id(photo, "panel-history"))
    assert "word 54" in panel and "word 34" not in panel and "Show all" in panel
    assert f"?photo={finding.image_id}" in photo.text


def test_the_record_is_taken_away_as_a_table(client, finding, ada, organisation):
    record_review(finding=finding, reviewer=ada, verdict="accepted", state="CS2")
    record_review(finding=finding, reviewer=ada, verdict="rejected", reason="joint", note="=1+1")
    say(finding=finding, author=ada, text="a\nb")
    answer = client.get(reverse("survey-history-file", args=[finding.image.survey_id]))
    assert answer["Content-Type"].startswith("text/csv") and "history.csv" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["what"] for row in rows] == ["decided", "decided", "commented"]
    second = rows[1]
    assert (second["who"], second["photo"], second["finding"], second["network"]) == ("ada", "pier.jpg", "1", "unet 3")
    assert (second["verdict"], second["reason"], second["note"]) == ("rejected", "joint", "'=1+1")
    assert (second["before_verdict"], second["before_state"], second["before_by"]) == ("accepted", "CS2", "ada")
    only = client.get(reverse("survey-history-file", args=[finding.image.survey_id]), {"kind": "commented"})
    assert len(b"".join(only.streaming_content).splitlines()) == 3
    outsider = Client()
    outsider.force_login(make_user(Role.VIEWER, make_organisation()))
    assert outsider.get(reverse("survey-history-file", args=[finding.image.survey_id])).status_code == 404
