"""Every address of the JSON door and every verb, for every role, for outsiders and for nobody; and the admin."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inspections.api.urls import urlpatterns
from inspections.env import ROOT as REPOSITORY
from inspections.models import Role
from inspections.testing import draw_photo, make_organisation, make_user
from inspections.tests.api.conftest import Api
from inspections.tests.doors import VERBS, Table, differences, doors_of, needs_of
from inspections.tests.pages.world import World, make_world
from inspections.tests.permissions import table
from inspections.urls import urlpatterns as everything

pytestmark = pytest.mark.django_db

# As in `inspections.tests.pages.test_doors`.
NEEDS: Table = {
    "api-token-current": ("delete", None),
    "api-me": ("get", None),
    "api-bridges": [("get", None), ("post", Role.INSPECTOR)],
    "api-bridge": [("get", Role.VIEWER), ("patch", Role.INSPECTOR)],
    "api-elements": [("get", None), ("post", Role.INSPECTOR)],
    "api-element": [("get", Role.VIEWER), ("patch", Role.INSPECTOR)],
    "api-projects": [("get", None), ("post", Role.INSPECTOR)],
    "api-project": [("get", Role.VIEWER), ("patch", Role.INSPECTOR)],
    "api-surveys": [("get", None), ("post", Role.INSPECTOR)],
    "api-survey": [("get", Role.VIEWER), ("patch", Role.INSPECTOR)],
    "api-survey-photos": [("get", Role.VIEWER), ("post", Role.INSPECTOR)],
    "api-survey-findings": ("get", Role.VIEWER),
    "api-survey-export": ("get", Role.VIEWER),
    "api-photo": [("get", Role.VIEWER), ("patch", Role.INSPECTOR)],
    "api-photo-original": ("get", Role.VIEWER),
    "api-photo-runs": [("get", Role.VIEWER), ("post", Role.INSPECTOR)],
    "api-photo-findings": ("get", Role.VIEWER),
    "api-photo-drawings": ("post", Role.REVIEWER),
    "api-drawing": ("get", Role.VIEWER),
    "api-runs": ("get", None),
    "api-run": ("get", Role.VIEWER),
    "api-run-cancel": ("post", Role.INSPECTOR),
    "api-run-measure": ("post", Role.INSPECTOR),
    "api-run-widths": ("get", Role.VIEWER),
    "api-run-probability": ("get", Role.VIEWER),
    "api-run-mask": ("get", Role.VIEWER),
    "api-finding": ("get", Role.VIEWER),
    "api-finding-reviews": [("get", Role.VIEWER), ("post", Role.REVIEWER)],
    "api-networks": ("get", None),
    "api-rule-packs": [("get", None), ("post", Role.ADMINISTRATOR)],
}
OPEN = {"api-root", "api-schema", "api-docs", "api-health", "api-tokens"}
LISTS = ("api-bridges", "api-elements", "api-projects", "api-surveys", "api-rule-packs")
# The address that stands for every other one answers 404 to whoever asks.
DOORS = [door for door in doors_of(urlpatterns, "/api/v1/") if door.name != "api-unknown"]
ROLES = needs_of(NEEDS)
OF_OBJECTS = [(name, verb) for (name, verb), role in ROLES.items() if role and name not in LISTS]
FOREIGN = [(name, verb) for (name, verb), role in ROLES.items() if role and name in LISTS]
NAMES = {door.name: door for door in DOORS}
QUERIES = {("api-survey-export", "get"): "?kind=csv"}
PACK = Path(REPOSITORY / "inspections" / "conditions" / "packs" / "aci-224r-mm.yaml").read_text()

_numbers = itertools.count(1)


@pytest.fixture
def world() -> World:
    return make_world()


def address_of(name: str, world: World) -> str:
    """Pages and the JSON door name the same objects: "api-run-cancel" is found where "run-cancel" is, or "run"."""
    if "<pk>" not in NAMES[name].path:
        return reverse(name)
    words = name.removeprefix("api-")
    place = world.places.get(words) or world.places[words.split("-")[0]]
    return reverse(name, kwargs={"pk": place["pk"]})


def body_of(name: str, world: World) -> dict[str, Any]:
    """A good body for what takes one, another one each time."""
    number, bridge = next(_numbers), str(world.bridge.pk)
    organisation = str(world.organisation.pk)
    return {
        "api-bridges": {"name": f"Bridge {number}", "organisation": organisation},
        "api-elements": {"name": f"Wall {number}", "bridge": bridge},
        "api-projects": {"name": f"Contract {number}", "organisation": organisation},
        "api-surveys": {"bridge": bridge, "surveyed_on": "2026-06-01"},
        "api-finding-reviews": {"verdict": "accepted"},
        "api-photo-drawings": {"kind": "line", "line": [[20, 20], [80, 60]]},
        "api-run-measure": {"threshold": 0.6},
        "api-rule-packs": {"organisation": organisation, "text": PACK.replace("aci-224r-mm", f"own-{number}")},
    }.get(name, {})


def ask(api: Api, name: str, verb: str, world: World) -> Any:
    """One request, with a good body where one is needed."""
    address, options = address_of(name, world), {"headers": api.headers}
    if (name, verb) == ("api-survey-photos", "post"):
        photo = SimpleUploadedFile("a.jpg", draw_photo(seed=next(_numbers)), "image/jpeg")
        return api.client.post(address, {"file": photo}, **options)
    if verb in ("post", "put", "patch"):
        return getattr(api.client, verb)(address, body_of(name, world), content_type="application/json", **options)
    return getattr(api.client, verb)(address + QUERIES.get((name, verb), ""), **options)


def test_every_address_and_verb_has_a_line():
    assert not differences(DOORS, ROLES, OPEN)


def test_there_is_no_other_door():
    """Pages, the JSON door and the admin are all there is."""
    names = {door.name for door in doors_of(everything)}
    of_pages = {name for name in names if not name.startswith("api-")} - {"admin"}
    assert names == of_pages | set(NAMES) | {"admin", "api-unknown"}
    assert not any(name.startswith("api-") for name in of_pages) and "" not in names


@pytest.mark.parametrize(("name", "verb"), ROLES)
def test_each_role_is_let_in_from_its_rung_on(name: str, verb: str, world: World):
    needed = ROLES[name, verb]
    for role in Role:
        answer = ask(Api(world.somebody(role)), name, verb, world)
        if needed is None or role.allows(needed):
            # The second who cancels is told that it has been done.
            assert answer.status_code in (200, 201, 202, 204, 409), (role, answer.status_code, answer.content)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), role
            assert world.organisation.name in answer.json()["detail"]


@pytest.mark.parametrize(("name", "verb"), OF_OBJECTS)
def test_outsiders_find_nothing(name: str, verb: str, world: World):
    outsiders = (
        make_user(Role.ADMINISTRATOR, make_organisation()),
        make_user(is_staff=True, is_superuser=True),
    )
    for outsider in outsiders:
        answer = ask(Api(outsider), name, verb, world)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("name", "verb"), FOREIGN)
def test_outsiders_write_nothing_into_what_they_name(name: str, verb: str, world: World):
    answer = ask(Api(make_user(Role.ADMINISTRATOR, make_organisation())), name, verb, world)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_reference")


@pytest.mark.parametrize(("name", "verb"), ROLES)
def test_nobody_is_let_in_without_a_token(name: str, verb: str, world: World):
    answer = ask(Api(), name, verb, world)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("door", DOORS, ids=NAMES)
def test_other_verbs_are_refused_to_all(door, world: World):
    for role in Role:
        api = Api(world.somebody(role))
        for verb in set(VERBS) - set(door.verbs):
            # Whoever asks for the door itself is led to its description however they ask.
            expected = 302 if door.name == "api-root" else 405
            assert ask(api, door.name, verb, world).status_code == expected, (role, verb)


def test_any_other_address_is_unknown_to_all(world: World):
    for api in (Api(), Api(world.somebody(Role.ADMINISTRATOR))):
        for verb in VERBS:
            assert getattr(api.client, verb)("/api/v1/nothing/", headers=api.headers).status_code == 404


def test_the_admin_is_for_staff_whatever_their_role(world: World):
    for staff in (False, True):
        for role in Role:
            user = world.somebody(role)
            user.is_staff = staff
            user.save()
            client = Client()
            client.force_login(user)
            for verb in ("get", "post"):
                answer = getattr(client, verb)(reverse("admin:index"))
                assert answer.status_code == (200 if staff else 302), (role, staff)
                assert staff or answer["Location"].startswith(reverse("admin:login"))
    assert Client().get(reverse("admin:index")).status_code == 302


def test_the_table_for_people_is_current():
    written = (REPOSITORY / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert written == table(), "Run: python -m inspections.tests.permissions --write docs/permissions.md"
