"""What a relay has counted, and how busy it is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class PeerStats(BaseModel):
    """One peer since it was opened."""

    model_config = ConfigDict(frozen=True)
    peer: str
    connected: bool
    packets_in: int
    """RTP packets that came from the peer, retransmissions not counted."""
    packets_out: int
    lost: int
    """RTP packets of the peer that never came by themselves, repaired or not."""
    recovered: int
    """How many of these a retransmission brought back."""
    retransmitted: int
    """Packets sent again because the peer missed them."""
    round_trip: float | None
    """Seconds between relay and peer, as its last receiver report told (RFC 3550, 6.4.1)."""


class RelayStats(BaseModel):
    """One relay."""

    model_config = ConfigDict(frozen=True)
    peers: list[PeerStats]
    strangers: int
    """Datagrams that belonged to no peer or were not what they claimed to be."""
    faults: int
    """Datagrams that made our own code fail; each is in the log, and each is a mistake of ours."""


class Load(BaseModel):
    """How busy a worker was since its last beat."""

    model_config = ConfigDict(frozen=True)
    peers: int = 0
    packets: float = 0.0
    """RTP packets a second, in and out."""
    lag: float = 0.0
    """Seconds by which the event loop was late: as long lay a packet that came in this moment."""
    cpu: float = 0.0
    """Share of a core."""
