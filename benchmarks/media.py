"""What the relay costs and how long it holds packets, beside Janus and aiortc's MediaRelay.

    python -P benchmarks/media.py [--seconds 8] [--sizes 2 10 20 30] [--answers 20]

Prints a table and writes benchmarks/out/media.json. README.md in this folder says how, and what the columns mean.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import ifaddr
import psutil
import uvloop

sys.path.insert(0, str(Path(__file__).parent))
from media_first_frame import first_frames
from media_load import Caller, Load, Seen
from media_recording import Recorded, recording
from media_servers import JANUS_INSTALL, Server, janus, janus_is_there, media_relay, on_core, ours, recorded

OUT = Path(__file__).parent / "out"
ADDRESS = "10.99.0.1"
"""Inside the namespace; Janus does not speak over 127.0.0.1."""
NAMESPACE = f"""
ip link set lo up
ip link add bench0 type veth peer name bench1
ip addr add {ADDRESS}/24 dev bench0
ip link set bench0 up
ip link set bench1 up
exec "$@"
"""
INSIDE = "WASL_BENCH_INSIDE"
"""The environment variable that tells a run that it has a namespace."""
ENOUGH = 0.9
"""Share of the packets that must arrive; below it larger sizes say nothing."""
COLUMNS = {
    "us_per_packet": "CPU µs/packet",
    "calls_per_core": "calls/core",
    "delay_ms_p50": "delay p50 ms",
    "delay_ms_p99": "delay p99 ms",
    "delivered": "delivered",
    "memory_mb": "memory MB",
    "generator_busy": "generator",
}

Figures = dict[str, float]
Start = Callable[[str], AbstractAsyncContextManager[Server]]
SERVERS: dict[str, tuple[Start, bool]] = {
    "ours": (ours, True),
    "recorded": (recorded, True),
    "janus": (janus, True),
    "media_relay": (media_relay, False),
}
"""By name: how it is started, and whether it forwards payloads as they are."""


def own_network() -> None:
    """Begin again inside a network namespace, where nothing else is on the wire and nobody gets in."""
    if os.geteuid() != 0 or not (shutil.which("unshare") and shutil.which("ip")):
        print("over the machine's own network: a network namespace takes root, unshare and ip", flush=True)
        return
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-n", "sh", "-ec", NAMESPACE, "sh", sys.executable, "-P", *sys.argv])


def own_address() -> str:
    """An address of this machine that is not loopback, if it has one."""
    if INSIDE in os.environ:
        return ADDRESS
    addresses = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)]
    return next((address for address in addresses if not address.startswith("127.")), "127.0.0.1")


def percentile(values: list[float], share: float) -> float:
    """In milliseconds; 0 if nothing came."""
    ordered = sorted(values) or [0.0]
    return round(1_000 * ordered[math.ceil(share * len(ordered)) - 1], 3)


async def measure(name: str, calls: int, seconds: float, packets: list[Recorded], address: str) -> Figures:
    """A fresh server with so many calls."""
    start, stamped = SERVERS[name]
    async with start(address) as server:
        callers: list[Caller] = []
        for _ in range(calls):
            one, other = (Caller(address, packets, stamped=stamped) for _ in range(2))
            one.partner, other.partner = other, one
            callers += [one, other]
            await server.connect((one, other))
        process = psutil.Process(server.pid)
        with on_core(-1):
            seen = await Load(callers).run(seconds, lambda: sum(process.cpu_times()[:2]))
        figures = _figures(seen, calls, seconds, process.memory_info().rss)
        for caller in callers:
            await caller.close()
    return figures


def _figures(seen: Seen, calls: int, seconds: float, memory: int) -> Figures:
    return {
        "us_per_packet": round(1e6 * seen.server / max(1, len(seen.delays)), 1),
        "calls_per_core": round(calls * seconds / seen.server, 1),
        "delay_ms_p50": percentile(seen.delays, 0.5),
        "delay_ms_p99": percentile(seen.delays, 0.99),
        "delivered": round(len(seen.delays) / seen.sent, 4),
        "memory_mb": round(memory / 1e6, 1),
        "generator_busy": round(seen.generator / seconds, 2),
    }


def show(calls: int, name: str, figures: Figures) -> None:
    """A line of the table."""
    print(f"{calls:>5} {name:12}" + "".join(f"{figures[column]:>15,.2f}" for column in COLUMNS), flush=True)


async def compare(sizes: Sequence[int], seconds: float, packets: list[Recorded]) -> dict[str, Any]:
    """All servers at all sizes."""
    address = own_address()
    left_out = set() if janus_is_there() else {"janus"}
    if left_out:
        print(f"without Janus, which is not installed; this installs it: {JANUS_INSTALL}", flush=True)
    print(f"{'calls':>5} {'server':12}" + "".join(f"{title:>15}" for title in COLUMNS.values()), flush=True)
    results: dict[str, Any] = {}
    for calls in sizes:
        row: dict[str, Figures | None] = dict.fromkeys(SERVERS)
        for name in [name for name in SERVERS if name not in left_out]:
            figures = row[name] = await measure(name, calls, seconds, packets, address)
            show(calls, name, figures)
            if figures["delivered"] < ENOUGH:
                left_out.add(name)
        results[str(calls)] = row
    first, last = (results[str(calls)]["ours"]["us_per_packet"] for calls in (sizes[0], sizes[-1]))
    results["growth"] = round(last / first, 3)
    return results


def answered(took: list[float]) -> Figures:
    """The wait for the first picture, in milliseconds; it is printed too."""
    figures = {"p50": percentile(took, 0.5), "p95": percentile(took, 0.95), "n": len(took)}
    print(f"answer → first picture on both sides: p50 {figures['p50']:.0f} ms, p95 {figures['p95']:.0f} ms", flush=True)
    return figures


def recording_share(row: dict[str, Figures]) -> float:
    """What recording adds for each call, as a share of a core."""
    return 1 / row["recorded"]["calls_per_core"] - 1 / row["ours"]["calls_per_core"]


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description="What the relay costs, beside others.")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[2, 10, 20, 30], help="two-party calls; none: leave out"
    )
    parser.add_argument("--answers", type=int, default=20, help="calls that real browsers answer; 0: leave out")
    given = parser.parse_args()
    if INSIDE not in os.environ:
        own_network()
    OUT.mkdir(exist_ok=True)
    packets = recording(OUT / "media.rtp.json")
    results = uvloop.run(compare(sorted(given.sizes), given.seconds, packets)) if given.sizes else {}
    if given.answers:
        results["first_frame_ms"] = answered(asyncio.run(first_frames(given.answers)))
    file = OUT / "media.json"
    file.write_text(json.dumps(results, indent=2) + "\n")
    if given.sizes:
        print(f"growth of ours, CPU per packet, {min(given.sizes)} → {max(given.sizes)} calls: × {results['growth']}")
        print(f"recording, of a core for each call: {recording_share(results[str(max(given.sizes))]):.2%}")
    print(f"written to {file}")


if __name__ == "__main__":
    main()
