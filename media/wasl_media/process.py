"""A worker process as the server's child: started, watched, started again, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from wasl_media.control import SECRET_VARIABLE, Ready
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import Event
from wasl_media.remote import RemoteRelay

START_PATIENCE = 20.0
"""Seconds until the ready line."""
STOP_PATIENCE = 5.0
"""Seconds between SIGTERM and SIGKILL."""
MAX_PAUSE = 5.0
"""Seconds between two attempts to start a worker that does not live."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Door:
    """Where the control channel of a worker listens, and what it takes to come in."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: any."""
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    certificate: Path | None = None
    """With its key in one file (PEM). Without it the channel must not leave this machine."""
    fingerprint: bytes | None = None
    """Of the certificate (SHA-256)."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """For the command line of the worker."""
        return () if self.certificate is None else ("--certificate", str(self.certificate))

    def url(self, port: int) -> str:
        """The channel's address, for whom the worker has told its port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.certificate is None else 'https'}://{host}:{port}"


class WorkerProcess:
    """One media worker. If it dies, another takes its place within a second, without its peers.

    `on_restart` is called when the new one is ready: every peer of the old one is gone and must be opened
    again. `on_event` hears the events of whichever worker lives, of peers that were opened through `relay`.
    Each loads the clips of the folder.
    """

    def __init__(
        self,
        *,
        udp_host: str,
        udp_port: int,
        advertise: Sequence[str],
        on_event: Callable[[Event], None],
        on_restart: Callable[[], None],
        captions: str = "",
        door: Door | None = None,
        clips: Path | None = None,
    ) -> None:
        self._udp_host = udp_host
        self._udp_port = udp_port
        self._advertise = advertise
        self._door = door or Door()
        self._on_event = on_event
        self._on_restart = on_restart
        self._captions = captions
        self._clips = clips
        self._child: Process | None = None
        self._relay: RemoteRelay | None = None
        self._ready: Ready | None = None
        self._up = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def relay(self) -> RemoteRelay:
        """The relay in the worker. Raises MediaError (relay_down) between two workers."""
        if self._relay is None or not self._up:
            raise MediaError(MediaErrorCode.RELAY_DOWN, "the media worker is not running")
        return self._relay

    @property
    def pid(self) -> int | None:
        """The process id of the worker that lives."""
        return self._child.pid if self._child is not None and self._up else None

    @property
    def udp_port(self) -> int | None:
        """The media port of the worker that lives."""
        return self._ready.udp_port if self._ready is not None and self._up else None

    @property
    def url(self) -> str | None:
        """Where the control channel of the worker that lives is."""
        return self._door.url(self._ready.control_port) if self._ready is not None and self._up else None

    async def start(self) -> None:
        """Start the worker and wait until it is ready. Raises MediaError (relay_down)."""
        await self._spawn()
        self._watch = asyncio.ensure_future(self._keep_alive())

    async def stop(self) -> None:
        """End the worker: SIGTERM, and SIGKILL after 5 s. Idempotent."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        await self._drop()

    async def _spawn(self) -> None:
        door = self._door
        child = self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wasl_media", "--control", f"{door.host}:{door.port}", *door.arguments),
            *("--udp-host", self._udp_host, "--udp-port", str(self._udp_port)),
            *("--advertise", ",".join(self._advertise), "--captions", self._captions),
            *(() if self._clips is None else ("--clips", str(self._clips))),
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,  # Ctrl-C is for the server, which lets calls end first
            env=os.environ | {SECRET_VARIABLE: door.secret},
        )
        try:
            ready = self._ready = await _read_ready(child)
            url = door.url(ready.control_port)
            self._relay = await RemoteRelay.connect(url, door.secret, self._on_event, door.fingerprint)
            self._up = True
        except BaseException:
            await self._drop()
            raise

    async def _keep_alive(self) -> None:
        while True:
            await self.relay.gone()  # it died, or hangs and does not answer pings
            log.error("the media worker is gone; starting another")
            self._kill()  # if it hangs, it hears no request and holds the port
            await self._drop()
            await self._respawn()
            self._tell_restart()

    def _tell_restart(self) -> None:
        try:
            self._on_restart()
        except Exception:  # the listener's mistake must not leave the next worker unwatched
            log.exception("the restart of the media worker could not be handled")

    async def _respawn(self) -> None:
        pause = 0.1
        while True:
            try:
                return await self._spawn()
            except (MediaError, OSError):
                log.exception("the media worker did not start")
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE)

    def _kill(self) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()

    async def _drop(self) -> None:
        """Leave nothing of the worker behind. If it is cancelled, the next call does the rest."""
        self._up = False
        if self._relay is not None:
            await self._relay.close()
            self._relay = None
        if self._child is not None:
            await _end(self._child)
            self._child = None


async def _read_ready(child: Process) -> Ready:
    assert child.stdout is not None
    try:
        async with asyncio.timeout(START_PATIENCE):
            line = await child.stdout.readline()
        return Ready.model_validate_json(line)
    except (TimeoutError, ValidationError) as error:
        text = "the media worker did not come up; its standard error tells why"
        raise MediaError(MediaErrorCode.RELAY_DOWN, text) from error


async def _end(child: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(STOP_PATIENCE):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
    if child.stdin is not None:
        child.stdin.close()
