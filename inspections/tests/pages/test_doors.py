"""Every address, for every role, for outsiders and for nobody: generated over the names in `urls`."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Role
from inspections.pages.urls import urlpatterns
from inspections.testing import make_organisation, make_user
from inspections.tests.pages.world import World, give_token, make_world

pytestmark = pytest.mark.django_db

# What it takes: the method, and the lowest role that is let in. None: anybody who is logged in, without any object.
NEEDS: dict[str, tuple[str, Role | None]] = {
    "home": ("get", None),
    "overview": ("get", None),
    "bridges": ("get", None),
    "bridge-new": ("get", Role.INSPECTOR),
    "bridge": ("get", Role.VIEWER),
    "bridge-edit": ("get", Role.INSPECTOR),
    "bridge-compare": ("get", Role.VIEWER),
    "element-new": ("get", Role.INSPECTOR),
    "element-edit": ("get", Role.INSPECTOR),
    "survey-new": ("get", Role.INSPECTOR),
    "survey": ("get", Role.VIEWER),
    "survey-upload": ("post", Role.INSPECTOR),
    "survey-grid": ("get", Role.VIEWER),
    "survey-edit": ("get", Role.INSPECTOR),
    "survey-close": ("post", Role.REVIEWER),
    "survey-reopen": ("post", Role.REVIEWER),
    "survey-history": ("get", Role.VIEWER),
    "survey-map": ("get", Role.VIEWER),
    "survey-places": ("get", Role.VIEWER),
    "photo": ("get", Role.VIEWER),
    "photo-analyse": ("post", Role.INSPECTOR),
    "photo-scale": ("get", Role.VIEWER),
    "photo-distance": ("post", Role.INSPECTOR),
    "photo-known-length": ("post", Role.INSPECTOR),
    "photo-thumbnail": ("get", Role.VIEWER),
    "photo-preview": ("get", Role.VIEWER),
    "photo-original": ("get", Role.VIEWER),
    "photo-tile": ("get", Role.VIEWER),
    "run-cancel": ("post", Role.INSPECTOR),
    "run-retry": ("post", Role.INSPECTOR),
    "run-measure": ("post", Role.INSPECTOR),
    "run-widths": ("get", Role.VIEWER),
    "run-probability": ("get", Role.VIEWER),
    "run-overlay": ("get", Role.VIEWER),
    "finding-picked": ("get", Role.VIEWER),
    "finding-review": ("post", Role.REVIEWER),
    "finding-patch": ("get", Role.VIEWER),
    "finding-decide": ("post", Role.REVIEWER),
    "review": ("get", None),
    "review-next": ("get", None),
    "review-grid": ("get", None),
    "review-apply": ("post", Role.REVIEWER),
    "review-save": ("post", None),
    "projects": ("get", None),
    "project-new": ("get", Role.INSPECTOR),
    "project": ("get", Role.VIEWER),
    "project-edit": ("get", Role.INSPECTOR),
    "jobs": ("get", None),
    "jobs-list": ("get", None),
    "jobs-pill": ("get", None),
    "networks": ("get", None),
    "network-activate": ("post", Role.ADMINISTRATOR),
    "settings": ("get", None),
    "settings-profile": ("post", None),
    "settings-look": ("post", None),
    "settings-password": ("get", None),
    "settings-rules": ("get", Role.ADMINISTRATOR),
    "settings-rules-choose": ("post", Role.ADMINISTRATOR),
    "settings-rule-pack": ("get", None),
    "settings-rule-pack-file": ("get", None),
    "token-new": ("post", None),
    "token-delete": ("post", None),
}
OPEN = {"login", "logout", "words"}
WITHOUT_AN_OBJECT = ("bridge-new", "project-new", "settings-rules", "settings-rules-choose", "review-apply")
IN_JSON = ("review-apply",)
OF_OBJECTS = [name for name, (_, role) in NEEDS.items() if role and name not in WITHOUT_AN_OBJECT]


@pytest.fixture
def world() -> World:
    return make_world()


def ask(client: Client, name: str, place: dict, body: dict | None = None):
    kind = {"content_type": "application/json"} if name in IN_JSON else {}
    return getattr(client, NEEDS[name][0])(reverse(name, kwargs=place), body or {}, **kind)


def entered(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_address_is_walked():
    assert {pattern.name for pattern in urlpatterns} == NEEDS.keys() | OPEN


@pytest.mark.parametrize("name", NEEDS)
def test_each_role_is_let_in_from_its_rung_on(name: str, world: World):
    _method, needed = NEEDS[name]
    for role in Role:
        user = world.somebody(role)
        place = give_token(user) if name == "token-delete" else world.places.get(name, {})
        answer = ask(entered(user), name, place, world.posted(name))
        if needed is None or role.allows(needed):
            # The second who cancels or retries is told that it has been done.
            assert answer.status_code in (200, 204, 286, 302, 409), (role, answer.status_code)
        else:
            assert answer.status_code == 403, role
            assert role.label.lower() in answer.text
            assert world.organisation.name in answer.text


@pytest.mark.parametrize("name", OF_OBJECTS)
def test_what_is_not_yours_is_not_there(name: str, world: World):
    outsider = make_user(Role.ADMINISTRATOR, make_organisation())
    foreign = ask(entered(outsider), name, world.places[name], world.posted(name))
    nothing = ask(entered(outsider), name, {**world.places[name], "pk": uuid4()}, world.posted(name))
    assert foreign.status_code == nothing.status_code == 404
    assert without_tokens(foreign.text) == without_tokens(nothing.text)


@pytest.mark.parametrize("name", OF_OBJECTS)
def test_staff_without_membership_are_outsiders(name: str, world: World):
    staff = make_user(is_staff=True, is_superuser=True)
    assert ask(entered(staff), name, world.places[name], world.posted(name)).status_code == 404


@pytest.mark.parametrize("name", NEEDS)
def test_nobody_is_sent_to_the_door(name: str, world: World):
    place = world.places.get(name, {"key": "abc"} if name == "token-delete" else {})
    answer = ask(Client(), name, place)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", NEEDS)
def test_writing_takes_a_post_and_a_token(name: str, world: World):
    user = world.somebody(Role.ADMINISTRATOR)
    place = give_token(user) if name == "token-delete" else world.places.get(name, {})
    address = reverse(name, kwargs=place)
    if NEEDS[name][0] == "post":
        assert entered(user).get(address).status_code == 405
        suspicious = Client(enforce_csrf_checks=True)
        suspicious.force_login(user)
        assert suspicious.post(address, world.posted(name)).status_code == 403
    else:
        assert entered(user).delete(address).status_code == (302 if name == "home" else 405)


@pytest.mark.parametrize("path", ["/bridges/", "/login/", "/bridges/new/", "/nowhere/", "/jobs/list/", "/settings/"])
@pytest.mark.parametrize("inside", [True, False])
def test_every_answer_is_sealed(path: str, inside: bool, world: World):
    answer = (entered(world.somebody(Role.VIEWER)) if inside else Client()).get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("name", [name for name, (method, _) in NEEDS.items() if method == "get"])
def test_pages_hold_no_inline_script_or_style(name: str, world: World):
    answer = ask(entered(world.somebody(Role.ADMINISTRATOR)), name, world.places.get(name, {}))
    if not answer.get("Content-Type", "").startswith("text/html") or answer.streaming:
        return
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", answer.text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", answer.text)


def without_tokens(text: str) -> str:
    return re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")[^"]+', r"\1", text)
