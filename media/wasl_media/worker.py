"""The worker process: one relay, driven over its control channel."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hmac
import logging
import os
import signal
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from wasl_media.captions import Engine
from wasl_media.control import (
    MAX_MESSAGE,
    PATH,
    Beat,
    Call,
    ClosePeer,
    Counted,
    Delivered,
    Done,
    LoadClip,
    Offer,
    OpenPeer,
    PauseRecording,
    ReadStats,
    Ready,
    Refused,
    Reply,
    Report,
    Request,
    Result,
    ResumeRecording,
    Show,
    ShowClip,
    StartCaptions,
    StartRecording,
    StopCaptions,
    StopRecording,
    TakeAnswer,
    WriteLetters,
    WriteLines,
    WriteText,
)
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import CaptionsChanged, Event
from wasl_media.load import LoadMeter
from wasl_media.relay import Relay

log = logging.getLogger(__name__)
SERVER_PATIENCE = 5.0
"""Seconds between two pings; a server that does not answer within half of it counts as dead."""


@dataclass(frozen=True)
class WorkerSettings:
    """What a worker is started with."""

    control_host: str
    control_port: int
    """0: any."""
    udp_host: str
    udp_port: int
    """0: any."""
    advertise: Sequence[str]
    """IPv4 and IPv6 addresses that pages reach the UDP port on, the best first."""
    secret: str
    """Of the control channel."""
    engines: Sequence[Engine] = ()
    """That make captions."""
    tls: ssl.SSLContext | None = None
    """Encrypts the control channel; without it the channel must not leave this machine."""
    clips: Path | None = None
    """Folder of WebM files that can be shown, each under its name without `.webm`."""


class Client(web.WebSocketResponse):
    """One control channel, and what was opened over it."""

    def __init__(self) -> None:
        super().__init__(max_msg_size=MAX_MESSAGE, compress=False, heartbeat=SERVER_PATIENCE)
        self.peers: set[str] = set()
        self.recordings: set[str] = set()


class Worker:
    """Serves the control channel of a relay."""

    def __init__(self, secret: str) -> None:
        self._authorization = f"Bearer {secret}".encode()
        self._relay: Relay | None = None
        self._clients: set[Client] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self.application = web.Application()
        self.application.router.add_get(PATH, self._serve)
        self.application.on_shutdown.append(self._hang_up)

    def drive(self, relay: Relay) -> None:
        """Let clients drive this relay."""
        self._relay = relay

    def report(self, event: Event) -> None:
        """Tell those what happened who have people here; of what concerns no people, everybody."""
        text = Report(event=event).model_dump_json()
        for client in self._clients:
            if client.peers or isinstance(event, CaptionsChanged):
                self._send(client, text)

    async def beat(self, relay: Relay) -> None:
        """Tell every client that this worker lives, and its load, until cancelled."""
        meter = LoadMeter(relay)
        while True:
            text = Beat(load=await meter.measure()).model_dump_json()
            for client in self._clients:
                self._send(client, text)

    def _send(self, client: Client, text: str) -> None:
        task = asyncio.ensure_future(_send_text(client, text))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode(errors="replace")
        if not hmac.compare_digest(given, self._authorization):
            raise web.HTTPUnauthorized
        client = Client()
        await client.prepare(request)
        self._clients.add(client)
        self._catch_up(client)
        try:
            async for message in client:
                if message.type is WSMsgType.TEXT:
                    await self._take(client, message.data)
        finally:
            self._clients.discard(client)
            await self._end_all_of(client)
        return client

    def _catch_up(self, client: Client) -> None:
        """Tell what was told before there was this client."""
        captioner = self._relay.captioner if self._relay is not None else None
        if captioner is not None and captioner.change is not None:
            self._send(client, Report(event=captioner.change).model_dump_json())

    async def _end_all_of(self, client: Client) -> None:
        """Its server is gone, or has given this worker up and placed the calls elsewhere."""
        if self._relay is not None:
            for recording in client.recordings:
                await self._relay.stop_recording(recording)
            for peer in client.peers:
                await self._relay.close_peer(peer)

    async def _take(self, client: Client, text: str) -> None:
        try:
            call = Call.model_validate_json(text)
        except ValidationError as error:
            log.warning("a control message was not understood: %s", error)
            await client.close(code=1007)
            return
        reply = Reply(id=call.id, result=await self._carry_out(client, call.request))
        await _send_text(client, reply.model_dump_json())

    async def _carry_out(self, client: Client, request: Request) -> Result:
        try:
            result = await self._ask_relay(request)
            _note(client, request)
            return result
        except MediaError as error:
            return Refused(code=error.code, text=error.text)
        except Exception:
            log.exception("a control request failed")
            return Refused(code=MediaErrorCode.BAD_REQUEST, text="the relay failed; its log tells why")

    async def _ask_relay(self, request: Request) -> Result:
        relay = self._relay
        if relay is None:
            raise MediaError(MediaErrorCode.RELAY_DOWN, "the relay is not ready")
        if isinstance(request, OpenPeer):
            return Offer(sdp=await relay.open_peer(request.peer))
        if isinstance(request, WriteLines):
            return Delivered(taken=await relay.write_lines(request.peer, request.body))
        if isinstance(request, WriteLetters):
            return Delivered(taken=await relay.write_letters(request.peer, request.slot, request.t140))
        if isinstance(request, TakeAnswer):
            await relay.answer(request.peer, request.sdp)
        elif isinstance(request, Show):
            await relay.show(request.peer, request.slot, request.source, request.kinds)
        elif isinstance(request, ShowClip):
            await relay.show_clip(request.peer, request.slot, request.clip, repeat=request.repeat)
        elif isinstance(request, LoadClip):
            await relay.load_clip(request.clip, Path(request.file))
        elif isinstance(request, ClosePeer):
            await relay.close_peer(request.peer)
        elif isinstance(request, StartCaptions):
            await relay.start_captions(request.peer, request.language)
        elif isinstance(request, StopCaptions):
            await relay.stop_captions(request.peer)
        elif isinstance(request, ReadStats):
            return Counted(stats=await relay.stats())
        else:
            await _record(relay, request)
        return Done()

    async def _hang_up(self, _: web.Application) -> None:
        for client in list(self._clients):
            await client.close(code=1001)


def _note(client: Client, request: Request) -> None:
    """Remember what was opened over a channel."""
    if isinstance(request, OpenPeer):
        client.peers.add(request.peer)
    elif isinstance(request, ClosePeer):
        client.peers.discard(request.peer)
    elif isinstance(request, StartRecording):
        client.recordings.add(request.recording)
    elif isinstance(request, StopRecording):
        client.recordings.discard(request.recording)


async def _record(
    relay: Relay, request: StartRecording | PauseRecording | ResumeRecording | WriteText | StopRecording
) -> None:
    name = request.recording
    if isinstance(request, StartRecording):
        key = bytes.fromhex(request.key)
        await relay.start_recording(name, Path(request.file), key, request.peers, request.consents)
    elif isinstance(request, PauseRecording):
        await relay.pause_recording(name)
    elif isinstance(request, ResumeRecording):
        await relay.resume_recording(name)
    elif isinstance(request, WriteText):
        await relay.write_text(name, request.text)
    else:
        await relay.stop_recording(name)


async def _send_text(client: Client, text: str) -> None:
    with contextlib.suppress(ConnectionError):
        await client.send_str(text)


async def run_worker(settings: WorkerSettings) -> None:
    """Serve until SIGTERM, SIGINT, or the end of standard input (the parent died).

    Raises MediaError (port_in_use), or OSError if an address is not ours.
    """
    stop = asyncio.Event()
    _stop_on_signals(stop)
    _stop_with_parent(stop)
    worker = Worker(settings.secret)
    relay = await Relay.start(
        udp_host=settings.udp_host,
        udp_port=settings.udp_port,
        advertise=settings.advertise,
        on_event=worker.report,
        engines=settings.engines,
    )
    if settings.clips is not None:
        await _load_clips(relay, settings.clips)
    worker.drive(relay)
    beating = asyncio.ensure_future(worker.beat(relay))
    runner = web.AppRunner(worker.application, access_log=None)
    try:
        await runner.setup()
        site = web.TCPSite(runner, settings.control_host, settings.control_port, ssl_context=settings.tls)
        await site.start()
        ready = Ready(control_port=runner.addresses[0][1], udp_port=relay.udp_port)
        print(ready.model_dump_json(), flush=True)
        _tune_garbage_collection()
        await stop.wait()
    finally:
        beating.cancel()
        await relay.close()
        await runner.cleanup()


async def _load_clips(relay: Relay, folder: Path) -> None:
    """Those that can be shown; the server has told the operator of the others."""
    for file in await asyncio.to_thread(lambda: sorted(folder.glob("*.webm"))):
        try:
            await relay.load_clip(file.stem, file)
        except MediaError as error:
            log.warning("%s: %s", file.name, error.text)


def _tune_garbage_collection() -> None:
    """Nothing loaded so far will ever be garbage, and a full collection is a pause that people see."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Set `stop` when standard input ends. A thread, because not every kind of input can be polled."""
    loop = asyncio.get_running_loop()

    def read_to_the_end() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop may be closed already
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=read_to_the_end, name="parent-watch", daemon=True).start()
