"""ICE-lite: the answering half of ICE, enough for a server that everybody can reach.

Sources: RFC 8445 (ICE; 2.5 and 5.2 lite, 7.3 how checks are answered), RFC 8489 (STUN; 9.1 message integrity,
14 attributes), RFC 7675 (consent: who is not heard for some time is gone).
"""

from __future__ import annotations

import hashlib
import secrets
import struct
from dataclasses import dataclass, field

from aioice import stun

Address = tuple[str, int]
"""IPv4 address in dotted form or IPv6 address, UDP port."""


AHEAD = 8
"""Restarts that may fail, one after the other, before the page needs a new connection."""
_RECENT = 64
"""Checks of one peer whose sender is known: a retransmission comes within 40 s (RFC 8489, 6.2.1)."""
_REMEMBERED = 4_096
"""Checks before these that are known again: those of some hours."""
_TRANSACTION = 12
"""Bytes of a transaction's number (RFC 8489, 5)."""


@dataclass(frozen=True)
class Credentials:
    """The relay's end of one peer's connectivity checks: 48 and 144 bits of chance (RFC 8445, 5.3)."""

    username: str = field(default_factory=lambda: secrets.token_hex(6))
    password: str = field(default_factory=lambda: secrets.token_hex(18))

    def next(self) -> Credentials:
        """Those of the next ICE restart (RFC 8445, 9). Both ends know them: nothing has to be exchanged.

        The hexadecimal SHA-256 of "username:password" has 64 digits: the first 12 are the next username, the
        following 36 the next password. web/call/roaming.ts does the same.
        """
        digest = hashlib.sha256(f"{self.username}:{self.password}".encode()).hexdigest()
        return Credentials(digest[:12], digest[12:48])


class IceAgent:
    """Answers one peer's checks and learns where the peer is now."""

    def __init__(self) -> None:
        self._chain: dict[str, Credentials] = {}
        self._begin(Credentials())
        self.address: Address | None = None
        """Where to send: the last address that the peer nominated."""
        self._senders: dict[bytes, Address] = {}
        """By transaction: where a recent check came from."""
        self._past = bytearray()
        """The transactions before these, one after the other: a fifth of the memory that objects would take."""

    def _begin(self, credentials: Credentials) -> None:
        """From these on; all that went before are void."""
        for _ in range(1 + AHEAD):
            self._chain[credentials.username] = credentials
            credentials = credentials.next()

    @property
    def credentials(self) -> Credentials:
        """The present ones."""
        return next(iter(self._chain.values()))

    @property
    def usernames(self) -> list[str]:
        """The present username first, then those of the restarts to come."""
        return list(self._chain)

    def answer(self, username: str, check: stun.Message, sender: Address) -> bytes | None:
        """The response to a binding request from `sender` with this username of ours, or None if it is not authentic.

        A request with USE-CANDIDATE moves the peer to its sender's address, every time: a phone that
        changes from Wi-Fi to mobile data shows up as a new address, under the same credentials or, when its
        browser had to restart ICE, under the next ones. Those before them are void then. A copy of a check that comes
        from elsewhere is somebody else's, who listened: authentic, and yet none of the peer's.
        """
        credentials = self._chain[username]
        key = credentials.password.encode()
        if not check.check_message_integrity(key):
            return None
        if self._is_copy(check.transaction_id, sender):
            return None
        if "USE-CANDIDATE" in check.attributes:
            self.address = sender
            self._renew(username)
        response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, check.transaction_id)
        response.attributes["XOR-MAPPED-ADDRESS"] = sender
        response.add_message_integrity(key)
        return bytes(response)

    def _is_copy(self, transaction: bytes, sender: Address) -> bool:
        """Whether this check is known already, and not from this sender."""
        if transaction in self._senders:
            return self._senders[transaction] != sender
        if transaction in self._past:
            return True
        self._senders[transaction] = sender
        if len(self._senders) > _RECENT:
            oldest = next(iter(self._senders))
            del self._senders[oldest]
            self._past += oldest
            del self._past[: -_REMEMBERED * _TRANSACTION]
        return False

    def _renew(self, username: str) -> None:
        if username == next(iter(self._chain)):
            return
        credentials, self._chain = self._chain[username], {}
        self._begin(credentials)


def read_check(datagram: bytes) -> tuple[str, stun.Message] | None:
    """Our username in a binding request, and the request; None for anything else (RFC 8445, 7.2.2)."""
    try:
        message = stun.parse_message(datagram)
    except (ValueError, IndexError, struct.error):
        return None
    if (message.message_method, message.message_class) != (stun.Method.BINDING, stun.Class.REQUEST):
        return None
    ours, _, _ = message.attributes.get("USERNAME", "").partition(":")
    return (ours, message) if ours else None
