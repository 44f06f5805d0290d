"""What a check of somebody's line found, in one word, and the one cause that matters most. Pure; one table.

Where the limits come from: frame rates from EN 301 549, 6.5.3 (20 a second) and from the bands of ITU-T H-series
Supplement 1 (`trouble.py`); delays of 0.4 and 0.8 s from EN 301 549, 6.5.1. Loss: what the relay and Opus repair
unseen, and where speech falls apart (5 and 15 %). Room: what a small picture needs, and what sound alone needs.

A slow device is no bad line: pictures that the page never sent are not missed, and a browser that sends little, because
it is late itself and takes that for a full line, is believed only where something is lost or waits on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wasl_signaling.messages import CheckCause, CheckResult, CheckView, LiveModality, Modality
from wasl_signaling.trouble import GOOD, RESTRICTED


class Way(StrEnum):
    """How somebody takes part, as far as her line matters."""

    SIGNED = "signed"
    """She reads and makes signs: sound is nothing to her, and pictures are all."""
    FACE = "face"
    VOICE = "voice"
    """No word of pictures: she uses none, and may not see."""
    TEXT = "text"


def way_of(modality: LiveModality, sign_language: str | None) -> Way:
    """Of a citizen who needs this."""
    if modality is Modality.VIDEO:
        return Way.FACE if sign_language is None else Way.SIGNED
    return Way(modality)


@dataclass(frozen=True)
class Findings:
    """What was found out; None where it was not."""

    connected: bool
    """Whether the page and the relay reached each other at all."""
    camera: bool = False
    """Whether a picture was to come, for long enough: one that is blocked is no fault of the line."""
    microphone: bool = False
    """Whether sound was to come, for long enough."""
    sent_rate: float | None = None
    """Pictures a second that the page sent."""
    frame_rate: float | None = None
    """Pictures a second that reached the relay."""
    level: int | None = None
    """Of the microphone, in dB below the loudest possible."""
    heard: bool | None = None
    """Whether the relay's tone reached the page's ear."""
    round_trip: float | None = None
    """Seconds."""
    longest_trip: float | None = None
    """The longest round trip, in seconds: packets that wait before a full line make it longer."""
    loss: float | None = None
    """Share of packets that is lost at least, the worse of both ways: see `PacketCount.least_loss`."""
    room: int | None = None
    """Bits a second that the page believes it can send."""
    up: int | None = None
    """Bits a second that reached the relay, in the best second: there is room for so many at least."""
    down: int | None = None
    """Bits a second of them that came back to the page, in its best second."""

    @property
    def lost_rate(self) -> float | None:
        """Pictures a second at the relay, if the line let notably fewer through than the page sent."""
        return self._kept_back(self.frame_rate, self.sent_rate)

    @property
    def narrowest(self) -> float | None:
        """Bits a second that the narrower way carries, if it was full."""
        if (self.loss or 0) < _FULL_LOSS and (self.longest_trip or 0) < _FULL_TRIP:
            return None
        out = None if self.room is None else max(self.room, self.up or 0)
        return min((way for way in (out, self._kept_back(self.down, self.up)) if way is not None), default=None)

    def _kept_back(self, arrived: float | None, sent: float | None) -> float | None:
        if arrived is None or sent is None or arrived >= _MOST * sent:
            return None
        return arrived


_MOST = 0.7
"""Share that arrives of what was sent, from which on less is a matter of when each side began its seconds."""
_FULL_LOSS, _FULL_TRIP = 0.01, 0.15
"""Share lost, or seconds, without which a line is not full."""
Grades = tuple[float | None, float | None]
"""From where on it is weak, and from where on text is better."""


@dataclass(frozen=True)
class Limit:
    """One thing that can be wrong."""

    cause: CheckCause
    figure: Callable[[Findings], float | None]
    grades: Mapping[Way, Grades]
    least: bool = False
    """Whether less than the limit is bad, and not more."""

    def grade(self, way: Way, found: Findings) -> CheckResult:
        """How bad it is."""
        weak, text = self.grades.get(way, (None, None))
        value = self.figure(found)
        if self._beyond(value, text):
            return CheckResult.TEXT
        return CheckResult.WEAK if self._beyond(value, weak) else CheckResult.GOOD

    def _beyond(self, value: float | None, limit: float | None) -> bool:
        if value is None or limit is None:
            return False
        return value < limit if self.least else value > limit


SILENCE = -100
"""dBov that even a quiet room exceeds; below it, the microphone gives nothing."""
_YES = 0.5
"""The limit of what is 1 when it is so, and 0 when it is not."""

LIMITS = (
    Limit(
        CheckCause.BLOCKED,
        lambda found: float(not found.connected),
        dict.fromkeys((Way.SIGNED, Way.FACE, Way.VOICE), (None, _YES)),
    ),
    Limit(
        CheckCause.NO_PICTURE,
        lambda found: float(found.connected and found.camera and not found.frame_rate),
        {Way.SIGNED: (None, _YES), Way.FACE: (_YES, None)},
    ),
    Limit(
        CheckCause.NO_TONE,
        lambda found: float(found.connected and found.heard is False),
        {Way.FACE: (_YES, None), Way.VOICE: (None, _YES)},
    ),
    Limit(
        CheckCause.LOSSY,
        lambda found: found.loss,
        dict.fromkeys((Way.SIGNED, Way.FACE, Way.VOICE), (0.05, 0.15)),
    ),
    Limit(
        CheckCause.SLOW,
        lambda found: found.round_trip,
        dict.fromkeys((Way.SIGNED, Way.FACE, Way.VOICE), (0.4, 0.8)) | {Way.TEXT: (0.8, None)},
    ),
    Limit(
        CheckCause.NARROW,
        lambda found: found.narrowest,
        {Way.SIGNED: (250_000, 100_000), Way.FACE: (150_000, 50_000)},
        least=True,
    ),
    Limit(
        CheckCause.JERKY,
        lambda found: (found.lost_rate or None) if found.camera else None,
        {Way.SIGNED: (GOOD, RESTRICTED), Way.FACE: (RESTRICTED, None)},
        least=True,
    ),
    Limit(
        CheckCause.SILENT,
        lambda found: float(found.connected and found.microphone and (found.level is None or found.level < SILENCE)),
        {Way.FACE: (_YES, None), Way.VOICE: (_YES, None)},
    ),
)
"""The most important first: of those that are equally bad, one is told."""
_WORST_FIRST = (CheckResult.TEXT, CheckResult.WEAK)


def judge(way: Way, found: Findings) -> CheckView:
    """The worst, and why."""
    grades = {limit.cause: limit.grade(way, found) for limit in LIMITS}
    for result in _WORST_FIRST:
        for cause, grade in grades.items():
            if grade is result:
                return CheckView(result=result, cause=cause)
    return CheckView(result=CheckResult.GOOD, cause=None)
