"""The browsers that are on this machine, started by name: Chromium, and the Firefox that people have."""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from inspections.tests.browser.look import ARGUMENTS

PLACES = {
    "chromium": Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")),
    "firefox": Path(os.environ.get("FIREFOX", "/usr/bin/firefox-esr")),
}


def miss(reason: str) -> None:
    """Skip where a person tests at home; fail where nobody would read of the skip."""
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def launch(playwright: Playwright, name: str) -> Browser:
    """The browser of that name; misses it where it is not installed."""
    place = PLACES[name]
    if not place.exists():
        miss(f"There is no browser at {place}; install it, or set {name.upper()} to where it is.")
    if name == "chromium":
        return playwright.chromium.launch(executable_path=place, args=ARGUMENTS)
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=Path(__file__).with_name("firefox.py"),
        env={
            **os.environ,
            "HAIRLINE_FIREFOX": str(place),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )
