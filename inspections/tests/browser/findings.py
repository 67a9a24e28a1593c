"""What axe finds against WCAG 2.2 A and AA."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from inspections.tests.browser.look import WCAG

SIZE = "target-size"


def wcag_findings(axe: Axe, page: Page) -> list[str]:
    """One line for each element that breaks a rule.

    What is too small only because a bar that stands still lies half over it is looked at again in the middle of the
    window, where a person would scroll it to.
    """
    found = _violations(axe, page, {"type": "tag", "values": WCAG})
    return [
        f"{rule}: {node['target']} {node['failureSummary']}"
        for rule, node in found
        if rule != SIZE or _is_small_in_the_middle(axe, page, node["target"])
    ]


def _violations(axe: Axe, page: Page, rules: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    response = axe.run(page, options={"runOnly": rules}).response
    return [(violation["id"], node) for violation in response["violations"] for node in violation["nodes"]]


def _is_small_in_the_middle(axe: Axe, page: Page, target: list[str]) -> bool:
    place = page.evaluate("[scrollX, scrollY]")
    page.locator(target[-1]).first.evaluate("element => element.scrollIntoView({ block: 'center' })")
    still = _violations(axe, page, {"type": "rule", "values": [SIZE]})
    page.evaluate("([x, y]) => scrollTo(x, y)", place)
    return any(node["target"] == target for _rule, node in still)
