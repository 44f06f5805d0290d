"""Clips that tests show: made by FFmpeg when they are needed, so that none has to be kept."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from io import BytesIO
from math import pi, sin
from pathlib import Path
from typing import Any

import av
from av import AudioFrame, VideoFrame

RATE = 48_000
SAMPLES = 960


@dataclass(frozen=True)
class Recipe:
    """What a clip is made of."""

    seconds: float = 3.0
    video: str | None = "libvpx"
    audio: str | None = "libopus"
    width: int = 320
    height: int = 240
    frame_rate: int | Fraction = 30
    shade: int = 90
    pitch: int = 800
    keyframes: int = 30
    """Frames from one keyframe to the next."""
    bitrate: int = 300_000
    options: tuple[tuple[str, str], ...] = (("auto-alt-ref", "0"), ("deadline", "realtime"), ("cpu-used", "8"))


def make_clip(file: Path, recipe: Recipe | None = None) -> Path:
    """A clip in this file: a bar that walks over a shade, and a tone."""
    file.write_bytes(_encoded(recipe or Recipe()))
    return file


@cache
def _encoded(made: Recipe) -> bytes:
    """Once in a run, however many tests show it."""
    content = BytesIO()
    with av.open(content, "w", format="matroska") as container:
        packets: list[Any] = []
        if made.video:
            packets += _pictures(container, made)
        if made.audio:
            packets += _sounds(container, made)
        for packet in sorted(packets, key=lambda packet: float(packet.pts * packet.time_base)):
            container.mux(packet)
    return content.getvalue()


def _pictures(container: Any, made: Recipe) -> list[Any]:
    stream = container.add_stream(made.video, rate=made.frame_rate, options=dict(made.options))
    stream.width, stream.height, stream.pix_fmt = made.width, made.height, "yuv420p"
    stream.bit_rate, stream.gop_size = made.bitrate, made.keyframes
    frames = [_picture(made, number) for number in range(round(made.seconds * made.frame_rate))]
    return [packet for frame in (*frames, None) for packet in stream.encode(frame)]


def _picture(made: Recipe, number: int) -> VideoFrame:
    frame = VideoFrame(made.width, made.height, "yuv420p")
    row = bytearray([made.shade] * made.width)
    at = 4 * number % (made.width - 16)
    row[at : at + 16] = bytes([235] * 16)
    for plane, line in zip(frame.planes, (bytes(row), *[bytes([128] * (made.width // 2))] * 2), strict=True):
        plane.update((line + bytes(plane.line_size - len(line))) * plane.height)
    frame.pts, frame.time_base = number, 1 / Fraction(made.frame_rate)
    return frame


def _sounds(container: Any, made: Recipe) -> list[Any]:
    stream = container.add_stream(made.audio, rate=RATE, layout="mono")
    packets = []
    # Whole periods fit into a frame.
    wave = (9_000 * sin(2 * pi * (made.pitch // 50 * 50) * n / RATE) for n in range(SAMPLES))
    samples = array("h", map(int, wave)).tobytes()
    for number in range(round(made.seconds * 50)):
        frame = AudioFrame("s16", "mono", SAMPLES)
        frame.planes[0].update(samples)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), number * SAMPLES
        packets += stream.encode(frame)
    return [*packets, *stream.encode(None)]
