"""A small meeting for the media tests: a relay in this process, and people who join it."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiortc.sdp import SessionDescription
from playwright.async_api import Browser

from chromium import PLAIN_FLAGS, Chromiums
from fluent import figures_of, fluent
from livedesk import PATIENCE
from wasl_media.aiortc_private import PacketBuffer
from wasl_media.batch_port import BatchPort
from wasl_media.demultiplexer import Demultiplexer
from wasl_media.events import Event, Measured, PeerConnected, PeerDisconnected, PictureAdvised
from wasl_media.figures import PeerFigures
from wasl_media.ice import Address
from wasl_media.partner import MediaPartner
from wasl_media.plain_port import PlainPort
from wasl_media.port import UdpPort
from wasl_media.process import WorkerProcess
from wasl_media.relay import Relay
from wasl_media.rtp import RTCP_TYPES

LOOPBACK = ("127.0.0.1",)
Until = Callable[..., Awaitable[None]]


async def wait_until(condition: Callable[[], Awaitable[bool]], patience: float = 15.0) -> None:
    """Wait for a state. `patience`: seconds that a quiet machine may take at the most."""
    give_up_at = time.monotonic() + patience * PATIENCE
    while not await condition():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"waited {patience * PATIENCE} s in vain")
        await asyncio.sleep(0.02)


@pytest.fixture
def until() -> Until:
    return wait_until


class Meeting:
    """A relay and its partners."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.advice: dict[str, PictureAdvised] = {}
        """The last that each peer was given."""
        self.measured: list[Measured] = []
        self.relay: Relay
        self.partners: dict[str, MediaPartner] = {}
        self.ports: dict[str, int] = {}
        """The UDP port of each partner."""
        self.cut: set[int] = set()
        """UDP ports that nothing arrives from."""

    async def join(self, name: str, *, send: bool = True, shade: int = 128) -> MediaPartner:
        partner = self.partners[name] = MediaPartner(shade=shade)
        answer = await partner.answer(await self.relay.open_peer(name), send=send)
        self.ports[name] = SessionDescription.parse(answer).media[0].ice_candidates[0].port
        await self.relay.answer(name, answer)
        return partner

    def connected(self, name: str) -> bool:
        about = [event for event in self.events if isinstance(event, PeerConnected | PeerDisconnected)]
        kinds = [event.kind for event in about if event.peer == name]
        return bool(kinds) and kinds[-1] == "peer_connected"

    def take(self, event: Event) -> None:
        """What the relay reports."""
        if isinstance(event, Measured):
            self.measured.append(event)
        elif isinstance(event, PictureAdvised):
            self.advice[event.peer] = event
        else:
            self.events.append(event)

    def figures(self, name: str) -> PeerFigures | None:
        """What was measured last of somebody."""
        return figures_of(self.measured, name)

    async def fluent(self, viewer: str, slot: int, shown: str) -> bool:
        """Whether somebody sees all pictures of another."""
        return fluent((await self.partners[viewer].measure()).slots[slot], self.figures(shown))

    async def close(self) -> None:
        for partner in self.partners.values():
            await partner.close()


@asynccontextmanager
async def hold(
    monkeypatch: pytest.MonkeyPatch, loss: float, *addresses: str, consent: float = 1.5
) -> AsyncIterator[Meeting]:
    """A meeting over a network that loses this part of the media packets, each way; bound to the last address.

    `consent`: after so many seconds of silence somebody is taken for gone.
    """
    made, chance = Meeting(), random.Random(1)
    receive = Demultiplexer.receive

    def lose(buffer: PacketBuffer) -> bool:
        return buffer.view[0] >= 128 and buffer.view[1] not in RTCP_TYPES and chance.random() < loss

    def losing(send: Callable[..., None]) -> Callable[..., None]:
        def send_some(port: UdpPort, packet: PacketBuffer, length: int, address: Address) -> None:
            if not lose(packet):
                send(port, packet, length, address)

        return send_some

    def receive_some(board: Demultiplexer, packet: PacketBuffer, length: int, sender: Address, now: float) -> None:
        if not lose(packet) and sender[1] not in made.cut:
            receive(board, packet, length, sender, now)

    for kind in (PlainPort, BatchPort):
        monkeypatch.setattr(kind, "send", losing(kind.send))
    monkeypatch.setattr(Demultiplexer, "receive", receive_some)
    relay = made.relay = await Relay.start(
        udp_host=(addresses or LOOPBACK)[-1],
        udp_port=0,
        advertise=addresses[:-1] or LOOPBACK,
        on_event=made.take,
        consent=consent,
    )
    yield made
    await made.close()
    await relay.close()


@pytest.fixture(params=[PlainPort, BatchPort], ids=["plain", "batch"])
def any_port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of reading the port, whatever this system would choose."""
    if request.param is BatchPort and sys.platform != "linux":
        pytest.skip("recvmmsg is Linux's")
    monkeypatch.setattr("wasl_media.port.choose", lambda: request.param)


@pytest.fixture
async def meeting(any_port: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Meeting]:
    async with hold(monkeypatch, 0.0) as made:
        yield made


@pytest.fixture
async def patient(any_port: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Meeting]:
    """A meeting that takes nobody for gone who is only slow."""
    async with hold(monkeypatch, 0.0, consent=60.0) as made:
        yield made


FAMILIES = {"ipv6": ("::1", "::1"), "ipv4-on-both": ("127.0.0.1", "::"), "ipv6-on-both": ("::1", "::")}


@pytest.fixture(params=FAMILIES.values(), ids=FAMILIES.keys())
async def six(
    any_port: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Meeting]:
    """A meeting on a port that speaks IPv6, alone or both."""
    async with hold(monkeypatch, 0.0, *request.param) as made:
        yield made


@pytest.fixture
async def relayed(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Meeting]:
    """A meeting on whatever port this system chooses."""
    async with hold(monkeypatch, 0.0) as made:
        yield made


@pytest.fixture
async def lossy(any_port: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Meeting]:
    """A meeting that loses 5 of 100 packets."""
    async with hold(monkeypatch, 0.05) as made:
        yield made


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def measured() -> list[Measured]:
    return []


@pytest.fixture
async def worker(events: list[Event], measured: list[Measured]) -> AsyncIterator[WorkerProcess]:
    def take(event: Event) -> None:
        if isinstance(event, Measured):
            measured.append(event)
        else:
            events.append(event)

    made = WorkerProcess(
        udp_host="127.0.0.1",
        udp_port=0,
        advertise=["127.0.0.1"],
        on_event=take,
        on_restart=lambda: None,
    )
    await made.start()
    yield made
    await made.stop()


async def show_page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(Path(__file__).with_name("page.html"))


@pytest.fixture
async def site() -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_get("/", show_page)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture(scope="module")
def chromiums(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromiums]:
    """The browsers of a file."""
    with Chromiums(tmp_path_factory.mktemp("chromiums")) as made:
        yield made


@pytest.fixture
async def launch(chromiums: Chromiums) -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Gives the browser of this file that has these flags, without pages."""
    async with AsyncExitStack() as stack:

        async def connect(*flags: str) -> Browser:
            return await stack.enter_async_context(chromiums.connect(*PLAIN_FLAGS, *flags))

        yield connect
