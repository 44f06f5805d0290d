"""When the desk stops, clients of Socket.IO are let go at once and come to the next one by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import socketio
from aiohttp import web

from livedesk import until
from wasl_signaling.sockets import Sockets

FOREVER = 3_600.0  # seconds


@asynccontextmanager
async def site(port: int = 0) -> AsyncIterator[int]:
    """A Socket.IO server and its port; as the desk's, it lets its clients go before it stops."""
    sockets = Sockets(async_mode="aiohttp")
    sockets.on("connect", lambda *_: None)
    app = web.Application()
    sockets.attach(app)
    # Whoever is not let go would hold the site up until the test ends by its time.
    runner = web.AppRunner(app, shutdown_timeout=FOREVER)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await sockets.close_transports()
        await runner.cleanup()
        await sockets.shutdown()


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids="-".join)
async def test_whoever_knows_only_socket_io_comes_back_after_a_restart(transports: list[str]) -> None:
    told: list[str] = []
    async with aiohttp.ClientSession() as http:  # one that the client makes itself is left open when it is let go
        client = socketio.AsyncClient(http_session=http, reconnection_delay=0.01, reconnection_delay_max=0.1)
        for event in ("connect", "disconnect"):
            client.on(event, lambda *_, event=event: told.append(event))
        async with site() as port:
            await client.connect(f"http://127.0.0.1:{port}", transports=transports)
        async with site(port):

            async def back() -> bool:
                return told == ["connect", "disconnect", "connect"]

            await until(back)
        await client.shutdown()
