"""A relay in another process, with the same methods as `Relay`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Sequence
from itertools import count
from pathlib import Path
from typing import TypeVar

import aiohttp
from pydantic import ValidationError

from wasl_media.control import (
    MAX_MESSAGE,
    PATH,
    Beat,
    Call,
    ClosePeer,
    Counted,
    Delivered,
    Done,
    FromWorker,
    LoadClip,
    Offer,
    OpenPeer,
    PauseRecording,
    ReadStats,
    Refused,
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
from wasl_media.description import KINDS, Kind
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import CaptionsChanged, Event
from wasl_media.recorder import Consent
from wasl_media.recording import Text
from wasl_media.stats import Load, RelayStats

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a worker may take to answer."""
SILENCE = 2.0
"""Seconds without a word (it beats twice a second) after which a worker counts as dead."""
_FAREWELL = aiohttp.ClientWSTimeout(ws_close=0.5)
"""Closing does not wait long for the other side, which may hang."""
_LOOK = 0.25
"""Seconds between two looks at how long it has been silent."""

Expected = TypeVar("Expected", Offer, Done, Delivered, Counted)


class RemoteRelay:
    """Every method raises MediaError (relay_down) when the worker is gone or does not answer within 10 s.

    Ends in two ways, both idempotent: `close`, or the worker's death (or its silence for 2 s), which fails all
    that wait. Its peers and recordings end with the channel.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        on_event: Callable[[Event], None],
    ) -> None:
        self._session = session
        self._socket = socket
        self._on_event = on_event
        self.languages: Sequence[str] = ()
        """That captions can be made of."""
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._silent_looks = 0
        self._reader = asyncio.ensure_future(self._read())
        self._listener = asyncio.ensure_future(self._listen())
        self.load = Load()
        """What its last beat told."""

    @classmethod
    async def connect(
        cls, url: str, secret: str, on_event: Callable[[Event], None], fingerprint: bytes | None = None
    ) -> RemoteRelay:
        """Open the control channel of the worker at `url`: http://host:port, or https:// with the certificate
        that has this SHA-256 `fingerprint` and no other."""
        session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {secret}"})
        pinned = True if fingerprint is None else aiohttp.Fingerprint(fingerprint)
        try:
            async with asyncio.timeout(PATIENCE):
                socket = await session.ws_connect(url + PATH, max_msg_size=MAX_MESSAGE, ssl=pinned, timeout=_FAREWELL)
        except BaseException as error:
            await session.close()
            if isinstance(error, aiohttp.ClientError | TimeoutError | OSError):
                raise _down(f"no control channel at {url}: {error}") from error
            raise
        return cls(session, socket, on_event)

    async def open_peer(self, peer: str) -> str:
        """See `Relay.open_peer`."""
        return (await self._call(OpenPeer(peer=peer), Offer)).sdp

    async def answer(self, peer: str, sdp: str) -> None:
        """See `Relay.answer`."""
        await self._call(TakeAnswer(peer=peer, sdp=sdp), Done)

    async def show(self, peer: str, slot: int, source: str | None, kinds: Collection[Kind] = KINDS) -> None:
        """See `Relay.show`."""
        await self._call(Show(peer=peer, slot=slot, source=source, kinds=list(kinds)), Done)

    async def write_lines(self, peer: str, body: str) -> bool:
        """See `Relay.write_lines`."""
        return (await self._call(WriteLines(peer=peer, body=body), Delivered)).taken

    async def write_letters(self, peer: str, slot: int, t140: str) -> bool:
        """See `Relay.write_letters`."""
        return (await self._call(WriteLetters(peer=peer, slot=slot, t140=t140), Delivered)).taken

    async def load_clip(self, clip: str, file: Path) -> None:
        """See `Relay.load_clip`; the file is on the worker's machine."""
        await self._call(LoadClip(clip=clip, file=str(file)), Done)

    async def show_clip(self, peer: str, slot: int, clip: str, *, repeat: bool) -> None:
        """See `Relay.show_clip`."""
        await self._call(ShowClip(peer=peer, slot=slot, clip=clip, repeat=repeat), Done)

    async def close_peer(self, peer: str) -> None:
        """See `Relay.close_peer`."""
        await self._call(ClosePeer(peer=peer), Done)

    async def start_recording(
        self, recording: str, file: Path, key: bytes, peers: Sequence[str], consents: Sequence[Consent]
    ) -> None:
        """See `Relay.start_recording`; the file is on the worker's machine."""
        request = StartRecording(
            recording=recording, file=str(file), key=key.hex(), peers=list(peers), consents=list(consents)
        )
        await self._call(request, Done)

    async def pause_recording(self, recording: str) -> None:
        """See `Relay.pause_recording`."""
        await self._call(PauseRecording(recording=recording), Done)

    async def resume_recording(self, recording: str) -> None:
        """See `Relay.resume_recording`."""
        await self._call(ResumeRecording(recording=recording), Done)

    async def write_text(self, recording: str, text: Text) -> None:
        """See `Relay.write_text`."""
        await self._call(WriteText(recording=recording, text=text), Done)

    async def stop_recording(self, recording: str) -> None:
        """See `Relay.stop_recording`."""
        await self._call(StopRecording(recording=recording), Done)

    async def start_captions(self, peer: str, language: str) -> None:
        """See `Relay.start_captions`."""
        await self._call(StartCaptions(peer=peer, language=language), Done)

    async def stop_captions(self, peer: str) -> None:
        """See `Relay.stop_captions`."""
        await self._call(StopCaptions(peer=peer), Done)

    async def stats(self) -> RelayStats:
        """See `Relay.stats`."""
        return (await self._call(ReadStats(), Counted)).stats

    @property
    def alive(self) -> bool:
        """Whether the control channel is open and the worker has not fallen silent."""
        return not self._reader.done() and not self._socket.closed

    @property
    def silence(self) -> float:
        """For how long it has not said a word, in seconds of ours: time in which we did not listen does not count."""
        return self._silent_looks * _LOOK

    async def gone(self) -> None:
        """Wait until the control channel is closed, by whomever."""
        await asyncio.wait([self._reader])

    async def close(self) -> None:
        """Close the control channel; the worker goes on. Idempotent."""
        self._reader.cancel()
        self._listener.cancel()
        await asyncio.wait([self._reader, self._listener])
        await self._socket.close()
        await self._session.close()

    async def _call(self, request: Request, expected: type[Expected]) -> Expected:
        if not self.alive:
            raise _down("the control channel is closed")
        number = next(self._ids)
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._socket.send_str(Call(id=number, request=request).model_dump_json())
                result = await answered
        except (TimeoutError, ConnectionError) as error:
            raise _down(f"no answer to {request.kind}") from error
        finally:
            del self._waiting[number]
        if isinstance(result, Refused):
            raise MediaError(result.code, result.text)
        if not isinstance(result, expected):
            raise _down(f"{request.kind} was answered with {result.kind}")
        return result

    async def _listen(self) -> None:
        """Give a silent worker up. Looks are counted, not seconds: a stalled loop of ours has words in store."""
        while self.silence < SILENCE:
            await asyncio.sleep(_LOOK)
            self._silent_looks += 1
        log.error("the media worker has been silent for %s s", SILENCE)
        self._reader.cancel()

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            for answered in self._waiting.values():
                if not answered.done():
                    answered.set_exception(_down("the worker is gone"))

    def _take(self, text: str) -> None:
        with contextlib.suppress(ValidationError):  # a newer worker may know more than we do
            message = FromWorker.validate_json(text)
            self._silent_looks = 0
            if isinstance(message, Beat):
                self.load = message.load
            elif isinstance(message, Report):
                self._tell(message.event)
            elif (answered := self._waiting.get(message.id)) is not None and not answered.done():
                answered.set_result(message.result)

    def _tell(self, event: Event) -> None:
        if isinstance(event, CaptionsChanged):
            self.languages = event.languages
        try:
            self._on_event(event)
        except Exception:  # the listener's mistake must not end the channel
            log.exception("a media event could not be handled")


def _down(text: str) -> MediaError:
    return MediaError(MediaErrorCode.RELAY_DOWN, text)
