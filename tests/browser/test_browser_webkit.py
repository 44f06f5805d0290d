"""The third engine, as iPhones have it: layout, storage, words, and a whole call in writing. Debian's has no WebRTC."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from driven import Driven, on, presses
from firefox import Firefox
from firefox import find as find_firefox
from livedesk import PATIENCE, DeskProcess, until
from livepage import SERVICE, agent_at_desk, answer
from webkit import WebKit, find

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find() is None, reason="no WebKit: apt-get install webkit2gtk-driver xvfb"),
]
WORDS = ["حكومي", "في بيتي", "شؤون", "الجنسية", "ئ ي ى", "ٹ چ گ ے"]
"""Dots above and below, at all places in a word, and letters of neighbours."""
DRAWN = """async (words) => {
  const size = 300;
  for (const weight of ["400", "700"]) {
    const faces = await document.fonts.load(`${weight} ${size}px vazirmatn`, words.join(""));
    if (faces.length === 0) throw new Error("The font of the page is not there.");
  }
  const drawn = (weight, word) => {
    const canvas = document.createElement("canvas");
    canvas.width = 7.5 * size;
    canvas.height = 3 * size;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.direction = "rtl";
    pen.font = `${weight} ${size}px ${getComputedStyle(document.documentElement).fontFamily}`;
    pen.fillText(word, 7 * size, 1.8 * size);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const ink = (at) => data[4 * at + 3] > 200;
    const seen = new Uint8Array(width * height);
    const blots = [];
    for (let from = 0; from < seen.length; from++) {
      if (seen[from] || !ink(from)) continue;
      const rows = [height, 0];
      let area = 0;
      for (const todo = [from]; todo.length > 0; ) {
        const at = todo.pop();
        if (at < 0 || at >= seen.length || seen[at] || !ink(at)) continue;
        seen[at] = 1;
        area++;
        const row = Math.floor(at / width);
        rows[0] = Math.min(rows[0], row);
        rows[1] = Math.max(rows[1], row);
        todo.push(at - 1, at + 1, at - width, at + width);
      }
      if (area > size / 10) blots.push(rows.map((row) => (row - 1.8 * size) / size));
    }
    return [0, 1].map((side) => blots.map((rows) => rows[side]).sort((one, other) => one - other));
  };
  const both = (word) => ["400", "700"].map((weight) => [`${word} ${weight}`, drawn(weight, word)]);
  return Object.fromEntries(words.flatMap(both));
}"""


@pytest.fixture
async def webkit(tmp_path: Path) -> AsyncIterator[WebKit]:
    made = WebKit(tmp_path)
    yield await made.start()
    await made.stop()


async def fits(page: Driven) -> None:
    """Nothing is wider than the window."""
    wide, shown = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= shown <= 450


async def test_a_whole_call_in_writing_from_the_front_page_to_the_summary(
    webkit: WebKit, browser: Browser, desk: DeskProcess
) -> None:
    await webkit.resize(320, 740)  # its window does not get narrower than 447
    await webkit.goto(f"{desk.url}/ar/")
    assert not await webkit.evaluate("'RTCPeerConnection' in window")
    await on(webkit, "screen", "welcome")
    await fits(webkit)
    await webkit.evaluate('localStorage.setItem("wasl.needs", \'{"modality":"text","signs":false}\')')
    await webkit.goto(f"{desk.url}/ar/")
    await on(webkit, "screen", "welcome")
    for selector in ("main .button.main", f"[data-service={SERVICE}]", "[data-act=join]"):
        await presses(webkit, selector)
        await fits(webkit)
    await on(webkit, "screen", "waiting")
    await webkit.goto(f"{desk.url}/ar/")
    await on(webkit, "screen", "waiting")
    assert "١" in await webkit.evaluate("document.querySelector('main').innerText"), (
        "she is the first, in her own digits"
    )
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await on(webkit, "call", "live")
    await fits(webkit)
    await agent.page.locator("#conversation-input").fill("السلام عليكم")
    await agent.page.locator("#conversation-input").press("Enter")
    await reads(webkit, "السلام عليكم")
    await webkit.evaluate(
        """() => {
          const field = document.querySelector("#conversation-input");
          field.value = "وعليكم السلام";
          field.dispatchEvent(new InputEvent("input", { bubbles: true }));
          document.querySelector("form:has(#conversation-input), .conversation-row").requestSubmit?.();
        }"""
    )
    await agent.page.locator(".conversation-line", has_text="وعليكم السلام").wait_for(timeout=30_000 * PATIENCE)
    await presses(webkit, "[data-act=leave]")
    await presses(webkit, "[data-act=leave-yes]")
    await on(webkit, "screen", "summary")
    await fits(webkit)


async def reads(page: Driven, words: str) -> None:
    """Wait until a line of the other one is shown."""

    async def shown() -> bool:
        lines = "[...document.querySelectorAll('.conversation-line.received')].map((line) => line.innerText).join()"
        return words in await page.evaluate(lines)

    await until(shown)


@pytest.mark.skipif(find_firefox() is None, reason="no Firefox")
async def test_arabic_is_drawn_alike_in_three_engines(
    webkit: WebKit, browser: Browser, desk: DeskProcess, tmp_path: Path
) -> None:
    """Dots stay where they are, and no word sinks under the line: the letters of the font are whole."""
    address = f"{desk.url}/ar/"
    page = await browser.new_page()
    await page.goto(address)
    drawn = {"chromium": await page.evaluate(DRAWN, WORDS)}
    await webkit.goto(address)
    await on(webkit, "screen", "welcome")
    drawn["webkit"] = await webkit.evaluate(DRAWN, WORDS)
    home = tmp_path / "firefox"
    home.mkdir()
    firefox = await Firefox(home).start()
    try:
        await firefox.goto(address)
        await on(firefox, "screen", "welcome")
        drawn["firefox"] = await firefox.evaluate(DRAWN, WORDS)
    finally:
        await firefox.stop()
    alike(drawn)


def alike(drawn: dict[str, dict[str, Any]]) -> None:
    """As many blots of ink in each engine, whose upper and lower ends are the same to a fortieth of the text's size."""
    for word, ends in drawn["chromium"].items():
        assert ends[0]
        for engine, side in itertools.product(("firefox", "webkit"), (0, 1)):
            assert drawn[engine][word][side] == pytest.approx(ends[side], abs=1 / 40), (engine, word)
