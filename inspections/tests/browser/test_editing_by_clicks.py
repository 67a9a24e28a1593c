"""The editor by clicks and taps: cut between two places, nothing begun is lost by saving, and what was made is told."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.stack import Analysed, Stack
from inspections.tests.browser.test_editing import PAINTED, cracks, drag, follow, middle, own_line, ready

pytestmark = [pytest.mark.browser, pytest.mark.street]


@pytest.fixture(scope="module")
def walls(stack: Stack) -> Analysed:
    photos = stack.data / "to-click"
    photos.mkdir()
    for seed in range(6):
        (photos / f"wall-{seed}.jpg").write_bytes(draw_wall(180 + seed, cracks=2))
    return stack.analyse(photos)


@pytest.fixture
def edit(enter, walls):
    """Opens the editor on the first crack of one of the walls, with a one-pixel brush in hand."""

    def open_editor(number: int, **options) -> Page:
        page = enter("reviewer", **options).open(walls.photos[number])
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator("[data-select]").first.click()
        page.keyboard.press("e")
        return ready(page)

    return open_editor


def across(page: Page) -> list[tuple[float, float]]:
    """A place above the middle of the crack that is edited, and one below."""
    line = own_line(page)
    x, y = line[len(line) // 2]
    return [(x - 2, y - 40), (x + 2, y + 40)]


def test_two_clicks_cut_as_a_drag_does(edit):
    page = edit(0)
    above, below = across(page)
    page.keyboard.press("k")
    # A hand that trembles a little clicks all the same.
    page.mouse.move(*above)
    page.mouse.down()
    page.mouse.move(above[0] + 2, above[1] + 1)
    page.mouse.up()
    expect(page.locator("#begun-words")).to_have_text("Now the other side of the crack")
    expect(page.locator("#begun").get_by_role("button", name="Do it")).to_be_disabled()
    # The same place again is no cut.
    page.mouse.click(above[0] + 1, above[1] + 1)
    expect(page.locator("#begun-words")).to_have_text("Now the other side of the crack")
    page.mouse.move((above[0] + below[0]) / 2, (above[1] + below[1]) / 2)
    page.mouse.click(*below)
    expect(page.locator("#begun-words")).to_have_text("Cut here?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/photos/**#crack-*")
    expect(page.locator(".message--drawn")).to_contain_text("Crack 1 is cut: 2 cracks stand now")
    assert set(cracks(page)) == {"2", "3", "4"}


def test_two_taps_cut_and_saving_does_it(edit):
    page = edit(1, has_touch=True)
    page.keyboard.press("k")
    for place in across(page):
        page.touchscreen.tap(*place)
    expect(page.locator("#begun-words")).to_have_text("Cut here?")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/photos/**#crack-*")
    assert set(cracks(page)) == {"2", "3", "4"}


def test_saving_says_what_is_missing_and_loses_nothing(edit):
    page = edit(2)
    whole = page.evaluate(PAINTED)
    x, y = middle(page)
    page.keyboard.press("p")
    for dx in (0, 30):
        page.mouse.click(x + dx, y - 150)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("A polygon needs three corners")
    expect(page.locator("#begun-words")).to_have_text("2 corners")
    page.mouse.click(x + 30, y - 120)
    expect(page.locator("#trouble")).to_be_hidden()
    page.keyboard.press("Enter")
    painted = page.evaluate(PAINTED)
    assert painted > whole
    page.keyboard.press("k")
    above, below = across(page)
    page.mouse.click(*above)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("The cut has only one end")
    page.mouse.click(*below)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("cannot be saved at once")
    expect(page.locator("#begun-words")).to_have_text("Cut here?")
    assert page.evaluate(PAINTED) == painted


def test_an_open_polygon_is_closed_and_saved_and_the_pieces_are_told_and_taken_back(edit):
    page = edit(2)
    x, y = middle(page)
    top = y - 80
    page.keyboard.press("p")
    for dx, dy in ((-60, 0), (60, 0), (60, 6), (-60, 6)):
        page.mouse.click(x + dx, top + dy)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/photos/**#crack-*")
    told = page.locator(".message--drawn")
    expect(told).to_contain_text("Crack 1 is corrected. 2 cracks stand now, since the pieces do not touch:")
    expect(told).to_contain_text(re.compile(r"crack 3 \([\d\u202f ]+px long, width .*crack 4 \("))
    told.get_by_role("link", name="crack 4").click()
    page.wait_for_url("**#crack-4")
    expect(page.locator("#crack-4")).to_have_attribute("aria-current", "true")
    assert set(cracks(page)) == {"2", "3", "4"}
    told.get_by_role("button", name="Take it back").click()
    expect(page.locator(".message--drawn")).to_contain_text("Taken back: crack 1 stands again as it was.")
    assert set(cracks(page)) == {"1", "2"}
    page.reload()
    expect(page.locator(".message--drawn")).to_have_count(0)


def test_one_corrected_crack_is_told_as_one(edit):
    page = edit(3)
    line = own_line(page)
    page.keyboard.press("r")
    page.locator("#size").fill("40")
    page.locator("#stage").focus()
    follow(page, line[: len(line) // 3])
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/photos/**#crack-3")
    expect(page.locator(".message--drawn")).to_contain_text("Crack 1 is corrected and stands as crack 3 (")


def test_it_is_told_where_one_came_from_too(enter, walls):
    page = enter("reviewer").open(walls.photos[4] + "look/")
    expect(page.locator(".pane img").first).to_be_visible()
    page.keyboard.press("b")
    ready(page)
    page.locator("#size").fill("6")
    page.locator("#stage").focus()
    drag(page, (-200, 0), (200, 10))
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/look/#*")
    expect(page.locator(".message--drawn")).to_contain_text("Added: crack 3")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".message--drawn")).to_contain_text("Taken back: what was drawn stands no more.")
    expect(page.locator(".crack[data-drawn]")).to_have_count(0)


def test_why_a_painted_piece_has_no_width_is_told_truly(enter, walls):
    page = enter("reviewer").open(walls.photos[4])
    page.goto(page.url + "edit/")
    ready(page)
    page.locator("#size").fill("5")
    page.locator("#stage").focus()
    drag(page, (-39, 0), (39, 0))
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/photos/[^/]+/(#.*)?$"))
    expect(page.locator(".message--drawn")).to_contain_text("width not measured")
    page.locator(".message--drawn a").click()
    expect(page.locator("#picked")).to_contain_text("The photo shows no dark line")
    expect(page.get_by_text("far enough from its ends")).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it(edit, theme, size):
    page = edit(5, color_scheme=theme, viewport={"width": size[0], "height": size[1]})
    x, y = middle(page)
    page.mouse.click(x, y - 60)
    page.keyboard.press("k")
    page.mouse.click(x, y - 30)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert wcag_findings(Axe(), page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.mouse.move(x - 30, y - 60)
    page.mouse.down()
    page.mouse.move(x + 30, y - 60, steps=6)
    page.mouse.up()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/photos/**")
    expect(page.locator(".message--drawn")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert wcag_findings(Axe(), page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".message--drawn")).to_contain_text("Taken back")
