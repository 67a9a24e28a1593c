"""Nobody learns that somebody else's objects exist: asked over every address, with every verb."""

import uuid
from typing import Any

import pytest
from django.urls import URLPattern

from inspections.api.urls import urlpatterns
from inspections.models import Role, SegmentationRun
from inspections.services.drawings import request_drawing
from inspections.testing import (
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.api.conftest import Api

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {"", "schema/", "docs/", "health/", "tokens/"}
BODIES: dict[str, dict[str, Any]] = {
    "findings/<uuid:pk>/reviews/": {"verdict": "accepted"},
    "photos/<uuid:pk>/drawings/": {"kind": "line", "line": [[20, 20], [60, 60]]},
    "photos/<uuid:pk>/runs/": {"threshold": 0.4},
    "runs/<uuid:pk>/measure/": {"threshold": 0.4},
}


def routes() -> list[URLPattern]:
    return [pattern for pattern in urlpatterns if pattern.name != "api-unknown"]


def ids(routes: list[URLPattern]) -> list[str]:
    return [str(route.pattern) for route in routes]


WITH_A_KEY = [route for route in routes() if "<uuid:pk>" in str(route.pattern)]


@pytest.fixture
def keys(organisation) -> dict[str, uuid.UUID]:
    """One row of each kind, by the first word of its address."""
    bridge = make_bridge(organisation)
    image = make_image(make_survey(bridge))
    finding = make_finding(make_run(image, status=SegmentationRun.Status.SUCCEEDED))
    drawing = request_drawing(image=image, author=make_user(), kind="line", line=[[20, 20], [60, 60]])
    project = organisation.projects.create(name="Main inspection")
    return {
        "bridges": bridge.pk,
        "elements": make_element(bridge).pk,
        "projects": project.pk,
        "surveys": image.survey_id,
        "photos": image.pk,
        "runs": finding.run_id,
        "findings": finding.pk,
        "drawings": drawing.pk,
    }


def address(route: URLPattern, key: uuid.UUID) -> str:
    return str(route.pattern).replace("<uuid:pk>", str(key))


def ask(api: Api, method: str, route: URLPattern, key: uuid.UUID) -> Any:
    if method == "GET":
        return api.get(address(route, key))
    if method == "PATCH":
        return api.patch(address(route, key), {})
    if str(route.pattern) == "surveys/<uuid:pk>/photos/":
        return api.upload(address(route, key))
    return api.post(address(route, key), BODIES.get(str(route.pattern), {}))


@pytest.mark.parametrize("route", WITH_A_KEY, ids=ids(WITH_A_KEY))
def test_what_is_foreign_answers_like_what_never_was(route, keys, outsider):
    key = keys[str(route.pattern).split("/")[0]]
    for method in ("GET", "POST", "PATCH"):
        foreign, unknown = ask(outsider, method, route, key), ask(outsider, method, route, uuid.uuid4())
        assert foreign.status_code == unknown.status_code
        assert foreign.status_code in (404, 405), (method, foreign.content)
        bodies = [{**answer.json(), "request_id": ""} for answer in (foreign, unknown)]
        assert bodies[0] == bodies[1]


@pytest.mark.parametrize("route", WITH_A_KEY, ids=ids(WITH_A_KEY))
def test_the_owner_reaches_it(route, keys, api_as):
    """The counterpart: without it the test above would pass on a broken address."""
    key = keys[str(route.pattern).split("/")[0]]
    owner = api_as(Role.ADMINISTRATOR)
    statuses = {method: ask(owner, method, route, key).status_code for method in ("GET", "POST", "PATCH")}
    has_no_file = str(route.pattern) in ("runs/<uuid:pk>/probability.png", "runs/<uuid:pk>/widths/")
    assert any(status not in (404, 405) for status in statuses.values()) or has_no_file


@pytest.mark.parametrize("route", routes(), ids=ids(routes()))
def test_without_a_token_every_door_is_shut(route, keys):
    path = str(route.pattern)
    answer = Api().get(address(route, keys.get(path.split("/")[0], uuid.uuid4())))
    if path in OPEN_TO_ALL:
        assert answer.status_code in (200, 302, 405)
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
