"""A real browser before the real stack: broker, web server, worker and the shipped network."""

import os
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
from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.look import ARGUMENTS
from inspections.tests.browser.stack import PASSWORD, Analysed, Stack

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PATIENCE_MS = 120_000


def _miss(reason: str) -> None:
    """Skip where a person tests at home; fail where nobody would read of the skip."""
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    if not (ROOT / "segmentation" / "weights" / "default.safetensors").exists():
        _miss("There is no default network in segmentation/weights.")
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
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        _miss(f"There is no browser at {CHROMIUM}; install Chromium, or set CHROMIUM to where it is.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
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
        page.wait_for_url(re.compile("/bridges/"))
        page.close()

    def _listen(self, said: ConsoleMessage) -> None:
        # A refused photo or decision is an answer with a status of its own; browsers print that as an error.
        address = said.location.get("url", "")
        answering = ("/photos/", "/decide/", "/review/", "/comments/")
        refused = "status of 4" in said.text and any(part in address for part in answering)
        # Where a test cuts the line, the browser says so.
        refused = refused or ("net::ERR_FAILED" in said.text and "/decide/" in address)
        if said.type in ("error", "warning") and not refused:
            self.complaints.append(f"{said.type}: {said.text} ({said.location.get('url')})")


@pytest.fixture(scope="session")
def tickets() -> dict[str, Any]:
    """The cookies of those who have been through the door, by name: once through is enough."""
    return {}


@pytest.fixture
def enter(stack: Stack, chromium: Browser, tickets: dict[str, Any]) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser of one's own; `enter("reviewer")` is logged in. Complaints fail the test at its end."""
    visitors: list[Visitor] = []

    def enter_as(name: str = "", **options: Any) -> Visitor:
        settings = {"viewport": {"width": 1440, "height": 900}, "storage_state": tickets.get(name), **options}
        context = chromium.new_context(**settings)
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
