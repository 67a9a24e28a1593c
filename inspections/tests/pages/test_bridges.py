"""The list of bridges and the page of one."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Bridge, Membership, Project, Role, SegmentationRun
from inspections.services.reviews import record_review
from inspections.testing import (
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.fixture
def organisation():
    return make_organisation(name="North Riding")


@pytest.fixture
def inspector(organisation):
    return make_user(Role.INSPECTOR, organisation)


@pytest.fixture
def inside(inspector) -> Client:
    client = Client()
    client.force_login(inspector)
    return client


def fill(bridge: Bridge, width: float | None = 4.25) -> None:
    """A surveyed bridge with an element, one analysed photo and, with a width, one crack."""
    make_element(bridge)
    run = make_run(make_image(make_survey(bridge)), status=Status.SUCCEEDED)
    if width:
        make_finding(run, width_max_px=width)


def words(answer) -> str:
    """The page's text as it is read: tags and doubled space taken out."""
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_list_tells_what_matters(inside, organisation):
    fill(make_bridge(organisation, name="Kettle Beck Viaduct", structure_number="NR/0412"))
    page = words(inside.get(reverse("bridges")))
    assert "Kettle Beck Viaduct" in page
    assert "NR/0412" in page
    assert "4 May 2026" in page
    assert "4.2\u202f px" in page


def test_what_was_not_measured_is_said_in_words(inside, organisation):
    make_bridge(organisation)
    page = words(inside.get(reverse("bridges")))
    assert "not measured" in page
    assert "none yet" in page
    assert " 0 " not in page


@pytest.mark.parametrize(
    ("query", "found"), [("kettle", 1), ("0412 viaduct", 1), ("beck mill", 0), ("", 2), ("A65", 1)]
)
def test_search_takes_every_word(inside, organisation, query, found):
    make_bridge(organisation, name="Kettle Beck Viaduct", structure_number="NR/0412", carries="A65")
    make_bridge(organisation, name="Mill Race")
    page = inside.get(reverse("bridges"), {"q": query}).context["page"]
    assert page.paginator.count == found


