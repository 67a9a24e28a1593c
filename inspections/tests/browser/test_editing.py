"""The editor at a real browser and worker: painted, saved, measured anew; cut, joined, taken back; nothing lost."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.stack import Analysed

pytestmark = [pytest.mark.browser, pytest.mark.street, pytest.mark.every_browser]
PAINTED = """
() => {
  const canvas = document.querySelector(".easel__mask");
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  let count = 0;
  for (let place = 3; place < data.length; place += 4) if (data[place]) count += 1;
  return count;
}
"""


# As much as single pixels all over would come to; the server reads no more of either.
RAGGED = """
() => {
  const { fetch } = window;
  const larger = (sent) => (sent?.body ? { ...sent, body: sent.body + " ".repeat(9e6) } : sent);
  window.fetch = (address, sent) => fetch(address, larger(sent));
}
"""
OWN_LINE = """
() => {
  const { finding, cracks } = JSON.parse(document.getElementById("scene").textContent);
  const { lines } = cracks.find(({ id }) => id === finding.id);
  const seat = document.getElementById("stage").getBoundingClientRect();
  const { a, e, f } = document.querySelector(".pane__drawing > g").getCTM();
  return lines[0].map(([x, y]) => [seat.left + e + (x + 0.5) * a, seat.top + f + (y + 0.5) * a]);
}
"""


@pytest.fixture(scope="module")
def walls(analyse) -> Analysed:
    return analyse("to-correct", {f"wall-{seed}.jpg": draw_wall(80 + seed, cracks=2) for seed in range(5)})


@pytest.fixture
def photo(enter, walls):
    """Opens the page of one of the walls, as the reviewer."""
    visitor = enter("reviewer")

    def open_photo(number: int) -> Page:
        page = visitor.open(walls.photos[number])
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    return open_photo


@pytest.fixture
def edit(photo):
    """Opens the editor on the first crack of one of the walls, with a one-pixel brush in hand."""

    def open_editor(number: int) -> Page:
        page = photo(number)
        page.locator("[data-select]").first.click()
        page.keyboard.press("e")
        return ready(page)

    return open_editor


def ready(page: Page) -> Page:
    page.wait_for_url("**/edit/**")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    page.locator("#size").fill("1")
    page.locator("#stage").focus()
    return page


def middle(page: Page) -> tuple[float, float]:
    seat = page.locator("#stage").bounding_box()
    return seat["x"] + seat["width"] / 2, seat["y"] + seat["height"] / 2


def drag(page: Page, start: tuple[float, float], stop: tuple[float, float]) -> None:
    """From one place to another, both from the middle of the picture."""
    x, y = middle(page)
    page.mouse.move(x + start[0], y + start[1])
    page.mouse.down()
    page.mouse.move(x + stop[0], y + stop[1], steps=8)
    page.mouse.up()


def own_line(page: Page) -> list[tuple[float, float]]:
    """The crack that is edited, from end to end, as places on the screen."""
    return page.evaluate(OWN_LINE)


def follow(page: Page, places: list[tuple[float, float]]) -> None:
    """Along places on the screen with the button held."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def cracks(page: Page) -> dict[str, str]:
    """The cracks in the photo's list: number and length."""
    expect(page.locator("#crack-rows tr").first).to_be_visible()
    rows = [[cell.strip() for cell in row.inner_text().split("\t")] for row in page.locator("#crack-rows tr").all()]
    return {row[0]: row[1] for row in rows}


def pixels(length: str) -> float:
    return float(re.sub(r"[^\d.]", "", length))


