"""Whatever strangers send, nothing escapes and those who talk talk on."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import socket
import struct
import time
from typing import Any

import psutil
import pytest
from aioice import stun
from aiortc.rtcsctptransport import (
    AbortChunk,
    DataChunk,
    ForwardTsnChunk,
    HeartbeatChunk,
    InitAckChunk,
    InitChunk,
    ReconfigChunk,
    SackChunk,
    StreamResetOutgoingParam,
)
from aiortc.rtp import RtcpPsfbPacket, RtcpReceiverInfo, RtcpRtpfbPacket, RtcpSenderInfo, RtcpSrPacket, RtpPacket
from google_crc32c import value as crc32c

from wasl_media.aiortc_private import Association, PacketBuffer
from wasl_media.demultiplexer import Demultiplexer
from wasl_media.description import OPUS, VP8, VP8_RTX, read_answer
from wasl_media.errors import MediaError
from wasl_media.ice import Address
from wasl_media.partner import MediaPartner
from wasl_media.peer import Peer
from wasl_media.text import Text

Meeting = Any
Until = Any
SEED = os.environ.get("WASL_TEST_SEED", "0")
ROUNDS = 3_000
STORM, OPENED, ANSWERS, CHUNKS = 700_000, 250_000, 20_000, 30_000
"""A million inputs in all: as they come from the network, after decryption, as SDP and as SCTP."""
SHARE = 8
"""Of each of the storms, one part in so many is tried in a quick run."""
GROWTH = 16 << 20
"""Bytes that the process may grow by: what is kept by mistake for every hundredth of a million inputs would be more."""


@pytest.fixture
def share(request: pytest.FixtureRequest) -> int:
    """What part of a storm comes: all of it in a long run."""
    return 1 if request.config.getoption("--long") else SHARE


def seeded(number: int) -> random.Random:
    """Other inputs for each commit; the line that is printed has them again."""
    print(f"WASL_TEST_SEED={SEED}")
    return random.Random(f"{SEED} {number}")


def mutate(seed: bytes, chance: random.Random) -> bytes:
    """Bytes turned, cut, repeated and joined."""
    changed = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0 if at < len(changed):
                changed[at] = chance.randrange(256)
            case 1 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 2:
                del changed[at : at + chance.randint(1, 8)]
            case 3:
                changed[at:at] = chance.randbytes(chance.randint(1, 8))
            case _:
                del changed[at:]
    return bytes(changed)


def a_check(username: str, password: str) -> bytes:
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{username}:theirs"
    request.attributes["USE-CANDIDATE"] = None
    request.attributes["ERROR-CODE"] = (401, "no")
    request.attributes["XOR-MAPPED-ADDRESS"] = ("192.0.2.1", 5)
    request.add_message_integrity(password.encode())
    return bytes(request)


class SilentPort:
    """A port that sends nothing."""

    def __init__(self) -> None:
        self.buffer = PacketBuffer()

    def outgoing(self) -> PacketBuffer:
        return self.buffer

    def send(self, *_: object) -> None:
        pass


async def test_datagrams_of_strangers_never_raise() -> None:
    chance = random.Random(7)
    board = Demultiplexer()
    peer = Peer("one", SilentPort(), lambda _: None)  # type: ignore[arg-type]
    board.plug(peer.link)
    credentials = peer.link.agent.credentials
    seeds = [
        a_check(credentials.username, credentials.password),
        b"\x16\xfe\xfd" + bytes(10) + b"\x00\x05hello",
        RtpPacket(VP8, 1, 5, 6, 7, b"\x10\x00data").serialize(),
    ]
    board.receive(fill(seeds[0]), len(seeds[0]), ("192.0.2.1", 1), 0.0)
    assert board.strangers == 0
    for _ in range(ROUNDS):
        datagram = mutate(chance.choice(seeds), chance)[:1_800]
        board.receive(fill(datagram), len(datagram), ("192.0.2.1", chance.randrange(3)), 0.0)
    assert board.strangers > ROUNDS / 4
    await peer.close()


def fill(datagram: bytes) -> PacketBuffer:
    buffer = PacketBuffer()
    buffer.view[: len(datagram)] = datagram
    return buffer


def memory() -> int:
    """Bytes that this process holds."""
    gc.collect()
    return psutil.Process().memory_info().rss


@pytest.mark.fault
@pytest.mark.timeout(600)
async def test_a_storm_of_changed_checks_handshakes_and_media_reaches_no_call(
    meeting: Meeting, until: Until, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    """Real datagrams of two people, changed, from their own addresses and from strangers'."""
    heard: dict[tuple[Address, int], list[bytes]] = {}
    receive = meeting.relay.port._receive

    def listen(buffer: PacketBuffer, length: int, sender: Address, now: float) -> None:
        kept = heard.setdefault((sender, buffer.view[0] >> 6), [])
        if len(kept) < 60:
            kept.append(bytes(buffer.view[:length]))
        receive(buffer, length, sender, now)

    monkeypatch.setattr(meeting.relay.port, "_receive", listen)
    one, viewer = await meeting.join("one"), await meeting.join("viewer")
    await meeting.relay.show("viewer", 0, "one")

    async def flows() -> bool:
        return (await viewer.measure()).slots[0].frames > 60

    await until(flows)
    monkeypatch.setattr(meeting.relay.port, "_receive", receive)
    for partner in (one, viewer):
        partner.mute()

    async def still() -> bool:
        before = await counted(meeting)
        await asyncio.sleep(0.3)
        return before == await counted(meeting)

    await until(still)
    before = await counted(meeting)
    chance, storm = seeded(11), STORM // share
    seeds = [(sender, datagram) for (sender, _), kept in heard.items() for datagram in kept]
    assert {datagram[0] >> 6 for _, datagram in seeds} == {0, 2}  # checks and handshakes; media
    assert {datagram[0] >> 4 for _, datagram in seeds} >= {0, 1}
    held = 0
    for number in range(storm):
        sender, datagram = chance.choice(seeds)
        changed = mutate(datagram, chance)[:1_800]
        if changed == datagram:
            continue
        stranger = ("192.0.2.1", 1 + number % 60_000)
        receive(fill(changed), len(changed), chance.choice([sender, stranger]), time.monotonic())
        if number % 100 == 0:
            await asyncio.sleep(0)
        if number == storm // 5:
            held = memory()
    assert memory() - held < GROWTH
    assert await counted(meeting) == before
    assert meeting.relay.port.faults == 0
    one.unmute()
    frames = (await viewer.measure()).slots[0].frames

    async def goes_on() -> bool:
        return (await viewer.measure()).slots[0].frames > frames + 30

    await until(goes_on)


