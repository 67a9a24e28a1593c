"""Every page and verb, for every role, for outsiders and for nobody: generated over the addresses in `urls`."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Role
from inspections.pages.urls import urlpatterns
from inspections.testing import make_organisation, make_user
from inspections.tests.doors import VERBS, Table, differences, doors_of, needs_of
from inspections.tests.pages.world import World, give_token, make_world

pytestmark = pytest.mark.django_db

# What it takes: the verbs, and the lowest role that is let in. None: anybody who is logged in, without any object.
# Verbs that need different roles stand in a list; see `inspections.tests.doors`.
NEEDS: Table = {
    "home": ("get", None),
    "overview": ("get", None),
    "bridges": ("get", None),
    "bridge-new": ("get post", Role.INSPECTOR),
    "bridge": ("get", Role.VIEWER),
    "bridge-edit": ("get post", Role.INSPECTOR),
    "bridge-elements": ("get", Role.VIEWER),
    "bridge-trend": ("get", Role.VIEWER),
    "bridge-compare": ("get", Role.VIEWER),
    "element-new": ("get post", Role.INSPECTOR),
    "element-edit": ("get post", Role.INSPECTOR),
    "survey-new": ("get post", Role.INSPECTOR),
    "survey": ("get", Role.VIEWER),
    "survey-upload": ("post", Role.INSPECTOR),
    "survey-grid": ("get", Role.VIEWER),
    "survey-edit": ("get post", Role.INSPECTOR),
    "survey-close": ("post", Role.REVIEWER),
    "survey-reopen": ("post", Role.REVIEWER),
    "survey-look": ("get", Role.VIEWER),
    "survey-history": ("get", Role.VIEWER),
    "survey-map": ("get", Role.VIEWER),
    "survey-places": ("get", Role.VIEWER),
    "survey-history-file": ("get", Role.VIEWER),
    "photo": ("get", Role.VIEWER),
    "photo-analyse": ("post", Role.INSPECTOR),
    "photo-look": ("get", Role.VIEWER),
    "photo-looked": ("post", Role.REVIEWER),
    "photo-edit": ("get", Role.REVIEWER),
    "photo-draw": ("post", Role.REVIEWER),
    "photo-crop": ("get", Role.VIEWER),
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
    "finding-edit": ("get", Role.REVIEWER),
    "drawing": ("get", Role.VIEWER),
    "drawing-undo": ("post", Role.REVIEWER),
    "finding-picked": ("get", Role.VIEWER),
    "finding-review": ("post", Role.REVIEWER),
    "finding-patch": ("get", Role.VIEWER),
    "finding-decide": ("post", Role.REVIEWER),
    "finding-comments": [("get", Role.VIEWER), ("post", Role.INSPECTOR)],
    "finding-assign": ("post", Role.REVIEWER),
    "finding-people": ("get", Role.INSPECTOR),
    "comment-resolve": ("post", Role.INSPECTOR),
    "review": ("get", None),
    "review-next": ("get", None),
    "review-grid": ("get", None),
    "review-apply": ("post", Role.REVIEWER),
    "review-save": ("post", None),
    "projects": ("get", None),
    "project-new": ("get post", Role.INSPECTOR),
    "project": ("get", Role.VIEWER),
    "project-edit": ("get post", Role.INSPECTOR),
    "jobs": ("get", None),
    "jobs-list": ("get", None),
    "jobs-pill": ("get", None),
    "networks": ("get", None),
    "network-activate": ("post", Role.ADMINISTRATOR),
    "settings": ("get", None),
    "settings-profile": ("post", None),
    "settings-look": ("post", None),
    "settings-password": ("get post", None),
    "settings-rules": ("get post", Role.ADMINISTRATOR),
    "settings-rules-choose": ("post", Role.ADMINISTRATOR),
    "settings-rule-pack": ("get", None),
    "settings-rule-pack-file": ("get", None),
    "token-new": ("post", None),
    "token-delete": ("post", None),
}
OPEN = {"login", "logout", "words"}
WITHOUT_AN_OBJECT = ("bridge-new", "project-new", "settings-rules", "settings-rules-choose", "review-apply")
IN_JSON = ("review-apply", "photo-looked", "photo-draw")
QUERIES = {"photo-crop": "?box=0,0,100,80"}
DOORS = list(doors_of(urlpatterns))
ROLES = needs_of(NEEDS)
OF_OBJECTS = [(name, verb) for (name, verb), role in ROLES.items() if role and name not in WITHOUT_AN_OBJECT]


@pytest.fixture
def world() -> World:
    return make_world()


def ask(client: Client, name: str, verb: str, place: dict, body: dict | None = None):
    kind = {"content_type": "application/json"} if name in IN_JSON else {}
    query = QUERIES.get(name, "")
    return getattr(client, verb)(reverse(name, kwargs=place) + query, body or {}, **kind)


def entered(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def place_of(name: str, world: World, user=None) -> dict:
    """The arguments of an address; a token is its owner's."""
    if name == "token-delete":
        return give_token(user) if user else {"key": "abc"}
    if name == "words":
        return {"language": "de", "mark": "0"}
    return world.places.get(name, {})