def save(page: Page) -> Page:
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/photos/[^/]+/(#.*)?$"))
    return page


def test_the_mask_is_there_and_every_tool_changes_it_by_pixels(edit):
    page = edit(0)
    whole = page.evaluate(PAINTED)
    assert whole > 500
    # A straight line of single pixels, with Shift from the last place.
    x, y = middle(page)
    page.mouse.click(x - 100, y - 100)
    assert page.evaluate(PAINTED) == whole + 1
    page.keyboard.down("Shift")
    page.mouse.click(x - 50, y - 100)
    page.keyboard.up("Shift")
    assert page.evaluate(PAINTED) == whole + 51
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert page.evaluate(PAINTED) == whole
    page.keyboard.press("Control+y")
    assert page.evaluate(PAINTED) == whole + 1
    # A polygon of 40 × 30, closed on its first corner; then the same with Alt rubs it out.
    page.keyboard.press("p")
    corners = [(-100, -150), (-60, -150), (-60, -120), (-100, -120), (-99, -149)]
    for dx, dy in corners:
        page.mouse.click(x + dx, y + dy)
    assert page.evaluate(PAINTED) == whole + 1 + 40 * 30
    page.keyboard.down("Alt")
    for dx, dy in corners:
        page.mouse.click(x + dx, y + dy)
    page.keyboard.up("Alt")
    assert page.evaluate(PAINTED) == whole + 1
    # A dropped polygon fills nothing.
    for dx, dy in corners[:3]:
        page.mouse.click(x + dx, y + dy)
    expect(page.locator("#begun-words")).to_have_text("3 corners")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    assert page.evaluate(PAINTED) == whole + 1
    page.keyboard.press("r")
    for _ in range(30):
        page.keyboard.press("]")
    expect(page.locator("#size-words")).to_have_text("64 px")
    drag(page, (-120, -100), (-90, -100))
    assert page.evaluate(PAINTED) == whole
    # More steps than anybody remembers.
    page.keyboard.press("b")
    page.locator("#size").fill("1")
    page.locator("#stage").focus()
    for step in range(25):
        page.mouse.click(x - 200 + 4 * step, y - 100)
    for _ in range(25):
        page.keyboard.press("Control+z")
    assert page.evaluate(PAINTED) == whole


def test_zoom_and_pushing_keep_the_paint_in_its_place(edit):
    page = edit(0)
    for _ in range(3):
        page.keyboard.press("+")
    whole = page.evaluate(PAINTED)
    x, y = middle(page)
    # Four pixels of the screen are one of the photo.
    drag(page, (-160, -200), (-40, -200))
    assert page.evaluate(PAINTED) == whole + 31
    page.keyboard.down("Space")
    drag(page, (0, 0), (200, 120))
    page.keyboard.up("Space")
    page.mouse.move(x, y)
    page.mouse.down(button="middle")
    page.mouse.move(x - 200, y - 120, steps=4)
    page.mouse.up(button="middle")
    assert page.evaluate(PAINTED) == whole + 31
    page.keyboard.press("0")
    page.keyboard.down("h")
    expect(page.locator(".easel__mask")).to_be_hidden()
    page.keyboard.up("h")
    expect(page.locator(".easel__mask")).to_be_visible()


def test_a_painted_crack_is_measured_anew_and_history_tells(photo, edit, walls):
    page = photo(1)
    before = cracks(page)
    page = edit(1)
    line = own_line(page)
    page.keyboard.press("r")
    page.locator("#size").fill("40")
    page.locator("#reason").fill("The rest is a joint.")
    page.locator("#stage").focus()
    follow(page, line[: len(line) // 2])
    kept = page.evaluate(PAINTED)
    save(page)
    after = cracks(page)
    (old,), (new,) = before.keys() - after.keys(), after.keys() - before.keys()
    assert page.url.endswith(f"#crack-{new}"), "it leads to the new crack"
    assert all(after[number] == length for number, length in before.items() if number != old)
    assert pixels(after[new]) < 0.7 * pixels(before[old])
    page.locator(f"#crack-{new} [data-select]").click()
    page.keyboard.press("e")
    ready(page)
    assert page.evaluate(PAINTED) == kept
    page.keyboard.press("Escape")
    page.wait_for_url("**/photos/**")
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#panel-history")).to_contain_text("The rest is a joint.")
    page.get_by_role("button", name="Take it back").first.click()
    assert cracks(page) == before
    page.goto(page.url.split("/photos/")[0] + walls.path + "history/")
    expect(page.locator(".history")).to_contain_text("Painted a mask")
    expect(page.locator(".history")).to_contain_text("Drawing taken back")


def test_a_crack_is_cut_in_two_and_joined_again(photo, edit):
    before = cracks(photo(2))
    page = edit(2)
    x, y = own_line(page)[len(own_line(page)) // 2]
    page.keyboard.press("k")
    follow(page, [(x - 2, y - 40), (x, y), (x + 2, y + 40)])
    expect(page.locator("#begun-words")).to_have_text("Cut here?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/photos/**#crack-*")
    pieces = sorted(cracks(page).keys() - before.keys(), key=int)
    assert len(pieces) == 2 and len(cracks(page)) == len(before) + 1
    page.locator(f"#crack-{pieces[1]} [data-select]").click()
    page.keyboard.press("e")
    ready(page)
    # Both ways to choose: in the list, and in the picture.
    page.locator("#neighbour-rows input").first.check()
    expect(page.locator("#join")).to_have_text("Join with the 1 chosen")
    expect(page.locator(".neighbours .crack.is-selected")).to_have_count(1)
    page.locator("#join").click()
    joined = str(int(pieces[1]) + 1)
    page.wait_for_url(f"**/photos/**#crack-{joined}")
    assert len(cracks(page)) == len(before) and not cracks(page).keys() & set(pieces)


def test_leaving_asks_only_with_paint_and_a_reload_keeps_it(edit):
    page = edit(0)
    whole = page.evaluate(PAINTED)
    drag(page, (-100, -100), (-60, -100))
    page.keyboard.press("Escape")
    expect(page.locator("#leave")).to_be_visible()
    page.get_by_role("button", name="Go on painting").click()
    page.reload()
    expect(page.locator("#progress")).to_contain_text("It is here again")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    assert page.evaluate(PAINTED) == whole + 41
    page.locator("#stage").focus()
    page.keyboard.press("Control+z")
    assert page.evaluate(PAINTED) == whole
    page.keyboard.press("Escape")
    page.wait_for_url("**/photos/**#crack-*")
    page.go_back()
    ready(page)
    assert page.evaluate(PAINTED) == whole


def test_nothing_is_lost_while_the_server_is_away(photo, edit):
    before = len(cracks(photo(3)))
    page = edit(3)
    drag(page, (-100, -100), (100, -100))
    whole = page.evaluate(PAINTED)
    page.route("**/draw/", lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("What you drew is kept here and sent again")
    assert page.evaluate(PAINTED) == whole
    page.unroute("**/draw/")
    page.wait_for_url("**/photos/**#crack-*")
    assert len(cracks(page)) == before + 1


def test_a_refusal_is_a_sentence_and_the_paint_is_still_there(edit):
    page = edit(0)
    page.keyboard.press("r")
    page.locator("#size").fill("64")
    page.locator("#stage").focus()
    line = own_line(page)
    follow(page, [(line[0][0] - 30, line[0][1]), *line, (line[-1][0] + 30, line[-1][1])])
    assert page.evaluate(PAINTED) == 0
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("Nothing would be left of the crack")
    assert page.evaluate(PAINTED) == 0
    page.keyboard.press("Control+z")
    assert page.evaluate(PAINTED) > 0


def test_a_mask_too_ragged_to_be_sent_stays_on_the_easel(edit):
    page = edit(0)
    drag(page, (-100, -100), (100, -100))
    whole = page.evaluate(PAINTED)
    page.evaluate(RAGGED)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("more than 2.5 MB")
    assert page.evaluate(PAINTED) == whole
    expect(page.get_by_role("button", name="Save Ctrl+Enter")).to_be_enabled()
    page.reload()
    expect(page.locator("#progress")).to_contain_text("It is here again")
    ready(page)
    assert page.evaluate(PAINTED) == whole
    page.keyboard.press("Control+z")


def test_from_the_review_and_back_to_the_corrected_region(enter, walls):
    page = enter("reviewer").open(f"/review/?survey={walls.path.split('/')[2]}&order=photo")
    expect(page.locator(".region.is-shown")).to_have_count(1)
    at = page.url
    page.keyboard.press("e")
    ready(page)
    page.keyboard.press("Escape")
    page.wait_for_url("**/review/**")
    assert page.url == at
    expect(page.locator(".region.is-shown")).to_have_count(1)
    page.keyboard.press("e")
    ready(page)
    page.locator("#size").fill("9")
    page.locator("#stage").focus()
    drag(page, (-60, 0), (60, 0))
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/review/**")
    assert page.url != at
    expect(page.locator(".region.is-shown .crack")).to_have_attribute("data-verdict", "accepted")
    page.keyboard.press("o")
    page.wait_for_url("**/photos/**")


def test_a_missed_crack_is_painted_from_the_look(enter, walls):
    page = enter("reviewer").open(walls.photos[4] + "look/")
    expect(page.locator(".pane img").first).to_be_visible()
    page.keyboard.press("b")
    ready(page)
    assert page.evaluate(PAINTED) == 0
    expect(page.get_by_role("button", name="Cut")).to_have_count(0)
    page.locator("#size").fill("6")
    page.locator("#stage").focus()
    drag(page, (-200, 0), (200, 10))
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/look/#*")
    expect(page.locator(".crack[data-drawn]")).to_have_count(1)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(enter, walls, theme, size):
    visitor = enter("reviewer", color_scheme=theme, viewport={"width": size[0], "height": size[1]})
    page = visitor.open(walls.photos[4])
    page.goto(
        visitor.url
        + page.locator("#edit-crack").evaluate(
            "() => JSON.parse(document.getElementById('scene').textContent).cracks[0].edit"
        )
    )
    ready(page)
    page.keyboard.press("p")
    page.mouse.click(*middle(page))
    expect(page.locator("#begun")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert wcag_findings(Axe(), page) == []
