"""A real browser before the real stack: broker, web server, worker and the shipped network.

Chromium for all tests; those marked `every_browser` are done again in Firefox.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from inspections.env import ROOT
from inspections.tests.browser.browsers import launch, miss
from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.stack import PASSWORD, Analysed, Stack

PATIENCE_MS = 120_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    test = metafunc.definition
    if not test.get_closest_marker("every_browser"):
        return
    names = ["chromium"] if test.get_closest_marker("only_chromium") else ["chromium", "firefox"]
    # One for a module, before the real stack; or one for each test, before a server in this process.
    for fixture, scope in (("browser", "module"), ("visit", "function")):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, names, indirect=True, scope=scope)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    if not (ROOT / "segmentation" / "weights" / "default.safetensors").exists():
        miss("There is no default network in segmentation/weights.")
    # Not pytest's own folder: the broker's socket wants a short path.
    data = Path(tempfile.mkdtemp(prefix="hairline-"))
    running = Stack(data)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(data, ignore_errors=True)


# For one module, not the session: Playwright's event loop keeps Django from its database in this thread.
@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = launch(playwright, getattr(request, "param", "chromium"))
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody at a browser. `complaints` are what the browser said of our pages."""

    url: str
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        page = self.context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.goto(self.url + path)
        return page

    def log_in(self, name: str) -> None:
        page = self.open("/login/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(re.compile("/overview/"))
        page.close()

    def _listen(self, said: ConsoleMessage) -> None:
        # A refused photo or decision is an answer with a status of its own; browsers print that as an error.
        address = said.location.get("url", "")
        answering = ("/photos/", "/decide/", "/review/", "/comments/")
        refused = "status of 4" in said.text and any(part in address for part in answering)
        # Where a test cuts the line, the browser says so.
        cut = any(end in address for end in ("/decide/", "/draw/", "/looked/", "/tiles/"))
        refused = refused or ("net::ERR_FAILED" in said.text and cut)
        if said.type in ("error", "warning") and not refused:
            self.complaints.append(f"{said.type}: {said.text} ({said.location.get('url')})")


@pytest.fixture(scope="session")
def tickets() -> dict[str, Any]:
    """The cookies of those who have been through the door, by name: once through is enough."""
    return {}


@pytest.fixture
def enter(stack: Stack, browser: Browser, tickets: dict[str, Any]) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser of one's own; `enter("reviewer")` is logged in. Complaints fail the test at its end."""
    visitors: list[Visitor] = []

    def enter_as(name: str = "", **options: Any) -> Visitor:
        settings = {"viewport": {"width": 1440, "height": 900}, "storage_state": tickets.get(name), **options}
        context = browser.new_context(**settings)
        if browser.browser_type.name == "firefox" and "color_scheme" in options:
            # Firefox cannot be told yet that the system is dark; Hairline can.
            context.add_cookies([{"name": "hairline_theme", "value": options["color_scheme"], "url": stack.url}])
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(stack.url, context)
        visitors.append(visitor)
        if name and name not in tickets:
            visitor.log_in(name)
            tickets[name] = context.storage_state()
        return visitor

    yield enter_as
    for visitor in visitors:
        visitor.context.close()
    assert [said for visitor in visitors for said in visitor.complaints] == []


@pytest.fixture(scope="session")
def surveyed(stack: Stack) -> Analysed:
    """Photos with three, two and no cracks, analysed; the first with a very long name."""
    photos = stack.data / "photos"
    photos.mkdir()
    names = ["DJI_20260504102133_0001_V_north-face-of-pier-two-below-the-bearing-shelf.JPG", "b.jpg", "c.jpg"]
    for seed, (name, cracks) in enumerate(zip(names, (3, 2, 0), strict=True), start=1):
        (photos / name).write_bytes(draw_wall(seed, cracks=cracks))
    return stack.analyse(photos)


@pytest.fixture(scope="module")
def analyse(stack: Stack, browser: Browser) -> Callable[[str, dict[str, bytes]], Analysed]:
    """Analyses photos, by their names, in a survey that no other module has, and no other browser."""

    def analyse_photos(name: str, photos: dict[str, bytes]) -> Analysed:
        folder = stack.data / f"{name}-{browser.browser_type.name}"
        folder.mkdir()
        for file, photo in photos.items():
            (folder / file).write_bytes(photo)
        return stack.analyse(folder)

    return analyse_photos
