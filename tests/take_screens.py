"""Takes pictures of all that the pages can show: `make screens` writes them to tests/out/screens/, for people to see.

`python tests/take_screens.py call held` takes those views alone.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from chromium import FLAGS, find
from staged_states import EVENTS, LANGUAGES
from staged_views import stand, views
from staging import Layout, Stage, a_stage

OUT = Path(__file__).parent / "out" / "screens"
PHONE, SMALL, TABLET, DESK = (360, 740), (320, 640), (800, 1280), (1280, 800)
LAYOUTS = [
    *(Layout(*screen) for screen in (SMALL, PHONE, (390, 800), TABLET, DESK)),
    Layout(*PHONE, size=4),
    Layout(*PHONE, contrast="high"),
    Layout(*PHONE, forced=True),
    Layout(*PHONE, dark=True),
    Layout(*DESK, size=4),
    Layout(*DESK, contrast="high"),
    Layout(*DESK, forced=True),
    Layout(*DESK, dark=True),
]


async def take(browser: Browser, stage: Stage, role: str, language: str, wanted: set[str]) -> None:
    """Takes all pictures of one page."""
    actor = await stage.enter(browser, role, language)
    for view in views(role):
        if wanted and view.name not in wanted:
            continue
        print(f"{view} {language}", flush=True)
        await stand(actor, view)
        folder = OUT / role / view.name
        folder.mkdir(parents=True, exist_ok=True)
        for layout in LAYOUTS:
            await actor.lay(layout)
            await actor.page.screenshot(path=folder / f"{language} {layout}.png")
    await actor.live.close()


async def main(wanted: set[str]) -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    with tempfile.TemporaryDirectory() as films:
        async with async_playwright() as playwright, a_stage(Path(films)) as stage:
            browser = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
            for role in EVENTS:
                for language in LANGUAGES:
                    await take(browser, stage, role, language, wanted)
            await browser.close()
    print(f"See {OUT}")


if __name__ == "__main__":
    asyncio.run(main(set(sys.argv[1:])))
