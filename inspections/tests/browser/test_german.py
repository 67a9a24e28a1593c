"""Hairline in a German browser, on the real stack: words, numbers, room for longer words, and what is drawn."""

import re
from collections.abc import Callable, Iterator

import polib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inspections.env import ROOT
from inspections.tests.browser.conftest import Visitor
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.stack import PASSWORD, Analysed

pytestmark = pytest.mark.browser
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
LOCALE = ROOT / "inspections" / "locale" / "de" / "LC_MESSAGES"
# Whatever a person presses or reads as a label, and that does not hold all of its words.
CUT = """() => [...document.querySelectorAll(
  "button, .button, summary, .chip, .state, .condition, [role=tab], .nav__list a, label, dt, th, kbd, h1, h2")]
  .filter((element) => element.offsetParent && !element.closest(".visually-hidden, .clip, [hidden]"))
  .filter((element) => element.clientWidth > 4 && getComputedStyle(element).display !== "inline")
  .filter((element) => element.scrollWidth > element.clientWidth + 1)
  .map((element) => `${element.className || element.tagName}: ${element.textContent.trim().slice(0, 60)}`)"""


@pytest.fixture
def german(enter: Callable[..., Visitor]) -> Iterator[Callable[[str], Visitor]]:
    """Opens a German browser of a size, logged in through its German door."""

    def open_browser(size: str) -> Visitor:
        visitor = enter("", locale="de-DE", viewport=SIZES[size])
        page = visitor.open("/login/")
        page.get_by_label("Benutzername").fill("reviewer")
        page.get_by_label("Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        page.wait_for_url(re.compile("/(overview|bridges)/"))
        page.close()
        return visitor

    yield open_browser


def _english() -> set[str]:
    """What the catalogues say otherwise in German; also in capitals, as style sheets may show it."""
    entries = [entry for name in ("django", "djangojs") for entry in polib.pofile(LOCALE / f"{name}.po")]
    sentences = {entry.msgid for entry in entries if entry.msgstr and entry.msgid.lower() != entry.msgstr.lower()}
    # The stack's people are called after their roles, and keys are the same in every language.
    sentences = {sentence for sentence in sentences if len(sentence) > 1} - {"Reviewer"}
    return sentences | {sentence.upper() for sentence in sentences}


def _check(page: Page, size: str, english: set[str]) -> None:
    lines = {line.strip() for line in page.inner_text("body").splitlines()}
    assert lines & english == set(), page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], page.url
    assert page.evaluate(CUT) == [], page.url
    assert wcag_findings(Axe(), page) == [], page.url


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_german_and_has_room(german, surveyed: Analysed, size: str):
    visitor, english = german(size), _english()
    survey = visitor.open(surveyed.path)
    bridge = survey.locator(".trail a[href^='/bridges/']").last.get_attribute("href") or ""
    survey.close()
    query = f"?survey={surveyed.path.strip('/').rpartition('/')[2]}"
    addresses = [
        "/overview/",
        "/bridges/",
        bridge,
        surveyed.path,
        surveyed.photos[0],
        f"/review/{query}",
        f"/review/grid/{query}",
        "/projects/",
        "/jobs/",
        "/networks/",
        "/settings/",
    ]
    for address in addresses:
        page = visitor.open(address)
        page.wait_for_load_state("networkidle")
        _check(page, size, english)
        page.close()


def test_the_viewer_draws_and_tells_in_german(german, surveyed: Analysed):
    visitor = german("wide")
    page = visitor.open(surveyed.photos[0])
    lines = page.locator(".viewer__lines .crack")
    expect(lines).not_to_have_count(0)
    assert all(box and box["width"] + box["height"] > 3 for box in (line.bounding_box() for line in lines.all()))
    page.locator("#crack-rows tr").first.locator("[data-select]").click()
    expect(page.locator("#picked-title")).to_have_text("Riss 1, offen")
    expect(page.locator("#picked-sizes")).to_have_text(re.compile(r"^[\d\s,]+px lang, [\d\s,±]+px breit$"))
    expect(page.locator("#threshold-value")).to_have_text(re.compile(r"^0,\d\d$"))
    expect(page.locator("#threshold-reading")).to_have_text(re.compile(r"px gezeigt, \d+(,\d+)? %"))
    # The field keeps what the server reads.
    assert re.fullmatch(r"0\.\d\d", page.locator("#measure-threshold").get_attribute("value") or "")


def test_a_language_is_changed_with_one_press(enter):
    enter("viewer")
    page = enter("viewer", locale="de-DE").open("/settings/")
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    page.locator("label", has_text="English").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en-gb")
    page.locator("label", has_text="Deutsch").click()
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
