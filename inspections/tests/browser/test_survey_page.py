"""The survey page at a browser: bad connections, folders, no script, small screens."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, Route, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings

pytestmark = [pytest.mark.browser, pytest.mark.street, pytest.mark.every_browser]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A card from a camera: photos in folders, and what computers leave among them."""
    for seed, name in enumerate(["a.jpg", "DCIM/b.jpg", "DCIM/100MEDIA/c.jpg"], start=21):
        (tmp_path / "card" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "card" / name).write_bytes(draw_wall(seed, width=200, height=160, cracks=0))
    (tmp_path / "card" / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "card" / "DCIM" / "Thumbs.db").write_bytes(b"\0")
    return tmp_path / "card"


def new_survey(page: Page) -> None:
    """Another survey of the bridge whose survey is open."""
    page.locator(".trail a").last.click()
    page.get_by_role("link", name=re.compile("survey", re.I)).first.click()
    page.locator("main form .button--primary").click()
    page.wait_for_url(re.compile("/surveys/[0-9a-f-]{36}/$"))


@pytest.fixture
def page(enter, surveyed) -> Page:
    """An empty survey before an inspector."""
    page = enter("inspector").open(surveyed.path)
    new_survey(page)
    return page


@pytest.mark.only_chromium("choosing a folder")
def test_a_folder_is_opened_to_its_depth(page, folder):
    page.locator("#folder-files").set_input_files(folder)
    expect(page.locator("#sending-words")).to_have_text("3 of 3 received")
    expect(page.locator(".sending__name")).to_have_text(["a.jpg", "b.jpg", "c.jpg"], use_inner_text=True)


DROPPED_FOLDERS = """
async () => {
  const { filesOf } = await import("/static/js/upload/folders.js");
  const file = name => ({ isFile: true, name, file: done => done(new File(["x"], name)) });
  const locked = { isFile: true, name: "locked.jpg", file: (_done, failed) => failed(new Error("locked")) };
  const folder = children => ({
    isDirectory: true,
    name: "folder",
    createReader: () => ({ readEntries: done => done(children.splice(0, 100)) }),
  });
  const many = [...Array(250).keys()].map(number => file(`${number}.jpg`));
  const entries = [file("top.jpg"), folder([folder([file("deep.jpg"), locked, file(".hidden")]), ...many])];
  const items = entries.map(entry => ({ webkitGetAsEntry: () => entry }));
  const { files, unread } = await filesOf({ items, files: [] });
  return { count: files.length, first: files.slice(0, 2).map(({ name }) => name), unread };
}
"""


def test_dropped_folders_are_read_to_their_end(page):
    """A browser hands over a hundred entries at a time, and cannot be made to drop a folder: entries are played."""
    found = page.evaluate(DROPPED_FOLDERS)
    assert found == {"count": 252, "first": ["top.jpg", "deep.jpg"], "unread": ["locked.jpg"]}


def test_the_end_of_a_session_is_said_and_nothing_is_lost(enter, surveyed):
    page = enter("viewer").open(surveyed.path)
    page.context.clear_cookies()
    page.evaluate("document.body.dispatchEvent(new Event('jobs-changed'))")
    expect(page.locator(".messages")).to_contain_text("You have been logged out.")
    expect(page.locator(".card")).to_have_count(3)


def test_a_lost_connection_is_tried_again(enter, surveyed, folder):
    visitor = enter("inspector")
    page = visitor.open(surveyed.path)
    new_survey(page)
    dropped = []

    def drop_the_first(route: Route) -> None:
        if dropped:
            route.continue_()
        else:
            dropped.append(route.request.url)
            route.abort("connectionreset")

    page.route("**/photos/", drop_the_first)
    page.locator("#drop-files").set_input_files(folder / "a.jpg")
    expect(page.locator(".sending__phase")).to_contain_text("The connection was lost. Trying again in 1 s.")
    expect(page.locator("#sending-words")).to_have_text("1 of 1 received")
    assert len(dropped) == 1
    visitor.complaints = [said for said in visitor.complaints if "ERR_CONNECTION_RESET" not in said]


