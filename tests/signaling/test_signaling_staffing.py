"""`wasl staff` beside a running desk: a person who was added can sign in, and cannot with an old password."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import aiohttp
from typer.testing import CliRunner, Result

from livedesk import DeskProcess
from wasl_signaling.__main__ import app

NAMES = ("--name-ar", "نورة", "--name-en", "Noura")


async def wasl_staff(desk: DeskProcess, *arguments: str) -> Result:
    """Runs the command on the desk's data folder."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["staff", *arguments, "--data", str(desk.data)])


async def sign_in(desk: DeskProcess, password: str) -> tuple[int, dict[str, object]]:
    """What the desk answers."""
    credentials = {"username": "noura", "password": password}
    async with aiohttp.ClientSession() as http, http.post(f"{desk.url}/api/v1/session", json=credentials) as reply:
        return reply.status, await reply.json()


async def test_a_person_is_added_and_gets_a_new_password(desk: DeskProcess) -> None:
    added = await wasl_staff(desk, "add", "noura", *NAMES, "--role", "supervisor", "--password", "first secret")
    assert added.exit_code == 0, added.stderr
    assert await sign_in(desk, "first secret") == (200, {"id": "noura", "name": "نورة", "roles": ["supervisor"]})
    changed = await wasl_staff(desk, "password", "noura", "--password", "second secret")
    assert changed.exit_code == 0, changed.stderr
    assert (await sign_in(desk, "first secret"))[0] == 401
    assert (await sign_in(desk, "second secret"))[0] == 200
    levels = ("--language", "ar", "--language", "sgn-KW:5")
    assert (await wasl_staff(desk, "add", "sara", *NAMES, *levels, "--password", "x")).exit_code == 0
    command = [sys.executable, "-m", "wasl_signaling", "staff", "list", "--data", str(desk.data)]
    shown = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    listed = {line.split()[0]: line for line in shown.stdout.splitlines()}
    assert "noura" in listed
    assert listed["sara"].endswith("ar:3, sgn-KW:5")


async def test_mistakes_are_named(desk: DeskProcess) -> None:
    taken = await wasl_staff(desk, "add", "agent1", *NAMES, "--password", "x")
    assert (taken.exit_code, "agent1 is taken" in taken.stderr) == (2, True)
    nothing = await wasl_staff(desk, "add", "sara", *NAMES, "--service", "no-such", "--password", "x")
    assert (nothing.exit_code, "no such service: no-such" in nothing.stderr) == (2, True)
    levels = await wasl_staff(desk, "add", "sara", *NAMES, "--language", "ar:6", "--password", "x")
    assert (levels.exit_code, "a level goes from 1 to 5" in levels.stderr) == (2, True)
    unknown = await wasl_staff(desk, "password", "nobody", "--password", "x")
    assert (unknown.exit_code, "nobody called nobody" in unknown.stderr) == (2, True)
