"""Pages with condition states are open to everybody: in both themes, wide and narrow, checked against WCAG 2.2."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from django.urls import reverse

from inspections.conditions import Width, builtin_packs
from inspections.models import Role, SegmentationRun, SurveyImage
from inspections.services.conditions import judged
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
from inspections.tests.browser.look import WCAG
from inspections.tests.browser.test_frame_in_a_browser import visit

__all__ = ["visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PACK = builtin_packs()["aashto-mbei-mm"]
WIDTHS = (
    *(Width(0.1, 0.02),) * 9,
    *(Width(0.35, 0.06),) * 5,
    Width(2.0, 0.2),
    *(Width(0.4, upper_bound=True),) * 4,
    *(None,) * 3,
)


def put(page, markup: str) -> None:
    """Lay a partial into the page that is open, styled as there."""
    page.evaluate("markup => { document.getElementById('page').innerHTML = markup }", markup)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_condition_states_are_open_to_everybody(theme, width, visit, tmp_path):
    bridge = make_bridge(make_organisation(), name="Kettle Beck Viaduct", material="reinforced_concrete")
    survey, pier = make_survey(bridge), make_element(bridge, name="Pier 2")
    image = make_image(survey)
    SurveyImage.objects.filter(pk=image.pk).update(element=make_element(bridge, name="Cap", parent=pier))
    run = make_run(image, status=SegmentationRun.Status.SUCCEEDED)
    findings = [
        make_finding(run, **judged(pack=PACK, material="reinforced_concrete", exposure="", width=each))
        for each in WIDTHS
    ]
    choose_pack(organisation=bridge.organisation, pack_id="aashto-mbei-in")
    administrator = make_user(Role.ADMINISTRATOR, bridge.organisation)
    partials = [
        render_to_string("conditions/_proposal.html", {"finding": finding})
        for finding in (findings[0], findings[9], findings[-4], findings[-1], make_finding())
    ]
    chips = [
        render_to_string("conditions/_chip.html", {"state": state})
        for state in ("CS1", "CS2", "CS3", "CS4", "within", "beyond", "below", "record", "several", "")
    ]
    visitor = visit(administrator, color_scheme=theme, viewport={"width": width, "height": 900})
    axe, found = Axe(), []

    def look(name: str) -> None:
        page = visitor.page
        page.screenshot(path=tmp_path / f"{name}-{width}-{theme}.png", full_page=True)
        violations = axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        found.extend((name, each["id"], [node["target"] for node in each["nodes"]]) for each in violations)
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(sideways) <= 0, name

    for name, args in (
        ("survey", [survey.pk]),
        ("bridge", [bridge.pk]),
        ("element-edit", [pier.pk]),
        ("settings", []),
        ("settings-rule-pack", ["aci-224r-in"]),
        ("settings-rules", []),
    ):
        visitor.go(reverse(name, args=args))
        look(name)
    visitor.page.fill("#id_text", "id: [\nname: x")
    visitor.page.get_by_role("button", name="Check and add").click()
    assert "Line 2, column" in visitor.page.get_by_role("alert").inner_text()
    assert "name: x" in visitor.page.input_value("#id_text")
    look("settings-rules-refused")
    visitor.go(reverse("survey", args=[survey.pk]))
    put(visitor.page, "<hr>".join([" ".join(chips), *partials]))
    look("proposals")
    assert found == []
    assert [said for said in visitor.complaints if "422" not in said] == []
