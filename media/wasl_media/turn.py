"""Short-lived credentials of a TURN server that shares a secret with us.

Source: draft-uberti-behave-turn-rest-00 ("A REST API For Access To TURN Services"), section 2.2, as coturn's
`use-auth-secret` understands it. The TURN server computes the same password, so nothing is registered anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

LIFETIME = 12 * 3600
"""Seconds. A connection is made at sign-in and lasts a shift; an expired credential only refuses new allocations."""


@dataclass(frozen=True)
class TurnCredential:
    """What a browser shows the TURN server (long-term credential of RFC 8489, section 9.2)."""

    username: str
    """`expiry:user`, the expiry in seconds since 1970."""
    password: str


@dataclass(frozen=True)
class Turn:
    """A TURN server, or one server's several doors."""

    urls: Sequence[str]
    """As RFC 7065 writes them: `turn:host:port?transport=udp`, `turns:host:port?transport=tcp`."""
    secret: str
    """coturn's `static-auth-secret`."""

    def credential(self, user: str, now: float) -> TurnCredential:
        """A fresh credential for one connection. `now` is in seconds since 1970; `user` is for the server's log."""
        username = f"{int(now) + LIFETIME}:{user}"
        digest = hmac.digest(self.secret.encode(), username.encode(), hashlib.sha1)
        return TurnCredential(username, base64.b64encode(digest).decode())
