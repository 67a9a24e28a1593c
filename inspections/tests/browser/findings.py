"""What axe finds against WCAG 2.2 A and AA."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from inspections.tests.browser.look import WCAG


def wcag_findings(axe: Axe, page: Page) -> list[str]:
    """One line for each element that breaks a rule."""
    response = axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]
