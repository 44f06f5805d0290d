"""What a clip costs for each who sees it, beside the same packets forwarded from somebody who sends them.

One worker, so many viewers over connections of their own; each sees the clip from its beginning, at a time of her own.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import uvloop
from aiortc.sdp import SessionDescription

from wasl_media.clip import Clip, read_clip
from wasl_media.description import KINDS, OPUS, Kind
from wasl_media.process import WorkerProcess
from wasl_media.remote import RemoteRelay
from wasl_media.rtp import HEADER, REWRITE, REWRITE_OFFSET, UINT16, UINT32

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "tests")]
from media_leg import Leg, Section  # noqa: E402

from clips import Recipe, make_clip  # noqa: E402

RECIPE = Recipe(seconds=10.0, width=640, height=480, keyframes=60, bitrate=500_000)
WARM_UP = 2.0
"""Seconds."""


class Viewer:
    """Somebody who sees the clip: counts packets, and how unevenly those of the sound come."""

    def __init__(self) -> None:
        self.leg = Leg("127.0.0.1", self._receive)
        self.packets = 0
        self.transits: list[float] = []

    def _receive(self, packet: memoryview, now: float) -> None:
        self.packets += 1
        if packet[1] & 0x7F == OPUS:
            self.transits.append(now - HEADER.unpack_from(packet)[3] / 48_000)

    def jitter(self) -> list[float]:
        """Seconds that each sound came later than the quickest."""
        return [transit - min(self.transits) for transit in self.transits]


async def join(relay: RemoteRelay, name: str, leg: Leg, ssrcs: dict[Kind, int] | None = None) -> None:
    """Answer the relay's offer."""
    offer = await relay.open_peer(name)
    sections = [
        Section(
            kind=KINDS[number % 2],
            mid=media.rtp.muxId,
            direction="sendrecv" if number < 2 and ssrcs else "recvonly",
            ssrc=ssrcs[KINDS[number % 2]] if number < 2 and ssrcs else None,
        )
        for number, media in enumerate(SessionDescription.parse(offer).media)
    ]
    await relay.answer(name, leg.describe(sections, "active"))
    await leg.connect(offer, controlling=True)


async def replay(clip: Clip, leg: Leg, ssrcs: dict[Kind, int]) -> None:
    """Send a clip as a page would, again and again."""
    began_at, sequence = time.monotonic(), dict.fromkeys(KINDS, 0)
    while True:
        for at, kind, timestamp, packet, _ in clip.packets:
            if (pause := began_at + at - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            buffer = leg.outgoing()
            buffer.view[: len(packet)] = packet
            sequence[kind] = (sequence[kind] + 1) & UINT16
            moved = timestamp + int((began_at % 10_000) * (48_000 if kind == "audio" else 90_000)) & UINT32
            REWRITE.pack_into(buffer.view, REWRITE_OFFSET, sequence[kind], moved, ssrcs[kind])
            leg.send(len(packet))
        began_at += clip.seconds


async def measure(worker: WorkerProcess, viewers: list[Viewer], seconds: float) -> str:
    """A line of figures about so many seconds from now on."""
    await asyncio.sleep(WARM_UP)
    for viewer in viewers:
        viewer.packets, viewer.transits = 0, []
    process = psutil.Process(worker.pid)
    before, own = process.cpu_times(), time.process_time()
    await asyncio.sleep(seconds)
    after, own = process.cpu_times(), time.process_time() - own
    cpu = after.user + after.system - before.user - before.system
    packets = sum(viewer.packets for viewer in viewers)
    jitter = sorted(late for viewer in viewers for late in viewer.jitter())
    late = [1_000 * jitter[int(share * (len(jitter) - 1))] for share in (0.5, 0.99)]
    return (
        f"{packets / seconds:8.0f} packets/s  {100 * cpu / seconds:5.1f} % of a core"
        f"  {1e6 * cpu / packets:5.1f} µs/packet"
        f"  sound uneven by {late[0]:.1f} ms, 99th {late[1]:.1f} ms  (generator {100 * own / seconds:.0f} %)"
    )


async def run(count: int, seconds: float, folder: Path) -> None:
    """Both ways, one after the other, in one worker."""
    clip = read_clip(make_clip(folder / "clip.webm", RECIPE))
    worker = WorkerProcess(
        udp_host="127.0.0.1",
        udp_port=0,
        advertise=["127.0.0.1"],
        on_event=lambda event: None,
        on_restart=lambda: None,
        clips=folder,
    )
    await worker.start()
    viewers = [Viewer() for _ in range(count)]
    for number, viewer in enumerate(viewers):
        await join(worker.relay, f"viewer-{number}", viewer.leg)
    ssrcs: dict[Kind, int] = {"audio": 1_000, "video": 2_000}
    sender = Leg("127.0.0.1", lambda packet, now: None)
    await join(worker.relay, "sender", sender, ssrcs)
    sending = asyncio.ensure_future(replay(clip, sender, ssrcs))
    await each(viewers, lambda number: worker.relay.show(f"viewer-{number}", 0, "sender"))
    print(f"forwarded  {await measure(worker, viewers, seconds)}")
    sending.cancel()
    await each(viewers, lambda number: worker.relay.show_clip(f"viewer-{number}", 0, "clip", repeat=True))
    print(f"clip       {await measure(worker, viewers, seconds)}")
    for viewer in (*viewers, None):
        await (viewer.leg if viewer else sender).close()
    await worker.stop()


async def each(viewers: list[Viewer], show: Callable[[int], Awaitable[None]]) -> None:
    """Let them begin one after the other, as people do."""
    for number in range(len(viewers)):
        await show(number)
        await asyncio.sleep(0.013)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        uvloop.run(run(given.viewers, given.seconds, Path(made)))
