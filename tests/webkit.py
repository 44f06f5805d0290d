"""Finds WebKitGTK for the tests in a third engine, or installs it; drives it by WebDriver.

Debian builds it without WebRTC: layout, storage, words and a text call can be tried, which tells much of Safari, too.
Source: the W3C's WebDriver (New Session, Navigate To, Execute Async Script, Set Window Rect).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from glob import glob
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import unused_port

from livedesk import until

DRIVER, SCREEN = "WebKitWebDriver", "Xvfb"
COMMAND = "apt-get update && apt-get install -y webkit2gtk-driver xvfb"
BROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
CALL = """
  const done = arguments[arguments.length - 1];
  (async () => {{
    const value = ({});
    return (await (value?.call ? value(JSON.parse(arguments[0])) : value)) ?? null;
  }})().then((value) => done({{ value: JSON.stringify(value) }}), (error) => done({{ error: String(error) }}));
"""


def find() -> str | None:
    """The path of a WebKit that can be driven, or None."""
    browser = next(iter(sorted(glob(BROWSERS))), None)
    return browser if shutil.which(DRIVER) and shutil.which(SCREEN) else None


class WebKit:
    """One browser on a screen that nobody sees, with one page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[asyncio.subprocess.Process] = []
        self._http: ClientSession
        self._session = ""

    async def start(self) -> WebKit:
        """Starts it with a fresh profile."""
        display = await self._screen()
        port = unused_port()
        home = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder), "DISPLAY": display}
        # The sandbox wants namespaces that a container does not give.
        rights = {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "NO_AT_BRIDGE": "1"}
        await self._run(DRIVER, f"--port={port}", env=os.environ | home | rights)
        self._http = ClientSession(f"http://127.0.0.1:{port}/")
        options = {"binary": find(), "args": ["--automation"]}
        made = await self._first({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}})
        self._session = f"session/{made['sessionId']}/"
        await self._send("timeouts", script=60_000)
        return self

    async def _screen(self) -> str:
        read, write = os.pipe()
        await self._run(
            *(SCREEN, "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"),
            pass_fds=[write],
        )
        os.close(write)
        with os.fdopen(read) as number:
            return f":{(await asyncio.to_thread(number.readline)).strip()}"

    async def _run(self, *command: str, **more: Any) -> None:
        nobody = asyncio.subprocess.DEVNULL
        self._processes.append(await asyncio.create_subprocess_exec(*command, stdout=nobody, stderr=nobody, **more))

    async def _first(self, wanted: dict[str, Any]) -> Any:
        async def ready() -> bool:
            try:
                async with self._http.get("status") as reply:
                    return bool((await reply.json())["value"]["ready"])
            except OSError:
                return False

        await until(ready)
        return await self._post("session", wanted)

    async def resize(self, width: int, height: int) -> None:
        """The size of the window in CSS pixels; the bars of the browser are in it."""
        await self._send("window/rect", width=width, height=height)

    async def goto(self, url: str) -> None:
        """Opens a page and waits until it is loaded."""
        await self._send("url", url=url)

    async def evaluate(self, expression: str, argument: object = None) -> Any:
        """The value of an expression, or of the function it is, as Playwright's `Page.evaluate`."""
        reply = await self._send("execute/async", script=CALL.format(expression), args=[json.dumps(argument)])
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return json.loads(reply["value"])

    async def _send(self, path: str, **body: object) -> Any:
        return await self._post(self._session + path, body)

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._http.post(path, json=body) as reply:
            value = (await reply.json())["value"]
            if reply.status != 200:
                raise RuntimeError(f"{path}: {value['message']}")
            return value

    async def stop(self) -> None:
        """Ends it."""
        if self._session:
            async with self._http.delete(self._session.rstrip("/")):
                pass
        await self._http.close()
        for process in reversed(self._processes):
            process.terminate()
            await process.wait()


def main() -> int:
    """Always 0: without WebKit its tests are skipped, and say so."""
    if find() or not shutil.which("apt-get"):
        return 0
    if os.geteuid() != 0:
        print(f"The tests in WebKit are skipped. To run them:\n  sudo sh -c '{COMMAND}'")
        return 0
    print(f"Installing WebKit for the browser tests: {COMMAND}", flush=True)
    if subprocess.call(["sh", "-c", COMMAND], env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}):
        print("WebKit could not be installed; its tests are skipped.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
