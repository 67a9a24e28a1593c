"""Pictures of every page, light and dark, wide and narrow, to be looked at one by one.

    python -m inspections.tests.browser.look [--base-url http://127.0.0.1:8000] [--login-file FILE] [--out var/look]

The server must be running. FILE holds one `name password` pair a line, as the demo leaves it. With
`--empty-login-file` the pages are taken once more as somebody who has nothing in the record. `--axe` also checks every
page against WCAG 2.2 A and AA.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {1440: 900, 390: 844}
THEMES = ("light", "dark")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True)
class Shot:
    """One picture: the `names` of the addresses it shows, where it is, and what is done there first."""

    title: str
    path: str
    names: tuple[str, ...] = ()
    prepare: Callable[[Page], None] | None = None


@dataclass
class Visit:
    """What was seen: files written, and what was wrong with them."""

    files: list[Path] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def read_login(file: Path) -> tuple[str, str]:
    """The administrator's line in a file of `name password` lines, for they see every button; else the first."""
    lines = [line.split(maxsplit=1) for line in file.read_text().splitlines() if line.strip()]
    pairs = {pair[0]: pair[1].strip() for pair in lines if len(pair) == 2}
    name = "administrator" if "administrator" in pairs else next(iter(pairs))
    return name, pairs[name]


def log_in(context: BrowserContext, base: str, login: tuple[str, str]) -> None:
    """Through the door, as everybody does."""
    page = context.new_page()
    page.goto(urljoin(base, "/login/"))
    page.fill("input[name=username]", login[0])
    page.fill("input[name=password]", login[1])
    page.click("button.button--primary")
    page.wait_for_url(re.compile(r"/overview/"))
    page.close()


def first_link(page: Page, address: str, pattern: str, last: bool = False) -> str | None:
    """The first (or last) link on a page whose path matches."""
    page.goto(address)
    hrefs = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
    found = [href for href in hrefs if re.fullmatch(pattern, href.split("?")[0])]
    return (found[-1] if last else found[0]) if found else None


def press_submit(page: Page) -> None:
    """Send the page's form as it stands, so that its errors show."""
    page.click("main form .button--primary")
    page.wait_for_load_state()


def shots(page: Page, base: str) -> Iterator[Shot]:
    """Every page, found by walking the record from its first bridge."""
    uuid = r"[0-9a-f-]{36}"
    yield Shot("overview", "/overview/", ("home", "overview"))
    yield Shot("bridges", "/bridges/", ("bridges",))
    yield Shot("bridges-map", "/bridges/?view=map", ("bridges",))
    yield Shot("bridges-no-match", "/bridges/?q=nowhere+at+all", ("bridges",))
    yield Shot("bridge-new", "/bridges/new/", ("bridge-new",))
    yield Shot("bridge-new-errors", "/bridges/new/", ("bridge-new",), press_submit)
    # Most photos first: the page that shows most.
    bridge = first_link(page, urljoin(base, "/bridges/?sort=photos"), rf"/bridges/{uuid}/")
    if bridge:
        yield from _bridge_shots(page, base, bridge, uuid)
    yield Shot("review", "/review/", ("review", "review-next"), _wait_for_region)
    yield Shot("review-keys", "/review/", ("review",), _open_keys)
    yield Shot("review-grid", "/review/grid/", ("review-grid",))
    yield Shot("review-nothing-left", "/review/?wider_mm=9999", ("review",))
    yield Shot("projects", "/projects/", ("projects",))
    yield Shot("project-new", "/projects/new/", ("project-new",))
    project = first_link(page, urljoin(base, "/projects/"), rf"/projects/{uuid}/")
    if project:
        yield Shot("project", project, ("project",))
        yield Shot("project-edit", f"{project}edit/", ("project-edit",))
    yield Shot("jobs", "/jobs/", ("jobs", "jobs-list", "jobs-pill"))
    for state in ("running", "queued", "failed", "done"):
        yield Shot(f"jobs-{state}", f"/jobs/?state={state}", ("jobs",))
    yield Shot("networks", "/networks/", ("networks",))
    yield Shot("settings", "/settings/", ("settings",))
    yield Shot("rules-add", "/settings/rules/?start=aci-224r-mm", ("settings-rules",))
    yield Shot("rules-add-errors", "/settings/rules/", ("settings-rules",), press_submit)
    yield Shot("rule-pack", "/settings/rules/aashto-mbei-mm/", ("settings-rule-pack",))
    yield Shot("settings-password", "/settings/password/", ("settings-password",))
    yield Shot("not-found", "/bridges/00000000-0000-4000-8000-000000000000/")


