"""The grid at a real browser: page after page, one Apply that can be undone, and the line over each patch."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from inspections.tests.browser.drawing import draw_wall
from inspections.tests.browser.findings import wcag_findings
from inspections.tests.browser.stack import Analysed, Stack

pytestmark = [pytest.mark.browser, pytest.mark.street]
# More than one page of it, without the hours of a survey that large.
MANY = """
from zipfile import ZipFile
from inspections.models import Finding
from inspections.services.storage import media_path
for finding in list(Finding.objects.filter(image__survey__pk="{survey}")):
    last = Finding.objects.filter(run=finding.run).order_by("-number").first().number
    group = finding.look_alikes
    patches = ZipFile(media_path(finding.run.patches), "a")
    picture = patches.read(f"{{finding.number}}.jpg")
    for number in range(last + 1, last + 21):
        patches.writestr(f"{{number}}.jpg", picture)
        finding.pk, finding.number, finding._state.adding = None, number, True
        finding.look_alikes = None if number % 2 else group
        finding.width_widest_px = 30 if number < last + 3 else 5
        finding.id = __import__("uuid").uuid4()
        finding.save()
    patches.close()
"""

PATCH = draw_wall(1, width=192, height=192, cracks=1)


@pytest.fixture(scope="module")
def walls(stack: Stack) -> Analysed:
    photos = stack.data / "for-the-grid"
    photos.mkdir()
    for seed in range(3):
        (photos / f"wall-{seed}.jpg").write_bytes(draw_wall(140 + seed, cracks=3))
    made = stack.analyse(photos)
    stack._run(MANY.format(survey=made.path.split("/")[2]))
    return made


@pytest.fixture
def grid(enter, walls):
    """Opens the grid of these photos as somebody."""

    def open_grid(name: str = "reviewer", query: str = "", **options) -> Page:
        visitor = enter(name, **options)
        # The worker has cut none for those that were added by hand.
        visitor.context.route("**/patch.jpg", lambda route: route.fulfill(body=PATCH, content_type="image/jpeg"))
        page = visitor.open(f"/review/grid/?survey={walls.path.split('/')[2]}{query}")
        expect(page.locator("#progress")).to_contain_text("of")
        return page

    return open_grid


def left(page: Page) -> int:
    return int(page.locator("#progress").inner_text().split(" of ")[1])


def mark_first(page: Page, count: int) -> list[str]:
    ids = [patch.get_attribute("data-region") for patch in page.locator(".patch").all()[:count]]
    page.locator(".patch__box").first.click()
    if count > 1:
        page.locator(".patch__box").nth(count - 1).click(modifiers=["Shift"])
    return ids


def test_the_rest_is_on_the_next_page_and_the_address_leads_there(grid):
    page = grid()
    first = {patch.get_attribute("data-region") for patch in page.locator(".patch").all()}
    assert len(first) == 120 and left(page) > 120
    mark_first(page, 3)
    elsewhere = left(page) - 120
    expect(page.locator("#apply-words")).to_contain_text(
        f"The other 117 on this page and the {elsewhere} on other pages stay undecided."
    )
    page.keyboard.press(".")
    page.wait_for_url(re.compile("page=2"))
    second = {patch.get_attribute("data-region") for patch in page.locator(".patch").all()}
    assert len(second) == elsewhere and not first & second
    page.reload()
    assert {patch.get_attribute("data-region") for patch in page.locator(".patch").all()} == second
    # Where one comes back to, what was marked is marked.
    page.get_by_role("link", name="Previous").click()
    page.wait_for_url(re.compile("page=1"))
    page.go_back()
    page.go_back()
    expect(page.locator("#apply-words")).to_contain_text("3 regions")


def test_apply_says_what_it_did_keeps_the_keyboard_and_is_undone(grid):
    page = grid()
    waiting = left(page)
    for key, way in (("u", "key"), ("Control+z", "key"), ("Undo", "button")):
        ids = mark_first(page, 3)
        page.get_by_role("button", name="Apply").click()
        expect(page.locator("#did")).to_contain_text("3 rejected: joint.")
        assert left(page) == waiting - 3
        assert page.evaluate("document.activeElement.className") == "patch__box"
        assert not {patch.get_attribute("data-region") for patch in page.locator(".patch").all()} & set(ids)
        if way == "key":
            page.keyboard.press(key)
        else:
            page.get_by_role("button", name=key).click()
        expect(page.locator("#did")).to_contain_text("3 taken back.")
        assert left(page) == waiting
        assert page.evaluate("document.activeElement.className") == "patch__box"
    page.keyboard.press("u")
    expect(page.locator("#did")).to_contain_text("no Apply of yours to take back")


def test_two_batches_are_taken_back_one_after_the_other(grid):
    page = grid()
    waiting = left(page)
    for _ in range(2):
        mark_first(page, 2)
        page.keyboard.press("Control+Enter")
        waiting -= 2
        expect(page.locator("#progress")).to_contain_text(f"of {waiting}")
        expect(page.locator("#did")).to_contain_text("2 rejected")
    for _ in range(2):
        page.keyboard.press("u")
        waiting += 2
        expect(page.locator("#progress")).to_contain_text(f"of {waiting}")
        expect(page.locator("#did")).to_contain_text("2 taken back")


def test_the_second_of_two_reads_who_and_what_and_the_numbers_are_true(grid):
    page, other = grid(), grid("administrator")
    waiting = left(page)
    ids = mark_first(page, 3)
    mark_first(other, 1)
    other.get_by_role("button", name="Apply").click()
    expect(other.locator("#did")).to_contain_text("1 rejected")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#trouble")).to_contain_text("Administrator has rejected it (joint).")
    expect(page.locator("#progress")).to_contain_text(f"of {waiting - 1}")
    expect(page.locator(f'[data-region="{ids[0]}"]')).to_have_count(0)
    expect(page.locator("#apply-words")).to_contain_text("Apply will reject 2 regions")
    for group in page.locator("[data-group]:has([data-all])").all():
        # No heading tells fewer than stand below it.
        told = int(re.match(r"\d+", group.locator("h2").inner_text())[0])
        assert told >= group.locator(".patch").count()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#did")).to_contain_text("2 rejected")
    page.keyboard.press("u")
    expect(page.locator("#did")).to_contain_text("2 taken back")
    other.keyboard.press("u")
    expect(other.locator("#did")).to_contain_text("1 taken back")


def test_each_patch_has_its_line_and_shift_hides_it(grid):
    page = grid()
    line = page.locator(".patch__line").first
    expect(line).to_be_visible()
    seat, box = line.bounding_box(), page.locator(".patch__face img").first.bounding_box()
    assert seat["width"] == pytest.approx(box["width"], abs=1) and seat["height"] == pytest.approx(box["height"], abs=1)
    for drawn in page.locator(".patch__line .crack__line").all()[:10]:
        assert drawn.evaluate("path => path.getTotalLength()") > 20
    page.keyboard.down("Shift")
    expect(line).to_be_hidden()
    page.keyboard.up("Shift")
    expect(line).to_be_visible()
    page.get_by_role("button", name="Lines").click()
    page.reload()
    expect(line).to_be_hidden()
    page.get_by_role("button", name="Lines").click()
    expect(line).to_be_visible()


def test_a_group_key_leaves_out_what_is_to_be_looked_at(grid):
    page = grid()
    group = page.locator("[data-group]:has([data-grave])").first
    expect(group.locator(".patch-group__caution")).to_contain_text("Look at each: widest")
    boxes = group.locator(".patch__box")
    grave = group.locator("[data-grave]").count()
    boxes.first.focus()
    page.keyboard.press("g")
    assert group.locator(".patch__box:checked").count() == boxes.count() - grave
    expect(group.locator("[data-grave] .patch__box:checked")).to_have_count(0)
    page.keyboard.press("g")
    assert group.locator(".patch__box:checked").count() == boxes.count()
    expect(page.locator("#apply-words")).to_contain_text("to be looked at")
    page.keyboard.press("g")
    assert group.locator(".patch__box:checked").count() == 0


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(grid, theme, size, request):
    page = grid(query="&page=2", color_scheme=theme, viewport={"width": size[0], "height": size[1]})
    mark_first(page, 1)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#did")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert wcag_findings(Axe(), page) == []
    page.keyboard.press("u")
    expect(page.locator("#did")).to_contain_text("1 taken back")
