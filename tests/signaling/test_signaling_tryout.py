"""`wasl try`: partners that meet at a real desk, as a developer runs them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from typer.testing import CliRunner

from livedesk import PASSWORD, PATIENCE, DeskProcess, Pages, until
from wasl_signaling.__main__ import app

Start = Callable[..., Awaitable["Partner"]]


@dataclass
class Partner:
    """One `wasl try …`."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def read(self) -> None:
        """Keeps what it prints, until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())

    async def says(self, pattern: str) -> re.Match[str]:
        """Waits until it has printed such a line."""

        async def said() -> re.Match[str] | None:
            return next((found for line in self.lines if (found := re.search(pattern, line))), None)

        try:
            found: re.Match[str] = await until(said, 45)
        except TimeoutError:
            raise AssertionError(f"not said: {pattern}; but: {self.lines}") from None
        return found

    async def end(self) -> int:
        """Ends it as Ctrl-C does. Returns the exit status."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        return await self.status()

    async def status(self) -> int:
        """Waits for its end. Returns the exit status."""
        async with asyncio.timeout(20 * PATIENCE):
            return await self.process.wait()


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts partners; ends them after the test."""
    started: list[tuple[Partner, asyncio.Task[None]]] = []

    async def start(url: str, *command: str, password: str = PASSWORD) -> Partner:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wasl_signaling", "try"),
            *(*command, "--url", url),
            env=os.environ | {"WASL_DEMO_PASSWORD": password},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        partner = Partner(process)
        started.append((partner, asyncio.create_task(partner.read())))
        return partner

    yield start
    for partner, reading in started:
        await partner.end()
        await reading


async def test_partners_meet_through_the_relay(desk: DeskProcess, start: Start) -> None:
    citizen = await start(desk.url, "citizen", "--service", "commercial-licence")
    agent = await start(desk.url, "agent", "--username", "agent5", "--answer-after", "0.2")
    for partner in (citizen, agent):
        measured = await partner.says(r"(2[4-9]|3\d) fps 640×480, sound (0\.\d+)")
        assert float(measured[2]) > 0.03
    await citizen.says("They wrote: السلام عليكم")
    await agent.says("They wrote: وعليكم السلام")
    assert await citizen.end() == 0
    summary = await citizen.says(r"Reference number: (\d{4}) (\d{4})")
    finished = await agent.says(r"The reference is (\d{8})")
    assert finished[1] == summary[1] + summary[2]
    assert await agent.end() == 0
    await agent.says("Signed out")


async def test_a_message_is_answered(desk: DeskProcess, pages: Pages, start: Start) -> None:
    writer = await pages.citizen(desk)
    await writer.ask("message", service="housing-allocation", language="ar", text="متى؟")
    agent = await start(desk.url, "agent", "--answer-after", "0")
    await agent.says(r"The reference is \d{8}")


async def test_ctrl_c_leaves_the_line_and_mistakes_get_a_sentence(desk: DeskProcess, start: Start) -> None:
    stranger = await start(desk.url, "agent", password="wrong")
    lost = await start(desk.url, "citizen", "--service", "no-such-service")
    waiting = await start(desk.url, "citizen")
    await stranger.says(r"password is not right.*\(wrong_password\)")
    await lost.says("There is no service 'no-such-service' here. The services are: housing-allocation")
    assert [await stranger.status(), await lost.status()] == [1, 1]
    await waiting.says(r"place \d+, .*, because |An agent is being rung")
    assert await waiting.end() == 0
    await waiting.says("Left the line")


def test_a_desk_that_is_not_there_is_named() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        citizen = CliRunner().invoke(app, ["try", "citizen", "--url", url])
    assert citizen.exit_code == 1
    assert f"No desk answers at {url}" in citizen.stderr


async def test_crowd_is_served_and_counted(desk: DeskProcess, start: Start) -> None:
    crowd = await start(desk.url, "crowd", "--citizens", "12", "--agents", "7", "--seconds", "6")
    await crowd.says("The demo has 6 agents only, not 7")
    await crowd.says(r"waiting \d+, served \d+, \d+ joins/s")
    assert await crowd.status() == 0
    assert int((await crowd.says(r"^served +(\d+)"))[1]) > 2
    assert int((await crowd.says(r"^accept to live .* (\d+)$"))[1]) > 2
    assert int((await crowd.says(r"^errors +(\d+)"))[1]) == 0
