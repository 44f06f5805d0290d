"""What is done on pages of browsers that Playwright does not drive."""

from __future__ import annotations

from typing import Any, Protocol

from livedesk import until


class Driven(Protocol):
    """A browser with one page."""

    async def evaluate(self, expression: str, argument: object = None) -> Any:
        """The value of an expression, or of the function it is."""


async def presses(page: Driven, selector: str) -> None:
    """Wait for something, and press it."""

    async def there() -> bool:
        return bool(await page.evaluate("(wanted) => document.querySelector(wanted) !== null", selector))

    await until(there)
    await page.evaluate("(wanted) => document.querySelector(wanted).click()", selector)


async def on(page: Driven, attribute: str, value: str) -> None:
    """Wait for a state of the page."""

    async def come() -> bool:
        return bool(await page.evaluate("(name) => document.documentElement.dataset[name]", attribute) == value)

    await until(come, 30.0)
