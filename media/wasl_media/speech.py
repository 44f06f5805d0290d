"""Opus packets of one speaker as samples that an engine can hear: in order, decoded, gaps closed with silence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import av
from av.error import FFmpegError

from wasl_media.engines.port import SAMPLE_RATE
from wasl_media.reassembly import Reassembly, Unit

PATIENCE = 0.2
"""Seconds that a missing packet is waited for: nobody sends sound a second time, it can only be late."""
MAX_CONCEALED = 1.0
"""Seconds of missing sound that are taken for silence; after more, time begins anew."""
_BYTES_PER_SECOND = 2 * SAMPLE_RATE
_CLOCK = 48_000


class Sound(NamedTuple):
    """Samples, 16-bit mono little-endian, and when they begin (seconds, monotonic)."""

    at: float
    samples: bytes


class Speech:
    """What one speaker says, from her packets."""

    def __init__(self) -> None:
        self._reassembly = Reassembly("audio", PATIENCE)
        self._decoder = _Decoder()
        self._next: float | None = None
        """When the next samples begin, if nothing is missing."""

    def take(self, packet: bytes, at: float) -> Iterator[Sound]:
        """A packet; gives what can be heard by now. A packet that is not Opus is silent."""
        for stream, unit in self._reassembly.take(packet, at):
            yield from self._hear(stream.seconds(unit.timestamp, None), unit)

    def _hear(self, at: float, unit: Unit) -> Iterator[Sound]:
        gap = None if self._next is None else at - self._next
        if gap is None or not -MAX_CONCEALED < gap < MAX_CONCEALED:
            self._next = at
        elif gap > 0.5 / _CLOCK and (missing := int(gap * SAMPLE_RATE)) > 0:
            yield self._give(bytes(2 * missing))
        if samples := self._decoder.decode(unit.data):
            yield self._give(samples)

    def _give(self, samples: bytes) -> Sound:
        assert self._next is not None
        sound = Sound(self._next, samples)
        self._next += len(samples) / _BYTES_PER_SECOND
        return sound


class _Decoder:
    """Opus to 16 kHz mono. The resampler holds a few samples back, always the same number."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate = _CLOCK
        self._codec.layout = "mono"
        self._resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)

    def decode(self, data: bytes) -> bytes:
        packet = av.Packet(data)
        packet.time_base = Fraction(1, _CLOCK)
        try:
            frames = [ready for frame in self._codec.decode(packet) for ready in self._resampler.resample(frame)]
        except FFmpegError:
            return b""
        return b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in frames)
