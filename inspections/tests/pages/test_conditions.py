"""Condition states as people read them: on survey, bridge, element and project pages, and for one finding."""

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.conditions import Width, builtin_packs
from inspections.models import Element, Finding, Project, Role, SegmentationRun, SurveyImage
from inspections.services.conditions import judged
from inspections.services.reviews import record_review
from inspections.services.rules import choose_pack
from inspections.testing import (
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
MBEI = builtin_packs()["aashto-mbei-mm"]
Status = SegmentationRun.Status


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def bridge(organisation):
    return make_bridge(organisation, material="reinforced_concrete")


@pytest.fixture
def inside(organisation) -> Client:
    client = Client()
    client.force_login(make_user(Role.INSPECTOR, organisation))
    return client


def crack(image: SurveyImage, width: Width | None, pack=MBEI) -> Finding:
    run = make_run(image, status=Status.SUCCEEDED)
    return make_finding(run, **judged(pack=pack, material="reinforced_concrete", exposure="", width=width))


def photo(survey, element: Element | None = None) -> SurveyImage:
    image = make_image(survey)
    SurveyImage.objects.filter(pk=image.pk).update(element=element)
    return image


def summary(answer) -> str:
    return words(next(e for e in read_page(answer).iter("div") if e.get("class") == "conditions"))


def proposal(finding: Finding) -> str:
    return " ".join(words(part) for part in read_page(_Answer(_rendered(finding))))


class _Answer:
    def __init__(self, text: str) -> None:
        self.text = text


def _rendered(finding: Finding) -> str:
    return render_to_string("conditions/_proposal.html", {"finding": finding})


# ---- Summaries ----


def test_a_survey_tells_its_worst_state_and_how_far_to_rely_on_it(inside, bridge):
    survey = make_survey(bridge)
    image = photo(survey)
    for mm in (0.1, 0.1, 2.0):
        crack(image, Width(mm, 0.02))
    photo(survey)
    text = summary(inside.get(reverse("survey", args=[survey.pk])))
    assert text.startswith("Worst state CS3 provisional: 3 findings unreviewed, 2 photos unreviewed")
    assert "CS1 2" in text and "CS3 1" in text and "CS2" not in text
    assert MBEI.title in text


def test_the_bar_has_a_text_for_those_who_do_not_see_it(inside, bridge):
    survey = make_survey(bridge)
    image = photo(survey)
    for width in (Width(0.1), Width(0.4, upper_bound=True), None):
        crack(image, width)
    page = read_page(inside.get(reverse("survey", args=[survey.pk])))
    (bar,) = (e for e in page.iter("svg") if e.get("class") == "conditions__bar")
    assert bar.get("role") == "img"
    assert bar.get("aria-label") == "Findings by state: 1 CS1, 1 several possible, 1 unknown"
    assert sum(float(part.get("width")) for part in bar.iter("rect")) == pytest.approx(1000, abs=1)


def test_what_nobody_looked_at_is_unknown_and_not_the_best_state(inside, bridge):
    survey = make_survey(bridge)
    make_run(photo(survey), status=Status.SUCCEEDED)
    text = summary(inside.get(reverse("survey", args=[survey.pk])))
    assert text.startswith("Worst state unknown unknown: 1 photo unreviewed")
    # Of the states only the pack's title may speak.
    assert "CS1" not in text


def test_rejected_findings_are_told_and_not_counted(inside, bridge, organisation):
    survey = make_survey(bridge)
    finding = crack(photo(survey), Width(2.0))
    record_review(finding=finding, reviewer=make_user(Role.REVIEWER, organisation), verdict="rejected")
    text = summary(inside.get(reverse("survey", args=[survey.pk])))
    assert "no crack stands; whether that is the best state is for a person to say" in text
    assert "1 rejected, not counted" in text and "CS3" not in text


def test_photos_that_wait_for_the_new_rules_are_told(inside, bridge, organisation):
    survey = make_survey(bridge)
    crack(photo(survey), Width(2.0))
    choose_pack(organisation=organisation, pack_id="mlit-record")
    text = summary(inside.get(reverse("survey", args=[survey.pk])))
    assert text.startswith("Worst state unknown")
    assert "1 photo still to be judged again" in text


def test_the_page_that_polls_brings_the_summary_along(inside, bridge):
    survey = make_survey(bridge)
    crack(photo(survey), Width(2.0))
    whole, grid = (inside.get(reverse(name, args=[survey.pk])) for name in ("survey", "survey-grid"))
    assert words(by_id(whole, "condition")) == words(by_id(grid, "condition"))
    assert by_id(grid, "condition").get("data-live") == "condition"


def test_a_bridge_tells_itself_its_surveys_and_its_elements(inside, bridge):
    span = make_element(bridge, name="Span 1")
    girder = make_element(bridge, name="Girder 1", parent=span)
    pier = make_element(bridge, name="Pier 1")
    crack(photo(make_survey(bridge, name="First visit"), girder), Width(2.0))
    crack(photo(make_survey(bridge, name="Second visit")), Width(0.5))
    make_survey(bridge, name="Empty visit")
    answer = inside.get(reverse("bridge", args=[bridge.pk]))
    assert summary(answer).startswith("Worst state CS3 provisional")
    tree = inside.get(reverse("bridge-elements", args=[bridge.pk]))
    rows = {element.pk: words(by_id(tree, f"element-{element.pk}")) for element in (span, girder, pier)}
    assert "Worst state: CS3 , provisional" in rows[span.pk] and "Worst state: CS3" in rows[girder.pk]
    assert "Worst state" not in rows[pier.pk]
    table = {words(row): row for row in read_page(answer).iter("tr")}
    assert any("First visit" in row and "CS3 provisional" in row for row in table)
    assert any("Second visit" in row and "CS2 provisional" in row for row in table)
    assert any("Empty visit" in row and row.count("no photos yet") == 2 for row in table)


def test_an_element_tells_itself_with_those_below(inside, bridge):
    span = make_element(bridge)
    crack(photo(make_survey(bridge), make_element(bridge, parent=span)), Width(2.0))
    crack(photo(make_survey(bridge)), Width(0.1))
    text = summary(inside.get(reverse("element-edit", args=[span.pk])))
    assert text.startswith("Worst state CS3") and "CS1" not in text.replace("CS3 1", "")
    assert "conditions__line" not in inside.get(reverse("element-new", args=[bridge.pk])).text


def test_a_project_tells_the_state_of_its_surveys(inside, bridge, organisation):
    project = Project.objects.create(organisation=organisation, name="Contract 7")
    crack(photo(make_survey(bridge, project=project)), Width(0.5))
    assert "CS2" in words(read_page(inside.get(reverse("project", args=[project.pk]))))


@pytest.mark.parametrize("name", ["survey", "bridge", "bridge-elements", "bridge-trend", "project", "element-edit"])
def test_the_number_of_queries_does_not_grow(name, inside, bridge, organisation):
    project = Project.objects.create(organisation=organisation, name="Contract 7")
    survey, element = make_survey(bridge, project=project), make_element(bridge)
    keys = {"survey": survey.pk, "project": project.pk, "element-edit": element.pk}

    def grown() -> int:
        for width in (Width(0.1), Width(0.4, upper_bound=True), None):
            crack(photo(survey, make_element(bridge, parent=element)), width)
            crack(photo(make_survey(bridge, project=project), element), width)
        with CaptureQueriesContext(connection) as captured:
            assert inside.get(reverse(name, args=[keys.get(name, bridge.pk)])).status_code == 200
        return len(captured)

    grown()
    assert grown() == grown()


# ---- One finding ----


def test_a_proposal_can_be_checked_by_hand(bridge):
    text = proposal(crack(photo(make_survey(bridge)), Width(0.35, 0.06)))
    for expected in (
        "Proposed CS2",
        "0.35 ± 0.06 mm is “from 0.30 mm up to 1.27 mm”: CS2",
        "0.05 mm wider than the limit 0.30 mm",
        "defect 1130",
        "of aashto-mbei-mm",
        "version 1",
        "σ = u95 / 1.96",
    ):
        assert expected in text, expected
    # P(above 0.30) with σ = 0.06 / 1.96 is Φ(1.63) = 0.95.
    for expected in ("CS1 5 %", "CS2 95 %", "CS3 0 %"):
        assert expected in text, text


def test_a_bound_names_every_state_that_remains(bridge):
    text = proposal(crack(photo(make_survey(bridge)), Width(0.4, upper_bound=True)))
    assert "Proposed CS1 or CS2" in text and "No single one is claimed" in text and "Margin" not in text


def test_nothing_is_proposed_without_the_reason_and_its_cure(bridge):
    text = proposal(crack(photo(make_survey(bridge)), None))
    assert "Proposed unknown" in text and "Give it one (a marker, the distance, or a known length)" in text
    assert "Probability" not in text and "CS1" not in text


def test_a_finding_that_no_rule_has_judged_yet_says_so():
    text = proposal(make_finding())
    assert text.startswith("unknown No rule has judged this crack yet")


def test_a_rejected_finding_keeps_its_proposal_and_says_that_it_does_not_count(bridge, organisation):
    finding = crack(photo(make_survey(bridge)), Width(2.0))
    assert "does not count" not in proposal(finding)
    record_review(finding=finding, reviewer=make_user(Role.REVIEWER, organisation), verdict="rejected")
    assert "rejected, so this does not count" in proposal(Finding.objects.get(pk=finding.pk))


def test_what_a_pack_says_is_shown_harmlessly(bridge):
    finding = crack(photo(make_survey(bridge)), Width(2.0))
    finding.proposal["source"] = "<script>alert(1)</script>"
    assert "<script>" not in _rendered(finding)


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0 %"), (1e-30, "0 %"), (0.001, "< 1 %"), (0.994, "99 %"), (0.999, "> 99 %"), (1.0, "100 %")],
)
def test_what_is_not_quite_certain_is_not_called_so(bridge, share, shown):
    finding = crack(photo(make_survey(bridge)), Width(2.0))
    finding.proposal["probabilities"] = {"CS3": share}
    assert f"CS3 {shown}" in proposal(finding)


@pytest.mark.parametrize("state", ["CS1", "CS2", "CS3", "CS4", "within", "beyond", "below", "record", "", None])
def test_a_state_is_told_by_word_and_by_shape(state):
    page = read_page(_Answer(render_to_string("conditions/_chip.html", {"state": state})))
    assert words(page) == (state or "unknown")
    (use,) = page.iter("use")
    assert use.get("href").partition("#")[2] in {"narrow", "middle", "wide", "structural", "unknown"}


def test_every_grade_has_a_shape_of_its_own():
    shapes = {
        next(read_page(_Answer(render_to_string("conditions/_chip.html", {"state": state}))).iter("use")).get("href")
        for state in ("CS1", "CS2", "CS3", "CS4", "several", "")
    }
    assert len(shapes) == 6
