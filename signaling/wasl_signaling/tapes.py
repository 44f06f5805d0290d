"""The tapes: what the relay records at this moment follows from what the database says, whatever dies in between.

A tape is one part of a recording, made with the connections that its people have now. Whose page or worker was gone
comes back with another connection, so that the recording goes on with a new part.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import RecordingFailed
from wasl_media.recorder import Consent
from wasl_media.recording import Text
from wasl_media.remote import RemoteRelay
from wasl_signaling import call as calls
from wasl_signaling import footage
from wasl_signaling import recording as recordings
from wasl_signaling.call import Call, Leg
from wasl_signaling.call_view import address_of
from wasl_signaling.conversation import Line
from wasl_signaling.footage import NoFootage, Part
from wasl_signaling.house import House
from wasl_signaling.locks import Locks
from wasl_signaling.mailbox import Address
from wasl_signaling.messages import CallState, RecordingFailure, RecordingState
from wasl_signaling.recording import Answer, ConsentMissing, IllegalRecordingMove, Recording
from wasl_signaling.switchboard import Switchboard

log = structlog.get_logger()
FAILURES = {
    MediaErrorCode.NO_ROOM: RecordingFailure.NO_ROOM,
    MediaErrorCode.BAD_RECORDING: RecordingFailure.NOT_STORED,
}
"""What trying again by ourselves does not mend."""
LOOK_EVERY = 1.0  # seconds until what broke off is tried again, if nobody tells of a change
Tell = Callable[[Iterable[Address]], None]


@dataclass
class Tape:
    """A part that the relay records."""

    name: str
    recording: int
    ticket: int
    relay: RemoteRelay
    peers: list[str]
    runs: bool
    """On the record."""
    since: float
    """When it went on the record last, in epoch seconds."""


@dataclass(frozen=True)
class Wanted:
    """What the database says of a call that has a recording going on."""

    call: Call
    recording: Recording

    @property
    def runs(self) -> bool:
        """On the record, not on hold, and everybody who is in the call now has agreed."""
        goes_on = self.recording.state is RecordingState.ON and self.call.state is CallState.LIVE
        return goes_on and not self.recording.lacking(self.parties)

    @property
    def parties(self) -> list[str]:
        return [leg.party for leg in self.call.legs]


@dataclass(frozen=True)
class Begun:
    """A part that may be recorded now."""

    part: Part
    key: bytes
    answers: list[Answer]
    """Everybody's, in the order of the legs."""


