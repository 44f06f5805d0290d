"""Connectivity checks, addresses and the UDP port."""

from __future__ import annotations

import asyncio
import socket
import time
import tracemalloc

import pytest
from aioice import stun

from livedesk import PATIENCE
from wasl_media import port as port_module
from wasl_media.aiortc_private import PacketBuffer
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.ice import Address, Credentials, IceAgent, read_check
from wasl_media.port import open_port

HOME, STREET = ("192.0.2.1", 1_000), ("198.51.100.1", 2_000)


def check(credentials: Credentials, *, nominate: bool = True, password: str = "") -> bytes:
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{credentials.username}:theirs"
    request.attributes["PRIORITY"] = 1
    request.attributes["ICE-CONTROLLING"] = 2
    if nominate:
        request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity((password or credentials.password).encode())
    return bytes(request)


def answer(agent: IceAgent, datagram: bytes, sender: Address) -> bytes | None:
    read = read_check(datagram)
    assert read is not None
    return agent.answer(*read, sender) if read[0] in agent.usernames else None


def test_an_authentic_check_is_answered_with_the_senders_address() -> None:
    agent = IceAgent()
    response = answer(agent, check(agent.credentials), HOME)
    assert response is not None
    read = stun.parse_message(response)
    assert read.message_class is stun.Class.RESPONSE
    assert read.attributes["XOR-MAPPED-ADDRESS"] == HOME
    assert read.check_message_integrity(agent.credentials.password.encode())


def test_a_nomination_moves_the_peer_every_time() -> None:
    agent = IceAgent()
    answer(agent, check(agent.credentials, nominate=False), HOME)
    assert agent.address is None
    for address in (HOME, STREET, HOME):
        answer(agent, check(agent.credentials), address)
        assert agent.address == address


def test_a_copy_of_a_check_from_elsewhere_moves_nobody() -> None:
    """Somebody who listens on the way can send what he heard, but never make one of his own."""
    agent = IceAgent()
    heard = check(agent.credentials)
    assert answer(agent, heard, HOME) is not None
    assert answer(agent, heard, STREET) is None
    assert answer(agent, heard, HOME) is not None, "repeated, because the answer was lost"
    assert agent.address == HOME


def test_a_copy_is_known_for_hours_in_little_memory() -> None:
    """A page checks every 2.5 s: 4,000 times in three hours. As objects that was 13 MB for forty people."""
    agent = IceAgent()
    heard = check(agent.credentials)
    assert answer(agent, heard, HOME) is not None
    tracemalloc.start()
    for _ in range(4_000):
        answer(agent, check(agent.credentials), HOME)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 100_000
    assert answer(agent, heard, STREET) is None
    assert agent.address == HOME


def test_a_restart_moves_the_peer_and_voids_the_credentials_before_it() -> None:
    agent = IceAgent()
    first = agent.credentials
    answer(agent, check(first), HOME)
    later = first.next().next()  # one restart on the way never reached us
    assert answer(agent, check(later, nominate=False), STREET) is not None
    assert (agent.credentials, agent.address) == (first, HOME)
    answer(agent, check(later), STREET)
    assert (agent.credentials, agent.address) == (later, STREET)
    for void in (first, first.next()):
        assert answer(agent, check(void), HOME) is None
    assert agent.address == STREET
    assert answer(agent, check(later.next()), HOME) is not None


def test_the_next_credentials_are_those_that_the_page_computes() -> None:
    """The same example stands in web/call/roaming.test.ts."""
    assert Credentials("aa", "bb").next() == Credentials("26706173ab47", "fd166f8f0a79c172d9a40ad7576361532222")


def test_a_check_with_another_password_is_not_answered() -> None:
    agent = IceAgent()
    assert answer(agent, check(agent.credentials, password="x" * 30), STREET) is None
    assert agent.address is None


@pytest.mark.parametrize(
    "datagram",
    [b"", b"\0" * 20, check(Credentials())[:-1], b"\x01\x01" + check(Credentials())[2:]],
    ids=["empty", "zeros", "cut short", "an answer"],
)
def test_what_is_no_check_is_not_read(datagram: bytes) -> None:
    assert read_check(datagram) is None


def test_credentials_are_long_and_never_the_same() -> None:
    many = {Credentials() for _ in range(100)}
    assert len(many) == 100
    assert all(len(one.username) >= 4 and len(one.password) >= 22 for one in many)


async def test_a_taken_port_is_waited_for_and_then_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_module, "BIND_PATIENCE", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as predecessor:
        predecessor.bind(("127.0.0.1", 0))
        number = predecessor.getsockname()[1]
        with pytest.raises(MediaError, match=f"port {number} on 127.0.0.1 is held") as refused:
            await open_port("127.0.0.1", number, lambda *_: None)
        assert refused.value.code is MediaErrorCode.PORT_IN_USE
        monkeypatch.setattr(port_module, "BIND_PATIENCE", 5.0)
        asyncio.get_running_loop().call_later(0.3, predecessor.close)
        port = await open_port("127.0.0.1", number, lambda *_: None)
    assert port.number == number
    port.close()
    port.close()


async def test_a_datagram_that_breaks_its_receiver_does_not_stop_the_next() -> None:
    received: list[bytes] = []
    second = asyncio.Event()

    def receive(buffer: PacketBuffer, length: int, _: Address, now: float) -> None:
        assert abs(now - time.monotonic()) < 1
        received.append(bytes(buffer.view[:length]))
        if len(received) == 1:
            raise RuntimeError("a mistake of ours")
        second.set()

    port = await open_port("127.0.0.1", 0, receive)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for datagram in (b"one", b""):
            stranger.sendto(datagram, ("127.0.0.1", port.number))
        async with asyncio.timeout(5 * PATIENCE):
            await second.wait()
    assert (received, port.faults) == ([b"one", b""], 1)
    port.close()
