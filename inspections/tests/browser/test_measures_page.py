"""Millimetres in the viewer: a scale by clicks and by typing, profiles, colours, and another threshold."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.stack import Analysed, Stack

pytestmark = [pytest.mark.browser, pytest.mark.street]

FIGURE = re.compile(r"[\d.]+\s*±\s*[\d.]+\s*mm per px")
MILLIMETRES = re.compile(r"\d\s*mm$")


@pytest.fixture(scope="module")
def measured(stack: Stack) -> Analysed:
    """Four photos of two cracks each, analysed, without a scale; they say their focal length."""
    photos = stack.data / "to-be-measured"
    photos.mkdir()
    for seed in range(21, 25):
        (photos / f"{seed}.jpg").write_bytes(draw_wall(seed, focal_35mm=26))
    return stack.analyse(photos)


def ready(page: Page) -> Page:
    expect(page.locator("#threshold-reading")).to_contain_text("px shown")
    return page


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the photo lies on the screen."""
    scale, left, top = page.evaluate("(m => [m.a, m.e, m.f])(document.querySelector('.viewer__lines g').getCTM())")
    canvas = page.locator("#canvas").bounding_box()
    return canvas["x"] + left + x * scale, canvas["y"] + top + y * scale


def widths(page: Page) -> list[str]:
    return page.locator("[data-crack] > td:nth-child(3)").all_inner_texts()


def test_two_clicks_set_a_scale_and_millimetres_appear(enter, measured):
    page = ready(enter("inspector").open(measured.photos[0]))
    assert all("px" in width for width in widths(page))
    page.get_by_role("link", name="Scale unknown: pixels only").click()
    page.get_by_role("button", name="Mark two ends").click()
    page.mouse.click(*place(page, 100, 320))
    page.get_by_role("button", name="Click the second end").wait_for()
    page.mouse.click(*place(page, 700, 320))
    expect(page.locator("#scale_start_x")).to_have_value(re.compile(r"^(9\d|10\d)\.\d$"))
    expect(page.locator("#scale_stop_x")).to_have_value(re.compile(r"^(69\d|70\d)\.\d$"))
    expect(page.locator(".crack.is-selected")).to_have_count(0)
    page.get_by_label("Length", exact=True).fill("300")
    preview = page.locator("#length-preview")
    expect(preview).to_contain_text(re.compile(r"Would be 0\.(49|50)\d mm per px ± 4 %"))
    expect(preview).to_contain_text(re.compile(r"Crack \d, the widest, would be .*\smm at its widest"))
    before = preview.inner_text()
    page.get_by_label("Length", exact=True).fill("600")
    assert preview.inner_text() != before
    page.get_by_label("Length", exact=True).fill("300")
    with page.expect_event("load"):
        page.get_by_role("button", name="Save the length").click()
    ready(page)
    # It opens as it was left.
    expect(page.get_by_role("tab", name="Scale")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".scale__figure")).to_have_text(FIGURE)
    expect(page.locator("#status")).to_contain_text("known length")
    page.get_by_role("tab", name="Cracks").click()
    assert all(MILLIMETRES.search(width.strip()) for width in widths(page))
    expect(page.locator("#tally")).to_contain_text(re.compile(r"±\s*[\d.]+\s*mm|<\s*[\d.]+\s*mm"))


def test_an_end_is_moved_by_dragging_it(enter, measured):
    page = ready(enter("inspector").open(measured.photos[3]))
    page.get_by_role("tab", name="Scale").click()
    for name, value in (("start_x", 100), ("start_y", 320), ("stop_x", 500), ("stop_y", 320)):
        page.locator(f"#scale_{name}").fill(str(value))
    expect(page.locator(".ends__handle")).to_have_count(2)
    page.mouse.move(*place(page, 500, 320))
    page.mouse.down()
    page.mouse.move(*place(page, 560, 340), steps=4)
    page.mouse.up()
    expect(page.locator("#scale_stop_x")).to_have_value(re.compile(r"^5[56]\d\.\d$"))
    expect(page.locator("#scale_start_x")).to_have_value("100")
    page.get_by_role("tab", name="Photo").click()
    expect(page.locator(".ends__handle")).to_have_count(0)


def test_a_typed_distance_shows_its_effect_is_refused_and_saved(enter, measured):
    page = ready(enter("inspector").open(measured.photos[1]))
    page.get_by_role("tab", name="Scale").click()
    page.get_by_label("Length", exact=True).fill("120")
    page.get_by_label("Distance", exact=True).fill("5000")
    page.get_by_role("button", name="Save the distance").click()
    expect(page.locator("#scale [role=alert]")).to_contain_text("between 0.05 and 1000 metres")
    expect(page.get_by_label("Distance", exact=True)).to_have_value("5000")
    expect(page.get_by_label("Length", exact=True)).to_have_value("120")
    page.get_by_label("Distance", exact=True).fill("0.5")
    # 26 mm on a diagonal of 1104 px is 664 px; 500 mm / 664 px.
    expect(page.locator("#distance-preview")).to_contain_text("Would be 0.753 mm per px ± 12 %")
    with page.expect_event("load"):
        page.get_by_role("button", name="Save the distance").click()
    ready(page)
    expect(page.locator(".scale__figure")).to_contain_text("mm per px")
    expect(page.locator("#status")).to_contain_text("distance of this photo")
    with page.expect_event("load"):
        page.get_by_role("button", name="Take back").click()
    expect(page.locator("#status")).to_contain_text("Scale unknown")


