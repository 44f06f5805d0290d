"""A relay as aiortc's documentation shows it: tracks through `MediaRelay`. Started by media_servers.py.

`POST /call` takes the offers of two people and answers both; each hears and sees the other.
"""

from __future__ import annotations

import sys

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from wasl_media.aiortc_private import gather_only


class Relay:
    """Everybody's connections."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._relay = MediaRelay()
        self._connections: list[RTCPeerConnection] = []

    async def call(self, request: web.Request) -> web.Response:
        """Two people."""
        offers: list[str] = await request.json()
        pair = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in offers]
        self._connections += pair
        for connection, offer in zip(pair, offers, strict=True):
            await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for connection, other in zip(pair, reversed(pair), strict=True):
            for transceiver in other.getTransceivers():
                connection.addTrack(self._relay.subscribe(transceiver.receiver.track))
            gather_only(connection, [self._address])
            await connection.setLocalDescription(await connection.createAnswer())
        return web.json_response([connection.localDescription.sdp for connection in pair])


def main() -> None:
    """Serve on the address and port given, until killed."""
    address, port = sys.argv[1], int(sys.argv[2])
    application = web.Application()
    application.router.add_post("/call", Relay(address).call)
    web.run_app(application, host=address, port=port, print=None)


if __name__ == "__main__":
    main()
