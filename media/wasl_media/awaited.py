"""A layer of a picture that is to be received from its next keyframe on, while another goes on."""

from __future__ import annotations

from typing import Protocol

from wasl_media.publication import Publication, Receiver
from wasl_media.reception import SenderClock
from wasl_media.rtp import starts_keyframe


class Follower(Receiver, Protocol):
    """Who waits, and receives another layer until then."""

    def change_to(self, layer: Publication) -> None:
        """The layer's keyframe is here: its packets come from now on."""


class Awaited:
    """Waits in a layer for its keyframe, in place of the one who follows. `now` is seconds on the monotonic clock."""

    def __init__(self, follower: Follower, layer: Publication, now: float) -> None:
        self._follower, self.layer = follower, layer
        layer.add(self, now)

    @property
    def waits_for_keyframe(self) -> bool:
        """Always: it does nothing else."""
        return True

    def forward(self, packet: bytes, index: int, timestamp: int, now: float) -> None:
        """The keyframe is for the one who follows."""
        if starts_keyframe(packet):
            self.layer.replace(self, self._follower)
            self._follower.change_to(self.layer)
            self._follower.forward(packet, index, timestamp, now)

    def forward_clock(self, clock: SenderClock, now: float) -> None:
        """Of no use before the keyframe."""

    def hold(self) -> None:
        """It waits in any case."""

    def leave(self) -> None:
        """Wait no more. Idempotent."""
        self.layer.subscriptions = [receiver for receiver in self.layer.subscriptions if receiver is not self]