async def counted(meeting: Meeting) -> list[tuple[str, int, int]]:
    """The packets that were taken from each peer."""
    return [(peer.peer, peer.packets_in, peer.recovered) for peer in (await meeting.relay.stats()).peers]


@pytest.mark.fault
@pytest.mark.timeout(600)
async def test_a_storm_of_changed_answers_is_refused(share: int) -> None:
    chance, answers = seeded(12), ANSWERS // share
    peer = Peer("one", SilentPort(), lambda _: None)  # type: ignore[arg-type]
    answer = peer.offer([("127.0.0.1", 5)]).replace("actpass", "active").encode()
    streams = [subscription.stream for subscription in peer.subscriptions.values()]
    refused = held = 0
    for number in range(answers):
        try:
            read_answer(mutate(answer, chance).decode(errors="replace"), streams)
        except MediaError:
            refused += 1
        if number == answers // 5:
            held = memory()
    assert refused > answers / 4
    assert memory() - held < GROWTH


@pytest.mark.parametrize(
    "rounds", [ROUNDS, pytest.param(OPENED // 2, marks=[pytest.mark.fault, pytest.mark.timeout(600)])]
)
async def test_packets_of_a_peer_never_raise(rounds: int, share: int) -> None:
    """What comes after decryption: a hostile page has the keys, so this is not authentic by itself."""
    chance, rounds = seeded(8), max(ROUNDS, rounds // share)
    peers = [Peer(name, SilentPort(), lambda _: None) for name in ("one", "two")]  # type: ignore[arg-type]
    one, two = peers
    two.show(0, one, 0.0)
    one.show(0, two, 0.0)
    ours = [subscription.stream.ssrc for subscription in one.subscriptions.values()]
    extended = bytes.fromhex("90610001 00000002 00000007 bede0002 10aa 32010203 0000 100064617461")
    media = [
        RtpPacket(VP8, 1, 5, 6, 7, b"\x10\x00data").serialize(),
        RtpPacket(VP8_RTX, 1, 5, 6, 8, b"\x00\x04\x10\x00data").serialize(),
        RtpPacket(OPUS, 1, 5, 6, 9, b"sound").serialize(),
        extended,
    ]
    info = RtcpSenderInfo(1 << 40, 5, 6, 7)
    control = [
        bytes(RtcpSrPacket(7, info, [RtcpReceiverInfo(ours[0], 1, 2, 3, 4, 5, 6)])),
        bytes(RtcpRtpfbPacket(1, 7, ours[1], [1, 2, 30, 65_535])),
        bytes(RtcpPsfbPacket(1, 7, ours[1])),
        bytes(RtcpPsfbPacket(4, 7, 0, ours[1].to_bytes(4, "big") + bytes(4))),
        bytes(RtcpPsfbPacket(15, 7, 0, b"REMB\x01\x00\xff\xff" + bytes(4))),
    ]
    held = 0
    for number in range(rounds):
        now = number / 100
        one.receive_rtp(memoryview(bytearray(mutate(chance.choice(media), chance)[:1_800])), now)
        one.receive_rtcp(mutate(chance.choice(control), chance), now)
        for peer in peers:
            peer.tick(now)
        if number == rounds // 5:
            held = memory()
    assert memory() - held < GROWTH
    for peer in peers:
        peer.stats()
        await peer.close()


async def test_answers_never_raise_anything_but_a_media_error(meeting: Meeting) -> None:
    chance = random.Random(9)
    partner = meeting.partners["one"] = MediaPartner()
    answer = (await partner.answer(await meeting.relay.open_peer("one"))).encode()
    refused = 0
    for number in range(ROUNDS // 3):
        await meeting.relay.open_peer(f"fuzz{number}")
        try:
            await meeting.relay.answer(f"fuzz{number}", mutate(answer, chance).decode(errors="replace"))
        except MediaError:
            refused += 1
        await meeting.relay.close_peer(f"fuzz{number}")
    assert refused > 0


async def test_a_call_goes_on_under_a_storm_of_nonsense(meeting: Meeting, until: Until) -> None:
    chance = random.Random(10)
    await meeting.join("one")
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "one")

    async def fluent() -> bool:
        return bool(await meeting.fluent("viewer", 0, "one"))

    await until(fluent)
    frames = (await viewer.measure()).slots[0].frames
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for _ in range(ROUNDS):
            first = chance.choice([0, 1, 20, 22, 63, 64, 128, 144, 191, 255])
            datagram = bytes([first]) + chance.randbytes(chance.randrange(1_400))
            stranger.sendto(datagram, ("127.0.0.1", meeting.relay.udp_port))

    async def goes_on() -> bool:
        return (await viewer.measure()).slots[0].frames > frames + 30

    await until(goes_on)
    await until(fluent)
    stats = await meeting.relay.stats()
    assert stats.faults == 0
    assert stats.strangers > 0


class NoDtls:
    """DTLS that sends nothing."""

    _role, state = "server", "connected"

    async def _send_data(self, data: bytes) -> None:
        pass

    def _register_data_receiver(self, receiver: object) -> None:
        pass

    def _unregister_data_receiver(self, receiver: object) -> None:
        pass


def sctp_seeds() -> list[bytes]:
    """Chunks of an association: its beginning, DCEP, text, acknowledgements with gaps, resets."""
    init, ack, data, sack = InitChunk(), InitAckChunk(), DataChunk(), SackChunk()
    forward, reset = ForwardTsnChunk(), ReconfigChunk()
    for chunk in (init, ack):
        chunk.initiate_tag, chunk.advertised_rwnd, chunk.initial_tsn = 7, 100_000, 1
        chunk.outbound_streams = chunk.inbound_streams = 65_535
    ack.params.append((7, bytes(24)))
    data.flags, data.tsn, data.stream_id, data.protocol = 3, 1, 0, 50
    data.user_data = b"\x03\x00" + bytes(6) + b"\x00\x01\x00\x04xt140"
    text = DataChunk()
    text.flags, text.tsn, text.protocol, text.user_data = 3, 2, 51, "سلام".encode()
    sack.cumulative_tsn, sack.advertised_rwnd, sack.gaps, sack.duplicates = 1, 5, [(2, 65_535)] * 4, [1]
    forward.cumulative_tsn, forward.streams = 4, [(1, 2)]
    reset.params.append((13, bytes(StreamResetOutgoingParam(1, 1, 1, [0, 1]))))
    return [bytes(chunk) for chunk in (init, ack, data, text, sack, forward, reset, HeartbeatChunk(), AbortChunk())]


@pytest.mark.fault
@pytest.mark.timeout(600)
async def test_a_storm_of_changed_sctp_ends_an_association_at_worst(share: int) -> None:
    """Right checksums and tags, as only a page that has its keys can make them."""
    chance, seeds, chunks = seeded(13), sctp_seeds(), CHUNKS // share
    ended = held = number = 0
    longest = 0.0
    while number < chunks:
        association = Association(NoDtls(), lambda: True)  # type: ignore[arg-type]
        text = Text("one", association, lambda _: None)
        await text.start(5_000)
        for _ in range(300):
            number += 1
            chunk = mutate(chance.choice(seeds), chance)
            tag = 0 if chunk[:1] == b"\x01" else association._local_verification_tag
            packet = struct.pack("!HHL", 5_000, 5_000, tag) + bytes(4) + chunk
            began = time.thread_time()
            await association._handle_data(packet[:8] + struct.pack("<L", crc32c(packet)) + packet[12:])
            longest = max(longest, time.thread_time() - began)
            if association._association_state is association.State.CLOSED:
                ended += 1
                break
        text.end()
        if not held and number > chunks // 5:
            held = memory()
    assert ended > 10
    assert memory() - held < GROWTH
    assert longest < 1.0
