"""Tokens: made with a password, refused with the reason, never in an address."""

from datetime import timedelta

import pytest
from django.utils import timezone
from knox.models import AuthToken

from inspections.models import LoginAttempt, Role
from inspections.testing import make_user
from inspections.tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_a_password_makes_a_token_that_opens_the_door(organisation):
    user = make_user(Role.REVIEWER, organisation, username="mira")
    made = Api().post("tokens/", {"username": "mira", "password": "password"})
    assert made.status_code == 201
    assert made.json()["expires_at"] is None

    api = Api()
    api.headers = {"Authorization": f"Token {made.json()['token']}"}
    assert api.get("me/").json() == {
        "username": "mira",
        "first_name": "",
        "last_name": "",
        "email": "",
        "memberships": [{"organisation": str(organisation.pk), "name": "County roads", "role": "reviewer"}],
    }
    assert made.json()["token"] not in str(AuthToken.objects.filter(user=user).values())


def test_a_form_makes_a_token_too():
    make_user(username="mira")
    body = "username=mira&password=password"
    assert Api().post("tokens/", body, content_type="application/x-www-form-urlencoded").status_code == 201


def test_a_wrong_password_and_an_unknown_name_answer_alike():
    make_user(username="mira")
    wrong = Api().post("tokens/", {"username": "mira", "password": "guess"})
    unknown = Api().post("tokens/", {"username": "nobody", "password": "guess"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["code"] == unknown.json()["code"] == "bad_credentials"
    assert wrong["WWW-Authenticate"] == "Token"


def test_the_eleventh_attempt_in_a_minute_is_refused_whatever_address_it_claims():
    make_user(username="mira")
    for number in range(10):
        body = {"username": "mira" if number % 2 else "MIRA", "password": "guess"}
        answer = Api().client.post(
            "/api/v1/tokens/", body, content_type="application/json", headers={"X-Forwarded-For": f"10.0.0.{number}"}
        )
        assert answer.status_code == 401
    refused = Api().post("tokens/", {"username": "mira", "password": "password"})
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert Api().post("tokens/", {"username": "someone else", "password": "x"}).status_code == 401


def test_a_minute_later_the_right_password_works_again_and_clears_the_count():
    make_user(username="mira")
    LoginAttempt.objects.bulk_create(
        [LoginAttempt(username="mira", at=timezone.now() - timedelta(seconds=61))] * 10
        + [LoginAttempt(username="mira", at=timezone.now())] * 9
    )
    assert Api().post("tokens/", {"username": "mira", "password": "password"}).status_code == 201
    assert not LoginAttempt.objects.exists()


@pytest.mark.parametrize("door", ["/login/", "/admin/login/"])
def test_ten_attempts_close_the_other_doors_as_well(client, door):
    make_user(username="mira", is_staff=True)
    for _ in range(10):
        Api().post("tokens/", {"username": "mira", "password": "guess"})
    refused = client.post(door, {"username": "mira", "password": "password"})
    assert refused.status_code == 429
    assert "Too many requests. Try again in" in refused.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "not_authenticated"),
        ("Bearer abc", "not_authenticated"),
        ("Token", "invalid_token"),
        ("Token a b", "invalid_token"),
        ("Token 0123456789abcdef", "invalid_token"),
        ("Token \xff\xfe", "invalid_token"),
    ],
)
def test_no_token_or_a_wrong_one_is_said_to_be_so(organisation, header, code):
    api = Api()
    api.headers = {"Authorization": header} if header else {}
    answer = api.get("bridges/")
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer["WWW-Authenticate"] == "Token"


def test_expired_revoked_and_disabled_tokens_are_refused(inspector):
    assert inspector.get("me/").status_code == 200
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert inspector.get("me/").json()["code"] == "token_expired"
    AuthToken.objects.update(expiry=None)

    inspector.user.is_active = False
    inspector.user.save()
    assert inspector.get("me/").json()["code"] == "invalid_token"
    inspector.user.is_active = True
    inspector.user.save()

    assert inspector.send("DELETE", "tokens/current/").status_code == 204
    assert inspector.get("me/").json()["code"] == "invalid_token"


def test_a_token_cannot_make_a_token(inspector):
    answer = inspector.post("tokens/", {"username": inspector.user.username})
    assert (answer.status_code, answer.json()["field"]) == (400, "password")


@pytest.mark.parametrize("name", ["token", "password", "access_token"])
def test_a_secret_in_an_address_is_refused(inspector, name):
    answer = inspector.get("bridges/", **{name: "s3cret"})
    assert (answer.status_code, answer.json()["code"]) == (400, "secret_in_url")
    assert "s3cret" not in answer.content.decode()
