"""The three servers: started, joined by callers, stopped."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import shutil
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiortc.sdp import SessionDescription
from media_leg import Leg, Section
from media_load import Caller

from wasl_media.description import KINDS
from wasl_media.process import WorkerProcess
from wasl_media.recorder import Consent
from wasl_media.remote import RemoteRelay

SLOTS = 4
HERE = Path(__file__).parent

Pair = tuple[Caller, Caller]


@dataclass(frozen=True)
class Server:
    """One that runs."""

    pid: int
    connect: Callable[[Pair], Awaitable[None]]
    """Makes a call of two."""


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes that are started here run on this core alone, if there is more than one."""
    before = os.sched_getaffinity(0)
    if len(before) > 1:
        os.sched_setaffinity(0, {sorted(before)[core]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _sections(caller: Caller, direction: str) -> list[Section]:
    return [Section(kind, str(mid), direction, caller.ssrcs[kind]) for mid, kind in enumerate(KINDS)]


# Ours


@asynccontextmanager
async def ours(address: str) -> AsyncIterator[Server]:
    """The media worker, as the desk starts it."""
    async with _worker(address, None) as server:
        yield server


@asynccontextmanager
async def recorded(address: str) -> AsyncIterator[Server]:
    """The same, and every call is recorded."""
    with tempfile.TemporaryDirectory() as folder:
        async with _worker(address, Path(folder)) as server:
            yield server


@asynccontextmanager
async def _worker(address: str, folder: Path | None) -> AsyncIterator[Server]:
    worker = WorkerProcess(
        udp_host=address, udp_port=0, advertise=[address], on_event=lambda _: None, on_restart=lambda: None
    )
    with on_core(0):
        await worker.start()
    names = map(str, itertools.count())

    async def connect(pair: Pair) -> None:
        joined = [await _join_ours(worker.relay, next(names), caller) for caller in pair]
        await worker.relay.show(joined[0], 0, joined[1])
        await worker.relay.show(joined[1], 0, joined[0])
        if folder is not None:
            consents = [Consent(peer=peer, speaker=peer, given_at=0, reference="benchmark") for peer in joined]
            await worker.relay.start_recording(joined[0], folder / joined[0], secrets.token_bytes(32), joined, consents)

    assert worker.pid is not None
    try:
        yield Server(worker.pid, connect)
    finally:
        await worker.stop()


async def _join_ours(relay: RemoteRelay, name: str, caller: Caller) -> str:
    offer = await relay.open_peer(name)
    idle = [Section(kind, str(2 * slot + i), "recvonly") for slot in range(1, SLOTS) for i, kind in enumerate(KINDS)]
    leg = caller.publishing
    await relay.answer(name, leg.describe([*_sections(caller, "sendrecv"), *idle], "active"))
    await leg.connect(offer, controlling=True)
    return name


# aiortc's MediaRelay


@asynccontextmanager
async def media_relay(address: str) -> AsyncIterator[Server]:
    """A process of media_aiortc.py."""
    port = _free_port(address)
    with on_core(0):
        command = (sys.executable, "-P", str(HERE / "media_aiortc.py"), address, str(port))
        process = await create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
    async with aiohttp.ClientSession() as session:

        async def connect(pair: Pair) -> None:
            offers = [caller.publishing.describe(_sections(caller, "sendrecv"), "actpass") for caller in pair]
            async with session.post(f"http://{address}:{port}/call", json=offers) as response:
                answers = await response.json()
            both = zip(pair, answers, strict=True)
            await asyncio.gather(*(caller.publishing.connect(answer, controlling=True) for caller, answer in both))

        try:
            await _listens(address, port)
            yield Server(process.pid, connect)
        finally:
            await _kill(process)


# Janus

JANUS_INSTALL = "apt-get install -y --no-install-recommends janus"
_JANUS_UNUSED = {
    "plugins": "audiobridge duktape echotest lua nosip recordplay sip streaming textroom videocall voicemail",
    "transports": "http mqtt nanomsg pfunix rabbitmq",
}


def janus_is_there() -> bool:
    """Whether the program is installed."""
    return shutil.which("janus") is not None


def _configure_janus(folder: Path, address: str, port: int) -> None:
    """Its defaults, with what is not needed left out."""
    unused = "".join(
        f'{kind}: {{ disable = "{",".join(f"libjanus_{name}.so" for name in names.split())}" }}\n'
        for kind, names in _JANUS_UNUSED.items()
    )
    general = "general: { debug_level = 2; session_timeout = 0 }\n"
    (folder / "janus.jcfg").write_text(f'{general}{unused}nat: {{ ice_enforce_list = "{address}" }}\n')
    (folder / "janus.transport.websockets.jcfg").write_text(
        f'general: {{ ws = true; ws_port = {port}; ws_ip = "{address}" }}\n'
    )


@asynccontextmanager
async def janus(address: str) -> AsyncIterator[Server]:
    """Janus with its video room, over its WebSocket API."""
    port = _free_port(address)
    with tempfile.TemporaryDirectory() as folder:
        _configure_janus(Path(folder), address, port)
        with on_core(0):
            process = await create_subprocess_exec("janus", "-F", folder, stdout=DEVNULL, stderr=DEVNULL)
        try:
            await _listens(address, port)
            async with _janus_channel(f"http://{address}:{port}/") as channel:
                yield Server(process.pid, channel.connect)
        finally:
            await _kill(process)


@asynccontextmanager
async def _janus_channel(url: str) -> AsyncIterator[_JanusChannel]:
    async with aiohttp.ClientSession() as session, session.ws_connect(url, protocols=["janus-protocol"]) as websocket:
        channel = _JanusChannel(websocket)
        reader = asyncio.ensure_future(channel.read())
        try:
            await channel.open()
            yield channel
        finally:
            reader.cancel()


class _JanusChannel:
    """A session of the API. Every caller has two handles: one publishes, one subscribes to the other."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._websocket = websocket
        self._session: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._up: dict[int, asyncio.Event] = {}
        """By handle: its connection is made; only then is there something to subscribe to."""

    async def read(self) -> None:
        """Hand each answer to who waits for it; an acknowledgement is none."""
        async for message in self._websocket:
            answer: dict[str, Any] = message.json()
            if answer["janus"] == "webrtcup":
                self._up[answer["sender"]].set()
            waiting = self._waiting.get(answer.get("transaction", ""))
            if waiting is not None and answer["janus"] != "ack" and not waiting.done():
                waiting.set_result(answer)

    async def open(self) -> None:
        """Make the session."""
        self._session = {"session_id": (await self._ask(janus="create"))["data"]["id"]}

    async def connect(self, pair: Pair) -> None:
        """A room of two."""
        room = next(self._numbers) + 1000
        handle = await self._attach()
        create = {"request": "create", "room": room, "publishers": 2, "audiocodec": "opus", "videocodec": "vp8"}
        await self._tell(handle, create | {"bitrate": 2_000_000, "notify_joining": False})
        feeds = [await self._publish(room, caller) for caller in pair]
        for caller, feed in zip(pair, reversed(feeds), strict=True):
            await self._subscribe(room, caller.subscribe(), feed)

    async def _publish(self, room: int, caller: Caller) -> int:
        handle = await self._attach()
        joined = await self._tell(handle, {"request": "join", "ptype": "publisher", "room": room})
        offer = caller.publishing.describe(_sections(caller, "sendonly"), "actpass")
        answer = await self._tell(handle, {"request": "publish"}, {"type": "offer", "sdp": offer})
        await caller.publishing.connect(answer["jsep"]["sdp"], controlling=True)
        await self._up[handle].wait()
        feed: int = joined["plugindata"]["data"]["id"]
        return feed

    async def _subscribe(self, room: int, leg: Leg, feed: int) -> None:
        handle = await self._attach()
        join = {"request": "join", "ptype": "subscriber", "room": room, "streams": [{"feed": feed}]}
        offer = (await self._tell(handle, join))["jsep"]["sdp"]
        sections = [
            Section(kind, media.rtp.muxId, "recvonly", payload=media.rtp.codecs[0].payloadType)
            for kind, media in zip(KINDS, SessionDescription.parse(offer).media, strict=True)
        ]
        answer = {"type": "answer", "sdp": leg.describe(sections, "active")}
        await asyncio.gather(
            self._tell(handle, {"request": "start"}, answer),
            leg.connect(offer, controlling=False),
        )

    async def _attach(self) -> int:
        handle: int = (await self._ask(janus="attach", plugin="janus.plugin.videoroom"))["data"]["id"]
        self._up[handle] = asyncio.Event()
        return handle

    async def _tell(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        more = {} if jsep is None else {"jsep": jsep}
        return await self._ask(janus="message", handle_id=handle, body=body, **more)

    async def _ask(self, **message: Any) -> dict[str, Any]:
        transaction = str(next(self._numbers))
        waiting = self._waiting[transaction] = asyncio.get_running_loop().create_future()
        await self._websocket.send_json(message | self._session | {"transaction": transaction})
        async with asyncio.timeout(10):
            answer: dict[str, Any] = await waiting
        if answer["janus"] == "error":
            raise ConnectionError(f"Janus refused: {answer['error']}")
        return answer


# Processes


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


async def _listens(address: str, port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(address, port)
                writer.close()
                return
            await asyncio.sleep(0.05)


async def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
