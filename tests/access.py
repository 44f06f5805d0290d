"""What axe finds on a page: WCAG 2.2 A, AA and AAA rules and best practices."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag21aaa", "wcag22aa", "wcag22aaa", "best-practice"]
_axe = Axe()


async def barriers(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """One line for each rule that is broken and the elements that break it; empty when all is well."""
    rules = {rule: {"enabled": False} for rule in without}
    found = await _axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": rules})
    return [
        f"{broken['id']}: {broken['help']}: " + ", ".join(str(node["html"])[:160] for node in broken["nodes"])
        for broken in found.response["violations"]
    ]
