"""What people type in: kept when it is good, explained beside the field when it is not."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inspections.models import Bridge, Element, Membership, Project, Role, Survey
from inspections.testing import make_bridge, make_element, make_organisation, make_survey, make_user

pytestmark = pytest.mark.django_db

GOOD_BRIDGE = {
    "name": "Kettle Beck Viaduct", "structure_number": "NR/0412", "year_built": "1968", "latitude": "54.09125",
    "longitude": "-2.00342", "material": "reinforced_concrete", "carries": "A65",
}  # fmt: skip


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def inspector(organisation):
    return make_user(Role.INSPECTOR, organisation)


@pytest.fixture
def inside(inspector) -> Client:
    client = Client()
    client.force_login(inspector)
    return client


def errors(answer) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["form"].errors)


def test_a_good_bridge_is_kept(inside, organisation):
    answer = inside.post(reverse("bridge-new"), GOOD_BRIDGE)
    bridge = Bridge.objects.get()
    assert answer["Location"] == reverse("bridge", args=[bridge.pk])
    assert (bridge.organisation, bridge.year_built, bridge.longitude) == (organisation, 1968, -2.00342)
    assert bridge.inspection_months == 24


def test_the_months_between_surveys_are_given_and_stay(inside, organisation):
    inside.post(reverse("bridge-new"), {**GOOD_BRIDGE, "inspection_months": "72"})
    bridge = Bridge.objects.get()
    assert bridge.inspection_months == 72
    inside.post(reverse("bridge-edit", args=[bridge.pk]), {**GOOD_BRIDGE, "inspection_months": ""})
    bridge.refresh_from_db()
    assert bridge.inspection_months == 72


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": ""}, "name", "Please fill this in."),
        ({"name": "x" * 201}, "name", "200"),
        ({"longitude": ""}, "longitude", "Give both latitude and longitude, or neither."),
        ({"latitude": ""}, "longitude", "Give both latitude and longitude, or neither."),
        ({"latitude": "91"}, "latitude", "90"),
        ({"latitude": "nan"}, "latitude", "number"),
        ({"year_built": "0"}, "year_built", "1"),
        ({"year_built": "next year"}, "year_built", "number"),
        ({"inspection_months": "0"}, "inspection_months", "1"),
        ({"inspection_months": "241"}, "inspection_months", "240"),
        ({"material": "cheese"}, "material", "cheese"),
        ({"name": "a\0b"}, "name", "Null"),
    ],
)
def test_a_bad_bridge_is_explained_beside_its_field(inside, change, field, words):
    answer = inside.post(reverse("bridge-new"), {**GOOD_BRIDGE, **change})
    assert words in errors(answer)[field][0]
    assert f'aria-describedby="id_{field}' in answer.text
    assert 'class="error-summary" role="alert"' in answer.text
    assert f'href="#id_{field}"' in answer.text
    assert not Bridge.objects.exists()


def test_a_structure_number_is_given_once_per_organisation(inside, organisation):
    make_bridge(organisation, structure_number="NR/0412")
    assert "structure number" in errors(inside.post(reverse("bridge-new"), GOOD_BRIDGE))["structure_number"][0]
    Bridge.objects.all().delete()
    make_bridge(structure_number="NR/0412")
    assert inside.post(reverse("bridge-new"), GOOD_BRIDGE).status_code == 302


def test_what_was_typed_stays_and_is_harmless(inside):
    answer = inside.post(reverse("bridge-new"), {**GOOD_BRIDGE, "name": "<b>Ærø & “Söhne”</b>", "year_built": "x"})
    assert "&lt;b&gt;Ærø &amp; “Söhne”&lt;/b&gt;" in answer.text
    assert "<b>Ærø" not in answer.text


def test_the_organisation_is_asked_for_only_where_there_is_a_choice(inside, inspector, organisation):
    assert 'name="organisation"' not in inside.get(reverse("bridge-new")).text
    second = make_organisation()
    Membership.objects.create(user=inspector, organisation=second, role=Role.INSPECTOR)
    watched = make_organisation()
    Membership.objects.create(user=inspector, organisation=watched, role=Role.VIEWER)
    text = inside.get(reverse("bridge-new")).text
    assert str(second.pk) in text
    assert str(organisation.pk) in text
    assert str(watched.pk) not in text
    assert inside.post(reverse("bridge-new"), {**GOOD_BRIDGE, "organisation": second.pk}).status_code == 302
    assert Bridge.objects.get().organisation == second
    refused = inside.post(reverse("bridge-new"), {**GOOD_BRIDGE, "name": "Other", "organisation": watched.pk})
    assert "organisation" in errors(refused)


def test_a_lone_organisation_cannot_be_exchanged_by_hand(inside, organisation):
    inside.post(reverse("bridge-new"), {**GOOD_BRIDGE, "organisation": make_organisation().pk})
    assert Bridge.objects.get().organisation == organisation


def test_editing_keeps_the_organisation_and_names_the_bridge_as_it_is(inside, organisation):
    bridge = make_bridge(organisation, name="Old name")
    address = reverse("bridge-edit", args=[bridge.pk])
    body = {**GOOD_BRIDGE, "organisation": make_organisation().pk}
    assert inside.post(address, {**body, "name": ""}).text.count("Edit Old name") >= 1
    assert inside.post(address, body).status_code == 302
    bridge.refresh_from_db()
    assert (bridge.name, bridge.organisation) == ("Kettle Beck Viaduct", organisation)


def test_an_element_finds_its_place(inside, organisation):
    bridge = make_bridge(organisation)
    pier = make_element(bridge, name="Pier 2")
    address = reverse("element-new", args=[bridge.pk])
    form = inside.get(f"{address}?parent={pier.pk}")
    assert f'<option value="{pier.pk}" selected>' in form.text
    answer = inside.post(address, {"name": "Cap", "kind": "pier_cap", "parent": pier.pk, "position": ""})
    assert answer["Location"].endswith("#elements")
    cap = Element.objects.get(name="Cap")
    assert (cap.parent, cap.position, cap.bridge) == (pier, 0, bridge)


@pytest.mark.parametrize("name", ["survey", "bridge-compare", "element-new", "review"])
def test_elements_of_one_name_are_told_apart(inside, organisation, name):
    bridge = make_bridge(organisation)
    for number in (2, 1):
        make_element(bridge, name="Girder G1", parent=make_element(bridge, name=f"Span {number}", position=number))
    survey, _later = make_survey(bridge), make_survey(bridge)
    places = {"survey": [survey.pk], "review": []}
    answer = inside.get(reverse(name, args=places.get(name, [bridge.pk])), {"survey": survey.pk})
    offered = re.findall(r"<option[^>]*>([^<]*Span \d[^<]*)</option>", answer.text)
    assert set(offered) == {"Span 1", "Span 1, Girder G1", "Span 2", "Span 2, Girder G1"}
    if name != "element-new":
        assert offered == sorted(offered), "parts stand behind what they are part of"


def test_an_element_stands_neither_in_itself_nor_in_another_bridge(inside, organisation):
    bridge = make_bridge(organisation)
    pier = make_element(bridge, name="Pier")
    cap = make_element(bridge, name="Cap", parent=pier)
    foreign = make_element(make_bridge(organisation))
    address = reverse("element-edit", args=[pier.pk])
    for parent in (pier, cap, foreign):
        refused = inside.post(address, {"name": "Pier", "kind": "pier", "parent": parent.pk, "position": 1})
        assert "parent" in errors(refused), parent
    pier.refresh_from_db()
    assert pier.parent is None


def test_siblings_have_different_names(inside, organisation):
    bridge = make_bridge(organisation)
    pier = make_element(bridge, name="Pier 1")
    make_element(bridge, name="Cap", parent=pier)
    address = reverse("element-new", args=[bridge.pk])
    top = inside.post(address, {"name": "Pier 1", "kind": "pier", "position": 1})
    below = inside.post(address, {"name": "Cap", "kind": "pier_cap", "parent": pier.pk, "position": 1})
    assert "name" in errors(top)
    assert "name" in errors(below)
    assert inside.post(address, {"name": "Cap", "kind": "other", "position": 1}).status_code == 302


def test_a_survey_is_started_and_leads_to_its_page(inside, inspector, organisation):
    bridge = make_bridge(organisation)
    project = Project.objects.create(organisation=organisation, name="Contract")
    address = reverse("survey-new", args=[bridge.pk])
    assert f'value="{timezone.localdate()}"' in inside.get(address).text
    body = {"surveyed_on": "2026-05-04", "method": "rope", "project": project.pk, "weather": "dry"}
    answer = inside.post(address, body)
    survey = Survey.objects.get()
    assert answer["Location"] == reverse("survey", args=[survey.pk])
    assert (survey.bridge, survey.started_by, survey.project, survey.weather) == (bridge, inspector, project, "dry")


@pytest.mark.parametrize("change", [{"surveyed_on": "31 June"}, {"surveyed_on": ""}, {"method": "balloon"}])
def test_a_bad_survey_is_explained(inside, organisation, change):
    bridge = make_bridge(organisation)
    body = {"surveyed_on": "2026-05-04", "method": "rope", **change}
    assert errors(inside.post(reverse("survey-new", args=[bridge.pk]), body)).keys() == change.keys()


def test_a_survey_cannot_join_a_foreign_project(inside, organisation):
    survey = make_survey(make_bridge(organisation))
    foreign = Project.objects.create(organisation=make_organisation(), name="Theirs")
    body = {"surveyed_on": "2026-05-04", "method": "rope", "project": foreign.pk}
    for address in (reverse("survey-new", args=[survey.bridge.pk]), reverse("survey-edit", args=[survey.pk])):
        assert "Theirs" not in inside.get(address).text
        assert "project" in errors(inside.post(address, body))


def test_a_survey_is_corrected(inside, organisation):
    survey = make_survey(make_bridge(organisation), crew="nobody")
    answer = inside.post(
        reverse("survey-edit", args=[survey.pk]), {"surveyed_on": "2026-05-05", "method": "drone", "crew": "J. Holm"}
    )
    survey.refresh_from_db()
    assert (answer.status_code, survey.crew, survey.surveyed_on) == (302, "J. Holm", date(2026, 5, 5))


def test_a_project_ends_after_it_starts(inside, organisation):
    body = {"name": "Contract", "starts_on": "2026-05-04", "ends_on": "2026-05-03"}
    assert "ends before it starts" in errors(inside.post(reverse("project-new"), body))["ends_on"][0]
    assert inside.post(reverse("project-new"), {**body, "ends_on": "2026-05-04"}).status_code == 302
    again = inside.post(reverse("project-new"), {"name": "Contract"})
    assert "of this name" in errors(again)["name"][0]
    project = Project.objects.get()
    assert inside.post(reverse("project-edit", args=[project.pk]), {"name": "Renamed"}).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.starts_on) == ("Renamed", None)
