"""Overview, maps and comparison in a real browser: by keyboard, without tiles, nobody else is asked for anything."""

import re
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as configured
from django.urls import reverse
from playwright.sync_api import expect

from inspections.models import Bridge, Role, SegmentationRun, SurveyImage
from inspections.testing import (
    draw_photo,
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.test_frame_in_a_browser import visit

__all__ = ["visit"]

pytestmark = [pytest.mark.browser, pytest.mark.every_browser, pytest.mark.django_db(transaction=True)]
LONG_NAME = "Scar Top Farm Accommodation Bridge carrying the lane over the former Skipton to Grassington railway"


@pytest.fixture
def bridge() -> Bridge:
    """Surveyed twice, photographed from the same places, with a neighbour that nobody has surveyed."""
    bridge = make_bridge(make_organisation(name="North Riding"), name=LONG_NAME, latitude=54.1, longitude=-2.0)
    make_bridge(bridge.organisation, name="Mill Race", latitude=54.12, longitude=-2.05)
    make_bridge(bridge.organisation, name="Nowhere")
    pier = make_element(bridge, name="Pier 2")
    preview = Path(configured.MEDIA_ROOT) / "seen.jpg"
    preview.parent.mkdir(parents=True, exist_ok=True)
    preview.write_bytes(draw_photo(1200, 900))
    for year, width in ((2020, 0.3), (2022, 0.5)):
        image = make_image(make_survey(bridge, surveyed_on=date(year, 5, 4)), name="a.jpg")
        seen = {"preview": preview.name, "thumbnail": preview.name, "width": 1200, "height": 900}
        SurveyImage.objects.filter(pk=image.pk).update(
            element=pier, latitude=54.1, longitude=-2.0, mm_per_px=0.5, mm_per_px_u95=0.05, **seen
        )
        run = make_run(image, status=SegmentationRun.Status.SUCCEEDED)
        make_finding(run, length_mm=25.0, widest_mm=width, widest_u95_mm=0.06, state="CS2", worst_state="CS2")
    return bridge


@pytest.fixture
def reviewer(bridge):
    return make_user(Role.REVIEWER, bridge.organisation)


def pages_of(bridge: Bridge) -> list[str]:
    survey = bridge.surveys.first()
    return [
        reverse("overview"),
        reverse("bridge", args=[bridge.pk]),
        reverse("bridge-elements", args=[bridge.pk]),
        reverse("bridge-trend", args=[bridge.pk]),
        f"{reverse('bridges')}?view=map",
        reverse("survey-map", args=[survey.pk]),
        reverse("bridge-compare", args=[bridge.pk]),
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_open_to_everybody(theme, width, visit, bridge, reviewer):
    addresses, axe = pages_of(bridge), Axe()
    visitor = visit(reviewer, color_scheme=theme, viewport={"width": width, "height": 844})
    for address in addresses:
        page = visitor.go(address)
        if "map" in address:
            expect(page.locator("#map[data-ready]")).to_be_visible()
        assert wcag_findings(axe, page) == [], address
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(sideways) <= 0, address
    assert visitor.complaints == []


def test_the_overview_leads_to_the_worst_crack_and_to_what_is_overdue(visit, bridge, reviewer):
    photo = bridge.surveys.get(surveyed_on__year=2022).images.get()
    visitor = visit(reviewer, viewport={"width": 1440, "height": 900})
    page = visitor.go("/")
    expect(page).to_have_url(re.compile("/overview/$"))
    expect(page.get_by_text("2 regions wait for a decision")).to_be_visible()
    expect(page.locator("section", has=page.locator("#due"))).to_contain_text("overdue since 4 May 2024")
    page.locator(".worst__link").first.click()
    expect(page).to_have_url(re.compile(f"{photo.pk}/#crack-1$"))


def test_on_a_phone_everything_is_reached_from_the_bottom_bar(visit, bridge, reviewer):
    visitor = visit(reviewer, viewport={"width": 390, "height": 844})
    page = visitor.go(reverse("overview"))
    bar = page.get_by_role("navigation", name="Hairline")
    assert bar.get_by_role("link").all_inner_texts()[:2] == ["Overview", "Bridges"]
    bar.get_by_text("More").click()
    bar.get_by_role("link", name="Projects").click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_a_map_without_tiles_asks_nobody_and_opens_a_bridge_by_keyboard(visit, bridge, reviewer):
    visitor = visit(reviewer, viewport={"width": 1440, "height": 900})
    asked: set[str] = set()
    visitor.page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page = visitor.go(f"{reverse('bridges')}?view=map")
    expect(page.locator(".pin")).to_have_count(2)
    expect(page.locator(".atlas__degrees").first).to_contain_text("°")
    link = page.locator("#places").get_by_role("link", name=LONG_NAME)
    while not link.evaluate("link => link === document.activeElement"):
        page.keyboard.press("Tab")
    expect(page.locator(".pin.is-pointed")).to_have_count(1)
    expect(page.get_by_role("tooltip")).to_contain_text("CS2 overdue since 4 May 2024")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG_NAME)
    assert asked == {urlsplit(visitor.base).netloc}
    assert visitor.complaints == []


def test_a_row_and_its_pin_point_at_each_other(visit, bridge, reviewer):
    page = visit(reviewer, viewport={"width": 1440, "height": 900}).go(f"{reverse('bridges')}?view=map")
    page.locator("#places li", has_text="Mill Race").hover()
    expect(page.locator(".pin.is-pointed.condition--unknown")).to_have_count(1)
    page.locator(".pin--overdue").hover()
    expect(page.locator("#places li.is-pointed")).to_contain_text(LONG_NAME)
    page.locator(".pin--overdue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG_NAME)


def test_tiles_come_from_the_server_that_is_named(visit, bridge, reviewer, settings):
    origin = "https://tiles.example.org"
    settings.MAP_TILES, settings.MAP_CREDIT = f"{origin}/{{z}}/{{x}}/{{y}}.png", "© <Somebody>"
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**directives, "img-src": [*directives["img-src"], origin]}}
    tile = draw_photo(256, 256, format="PNG")
    visitor = visit(reviewer, viewport={"width": 1440, "height": 900})
    visitor.page.route(f"{origin}/**", lambda route: route.fulfill(body=tile, content_type="image/png"))
    page = visitor.go(f"{reverse('bridges')}?view=map")
    expect(page.locator("img.leaflet-tile-loaded").first).to_be_visible()
    expect(page.locator(".leaflet-control-attribution")).to_have_text("© <Somebody>")
    expect(page.locator(".atlas__grid")).to_have_count(0)
    assert visitor.complaints == []


