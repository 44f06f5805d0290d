"""Addresses as the kernel writes them."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl_media.family import INET, INET6, family_of

PORTS = st.integers(0, 65_535)


@given(st.ip_addresses(v=4).map(str), PORTS)
def test_ipv4_is_the_same_on_both_kinds_of_sockets(host: str, port: int) -> None:
    for family in (INET, INET6):
        name = family.pack((host, port))
        assert len(name) == family.size
        assert family.unpack(name) == (host, port)
        assert family.from_socket(family.to_socket((host, port))) == (host, port)


@given(st.ip_addresses(v=6).filter(lambda address: address.ipv4_mapped is None).map(str), PORTS)
def test_ipv6_comes_back_as_it_went(host: str, port: int) -> None:
    address = socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host)), port
    assert INET6.unpack(INET6.pack(address)) == address


def test_an_address_of_one_link_keeps_its_interface() -> None:
    assert INET6.unpack(INET6.pack(("fe80::1%7", 9))) == ("fe80::1%7", 9)


def test_ipv6_on_a_socket_of_ipv4_is_refused() -> None:
    with pytest.raises(OSError, match="illegal IP address"):
        INET.pack(("::1", 9))


def test_the_bound_address_tells_the_family() -> None:
    assert [family_of(host) for host in ("0.0.0.0", "127.0.0.1", "::", "::1")] == [INET, INET, INET6, INET6]