def _bridge_shots(page: Page, base: str, bridge: str, uuid: str) -> Iterator[Shot]:
    yield Shot("bridge", bridge, ("bridge",))
    yield Shot("bridge-edit", f"{bridge}edit/", ("bridge-edit",))
    yield Shot("bridge-elements", f"{bridge}elements/", ("bridge-elements",))
    yield Shot("bridge-trend", f"{bridge}trend/", ("bridge-trend",))
    yield Shot("bridge-compare", f"{bridge}compare/", ("bridge-compare",))
    yield Shot("element-new", f"{bridge}elements/new/", ("element-new",))
    yield Shot("survey-new", f"{bridge}surveys/new/", ("survey-new",))
    element = first_link(page, urljoin(base, bridge), rf"/elements/{uuid}/")
    if element:
        yield Shot("element-edit", element, ("element-edit",))
    survey = first_link(page, urljoin(base, bridge), rf"/surveys/{uuid}/", last=True)
    if not survey:
        return
    yield Shot("survey", survey, ("survey",))
    yield Shot("survey-map", f"{survey}map/", ("survey-map", "survey-places"))
    yield Shot("survey-edit", f"{survey}edit/", ("survey-edit",))
    yield Shot("survey-history", f"{survey}history/", ("survey-history", "survey-history-file"))
    yield Shot("review-for-me", "/review/?mentioned=me", ("review", "finding-people"))
    photo = first_link(page, urljoin(base, survey), rf"/photos/{uuid}/")
    if photo:
        yield Shot("photo", photo, ("photo",))
        yield Shot("photo-crack", photo, ("photo", "finding-picked"), _pick_crack)
        yield Shot("photo-talk", f"{photo}#crack-1", ("photo", "finding-picked", "finding-comments"), _open_talk)
        yield Shot("photo-scale", photo, ("photo",), _open_scale)
        yield Shot("photo-look", f"{photo}look/", ("photo-look", "survey-look"))
        yield Shot("photo-look-line", f"{photo}look/", ("photo-look",), _begin_line)
        yield Shot("photo-edit", f"{photo}edit/", ("photo-edit",))
        page.goto(urljoin(base, photo))
        cracks = page.evaluate("JSON.parse(document.getElementById('scene').textContent).cracks")
        if cracks:
            yield Shot("finding-edit", cracks[0]["edit"], ("finding-edit",), _begin_polygon)
            yield Shot("finding-edit-leave", cracks[0]["edit"], ("finding-edit",), _paint_and_leave)


