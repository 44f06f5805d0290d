"""What a relay reports of its own accord."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from wasl_media.figures import PeerFigures


class Absence(StrEnum):
    """Why a peer is not connected."""

    SILENT = "silent"
    """Nothing valid came from it for the consent time; it may come back (RFC 7675)."""
    CLOSED = "closed"
    """The page closed its connection; only a new peer brings it back."""
    FAILED = "failed"
    """The DTLS handshake failed; only a new peer helps."""


class PeerConnected(BaseModel):
    """The peer's path is up: for the first time, or again after `PeerDisconnected`."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["peer_connected"] = "peer_connected"
    peer: str


class PeerDisconnected(BaseModel):
    """The peer is not heard any more. It stays open until `close_peer`."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["peer_disconnected"] = "peer_disconnected"
    peer: str
    reason: Absence


class Measured(BaseModel):
    """Once a second: what was measured of every peer that is connected."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["measured"] = "measured"
    peers: list[PeerFigures]


Event = Annotated[PeerConnected | PeerDisconnected | Measured, Field(discriminator="kind")]
