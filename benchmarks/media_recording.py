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

from wasl_media import rtcp
from wasl_media.demultiplexer import Demultiplexer
from wasl_media.description import KINDS, OPUS, VP8, OutgoingStream, read_answer, write_offer
from wasl_media.link import Link
from wasl_media.port import UdpPort, open_port
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
_STREAMS = [OutgoingStream(0, kind, 1001 + number, 2001 + number) for number, kind in enumerate(KINDS)]
_REPORTER = _STREAMS[0].ssrc


class Recorded(NamedTuple):
    """One packet."""

    at: float
    """Seconds since the first."""
    packet: bytes


class Recorder:
    """A peer of one page that keeps what the page sends."""

    def __init__(self, port: UdpPort) -> None:
        self.up = asyncio.Event()
        self.link = Link(port, self, self.up.set, lambda _: None)
        self._kept: list[Recorded] = []

    def receive_rtp(self, packet: bytes, now: float) -> None:
        """Keep it, unless it is a retransmission."""
        if payload_type(packet) in (OPUS, VP8):
            self._kept.append(Recorded(now, packet))

    def receive_rtcp(self, data: bytes, now: float) -> None:
        """Nothing to do."""

    async def run(self, video: int) -> list[Recorded]:
        """Ten seconds from a keyframe on; `video` is the page's SSRC."""
        await self.up.wait()
        await self._encourage(video, _GROW)
        self.link.send_rtcp(rtcp.picture_loss(_REPORTER, video))
        self._kept.clear()
        await self._encourage(video, DURATION + 2)
        kept = self._kept
        start = next(i for i, (_, packet) in enumerate(kept) if payload_type(packet) == VP8 and starts_keyframe(packet))
        began_at = kept[start].at
        return [Recorded(at - began_at, packet) for at, packet in kept[start:] if at - began_at < DURATION]

    async def _encourage(self, video: int, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.link.send_rtcp(rtcp.bitrate_limit(_REPORTER, video, LIMIT))
            await asyncio.sleep(0.5)


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
    link = recorder.link
    offer = write_offer(_STREAMS, link.agent.credentials, link.fingerprints, [("127.0.0.1", port.number)])
    application = web.Application()
    application.router.add_get("/", _show_page)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    def begin(sdp: str) -> asyncio.Task[list[Recorded]]:
        answer = read_answer(sdp, _STREAMS)
        link.start(answer.fingerprints, answer.our_role)
        return asyncio.ensure_future(recorder.run(answer.incoming["video"].ssrc or 0))

    try:
        return await _answer(f"http://127.0.0.1:{runner.addresses[0][1]}/", offer, begin)
    finally:
        await link.close()
        await runner.cleanup()
        port.close()


def recording(file: Path) -> list[Recorded]:
    """What was recorded before, or a new recording."""
    if not file.exists():
        print("recording ten seconds of Chromium ...", flush=True)
        recorded = asyncio.run(record())
        file.write_text(json.dumps([(at, packet.hex()) for at, packet in recorded]))
    return [Recorded(at, bytes.fromhex(packet)) for at, packet in json.loads(file.read_text())]
