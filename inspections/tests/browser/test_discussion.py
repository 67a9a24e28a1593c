"""People at several browsers: they talk about a crack, hand it on, decide it at once, and read what happened."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.stack import Analysed

pytestmark = [pytest.mark.browser, pytest.mark.street, pytest.mark.every_browser]


@pytest.fixture(scope="module")
def wall(analyse) -> Analysed:
    """One photo with four cracks; the tests below go on from each other's cracks, not from each other."""
    return analyse("talked-of", {"wall.jpg": draw_wall(77, cracks=4)})


@pytest.fixture
def queue(wall) -> str:
    return f"?survey={wall.path.split('/')[2]}"


def focus(visitor, address: str) -> Page:
    page = visitor.open(address)
    expect(page.locator(".region.is-shown")).to_have_count(1)
    return page


def pick(visitor, wall: Analysed, number: int) -> Page:
    page = visitor.open(f"{wall.photos[0]}#crack-{number}")
    expect(page.locator("#picked .talk")).to_be_visible()
    return page


def settled(page: Page) -> None:
    expect(page.locator("html[data-unsaved='0']")).to_have_count(1)


def test_a_question_finds_its_reader_and_is_answered_where_the_crack_is(enter, wall, queue):
    asking = focus(enter("reviewer"), f"/review/{queue}")
    title = asking.locator(".region-facts__title").inner_text()
    asking.keyboard.press("c")
    asking.keyboard.type("Is this the joint, @cur")
    expect(asking.locator("#mention-list [role=option]")).to_have_text(re.compile("@curator"))
    asking.keyboard.press("Enter")
    asking.keyboard.type("or a crack?")
    asking.get_by_role("button", name="Say it").click()
    settled(asking)
    expect(asking.locator("#comment-count")).to_have_text("1 open")
    expect(asking.locator("#talk .mention")).to_have_text("@curator")

    reading = enter("curator")
    page = reading.open("/review/")
    page.get_by_role("link", name=re.compile(r"\d+ mentions? you")).click()
    page.goto(f"{page.url}&{queue[1:]}")
    expect(page.locator(".region-facts__title")).to_have_text(title)
    expect(page.locator("#talk")).to_contain_text("Is this the joint, @curator or a crack?")
    page.locator(".region-facts__title a").click()
    expect(page.locator("#picked .comment")).to_have_count(1)
    page.keyboard.press("c")
    page.keyboard.type("A crack: it leaves the joint at the left.")
    page.get_by_role("button", name="Say it").click()
    expect(page.locator("#picked .comment")).to_have_count(2)
    page.locator(".comment", has_text="Is this the joint").get_by_role("button", name="Resolve").click()
    expect(page.locator(".comment--resolved")).to_contain_text("Resolved by Curator")
    page.goto(f"{reading.url}/review/{queue}&mentioned=me")
    expect(page.locator("#done")).to_be_visible()

    # Answered from Focus as well, and without a request that leaves the page.
    asking.reload()
    expect(asking.locator("#comment-count")).to_have_text("1 open")
    asking.locator("#talk").get_by_role("button", name="Resolve").click()
    settled(asking)
    expect(asking.locator("#comment-count")).to_be_hidden()


def test_work_is_given_to_somebody_else(enter, wall, queue):
    page = focus(enter("reviewer"), f"/review/{queue}")
    title = page.locator(".region-facts__title").inner_text()
    page.keyboard.press("p")
    expect(page.locator("#assign-to")).to_be_focused()
    page.locator("#assign-to").select_option("administrator")
    page.locator("#assign").get_by_role("button", name="Assign").click()
    settled(page)
    expect(page.locator("#region-assignee")).to_contain_text("administrator")
    other = enter("administrator").open("/review/")
    other.get_by_role("link", name=re.compile(r"\d+ assigned to you")).click()
    other.goto(f"{other.url}&{queue[1:]}")
    expect(other.locator(".region-facts__title")).to_have_text(title)
    other.locator(".region-facts__title a").click()
    expect(other.locator("#assignee")).to_have_value("administrator")
    other.keyboard.press("g")
    expect(other.locator("#assignee")).to_have_value("")


def test_reasons_states_and_taking_back_on_the_photos_page(enter, wall):
    page = pick(enter("reviewer"), wall, 3)
    page.get_by_label("Why").fill("the joint runs on to the left")
    page.get_by_role("button", name="Reject: Joint").click()
    expect(page.locator("#crack-3")).to_have_attribute("data-verdict", "rejected")
    expect(page.locator(".standing")).to_contain_text("Rejected: joint by Reviewer")
    expect(page.locator(".standing")).to_contain_text("the joint runs on to the left")
    page.locator("#picked-title").click()
    page.keyboard.press("u")
    expect(page.locator("#crack-3")).to_have_attribute("data-verdict", "undecided")
    expect(page.locator(".standing")).to_have_count(0)
    page.keyboard.press("2")
    expect(page.locator("#crack-3")).to_have_attribute("data-seen", "3")
    page.goto(f"{page.url.split('#')[0]}?crack=3")
    expect(page.locator(".standing")).to_contain_text("Accepted as CS2")