def test_a_scale_is_typed_without_script(enter, measured):
    page = enter("inspector", java_script_enabled=False).open(measured.photos[3])
    for name, value in (("start_x", 100), ("start_y", 320), ("stop_x", 500), ("stop_y", 320), ("length_mm", 0)):
        page.locator(f"#scale_{name}").fill(str(value))
    page.get_by_role("button", name="Save the length").click()
    expect(page.locator("#scale [role=alert]")).to_contain_text("between 0.1 and 1 000 000 mm")
    expect(page.locator("#scale_stop_x")).to_have_value("500")
    page.locator("#scale_length_mm").fill("200")
    page.get_by_role("button", name="Save the length").click()
    expect(page).to_have_url(re.compile("#panel-scale$"))
    for _ in range(60):
        if page.locator(".scale__state .state").count() == 0:
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(".scale__figure")).to_have_text(FIGURE)


def test_the_profile_of_the_selected_crack_leads_to_its_places(enter, measured):
    page = ready(enter("viewer").open(measured.photos[0]))
    expect(page.locator("#picked")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("#picked-title")).to_have_text("Crack 1, undecided")
    expect(page.locator("#picked-facts")).to_contain_text("Width, median")
    plot = page.get_by_role("slider", name="Place along the crack")
    expect(plot.locator(".profile__line").first).to_be_visible()
    expect(page.locator("#profile-words")).to_contain_text("Width along crack 1")
    place_mark = page.locator(".viewer__place-mark")
    expect(place_mark).to_have_attribute("visibility", "hidden")
    plot.focus()
    page.keyboard.press("End")
    expect(place_mark).to_have_attribute("visibility", "visible")
    last = page.locator("#profile-reading").inner_text()
    assert re.search(r"at .*: .* ± .* (mm|px)", last.replace("\u202f", " "))
    expect(plot).to_have_attribute("aria-valuetext", last)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#profile-reading")).not_to_have_text(last)
    # The arrow was the plot's: the page is the same.
    expect(page).to_have_url(re.compile(measured.photos[0]))
    zoom = page.locator("#status-zoom").inner_text()
    page.get_by_role("button", name="Show the widest place").click()
    expect(page.locator("#status-zoom")).not_to_have_text(zoom)
    page.wait_for_timeout(600)
    x, y = page.evaluate("JSON.parse(document.getElementById('scene').textContent).cracks[0].widestAt")
    mark, (left, top) = place_mark.bounding_box(), place(page, x + 0.5, y + 0.5)
    assert abs(mark["x"] + mark["width"] / 2 - left) < 4 and abs(mark["y"] + mark["height"] / 2 - top) < 4
    page.keyboard.press("Escape")
    expect(page.locator("#picked")).to_be_hidden()
    expect(place_mark).to_have_attribute("visibility", "hidden")


def test_cracks_take_the_colour_of_their_width(enter, measured):
    page = ready(enter("viewer").open(measured.photos[0]))
    button = page.get_by_role("button", name="Colour the cracks by their width")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".width__line").first).to_be_attached()
    assert len(set(page.locator(".width__line").evaluate_all("all => all.map(one => one.getAttribute('stroke'))"))) > 2
    expect(page.locator("#legend")).to_contain_text("Width, mm")
    expect(page.locator(".crack__line").first).to_have_css("visibility", "hidden")
    page.reload()
    expect(page.locator(".width__line").first).to_be_attached()
    page.keyboard.press("w")
    expect(page.locator(".width__line")).to_have_count(0)
    expect(page.locator("#legend")).to_be_hidden()
    expect(page.locator(".crack__line").first).to_have_css("visibility", "visible")


def test_another_threshold_measures_the_same_map_again(enter, measured):
    page = ready(enter("inspector").open(measured.photos[2]))
    button = page.get_by_role("button", name="Measure at this threshold")
    expect(button).to_be_disabled()
    page.locator("#threshold").fill("0.85")
    expect(button).to_be_enabled()
    with page.expect_event("load"):
        button.click()
        expect(page.locator("#run-state")).to_contain_text(re.compile("Queued|Measuring"))
    ready(page)
    expect(page.locator("#threshold-value")).to_have_text("0.85")
    expect(page.locator("#panel-cracks")).to_contain_text("at threshold 0.85")
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#panel-history")).to_contain_text("without looking again")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_measures_and_scale_are_accessible(enter, measured, theme, width):
    options = {"color_scheme": theme, "viewport": {"width": width, "height": 844}}
    page = ready(enter("administrator", **options).open(measured.photos[0]))
    page.keyboard.press("w")
    page.keyboard.press("j")
    expect(page.locator("#picked-facts dd").first).to_be_visible()
    expect(page.locator(".profile__line").first).to_be_visible()
    page.get_by_role("slider", name="Place along the crack").press("End")
    # The bar at the top covers what is scrolled below it; that is no small target.
    page.evaluate("scrollTo(0, 0)")
    assert wcag_findings(Axe(), page) == []
    page.get_by_role("tab", name="Scale").click()
    assert wcag_findings(Axe(), page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
