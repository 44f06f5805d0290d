"""A real desk in a process of its own, and pages at it without a browser."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
import socketio

PASSWORD = "a password for tests"
PATIENCE = float(os.environ.get("WASL_TEST_PATIENCE", "3"))
"""How many times longer than on a quiet machine tests wait for what must come; costs nothing where it comes."""


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 10.0) -> Any:
    """Waits for a state: asks again and again until the answer is true, and returns it.

    `seconds` is what a quiet machine may take at the most.
    """
    async with asyncio.timeout(seconds * PATIENCE):
        while True:
            if answer := await condition():
                return answer
            await asyncio.sleep(0.05)


@dataclass
class DeskProcess:
    """A desk as an operator runs it, with demo data in a folder of its own."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    url: str = ""
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    async def start(self) -> DeskProcess:
        """Starts it and waits until it says where it is; on the port it had before, if it was started before."""
        await asyncio.to_thread(self.start_now)
        return self

    def start_now(self) -> None:
        """The same for callers without an event loop."""
        port = re.search(r":(\d+)$", self.url)
        environment = os.environ | {
            "WASL_DEMO_PASSWORD": PASSWORD,
            "WASL_DATA": str(self.data),
            "WASL_PORT": port[1] if port else "0",
            "WASL_LOG_LEVEL": "warning",
            "WASL_DRAIN_SECONDS": "0",
            **self.settings,
        }
        command = [sys.executable, "-m", "wasl_signaling", "run", "--demo"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if found := re.search(r"supervisors\s+(http\S+)/supervise", line):
                self.url = found[1]
                return
        raise AssertionError(f"the desk did not start: {self.output}")

    async def kill(self) -> None:
        """Ends it as a power cut would."""
        await asyncio.to_thread(self.end, signal.SIGKILL)

    async def stop(self) -> int:
        """Ends it as an operator would. Returns the exit status."""
        return await asyncio.to_thread(self.end, signal.SIGTERM)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal and waits for the end. Returns the exit status; one that has ended stays ended."""
        assert self.process is not None
        assert self.process.stdout is not None
        if self.process.stdout.closed:
            return self.process.returncode
        # A desk that hangs fails its own test, and is not left to disturb those after it.
        with self.process, self.process.stdout:
            self.process.send_signal(how)
            try:
                return self.process.wait(timeout=30 * PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise


def media_workers(pid: int) -> list[int]:
    """The process ids of the media workers that this desk started, the first one first."""
    children = psutil.Process(pid).children()
    alive = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return sorted(child.pid for child in alive if "wasl_media" in child.cmdline())


class Page:
    """A page without a browser: one Socket.IO connection that keeps the last state."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.socket = socketio.AsyncClient(reconnection=False)
        self.states: list[dict[str, Any]] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.socket.on("state", self._state, namespace=namespace)
        for event in ("media_offer", "text", "insight", "caption", "replaced"):
            self.socket.on(event, self._event(event), namespace=namespace)

    @property
    def state(self) -> dict[str, Any]:
        """The last state; empty before the first."""
        return self.states[-1] if self.states else {}

    async def open(self, url: str, auth: dict[str, Any], cookie: str = "") -> Page:
        """Connects."""
        headers = {"Cookie": cookie} if cookie else {}
        await self.socket.connect(
            url,
            headers=headers,
            auth=auth,
            namespaces=[self.namespace],
            transports=["websocket"],
            wait_timeout=5 * PATIENCE,
        )
        return self

    async def ask(self, request: str, **body: Any) -> dict[str, Any]:
        """Sends a request and returns its acknowledgement."""
        reply: dict[str, Any] = await self.socket.call(request, body, namespace=self.namespace, timeout=10 * PATIENCE)
        return reply

    async def until(self, condition: Callable[[dict[str, Any]], Any], seconds: float = 10) -> dict[str, Any]:
        """Waits until the last state fulfils the condition, and returns that state.

        A request may be answered before the state that shows its effect has come: a condition that reads within a part
        which is still None ("not in a line"), or the first of a list that is still empty, is not fulfilled yet.
        """

        async def fulfilled() -> dict[str, Any] | None:
            try:
                return self.state if self.state and condition(self.state) else None
            except (TypeError, IndexError):
                return None

        found: dict[str, Any] = await until(fulfilled, seconds)
        return found

    async def until_event(
        self, name: str, condition: Callable[[dict[str, Any]], bool], seconds: float = 10
    ) -> dict[str, Any]:
        """Waits until such an event has come, and returns its body."""

        async def come() -> list[dict[str, Any]]:
            return [body for event, body in self.events if event == name and condition(body)]

        return dict((await until(come, seconds))[0])

    async def close(self) -> None:
        """Disconnects."""
        await self.socket.disconnect()

    async def _state(self, state: dict[str, Any]) -> None:
        self.states.append(state)

    def _event(self, name: str) -> Callable[[dict[str, Any]], Awaitable[None]]:
        async def keep(body: dict[str, Any]) -> None:
            self.events.append((name, body))

        return keep


class Pages:
    """Opens pages at a desk and closes them after the test."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def open(self, desk: DeskProcess, namespace: str, cookie: str = "", **auth: Any) -> Page:
        """A connected page; `auth` says what it sends when it connects, beside the language."""
        page = Page(namespace)
        self._stack.push_async_callback(page.close)
        return await page.open(desk.url, {"language": "en", **auth}, cookie)

    async def citizen(self, desk: DeskProcess, **auth: Any) -> Page:
        """A citizen's page."""
        return await self.open(desk, "/citizen", **auth)

    async def agent(self, desk: DeskProcess, username: str = "agent1") -> Page:
        """An agent's page, signed in."""
        return await self.open(desk, "/desk", await sign_in(desk, username))

    async def refused(self, desk: DeskProcess, namespace: str, **auth: Any) -> dict[str, Any]:
        """What the desk says when it refuses a connection."""
        page = Page(namespace)
        refusals: list[dict[str, Any]] = []
        page.socket.on("connect_error", lambda data: refusals.append(data["data"]), namespace=namespace)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await page.open(desk.url, {"language": "en", **auth})
        await page.close()
        return refusals[0]

    async def wall(self, desk: DeskProcess) -> Page:
        """A supervisor's page, signed in."""
        return await self.open(desk, "/supervise", await sign_in(desk, "supervisor1"))


async def sign_in(desk: DeskProcess, username: str) -> str:
    """Signs in over HTTP and returns the cookie header."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{desk.url}/api/v1/session", json={"username": username, "password": PASSWORD}) as reply,
    ):
        assert reply.status == 200, await reply.text()
        return f"wasl_session={reply.cookies['wasl_session'].value}"
