"""Bridges, elements, projects and surveys: made, read and listed, each reader their own."""

import pytest

from inspections.models import Role, Survey
from inspections.testing import make_bridge, make_element, make_image, make_survey

pytestmark = pytest.mark.django_db


def test_a_bridge_with_elements_a_project_and_a_survey(inspector, organisation):
    bridge = inspector.post(
        "bridges/",
        {"name": "Mill bridge", "structure_number": "B 17", "latitude": 47.1, "longitude": 8.5, "material": "masonry"},
    )
    assert bridge.status_code == 201
    body = bridge.json()
    assert body["organisation"] == str(organisation.pk)
    assert (body["survey_count"], body["photo_count"], body["worst_width_px"]) == (0, 0, None)
    assert inspector.get(f"bridges/{body['id']}/").json() == body

    pier = inspector.post("elements/", {"bridge": body["id"], "kind": "pier", "name": "Pier 2"}).json()
    cap = inspector.post(
        "elements/", {"bridge": body["id"], "parent": pier["id"], "kind": "pier_cap", "name": "Cap"}
    ).json()
    assert cap["parent"] == pier["id"]
    assert [row["name"] for row in inspector.get("elements/", parent=pier["id"]).json()["results"]] == ["Cap"]
    assert inspector.get(f"elements/{cap['id']}/").json() == cap

    project = inspector.post("projects/", {"name": "Main inspection 2026", "starts_on": "2026-04-01"}).json()
    assert inspector.get(f"projects/{project['id']}/").json() == project
    survey = inspector.post(
        "surveys/",
        {"bridge": body["id"], "project": project["id"], "surveyed_on": "2026-05-04", "method": "rope"},
    )
    assert survey.status_code == 201
    assert survey.json()["photo_count"] == 0
    assert Survey.objects.get().started_by == inspector.user
    assert [row["id"] for row in inspector.get("surveys/", project=project["id"]).json()["results"]] == [
        survey.json()["id"]
    ]
    assert inspector.get("bridges/").json()["results"][0]["last_surveyed_on"] == "2026-05-04"


def test_the_months_between_surveys(inspector, organisation):
    bridge = inspector.post("bridges/", {"name": "Mill bridge"}).json()
    assert bridge["inspection_months"] == 24
    changed = inspector.patch(f"bridges/{bridge['id']}/", {"inspection_months": 12})
    assert changed.json()["inspection_months"] == 12
    refused = inspector.patch(f"bridges/{bridge['id']}/", {"inspection_months": 0})
    assert (refused.status_code, refused.json()["field"]) == (400, "inspection_months")


def test_a_parent_of_another_bridge_is_refused(inspector, organisation):
    parent = make_element(make_bridge(organisation))
    answer = inspector.post(
        "elements/", {"bridge": str(make_bridge(organisation).pk), "parent": str(parent.pk), "name": "Cap"}
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "parent")


def test_a_survey_counts_its_photos(inspector, organisation):
    survey = make_survey(make_bridge(organisation))
    make_image(survey)
    body = inspector.get(f"surveys/{survey.pk}/").json()
    assert (body["photo_count"], body["open_run_count"], body["analysed_count"]) == (1, 1, 0)


def test_lists_hold_only_what_is_the_readers_own(inspector, outsider, organisation):
    bridge = make_bridge(organisation)
    make_element(bridge)
    make_image(make_survey(bridge))
    for path in ("bridges/", "elements/", "surveys/", "runs/"):
        assert inspector.get(path).json()["count"] == 1
        assert outsider.get(path).json()["count"] == 0
    assert outsider.get("surveys/", bridge=str(bridge.pk)).json()["count"] == 0


def test_a_viewer_reads(api_as, organisation):
    bridge = make_bridge(organisation)
    assert api_as(Role.VIEWER).get(f"bridges/{bridge.pk}/").json()["name"] == bridge.name


def test_the_networks_one_can_use_are_listed(inspector):
    (network,) = inspector.get("networks/").json()["results"]
    assert network["organisation"] is None and network["threshold"] == 0.5
