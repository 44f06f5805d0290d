"""A test picture that moves, with a clock in it: what a `MediaPartner` shows."""

from __future__ import annotations

import time
from fractions import Fraction

from aiortc import MediaStreamTrack
from av import VideoFrame

from wasl_media.pacing import Pacer

WIDTH, HEIGHT, FRAME_RATE = 640, 480, 30
CLOCK_RATE = 90_000
_SCALE = 12
_BAR = 16
_INK, _PAPER, _GRAY = 235, 40, 128
_FONT = {
    "0": "111 101 101 101 111",
    "1": "010 110 010 010 111",
    "2": "111 001 111 100 111",
    "3": "111 001 111 001 111",
    "4": "101 101 111 001 001",
    "5": "111 100 111 001 111",
    "6": "111 100 111 101 111",
    "7": "111 001 010 010 010",
    "8": "111 101 111 101 111",
    "9": "111 101 111 001 111",
    ":": "000 010 000 010 000",
    ".": "000 000 000 000 010",
}
"""Three columns, five rows."""


class Picture(MediaStreamTrack):
    """640×480 at 30 frames a second. `shade` (0 to 255) tints it, so that two of them can be told apart."""

    kind = "video"

    def __init__(self, shade: int = _GRAY) -> None:
        super().__init__()
        self._shade = bytes([shade])
        self._pacer = Pacer(1 / FRAME_RATE)

    async def recv(self) -> VideoFrame:
        """The next frame, in its time."""
        number = await self._pacer.wait()
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        frame.pts = number * CLOCK_RATE // FRAME_RATE
        frame.time_base = Fraction(1, CLOCK_RATE)
        _fill(frame, 0, b"".join(_rows(number, _clock())))
        _fill(frame, 1, self._shade * (WIDTH * HEIGHT // 4))
        _fill(frame, 2, self._shade * (WIDTH * HEIGHT // 4))
        return frame


def _clock() -> str:
    now = time.time()
    return time.strftime("%H:%M:%S", time.localtime(now)) + f".{int(now * 10) % 10}"


def _rows(number: int, text: str) -> list[bytes]:
    """The luminance of the picture, row by row: the clock, and a bar that walks below it."""
    empty = bytes([_PAPER]) * WIDTH
    bar_at = number * 4 % (WIDTH - _BAR)
    bar = empty[:bar_at] + bytes([_INK]) * _BAR + empty[bar_at + _BAR :]
    above = HEIGHT // 2 - 5 * _SCALE
    digits = [row for line in range(5) for row in [_digit_row(text, line)] * _SCALE]
    below = HEIGHT - above - len(digits)
    return [empty] * above + digits + [bar] * below


def _digit_row(text: str, line: int) -> bytes:
    dots = "0".join(_FONT[character].split()[line] for character in text)
    ink = b"".join(bytes([_INK if dot == "1" else _PAPER]) * _SCALE for dot in dots)
    margin = (WIDTH - len(ink)) // 2
    return bytes([_PAPER]) * margin + ink + bytes([_PAPER]) * (WIDTH - margin - len(ink))


def _fill(frame: VideoFrame, plane: int, pixels: bytes) -> None:
    """Write a plane; FFmpeg may keep its lines longer than they are wide."""
    target = frame.planes[plane]
    if target.line_size == target.width:
        target.update(pixels)
        return
    gap = bytes(target.line_size - target.width)
    lines = (pixels[at : at + target.width] + gap for at in range(0, len(pixels), target.width))
    target.update(b"".join(lines))
