"""A network of its own for a browser: a namespace of Linux with two cables that the test may spoil."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from types import TracebackType

from chromium import find

POSSIBLE = os.name == "posix" and os.geteuid() == 0 and bool(shutil.which("ip") and shutil.which("tc"))
"""Whether this machine lets us make one: needs root, and `ip` and `tc` of iproute2."""
CABLES = (1, 2)


class Network:
    """The browser in it reaches us at `host`, over its first cable while that lives. To be used with `async with`."""

    host = "10.177.1.1"

    def __init__(self) -> None:
        self._name = f"wasl-{os.getpid()}"

    async def __aenter__(self) -> Network:
        await run(f"ip netns add {self._name}")
        await self._inside("ip link set lo up")
        for number in CABLES:
            ours, theirs = self._ends(number)
            await run(f"ip link add {ours} type veth peer name {theirs} netns {self._name}")
            await run(f"ip addr add 10.177.{number}.1/24 dev {ours}")
            await run(f"ip link set {ours} up")
            await self._inside(f"ip addr add 10.177.{number}.2/24 dev {theirs}")
            await self._inside(f"ip link set {theirs} up")
            await self._inside(f"ip route add default via 10.177.{number}.1 metric {number}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in CABLES:
            await run(f"ip link delete {self._ends(number)[0]}")
        await run(f"ip netns delete {self._name}")

    def _ends(self, number: int) -> tuple[str, str]:
        return f"wo{os.getpid()}-{number}", f"wt{os.getpid()}-{number}"

    async def _inside(self, command: str) -> None:
        await run(f"ip netns exec {self._name} {command}")

    async def cut_first(self) -> None:
        """As when a phone leaves the Wi-Fi: its address there is gone, mobile data remain."""
        await self._inside(f"ip link set {self._ends(1)[1]} down")

    async def throttle(self, kilobits: int) -> None:
        """From now on no more than this many kbit/s towards the browser, with a queue of 300 ms."""
        await run(f"tc qdisc add dev {self._ends(1)[0]} root tbf rate {kilobits}kbit burst 4kb latency 300ms")

    async def widen(self) -> None:
        """The line is good again."""
        await run(f"tc qdisc del dev {self._ends(1)[0]} root")

    def browser(self, folder: Path) -> Path:
        """The command of a Chromium that knows no other network."""
        script = folder / "chromium"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self._name} {find()} "$@"\n')
        script.chmod(0o755)
        return script


async def run(command: str) -> None:
    """Runs a command; raises RuntimeError with what it said."""
    made = await asyncio.create_subprocess_exec(*command.split(), stderr=asyncio.subprocess.PIPE)
    _, said = await made.communicate()
    if made.returncode:
        raise RuntimeError(f"{command}: {said.decode()}")
