"""Real-time text over data channels, with aiortc's own at the other end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiortc import RTCDataChannel
from aiortc.rtcsctptransport import WEBRTC_STRING, ReconfigChunk, SackChunk, serialize_packet
from google_crc32c import value as crc32c

from wasl_media.aiortc_private import Association
from wasl_media.description import MAX_MESSAGE
from wasl_media.errors import MediaError
from wasl_media.events import ChannelClosed, ChannelOpened, Reads, TextTyped
from wasl_media.text import BURST, MAX_UNREAD

Meeting = Any
Until = Any


async def join(meeting: Meeting, until: Until, name: str, **channel: Any) -> tuple[RTCDataChannel, list[str]]:
    """Somebody with an open channel, and what she reads on it."""
    partner = await meeting.join(name, send=False)
    made = partner._connection.createDataChannel("", **({"protocol": "t140"} | channel))
    read: list[str] = []
    made.on("message", read.append)

    async def opened() -> bool:
        return bool(made.readyState == "open")

    await until(opened)
    return made, read


def typed(meeting: Meeting) -> str:
    return "".join(event.t140 for event in meeting.events if isinstance(event, TextTyped))


def association(meeting: Meeting, name: str) -> Association:
    found: Association = meeting.relay._peers[name].text._association
    return found


async def test_letters_come_in_order_with_their_places(relayed: Meeting, until: Until) -> None:
    channel, _ = await join(relayed, until, "one")
    for text in ("سلا", "م\u2028", "b" * 5_000, "\b"):
        channel.send(text)
    whole = "سلام\u2028" + "b" * 5_000 + "\b"

    async def came() -> bool:
        return len(typed(relayed)) == len(whole)

    await until(came)
    assert typed(relayed) == whole
    texts = [event for event in relayed.events if isinstance(event, TextTyped)]
    assert [event.at for event in texts] == [0, 3, 5, 2005, 4005, 5005]


async def test_both_channels_carry_to_the_page_and_slots_have_their_own(relayed: Meeting, until: Until) -> None:
    _, read = await join(relayed, until, "one")
    others: dict[str, list[str]] = {}

    def opened(other: RTCDataChannel) -> None:
        other.on("message", others.setdefault(other.label, []).append)

    relayed.partners["one"]._connection.on("datachannel", opened)
    assert not await relayed.relay.write_lines("one", "{}"), "there is no channel of lines"
    for slot, text in ((0, "a"), (1, "x"), (0, "b"), (1, "y")):
        assert await relayed.relay.write_letters("one", slot, text)

    async def came() -> bool:
        return "".join(read) == "ab" and "".join(others.get("slot1", [])) == "xy"

    await until(came)
    lines: list[str] = []
    second = relayed.partners["one"]._connection.createDataChannel("", protocol="wasl-lines")
    second.on("message", lines.append)

    async def carries() -> bool:
        return await relayed.relay.write_lines("one", "{}") and lines[:1] == ["{}"]

    await until(carries)
    with pytest.raises(MediaError, match="bad_slot"):
        await relayed.relay.write_letters("one", 4, "a")
    with pytest.raises(MediaError, match="unknown_peer"):
        await relayed.relay.write_letters("nobody", 0, "a")


async def test_an_answer_without_data_channels_works_for_sound_and_picture(relayed: Meeting, until: Until) -> None:
    for name, port in (("absent", None), ("rejected", 0)):
        partner = relayed.partners[name] = type(await relayed.join(f"{name} helper"))()
        answer = await partner.answer(await relayed.relay.open_peer(name))
        media, _, rest = answer.partition("m=application")
        assert rest
        sdp = media.replace(" 8\r\n", "\r\n", 1)
        await relayed.relay.answer(
            name, sdp if port is None else f"{sdp}m=application 0 UDP/DTLS/SCTP x\r\na=mid:8\r\n"
        )
        viewer = await relayed.join(f"viewer of {name}", send=False)
        await relayed.relay.show(f"viewer of {name}", 0, name)

        async def sees(viewer: Any = viewer) -> bool:
            return bool((await viewer.measure()).slots[0].frames > 10)

        await until(sees)
        assert not await relayed.relay.write_letters(name, 0, "a")


@pytest.mark.parametrize(
    "wrong", [{"protocol": "chat"}, {"ordered": False}, {"maxRetransmits": 1}, {"maxPacketLifeTime": 100}], ids=str
)
async def test_other_channels_are_closed(wrong: dict[str, Any], relayed: Meeting, until: Until) -> None:
    partner = await relayed.join("one", send=False)
    channel = partner._connection.createDataChannel("", **({"protocol": "t140"} | wrong))

    async def closed() -> bool:
        return bool(channel.readyState == "closed")

    await until(closed)
    assert not [event for event in relayed.events if isinstance(event, ChannelOpened)]
    assert relayed.connected("one")


async def test_closing_the_channel_ends_the_text_and_not_the_session(relayed: Meeting, until: Until) -> None:
    channel, _ = await join(relayed, until, "one")
    channel.close()

    async def closed() -> bool:
        return ChannelClosed(peer="one", reads=Reads.LETTERS, label="") in relayed.events

    await until(closed)
    assert relayed.connected("one")
    assert not await relayed.relay.write_letters("one", 0, "a")
    again = relayed.partners["one"]._connection.createDataChannel("", protocol="t140")

    async def opened() -> bool:
        return bool(again.readyState == "open")

    await until(opened)
    again.send("back")

    async def came() -> bool:
        return typed(relayed) == "back"

    await until(came)


async def test_what_is_no_text_is_marked_or_left_out(relayed: Meeting, until: Until) -> None:
    channel, _ = await join(relayed, until, "one")
    channel.send(b"binary")
    channel.send("")
    theirs = channel.transport
    theirs._data_channel_queue.append((channel, WEBRTC_STRING, b"a\xff\xed\xa0\x80b"))
    channel.send("c")

    async def came() -> bool:
        return typed(relayed).endswith("c")

    await until(came)
    assert set(typed(relayed)) == set("abc\ufffd")


async def test_whoever_types_more_than_anybody_can_loses_the_channel_alone(relayed: Meeting, until: Until) -> None:
    channel, _ = await join(relayed, until, "one")
    sent = 0
    while sent <= BURST:
        channel.send("x" * 10_000)
        sent += 10_000

    async def closed() -> bool:
        return bool(channel.readyState == "closed")

    await until(closed)
    assert len(typed(relayed)) <= BURST
    assert relayed.connected("one")


async def test_a_message_that_is_too_long_loses_the_channel_alone(relayed: Meeting, until: Until) -> None:
    channel, _ = await join(relayed, until, "one")
    channel.transport._remote_max_message_size = 0
    channel.send("x" * (MAX_MESSAGE + 1))

    async def closed() -> bool:
        return bool(channel.readyState == "closed")

    await until(closed)
    assert typed(relayed) == ""
    assert relayed.connected("one")


async def test_a_page_that_does_not_read_costs_a_bounded_buffer(relayed: Meeting, until: Until) -> None:
    await join(relayed, until, "one")
    relayed.cut.add(relayed.ports["one"])  # nothing of it is heard: no acknowledgement either
    took = 0
    while await relayed.relay.write_letters("one", 0, "x" * 1_000):
        took += 1_000
        assert took < 2 * MAX_UNREAD
    waiting = sum(len(data) for _, _, data in association(relayed, "one")._data_channel_queue)
    assert waiting <= MAX_UNREAD


async def test_a_packet_that_cannot_be_handled_ends_the_association_alone(relayed: Meeting, until: Until) -> None:
    channel, _ = await join(relayed, until, "one")
    ours = association(relayed, "one")
    await channel.transport._send(channel.id, 50, b"\x02")  # an ACK is fine
    await channel.transport._send(9, 50, b"\x02")  # an ACK of a channel that does not exist is not

    async def ended() -> bool:
        return ours.state == "closed"

    await until(ended)
    assert relayed.connected("one")
    await asyncio.sleep(0)
    assert not await relayed.relay.write_letters("one", 0, "a")


async def test_acknowledging_what_was_never_sent_costs_nothing(relayed: Meeting, until: Until) -> None:
    await join(relayed, until, "one")
    ours = association(relayed, "one")
    chunk = SackChunk()
    chunk.cumulative_tsn = ours._last_sacked_tsn
    chunk.gaps = [(1, 65_535)] * 300
    loop = asyncio.get_running_loop()
    began = loop.time()
    await ours._receive_sack_chunk(chunk)
    assert loop.time() - began < 0.05
    assert ours.state == "connected"


async def test_an_empty_parameter_does_not_hold_the_loop_for_ever(relayed: Meeting, until: Until) -> None:
    """aiortc 1.16 never ends reading it, and keeps a little more each time."""
    channel, _ = await join(relayed, until, "one")
    chunk = ReconfigChunk()
    chunk.params.append((13, b""))
    theirs = channel.transport
    packet = bytearray(serialize_packet(5000, 5000, theirs._remote_verification_tag, chunk))
    packet[18:20] = bytes(2)
    packet[8:12] = bytes(4)
    packet[8:12] = crc32c(bytes(packet)).to_bytes(4, "little")
    await theirs.transport._send_data(bytes(packet))
    channel.send("goes on")

    async def came() -> bool:
        return typed(relayed) == "goes on"

    await until(came)


async def test_messages_that_never_end_are_bounded(relayed: Meeting, until: Until) -> None:
    """A sender that leaves a gap and goes on for ever."""
    channel, _ = await join(relayed, until, "one")
    ours, theirs = association(relayed, "one"), channel.transport
    theirs._local_tsn += 1
    for number in range(1_200):
        theirs._flight_size = 0
        await theirs._send(channel.id, WEBRTC_STRING, b"x")
        if number % 20 == 0:
            await asyncio.sleep(0.001)

    async def ended() -> bool:
        return ours.state == "closed"

    await until(ended)
    assert relayed.connected("one")
