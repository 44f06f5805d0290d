"""What axe finds on a page: WCAG 2.2 A, AA and AAA rules and best practices."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag21aaa", "wcag22aa", "wcag22aaa", "best-practice"]
RUN = "async (options) => (await axe.run(document, options)).violations"
_script = Axe().axe_script


async def barriers(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """One line for each rule that is broken and the elements that break it; empty when all is well."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_script)
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "rules": {rule: {"enabled": False} for rule in without},
        "resultTypes": ["violations"],
        "reporter": "no-passes",  # describing all that is well takes most of the time
    }
    found: list[dict[str, Any]] = await page.evaluate(RUN, options)
    return [
        f"{broken['id']}: {broken['help']}: " + ", ".join(str(node["html"])[:160] for node in broken["nodes"])
        for broken in found
    ]
