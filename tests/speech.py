"""Spoken test audio: flite says an English sentence, espeak-ng one in another language (both are Debian packages)."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import subprocess
import time
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
from aiortc import MediaStreamTrack
from av import AudioFrame

VOICE = "rms"
RATE = 48_000
SAMPLES = RATE // 50
"""Of one frame: 20 ms."""


def find(program: str) -> str:
    """The path of flite or espeak-ng; installed first, when we may."""
    path, install = shutil.which(program), f"apt-get update && apt-get install -y {program}"
    if path is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["sh", "-c", install], env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, check=False)
        path = shutil.which(program)
    assert path is not None, f"{program} speaks the test audio: {install}"
    return path


def speak(text: str, folder: Path) -> bytes:
    """An English sentence as the bytes of a WAV file."""
    file = folder / "spoken.wav"
    subprocess.run([find("flite"), "-voice", VOICE, "-t", text, "-o", str(file)], check=True, timeout=60)
    return file.read_bytes()


def speak_foreign(text: str, language: str) -> bytes:
    """A sentence in another language as the bytes of a WAV file."""
    command = [find("espeak-ng"), "-v", language, "-s", "120", "--stdout", text]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def samples(wav: bytes, rate: int) -> bytes:
    """The same at another rate: 16-bit mono."""
    resampler = av.AudioResampler("s16", "mono", rate)
    with av.open(io.BytesIO(wav)) as file:
        frames = [ready for frame in [*file.decode(audio=0), None] for ready in resampler.resample(frame)]
    return b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in frames)


class Voice(MediaStreamTrack):
    """Says what it is given, once; before and after it is silent. It never ends by itself."""

    kind = "audio"

    def __init__(self, wav: bytes, *, after: float = 1.0) -> None:
        """`after`: seconds of silence before the first word."""
        super().__init__()
        silence = bytes(2 * SAMPLES)
        sound = samples(wav, RATE)
        self._frames = [silence] * round(50 * after)
        self._frames += [sound[at : at + 2 * SAMPLES] for at in range(0, len(sound), 2 * SAMPLES)]
        self._numbers = count()
        self._began_at: float | None = None

    async def recv(self) -> AudioFrame:
        """The next frame, in its time, or late: a busy machine must not swallow words."""
        number = next(self._numbers)
        self._began_at = self._began_at or time.monotonic()
        await asyncio.sleep(self._began_at + number * SAMPLES / RATE - time.monotonic())
        data = self._frames[number] if number < len(self._frames) else b""
        frame = AudioFrame("s16", "mono", SAMPLES)
        frame.planes[0].update(data.ljust(2 * SAMPLES, b"\0"))
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = number * SAMPLES
        return frame
