"""A real coturn for the tests, or the one command that installs it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

INSTALL = "apt-get update && apt-get install -y coturn"
SECRET = "shared-with-nobody-else"


def find() -> str | None:
    """The path of turnserver; installed first, when we may."""
    if (path := shutil.which("turnserver")) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return path
    subprocess.run(["sh", "-c", INSTALL], env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, check=False)
    return shutil.which("turnserver")


@dataclass(frozen=True)
class Coturn:
    """A server on 127.0.0.1."""

    port: int
    """UDP and TCP."""
    tls_port: int

    def url(self, transport: str) -> str:
        """Of this transport: udp, tcp or tls."""
        if transport == "tls":
            return f"turns:127.0.0.1:{self.tls_port}?transport=tcp"
        return f"turn:127.0.0.1:{self.port}?transport={transport}"


@asynccontextmanager
async def run(program: str, folder: Path, certificate: Path, key: Path) -> AsyncIterator[Coturn]:
    """A coturn that answers, set up as compose.yaml does, but for peers on this machine."""
    server = Coturn(_free_port(), _free_port())
    child = await asyncio.create_subprocess_exec(
        *(program, "-n", "--no-cli", "--fingerprint", "--use-auth-secret", f"--static-auth-secret={SECRET}"),
        *("--realm=wasl", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--allow-loopback-peers"),
        *(f"--listening-port={server.port}", f"--tls-listening-port={server.tls_port}"),
        *(f"--cert={certificate}", f"--pkey={key}", "--no-multicast-peers", "--no-tcp-relay"),
        *("--denied-peer-ip=0.0.0.0-255.255.255.255", "--allowed-peer-ip=127.0.0.1"),
        *(f"--log-file={folder / 'turn.log'}", "--simple-log", f"--pidfile={folder / 'turn.pid'}", "--verbose"),
        *(f"--userdb={folder / 'turn.db'}",),
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        async with asyncio.timeout(15):
            for port in (server.port, server.tls_port):
                while not await _answers(port):
                    assert child.returncode is None, (folder / "turn.log").read_text()
                    await asyncio.sleep(0.05)
        yield server
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
