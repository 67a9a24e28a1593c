"""Maps: bridges beside their list, photos where they were taken, and nobody asked for tiles unless told to."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Role, SegmentationRun, SurveyImage
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
Status = SegmentationRun.Status


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def reviewer(organisation):
    return make_user(Role.REVIEWER, organisation)


@pytest.fixture
def inside(reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def rows(answer) -> dict[str, dict[str, str]]:
    """The list beside the map: what each bridge says, and what its pin is made of."""
    found = (one for one in read_page(answer).iter("li") if one.get("class") == "place")
    return {words(next(row.iter("a"))): {**row.attrib, "words": words(row)} for row in found}


def test_pins_are_the_rows_of_the_list_with_words(inside, organisation):
    worst = make_bridge(organisation, name="Worst", latitude=54.1, longitude=-2.0)
    run = make_run(make_image(make_survey(worst, surveyed_on=date(2019, 5, 4))), status=Status.SUCCEEDED)
    make_finding(run, state="CS3", worst_state="CS3")
    make_bridge(organisation, name="Nowhere")
    make_bridge(name="Foreign", latitude=1, longitude=1)
    found = rows(inside.get(reverse("bridges"), {"view": "map"}))
    assert found.keys() == {"Worst", "Nowhere"}
    assert (found["Worst"]["data-latitude"], found["Worst"]["data-longitude"]) == ("54.100000", "-2.000000")
    assert (found["Worst"]["data-grade"], "data-overdue" in found["Worst"]) == ("wide", True)
    assert "Worst state: CS3 overdue since 4 May 2021" in found["Worst"]["words"]
    assert found["Nowhere"]["data-latitude"] == ""
    assert "no photos yet never surveyed no position" in found["Nowhere"]["words"]


def test_the_map_keeps_what_was_searched_for(inside, organisation):
    make_bridge(organisation, name="Kettle Beck")
    make_bridge(organisation, name="Mill Race")
    answer = inside.get(reverse("bridges"), {"view": "map", "q": "mill"})
    assert rows(answer).keys() == {"Mill Race"}
    assert "1 bridge with “mill”" in words(read_page(answer))
    assert 'href="?q=mill"' in answer.text, "the list is one step away"


def test_as_many_queries_for_many_bridges_as_for_one(inside, organisation):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            inside.get(reverse("bridges"), {"view": "map"})
        return len(queries)

    make_finding(make_run(make_image(make_survey(make_bridge(organisation))), status=Status.SUCCEEDED))
    asked()
    one = asked()
    for _ in range(12):
        make_finding(make_run(make_image(make_survey(make_bridge(organisation))), status=Status.SUCCEEDED))
    assert asked() == one


def test_by_default_no_tile_server_is_named(inside, organisation):
    make_bridge(organisation, latitude=54.1, longitude=-2.0)
    answer = inside.get(reverse("bridges"), {"view": "map"})
    assert "data-tiles" not in by_id(answer, "map").attrib
    assert "img-src 'self' blob: data:;" in answer["Content-Security-Policy"] + ";"


def test_a_tile_server_is_named_where_one_is_set(inside, organisation, settings):
    settings.MAP_TILES, settings.MAP_CREDIT = "https://tiles.example.org/{z}/{x}/{y}.png", "© <Somebody>"
    make_bridge(organisation, latitude=54.1, longitude=-2.0)
    sheet = by_id(inside.get(reverse("bridges"), {"view": "map"}), "map")
    assert (sheet.get("data-tiles"), sheet.get("data-credit")) == (settings.MAP_TILES, settings.MAP_CREDIT)


def test_photos_stand_where_they_were_taken(inside, organisation, reviewer):
    survey = make_survey(make_bridge(organisation))
    names = ["undecided", "decided", "clear", "failed", "waiting", "placeless"]
    photos = {name: make_image(survey, name=f"{name}.jpg") for name in names}
    for number, name in enumerate(names[:-1]):
        SurveyImage.objects.filter(pk=photos[name].pk).update(latitude=54 + number / 1e5, longitude=-2.0)
    for name in names[:3]:
        make_run(photos[name], status=Status.SUCCEEDED)
    make_run(photos["failed"], status=Status.FAILED, error_code="internal")
    make_finding(photos["undecided"].runs.get())
    record_review(finding=make_finding(photos["decided"].runs.get()), reviewer=reviewer, verdict="accepted")
    body = inside.get(reverse("survey-places", args=[survey.pk])).json()
    assert {row[1].removesuffix(".jpg"): row[4] for row in body["rows"]} == {name: name for name in names[:-1]}
    pk, _name, latitude, longitude, _standing, cracks = next(row for row in body["rows"] if row[4] == "decided")
    assert (latitude, longitude, cracks) == (54.00001, -2.0, 1)
    assert body["photo"].replace(body["id"], pk) == reverse("photo", args=[photos["decided"].pk])
    assert "5 photos where they were taken; 1 does not know its place." in words(
        read_page(inside.get(reverse("survey-map", args=[survey.pk])))
    )


def test_no_place_at_all_is_said_in_words(inside, organisation):
    survey = make_survey(make_bridge(organisation))
    empty = words(read_page(inside.get(reverse("survey-map", args=[survey.pk]))))
    assert "This survey has no photos yet." in empty
    make_image(survey)
    assert "No photo of this survey knows where it was taken." in words(
        read_page(inside.get(reverse("survey-map", args=[survey.pk])))
    )
