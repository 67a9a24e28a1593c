"""From a filter that a link opens to the sign-off, and a new analysis that erases no decision, at a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.stack import Analysed

pytestmark = [pytest.mark.browser, pytest.mark.street, pytest.mark.every_browser]


@pytest.fixture(scope="module")
def walls(analyse) -> Analysed:
    """Two photos with cracks."""
    return analyse("queue", {f"wall-{seed}.jpg": draw_wall(60 + seed, cracks=3) for seed in range(2)})


@pytest.fixture
def survey(walls) -> str:
    return walls.path.split("/")[2]


def in_focus(page: Page) -> str:
    expect(page.locator(".region.is-shown")).to_have_count(1)
    return page.locator(".region-facts__title").inner_text()


def settled(page: Page) -> None:
    expect(page.locator("html[data-unsaved='0']")).to_have_count(1)


def test_a_filter_is_kept_and_its_link_opens_the_same_place(enter, survey):
    visitor = enter("reviewer")
    page = visitor.open(f"/review/?survey={survey}")
    in_focus(page)
    page.locator(".review__filter > summary").click()
    page.get_by_label("Order").select_option("width")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(f"survey={survey}.*order=width"))
    in_focus(page)
    page.keyboard.press("s")
    second = in_focus(page)
    address = page.evaluate("location.pathname + location.search")
    assert in_focus(enter("curator").open(address)) == second
    page.locator(".review__filter > summary").click()
    page.get_by_label("Keep this filter as").fill(f"Widest {survey[:4]}")
    page.get_by_role("button", name="Keep", exact=True).click()
    page = visitor.open("/review/")
    page.locator(".review__filter > summary").click()
    page.get_by_role("link", name=f"Widest {survey[:4]}").click()
    expect(page).to_have_url(re.compile(f"survey={survey}.*order=width"))


def test_a_new_analysis_erases_no_decision(enter, walls):
    page = enter("reviewer").open(f"{walls.photos[0]}#crack-1")
    page.locator("#picked .talk").wait_for()
    page.keyboard.press("a")
    row = page.locator("#crack-1")
    expect(row).to_have_attribute("data-verdict", "accepted")
    with page.expect_event("load"):
        page.get_by_role("button", name="Analyse again").click()
    expect(page.locator("#run-state")).to_contain_text("Analysed")
    expect(row).to_have_attribute("data-verdict", "accepted")
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#panel-history")).to_contain_text("carried over")


def test_a_survey_is_signed_off_with_the_undecided_named_and_reopened(enter, walls, survey):
    page = enter("reviewer").open(walls.path)
    page.get_by_text("Sign off", exact=True).first.click()
    expect(page.locator(".sign-off")).to_contain_text(re.compile(r"\d+ findings? undecided"))
    page.get_by_label("Note").fill("The rest are joints.")
    page.get_by_role("button", name=re.compile(r"Sign off with \d+ undecided")).click()
    expect(page.locator(".sign-off")).to_contain_text("stay as they are until it is reopened")
    expect(page.get_by_role("button", name="Choose photos")).to_have_count(0)
    # Whoever comes by a link reads why nothing can be decided.
    late = enter("curator").open(f"/review/?survey={survey}&decided=1")
    before = in_focus(late)
    expect(late.locator("#read-only")).to_be_visible()
    late.keyboard.press("a")
    assert in_focus(late) == before
    page.get_by_text("Reopen", exact=True).first.click()
    page.get_by_label("Why").fill("A photo of the bearing is missing.")
    page.get_by_role("button", name="Reopen the survey").click()
    expect(page.get_by_text("Sign off", exact=True).first).to_be_visible()
    page.get_by_role("link", name="History").click()
    record = page.locator("main")
    expect(record).to_contain_text("A photo of the bearing is missing.")
    expect(record).to_contain_text("The rest are joints.")
