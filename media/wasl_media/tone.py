"""A tone: what a `MediaPartner` says, and what a page listens for that checks its line."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction

from aiortc import MediaStreamTrack
from av import AudioCodecContext, AudioFrame

from wasl_media.clip import Clip, clip_of_sounds
from wasl_media.pacing import Pacer

SAMPLE_RATE = 48_000
SAMPLES = SAMPLE_RATE // 50
"""Of one frame: 20 ms."""
_AMPLITUDE = 6_000
_PITCH_STEP = SAMPLE_RATE // SAMPLES
"""Hertz; whole periods fit into a frame, so that one frame can be repeated without a click."""


class Tone(MediaStreamTrack):
    """A steady tone of about `pitch` hertz, mono, with frames of 20 ms."""

    kind = "audio"

    def __init__(self, pitch: int = 400) -> None:
        super().__init__()
        self._samples = _sine(pitch // _PITCH_STEP * _PITCH_STEP)
        self._pacer = Pacer(SAMPLES / SAMPLE_RATE)

    async def recv(self) -> AudioFrame:
        """The next frame, in its time."""
        number = await self._pacer.wait()
        return _frame(self._samples, number)


def tone_clip(pitch: int = 400, seconds: float = 2.0) -> Clip:
    """A tone as a clip: encoded once, when a worker starts, so that no file has to be shipped."""
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE, "mono", "s16"
    frames = (_frame(_sine(pitch // _PITCH_STEP * _PITCH_STEP), number) for number in range(round(50 * seconds)))
    sounds = [bytes(packet) for frame in (*frames, None) for packet in encoder.encode(frame)]
    return clip_of_sounds(sounds, SAMPLES / SAMPLE_RATE)


def _frame(samples: bytes, number: int) -> AudioFrame:
    frame = AudioFrame("s16", "mono", SAMPLES)
    frame.planes[0].update(samples)
    frame.sample_rate = SAMPLE_RATE
    frame.time_base = Fraction(1, SAMPLE_RATE)
    frame.pts = number * SAMPLES
    return frame


def _sine(pitch: int) -> bytes:
    wave = (_AMPLITUDE * math.sin(2 * math.pi * pitch * n / SAMPLE_RATE) for n in range(SAMPLES))
    return array("h", map(int, wave)).tobytes()