def take(context: BrowserContext, base: str, shot: Shot, file: Path, axe: Axe | None) -> list[str]:
    """One picture. Returns what the page complained about: console errors, sideways scrolling, WCAG findings."""
    page = context.new_page()
    complaints: list[str] = []
    expected = "404" if shot.title == "not-found" else "\0"
    page.on(
        "console",
        lambda line: (
            complaints.append(f"console: {line.text}")
            if line.type in ("error", "warning") and expected not in line.text
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.goto(urljoin(base, shot.path))
    if shot.prepare:
        shot.prepare(page)
    # Not "networkidle": a page that polls is never idle.
    page.wait_for_timeout(700)
    page.screenshot(path=str(file), full_page=True)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        complaints.append("scrolls sideways")
    if axe:
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        for violation in found:
            for node in violation["nodes"]:
                complaints.append(f"{violation['id']}: {node['target']} {node['failureSummary']}")
    page.close()
    return [f"{file.name}: {complaint}" for complaint in complaints]


def visit(
    browser: Browser, base: str, login: tuple[str, str] | None, given: argparse.Namespace, prefix: str = ""
) -> Visit:
    """All pages as one person (None: nobody), in both themes and sizes."""
    seen = Visit()
    axe = Axe() if given.axe else None
    walk: list[Shot] = [Shot("login", "/login/", ("login",)), Shot("login-errors", "/login/", (), _wrong_password)]
    for width, height in SIZES.items():
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
            )
            if login:
                log_in(context, base, login)
                if walk[0].title == "login":
                    walk = list(shots(context.new_page(), base))
            for shot in walk:
                file = given.out / f"{prefix}{shot.title}-{width}-{theme}.png"
                if not re.search(given.only, file.stem):
                    continue
                seen.complaints += take(context, base, shot, file, axe)
                seen.files.append(file)
            context.close()
    return seen


def _wrong_password(page: Page) -> None:
    page.fill("input[name=username]", "nobody")
    page.fill("input[name=password]", "wrong")
    press_submit(page)


def _pick_crack(page: Page) -> None:
    if page.locator("[data-select]").count():
        page.locator("[data-select]").first.click()
        page.locator("#by-width").click()
        page.wait_for_timeout(600)


def _draw_places(page: Page, key: str) -> None:
    """Three clicks in the picture with the tool of a key in hand."""
    page.wait_for_timeout(1200)
    page.keyboard.press(key)
    seat = page.locator("#stage").bounding_box()
    if seat:
        for x, y in ((0.2, 0.3), (0.4, 0.35), (0.5, 0.5)):
            page.mouse.click(seat["x"] + x * seat["width"], seat["y"] + y * seat["height"])


def _begin_line(page: Page) -> None:
    _draw_places(page, "l")


def _begin_polygon(page: Page) -> None:
    _draw_places(page, "p")


def _paint_and_leave(page: Page) -> None:
    _draw_places(page, "b")
    page.keyboard.press("Escape")


def _wait_for_region(page: Page) -> None:
    page.wait_for_timeout(900)


def _open_keys(page: Page) -> None:
    page.keyboard.press("?")
    page.wait_for_timeout(300)


def _open_talk(page: Page) -> None:
    history = page.locator(".picked__history summary")
    if history.count():
        history.click()
        history.scroll_into_view_if_needed()


def _open_scale(page: Page) -> None:
    page.get_by_role("tab", name="Scale").click()


def main(arguments: list[str] | None = None) -> int:
    """Take all pictures; the exit status tells whether anything complained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default=f"http://127.0.0.1:{os.environ.get('HAIRLINE_PORT') or 8000}")
    demo = Path(os.environ.get("HAIRLINE_DATA") or "var") / "demo-logins.txt"
    parser.add_argument("--login-file", type=Path, default=demo)
    parser.add_argument("--empty-login-file", type=Path)
    parser.add_argument("--out", type=Path, default=Path("var/look"))
    parser.add_argument("--axe", action="store_true")
    parser.add_argument("--only", default="", help="regular expression that a picture's name must contain")
    parser.add_argument("--chromium", default=CHROMIUM)
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=ARGUMENTS)
        visits = [visit(browser, given.base_url, None, given)]
        visits.append(visit(browser, given.base_url, read_login(given.login_file), given))
        if given.empty_login_file:
            visits.append(visit(browser, given.base_url, read_login(given.empty_login_file), given, "empty-"))
        browser.close()
    complaints = [complaint for seen in visits for complaint in seen.complaints]
    sys.stdout.write("\n".join([*complaints, f"{sum(len(seen.files) for seen in visits)} pictures in {given.out}", ""]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
