"""The systematic look at a real browser: part after part until all was seen, and a missed crack added on the way."""

import re
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.stack import Analysed

pytestmark = [pytest.mark.browser, pytest.mark.street, pytest.mark.every_browser]
SIZE = (1700, 1100)
FAINT = [(300, 260), (520, 300), (760, 280)]


def draw_faint_crack(seed: int) -> bytes:
    """A wall with a line on it so broad and faint that a person sees it, and the network does not."""
    wall = Image.open(BytesIO(draw_wall(seed, width=SIZE[0], height=SIZE[1], cracks=0)))
    ImageDraw.Draw(wall).line(FAINT, fill=(136, 132, 124), width=10)
    out = BytesIO()
    wall.save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="module")
def walls(analyse) -> Analysed:
    """A photo for each test that leaves something on it, and a last one for those that only look."""
    return analyse("faint", {f"faint-{seed}.jpg": draw_faint_crack(60 + seed) for seed in range(6)})


@pytest.fixture
def look(enter, walls):
    """Opens the look at one of the walls, as the reviewer."""
    visitor = enter("reviewer")

    def open_wall(number: int, before=None) -> Page:
        page = visitor.open("/login/")
        if before:
            before(page)
        page.goto(visitor.url + walls.photos[number] + "look/")
        expect(page.locator(".pane img").first).to_be_visible()
        return page

    return open_wall


def settled(page: Page) -> None:
    """All that was seen has arrived."""
    expect(page.locator("html[data-unsaved='0']")).to_have_count(1)


def own_percent(page: Page) -> int:
    return int(re.search(r"(\d+) % by you", page.locator("#progress").inner_text())[1])


def add_line(page: Page, line=FAINT) -> None:
    """Along the faint crack, which lies in the first part of the photo."""
    page.keyboard.press("l")
    seat = page.locator("#stage").bounding_box()
    for x, y in line:
        page.mouse.click(seat["x"] + x, seat["y"] + y)
    page.keyboard.press("Enter")


def test_a_photo_is_looked_through_by_space_until_all_was_seen(look, walls):
    page = look(0)
    expect(page.locator("#progress")).to_contain_text("Part 1 of 4")
    for _ in range(40):
        if page.locator("#done").is_visible():
            break
        page.wait_for_timeout(1300)
        page.keyboard.press("Space")
    expect(page.locator("#done-words")).to_have_text("You have looked at the whole photo.")
    settled(page)
    assert own_percent(page) == 100
    page.reload()
    expect(page.locator("#progress")).to_contain_text("100 % by you, 100 % by anybody")
    page.goto(page.url.replace("look/", ""))
    expect(page.locator("#look-through")).to_contain_text("100")
    page.goto(page.url.split("/photos/")[0] + walls.path + "history/?kind=looked")
    expect(page.locator(".history > li")).to_have_count(1)
    expect(page.locator(".history > li")).to_contain_text("Looked at the whole photo faint-0.jpg")
    # The survey goes on with the next.
    page.goto(page.url.split("history/")[0] + "look/")
    expect(page.locator("h1")).to_have_text("faint-1.jpg")


def test_what_is_passed_quickly_does_not_count_and_comes_again(look):
    page = look(1, before=lambda page: page.clock.install())
    page.wait_for_function("[...document.querySelectorAll('.pane img')].every((one) => one.complete)")
    for part in (2, 3, 4, 1):
        page.keyboard.press("Space")
        expect(page.locator("#progress")).to_contain_text(f"Part {part} of 4")
    assert own_percent(page) == 0
    page.wait_for_function("[...document.querySelectorAll('.pane img')].every((one) => one.complete)")
    page.clock.run_for(1100)
    assert own_percent(page) > 10
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#progress")).to_contain_text("Part 1 of 4")


def test_a_missed_crack_is_added_by_a_line_and_taken_back(look):
    page = look(2)
    add_line(page)
    row = page.locator("#added-rows li")
    expect(row).to_contain_text(re.compile(r"Crack \d+, \d.*px wide"))
    expect(page.locator(".crack[data-drawn]")).to_have_count(1)
    violet = "getComputedStyle(document.querySelector('.crack[data-drawn] .crack__line')).stroke"
    assert page.evaluate(violet) == "rgb(179, 136, 255)"
    page.reload()
    expect(page.locator(".crack[data-drawn]")).to_have_count(1)
    # A second line along it would count its length twice.
    add_line(page, FAINT[1:])
    expect(row).to_contain_text(re.compile(r"crack \d+ stands already"))
    expect(page.locator(".crack[data-drawn]")).to_have_count(1)
    page.get_by_role("button", name="Leave it").click()
    page.goto(page.url.replace("look/", ""))
    expect(page.locator("#crack-rows .mark--added")).to_have_count(1)
    page.get_by_role("tab", name="History").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#crack-rows .mark--added")).to_have_count(0)


def test_a_line_can_be_dropped_and_one_point_is_none(look):
    page = look(3)
    seat = page.locator("#stage").bounding_box()
    page.keyboard.press("l")
    page.mouse.click(seat["x"] + 300, seat["y"] + 260)
    page.keyboard.press("Enter")
    expect(page.locator("#drawing-words")).to_have_text("1 place")
    page.keyboard.press("Escape")
    expect(page.locator("#drawing-bar")).to_be_hidden()
    expect(page.locator(".pane__point")).to_have_count(0)
    expect(page.locator("#added")).to_be_hidden()


def test_nothing_is_lost_while_the_server_is_away(look):
    page = look(4)
    for end in ("**/looked/", "**/draw/"):
        page.route(end, lambda route: route.abort())
    add_line(page)
    expect(page.locator("#trouble")).to_contain_text("What you drew is kept here")
    expect(page.locator("#trouble")).to_contain_text("What you have looked at is kept here")
    waiting = page.locator("html").get_attribute("data-unsaved")
    assert int(waiting) > 0
    page.on("dialog", lambda dialog: dialog.accept())
    # Even through a reload.
    page.reload()
    for end in ("**/looked/", "**/draw/"):
        page.unroute(end)
    settled(page)
    expect(page.locator("#added-rows li")).to_contain_text("px wide")
    expect(page.locator("#trouble")).to_be_hidden()
    page.reload()
    expect(page.locator(".crack[data-drawn]")).to_have_count(1)
    assert own_percent(page) > 0


def test_viewers_look_without_being_counted(enter, walls):
    asked = []
    page = enter("viewer").open(walls.photos[5] + "look/")
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    for _ in range(4):
        page.keyboard.press("Space")
    expect(page.locator("#done-words")).to_have_text("This is the end of the photo.")
    assert not asked
    expect(page.get_by_role("button", name="Add a crack")).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(enter, walls, theme, size):
    page = enter("reviewer", color_scheme=theme, viewport={"width": size[0], "height": size[1]}).open(
        walls.photos[5] + "look/"
    )
    page.keyboard.press("l")
    expect(page.locator("#drawing-bar")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert wcag_findings(Axe(), page) == []