def test_every_address_and_verb_has_a_line():
    assert not differences(DOORS, ROLES, OPEN)


@pytest.mark.parametrize(("name", "verb"), ROLES)
def test_each_role_is_let_in_from_its_rung_on(name: str, verb: str, world: World):
    needed = ROLES[name, verb]
    for role in Role:
        user = world.somebody(role)
        answer = ask(entered(user), name, verb, place_of(name, world, user), sent(name, verb, world))
        if needed is None or role.allows(needed):
            # The second who cancels or retries is told that it has been done.
            assert answer.status_code in (200, 202, 204, 286, 302, 409), (role, answer.status_code)
        else:
            assert answer.status_code == 403, role
            assert role.label.lower() in answer.text
            assert world.organisation.name in answer.text


@pytest.mark.parametrize(("name", "verb"), OF_OBJECTS)
def test_what_is_not_yours_is_not_there(name: str, verb: str, world: World):
    outsider = make_user(Role.ADMINISTRATOR, make_organisation())
    body = sent(name, verb, world)
    foreign = ask(entered(outsider), name, verb, world.places[name], body)
    nothing = ask(entered(outsider), name, verb, {**world.places[name], "pk": uuid4()}, body)
    assert foreign.status_code == nothing.status_code == 404
    assert without_tokens(foreign.text) == without_tokens(nothing.text)


@pytest.mark.parametrize(("name", "verb"), OF_OBJECTS)
def test_staff_without_membership_are_outsiders(name: str, verb: str, world: World):
    staff = make_user(is_staff=True, is_superuser=True)
    assert ask(entered(staff), name, verb, world.places[name], sent(name, verb, world)).status_code == 404


@pytest.mark.parametrize(("name", "verb"), ROLES)
def test_nobody_is_sent_to_the_door(name: str, verb: str, world: World):
    answer = ask(Client(), name, verb, place_of(name, world))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("door", DOORS, ids=[door.name for door in DOORS])
def test_other_verbs_are_refused_to_all(door, world: World):
    for role in Role:
        user = world.somebody(role)
        # Whoever has logged in is led on from the login, however they ask.
        client = entered(user) if door.name not in OPEN or door.name == "logout" else Client()
        address = reverse(door.name, kwargs=place_of(door.name, world, user))
        for verb in set(VERBS) - set(door.verbs):
            assert getattr(client, verb)(address).status_code == (302 if door.name == "home" else 405), (role, verb)


@pytest.mark.parametrize("name", [name for name, verb in ROLES if verb == "post"])
def test_writing_takes_a_token(name: str, world: World):
    user = world.somebody(Role.ADMINISTRATOR)
    suspicious = Client(enforce_csrf_checks=True)
    suspicious.force_login(user)
    address = reverse(name, kwargs=place_of(name, world, user))
    assert suspicious.post(address, world.posted(name)).status_code == 403


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


@pytest.mark.parametrize("name", [name for name, verb in ROLES if verb == "get"])
def test_pages_hold_no_inline_script_or_style(name: str, world: World):
    answer = ask(entered(world.somebody(Role.ADMINISTRATOR)), name, "get", world.places.get(name, {}))
    if not answer.get("Content-Type", "").startswith("text/html") or answer.streaming:
        return
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", answer.text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", answer.text)


def sent(name: str, verb: str, world: World) -> dict:
    return world.posted(name) if verb == "post" else {}


def without_tokens(text: str) -> str:
    return re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")[^"]+', r"\1", text)
