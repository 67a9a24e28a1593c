"""The systematic look: what its page knows, what it sends, where coverage shows, and where one goes on."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Look, Role, SurveyImage
from inspections.services.closing import close_survey
from inspections.services.looks import look_at
from inspections.testing import draw_photo, make_bridge, make_image, make_survey, make_user
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
ALL = 0b111111


@pytest.fixture
def survey():
    return make_survey(make_bridge())


@pytest.fixture
def image(survey):
    """300 × 200 pixels: 3 × 2 cells."""
    return make_image(survey, data=draw_photo(300, 200), name="b.jpg")


@pytest.fixture
def reviewer(survey):
    return make_user(Role.REVIEWER, survey.bridge.organisation)


def entered(user) -> Client:
    client = Client(headers={"Accept": "application/json"})
    client.force_login(user)
    return client


def open_page(user, image):
    return entered(user).get(reverse("photo-look", args=[image.pk]))


def scene(answer):
    return json.loads("".join(by_id(answer, "scene").itertext()))


def send(user, image, body):
    return entered(user).post(reverse("photo-looked", args=[image.pk]), body, content_type="application/json")


def test_the_page_knows_what_was_seen_by_whom(image, reviewer):
    other = make_user(Role.REVIEWER, image.survey.bridge.organisation)
    assert send(reviewer, image, {"cells": "3"}).json() == {"coverage": 2 * 128 * 128 / 60000}
    send(other, image, {"cells": "6"})
    told = scene(open_page(reviewer, image))
    assert (told["own"], told["others"], told["cell"], told["mayDraw"]) == ("3", "6", 128, True)


def test_viewers_look_without_being_counted(image):
    viewer = make_user(Role.VIEWER, image.survey.bridge.organisation)
    answer = open_page(viewer, image)
    assert scene(answer)["mayDraw"] is False
    assert "Only what reviewers look at is remembered" in answer.text
    assert send(viewer, image, {"cells": "1"}).status_code == 403
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"cells": 1.5}', '{"cells": "-1"}', '{"cells": "7f"}', '{"cells": []}']
)
def test_cells_that_are_not_there_are_refused(image, reviewer, body):
    assert send(reviewer, image, body).status_code == 400
    assert not Look.objects.exists()


def test_a_signed_off_survey_says_so(image, reviewer):
    image.runs.update(status="succeeded")
    close_survey(survey=image.survey, user=reviewer)
    assert scene(open_page(reviewer, image))["mayDraw"] is False
    assert send(reviewer, image, {"cells": "1"}).json()["code"] == "survey_closed"


def test_the_survey_leads_to_the_first_photo_that_is_left(survey, image, reviewer):
    first, last = make_image(survey, name="a.jpg"), make_image(survey, name="c.jpg")
    asked = reverse("survey-look", args=[survey.pk])
    client = entered(reviewer)

    def leads_to(photo):
        return client.get(asked)["Location"] == reverse("photo-look", args=[photo.pk])

    assert leads_to(first)
    SurveyImage.objects.filter(pk=first.pk).update(coverage=1.0)
    assert leads_to(image)
    # From a photo on to the next by name, and round to those before.
    assert by_id(open_page(reviewer, image), "next-photo").get("href") == reverse("photo-look", args=[last.pk])
    SurveyImage.objects.filter(pk=last.pk).update(coverage=1.0)
    SurveyImage.objects.filter(pk=first.pk).update(coverage=0.99)
    assert by_id(open_page(reviewer, image), "next-photo").get("href") == reverse("photo-look", args=[first.pk])
    SurveyImage.objects.update(coverage=1.0)
    assert "Every other photo" in open_page(reviewer, image).text
    assert client.get(asked)["Location"] == reverse("survey", args=[survey.pk])


def test_coverage_shows_on_photo_card_and_survey_by_area(survey, image, reviewer):
    make_image(survey, data=draw_photo(600, 400), name="large.jpg")
    look_at(image=image, viewer=reviewer, cells=ALL)
    client = entered(reviewer)
    page = client.get(reverse("survey", args=[survey.pk]))
    figure = next(element for element in read_page(page).iter("dd") if element.get("data-live") == "looked")
    # 60 000 of 300 000 pixels, although it is one photo of two.
    assert words(figure) == "20 %"
    assert "Looked through: 100 %" in words(by_id(page, f"photo-{image.pk}"))
    other = SurveyImage.objects.get(original_name="large.jpg")
    assert "Looked through" not in words(by_id(page, f"photo-{other.pk}"))
    SurveyImage.objects.filter(pk=image.pk).update(coverage=0.9999)
    photo = client.get(reverse("photo", args=[image.pk]))
    assert "Looked through99 %" in words(by_id(photo, "panel-photo"))


def test_the_cards_cost_no_query_each(survey, image, reviewer, django_assert_max_num_queries):
    client = entered(reviewer)
    address = reverse("survey", args=[survey.pk])
    client.get(address)
    with django_assert_max_num_queries(30) as one:
        client.get(address)
    for _ in range(3):
        look_at(image=make_image(survey), viewer=reviewer, cells=1)
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(address)
