"""The review at a real browser: region after region from the keyboard, the grid with one Apply, two at once."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.keyboard_run import decide_by_keys
from inspections.tests.browser.stack import Analysed, Stack

pytestmark = [pytest.mark.browser, pytest.mark.street, pytest.mark.every_browser]
PHOTOS, CRACKS = 5, 3
LEFT = """
() => {
  const scene = JSON.parse(document.getElementById("scene").textContent);
  return fetch(`${scene.next}?${scene.query}`).then((answer) => answer.json()).then(({ left }) => left);
}
"""


@pytest.fixture(scope="module")
def walls(stack: Stack, browser: Browser) -> Analysed:
    """Photos of look-alike walls, three cracks on each; each browser has its own."""
    photos = stack.data / f"walls-{browser.browser_type.name}"
    photos.mkdir()
    for seed in range(PHOTOS):
        (photos / f"wall-{seed}.jpg").write_bytes(draw_wall(40 + seed, cracks=CRACKS))
    return stack.analyse(photos)


@pytest.fixture
def queue(walls) -> str:
    return f"?survey={walls.path.split('/')[2]}"


@pytest.fixture
def page(enter, queue) -> Page:
    page = enter("reviewer").open(f"/review/{queue}")
    expect(page.locator(".region.is-shown")).to_have_count(1)
    return page


def left(page: Page) -> int:
    """How many the page says are left, once all decisions have arrived."""
    expect(page.locator("html:not([data-unsaved]), html[data-unsaved='0']")).to_have_count(1)
    return page.evaluate(LEFT)


def settled(page: Page) -> None:
    expect(page.locator("html[data-unsaved='0']")).to_have_count(1)


def test_the_region_lies_at_full_size_in_the_middle_with_the_next_two_ready(page):
    expect(page.locator(".region")).to_have_count(3)
    shown = page.locator(".region.is-shown img").first
    expect(shown).to_be_visible()
    scale = page.evaluate("document.querySelector('.region.is-shown g').getCTM().a * devicePixelRatio")
    assert scale == pytest.approx(1)
    for ready in page.locator(".region:not(.is-shown) img").all():
        ready.evaluate("picture => picture.decode()")
    page.keyboard.press("z")
    assert page.evaluate("document.querySelector('.region.is-shown g').getCTM().a * devicePixelRatio") < 1
    assert page.locator(".review__context i").count() == 1


def test_keys_decide_undo_and_go_on(page):
    settled_before = left(page)
    titles = [page.locator(".region-facts__title").inner_text()]
    for key in ("a", "n"):
        page.keyboard.press(key)
        titles.append(page.locator(".region-facts__title").inner_text())
    assert len(set(titles)) == 3
    settled(page)
    assert left(page) == settled_before - 2
    page.keyboard.press("u")
    expect(page.locator(".region-facts__title")).to_have_text(titles[1])
    settled(page)
    assert left(page) == settled_before - 1
    # The address opens the same region again.
    page.reload()
    expect(page.locator(".region-facts__title")).to_have_text(titles[1])


def test_decisions_wait_for_a_server_that_is_away(page):
    before = left(page)
    page.route("**/decide/", lambda route: route.abort())
    page.keyboard.press("x")
    expect(page.locator("#trouble")).to_contain_text("Not saved yet: 1")
    page.unroute("**/decide/")
    settled(page)
    expect(page.locator("#trouble")).to_be_hidden()
    assert left(page) == before - 1


def test_the_second_of_two_chooses(page, enter, queue):
    other = enter("administrator").open(f"/review/{queue}")
    expect(other.locator(".region.is-shown")).to_have_count(1)
    assert other.locator(".region-facts__title").inner_text() == page.locator(".region-facts__title").inner_text()
    page.keyboard.press("a")
    settled(page)
    other.keyboard.press("x")
    expect(other.locator("#meanwhile")).to_be_visible()
    expect(other.locator("#meanwhile-words")).to_contain_text("Reviewer has decided on crack")
    expect(other.locator("#meanwhile")).to_contain_text("Accepted by Reviewer")
    other.get_by_role("button", name="Leave it so").click()
    settled(other)


def test_the_grid_marks_a_range_and_says_what_apply_will_do(enter, queue):
    page = enter("reviewer").open(f"/review/grid/{queue}")
    boxes = page.locator(".patch__box")
    count = boxes.count()
    assert count >= 4
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("#apply-words")).to_contain_text("Apply will reject 3 regions as joint")
    page.keyboard.press("Escape")
    expect(page.locator("#apply-words")).to_contain_text("Nothing is marked")
    boxes.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.locator("#apply-words")).to_contain_text("1 region")
    page.get_by_role("button", name="Apply").click()
    expect(boxes).to_have_count(count - 1)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/review/", "/review/grid/"])
def test_everybody_can_use_it(enter, queue, path, theme, size):
    viewport = {"width": size[0], "height": size[1]}
    page = enter("reviewer", color_scheme=theme, viewport=viewport).open(path + queue)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert wcag_findings(Axe(), page) == []


def test_a_queue_to_its_end_with_the_key_sheet_alone(page):
    """What one decision costs: one request that brings the next region along, and the pictures of its photo."""
    waiting = left(page)
    run = decide_by_keys(page, waiting + 1)
    expect(page.locator("#done")).to_be_visible()
    assert len(run.seconds) == waiting
    assert run.wrong == []
    assert run.requests["decide"] == waiting
    assert run.requests["next"] <= 2
    assert left(page) == 0
