"""Makes a WebM of a recording: the packets as they came, put together to frames, nothing decoded or encoded.

    python -m wasl_media.muxing RECORDING... WEBM

On standard input a line for each recording: its key, 64 hexadecimal digits, and at which second of the film it begins.
Several recordings of one call, one after the other, become one film: the n-th track of each is the same person's.

What was written, and what was captioned, are text tracks of it (WebVTT); both together stand beside it under the same
name with `.vtt`, because browsers show no tracks from inside. Prints its progress, a JSON line a second. Time runs as
it did in the call, also while it was off the record: 3:20 is 3:20 of the call.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from pydantic import BaseModel

from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.reassembly import Reassembly, Unit
from wasl_media.recording import CLOCK, Entry, EntryKind, Text, Track, read_recording
from wasl_media.rtp import HEADER, vp8_fragment
from wasl_media.timeline import StreamTime
from wasl_media.webvtt import CUE, cue_payload, webvtt

_MILLISECONDS = Fraction(1, 1000)


class Source(NamedTuple):
    """A recording, and where in the film it begins."""

    path: Path
    key: bytes
    starts_at: float = 0.0
    """Seconds."""


class Muxed(BaseModel):
    """What became of a recording."""

    seconds: float
    frames: int
    """Pictures."""
    sounds: int
    """Packets of sound, mostly of 20 ms."""
    lost_frames: int
    """See `Reassembly.lost`."""
    complete: bool
    """Whether it was stopped; else it broke off."""


class _Line:
    """One track of the recording on its way to a track of the file."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self.packets = Reassembly(track.kind)
        self.size: tuple[int, int] | None = None
        """Of the first picture; players take that of each keyframe."""
        self.output: Any = None
        self.written = 0
        self._last_time = -1

    def write(self, container: Any, units: Iterable[tuple[StreamTime, Unit]], offsets: Mapping[str, float]) -> None:
        """Write what is whole. `offsets` are those of `_Survey`."""
        offset = offsets.get(self.track.peer)
        for stream, unit in units:
            if self.output is None:
                return
            at = round(1000 * stream.seconds(unit.timestamp, offset))
            at = self._last_time = max(at, self._last_time + 1, 0)
            packet = av.Packet(unit.data)
            packet.stream, packet.time_base, packet.is_keyframe = self.output, _MILLISECONDS, unit.key
            packet.pts = packet.dts = at
            container.mux(packet)
            self.written += 1


class _Words:
    """The text tracks of the file: one of what people wrote, one of what a machine heard, if there is any."""

    def __init__(self, container: Any, kinds: set[bool]) -> None:
        self.said: list[tuple[float, Text]] = []
        self._outputs = {automatic: container.add_mux_stream("webvtt") for automatic in sorted(kinds)}
        for automatic, output in self._outputs.items():
            output.metadata["title"] = "captions" if automatic else "text"

    def write(self, container: Any, at: float, text: Text) -> None:
        """Show it at this second."""
        self.said.append((at, text))
        packet = av.Packet(cue_payload(text).encode())
        packet.stream, packet.time_base, packet.is_keyframe = self._outputs[text.automatic], _MILLISECONDS, True
        packet.pts = packet.dts = round(1000 * at)
        packet.duration = round(1000 * CUE)
        container.mux(packet)


