"""What was written and said in a call, as WebVTT (W3C)."""

from __future__ import annotations

from collections.abc import Sequence

from wasl_media.recording import Text

CUE = 4.0
"""Seconds that words are shown."""
AUTOMATIC = "(≈) "
"""Before what a machine recognised."""


def webvtt(words: Sequence[tuple[float, Text]]) -> str:
    """The file. Times are seconds since the start of the recording."""
    return "\n".join(["WEBVTT\n", *(_cue(at, text) for at, text in words)])


def cue_payload(text: Text) -> str:
    """What a cue shows: the words, with their speaker as a voice span."""
    mark = AUTOMATIC if text.automatic else ""
    return f"<v {_plain(text.speaker)}>{mark}{_plain(text.words)}"


def _cue(at: float, text: Text) -> str:
    return f"{_clock(at)} --> {_clock(at + CUE)}\n{cue_payload(text)}\n"


def _plain(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(escaped.split())


def _clock(seconds: float) -> str:
    minutes, thousandths = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"
