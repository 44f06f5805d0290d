"""The packets that are missing from a stream, and when each was asked for."""

from __future__ import annotations

from dataclasses import dataclass

MAX_GAP = 256
"""Packets; a longer hole is not asked for packet by packet."""
RETRY_AFTER = 0.06
"""Seconds until a packet is asked for again."""
MAX_REQUESTS = 8


@dataclass
class _Request:
    asked_at: float
    times: int


class Gaps:
    """Numbers are extended sequence numbers, times are monotonic seconds."""

    def __init__(self) -> None:
        self._missing: dict[int, _Request] = {}

    def __len__(self) -> int:
        return len(self._missing)

    def open(self, first: int, end: int) -> bool:
        """Packets `first` to `end - 1` did not come. False if the hole is too long to be filled."""
        if end - first + len(self._missing) > MAX_GAP:
            self._missing.clear()
            return False
        self._missing.update((index, _Request(float("-inf"), 0)) for index in range(first, end))
        return True

    def close(self, index: int) -> bool:
        """A packet came late or again. True if it was missing."""
        return self._missing.pop(index, None) is not None

    def due(self, now: float) -> list[int]:
        """The numbers to ask for now, in rising order."""
        due = sorted(
            index
            for index, request in self._missing.items()
            if request.times < MAX_REQUESTS and now - request.asked_at > RETRY_AFTER
        )
        for index in due:
            self._missing[index] = _Request(now, self._missing[index].times + 1)
        return due

    def give_up(self, now: float) -> bool:
        """Forget what was asked for often enough. True if there was any."""
        hopeless = [
            index
            for index, request in self._missing.items()
            if request.times >= MAX_REQUESTS and now - request.asked_at > RETRY_AFTER
        ]
        for index in hopeless:
            del self._missing[index]
        return bool(hopeless)
