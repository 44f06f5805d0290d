"""A datagram that came, whichever way it was read."""

from __future__ import annotations

from collections.abc import Callable

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.ice import Address

MAX_DATAGRAM = 1800
"""Bytes; what is longer is no packet of ours."""

Receive = Callable[[PacketBuffer, int, Address, float], None]
"""Called with a datagram's buffer, length, sender, and the time (seconds, monotonic). The buffer is the
callee's until it returns."""
