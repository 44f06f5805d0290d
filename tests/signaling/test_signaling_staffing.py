"""`wasl staff` beside a running desk: a person who was added can sign in, and cannot with an old password."""

from __future__ import annotations

import subprocess
import sys

import aiohttp

from livedesk import DeskProcess

NAMES = ("--name-ar", "نورة", "--name-en", "Noura")


def wasl_staff(desk: DeskProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command on the desk's data folder."""
    command = [sys.executable, "-m", "wasl_signaling", "staff", *arguments, "--data", str(desk.data)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def sign_in(desk: DeskProcess, password: str) -> tuple[int, dict[str, object]]:
    """What the desk answers."""
    credentials = {"username": "noura", "password": password}
    async with aiohttp.ClientSession() as http, http.post(f"{desk.url}/api/v1/session", json=credentials) as reply:
        return reply.status, await reply.json()


async def test_a_person_is_added_and_gets_a_new_password(desk: DeskProcess) -> None:
    added = wasl_staff(desk, "add", "noura", *NAMES, "--role", "supervisor", "--password", "first secret")
    assert added.returncode == 0, added.stderr
    assert await sign_in(desk, "first secret") == (200, {"id": "noura", "name": "نورة", "roles": ["supervisor"]})
    assert wasl_staff(desk, "password", "noura", "--password", "second secret").returncode == 0
    assert (await sign_in(desk, "first secret"))[0] == 401
    assert (await sign_in(desk, "second secret"))[0] == 200
    assert (
        wasl_staff(
            desk, "add", "sara", *NAMES, "--language", "ar", "--language", "sgn-KW:5", "--password", "x"
        ).returncode
        == 0
    )
    listed = {line.split()[0]: line for line in wasl_staff(desk, "list").stdout.splitlines()}
    assert "noura" in listed
    assert listed["sara"].endswith("ar:3, sgn-KW:5")


def test_mistakes_are_named(shared_desk: DeskProcess) -> None:
    taken = wasl_staff(shared_desk, "add", "agent1", *NAMES, "--password", "x")
    assert (taken.returncode, "agent1 is taken" in taken.stderr) == (2, True)
    nothing = wasl_staff(shared_desk, "add", "sara", *NAMES, "--service", "no-such", "--password", "x")
    assert (nothing.returncode, "no such service: no-such" in nothing.stderr) == (2, True)
    levels = wasl_staff(shared_desk, "add", "sara", *NAMES, "--language", "ar:6", "--password", "x")
    assert (levels.returncode, "a level goes from 1 to 5" in levels.stderr) == (2, True)
    unknown = wasl_staff(shared_desk, "password", "nobody", "--password", "x")
    assert (unknown.returncode, "nobody called nobody" in unknown.stderr) == (2, True)
