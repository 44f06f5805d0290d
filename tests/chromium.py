"""Finds Chromium for the browser tests, or installs it with the system's package manager when it may; runs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# As a citizen's browser, but with a fake camera and microphone, and without asking for permission.
PLAIN_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream=fps=30",
    "--autoplay-policy=no-user-gesture-required",
]
NO_MDNS = "--disable-features=WebRtcHideLocalIpsWithMdns"
LOOPBACK = "--allow-loopback-in-peer-connection"
FLAGS = [*PLAIN_FLAGS, NO_MDNS, LOOPBACK]
INSTALLERS = {
    "apt-get": "apt-get update && apt-get install -y chromium",
    "dnf": "dnf install -y chromium",
    "apk": "apk add chromium",
    "pacman": "pacman -S --noconfirm chromium",
}


def find() -> str | None:
    """The path of a Chromium, or None. `WASL_CHROMIUM` names one in another place."""
    return os.environ.get("WASL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Chromiums:
    """Chromiums that several tests use, one for each set of flags. To be used with `with`.

    Each test connects to it anew: what it opened is closed when it ends, and its event loop is its own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: dict[tuple[str, ...], subprocess.Popen[str]] = {}
        self._addresses: dict[tuple[str, ...], str] = {}

    def __enter__(self) -> Chromiums:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            os.killpg(server.pid, signal.SIGTERM)  # the command has Playwright's server for a child
            server.communicate()  # until both have ended

    @asynccontextmanager
    async def connect(self, *flags: str) -> AsyncIterator[Browser]:
        """The Chromium with these flags, as one test sees it."""
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect(self._address(flags))
            try:
                yield browser
            finally:
                for context in browser.contexts:
                    await context.close()  # or its pages would still speak when the next test begins
                await browser.close()

    def _address(self, flags: tuple[str, ...]) -> str:
        if flags not in self._addresses:
            self._servers[flags], self._addresses[flags] = self._serve(flags)
        return self._addresses[flags]

    def _serve(self, flags: tuple[str, ...]) -> tuple[subprocess.Popen[str], str]:
        settings = self._folder / f"chromium{len(self._servers)}.json"
        settings.write_text(json.dumps({"executablePath": find(), "args": flags}))
        command = [sys.executable, "-m", "playwright", "launch-server", "--browser", "chromium", "--config"]
        server = subprocess.Popen([*command, settings], stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert server.stdout is not None
        return server, server.stdout.readline().strip()


def main() -> int:
    """Exit status 0 when there is a Chromium in the end."""
    if find():
        return 0
    command = next((INSTALLERS[tool] for tool in INSTALLERS if shutil.which(tool)), None)
    if command is None:
        print("The browser tests need Chromium. Install it and name it in WASL_CHROMIUM.", file=sys.stderr)
        return 1
    if os.geteuid() != 0:
        print(f"The browser tests need Chromium. Run this once:\n  sudo sh -c '{command}'", file=sys.stderr)
        return 1
    print(f"Installing Chromium for the browser tests: {command}", flush=True)
    return subprocess.call(["sh", "-c", command], env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


if __name__ == "__main__":
    sys.exit(main())
