"""Focus tells the truth in a real browser: what stands, what was taken back, what could not be saved or seen."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.stack import Analysed, Stack

pytestmark = [pytest.mark.browser, pytest.mark.street]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def walls(stack: Stack, browser: Browser) -> Analysed:
    """Cracks enough for every test to leave one or two decided."""
    photos = stack.data / "truths"
    photos.mkdir()
    for seed in range(5):
        (photos / f"truth-{seed}.jpg").write_bytes(draw_wall(80 + seed, cracks=4))
    return stack.analyse(photos)


@pytest.fixture
def queue(walls) -> str:
    return f"/review/?survey={walls.path.split('/')[2]}"


@pytest.fixture
def page(enter, queue) -> Page:
    return shown(enter("reviewer").open(queue))


def shown(page: Page) -> Page:
    expect(page.locator(".region.is-shown")).to_have_count(1)
    expect(page.locator("#counts")).not_to_be_empty()
    return page


def press(page: Page, *keys: str) -> None:
    """One after another, each once the server has answered to the one before."""
    for key in keys:
        page.keyboard.press(key)
        settled(page)


def settled(page: Page) -> None:
    expect(page.locator("html:not([data-unsaved]), html[data-unsaved='0']")).to_have_count(1)


def title(page: Page) -> str:
    return page.locator(".region-facts__title").inner_text()


def said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


def stands(page: Page, words: str) -> None:
    """What the facts and the line's colour say of the region on show."""
    verdict = words.split(maxsplit=1)[0].rstrip(":").lower() if words else "undecided"
    expect(page.locator(".region.is-shown g")).to_have_attribute("data-verdict", verdict)
    if words:
        expect(page.locator("#facts .standing")).to_contain_text(words)
    else:
        expect(page.locator("#facts .standing")).to_have_count(0)


def counts(page: Page) -> tuple[int, int]:
    """How many are left and how many were decided today."""
    left, today = re.fullmatch(r"(\d+) left, .*; (\d+) decided today", page.locator("#counts").inner_text()).groups()
    return int(left), int(today)


def test_each_undo_goes_one_decision_further_back(page):
    here = title(page)
    press(page, "a", "ArrowLeft")
    assert title(page) == here
    stands(page, "Accepted by Reviewer")
    press(page, "n", "u")
    assert title(page) == here
    stands(page, "Accepted by Reviewer")
    press(page, "u")
    stands(page, "")
    press(page, "u")
    said(page, "Nothing to take back")
    stands(page, "")


def test_undo_reaches_back_over_a_reload(page):
    here = title(page)
    press(page, "n")
    page.reload()
    shown(page)
    assert title(page) != here
    press(page, "u")
    said(page, "Taken back: crack")
    expect(page.locator(".region-facts__title")).to_have_text(here)
    stands(page, "")
    press(page, "u")
    said(page, "Nothing to take back")


def test_the_second_sees_all_of_the_first_decision_and_leaves_it(page, enter, queue):
    other = shown(enter("administrator").open(queue))
    here = title(page)
    assert title(other) == here
    press(page, "2")
    left_before, today_before = counts(other)
    other.keyboard.press("x")
    dialog = other.locator("#meanwhile")
    for words in ("Reviewer has decided", "Accepted as CS2 by Reviewer", "Your decision: Rejected"):
        expect(dialog).to_contain_text(words)
    assert title(other) == here, "the region in question lies behind the dialog"
    assert dialog.evaluate("dialog => parseFloat(getComputedStyle(dialog).paddingLeft)") >= 12
    other.keyboard.press("Escape")
    said(other, "Left as it is: crack")
    expect(other.locator(".region-facts__title")).not_to_have_text(here)
    settled(other)
    assert counts(other) == (left_before - 1, today_before)
    # It was never this reviewer's to take back.
    press(other, "u")
    said(other, "Nothing to take back")
    press(page, "ArrowLeft")
    stands(page, "Accepted as CS2")


def test_what_another_has_decided_since_is_taken_back_only_when_asked(page, enter, queue):
    here = title(page)
    region = page.evaluate("new URL(location.href).searchParams.get('at')")
    press(page, "a")
    other = shown(enter("administrator").open(f"{queue}&at={region}"))
    stands(other, "Accepted by Reviewer")
    press(other, "h")
    page.keyboard.press("u")
    expect(page.locator("#meanwhile")).to_contain_text("Rejected: shadow by Administrator")
    assert title(page) == here
    page.get_by_role("button", name="Leave it so").click()
    said(page, "Left as it is")
    press(page, "ArrowLeft")
    stands(page, "Rejected: shadow")


