"""What the load is made of: ten seconds of RTP as Chromium sends it, recorded once."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from aiohttp import web
from playwright.async_api import async_playwright

from wasl_media.demultiplexer import Demultiplexer
from wasl_media.description import OPUS, VP8
from wasl_media.peer import Peer
from wasl_media.port import UdpPort, open_port
from wasl_media.relay import TICK
from wasl_media.rtp import payload_type, starts_keyframe

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))
from chromium import FLAGS, find  # noqa: E402

DURATION = 10.0
"""Seconds; whole frames of both kinds."""
LIMIT = 1_200_000
"""Bits a second that the page is told it may send."""
_GROW = 3.0
"""Seconds until the page sends as much as it wants to."""


class Recorded(NamedTuple):
    """One packet."""

    at: float
    """Seconds since the first."""
    packet: bytes


class Recorder(Peer):
    """A peer of one page that keeps what the page sends."""

    def __init__(self, port: UdpPort) -> None:
        super().__init__("recorder", port, lambda _: None)
        self._kept: list[Recorded] = []
        self.receive_rtp = self._keep

    def _keep(self, packet: memoryview, now: float) -> None:
        """Unless it is a retransmission."""
        if payload_type(packet) in (OPUS, VP8):
            self._kept.append(Recorded(now, bytes(packet)))
        self._incoming.receive(packet, now)

    async def run(self) -> list[Recorded]:
        """Ten seconds from a keyframe on."""
        while not self.connected:  # noqa: ASYNC110 (the peer tells by its state)
            await asyncio.sleep(TICK)
        await self._encourage(_GROW)
        self.publications["video"].request_keyframe(time.monotonic())
        self._kept.clear()
        await self._encourage(DURATION + 2)
        kept = self._kept
        start = next(i for i, (_, packet) in enumerate(kept) if payload_type(packet) == VP8 and starts_keyframe(packet))
        began_at = kept[start].at
        return [Recorded(at - began_at, packet) for at, packet in kept[start:] if at - began_at < DURATION]

    async def _encourage(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            self.publications["video"].limit_bitrate(LIMIT, now)
            self.tick(now)
            await asyncio.sleep(TICK)


async def _show_page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(TESTS / "media" / "page.html")


async def _answer(url: str, offer: str, then: Callable[[str], asyncio.Task[list[Recorded]]]) -> list[Recorded]:
    """Chromium answers the offer, with its fake camera and microphone."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
        page = await browser.new_page()
        await page.goto(url)
        recorded = await then(await page.evaluate("sdp => answer(sdp, true)", offer))
        await browser.close()
    return recorded


async def record() -> list[Recorded]:
    """Run a page and keep what it sends."""
    demultiplexer = Demultiplexer()
    port = await open_port("127.0.0.1", 0, demultiplexer.receive)
    recorder = Recorder(port)
    demultiplexer.plug(recorder.link)
    offer = recorder.offer([("127.0.0.1", port.number)])
    application = web.Application()
    application.router.add_get("/", _show_page)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    def begin(sdp: str) -> asyncio.Task[list[Recorded]]:
        recorder.answer(sdp)
        return asyncio.ensure_future(recorder.run())

    try:
        return await _answer(f"http://127.0.0.1:{runner.addresses[0][1]}/", offer, begin)
    finally:
        await recorder.close()
        await runner.cleanup()
        port.close()


def recording(file: Path) -> list[Recorded]:
    """What was recorded before, or a new recording."""
    if not file.exists():
        print("recording ten seconds of Chromium ...", flush=True)
        recorded = asyncio.run(record())
        file.write_text(json.dumps([(at, packet.hex()) for at, packet in recorded]))
    return [Recorded(at, bytes.fromhex(packet)) for at, packet in json.loads(file.read_text())]
