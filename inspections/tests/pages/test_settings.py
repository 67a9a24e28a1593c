"""Logging in, one's own settings, and tokens for machines."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from inspections.models import Role
from inspections.testing import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user(Role.VIEWER, make_organisation(), username="jo")


@pytest.fixture
def inside(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_door_lets_in_and_leads_on(user):
    client = Client()
    wanted = reverse("jobs")
    login = client.get(wanted)["Location"]
    assert f'value="{wanted}"' in client.get(login).text
    assert client.post(login, {"username": "jo", "password": "password", "next": wanted})["Location"] == wanted
    assert client.get(reverse("login")).status_code == 302
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert client.get(wanted).status_code == 302


def test_a_wrong_password_is_a_sentence_and_names_no_names(user):
    texts = [
        Client().post(reverse("login"), {"username": name, "password": "wrong"}).text for name in ("jo", "nobody-here")
    ]
    for text in texts:
        assert "do not belong together" in text
        assert 'role="alert"' in text
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", texts[0]) == strip.sub("", texts[1])


def test_too_many_attempts_are_told_to_wait(user):
    client = Client()
    for _ in range(10):
        client.post(reverse("login"), {"username": "jo", "password": "wrong"})
    answer = client.post(reverse("login"), {"username": "jo", "password": "password"})
    assert answer.status_code == 429
    assert "Try again in" in answer.text


def test_the_door_leads_nowhere_else(user):
    answer = Client().post(
        reverse("login"), {"username": "jo", "password": "password", "next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == reverse("home")


def test_a_theme_is_remembered_by_the_browser(inside):
    assert "data-theme" not in inside.get(reverse("settings")).text
    inside.post(reverse("settings-look"), {"theme": "dark", "keys": "off"})
    assert 'data-theme="dark" data-keys="off"' in inside.get(reverse("bridges")).text
    inside.post(reverse("settings-look"), {"theme": "system", "keys": "on"})
    assert "data-theme" not in inside.get(reverse("bridges")).text


def test_nonsense_in_the_cookie_or_the_form_changes_nothing(inside):
    assert inside.post(reverse("settings-look"), {"theme": "pink"}).status_code == 400
    inside.cookies["hairline_theme"] = '"><script>'
    text = inside.get(reverse("bridges")).text
    assert "data-theme" not in text
    assert '"><script>' not in text


def test_the_profile_is_ones_own(inside, user):
    inside.post(reverse("settings-profile"), {"first_name": "Jo", "last_name": "Holm", "email": "jo@example.org"})
    user.refresh_from_db()
    assert user.get_full_name() == "Jo Holm"
    bad = inside.post(reverse("settings-profile"), {"first_name": "Ann", "email": "no address", "is_staff": "on"})
    assert bad.status_code == 200
    assert "email" in bad.context["profile"].errors
    user.refresh_from_db()
    assert (user.first_name, user.is_staff) == ("Jo", False)


def test_a_password_is_changed_with_the_old_one(inside, user):
    new = {"new_password1": "slow-river-42", "new_password2": "slow-river-42"}
    assert inside.post(reverse("settings-password"), {"old_password": "wrong", **new}).status_code == 200
    assert inside.post(reverse("settings-password"), {"old_password": "password", **new}).status_code == 302
    assert inside.get(reverse("settings")).status_code == 200
    assert Client().login(username="jo", password="slow-river-42")


def test_a_token_is_shown_once(inside, user):
    made = inside.post(reverse("token-new"), {"days": "30"})
    token = re.search(r'id="token">([^<]+)<', made.text)[1]
    assert "no-store" in made["Cache-Control"]
    stored = AuthToken.objects.get()
    assert (stored.user, stored.token_key) == (user, token[: len(stored.token_key)])
    assert 29 <= (stored.expiry - stored.created).days <= 30
    later = inside.get(reverse("settings")).text
    assert token not in later
    assert f"{stored.token_key[:8]}…" in later


def test_a_token_may_live_until_it_is_deleted(inside):
    assert inside.post(reverse("token-new"), {"days": "forever"}).context["token_form"].errors
    inside.post(reverse("token-new"), {"days": "0"})
    token = AuthToken.objects.get()
    assert token.expiry is None
    inside.post(reverse("token-delete", args=[token.token_key]))
    assert not AuthToken.objects.exists()


def test_nobody_deletes_the_tokens_of_others(inside):
    theirs = AuthToken.objects.create(user=make_user())[0]
    assert inside.post(reverse("token-delete", args=[theirs.token_key])).status_code == 404
    assert AuthToken.objects.filter(pk=theirs.pk).exists()
