"""Frames in their time."""

from __future__ import annotations

import asyncio
import time


class Pacer:
    """Counts frames of a fixed length. One that comes late is followed by the next at once, never in a burst
    of more than a few: a machine that was busy skips frames instead."""

    _MAX_BEHIND = 0.2

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began_at: float | None = None
        self._number = -1

    async def wait(self) -> int:
        """The number of the next frame, when its time has come."""
        now = time.monotonic()
        if self._began_at is None:
            self._began_at = now
        self._number += 1
        due = self._began_at + self._number * self._seconds
        if now - due > self._MAX_BEHIND:
            self._number = int((now - self._began_at) / self._seconds)
        elif due > now:
            await asyncio.sleep(due - now)
        return self._number