def test_two_decide_the_same_crack_and_the_second_chooses(enter, wall):
    first, second = pick(enter("reviewer"), wall, 4), pick(enter("administrator"), wall, 4)
    first.get_by_role("button", name="Accept as CS3").click()
    expect(first.locator("#crack-4")).to_have_attribute("data-seen", "1")
    second.keyboard.press("m")
    question = second.get_by_role("dialog")
    expect(question).to_contain_text("Reviewer has accepted it meanwhile")
    expect(question).to_contain_text("Accepted as CS3 by Reviewer")
    assert wcag_findings(Axe(), second) == []
    question.get_by_role("link", name="Leave it so").click()
    expect(second.locator("#crack-4")).to_have_attribute("data-verdict", "accepted")

    first.keyboard.press("u")
    expect(first.locator("#crack-4")).to_have_attribute("data-seen", "2")
    second.keyboard.press("m")
    question.get_by_role("button", name="Decide all the same").click()
    expect(second.locator("#crack-4")).to_have_attribute("data-verdict", "rejected")
    expect(question).to_be_hidden()
    expect(second.locator(".standing")).to_contain_text("Rejected: moss or plants by Administrator")

    second.locator(".picked__history summary").click()
    expect(second.locator(".picked__history")).to_contain_text("Accepted as CS3")
    second.goto(f"{second.url.split('/photos/')[0]}{wall.path}history/")
    record = second.get_by_role("region", name="Events")
    for said in ("Rejected: moss or plants", "Taken back: undecided again", "Accepted as CS3", "Reviewer", "found by"):
        expect(record).to_contain_text(said)
    second.get_by_label("What", exact=True).select_option("decided")
    second.get_by_label("Who", exact=True).select_option("administrator")
    second.get_by_role("button", name="Show").click()
    expect(record).not_to_contain_text("Accepted as CS3")
    with second.expect_download() as download:
        second.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename.endswith(".history.csv")


@pytest.mark.only_chromium("scripts switched off")
def test_without_script_a_crack_is_talked_of_and_decided(enter, wall):
    page = enter("inspector", java_script_enabled=False).open(wall.photos[0])
    page.get_by_title("Show crack 2").click()
    page.get_by_label("Comment", exact=True).fill("seen from the boat, too")
    page.get_by_role("button", name="Say it").click()
    expect(page.locator("#picked")).to_contain_text("seen from the boat, too")
    page = enter("reviewer", java_script_enabled=False).open(f"{wall.photos[0]}?crack=2")
    page.get_by_label("Assigned to").select_option("curator")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_label("Assigned to")).to_have_value("curator")
    page.get_by_role("button", name="Reject: Shadow").click()
    expect(page.locator("#crack-2")).to_have_attribute("data-verdict", "rejected")


def test_whoever_is_logged_out_loses_no_decision(enter, wall, queue):
    visitor = enter("curator")
    page = focus(visitor, f"/review/{queue}")
    visitor.context.clear_cookies()
    page.keyboard.press("c")
    page.keyboard.type("still here?")
    page.get_by_role("button", name="Say it").click()
    expect(page.locator("#trouble")).to_contain_text("Not saved yet: 1. You have been logged out.")
    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in a new window").click()
    door = opened.value
    door.fill("[name=username]", "curator")
    door.fill("[name=password]", "a long enough password")
    door.get_by_role("button", name="Log in").click()
    door.wait_for_url(re.compile("/overview/"))
    page.bring_to_front()
    settled(page)
    expect(page.locator("#trouble")).to_be_hidden()
    expect(page.locator("#talk")).to_contain_text("still here?")


def test_a_viewer_reads_along(enter, wall, queue):
    page = focus(enter("viewer"), f"/review/{queue}")
    expect(page.locator("#read-only")).to_contain_text("deciding is for reviewers")
    expect(page.get_by_role("button", name=re.compile("Accept|Reject|Comment|Assign"))).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator("#progress")).to_contain_text("deciding is for reviewers")
    assert wcag_findings(Axe(), page) == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(enter, wall, theme, width):
    visitor = enter("reviewer", color_scheme=theme, viewport={"width": width, "height": 844})
    page = pick(visitor, wall, 4)
    page.locator(".picked__history summary").click()
    for address in ("", f"{wall.path}history/", "/review/?decided=1"):
        if address:
            page.goto(visitor.url + address)
            page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
        assert wcag_findings(Axe(), page) == []
