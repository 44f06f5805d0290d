"""What one peer's line takes of the pictures for it. Sound always goes: it is small, and not counted here.

The receiver's browser says what its line can take of pictures (REMB), at most half as much again as it gets. So
whoever gets little is tried with padding before it gets more: known packets once more, a little faster each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wasl_media.simulcast import Simulcast
from wasl_media.view import Level, View

LEAST = 50_000
"""Bits per second that a picture of one layer shrinks to, before it rests."""
PATIENCE = 2.0
"""Seconds that a line must be too narrow before a picture is taken away."""
FIRST_TRY = 4.0
LAST_TRY = 60.0
"""Seconds until a line that was too narrow is tried again: twice as long after each try that failed."""
STEP = 0.6
"""Seconds of a step of trying."""
GROWTH = 1.3
"""How much faster each step is."""
_DECIDE_EVERY = 0.25
_MEASURE_EVERY = 0.5
_KEEPS, _GAINS = 0.9, 1.15
"""What one has is kept in a little less room than it needs, and got only in a little more: no to and fro."""
_CLINGS = 0.7
"""A small picture stays in still less: better that it stutters than that it rests."""
_FALLEN = 0.95
_LOSSY = 26
"""Of 256 packets."""
_UNKNOWN_FULL = 400_000
"""Bits per second, taken for the full picture while it does not come."""
_SOON = 10.0
"""Seconds; a line that is too narrow again so soon after it was tried was no success."""
_BORNE_OUT_AFTER, _BORNE_OUT = 6.0, 1.1
"""Seconds in which the estimate must grow so much after a try that went well; else it said nothing of the line."""
_QUEUED = 0.3
"""Seconds of round trip more than at the beginning of a try: the line only seems to take it."""
_UNLOADED = 1.4
"""An estimate so much above what was sent says nothing of the line: it cannot be much higher."""
_HOPED = 1_000_000
"""Bits per second that such a line is taken for when a new picture begins."""
_ARRIVES = 2.0
"""Seconds after that in which an estimate may still fall because of the silence before it."""
_SURELY = 0.75
"""Seconds: more than one measurement, in which a keyframe may have been."""


@dataclass(frozen=True)
class Demand:
    """What a picture needs, in bits per second, and how much of it is sent now."""

    full: int
    low: int | None
    """None: there is no small one, and the full one shrinks."""
    level: Level

    @property
    def least(self) -> Level:
        """The least of it that is a picture, or what is sent now if that is less."""
        return min(self.level, Level.FULL if self.low is None else Level.LOW)


def allot(room: int, demands: Sequence[Demand]) -> list[Level]:
    """The levels that fit, in order of the slots: first everybody small, then full from what is left."""
    levels = []
    for demand in demands:
        least = min(demand.full, LEAST) if demand.low is None else demand.low
        smallest = Level.FULL if demand.low is None else Level.LOW
        fits = least * (_CLINGS if demand.level is not Level.PAUSED else _GAINS) <= room
        levels.append(smallest if fits else Level.PAUSED)
        room -= least if fits else 0
    for number, demand in enumerate(demands):
        more = demand.full - (demand.low or 0)
        if levels[number] is Level.LOW and more * (_KEEPS if demand.level is Level.FULL else _GAINS) <= room:
            levels[number] = Level.FULL
            room -= more
    return levels


@dataclass
class _Try:
    """A try under way; rates in bits per second."""

    goal: int
    rate: float
    step_ends_at: float
    began_at: float
    round_trip: float
    """Seconds, when it began."""


@dataclass
class _Proof:
    """What the line is taken for, whatever its estimate, until it is seen not to take it."""

    rate: int
    """Bits per second."""
    at: float
    estimate: int
    """That must grow from now on."""
    round_trip: float
    """Seconds, at that time."""
    quiet_until: float
    """Until then the estimate may fall because of the silence before: that is no sign."""


class Downlink:
    """Times are seconds on the monotonic clock, rates are bits per second."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = views
        self._estimate: int | None = None
        self._proof: _Proof | None = None
        self._narrow_since: float | None = None
        self._try: _Try | None = None
        self._try_at = 0.0
        self._patience = FIRST_TRY
        self._raised_at = float("-inf")
        self._decide_at = self._measure_at = 0.0
        self._octets = [0] * len(views)
        self._watched: list[Simulcast | None] = [None] * len(views)

    @property
    def paused(self) -> list[int]:
        """The slots whose picture rests because the line cannot take it."""
        return [view.stream.slot for view in self._views if view.level is Level.PAUSED]

    def learn(self, estimate: int, now: float) -> None:
        """The receiver's browser says what its line can take of pictures."""
        self._notice(now)
        fallen = self._estimate is not None and estimate < _FALLEN * self._estimate
        self._estimate = estimate
        if fallen and self._proof is not None and now < self._proof.quiet_until:
            self._proof.estimate = min(estimate, self._proof.estimate)
        elif fallen:
            self._proof = None
            self._fail(now)
        self._decide(now)

    def tick(self, now: float) -> None:
        """To be called about every 50 ms."""
        self._notice(now)
        if now >= self._measure_at:
            self._measure(now)
        if self._try is not None:
            self._go_on_trying(self._try, now)
        elif now >= self._decide_at:
            self._decide(now)

    def _notice(self, now: float) -> None:
        """A picture that begins is not held to the estimate of a film, or of a dark slot, that took hardly anything."""
        before, self._watched = self._watched, [view.layers for view in self._views]
        if self._estimate is None:
            for layers in self._watched:
                if layers is not None:
                    layers.forget_limit(now)
            return
        if self._watched == before:
            return
        begins = any(
            layers is not None and layers is not was for layers, was in zip(self._watched, before, strict=True)
        )
        sent = sum(view.bitrate for view in self._views)
        if begins and self._estimate >= _UNLOADED * sent:
            self._prove(max(self._proven, _HOPED), now, quiet=_ARRIVES)

    def _measure(self, now: float) -> None:
        seconds = now - self._measure_at + _MEASURE_EVERY
        for number, view in enumerate(self._views):
            came, self._octets[number] = view.octets - self._octets[number], view.octets
            view.bitrate = int(8 * came / seconds)
            view.settle(now)
        self._measure_at = now + _MEASURE_EVERY

    # Who gets what

    def _decide(self, now: float) -> None:
        self._decide_at = now + _DECIDE_EVERY
        if self._estimate is None:
            return
        watched = [view for view in self._views if view.layers is not None]
        for view in watched:
            if view.level is Level.LOW and view.layers is not None and not view.layers.layered:
                view.choose(Level.FULL, now)  # there is no small one any more: the full one shrinks
        if self._proof is not None and self._refuted(self._proof, now):
            self._proof = None
        room = max(self._estimate, self._proven)
        demands = [_demand(view) for view in watched]
        levels = allot(room, demands)
        if any(level < view.level for view, level in zip(watched, levels, strict=True)):
            self._lower(watched, levels, room, now)
        else:
            self._narrow_since = None
            if now >= self._try_at:
                self._raise(watched, levels, now)
        self._share(watched, demands, room, now)

    @property
    def _proven(self) -> int:
        return self._proof.rate if self._proof is not None else 0

    def _refuted(self, proof: _Proof, now: float) -> bool:
        grew = self._estimate is not None and self._estimate >= _BORNE_OUT * proof.estimate
        late = now - proof.at > _BORNE_OUT_AFTER
        return (late and not grew) or self._suffers(proof.at, proof.round_trip)

    def _suffers(self, since: float, round_trip: float) -> bool:
        """Whether packets are lost since then, or wait somewhere: the round trip was so long (seconds) before."""
        return self._loses(since) or self._round_trip > round_trip + _QUEUED

    def _loses(self, since: float) -> bool:
        return any(view.reported_loss(since) > _LOSSY for view in self._views)

    def _lower(self, watched: Sequence[View], levels: Sequence[Level], room: int, now: float) -> None:
        self._narrow_since = self._narrow_since or now
        if now - self._narrow_since < PATIENCE:
            surely = now - self._narrow_since >= _SURELY
            if not surely or 2 * room > sum(view.bitrate for view in watched):
                return
            # Far too much: small at once. Only time tells whether nothing at all is called for.
            levels = [max(level, demand.least) for level, demand in zip(levels, map(_demand, watched), strict=True)]
        else:
            self._narrow_since = None
        if now - self._raised_at < _SOON:
            self._patience = min(LAST_TRY, 2 * self._patience)
        self._try_at = now + self._patience
        for view, level in zip(watched, levels, strict=True):
            view.choose(min(level, view.level), now)

    def _raise(self, watched: Sequence[View], levels: Sequence[Level], now: float) -> None:
        for view, level in zip(watched, levels, strict=True):
            if level > view.level:
                self._raised_at = now
                view.choose(level, now)
        poorest = next((view for view in watched if view.level is not Level.FULL), None)
        if poorest is None:
            if now - self._raised_at > _SOON:
                self._patience = FIRST_TRY
        elif self._try is None:
            self._begin_trying(watched, poorest, now)

    def _share(self, watched: Sequence[View], demands: Sequence[Demand], room: int, now: float) -> None:
        full = [view for view in watched if view.takes_full]
        small = sum(d.low or 0 for view, d in zip(watched, demands, strict=True) if view.level is Level.LOW)
        for view in watched:
            view.bitrate_limit = max(LEAST, room - small) // max(1, len(full))
            assert view.layers is not None
            view.layers.limit_bitrate(now)

    # Trying for more

    def _begin_trying(self, watched: Sequence[View], view: View, now: float) -> None:
        demand = _demand(view)
        sent = sum(other.bitrate for other in watched)
        more = (demand.low or LEAST) if view.level is Level.PAUSED else demand.full - (demand.low or 0)
        goal = int(_GAINS * _GAINS * (sent + more))
        if sent == 0:
            self._try_at = now + FIRST_TRY
            if view.level is not Level.PAUSED:  # it waits for its keyframe
                return
            # Nothing to pad with: what is least is tried in earnest.
            self._raised_at = now
            self._prove(goal, now)
            view.choose(Level.FULL if demand.low is None else Level.LOW, now)
            return
        self._try = _Try(goal, min(goal, GROWTH * sent), now + STEP, now, self._round_trip)

    def _go_on_trying(self, trying: _Try, now: float) -> None:
        if self._suffers(trying.began_at, trying.round_trip):
            self._fail(now)
            return
        if now >= trying.step_ends_at:
            if trying.rate >= trying.goal:
                self._try = None
                self._prove(trying.goal, now)
                self._decide(now)
                return
            trying.rate = min(trying.goal, GROWTH * trying.rate)
            trying.step_ends_at = now + STEP
        self._pad(trying, now)

    def _prove(self, rate: int, now: float, quiet: float = 0.0) -> None:
        self._proof = _Proof(rate, now, self._estimate or 0, self._round_trip, now + quiet)

    @property
    def _round_trip(self) -> float:
        return max((view.round_trip or 0.0 for view in self._views), default=0.0)

    def _pad(self, trying: _Try, now: float) -> None:
        sent = sum(view.bitrate for view in self._views)
        missing = wanted = int((trying.rate - sent) * 0.05 / 8)
        for view in self._views:
            if missing > 0:
                missing -= view.pad(missing, now)
        if missing == wanted > 0:  # nothing is there to pad with: that proves nothing
            self._try, self._try_at = None, now + FIRST_TRY

    def _fail(self, now: float) -> None:
        if self._try is not None:
            self._try = None
            self._try_at = now + self._patience
            self._patience = min(LAST_TRY, 2 * self._patience)


def _demand(view: View) -> Demand:
    assert view.layers is not None
    full, low = view.layers.full.bitrate, view.layers.low.bitrate
    return Demand(full or (low and _UNKNOWN_FULL), low or None, view.level)