class Tapes:
    """The tapes of the calls whose people are connected to this process."""

    def __init__(self, house: House, switchboard: Switchboard) -> None:
        self._house, self._switchboard = house, switchboard
        self._tapes: dict[int, Tape] = {}
        self._locks: Locks[int] = Locks()
        self._changed = asyncio.Event()

    def keeps(self, call: int) -> bool:
        """Whether something of this call is being recorded at this moment."""
        tape = self._tapes.get(call)
        return tape is not None and tape.runs and tape.relay.alive

    def look(self, tickets: Iterable[int]) -> None:
        """Something happened to these tickets: their calls may have ended."""
        if not {tape.ticket for tape in self._tapes.values()}.isdisjoint(tickets):
            self._changed.set()

    def look_at_all(self) -> None:
        """Connections have changed."""
        if self._tapes:
            self._changed.set()

    async def run(self, tell: Tell) -> None:
        """Follows every recorded call until cancelled; tells those in it when a recording breaks off or goes on."""
        while True:
            try:
                await self._look_around(tell)
            except Exception:
                log.exception("recordings not looked after")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._changed.wait()
            self._changed.clear()

    async def follow(self, call: int) -> Wanted | None:
        """Make the relay do what the database says of this call, which is returned. Where it cannot, that is tried
        again, unless the disk fails: then the recording is over."""
        async with self._locks[call]:
            wanted = await self._house.database.read(_wanted, call)
            try:
                await self._follow(call, wanted)
            except MediaError as error:
                log.warning("recording broke off", call=call, why=str(error))
                self._tapes.pop(call, None)
                if wanted is not None and error.code in FAILURES:
                    await self._fail(wanted.recording.id, error.code)
            except (ConsentMissing, NoFootage):
                log.info("recording changed before it began", call=call)
        return wanted

    async def failed(self, event: RecordingFailed) -> Call | None:
        """The disk did not take a part any more. Returns the call that this ends the recording of, if it does."""
        recording = await self._house.database.read(footage.recording_of, event.recording)
        if recording is None or not await self._fail(recording, event.cause):
            return None
        call = await self._house.database.read(_call_of, recording)
        await self.follow(call.id)
        return call

    async def _fail(self, recording: int, code: MediaErrorCode) -> bool:
        house = self._house
        try:
            await house.database.write(recordings.fail, recording, FAILURES[code], house.now())
        except IllegalRecordingMove:
            return False  # it was over already
        log.error("a recording ends because it cannot be stored", recording=recording, why=code.value)
        return True

    async def write_text(self, call: int, leg: Leg, lines: Iterable[Line]) -> None:
        """Keep the lines that were typed on the record."""
        for line in lines:
            if line.done and line.text:
                await self.write_words(call, leg, line.text, line.at)

    async def write_words(self, call: int, leg: Leg, words: str, begun_at: float, *, automatic: bool = False) -> None:
        """Keep what somebody wrote, or a machine understood, if it was begun (epoch seconds) and ended on record."""
        tape = self._tapes.get(call)
        if tape is not None and tape.runs and begun_at >= tape.since:
            with contextlib.suppress(MediaError):  # it broke off, and is followed up
                text = Text(speaker=leg.role.value, words=words, automatic=automatic)
                await tape.relay.write_text(tape.name, text)

    async def tidy(self) -> None:
        """Delete what was kept for long enough, and the files that nobody can read any more."""
        house = self._house
        await house.database.write(footage.shred_expired, house.now())
        if names := await house.database.read(footage.leftovers):
            await asyncio.to_thread(self._unlink, names)
            await house.database.write(footage.forget_parts, names)

    async def close(self) -> None:
        """Finish every file. The recordings themselves go on when a desk runs again."""
        for call in list(self._tapes):
            with contextlib.suppress(MediaError):
                await self._stop(call)

    async def _look_around(self, tell: Tell) -> None:
        going_on = await self._house.database.read(recordings.running_calls)
        for call in {*going_on, *self._tapes}:
            kept = self.keeps(call)
            followed = await self.follow(call)
            wanted = await self._house.database.read(_wanted, call)
            if followed is not None and (wanted is None or self.keeps(call) != kept or self.keeps(call) != wanted.runs):
                tell(address_of(leg) for leg in (wanted or followed).call.legs)

    async def _follow(self, call: int, wanted: Wanted | None) -> None:
        tape = self._tapes.get(call)
        if tape is not None and (wanted is None or wanted.recording.id != tape.recording or not tape.relay.alive):
            await self._stop(call)
        if wanted is None:
            return
        found = self._connections(wanted.call)
        tape = self._tapes.get(call)
        if wanted.runs and found is not None and (tape is None or (tape.relay, tape.peers) != found):
            await self._stop(call)
            tape = self._tapes[call] = await self._start(wanted, *found)
        if tape is not None and tape.runs != wanted.runs:
            await self._turn(tape, wanted.runs)

    def _connections(self, call: Call) -> tuple[RemoteRelay, list[str]] | None:
        """The relay of the call and everybody's name there; None while somebody's connection is missing."""
        try:
            found = [self._switchboard.relay_of(address_of(leg)) for leg in call.legs]
        except MediaError:
            return None
        relay = found[0][0]
        return (relay, [peer for _, peer in found]) if all(other is relay for other, _ in found) else None

    async def _start(self, wanted: Wanted, relay: RemoteRelay, peers: list[str]) -> Tape:
        house, recording = self._house, wanted.recording.id
        begun = await house.database.write(_begin, house, wanted.call.id, recording, house.now())
        part = begun.part
        given = [
            Consent(peer=peer, speaker=leg.role.value, given_at=answer.at, reference=f"consent:{answer.id}")
            for peer, leg, answer in zip(peers, wanted.call.legs, begun.answers, strict=True)
        ]
        key, file = footage.part_key(begun.key, part.name), house.recordings.folder / part.name
        try:
            await relay.start_recording(part.name, file, key, peers, given)
        except MediaError as error:
            if error.code is not MediaErrorCode.RELAY_DOWN:  # or nobody knows whether the file was made
                await house.database.write(footage.forget_parts, [part.name])
            raise
        return Tape(part.name, recording, wanted.call.ticket, relay, peers, True, part.started_at)

    async def _turn(self, tape: Tape, on: bool) -> None:
        tape.runs = on
        if on:
            await tape.relay.resume_recording(tape.name)
            tape.since = self._house.now()
        else:
            await tape.relay.pause_recording(tape.name)

    async def _stop(self, call: int) -> None:
        if (tape := self._tapes.pop(call, None)) is not None and tape.relay.alive:
            await tape.relay.stop_recording(tape.name)

    def _unlink(self, names: Iterable[str]) -> None:
        for name in names:
            (self._house.recordings.folder / name).unlink(missing_ok=True)


def _wanted(connection: Connection, call_id: int) -> Wanted | None:
    """What goes on; None where nothing was agreed to, or it is over."""
    last = recordings.latest(connection, call_id)
    if last is None or last.state not in (RecordingState.ON, RecordingState.PAUSED):
        return None
    return Wanted(calls.get_call(connection, call_id), last)


def _call_of(connection: Connection, recording: int) -> Call:
    return calls.get_call(connection, recordings.get(connection, recording).call)


def _begin(connection: Connection, house: House, call: int, recording: int, now: float) -> Begun:
    """Everything for one more part; ConsentMissing when that has changed meanwhile. Raises NoFootage."""
    wanted = _wanted(connection, call)
    if wanted is None or wanted.recording.id != recording or not wanted.runs:
        raise ConsentMissing(recording, [])
    key = footage.key_of(connection, house.vault, recording)
    answers = [wanted.recording.answers[party] for party in wanted.parties]
    return Begun(footage.add_part(connection, recording, now), key, answers)
