"""What is wrong with how somebody comes across in a call: from figures each second to one thing to say, or nothing.

The grades of a signed picture are those of ITU-T H-series Supplement 1 and EN 301 549, 6.5: from 20 frames a second it
is good, from 12 usable with restrictions, from 8 very limited, below that of no use.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wasl_media.figures import PeerFigures, PictureFigures, SoundFigures, ViewFigures
from wasl_signaling.messages import Trouble

GOOD, RESTRICTED, VERY_LIMITED = 20.0, 12.0, 8.0
"""Frames a second."""
_SLACK = 1.0
"""Frames a second above a limit that end what the limit began."""
_JERKY = 10.0
"""Frames a second below which a face is hard to follow, too."""
_STANDS = 1.5
"""Seconds without a new picture that people notice as standing still."""
_GAPS = 0.08
"""Share of lost sound that is heard as gaps: Opus hides less."""
_LATE = 0.6
"""Seconds from person to person through the relay above which people begin to speak at once (EN 301 549, 6.5 NOTE:
0.4 is preferred, 0.8 hinders); buffers of the browsers come on top."""
_FAINT = -38
"""dBov that speech does not reach if it is faint: browsers bring a voice at arm's length to about −25."""
_MEMORY = 4
"""Seconds that frame rate and loss are averaged over."""
_SETTLING = 2
"""Seconds in which a picture that begins is not judged: it is not all there yet."""
_BEGINS = 3
"""Seconds within which the first picture comes once a camera is on; the second in which it comes is no whole one."""
_UTTERANCES = 8
"""Seconds of speech that are remembered to tell a faint voice from a faint word."""


@dataclass(frozen=True)
class Part:
    """What is known of one person in one second of a call."""

    figures: PeerFigures
    signs: bool
    voice: bool
    """Whether what she says is listened to: not where she signs herself, and not while her microphone is off."""
    camera: bool
    """Whether a picture should come."""
    views: Sequence[ViewFigures] = ()
    """How the others receive her."""
    far: float | None = None
    """The longest round trip of the others, in seconds."""


class Alarm:
    """Raised and ended only by several seconds in a row that say the same."""

    def __init__(self, raise_after: int, end_after: int) -> None:
        self.raised = False
        self._raise_after, self._end_after = raise_after, end_after
        self._against = 0

    def take(self, bad: bool | None) -> None:
        """One second; None: neither good nor bad."""
        if bad is None:
            return
        self._against = self._against + 1 if bad is not self.raised else 0
        if self._against >= (self._end_after if self.raised else self._raise_after):
            self.raised, self._against = not self.raised, 0


class Judge:
    """Follows one person through a call."""

    def __init__(self) -> None:
        self.speaking = False
        self._speech = Alarm(raise_after=1, end_after=2)
        self.begins = False
        """In this second her picture began, or was about to: it says nothing of how it moves."""
        self._begins_within = _BEGINS
        self._pictures = 0
        self._rates: deque[float] = deque(maxlen=_MEMORY)
        self._losses: deque[float] = deque(maxlen=_MEMORY)
        self._faint: deque[bool] = deque(maxlen=_UTTERANCES)
        self._frozen = Alarm(raise_after=1, end_after=2)
        self._broken = Alarm(raise_after=2, end_after=4)
        self._below = {limit: Alarm(raise_after=2, end_after=4) for limit in (VERY_LIMITED, _JERKY, RESTRICTED, GOOD)}
        self._gaps = Alarm(raise_after=2, end_after=4)
        self._hushed = Alarm(raise_after=2, end_after=2)
        self._late = Alarm(raise_after=4, end_after=4)

    def take(self, part: Part) -> Trouble | None:
        """One second more. The worst that is wrong now, if anything is."""
        self._await(part.figures.picture, part)
        self._look(part.figures.picture, part)
        self._hear(part.figures.sound, part)
        self._late.take(_delay(part) > _LATE)
        return next(self._raised(part), None)

    def _await(self, picture: PictureFigures | None, part: Part) -> None:
        if not part.camera:
            self._begins_within = _BEGINS
        self.begins = part.camera and picture is not None and self._begins_within > 0
        if self.begins:
            self._begins_within = 0 if picture is not None and picture.frame_rate else self._begins_within - 1

    def _look(self, picture: PictureFigures | None, part: Part) -> None:
        if not part.camera:
            picture, self._pictures = None, 0
        elif picture is not None:
            self._pictures += 1
        lost = picture is None and self._pictures > 0  # it stands for so long that it is not measured any more
        self._frozen.take(None if lost else picture is not None and picture.standing >= _STANDS)
        self._broken.take(picture is not None and any(view.broken for view in part.views if view.kind == "video"))
        if picture is None:
            self._rates.clear()
        elif self._pictures > _SETTLING:
            self._rates.append(picture.frame_rate)
        rate = sum(self._rates) / len(self._rates) if self._rates else None
        for limit, alarm in self._below.items():
            alarm.take(rate is not None and rate < limit + (_SLACK if alarm.raised else 0))

    def _hear(self, sound: SoundFigures | None, part: Part) -> None:
        self._speech.take(sound is not None and sound.speaking)
        self.speaking = self._speech.raised
        if sound is None or not part.voice:
            self._losses.clear()
            self._faint.clear()
        else:
            away = max((view.loss for view in part.views if view.kind == "audio"), default=0.0)
            self._losses.append(1 - (1 - sound.loss) * (1 - away))
            if sound.speaking and sound.level is not None:
                self._faint.append(sound.level < _FAINT)
        loss = sum(self._losses) / len(self._losses) if self._losses else 0.0
        self._gaps.take(loss > _GAPS)
        share = sum(self._faint) / len(self._faint) if len(self._faint) == _UTTERANCES else 0.0
        self._hushed.take(share > (0.5 if self._hushed.raised else 0.75))

    def _raised(self, part: Part) -> Iterator[Trouble]:
        """Worst first."""
        order = [
            (self._frozen, Trouble.FROZEN),
            (self._below[VERY_LIMITED], Trouble.UNREADABLE if part.signs else Trouble.JERKY),
            (self._below[RESTRICTED], Trouble.HARDLY_READABLE if part.signs else None),
            (self._below[GOOD], Trouble.JERKY_SIGNS if part.signs else None),
            (self._gaps, Trouble.GAPS),
            (self._below[_JERKY], None if part.signs else Trouble.JERKY),
            (self._broken, Trouble.JERKY_SIGNS if part.signs else Trouble.JERKY),
            (self._hushed, Trouble.FAINT),
            (self._late, Trouble.LATE),
        ]
        return (trouble for alarm, trouble in order if alarm.raised and trouble is not None)


def _delay(part: Part) -> float:
    """Seconds one way, from her to the one who is farthest away."""
    if part.figures.round_trip is None or part.far is None:
        return 0.0
    return (part.figures.round_trip + part.far) / 2