def test_search_shows_its_words_harmlessly(inside):
    text = inside.get(reverse("bridges"), {"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text
    assert "Show all" in text


@pytest.mark.parametrize("sort", ["width", "photos", "findings", "surveyed", "open"])
def test_the_largest_comes_first(inside, organisation, sort):
    make_bridge(organisation, name="A, empty")
    full = make_bridge(organisation, name="B, full")
    fill(full)
    make_image(full.surveys.get())
    assert inside.get(reverse("bridges"), {"sort": sort}).context["page"][0] == full
    assert inside.get(reverse("bridges"), {"sort": "nonsense"}).context["page"][0].name == "A, empty"


def test_rejected_cracks_do_not_count(inside, inspector, organisation):
    bridge = make_bridge(organisation)
    run = make_run(make_image(make_survey(bridge)), status=Status.SUCCEEDED)
    record_review(finding=make_finding(run, width_max_px=9), reviewer=inspector, verdict="rejected")
    row = inside.get(reverse("bridges")).context["page"][0]
    assert (row.finding_count, row.worst) == (0, None)


def test_an_empty_list_has_one_button_for_those_who_may(organisation):
    viewer, inspector, newcomer = (
        make_user(Role.VIEWER, organisation),
        make_user(Role.INSPECTOR, organisation),
        make_user(),
    )
    pages = {}
    for user in (viewer, inspector, newcomer):
        client = Client()
        client.force_login(user)
        pages[user] = client.get(reverse("bridges")).text
    assert pages[inspector].count(reverse("bridge-new")) == 1
    assert reverse("bridge-new") not in pages[viewer]
    assert "member of no organisation" in pages[newcomer]


def test_the_organisation_is_told_only_where_there_are_several(inside, inspector, organisation):
    make_bridge(organisation)
    assert "Organisation" not in words(inside.get(reverse("bridges")))
    Membership.objects.create(user=inspector, organisation=make_organisation(), role=Role.VIEWER)
    assert "Organisation" in words(inside.get(reverse("bridges")))


def test_a_bridge_shows_its_facts_surveys_and_tree(inside, organisation):
    bridge = make_bridge(organisation, latitude=54.09125, longitude=-2.00342, owner="County")
    pier = make_element(bridge, name="Pier 2", element_number="205")
    make_element(bridge, name="Cap", parent=pier)
    fill(bridge)
    answer = inside.get(reverse("bridge", args=[bridge.pk]))
    page = words(answer)
    for expected in ("County", "54.09125°\u202fN", "2.00342°\u202fW", "Survey of 4 May 2026", "1 of 1"):
        assert expected in page, expected
    address = reverse("bridge-elements", args=[bridge.pk])
    assert f'href="{address}"' in answer.text and f'hx-get="{address}"' in answer.text
    answer = inside.get(address)
    assert "no. 205" in words(answer) and str(bridge) in words(answer), "a page of its own"
    below = {branch.element.name: branch.children for branch in answer.context["elements"]}
    assert [branch.element.name for branch in below["Pier 2"]] == ["Cap"]


@pytest.mark.parametrize("part", ["elements", "trend"])
def test_the_page_gets_its_parts_without_the_frame(inside, organisation, part):
    bridge = make_bridge(organisation)
    fill(bridge)
    address = reverse(f"bridge-{part}", args=[bridge.pk])
    alone = inside.get(address, headers={"HX-Request": "true"})
    assert "<html" not in alone.text and "<html" in inside.get(address).text
    assert "HX-Request" in alone["Vary"], "a browser must not take the one for the other"


def test_a_bridge_without_photos_has_no_trend_to_ask_for(inside, organisation):
    bridge = make_bridge(organisation)
    address = reverse("bridge-trend", args=[bridge.pk])
    assert address not in inside.get(reverse("bridge", args=[bridge.pk])).text
    assert "No survey has photos yet." in words(inside.get(address))


def test_a_viewer_sees_no_button_they_may_not_press(organisation):
    bridge = make_bridge(organisation)
    element = make_element(bridge)
    make_survey(bridge)
    client = Client()
    client.force_login(make_user(Role.VIEWER, organisation))
    text = "".join(client.get(reverse(name, args=[bridge.pk])).text for name in ("bridge", "bridge-elements"))
    for name, key in (
        ("bridge-edit", bridge),
        ("survey-new", bridge),
        ("element-new", bridge),
        ("element-edit", element),
    ):
        assert reverse(name, args=[key.pk]) not in text


def test_the_key_plan_shows_neighbours_of_ones_own_only(inside, organisation):
    bridge = make_bridge(organisation, latitude=54.0, longitude=-2.0)
    near = make_bridge(organisation, name="Near", latitude=54.01, longitude=-2.0)
    make_bridge(organisation, name="On another continent", latitude=-33.0, longitude=151.0)
    make_bridge(name="Foreign", latitude=54.02, longitude=-2.0)
    plan = inside.get(reverse("bridge", args=[bridge.pk])).context["plan"]
    assert [dot.bridge for dot in plan.dots] == [near]
    # North is up and nothing leaves the sheet.
    assert 0 <= plan.dots[0].y < plan.height / 2
    assert plan.dots[0].x == pytest.approx(plan.width / 2, abs=0.1)


@pytest.mark.parametrize("latitude", [90.0, -90.0, 0.0])
def test_the_key_plan_bears_the_poles(inside, organisation, latitude):
    bridge = make_bridge(organisation, latitude=latitude, longitude=180.0)
    make_bridge(organisation, latitude=latitude, longitude=179.9)
    assert inside.get(reverse("bridge", args=[bridge.pk])).status_code == 200


def test_a_project_shows_its_surveys(inside, organisation):
    bridge = make_bridge(organisation, name="Mill Race")
    project = Project.objects.create(organisation=organisation, name="Contract 7", starts_on=date(2026, 4, 1))
    make_survey(bridge, project=project)
    page = words(inside.get(reverse("project", args=[project.pk])))
    assert "Mill Race" in page
    assert "1 Apr 2026" in page
    assert "Contract 7" in words(inside.get(reverse("projects")))


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["bridges", "bridge", "projects", "project", "jobs", "networks"])
def test_the_number_of_queries_does_not_grow(name, inside, organisation):
    bridge = make_bridge(organisation, latitude=54.0, longitude=-2.0)
    project = Project.objects.create(organisation=organisation, name="Contract")
    place = {"bridge": [bridge.pk], "project": [project.pk]}.get(name, [])

    def grow(first: int) -> None:
        for number in range(first, first + 3):
            other = make_bridge(organisation, latitude=54.0 + number / 100, longitude=-2.0)
            fill(other)
            survey = make_survey(bridge, project=project)
            parent = make_element(bridge)
            make_element(bridge, parent=parent)
            for status in Status:
                make_finding(make_run(make_image(survey), status=status, error_code="internal"))
            Project.objects.create(organisation=organisation, name=f"Contract {number}")
            make_network(organisation)

    grow(1)
    before = queries(inside, reverse(name, args=place))
    grow(10)
    after = queries(inside, reverse(name, args=place))
    assert before == after
