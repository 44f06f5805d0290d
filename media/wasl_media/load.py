"""Measures how busy a worker is."""

from __future__ import annotations

import asyncio
import time

from wasl_media.relay import Relay
from wasl_media.stats import Load

BEAT = 0.5
"""Seconds between two beats."""


class LoadMeter:
    """Measures from one `measure` to the next, which waits for a beat to pass."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._at, self._cpu, self._packets = time.monotonic(), time.process_time(), relay.packets

    async def measure(self) -> Load:
        """The load of the next beat."""
        due = time.monotonic() + BEAT
        await asyncio.sleep(BEAT)
        now, cpu, packets = time.monotonic(), time.process_time(), self._relay.packets
        passed = now - self._at
        load = Load(
            peers=self._relay.peers,
            packets=max(0, packets - self._packets) / passed,  # a peer that left took its count along
            lag=max(0.0, now - due),
            cpu=(cpu - self._cpu) / passed,
        )
        self._at, self._cpu, self._packets = now, cpu, packets
        return load
