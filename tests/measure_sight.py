"""Measures how much of who matters is in sight in each situation of a call: writes docs/screens/call/sight.md.

`make sight`. What it holds is what tests/browser/test_browser_sight_of_call.py asserts.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from chromium import FLAGS, find
from sight import Sight, sight
from staged_states import LANGUAGES
from staged_views import View, stand, views
from staging import SIZES, Actor, Layout, Stage, a_stage

FILE = Path(__file__).parents[1] / "docs" / "screens" / "call" / "sight.md"
SCREENS = [(320, 640), (360, 740), (390, 800), (412, 915), (800, 1280)]
KEYBOARD = [(360, 400)]
"""What a keyboard leaves of a phone's screen."""


@dataclass(frozen=True)
class Case:
    """A situation of a call, and who or what matters in it."""

    view: str
    matters: str
    screens: tuple[tuple[int, int], ...] = tuple(SCREENS)
    writes: bool = False
    """Whether the field has the focus."""


AGENT, SIGNER, WORDS = "video[data-leg=agent]", "video[data-leg=interpreter]", ".conversation"
CASES = [
    Case("call", AGENT),
    Case("interpreted", SIGNER),
    Case("recorded", AGENT),
    Case("asked-to-record", AGENT),
    Case("trouble-of-citizen", AGENT),
    Case("trouble-of-agent", AGENT),
    Case("writing", AGENT, tuple(KEYBOARD), writes=True),
    Case("voice", WORDS),
    Case("text", WORDS),
    Case("reads-captions", AGENT),
]


async def measure(actor: Actor) -> AsyncIterator[tuple[Case, Layout, Sight]]:
    """Looks at every case at all of its screens and sizes."""
    by_name: dict[str, View] = {view.name: view for view in views("citizen")}
    for case in CASES:
        await stand(actor, by_name[case.view])
        if case.writes:
            await actor.page.locator("#conversation-input").focus()
        for width, height in case.screens:
            for size in range(len(SIZES)):
                layout = Layout(width, height, size)
                await actor.lay(layout)
                yield case, layout, await sight(actor.page, case.matters)


def share(seen: Sight) -> float:
    """The part of the viewport that is free picture."""
    return seen.free * seen.of_viewport


async def table(browser: Browser, stage: Stage, language: str) -> list[str]:
    """The lines of one language."""
    actor = await stage.enter(browser, "citizen", language, has_touch=True)
    rows: dict[tuple[str, str], list[str]] = {}
    async for case, layout, seen in measure(actor):
        row = rows.setdefault((case.view, f"{layout.width} × {layout.height}"), [])
        row.append(f"{share(seen):.0%} · {seen.free:.0%}")
    await actor.live.close()
    return [f"| {view} | {screen} | {' | '.join(cells)} |" for (view, screen), cells in rows.items()]


async def main() -> None:
    lines = [
        "# What is in sight in a call",
        "",
        "Made by `make sight`, on staged screens: of who (in voice and text calls: what) matters in a situation,",
        "how much of the viewport is free picture · how much of the picture is free. A picture is what is painted",
        "(`object-fit` counts).",
        "",
    ]
    with tempfile.TemporaryDirectory() as films:
        async with async_playwright() as playwright, a_stage(Path(films)) as stage:
            browser = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
            for language in LANGUAGES:
                head = " | ".join(f"text {scale:.0%}" for scale in SIZES)
                lines += [f"## {language}", "", f"| situation | screen | {head} |", "| --- " * (2 + len(SIZES)) + "|"]
                lines += [*await table(browser, stage, language), ""]
            await browser.close()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    asyncio.run(main())
