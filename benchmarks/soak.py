"""The relay for a long time: does its memory stay where it is, and does everything arrive?

    python -P benchmarks/soak.py [--minutes 60] [--calls 20]

Prints a line each minute and a verdict; the exit status is 0 if it is good.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

import psutil
import uvloop

sys.path.insert(0, str(Path(__file__).parent))
from media_load import Caller, Load
from media_recording import Recorded, recording
from media_servers import on_core, ours

from media import INSIDE, OUT, own_address, own_network, percentile

MINUTE = 60.0
"""Seconds."""
WARM_UP = 5
"""Minutes that say nothing about memory: histories fill."""
DELIVERED = 0.999
GROWTH = 5.0
"""Megabytes an hour that are still called flat."""


class Minute(NamedTuple):
    """What one minute showed."""

    memory: float
    """Megabytes (RSS) of the worker at its end."""
    sent: int
    arrived: int
    delay: float
    """99th percentile, in milliseconds."""
    cpu: float
    """Share of a core."""


async def soak(calls: int, minutes: int, packets: list[Recorded], address: str) -> list[Minute]:
    """A worker with so many calls for so many minutes."""
    async with ours(address) as server:
        callers: list[Caller] = []
        for _ in range(calls):
            pair = Caller(address, packets, stamped=True), Caller(address, packets, stamped=True)
            pair[0].partner, pair[1].partner = pair[1], pair[0]
            callers += pair
            await server.connect(pair)
        process = psutil.Process(server.pid)
        seen: list[Minute] = []
        with on_core(-1):
            windows = Load(callers).windows(MINUTE, minutes, lambda: sum(process.cpu_times()[:2]))
            async for window in windows:
                memory = process.memory_info().rss / 1e6
                delay = percentile(window.delays, 0.99)
                seen.append(Minute(memory, window.sent, len(window.delays), delay, window.server / MINUTE))
                show(len(seen), seen[-1])
        await asyncio.gather(*(caller.close() for caller in callers))
    return seen


def show(number: int, minute: Minute) -> None:
    """A line of the table."""
    share = minute.arrived / minute.sent
    cells = f"{minute.memory:>11.1f}{share:>12.4%}{minute.delay:>14.2f}{minute.cpu:>8.1%}"
    print(f"{number:>7}{cells}", flush=True)


def judge(seen: list[Minute]) -> bool:
    """Says whether it was good, and why."""
    delivered = sum(minute.arrived for minute in seen) / sum(minute.sent for minute in seen)
    print(f"delivered overall: {delivered:.4%} (wanted: {DELIVERED:.1%})")
    counted = [minute.memory for minute in seen[WARM_UP:]]
    if len(counted) < WARM_UP:
        print(f"memory: too short to tell; it takes {2 * WARM_UP} minutes")
        return delivered >= DELIVERED
    slope = 60 * statistics.linear_regression(range(len(counted)), counted).slope
    print(f"memory: {slope:+.1f} MB an hour after {WARM_UP} minutes (flat: up to {GROWTH})")
    return delivered >= DELIVERED and slope <= GROWTH


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description="The relay for a long time.")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--calls", type=int, default=20)
    given = parser.parse_args()
    if INSIDE not in os.environ:
        own_network()
    OUT.mkdir(exist_ok=True)
    packets = recording(OUT / "media.rtp.json")
    print(f"{'minute':>7}{'memory MB':>11}{'delivered':>12}{'delay p99 ms':>14}{'CPU':>8}", flush=True)
    good = judge(uvloop.run(soak(given.calls, given.minutes, packets, own_address())))
    print("good" if good else "NOT good")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
