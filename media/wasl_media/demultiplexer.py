"""Finds the peer that a datagram belongs to: by username for checks, by address for everything else."""

from __future__ import annotations

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.ice import Address, read_check
from wasl_media.link import Link

_MAX_ADDRESSES = 8
"""Addresses that one peer may speak from at a time."""


class Demultiplexer:
    """All links of a relay. A datagram of nobody is counted and forgotten; strangers get no answer."""

    def __init__(self) -> None:
        self._by_username: dict[str, Link] = {}
        self._by_address: dict[Address, Link] = {}
        self.strangers = 0

    def plug(self, link: Link) -> None:
        """Let the link's peer be found."""
        self._by_username.update(dict.fromkeys(link.agent.usernames, link))

    def unplug(self, link: Link) -> None:
        """Forget the link: its credentials are void from now on. Idempotent."""
        self._forget(link.agent.usernames)
        for address in self._addresses(link):
            del self._by_address[address]

    def receive(self, buffer: PacketBuffer, length: int, address: Address, now: float) -> None:
        """Take one datagram; its first byte tells the protocol (RFC 7983, 7)."""
        first = buffer.view[0] if length else 255
        if 128 <= first <= 191:
            link = self._by_address.get(address)
            if link is None or not link.receive_media(buffer, length, now):
                self.strangers += 1
            return
        datagram = bytes(buffer.view[:length])
        if first <= 3:
            known = self._check(datagram, address, now)
        else:
            known = 20 <= first <= 63 and self._handshake(datagram, address)
        self.strangers += not known

    def _check(self, datagram: bytes, address: Address, now: float) -> bool:
        """A connectivity check. Only an authentic one teaches us an address."""
        if (check := read_check(datagram)) is None or (link := self._by_username.get(check[0])) is None:
            return False
        usernames = link.agent.usernames
        if not link.receive_check(*check, address, now):
            return False
        if link.agent.usernames != usernames:  # the peer restarted
            self._forget(usernames)
            self.plug(link)
        if self._by_address.get(address) is not link:
            self._learn(link, address)
        return True

    def _forget(self, usernames: list[str]) -> None:
        for username in usernames:
            self._by_username.pop(username, None)

    def _learn(self, link: Link, address: Address) -> None:
        known = [old for old in self._addresses(link) if old != link.agent.address]
        if len(known) >= _MAX_ADDRESSES:
            del self._by_address[known[0]]
        self._by_address[address] = link

    def _handshake(self, datagram: bytes, address: Address) -> bool:
        link = self._by_address.get(address)
        if link is not None:
            link.receive_handshake(datagram)
        return link is not None

    def _addresses(self, link: Link) -> list[Address]:
        """Oldest first."""
        return [address for address, owner in self._by_address.items() if owner is link]
