"""The frame and the general pages in a real browser: by keyboard, with and without script, in both themes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from inspections.models import Role, SegmentationRun
from inspections.testing import (
    make_bridge,
    make_element,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.browser.browsers import launch
from inspections.tests.browser.look import WCAG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A machine that is busy with other tests is slow, not wrong.
PATIENCE_MS = 60_000


class Visitor:
    """Somebody in front of a browser. `complaints` are what the browser did not like about our pages."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> Page:
        self.page.goto(urljoin(self.base, path))
        return self.page


@pytest.fixture
def visit(live_server, request) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser, once, for a user or for nobody. Write the record before."""
    name = getattr(request, "param", "chromium")
    with ExitStack() as left_open:

        def open_browser(user=None, **options: Any) -> Visitor:
            session = ""
            if user is not None:
                client = Client()
                client.force_login(user)
                session = client.cookies["sessionid"].value
            # Started this late because Playwright's event loop keeps Django from its database in this thread.
            playwright = left_open.enter_context(sync_playwright())
            browser = launch(playwright, name)
            left_open.callback(browser.close)
            context = browser.new_context(reduced_motion="reduce", **options)
            if name == "firefox" and "color_scheme" in options:
                # Firefox cannot be told yet that the system is dark; Hairline can.
                context.add_cookies(
                    [{"name": "hairline_theme", "value": options["color_scheme"], "url": live_server.url}]
                )
            context.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
            return Visitor(context, live_server.url)

        yield open_browser


@pytest.fixture
def survey():
    bridge = make_bridge(make_organisation(), name="Kettle Beck Viaduct", latitude=54.1, longitude=-2.0)
    make_bridge(bridge.organisation, latitude=54.12, longitude=-2.01)
    make_element(bridge, parent=make_element(bridge))
    return make_survey(bridge)


@pytest.fixture
def inspector(survey):
    return make_user(Role.INSPECTOR, survey.bridge.organisation)


def test_jobs_change_by_themselves_and_polling_ends(visit, survey, inspector):
    for name in ("one.jpg", "two.jpg"):
        make_image(survey, name=name)
    visitor = visit(inspector)
    page = visitor.go(reverse("jobs"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/jobs/list/" in request.url else None)
    expect(page.locator(".sidebar .count")).to_contain_text("2")
    page.get_by_role("button", name="Cancel one.jpg").click()
    expect(page.locator("section", has=page.locator("#group-done"))).to_contain_text("one.jpg")
    expect(page.get_by_role("button", name="Retry one.jpg")).to_be_visible()
    with page.expect_response(lambda answer: "/jobs/list/" in answer.url and answer.status == 286):
        page.get_by_role("button", name="Cancel two.jpg").click()
    expect(page.get_by_role("button", name="Retry two.jpg")).to_be_visible()
    assert "every" not in (page.locator("#jobs-list").get_attribute("hx-trigger") or "")
    asked.clear()
    page.wait_for_timeout(4500)
    assert asked == []
    page.get_by_role("button", name="Retry two.jpg").click()
    expect(page.get_by_role("button", name="Cancel two.jpg")).to_be_visible()
    assert "every 2s" in (page.locator("#jobs-list").get_attribute("hx-trigger") or "")
    assert visitor.complaints == []


def test_a_refused_button_says_why(visit, survey, inspector):
    make_run(make_image(survey, name="one.jpg"), status=SegmentationRun.Status.CANCELLED)
    visitor = visit(inspector)
    page = visitor.go(reverse("jobs"))
    stale = page.context.new_page()
    stale.goto(page.url)
    for tab in (page, stale):
        tab.get_by_role("button", name="Retry one.jpg").click()
        expect(tab.get_by_role("button", name="Cancel one.jpg")).to_be_visible()
    # The button of a page that has not heard yet: its run is over.
    page.route("**/jobs/list/**", lambda route: route.abort())
    stale.get_by_role("button", name="Cancel one.jpg").click()
    expect(stale.get_by_role("button", name="Retry one.jpg")).to_be_visible()
    page.get_by_role("button", name="Cancel one.jpg").click()
    expect(page.get_by_role("status")).to_contain_text("already cancelled")


def test_a_theme_shows_at_once_and_stays(visit, inspector):
    visitor = visit(inspector, color_scheme="light")
    page = visitor.go(reverse("settings"))
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_text("Dark", exact=True).click()
    dark = page.evaluate(ground)
    assert dark != light
    visitor.go(reverse("bridges"))
    assert page.evaluate(ground) == dark
    assert page.locator("html").get_attribute("data-theme") == "dark"
    visitor.go(reverse("settings"))
    page.get_by_text("System", exact=True).click()
    assert page.evaluate(ground) == light
    assert visitor.complaints == []


def test_by_keyboard_alone(visit, inspector):
    visitor = visit(inspector)
    page = visitor.go(reverse("bridges"))
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#page")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("kettle/")
    page.keyboard.press("Enter")
    expect(page.locator("h1 + p")).to_contain_text("No bridge with “kettle/”")
    page.locator(".topbar .menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".topbar .menu__sheet a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".topbar .menu summary")).to_be_focused()
    expect(page.locator(".topbar .menu__sheet")).to_be_hidden()


def test_single_letter_keys_can_be_switched_off(visit, inspector):
    visitor = visit(inspector)
    page = visitor.go(reverse("settings"))
    page.get_by_text("Off", exact=True).click()
    visitor.go(reverse("bridges"))
    page.keyboard.press("/")
    expect(page.locator("#search")).not_to_be_focused()


def test_without_script_everything_still_works(visit, survey, inspector):
    make_run(make_image(survey, name="one.jpg"))
    page = visit(java_script_enabled=False).go(reverse("bridge-new"))
    page.fill("#id_username", inspector.username)
    page.fill("#id_password", "password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Add the bridge").click()
    expect(page.get_by_role("alert")).to_contain_text("Please fill this in.")
    page.fill("#id_name", "Mill Race")
    page.get_by_role("button", name="Add the bridge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mill Race")
    page.goto(urljoin(page.url, reverse("jobs")))
    page.get_by_role("button", name="Cancel one.jpg").click()
    expect(page.get_by_role("button", name="Retry one.jpg")).to_be_visible()
    page.goto(urljoin(page.url, reverse("settings")))
    page.get_by_role("radio", name="Dark").check(force=True)
    page.get_by_role("button", name="Remember in this browser").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_pages_are_open_to_everybody(theme, width, visit, survey, inspector):
    make_run(make_image(survey), status=SegmentationRun.Status.RUNNING, stage="tiles", tiles_done=2, tiles_total=9)
    make_run(make_image(survey), status=SegmentationRun.Status.FAILED, error_code="internal")
    pk = survey.bridge.pk
    paths = [
        reverse(name, args=args)
        for name, args in [
            ("bridges", []), ("bridge", [pk]), ("bridge-new", []), ("element-new", [pk]), ("survey-new", [pk]),
            ("projects", []), ("jobs", []), ("networks", []), ("settings", []), ("settings-password", []),
        ]
    ]  # fmt: skip
    visitor = visit(inspector, color_scheme=theme, viewport={"width": width, "height": 900})
    axe, found = Axe(), []
    for path in [*paths, "/nowhere/"]:
        page = visitor.go(path)
        violations = axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        found += [(path, each["id"], [node["target"] for node in each["nodes"]]) for each in violations]
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(sideways) <= 0, path
    assert found == []
    assert [said for said in visitor.complaints if "404" not in said] == []
