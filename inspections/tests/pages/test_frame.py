"""The frame around every page, and the pages for what went wrong."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from inspections.models import Role
from inspections.pages.errors import server_error
from inspections.testing import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside() -> Client:
    client = Client()
    client.force_login(make_user(Role.VIEWER, make_organisation(), username="jo"))
    return client


@pytest.mark.parametrize("name", ["bridges", "projects", "jobs", "networks", "settings"])
def test_the_frame_tells_where_one_is(inside, name):
    text = inside.get(reverse(name)).text
    assert f'href="{reverse(name)}" aria-current="page"' in text
    assert text.count('aria-current="page"') == 2
    assert re.search(r"<title>[A-Z][a-z]+ · Hairline</title>", text)
    assert text.index('class="skip-link"') < text.index("<nav")
    assert text.count("<h1") == text.count("<main") == 1
    assert 'lang="en-gb"' in text


def test_ids_stand_once_and_labels_find_them(inside):
    text = inside.get(reverse("settings")).text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'<label for="([^"]+)"', text):
        assert target in ids


def test_nothing_here_is_a_page_for_everybody(inside):
    for client in (inside, Client()):
        answer = client.get("/no/such/place/")
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text


def test_a_stale_form_is_explained():
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("login"), {"username": "jo", "password": "x"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


def test_the_page_of_a_failure_needs_no_database(django_assert_num_queries):
    request = RequestFactory().get("/")
    request.resolver_match = None
    with django_assert_num_queries(0):
        answer = server_error(request)
    assert answer.status_code == 500
    assert "are safe" in answer.text


def test_every_icon_and_drawing_that_is_named_is_drawn():
    drawn = {
        sprite: set(re.findall(r'<symbol id="([^"]+)"', finders_text(f"img/{sprite}.svg")))
        for sprite in ("icons", "drawings")
    }
    for template in sorted((settings.ROOT / "templates").rglob("*.html")):
        source = template.read_text()
        named = set(re.findall(r'{% icon "([^"]+)"', source))
        pictures = set(re.findall(r'{% drawing "([^"]+)"', source)) | set(re.findall(r'picture="([^"]+)"', source))
        assert named <= drawn["icons"], template
        assert pictures <= drawn["drawings"], template


def finders_text(name: str) -> str:
    with open(finders.find(name)) as file:
        return file.read()


def test_an_empty_room_has_a_sentence_and_at_most_one_button():
    bare = render_to_string("_empty.html", {"picture": "bridge", "sentence": "Nothing."})
    assert "<a " not in bare
    assert (
        render_to_string("_empty.html", {"picture": "b", "sentence": "N.", "address": "/x", "action": "Do"}).count(
            "<a "
        )
        == 1
    )
