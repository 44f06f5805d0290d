"""Mailboxes on a real Socket.IO server: the newest page wins, and a page that does not read is cut off."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import socketio
from aiohttp import web

from livedesk import until
from wasl_signaling.mailbox import BACKLOG, Address, Mailboxes
from wasl_signaling.messages import CitizenState, SummaryView

SOCKET = "/socket.io/?EIO=4&transport=websocket"
LARGE = 100_000  # characters; large enough to fill the buffers between two processes quickly


class Site:
    """A Socket.IO server that only connects people."""

    def __init__(self) -> None:
        self.server = socketio.AsyncServer(async_mode="aiohttp", namespaces=["/citizen"])
        self.mailboxes = Mailboxes(self.server)
        self.connected: list[str] = []
        self.disconnected: list[str] = []
        self.url = ""
        self.server.on("connect", self._connect, namespace="/citizen")
        self.server.on("disconnect", self._disconnect, namespace="/citizen")

    async def _connect(self, sid: str, environ: dict[str, object], auth: object) -> None:
        self.connected.append(sid)

    async def _disconnect(self, sid: str, reason: str) -> None:
        self.disconnected.append(sid)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """The server, on a free port."""
    site = Site()
    app = web.Application()
    site.server.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield site
    await site.server.shutdown()
    await runner.cleanup()


def state(version: int, note: str) -> CitizenState:
    """A state with a long note."""
    summary = SummaryView(reference="1", outcome=None, service_name="", agent_name=None, ended_at=0, note=note)
    return CitizenState(version=version, phase="summary", summary=summary)


async def test_a_page_that_stops_reading_is_cut_off(site: Site) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(site.url + SOCKET, max_msg_size=0) as page:
        await page.receive()
        await page.send_str("40/citizen,{}")
        await until(lambda: _first(site.connected))
        address = Address.citizen(1)
        await site.mailboxes.open(address, site.connected[0], "ar")
        sent = 0
        while not site.disconnected and sent < 10 * BACKLOG:
            await site.mailboxes.send(address, "state", state(sent, "x" * LARGE))
            sent += 1
        assert site.disconnected == site.connected
        assert sent > BACKLOG, "a page that is merely slow is left alone"
        assert site.mailboxes.close(address, site.connected[0])


async def test_p32_a_newer_page_takes_the_mailbox_over(site: Site) -> None:
    older, newer = (socketio.AsyncClient(reconnection=False) for _ in range(2))
    told: list[object] = []
    older.on("replaced", told.append, namespace="/citizen")
    for page in (older, newer):
        await page.connect(site.url, namespaces=["/citizen"], transports=["websocket"])
    address = Address.citizen(1)
    for sid in site.connected:
        await site.mailboxes.open(address, sid, "ar")
    await until(lambda: _first(told))
    await until(lambda: _first(site.disconnected))
    assert site.disconnected == site.connected[:1]
    assert not site.mailboxes.close(address, site.connected[0]), "the older page's end changes nothing"
    assert site.mailboxes.get(address) is not None
    await newer.disconnect()


async def test_versions_grow_and_never_fall_behind_the_clock(site: Site) -> None:
    started = time.time_ns() // 1_000
    versions = [site.mailboxes.next_version() for _ in range(100)]
    assert versions == sorted(set(versions))
    assert versions[0] >= started, "a process that is started again goes on above its predecessor"


async def _first(values: list[object]) -> bool:
    return bool(values)