def test_a_refused_decision_is_not_told_as_made(page):
    refusal = {"code": "survey_closed", "detail": "It was signed off. Reopen it to change anything."}
    page.route("**/decide/", lambda route: route.fulfill(status=409, json=refusal))
    before, here = counts(page), title(page)
    press(page, "a")
    said(page, "Not saved: crack")
    expect(page.locator("#trouble")).to_contain_text("It was signed off")
    expect(page.locator(".region-facts__title")).to_have_text(here)
    assert counts(page) == before
    page.unroute("**/decide/")


def test_the_counts_go_along_at_once_and_the_words_stay(page):
    left, today = counts(page)
    page.route("**/decide/", lambda route: route.abort())
    page.keyboard.press("a")
    said(page, "Accepted: crack")
    assert counts(page) == (left - 1, today + 1)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#pending")).to_contain_text("Accepted; not saved yet.")
    page.keyboard.press("u")
    assert counts(page) == (left, today)
    page.keyboard.press("n")
    page.unroute("**/decide/")
    settled(page)
    said(page, "Rejected, joint: crack")
    assert counts(page) == (left - 1, today + 1)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#pending")).to_be_hidden()
    stands(page, "Rejected: joint")


def test_what_cannot_be_seen_is_not_decided(enter, queue):
    visitor = enter("reviewer")
    visitor.context.route("**/tiles/**", lambda route: route.abort())
    page = shown(visitor.open(queue))
    expect(page.locator(".region.is-shown .region__blind")).to_contain_text("could not be loaded")
    accept = page.get_by_role("button", name="Accept", exact=False).first
    expect(accept).to_be_disabled()
    here = title(page)
    page.keyboard.press("a")
    said(page, "Nothing was decided")
    assert title(page) == here
    visitor.context.unroute("**/tiles/**")
    expect(page.locator(".region.is-shown .region__blind")).to_be_hidden()
    expect(accept).to_be_enabled()
    press(page, "a")
    said(page, "Accepted: crack")


def test_a_half_written_comment_is_kept_with_its_region(page):
    text, form = page.locator("#comment-text"), page.locator("#comment")
    page.keyboard.press("c")
    text.fill("The left end")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.keyboard.press("s")
    page.keyboard.press("c")
    expect(text).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("c")
    expect(text).to_have_value("The left end")
    text.press_sequentially(" runs on")
    page.keyboard.press("Control+Enter")
    said(page, "Said.")
    expect(page.locator("#talk")).to_contain_text("The left end runs on")
    page.keyboard.press("c")
    expect(text).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("#assign")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#assign")).to_be_hidden()


def test_a_late_refusal_tears_nobody_from_a_comment(page):
    page.route("**/decide/", lambda route: route.fulfill(status=409, json={"code": "refused", "detail": "Not so."}))
    with page.expect_response("**/decide/"):
        page.keyboard.press("a")
        page.keyboard.press("c")
        page.keyboard.type("Half a ")
    said(page, "Not saved")
    page.keyboard.type("word")
    expect(page.locator("#comment-text")).to_have_value("Half a word")
    page.unroute("**/decide/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_all_actions_with_width_and_state(enter, queue, theme):
    page = shown(enter("reviewer", color_scheme=theme, viewport=PHONE, has_touch=True).open(queue))
    page.wait_for_load_state("networkidle")
    boxes = {}
    for button in page.locator("#bar button:visible").all():
        boxes[button.get_attribute("data-action")] = button.bounding_box()
    assert {"accept", "state_1", "state_4", "joint", "other", "undo", "skip", "comment", "edit", "photo"} <= set(boxes)
    for action, box in boxes.items():
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"], action
        assert box["y"] >= 0 and box["y"] + box["height"] <= PHONE["height"], action
        assert box["height"] >= 40 and box["width"] >= 36, action
    bar = page.locator("#bar").bounding_box()
    for figure in page.locator(".region-facts__figures dd").all():
        box = figure.bounding_box()
        assert box["y"] + box["height"] <= bar["y"], figure.inner_text()
    page.locator("[data-action=state_3]").tap()
    said(page, "Accepted as CS3: crack")
    settled(page)
    page.locator("[data-action=undo]").tap()
    settled(page)
    stands(page, "")


def test_keys_that_are_off_are_not_printed(enter, queue, stack):
    visitor = enter("reviewer")
    visitor.context.add_cookies([{"name": "hairline_keys", "value": "off", "url": stack.url}])
    page = shown(visitor.open(queue))
    assert page.locator("#bar kbd:visible").count() == 0
    page.get_by_role("button", name="CS2").click()
    said(page, "Accepted as CS2")
    settled(page)
