"""A newcomer at the keyboard: regions decided one after another, with nothing to go by but the key sheet.

    python -m inspections.tests.browser.keyboard_run --login-file var/demo-logins.txt [--count 100]

The server must be running. The keys are read from the sheet that `?` opens; each region is decided with the next of
them, and what the record says afterwards is compared with what was meant. Printed are seconds per decision, the time
from the key to the next picture, and the requests per decision.
"""

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import monotonic
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, sync_playwright

from inspections.tests.browser.look import ARGUMENTS, CHROMIUM, read_login

DECIDES = re.compile(r"^(Accept|Reject)\b")
# The time from a key to the frame in which the next region stands with all its tiles, measured by the page itself.
STOPWATCH = """
() => {
  window.pictureMs = [];
  addEventListener("keydown", () => {
    const began = performance.now();
    const before = document.querySelector(".region.is-shown");
    const look = () => {
      const shown = document.querySelector(".region.is-shown");
      const isEnd = !document.getElementById("done").hidden;
      const isThere = shown && shown !== before && [...shown.querySelectorAll("img")].every((tile) => tile.complete);
      if (isEnd || isThere) window.pictureMs.push(performance.now() - began);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}
"""
NEXT_PICTURE = """
count => new Promise((done) => {
  const look = () => (window.pictureMs.length > count ? done() : requestAnimationFrame(look));
  look();
})
"""


@dataclass
class KeyboardRun:
    """What a run took. `wrong` names the regions whose decision is not the one that was meant."""

    seconds: list[float] = field(default_factory=list)
    picture_ms: list[float] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def report(self) -> str:
        """The run in words, a line each."""
        count = len(self.seconds)
        kinds = ", ".join(f"{total / count:.2f} {kind}" for kind, total in self.requests.most_common())
        late = quantiles(self.picture_ms, n=20)[-1] if count > 1 else self.picture_ms[0]
        return "\n".join(
            (
                f"{count} decisions, {len(self.wrong)} wrong",
                f"{median(self.seconds):.3f} s per decision (median), {max(self.seconds):.3f} s at most",
                f"{median(self.picture_ms):.0f} ms from key to picture (median), {late:.0f} ms at the 95th percentile",
                f"{sum(self.requests.values()) / count:.2f} requests per decision: {kinds}",
            )
        )


def read_sheet(page: Page) -> dict[str, str]:
    """The keys that decide, by what the sheet says of them; opens and closes the sheet with `?`."""
    page.keyboard.press("?")
    page.locator("#keys[open]").wait_for()
    rows = page.locator("#keys dl > div")
    told = [(row.locator("dd").inner_text(), row.locator("kbd").first.inner_text()) for row in rows.all()]
    page.keyboard.press("?")
    page.locator("#keys[open]").wait_for(state="hidden")
    return {words: key.lower() for words, key in told if DECIDES.match(words)}


def decide_by_keys(page: Page, count: int) -> KeyboardRun:
    """Decide up to `count` regions of the review that `page` shows."""
    run = KeyboardRun()
    keys = list(read_sheet(page).items())
    page.evaluate(STOPWATCH)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    meant: dict[str, str] = {}
    for place in range(count):
        if page.locator("#done").is_visible():
            break
        page.locator(".region.is-shown").wait_for()
        words, key = keys[place % len(keys)]
        meant[_here(page)] = "accepted" if words.startswith("Accept") else "rejected"
        began = monotonic()
        page.keyboard.press(key)
        page.evaluate(NEXT_PICTURE, place)
        run.seconds.append(monotonic() - began)
    page.locator("html[data-unsaved='0']").wait_for(state="attached")
    run.picture_ms = page.evaluate("window.pictureMs")
    # Static files are kept by the browser for ever: Chromium names the icon again whenever the address changes.
    run.requests.update(_kind(request) for request in asked if "/static/" not in request.url)
    run.wrong = [region for region, verdict in meant.items() if _verdict(page, region) != verdict]
    return run


def _here(page: Page) -> str:
    """The id of the region on show, as the address tells it."""
    return str(page.evaluate("new URL(location.href).searchParams.get('at')"))


def _verdict(page: Page, region: str) -> str:
    """What the record says of a region, asked as a page of its own."""
    asked = """
    region => fetch(`/review/?at=${region}`).then((answer) => answer.text()).then((text) => {
      const scene = new DOMParser().parseFromString(text, "text/html").getElementById("scene");
      return JSON.parse(scene.textContent).regions.find(({ id }) => id === region)?.verdict;
    })
    """
    return str(page.evaluate(asked, region))


def _kind(request: Request) -> str:
    path = urlsplit(request.url).path
    return next((kind for kind in ("tiles", "preview", "decide", "next") if f"/{kind}" in path), path)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--login-file", type=Path, default=Path("var/demo-logins.txt"))
    parser.add_argument("--count", type=int, default=100)
    given = parser.parse_args(arguments)
    name, password = read_login(given.login_file)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{given.base_url}/login/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", password)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_load_state()
        page.goto(f"{given.base_url}/review/")
        run = decide_by_keys(page, given.count)
        browser.close()
    sys.stdout.write(run.report() + "\n")
    return 1 if run.wrong or len(run.seconds) < given.count else 0


if __name__ == "__main__":
    sys.exit(main())
