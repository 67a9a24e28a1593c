"""The documentation page and the admin in a real browser: they work, and nothing breaks our content policy."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from inspections.models import Role
from inspections.testing import make_bridge, make_image, make_organisation, make_survey, make_user
from inspections.tests.api.conftest import Api

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def browse() -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Opens a page, once; whatever the browser complains of is in the list. Write the record before."""
    if not CHROMIUM.exists():
        missing = f"There is no browser at {CHROMIUM}; install Chromium, or set CHROMIUM to where it is."
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with ExitStack() as left_open:

        def open_page(address: str, session: str = "") -> tuple[Page, list[str]]:
            # Started this late because Playwright's event loop keeps Django from its database in this thread.
            playwright = left_open.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            left_open.callback(browser.close)
            context, complaints = browser.new_context(), []
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": urljoin(address, "/")}])
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(address, wait_until="networkidle")
            return page, complaints

        yield open_page


def test_the_documentation_shows_every_operation_and_tries_one(live_server, browse):
    user = make_user(Role.INSPECTOR, make_organisation())
    token = Api(user).headers["Authorization"]
    page, complaints = browse(f"{live_server.url}/api/v1/docs/")
    page.get_by_role("heading", name="Hairline").wait_for()
    page.locator(".opblock").nth(29).wait_for()

    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(token)
    page.locator(".auth-container button.authorize").click()
    page.locator(".auth-container button.btn-done").click()
    page.locator("#operations-me-me_retrieve .opblock-summary-control").click()
    page.locator("#operations-me-me_retrieve .try-out__btn").click()
    page.locator("#operations-me-me_retrieve .execute").click()
    page.locator("#operations-me-me_retrieve .live-responses-table").wait_for()
    assert user.username in page.locator("#operations-me-me_retrieve .live-responses-table").inner_text()
    assert complaints == []


@pytest.mark.parametrize("path", ["/admin/inspections/survey/", "/admin/inspections/user/add/"])
def test_the_admin_needs_no_inline_script_or_style(live_server, browse, path):
    make_image(make_survey(make_bridge()))
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page, complaints = browse(live_server.url + path, client.cookies["sessionid"].value)
    assert page.locator("#site-name").inner_text() == "Hairline"
    assert complaints == []
