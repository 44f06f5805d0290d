"""Finds Chromium for the browser tests, or installs it with the system's package manager when it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

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
