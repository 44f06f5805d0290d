"""The Socket.IO server, with what python-socketio leaves open at its edges."""

from __future__ import annotations

import asyncio
from typing import Any

import socketio

REQUEST = "request"


class Sockets(socketio.AsyncServer):
    """Lets a namespace tell what a client asks from what happens to its connection."""

    async def _handle_event(self, eio_sid: str, namespace: str, id: int | None, data: Any) -> None:  # noqa: A002
        # The namespace hears of connections by the names "connect" and "disconnect". So that no client can use
        # them, all that clients send comes under one name of ours, whole, with theirs inside.
        await super()._handle_event(eio_sid, namespace, id, [REQUEST, data])

    async def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> None:
        await super()._handle_connect(eio_sid, namespace, data)
        # A transport that died meanwhile was not connected yet, so its end was told to nobody.
        transport = self.eio.sockets.get(eio_sid)
        if transport is None or transport.closing:
            await self._handle_disconnect(eio_sid, namespace)

    async def close_transports(self) -> None:
        """Closes all connections below Socket.IO, when the desk stops.

        Clients of Socket.IO come back by themselves then; the end of a namespace, or of Engine.IO's session, is final
        for them. And what stays open holds up the end of the web server.
        """
        await asyncio.gather(*map(self._close, list(self.eio.sockets.values())))

    async def _close(self, transport: Any) -> None:
        await transport.close(wait=False, abort=True, reason=self.eio.reason.SERVER_DISCONNECT)
        await transport.queue.put(None)  # ends the loop that writes to the client, and its request or WebSocket
