"""The captions of calls: what machines understood of what people said, and what people corrected.

They are in memory alone, for as long as the call: nothing of them is ever on disk but in a recording, which everybody
has consented to. A line is never evidence; its words carry how sure the machine was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from time import time_ns

from wasl_media.events import CaptionsChanged, Said
from wasl_signaling import messages as m
from wasl_signaling.call import Call, Leg
from wasl_signaling.mailbox import Address
from wasl_web.errors import Problem

KEPT_LINES = 200  # of a call: what was said in about a quarter of an hour


@dataclass(frozen=True)
class CaptionLine:
    """What one person said between two pauses. Times are epoch seconds."""

    id: int
    leg: int
    words: tuple[m.CaptionWord, ...]
    final: bool
    source: m.CaptionSource
    missed: bool
    """Nobody listened here; there are no words."""
    began_at: float
    ended_at: float
    told: int
    """The revision of its source; later ones have higher numbers."""
    revision: int = 1
    """Ours, of the wire."""


@dataclass
class _Talk:
    """One call."""

    wanted: set[Address] = field(default_factory=set)
    browsers: set[Address] = field(default_factory=set)
    lines: dict[int, CaptionLine] = field(default_factory=dict)
    ids: dict[tuple[int, m.CaptionSource, int], int] = field(default_factory=dict)
    """Of lines, by leg, source and its number there."""


class Captions:
    """All calls of this process."""

    def __init__(self, languages: Callable[[], Collection[str]] = tuple, *, browsers_allowed: bool = False) -> None:
        """`languages` tells those that an engine listens to now; `browsers_allowed`: agents may let their own browsers
        make captions."""
        self._languages = languages
        self._heard_of: set[str] = set()
        self.browsers_allowed = browsers_allowed
        self.failures: Mapping[str, str] = {}
        """Why engines could not be loaded, by language."""
        self._talks: dict[int, _Talk] = {}
        self._ids = count(time_ns() // 1_000)  # above all that a process before this one gave

    @property
    def languages(self) -> Collection[str]:
        """That an engine listens to now."""
        return self._languages()

    def may_come(self, language: str) -> bool:
        """Whether captions of calls in this language are to be expected at this desk, now or later."""
        return self.browsers_allowed or language in self._heard_of

    def changed(self, event: CaptionsChanged) -> None:
        """The engines of a worker were loaded, or are gone."""
        self._heard_of.update(event.languages)
        if event.failures:
            self.failures = {failure.language: failure.text for failure in event.failures}

    # Who wants what

    def want(self, call: int, who: Address, on: bool) -> None:
        """This person reads captions in this call, or does not."""
        _toggle(self._talk(call).wanted, who, on)

    def wants(self, call: int, who: Address) -> bool:
        """Whether this person reads captions in this call."""
        return who in self._talks.get(call, _NOBODY).wanted

    def make_in_browser(self, call: int, who: Address, on: bool) -> None:
        """This person's own browser makes captions of what she says. Problem (not_now) where that is forbidden."""
        if on and not self.browsers_allowed:
            raise Problem("not_now")
        _toggle(self._talk(call).browsers, who, on)

    def makes_in_browser(self, call: int, who: Address) -> bool:
        """Whether this person's own browser makes captions of what she says."""
        return who in self._talks.get(call, _NOBODY).browsers

    def listeners(self, call: int, people: Iterable[Address], speaker: Address) -> list[Address]:
        """Those of these people who read captions of what the speaker says."""
        wanted = self._talks.get(call, _NOBODY).wanted
        return [who for who in people if who != speaker and who in wanted]

    # Lines

    def lines(self, call: int) -> list[CaptionLine]:
        """Those of this call, in order."""
        return list(self._talks.get(call, _NOBODY).lines.values())

    def heard(self, call: int, leg: int, said: Said) -> CaptionLine | None:
        """An engine understood something; None if that is old news."""
        words = tuple(m.CaptionWord(text=word.text, confidence=word.confidence) for word in said.words)
        line = CaptionLine(
            id=0,
            leg=leg,
            words=words[: m.CAPTION_WORDS],
            final=said.final,
            source=m.CaptionSource.ENGINE,
            missed=said.missed,
            began_at=said.begin,
            ended_at=said.end,
            told=said.revision,
        )
        return self._keep(call, said.utterance, line)

    def made(self, call: Call, leg: Leg, who: Address, made: m.MakeCaption, now: float) -> CaptionLine | None:
        """Her own browser understood something. Problem (not_now) if she has not switched that on, or on hold."""
        if not self.makes_in_browser(call.id, who) or call.state is not m.CallState.LIVE:
            raise Problem("not_now")
        line = CaptionLine(
            id=0,
            leg=leg.id,
            words=_split(made.text, made.confidence),
            final=made.final,
            source=m.CaptionSource.BROWSER,
            missed=False,
            began_at=now,
            ended_at=now,
            told=made.revision,
        )
        return self._keep(call.id, made.utterance, line)

    def correct(self, call: int, leg: int, caption: int, text: str) -> CaptionLine:
        """Who said it says what it was. Problem (unknown_caption) if the line is not hers, or not final yet."""
        talk = self._talks.get(call, _NOBODY)
        line = talk.lines.get(caption)
        if line is None or line.leg != leg or not line.final or line.missed:
            raise Problem("unknown_caption")
        corrected = replace(
            line, words=_split(text, None), source=m.CaptionSource.CORRECTED, revision=line.revision + 1
        )
        talk.lines[caption] = corrected
        return corrected

    def prune(self, calls: Iterable[int]) -> None:
        """Forgets all calls but these."""
        kept = set(calls)
        self._talks = {call: talk for call, talk in self._talks.items() if call in kept}

    def _keep(self, call: int, number: int, line: CaptionLine) -> CaptionLine | None:
        talk = self._talk(call)
        key = (line.leg, line.source, number)
        former = talk.lines.get(talk.ids.get(key, 0))
        if former is None:
            if key in talk.ids:
                return None  # so old that it is not kept any more
            talk.ids[key] = id_ = next(self._ids)
            kept = replace(line, id=id_)
        elif former.source is m.CaptionSource.CORRECTED or former.told >= line.told or former.final:
            return None
        else:
            kept = replace(
                line, id=former.id, began_at=min(former.began_at, line.began_at), revision=former.revision + 1
            )
        talk.lines[kept.id] = kept
        self._forget_old(talk)
        return kept

    def _forget_old(self, talk: _Talk) -> None:
        while len(talk.lines) > KEPT_LINES:
            del talk.lines[next(iter(talk.lines))]
        while len(talk.ids) > 2 * KEPT_LINES:
            del talk.ids[next(iter(talk.ids))]

    def _talk(self, call: int) -> _Talk:
        return self._talks.setdefault(call, _Talk())


_NOBODY = _Talk()


def _toggle(people: set[Address], who: Address, on: bool) -> None:
    (people.add if on else people.discard)(who)


def _split(text: str, confidence: float | None) -> tuple[m.CaptionWord, ...]:
    """Words of a text, as many as a line may have; the browser tells one confidence for all of it."""
    words = text.split()[: m.CAPTION_WORDS]
    return tuple(m.CaptionWord(text=word[:200], confidence=confidence) for word in words)