class _Survey:
    """The first reading: who is in it, how large, what words there are, and how everyone's clock stands to ours."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self.lines: dict[int, _Line] = {}
        self.words: set[bool] = set()
        """Whether any were written (False), or heard by a machine (True)."""
        self.offsets: dict[str, float] = {}
        """By peer: sound and picture of one person share a clock. The least that was seen, because the way to us takes
        time and never gives any."""
        self._streams: dict[int, StreamTime] = {}
        self._early: dict[int, list[Entry]] = {}
        take = {
            EntryKind.TRACK: self._track,
            EntryKind.PACKET: self._packet,
            EntryKind.CLOCK: self._clock,
            EntryKind.TEXT: self._text,
        }
        for entry in entries:
            if entry.kind in take:
                take[entry.kind](entry)
        for line in self.lines.values():
            for stream in line.packets.streams.values():
                stream.rewind()

    def _track(self, entry: Entry) -> None:
        track = Track.model_validate_json(entry.body)
        self.lines.setdefault(entry.track, _Line(track)).track = track
        self._streams.pop(entry.track, None)

    def _packet(self, entry: Entry) -> None:
        line = self.lines[entry.track]
        _, _, _, timestamp, ssrc = HEADER.unpack_from(entry.body)
        stream = self._streams[entry.track] = line.packets.stream(ssrc)
        stream.extend(timestamp, entry.at)
        if line.size is None and line.track.kind == "video":
            line.size = _size(entry.body)
        for clock in self._early.pop(entry.track, []):
            self._clock(clock)

    def _text(self, entry: Entry) -> None:
        self.words.add(Text.model_validate_json(entry.body).automatic)

    def _clock(self, entry: Entry) -> None:
        if (stream := self._streams.get(entry.track)) is None:
            self._early.setdefault(entry.track, []).append(entry)
            return
        ntp, timestamp = CLOCK.unpack(entry.body)
        told, peer = ntp / (1 << 32), self.lines[entry.track].track.peer
        stream.tell(timestamp, told)
        self.offsets[peer] = min(self.offsets.get(peer, float("inf")), entry.at - told)


def mux(sources: Sequence[Source], webm: Path, progress: Callable[[float], None] = lambda _: None) -> Muxed:
    """Make `webm`, and the words beside it. `progress` hears the seconds of the call that are done.

    Blocks: run it in a process of its own. Raises MediaError (bad_recording).
    """
    survey = _Survey(_read(sources))
    lines = survey.lines.values()
    if not any(line.packets.streams for line in lines):
        raise MediaError(MediaErrorCode.BAD_RECORDING, "the recording is empty")
    last = Entry(EntryKind.TRACK, 0, 0.0)
    with av.open(str(webm), "w", format="webm") as container:
        for line in lines:
            line.output = _add_output(container, line)
        words = _Words(container, survey.words)
        for last in _read(sources):
            if last.kind is EntryKind.TEXT:
                words.write(container, last.at, Text.model_validate_json(last.body))
            elif last.kind is EntryKind.PACKET:
                line = survey.lines[last.track]
                line.write(container, line.packets.take(last.body, last.at), survey.offsets)
                progress(last.at)
            elif last.kind is EntryKind.TRACK:
                line = survey.lines[last.track]
                line.write(container, line.packets.cut(), survey.offsets)
                line.track = Track.model_validate_json(last.body)
            elif last.kind is EntryKind.RESUME:
                for line in lines:
                    line.write(container, line.packets.cut(), survey.offsets)
        for line in lines:
            line.write(container, line.packets.flush(), survey.offsets)
    webm.with_suffix(".vtt").write_text(webvtt(words.said), encoding="utf-8")
    return Muxed(
        seconds=last.at,
        frames=sum(line.written for line in lines if line.track.kind == "video"),
        sounds=sum(line.written for line in lines if line.track.kind == "audio"),
        lost_frames=sum(line.packets.lost for line in lines),
        complete=last.kind is EntryKind.END,
    )


def _read(sources: Sequence[Source]) -> Iterator[Entry]:
    for source in sources:
        for entry in read_recording(source.path, source.key):
            yield entry._replace(at=entry.at + source.starts_at)


def _size(packet: bytes) -> tuple[int, int] | None:
    """Width and height, if a VP8 keyframe begins here (RFC 6386, 9.1)."""
    with suppress(ValueError, IndexError):
        starts, part = vp8_fragment(packet)
        if starts and not part[0] & 1 and len(part) >= 10:
            return int.from_bytes(part[6:8], "little") & 0x3FFF, int.from_bytes(part[8:10], "little") & 0x3FFF
    return None


def _add_output(container: Any, line: _Line) -> Any:
    if line.track.kind == "audio":
        # The encoder writes the head that Opus needs (RFC 7845, 5.1), and is never fed.
        stream = container.add_stream("libopus", rate=48_000, layout="stereo")
    elif line.size is not None:
        stream = container.add_mux_stream("vp8", rate=30, width=line.size[0], height=line.size[1])
    else:
        return None
    stream.metadata["title"] = line.track.peer
    return stream


class _Progress:
    """A line a second on standard output."""

    def __init__(self) -> None:
        self._told_at = 0.0

    def __call__(self, seconds: float) -> None:
        if time.monotonic() - self._told_at >= 1:
            self._told_at = time.monotonic()
            print(f'{{"seconds": {seconds:.1f}}}', flush=True)


def main() -> int:
    """See the top of this file; the exit status is 1 when the recording is refused."""
    *recordings, webm = map(Path, sys.argv[1:])
    try:
        sources = [_source(recording, sys.stdin.readline()) for recording in recordings]
        print(mux(sources, webm, _Progress()).model_dump_json())
    except (MediaError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _source(recording: Path, line: str) -> Source:
    """Raises ValueError."""
    key, starts_at = line.split()
    return Source(recording, bytes.fromhex(key), float(starts_at))


if __name__ == "__main__":
    sys.exit(main())
