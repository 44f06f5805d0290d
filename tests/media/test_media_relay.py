"""Partners through a relay in this process, over real sockets."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from aioice import stun
from aiortc.sdp import SessionDescription

from clips import Recipe, make_clip
from livedesk import PATIENCE
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.partner import MediaPartner
from wasl_media.stats import PeerStats

Meeting = Any
Until = Any


async def sees(partner: MediaPartner, slot: int, until: Until, more_than: int = 0) -> None:
    async def decoded() -> bool:
        return (await partner.measure()).slots[slot].frames > more_than

    await until(decoded)


async def stats_of(meeting: Meeting, name: str) -> PeerStats:
    return next(peer for peer in (await meeting.relay.stats()).peers if peer.peer == name)


async def test_who_takes_no_pictures_is_sent_sound_alone_and_gets_the_picture_back_at_once(
    relayed: Meeting, until: Until
) -> None:
    viewer, _ = [await relayed.join(name) for name in ("viewer", "shown")]
    await relayed.relay.show("viewer", 0, "shown")
    await sees(viewer, 0, until)
    await relayed.relay.show("viewer", 0, "shown", ["audio"])
    last = (await viewer.measure()).slots[0]

    async def heard_alone() -> bool:
        nonlocal last
        before, last = last, (await viewer.measure()).slots[0]
        return last.frame_rate == 0 and last.audio_energy > before.audio_energy

    await until(heard_alone)
    asked_at = time.monotonic()
    await relayed.relay.show("viewer", 0, "shown")
    await sees(viewer, 0, until, more_than=last.frames)
    assert time.monotonic() - asked_at < 1.0 * PATIENCE


async def test_partners_meet_over_either_family_of_addresses(six: Meeting, until: Until) -> None:
    partners = [await six.join(name) for name in ("one", "two")]
    await six.relay.show("one", 0, "two")
    await six.relay.show("two", 0, "one")
    for partner in partners:
        await sees(partner, 0, until, more_than=10)
    assert (await six.relay.stats()).faults == 0


async def test_two_partners_see_and_hear_each_other(meeting: Meeting, until: Until) -> None:
    one, two = [await meeting.join(name) for name in ("one", "two")]
    await meeting.relay.show("one", 0, "two")
    await meeting.relay.show("two", 0, "one")
    for name, partner, other in (("one", one, "two"), ("two", two, "one")):

        async def fluent(name: str = name, partner: MediaPartner = partner, other: str = other) -> bool:
            measured = await partner.measure()
            slot = measured.slots[0]
            return (
                await meeting.fluent(name, 0, other)
                and (slot.width, slot.height) == (640, 480)
                and slot.audio_level > 0.05
                and measured.round_trip is not None
            )

        await until(fluent)
        energy = (await partner.measure()).slots[0].audio_energy

        async def louder(partner: MediaPartner = partner, energy: float = energy) -> bool:
            return (await partner.measure()).slots[0].audio_energy > energy

        await until(louder)
    stats = await stats_of(meeting, "one")
    assert stats.connected
    assert stats.packets_in > 0
    assert stats.packets_out > 0
    assert stats.lost == 0
    assert (await meeting.relay.stats()).faults == 0


async def test_one_source_in_two_slots_and_none_in_the_third(meeting: Meeting, until: Until) -> None:
    await meeting.join("agent")
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "agent")
    await meeting.relay.show("viewer", 3, "agent")
    await sees(viewer, 0, until, 10)
    await sees(viewer, 3, until, 10)
    assert (await viewer.measure()).slots[2].frames == 0


async def test_a_slot_that_shows_nobody_stands_still(meeting: Meeting, until: Until) -> None:
    await meeting.join("agent")
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "agent")
    await sees(viewer, 0, until)
    await meeting.relay.show("viewer", 0, None)
    await meeting.relay.show("viewer", 0, None)
    began_at = time.monotonic()

    async def still() -> bool:
        last = (await viewer.measure()).slots[0].last_picture_at or began_at
        return time.monotonic() - last > 1.0

    await until(still)


async def test_somebody_who_only_listens_may_send_later(meeting: Meeting, until: Until) -> None:
    late = await meeting.join("late", send=False)
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "late")

    async def both() -> bool:
        return bool(meeting.connected("late") and meeting.connected("viewer"))

    await until(both)
    late.unmute()
    await sees(viewer, 0, until, 10)


async def test_streams_that_the_answer_did_not_name_are_learnt(meeting: Meeting, until: Until) -> None:
    silent = meeting.partners["silent"] = MediaPartner()
    answer = await silent.answer(await meeting.relay.open_peer("silent"))
    lines = [line for line in answer.splitlines() if not line.startswith("a=ssrc")]
    await meeting.relay.answer("silent", "\r\n".join(lines) + "\r\n")
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "silent")
    await sees(viewer, 0, until, 10)


async def test_loss_is_repaired_and_still_counted(lossy: Meeting, until: Until) -> None:
    await lossy.join("one")
    await lossy.join("two")
    await lossy.relay.show("one", 0, "two")
    await lossy.relay.show("two", 0, "one")

    async def fluent() -> bool:
        return await lossy.fluent("one", 0, "two") and await lossy.fluent("two", 0, "one")

    await until(fluent)

    async def repaired() -> bool:
        stats = await stats_of(lossy, "one")
        return stats.recovered > 3 and stats.retransmitted > 3 and stats.lost >= stats.recovered

    await until(repaired)


async def test_a_silent_peer_is_told_and_comes_back(meeting: Meeting, until: Until) -> None:
    await meeting.join("agent")
    citizen = await meeting.join("citizen")
    await meeting.relay.show("citizen", 0, "agent")
    await sees(citizen, 0, until)
    meeting.cut.add(meeting.ports["citizen"])

    async def told() -> bool:
        return not meeting.connected("citizen")

    await until(told)
    assert meeting.events[-1].reason == "silent"
    assert not (await stats_of(meeting, "citizen")).connected
    frames = (await citizen.measure()).slots[0].frames
    meeting.cut.clear()

    async def back() -> bool:
        return bool(meeting.connected("citizen"))

    await until(back)
    await sees(citizen, 0, until, frames + 20)
    assert meeting.connected("agent")


async def test_a_page_that_closes_is_told_at_once(patient: Meeting, until: Until) -> None:
    citizen = await patient.join("citizen")

    async def connected() -> bool:
        return bool(patient.connected("citizen"))

    await until(connected)
    await citizen.close()

    async def told() -> bool:
        return not patient.connected("citizen")

    await until(told)
    assert patient.events[-1].reason == "closed"
    assert len((await patient.relay.stats()).peers) == 1


async def test_a_false_fingerprint_never_connects(meeting: Meeting, until: Until) -> None:
    partner = meeting.partners["mallory"] = MediaPartner()
    answer = await partner.answer(await meeting.relay.open_peer("mallory"))
    start = answer.index("a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
    forged = answer[:start] + ("00" if answer[start : start + 2] != "00" else "11") + answer[start + 2 :]
    await meeting.relay.answer("mallory", forged)

    async def failed() -> bool:
        return bool(meeting.events) and meeting.events[-1].kind == "peer_disconnected"

    await until(failed)
    assert [event.reason for event in meeting.events] == ["failed"]


async def test_credentials_die_with_the_peer(meeting: Meeting, until: Until) -> None:
    sdp = SessionDescription.parse(await meeting.relay.open_peer("citizen"))
    ice = sdp.media[0].ice
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{ice.usernameFragment}:x"
    request.add_message_integrity((ice.password or "").encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as page:
        page.setblocking(False)
        page.connect(("127.0.0.1", meeting.relay.udp_port))
        page.send(bytes(request))
        async with asyncio.timeout(5 * PATIENCE):
            response = await asyncio.get_running_loop().sock_recv(page, 2_000)
        assert stun.parse_message(response).message_class is stun.Class.RESPONSE
        assert (await meeting.relay.stats()).strangers == 0
        await meeting.relay.close_peer("citizen")
        await meeting.relay.close_peer("citizen")
        page.send(bytes(request))

        async def refused() -> bool:
            return (await meeting.relay.stats()).strangers == 1

        await until(refused)
        with pytest.raises(BlockingIOError):
            page.recv(2_000)


async def test_a_changed_network_is_a_new_address_for_the_same_peer(meeting: Meeting, until: Until) -> None:
    partner = meeting.partners["citizen"] = MediaPartner()
    offer = await meeting.relay.open_peer("citizen")
    await meeting.relay.answer("citizen", await partner.answer(offer))
    await meeting.join("agent")
    await meeting.relay.show("citizen", 0, "agent")
    await sees(partner, 0, until)
    ice = SessionDescription.parse(offer).media[0].ice
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{ice.usernameFragment}:x"
    request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity((ice.password or "").encode())
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.setblocking(False)
        elsewhere.connect(("127.0.0.1", meeting.relay.udp_port))
        elsewhere.send(bytes(request))
        async with asyncio.timeout(5 * PATIENCE):
            while (await loop.sock_recv(elsewhere, 2_000))[0] < 128:
                pass  # the answer to the check; then the call comes here
    assert meeting.connected("citizen")


async def test_requests_that_make_no_sense_are_refused(meeting: Meeting) -> None:
    relay = meeting.relay
    await relay.open_peer("one")
    refusals = [
        (relay.open_peer("one"), MediaErrorCode.PEER_EXISTS),
        (relay.answer("nobody", ""), MediaErrorCode.UNKNOWN_PEER),
        (relay.answer("one", "nonsense"), MediaErrorCode.BAD_SDP),
        (relay.show("nobody", 0, None), MediaErrorCode.UNKNOWN_PEER),
        (relay.show("one", 0, "nobody"), MediaErrorCode.UNKNOWN_PEER),
        (relay.show("one", 4, "one"), MediaErrorCode.BAD_SLOT),
        (relay.show("one", -1, "one"), MediaErrorCode.BAD_SLOT),
    ]
    for request, code in refusals:
        with pytest.raises(MediaError) as refused:
            await request
        assert refused.value.code is code


async def test_a_peer_answers_once(meeting: Meeting) -> None:
    partner = meeting.partners["one"] = MediaPartner()
    answer = await partner.answer(await meeting.relay.open_peer("one"))
    await meeting.relay.answer("one", answer)
    with pytest.raises(MediaError) as refused:
        await meeting.relay.answer("one", answer)
    assert refused.value.code is MediaErrorCode.ALREADY_ANSWERED


async def test_who_is_shown_may_leave(meeting: Meeting, until: Until) -> None:
    await meeting.join("agent")
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "agent")
    await sees(viewer, 0, until)
    await meeting.relay.close_peer("agent")
    await meeting.partners.pop("agent").close()
    await meeting.join("agent")
    frames = (await viewer.measure()).slots[0].frames
    await meeting.relay.show("viewer", 0, "agent")
    await sees(viewer, 0, until, frames + 10)


async def test_a_clip_is_shown_and_after_it_a_person_in_the_same_slot(
    meeting: Meeting, until: Until, tmp_path: Path
) -> None:
    await meeting.relay.load_clip("waiting", make_clip(tmp_path / "waiting.webm", Recipe(seconds=2.0)))
    await meeting.relay.open_peer("early")  # whoever never answers disturbs nobody
    await meeting.relay.show_clip("early", 0, "waiting", repeat=True)
    one = await meeting.join("one", send=False)
    await meeting.relay.show_clip("one", 0, "waiting", repeat=False)

    async def watches() -> bool:
        slot = (await one.measure()).slots[0]
        return slot.frames > 24 and (slot.width, slot.height) == (320, 240) and slot.audio_level > 0.05

    await until(watches)

    async def ended() -> bool:
        return any(event.kind == "clip_ended" and event.peer == "one" for event in meeting.events)

    await until(ended)
    seen = (await one.measure()).slots[0].frames
    assert 50 <= seen <= 60
    await meeting.join("two")
    await meeting.relay.show("one", 0, "two")

    async def sees_two() -> bool:
        slot = (await one.measure()).slots[0]
        return slot.frames > seen + 20 and (slot.width, slot.height) == (640, 480)

    await until(sees_two)
    assert (await meeting.relay.stats()).faults == 0


async def test_lost_packets_of_a_clip_come_again(lossy: Meeting, until: Until, tmp_path: Path) -> None:
    await lossy.relay.load_clip("waiting", make_clip(tmp_path / "waiting.webm", Recipe(seconds=1.0)))
    one = await lossy.join("one", send=False)
    await lossy.relay.show_clip("one", 0, "waiting", repeat=True)
    await sees(one, 0, until, more_than=45)  # in the second round

    async def came_again() -> bool:
        return (await stats_of(lossy, "one")).retransmitted > 0

    await until(came_again)


async def test_a_clip_that_is_not_there_is_refused(meeting: Meeting, tmp_path: Path) -> None:
    relay = meeting.relay
    await relay.open_peer("one")
    for request, code in (
        (relay.show_clip("one", 0, "nothing", repeat=True), MediaErrorCode.UNKNOWN_CLIP),
        (relay.show_clip("two", 0, "tone", repeat=True), MediaErrorCode.UNKNOWN_PEER),
        (relay.show_clip("one", 4, "tone", repeat=True), MediaErrorCode.BAD_SLOT),
        (relay.load_clip("waiting", tmp_path / "waiting.webm"), MediaErrorCode.BAD_CLIP),
    ):
        with pytest.raises(MediaError) as refused:
            await request
        assert refused.value.code is code
