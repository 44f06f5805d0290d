"""The relay: peers by id on one UDP port, and who is shown to whom."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from wasl_media.captioner import Captioner
from wasl_media.captions import Engine
from wasl_media.clip import Clip, read_clip
from wasl_media.demultiplexer import Demultiplexer
from wasl_media.description import KINDS, Kind
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import CaptionsChanged, ClipEnded, Event, Measured, RecordingFailed, Said
from wasl_media.peer import SLOTS, Peer
from wasl_media.play import Play, Projector
from wasl_media.port import UdpPort, open_port
from wasl_media.recorder import Consent, Recorder
from wasl_media.recording import Text
from wasl_media.stats import RelayStats
from wasl_media.tone import tone_clip

CONSENT = 6.0
"""Seconds of silence after which a peer counts as gone. Browsers check every 2.5 s (RFC 7675 asks for 5),
so two lost checks are noticed and one is not."""
TICK = 0.05
"""Seconds."""
_AT_ONCE = 4
"""Peers whose clockwork runs before packets are looked at again."""
MEASURED_EVERY = 1.0
"""Seconds."""
TONE = "tone"
"""The clip that every relay has: a page that checks its line listens for it."""

log = logging.getLogger(__name__)


class Relay:
    """Runs in the event loop that `start` was called in; closes once, by `close`."""

    def __init__(
        self,
        port: UdpPort,
        demultiplexer: Demultiplexer,
        advertise: Sequence[str],
        on_event: Callable[[Event], None],
        consent: float,
        engines: Sequence[Engine],
    ) -> None:
        self.port = port
        self._demultiplexer = demultiplexer
        self._advertise = advertise
        self._on_event = on_event
        self._peers: dict[str, Peer] = {}
        self._recorders: dict[str, Recorder] = {}
        self._clips: dict[str, Clip] = {TONE: tone_clip()}
        self._plays: dict[tuple[str, int], Play] = {}
        self._projector = Projector()
        self._consent = consent
        self.captioner = Captioner(engines, self._heard) if engines else None
        self._clockwork = asyncio.ensure_future(self._run())

    @classmethod
    async def start(
        cls,
        *,
        udp_host: str,
        udp_port: int,
        advertise: Sequence[str],
        on_event: Callable[[Event], None],
        consent: float = CONSENT,
        engines: Sequence[Engine] = (),
    ) -> Relay:
        """Open the UDP port (0: any) and offer the `advertise` addresses to peers. `::` hears IPv4 and IPv6.
        With `engines`, start the caption process.

        Raises MediaError (port_in_use), or OSError if `udp_host` is not an address of this machine.
        """
        demultiplexer = Demultiplexer()
        port = await open_port(udp_host, udp_port, demultiplexer.receive)
        return cls(port, demultiplexer, advertise, on_event, consent, engines)

    @property
    def udp_port(self) -> int:
        """The port that peers reach the relay on."""
        return self.port.number

    @property
    def peers(self) -> int:
        """How many are open."""
        return len(self._peers)

    @property
    def packets(self) -> int:
        """RTP packets in and out of those that are open."""
        return sum(peer.packets for peer in self._peers.values())

    async def open_peer(self, peer: str) -> str:
        """Make a peer and return its SDP offer. Raises MediaError (peer_exists)."""
        if peer in self._peers:
            raise MediaError(MediaErrorCode.PEER_EXISTS, f"peer {peer} is open already")
        made = self._peers[peer] = Peer(peer, self.port, self._on_event)
        self._demultiplexer.plug(made.link)
        return made.offer([(address, self.udp_port) for address in self._advertise])

    async def answer(self, peer: str, sdp: str) -> None:
        """Take the page's SDP answer. Raises MediaError (unknown_peer, bad_sdp, already_answered)."""
        self._find(peer).answer(sdp)

    async def show(self, peer: str, slot: int, source: str | None, kinds: Collection[Kind] = KINDS) -> None:
        """Show in this slot of `peer` what `source` sends of these kinds; None shows nothing.

        Nothing is negotiated: the picture follows with the next keyframe, which is asked for, the sound at
        once. Raises MediaError (unknown_peer, bad_slot).
        """
        shown = None if source is None else self._find(source)
        self._find(peer).show(_checked(slot), shown, time.monotonic(), kinds)
        self._end_play(peer, slot)

    async def write_lines(self, peer: str, body: str) -> bool:
        """Send this to the page on its channel of lines. False if it has none, or does not read it.

        Raises MediaError (unknown_peer).
        """
        return self._find(peer).text.write_lines(body)

    async def write_letters(self, peer: str, slot: int, t140: str) -> bool:
        """Send T.140 characters of the person in this slot on a channel of letters. False if the page has none.

        Raises MediaError (unknown_peer, bad_slot).
        """
        return self._find(peer).text.write_letters(_checked(slot), t140)

    async def load_clip(self, clip: str, file: Path) -> None:
        """Keep a WebM file in memory under this name. Raises MediaError (bad_clip)."""
        self._clips[clip] = await asyncio.to_thread(read_clip, file)

    async def show_clip(self, peer: str, slot: int, clip: str, *, repeat: bool) -> None:
        """Show a clip in this slot of `peer`, from its beginning, as soon as she is connected.

        It ends when something else is shown there, or with `ClipEnded` unless it is to be repeated. Raises MediaError
        (unknown_peer, bad_slot, unknown_clip).
        """
        viewer = self._find(peer)
        if (found := self._clips.get(clip)) is None:
            raise MediaError(MediaErrorCode.UNKNOWN_CLIP, f"there is no clip {clip}")
        play = Play(found, repeat=repeat, viewer=viewer, on_end=partial(self._clip_ended, peer, slot, clip))
        viewer.show(_checked(slot), play, time.monotonic())
        self._end_play(peer, slot)
        self._plays[peer, slot] = play
        self._projector.add(play)

    async def close_peer(self, peer: str) -> None:
        """End a peer's connection; it vanishes from all slots, its credentials are void. Idempotent."""
        found = self._peers.pop(peer, None)
        if found is not None:
            for slot in range(SLOTS):
                self._end_play(peer, slot)
            self._demultiplexer.unplug(found.link)
            await found.close()

    async def start_recording(
        self, recording: str, file: Path, key: bytes, peers: Sequence[str], consents: Sequence[Consent]
    ) -> None:
        """Record what these peers send into a new file, sealed with `key` (32 bytes); see `recording.py`.

        Every one of them must have consented. It ends with `stop_recording`, or `RecordingFailed`. Raises MediaError
        (consent_missing, unknown_peer, recording_exists, no_room, bad_recording); nothing is written then.
        """
        if recording in self._recorders:
            raise MediaError(MediaErrorCode.RECORDING_EXISTS, f"recording {recording} runs already")
        recorded, on_failure = [self._find(peer) for peer in peers], partial(self._recording_failed, recording)
        self._recorders[recording] = Recorder(file, key, recorded, consents, on_failure)

    async def pause_recording(self, recording: str) -> None:
        """Off the record: nothing is kept until `resume_recording`. Raises MediaError (unknown_recording)."""
        self._find_recording(recording).pause()

    async def resume_recording(self, recording: str) -> None:
        """On the record again. Raises MediaError (unknown_recording)."""
        self._find_recording(recording).resume()

    async def write_text(self, recording: str, text: Text) -> None:
        """Keep in the recording what somebody wrote or said. Raises MediaError (unknown_recording)."""
        self._find_recording(recording).write_text(text)

    async def stop_recording(self, recording: str) -> None:
        """Finish the file. Idempotent."""
        if (recorder := self._recorders.pop(recording, None)) is not None:
            await recorder.stop()

    def _recording_failed(self, recording: str, cause: MediaErrorCode) -> None:
        self._recorders.pop(recording, None)
        self._on_event(RecordingFailed(recording=recording, cause=cause))

    async def start_captions(self, peer: str, language: str) -> None:
        """Make captions of what this peer says in this language, from now on. Idempotent.

        Raises MediaError (unknown_peer, no_captions).
        """
        source = self._find(peer).publications["audio"]
        if self.captioner is None:
            raise MediaError(MediaErrorCode.NO_CAPTIONS, "this relay has no caption engine")
        self.captioner.listen(peer, source, language)

    async def stop_captions(self, peer: str) -> None:
        """Make no captions of this peer any more. Idempotent."""
        if self.captioner is not None:
            self.captioner.ignore(peer)

    def _heard(self, event: Said | CaptionsChanged) -> None:
        """Captions go on while a call is off the record; its recording keeps none of them then (RAUR 2)."""
        if isinstance(event, Said) and event.final and event.words:
            for recorder in self._recorders.values():
                recorder.write_caption(event)
        self._on_event(event)

    async def stats(self) -> RelayStats:
        """What was counted so far."""
        return RelayStats(
            peers=[peer.stats() for peer in self._peers.values()],
            strangers=self._demultiplexer.strangers,
            faults=self.port.faults + self._projector.faults,
        )

    async def close(self) -> None:
        """Close all peers and the port. Idempotent."""
        self._clockwork.cancel()
        await asyncio.wait([self._clockwork])
        for recording in list(self._recorders):
            await self.stop_recording(recording)
        await self._projector.close()
        for peer in list(self._peers):
            await self.close_peer(peer)
        if self.captioner is not None:
            await self.captioner.close()
        self.port.close()

    def _find(self, peer: str) -> Peer:
        if (found := self._peers.get(peer)) is None:
            raise MediaError(MediaErrorCode.UNKNOWN_PEER, f"there is no peer {peer}")
        return found

    def _find_recording(self, recording: str) -> Recorder:
        if (found := self._recorders.get(recording)) is None:
            raise MediaError(MediaErrorCode.UNKNOWN_RECORDING, f"there is no recording {recording}")
        return found

    def _end_play(self, peer: str, slot: int) -> None:
        if (play := self._plays.pop((peer, slot), None)) is not None:
            play.close()

    def _clip_ended(self, peer: str, slot: int, clip: str) -> None:
        self._end_play(peer, slot)
        self._on_event(ClipEnded(peer=peer, slot=slot, clip=clip))

    async def _run(self) -> None:
        measure_at = time.monotonic() + MEASURED_EVERY
        while True:
            await asyncio.sleep(TICK)
            now = time.monotonic()
            for number, peer in enumerate(list(self._peers.values())):
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # packets do not wait for the clockwork of all
                if peer.id in self._peers:
                    self._tick(peer, now)
            if now >= measure_at:
                measure_at = now + MEASURED_EVERY
                self._tell_figures()

    def _tell_figures(self) -> None:
        """The peers made them one after the other in the second before: here they are only collected."""
        figures = [taken for peer in self._peers.values() if (taken := peer.take_figures()) is not None]
        if figures:
            self._on_event(Measured(peers=figures))

    def _tick(self, peer: Peer, now: float) -> None:
        try:
            peer.tick(now)
            peer.watch(now, self._consent)
        except Exception:  # one peer must never stop the clockwork of all others
            self.port.faults += 1
            log.exception("the clockwork of a peer failed")


def _checked(slot: int) -> int:
    if not 0 <= slot < SLOTS:
        raise MediaError(MediaErrorCode.BAD_SLOT, f"slot {slot} is none of 0 to {SLOTS - 1}")
    return slot