def hold_uploads(page: Page) -> list[Route]:
    """Photos leave the page and arrive nowhere."""
    held: list[Route] = []
    page.route("**/photos/", lambda route: held.append(route))
    return held


def let_go(page: Page, held: list[Route]) -> None:
    page.unroute("**/photos/")
    for route in held:
        # The page has given most of them up by itself.
        with suppress(Error):
            route.abort()


def test_a_stopped_upload_may_go_on(page, folder):
    held = hold_uploads(page)
    page.locator("#drop-files").set_input_files(folder / "a.jpg")
    expect(page.locator(".sending__row")).to_have_attribute("data-phase", re.compile("uploading|checking"))
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".sending__row")).to_have_attribute("data-phase", "stopped")
    let_go(page, held)
    page.get_by_role("button", name="Retry a.jpg").click()
    expect(page.locator("#sending-words")).to_have_text("1 of 1 received")


@pytest.mark.only_chromium("answering a question on leaving")
def test_leaving_while_sending_is_asked_about(page, folder):
    held = hold_uploads(page)
    page.locator("#drop-files").set_input_files(folder / "a.jpg")
    expect(page.locator(".sending__row")).to_have_attribute("data-phase", re.compile("uploading|checking"))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.evaluate("location.reload()")
    expect(page.locator("#sending")).to_be_hidden()
    assert asked == ["beforeunload"]
    let_go(page, held)


def test_nothing_on_the_page_moves_when_nothing_has_changed(enter, surveyed):
    page = enter("viewer").open(surveyed.path)
    page.evaluate("document.querySelectorAll('.card *').forEach((element, index) => { element.mine = index; })")
    page.locator(".card__link").first.focus()
    merged = "new Promise(done => document.addEventListener('grid-merged', () => done(true), { once: true }))"
    page.evaluate(f"window.merged = {merged}")
    with page.expect_response("**/grid/**") as answer:
        page.evaluate("document.body.dispatchEvent(new Event('jobs-changed'))")
    assert answer.value.status == 286
    assert page.evaluate("window.merged")
    assert page.evaluate("[...document.querySelectorAll('.card *')].every((element, index) => element.mine === index)")
    assert page.evaluate("document.activeElement.className") == "card__link"


def test_one_switch_hides_the_cracks_and_is_remembered(enter, surveyed):
    page = enter("viewer").open(surveyed.path)
    overlay = page.locator(".card__overlay").first
    expect(overlay).to_have_css("visibility", "visible")
    page.keyboard.press("o")
    expect(overlay).to_have_css("visibility", "hidden")
    page.reload()
    expect(overlay).to_have_css("visibility", "hidden")
    page.get_by_role("button", name="Cracks").click()
    expect(overlay).to_have_css("visibility", "visible")


def test_a_filter_is_an_address(enter, surveyed):
    page = enter("viewer").open(surveyed.path)
    page.get_by_role("link", name=re.compile("With cracks")).click()
    expect(page).to_have_url(re.compile(r"\?show=findings$"))
    expect(page.locator(".card")).to_have_count(2)


@pytest.mark.only_chromium("scripts switched off")
def test_photos_come_in_without_script(enter, surveyed, folder):
    visitor = enter("inspector", java_script_enabled=False)
    page = visitor.open(surveyed.path)
    new_survey(page)
    (folder / "notes.jpg").write_bytes(b"Dear diary")
    page.get_by_label("How many photos").fill("2")
    page.locator("#drop-files").set_input_files([folder / "a.jpg", folder / "notes.jpg"])
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".message--success")).to_have_text("a.jpg: received.")
    expect(page.locator(".message--error")).to_contain_text("notes.jpg: Not an image we can read.")
    expect(page.locator(".card")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_accessible(enter, surveyed, theme, width):
    page = enter("inspector", color_scheme=theme, viewport={"width": width, "height": 844}).open(surveyed.path)
    expect(page.locator(".card")).to_have_count(3)
    assert wcag_findings(Axe(), page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    new_survey(page)
    assert wcag_findings(Axe(), page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
