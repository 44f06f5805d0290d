"""Finds Firefox ESR for the tests between two kinds of browsers, or installs it; drives it by WebDriver BiDi.

Playwright only drives Firefoxes that it patched itself. This is the one people have.
Source: the W3C's WebDriver BiDi (session.new, browsingContext.navigate, script.callFunction).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

NAMES = ("firefox-esr", "firefox")
COMMAND = "apt-get update && apt-get install -y firefox-esr"
# A fake camera and microphone without a question, and no traffic of its own. It has no candidates on the loopback
# interface: the desk must be reachable at an address of the machine.
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
CALL = """async (given) => {{
  const value = ({});
  return JSON.stringify((await (value?.call ? value(JSON.parse(given)) : value)) ?? null);
}}"""


def find() -> str | None:
    """The path of a Firefox, or None. `WASL_FIREFOX` names one in another place."""
    return os.environ.get("WASL_FIREFOX") or next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """One browser without a screen, with one page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._process: asyncio.subprocess.Process
        self._session: ClientSession
        self._socket: ClientWebSocketResponse
        self._context = ""

    async def start(self) -> Firefox:
        """Starts it with a fresh profile."""
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()]
        await asyncio.to_thread(self._folder.joinpath("user.js").write_text, "".join(lines))
        self._process = await asyncio.create_subprocess_exec(
            *(find() or NAMES[0], "--headless", "--no-remote", "--profile", str(self._folder)),
            *("--remote-debugging-port", "0"),
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env=os.environ | {"HOME": str(self._folder)},
        )
        self._session = ClientSession()
        address = await asyncio.wait_for(self._address(), 60.0)
        self._socket = await self._session.ws_connect(f"{address}/session", max_msg_size=0)
        await self._send("session.new", capabilities={})
        self._context = (await self._send("browsingContext.create", type="tab"))["context"]
        return self

    async def _address(self) -> str:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            if found := re.search(rb"BiDi listening on (ws://\S+)", line):
                return found[1].decode()
        raise RuntimeError("Firefox ended before it could be driven")

    async def goto(self, url: str) -> None:
        """Opens a page and waits until it is loaded."""
        await self._send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def evaluate(self, expression: str, argument: object = None) -> Any:
        """The value of an expression, or of the function it is, as Playwright's `Page.evaluate`."""
        reply = await self._send(
            "script.callFunction",
            functionDeclaration=CALL.format(expression),
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if reply["type"] == "exception":
            raise RuntimeError(reply["exceptionDetails"]["text"])
        return json.loads(reply["result"]["value"])

    async def _send(self, method: str, **parameters: object) -> Any:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while (reply := await asyncio.wait_for(self._socket.receive_json(), 60.0)).get("id") != number:
            pass
        if reply["type"] == "error":
            raise RuntimeError(f"{method}: {reply['message']}")
        return reply["result"]

    async def stop(self) -> None:
        """Ends it."""
        await self._session.close()
        self._process.terminate()
        await self._process.wait()


def main() -> int:
    """Always 0: without Firefox its tests are skipped, and say so."""
    if find() or not shutil.which("apt-get"):
        return 0
    if os.geteuid() != 0:
        print(f"The tests between Firefox and Chromium are skipped. To run them:\n  sudo sh -c '{COMMAND}'")
        return 0
    print(f"Installing Firefox for the browser tests: {COMMAND}", flush=True)
    if subprocess.call(["sh", "-c", COMMAND], env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}):
        print("Firefox could not be installed; its tests are skipped.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
