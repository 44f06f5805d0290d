"""What a peer's camera sends: the full picture, and a small one for those whose line cannot take it."""

from __future__ import annotations

from typing import Protocol

from wasl_media.publication import Publication

SMALLEST = 150_000
"""Bits per second: a picture of one layer is not made worse than this for somebody whose line is worse."""
UNLIMITED = 5_000_000
"""Bits per second, told when nothing is known against it."""
_UNWATCHED = 2.0
"""Seconds after which a camera that nobody looks at may stop."""


class Viewer(Protocol):
    """Somebody who looks."""

    bitrate_limit: int | None
    """Bits per second that it can take of this picture; none: not known."""

    @property
    def takes_full(self) -> bool:
        """Whether it is to have the full picture."""

    def leave(self) -> None:
        """The picture ends. Must take itself off `viewers`."""


class Simulcast:
    """Times are seconds on the monotonic clock."""

    def __init__(self, full: Publication, low: Publication) -> None:
        self.full, self.low = full, low
        self.viewers: list[Viewer] = []
        self._watched_at = float("-inf")

    @property
    def layered(self) -> bool:
        """Whether the small picture comes."""
        return self.low.bitrate > 0

    @property
    def best(self) -> Publication:
        """The full picture, or the small one while the sender's line takes no more."""
        return self.full if self.full.bitrate or not self.low.bitrate else self.low

    def limit_bitrate(self, now: float) -> None:
        """Tell the sender the most that anyone who gets the full picture can take.

        Without a small picture the weakest decides, down to a picture that is still good for something.
        """
        limits = [viewer.bitrate_limit or UNLIMITED for viewer in self.viewers if viewer.takes_full]
        if not limits or (len(self.viewers) == 1 and self.viewers[0].bitrate_limit is None):
            return
        if self.layered:
            self.full.limit_bitrate(max(limits) + self.low.bitrate, now)
        elif len(limits) == 1:
            self.full.limit_bitrate(limits[0], now)
        else:
            self.full.limit_bitrate(max(SMALLEST, min(limits)), now)

    def forget_limit(self, now: float) -> None:
        """The only one who looks is one of whose line nothing is known: what somebody before her could take is over."""
        if len(self.viewers) == 1 and self.full.limit not in (0, UNLIMITED):
            self.full.limit_bitrate(UNLIMITED, now, at_once=True)

    def begin_figures(self) -> None:
        """Nothing that was before counts: nobody looked, and nothing was sent."""
        for publication in (self.full, self.low):
            publication.begin_figures()

    def close(self) -> None:
        """The peer is gone: nobody looks any more. Idempotent."""
        for viewer in list(self.viewers):
            viewer.leave()
        for publication in (self.full, self.low):
            publication.close()

    def wanted(self, now: float) -> tuple[bool, bool]:
        """Whether the picture is of use to anybody, and whether the small one is: to two who look at one person."""
        if self.viewers or self.full.subscriptions or self.low.subscriptions:
            self._watched_at = now
        return now - self._watched_at < _UNWATCHED, len(self.viewers) > 1