def test_a_photo_opens_from_where_it_was_taken(visit, bridge, reviewer):
    survey = bridge.surveys.first()
    photo = survey.images.get()
    page = visit(reviewer, viewport={"width": 1440, "height": 900}).go(reverse("survey-map", args=[survey.pk]))
    expect(page.locator("#map[data-ready]")).to_be_visible()
    # The only photo lies in the middle of the map.
    page.locator("#map").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("a.jpgCracks to decide on, 1 crack")
    page.locator("#map").click()
    expect(page).to_have_url(re.compile(f"/photos/{photo.pk}/"))


def test_two_surveys_are_swiped_by_arrow_keys_and_by_pointer(visit, bridge, reviewer):
    visitor = visit(reviewer, viewport={"width": 1440, "height": 900})
    page = visitor.go(reverse("bridge-compare", args=[bridge.pk]))
    handle = page.get_by_role("slider", name="How much of the left photo is seen")
    right = page.locator(".compare__side--right")
    expect(handle).to_have_attribute("aria-valuenow", "50")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", "52")
    expect(handle).to_have_attribute("aria-valuetext", "52 % of the left photo")
    page.keyboard.press("End")
    assert "100%" in right.evaluate("side => getComputedStyle(side).clipPath")
    box = page.locator("#compare-stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    expect(handle).to_have_attribute("aria-valuenow", "25")
    page.get_by_role("button", name="Right photo larger").click()
    assert "1.02" in page.locator(".compare__side--right .compare__moved").get_attribute("style")
    page.get_by_text("Side by side").click()
    expect(handle).to_be_hidden()
    boxes = [page.locator(f".compare__side--{side}").bounding_box() for side in ("left", "right")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert visitor.complaints == []


@pytest.mark.only_chromium("scripts switched off")
def test_without_script_the_photos_stand_side_by_side(visit, bridge, reviewer):
    page = visit(reviewer, java_script_enabled=False).go(reverse("bridge-compare", args=[bridge.pk]))
    boxes = [page.locator(f".compare__side--{side} img").bounding_box() for side in ("left", "right")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] and boxes[0]["y"] == boxes[1]["y"]
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.get_by_role("table")).to_contain_text("+0.200 ± 0.085 mm")


def test_a_bridge_gets_its_trend_and_its_elements_by_itself(visit, bridge, reviewer):
    visitor = visit(reviewer, viewport={"width": 1440, "height": 900})
    page = visitor.go(reverse("bridge", args=[bridge.pk]))
    expect(page.locator(".plot__dot")).to_have_count(6)
    expect(page.locator(".tree__row")).to_contain_text("Pier 2")
    expect(page.locator(".part")).to_have_count(0)
    page.get_by_role("link", name="Compare two surveys").click()
    page.wait_for_url("**/compare/")
    assert visitor.complaints == []


@pytest.mark.only_chromium("scripts switched off")
def test_without_script_trend_and_elements_are_a_link_away(visit, bridge, reviewer):
    visitor = visit(reviewer, java_script_enabled=False)
    page = visitor.go(reverse("bridge", args=[bridge.pk]))
    page.get_by_role("link", name="Show the elements").click()
    expect(page.locator(".tree__row")).to_contain_text("Pier 2")
    page.get_by_role("link", name=LONG_NAME).click()
    page.get_by_role("link", name="Show how its cracks change").click()
    expect(page.locator(".plot__dot")).to_have_count(6)


def test_a_part_that_does_not_come_can_be_asked_for_again(visit, bridge, reviewer):
    visitor = visit(reviewer, viewport={"width": 1440, "height": 900})
    trend = re.compile("/trend/$")
    visitor.page.route(trend, lambda route: route.abort())
    page = visitor.go(reverse("bridge", args=[bridge.pk]))
    expect(page.locator(".tree__row")).to_be_visible()
    visitor.page.unroute(trend)
    page.get_by_role("link", name="Show how its cracks change").click()
    expect(page.locator(".plot__dot")).to_have_count(6)
