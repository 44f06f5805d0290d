"""How a socket writes addresses: IPv4, or IPv6 with IPv4 inside it (RFC 4291, 2.5.5.2).

A socket that is bound to `::` hears both; to everything above, an IPv4 peer looks the same as on a socket of IPv4.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from typing import Protocol

from wasl_media.ice import Address

_MAPPED = bytes(10) + b"\xff\xff"
_MAPPED_TEXT = "::ffff:"


class Family(Protocol):
    """One of the two."""

    number: socket.AddressFamily
    """As `socket.socket` takes it."""
    size: int
    """Bytes of the structure that the kernel writes."""

    def pack(self, address: Address) -> bytes:
        """The kernel's structure. Raises ValueError or OSError for an address of the other family."""

    def unpack(self, name: bytes) -> Address:
        """The address in the kernel's structure."""

    def to_socket(self, address: Address) -> Address:
        """As Python's socket takes it."""

    def from_socket(self, address: tuple[str, int] | tuple[str, int, int, int]) -> Address:
        """As Python's socket gives it."""


class _Inet:
    """struct sockaddr_in: family, port and address, the last two in network order."""

    number = socket.AF_INET
    _NAME = struct.Struct("=H2s4s8x")
    size = _NAME.size

    def pack(self, address: Address) -> bytes:
        host, port = address
        return self._NAME.pack(socket.AF_INET, port.to_bytes(2, "big"), socket.inet_aton(host))

    def unpack(self, name: bytes) -> Address:
        _, port, host = self._NAME.unpack(name)
        return socket.inet_ntoa(host), int.from_bytes(port, "big")

    def to_socket(self, address: Address) -> Address:
        return address

    def from_socket(self, address: tuple[str, int] | tuple[str, int, int, int]) -> Address:
        return address[0], address[1]


class _Inet6:
    """struct sockaddr_in6: family, port, flow, address, and the interface of a link-local address."""

    number = socket.AF_INET6
    _NAME = struct.Struct("=H2sI16sI")
    size = _NAME.size

    def pack(self, address: Address) -> bytes:
        parsed = ipaddress.ip_address(address[0])
        host, scope = parsed.packed, 0
        if isinstance(parsed, ipaddress.IPv4Address):
            host = _MAPPED + host
        else:
            scope = int(parsed.scope_id or 0)
        return self._NAME.pack(socket.AF_INET6, address[1].to_bytes(2, "big"), 0, host, scope)

    def unpack(self, name: bytes) -> Address:
        _, port, _, host, scope = self._NAME.unpack(name)
        if host.startswith(_MAPPED):
            text = socket.inet_ntoa(host[len(_MAPPED) :])
        else:
            text = socket.inet_ntop(socket.AF_INET6, host) + (f"%{scope}" if scope else "")
        return text, int.from_bytes(port, "big")

    def to_socket(self, address: Address) -> Address:
        host, port = address
        return (host if ":" in host else _MAPPED_TEXT + host), port

    def from_socket(self, address: tuple[str, int] | tuple[str, int, int, int]) -> Address:
        return address[0].removeprefix(_MAPPED_TEXT), address[1]


INET: Family = _Inet()
INET6: Family = _Inet6()


def family_of(host: str) -> Family:
    """Of the address that a socket is bound to."""
    return INET6 if ":" in host else INET
