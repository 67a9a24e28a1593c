"""The viewer at a browser: picture, overlay, keys, no script, small screens."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inspections.tests.browser.findings import wcag_findings

pytestmark = [pytest.mark.browser, pytest.mark.street, pytest.mark.every_browser]

COLOURS = """
selector => {
  const canvas = document.querySelector(selector);
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let [amber, any] = [0, 0];
  for (let index = 0; index < data.length; index += 4) {
    if (data[index + 3] > 0) any += 1;
    if (data[index + 3] > 80 && data[index] > 240 && data[index + 1] > 160 && data[index + 2] < 20) amber += 1;
  }
  return { amber, any };
}
"""


@pytest.fixture
def page(enter, surveyed) -> Page:
    """The photo with three cracks before a reviewer."""
    page = enter("reviewer").open(surveyed.photos[0])
    expect(page.locator("#threshold-reading")).to_contain_text("px shown")
    return page


def painted(page: Page) -> dict[str, int]:
    return page.evaluate(COLOURS, ".viewer__heat")


def test_what_the_network_saw_is_painted_where_it_saw_it(page):
    assert page.locator("[data-crack]").count() == 3
    first = painted(page)
    assert first["amber"] > 500
    page.locator("#threshold").fill("0.95")
    page.wait_for_timeout(100)
    assert 0 < painted(page)["any"] < first["any"]
    page.locator("#threshold").fill("0.05")
    page.wait_for_timeout(100)
    assert painted(page)["any"] > first["any"]


def test_lines_lie_on_the_picture_at_any_zoom(page):
    """A point of the first crack, by the place of its line on the screen, is dark in the photo under it."""
    x, y = page.evaluate("JSON.parse(document.getElementById('scene').textContent).cracks[0].lines[0][3]")
    for key in ("0", "z"):
        page.keyboard.press(key)
        page.wait_for_timeout(600)
        matrix = page.evaluate("(m => [m.a, m.e, m.f])(document.querySelector('.viewer__lines g').getCTM())")
        scale, left, top = matrix
        canvas = page.locator("#canvas").bounding_box()
        page.mouse.move(canvas["x"] + left + (x + 0.5) * scale, canvas["y"] + top + (y + 0.5) * scale)
        expect(page.locator("[data-x]")).to_have_text(re.compile(f"^({int(x) - 1}|{int(x)}|{int(x) + 1})$"))
        expect(page.locator("[data-y]")).to_have_text(re.compile(f"^({int(y) - 1}|{int(y)}|{int(y) + 1})$"))
    expect(page.locator("#status-zoom")).to_have_text("100 %")


def test_a_crack_is_picked_on_the_picture(page):
    number = 2
    x, y = page.evaluate("JSON.parse(document.getElementById('scene').textContent).cracks[1].lines[0][2]")
    scale, left, top = page.evaluate("(m => [m.a, m.e, m.f])(document.querySelector('.viewer__lines g').getCTM())")
    page.locator("#canvas").click(position={"x": left + x * scale, "y": top + y * scale})
    expect(page.locator(f"#crack-{number}")).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator("[data-crack][aria-current]")).to_have_count(0)


def test_keys_hide_and_fade_the_overlay(page):
    layers, lines = page.locator(".viewer__layers"), page.locator(".viewer__lines")
    page.keyboard.down("Shift")
    expect(layers).to_have_css("visibility", "hidden")
    page.keyboard.up("Shift")
    expect(layers).to_have_css("visibility", "visible")
    for percent, opacity in (("100 %", "1"), ("0 %", "0"), ("50 %", "1")):
        page.keyboard.press("o")
        expect(page.locator("#opacity-value")).to_have_text(percent)
        expect(lines).to_have_css("opacity", opacity)


def test_the_key_sheet_opens_and_the_keys_rest_below_it(page):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("[data-crack][aria-current]")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_keys_rest_while_typing(page):
    page.locator("#search").focus()
    page.keyboard.type("jazz")
    expect(page.locator("[data-crack][aria-current]")).to_have_count(0)
    expect(page.locator("#search")).to_have_value("jazz")


def test_arrows_walk_through_the_survey(page, surveyed):
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(surveyed.photos[0]))
    for key in ("ArrowRight", "d", "f", "f"):
        before = page.url
        page.keyboard.press(key)
        page.wait_for_url(lambda url, before=before: url != before)
        expect(page.locator(".viewer__tools")).to_be_visible()
    expect(page).to_have_url(re.compile(surveyed.photos[2]))
    expect(page.locator("#panel-cracks")).to_contain_text("No cracks found")


def test_a_viewer_may_look_but_not_decide(enter, surveyed):
    page = enter("viewer").open(surveyed.photos[1])
    first = page.locator("[data-crack]").first
    # Others have been here, in another browser: it is whatever they left.
    before = first.get_attribute("data-verdict")
    page.keyboard.press("j")
    expect(first).to_have_attribute("aria-current", "true")
    page.keyboard.press("x" if before == "accepted" else "a")
    expect(page.get_by_role("button", name=re.compile("Accept|Analyse"))).to_have_count(0)
    page.reload()
    expect(first).to_have_attribute("data-verdict", before)


def test_analysing_again_is_followed_to_its_end(enter, surveyed):
    page = enter("inspector").open(surveyed.photos[2])
    page.get_by_role("button", name="Analyse again").click()
    expect(page.locator("#run-state")).to_contain_text(re.compile("Queued|Reading|Looking|Measuring|Starting"))
    page.wait_for_event("load")
    expect(page.locator("#run-state")).to_contain_text("Analysed")
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#panel-history")).to_contain_text("Asked for by Inspector")


@pytest.mark.only_chromium("scripts switched off")
def test_deciding_works_without_script(enter, surveyed):
    page = enter("reviewer", java_script_enabled=False).open(surveyed.photos[1])
    page.get_by_role("button", name="Reject crack 1", exact=True).click()
    expect(page).to_have_url(re.compile("#crack-1$"))
    expect(page.locator("#crack-1")).to_have_attribute("data-verdict", "rejected")
    expect(page.locator("#panel-history")).to_contain_text("Rejected crack 1")


def test_a_crack_has_an_address(enter, surveyed):
    page = enter("reviewer").open(f"{surveyed.photos[0]}#crack-3")
    expect(page.locator("#crack-3")).to_have_attribute("aria-current", "true")
    expect(page.locator(".crack.is-selected")).to_have_count(1)


def test_on_a_phone_the_picked_crack_shows_itself_below_the_picture(enter, surveyed):
    page = enter("reviewer", viewport={"width": 390, "height": 844}, has_touch=True).open(surveyed.photos[0])
    expect(page.locator("#threshold-reading")).to_contain_text("px shown")
    page.get_by_title("Show crack 3").click()
    expect(page.locator("#picked")).to_contain_text("Crack 3")
    page.locator("#picked").get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator("#crack-3")).to_have_attribute("data-verdict", "accepted")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_accessible(enter, surveyed, theme, width):
    page = enter("reviewer", color_scheme=theme, viewport={"width": width, "height": 844}).open(surveyed.photos[0])
    expect(page.locator("#threshold-reading")).to_contain_text("px shown")
    for tab in ("Cracks", "Scale", "Photo", "History"):
        page.get_by_role("tab", name=tab).click()
        assert wcag_findings(Axe(), page) == [], tab
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
    page.get_by_role("button", name="Keys").click()
    assert wcag_findings(Axe(), page) == []
