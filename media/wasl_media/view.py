"""How one peer sees another: a picture that becomes small, or rests, when the line cannot take it."""

from __future__ import annotations

from enum import IntEnum

from wasl_media.awaited import Awaited
from wasl_media.history import HISTORY_SIZE
from wasl_media.publication import Publication
from wasl_media.reception import SenderClock
from wasl_media.rtp import UINT32
from wasl_media.simulcast import Simulcast
from wasl_media.subscription import Subscription

_MOST_AHEAD = 2 * 90_000
"""Timestamp units that a layer may be ahead of the one before it; more is another clock."""


class Level(IntEnum):
    """What is sent of a picture."""

    PAUSED = 0
    LOW = 1
    FULL = 2


class View(Subscription):
    """The layer changes with a keyframe of the new one; until it comes, the old one goes on."""

    layers: Simulcast | None = None
    level = Level.FULL
    bitrate = 0
    """Bits per second that were sent of late."""
    _awaited: Awaited | None = None
    _clock_before: SenderClock | None = None

    @property
    def takes_full(self) -> bool:
        """Whether it is to have the full picture."""
        return self.level is Level.FULL

    def watch(self, layers: Simulcast | None, now: float) -> None:
        """Look at this person from now on, or at nobody."""
        if layers is self.layers:
            return
        self.leave()
        self.layers = layers
        if layers is not None:
            layers.viewers.append(self)
            self.settle(now)

    def leave(self) -> None:
        """Receive nothing. Idempotent."""
        self._give_up_waiting()
        self._detach()
        if self.layers is not None:
            self.layers.viewers.remove(self)
        self.layers, self.level = None, Level.FULL

    def choose(self, level: Level, now: float) -> None:
        """Send this much of the picture from now on."""
        if self.layers is None or level is self.level:
            return
        self.level = level
        if level is Level.PAUSED:
            self._give_up_waiting()
            self._detach()
        else:
            self.settle(now)

    def settle(self, now: float) -> None:
        """Get the layer that is to be sent, or the small one while the sender cannot send the full one."""
        if self.layers is None or self.level is Level.PAUSED:
            return
        layer = self.layers.best if self.takes_full else self.layers.low
        at_once = self.source is None or (self._held and layer is not self.source)
        if self._awaited is not None and (at_once or self._awaited.layer is not layer):
            self._give_up_waiting()
        if at_once:
            self.show(layer, now)
        elif layer is not self.source and self._awaited is None:
            self._awaited = Awaited(self, layer, now)

    def _give_up_waiting(self) -> None:
        if self._awaited is not None:
            self._awaited.leave()
            self._awaited = None

    def change_to(self, layer: Publication) -> None:
        """The layer's keyframe is here: its packets come from now on."""
        before, self._awaited = self.source, None
        if before is not None:
            before.subscriptions = [receiver for receiver in before.subscriptions if receiver is not self]
            self._clock_before = before.clock
        self.source = layer
        self.hold()

    def _shift_of(self, timestamp: int, now: float) -> int:
        """Both layers are of one camera: their clocks say which timestamps are of one moment."""
        before, self._clock_before = self._clock_before, None
        clock = self.source.clock if self.source is not None else None
        if before is not None and clock is not None:
            passed = (clock.ntp - before.ntp) * 90_000 >> 32
            shift = self._timestamp_shift + before.timestamp + passed - clock.timestamp
            if 0 < (timestamp + shift - self._last_timestamp) & UINT32 < _MOST_AHEAD:
                return shift & UINT32
        return super()._shift_of(timestamp, now)

    def reported_loss(self, since: float) -> int:
        """Of 256 packets, as the receiver reported since then."""
        report = self._last_report
        return report.fraction_lost if report is not None and self._reported_at > since else 0

    def pad(self, size: int, now: float) -> int:
        """Send about so many bytes again that the receiver has: they only fill the line. Returns how many went."""
        if self.source is None or self._held:
            return 0
        sent = 0
        for index in range(self._last_index - self._shift, self._first, -1):
            kept = self.source.history.get(index)
            if sent >= size or index <= self._last_index - self._shift - HISTORY_SIZE:
                break
            if kept is not None:
                self._send_again(kept, (index + self._shift) & 0xFFFF, now)
                self.retransmitted -= 1
                sent += len(kept)
        return sent
