"""The whole way as a new user goes it: from the door to measured cracks and decisions that stay."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall

pytestmark = [pytest.mark.browser, pytest.mark.street]

DROP = """
files => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(
      new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
    if (kind === "dragover") window.sheetWasShown = !document.getElementById("drop-sheet").hidden;
  }
}
"""
WAITING = ".card__state .state--info, .card__state .state--active"


def drop(page: Page, files: dict[str, bytes]) -> None:
    page.evaluate(DROP, [[name, base64.b64encode(data).decode()] for name, data in files.items()])


def test_from_the_door_to_decisions(enter):
    visitor = enter("reviewer")
    page = visitor.open("/")
    page.get_by_role("navigation").get_by_role("link", name="Bridges", exact=True).click()
    page.get_by_role("link", name="Add a bridge").click()
    page.get_by_label("Name", exact=True).fill("Sleepers Wath")
    page.locator("main form .button--primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sleepers Wath")
    page.get_by_role("link", name=re.compile("survey", re.I)).first.click()
    page.locator("main form .button--primary").click()
    page.wait_for_url(re.compile("/surveys/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("heading", name="Add photos")).to_be_visible()

    # Four photos, a text that claims to be one, and one that ends early.
    photos = {f"IMG_{seed}.JPG": draw_wall(seed, cracks=seed % 3 + 1) for seed in range(1, 5)}
    drop(page, {**photos, "notes.jpg": b"Dear diary", "cut.jpg": draw_wall(9)[:-4000]})
    assert page.evaluate("window.sheetWasShown"), "the whole page takes files while they hang over it"
    expect(page.locator("#drop-sheet")).to_be_hidden()
    expect(page.locator("#sending-words")).to_have_text("4 of 6 received, 2 refused")
    refused = page.locator('.sending__row[data-phase="refused"]')
    expect(refused.filter(has_text="notes.jpg")).to_contain_text("Not an image we can read.")
    expect(refused.filter(has_text="cut.jpg")).to_contain_text("The photo is incomplete (file ends early).")

    # The grid fills by itself; loading the page again in the middle of it loses nothing.
    expect(page.locator(".card")).to_have_count(4)
    page.reload()
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator(WAITING)).to_have_count(0)
    expect(page.locator(".card__found")).to_have_count(4)
    expect(page.locator('[data-live="analysed"]')).to_have_text("4")
    expect(page.locator("#pulse")).to_be_attached()
    loaded = "images => images.length === 4 && images.every(image => image.complete && image.naturalWidth > 0)"
    page.wait_for_function(f"({loaded})([...document.querySelectorAll('.card__overlay')])")

    # The same photo again is the one that is there.
    drop(page, {"IMG_1 (copy).JPG": photos["IMG_1.JPG"]})
    expect(page.locator(".sending__row")).to_contain_text(re.compile("Already in this survey|cracks"))
    expect(page.locator(".card")).to_have_count(4)

    decide_by_keys(page)
    assert visitor.complaints == []


def decide_by_keys(page: Page) -> None:
    page.get_by_role("link", name=re.compile("IMG_2.JPG")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("IMG_2.JPG")
    expect(page.locator("#threshold-reading")).to_contain_text("px shown")
    rows = page.locator("[data-crack]")
    found = rows.count()
    assert found >= 2, "the shipped network finds drawn cracks"

    # The threshold acts at once, in the picture and in its numbers.
    before = shown_pixels(page)
    for _step in range(4):
        page.keyboard.press("]")
    expect(page.locator("#threshold-value")).not_to_have_text(page.locator("#threshold-reset").inner_text().strip())
    assert shown_pixels(page) < before
    page.locator("#threshold-reset").click()
    assert shown_pixels(page) == before

    page.keyboard.press("j")
    expect(rows.first).to_have_attribute("aria-current", "true")
    page.keyboard.press("a")
    expect(rows.first).to_have_attribute("data-verdict", "accepted")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("x")
    expect(rows.nth(1)).to_have_attribute("data-verdict", "rejected")
    expect(page.locator("#tally dd").first).to_have_text(str(found - 1))
    page.reload()
    expect(rows.first).to_have_attribute("data-verdict", "accepted")
    expect(rows.nth(1)).to_have_attribute("data-verdict", "rejected")
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#panel-history")).to_contain_text("Rejected crack 2")


def shown_pixels(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("#threshold-reading").inner_text().split("px")[0]))
