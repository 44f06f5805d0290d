"""A line is checked against a real relay, by a real peer, and the verdict goes with the ticket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from insidedesk import InsideDesk
from livedesk import Page, Pages, until
from wasl_media.partner import MediaPartner
from wasl_media.stats import PeerStats
from wasl_signaling import checking
from wasl_signaling.messages import CheckResult, CheckView

JOIN = {"service": "housing-allocation", "modality": "video", "language": "ar"}
VIDEO = {"modality": "video", "microphone": True, "camera": True}
VOICE = {"modality": "voice", "microphone": True, "camera": False}
TEXT = {"modality": "text", "microphone": False, "camera": False}
TOLD = {
    "heard": True,
    "round_trip": 0.01,
    "sent_rate": 30,
    "room": 900_000,
    "down": 300_000,
    "received": 350,
    "lost": 2,
}


def verdict_on(up: tuple[int, int, int], down: tuple[int, int]) -> CheckView:
    """On packets that came to the relay, were lost and came again; and on those that the page got and missed."""
    nobody: Any = None
    check = checking.Check("socket", "peer", nobody, checking.m.Check.model_validate(VIDEO), connected=True)
    came, lost, again = up
    counted = PeerStats(
        peer="peer",
        connected=True,
        packets_in=came,
        packets_out=0,
        lost=lost,
        recovered=again,
        retransmitted=0,
        round_trip=None,
    )
    told = checking.m.CheckDone(peer="peer", received=down[0], lost=down[1])
    return checking.judge(check.way, check.findings(told, counted))


@pytest.mark.parametrize(
    ("up", "down", "result"),
    [
        ((250, 0, 0), (350, 0), "good"),
        ((244, 6, 2), (340, 11), "good"),
        ((20, 2, 0), (0, 0), "good"),
        ((225, 25, 8), (308, 50), "weak"),
        ((219, 31, 8), (299, 59), "weak"),
        ((212, 35, 8), (303, 49), "weak"),
        ((250, 0, 0), (315, 35), "weak"),
        ((225, 25, 0), (350, 25), "weak"),
        ((175, 75, 20), (300, 60), "text"),
        ((250, 0, 0), (245, 105), "text"),
    ],
)
def test_loss_is_that_of_the_worse_way_by_its_packets(
    up: tuple[int, int, int], down: tuple[int, int], result: str
) -> None:
    verdict = verdict_on(up, down)
    assert (verdict.result, verdict.cause) == (result, None if result == "good" else "lossy")


def test_what_was_lost_on_its_way_to_the_relay_is_not_lost_again_on_its_way_back() -> None:
    """10 % each way, as counted: of what was sent back twice as much is missing."""
    assert verdict_on((225, 25, 0), (289, 62)).result is CheckResult.WEAK
    assert verdict_on((250, 0, 0), (289, 62 + 10)).result is CheckResult.TEXT


@asynccontextmanager
async def checked(page: Page, **request: Any) -> AsyncIterator[tuple[str, MediaPartner]]:
    """A check under way, and whoever answers it as the page."""
    begun = await page.ask("check", **request)
    assert "offer" in begun, begun
    offer, partner = begun["offer"], MediaPartner()
    answer = await partner.answer(offer["sdp"], send=request["microphone"])
    assert await page.ask("check_answer", peer=offer["peer"], sdp=answer) == {"ok": True}
    yield offer["peer"], partner
    await partner.close()


async def relayed(desk: InsideDesk) -> set[str]:
    """Who is connected to the media workers of this desk."""
    pool: Any = desk.parts.checks._pool
    stats = [await worker.relay.stats() for worker in pool.workers]
    return {peer.peer for each in stats for peer in each.peers}


async def nothing_runs(desk: InsideDesk) -> bool:
    """No check is left, here or at the relay."""
    return desk.parts.checks.running == 0 and not any("check" in peer for peer in await relayed(desk))


async def measured(desk: InsideDesk, peer: str, seconds: int = 4) -> None:
    """The relay has measured it for so long."""

    async def enough() -> bool:
        return len(desk.parts.checks._by_peer[peer].figures) >= seconds

    await until(enough, 30)


async def line_of_wall(wall: Page) -> dict[str, Any]:
    state = await wall.until(lambda state: state["tickets"])
    found: dict[str, Any] = state["tickets"][0]
    return found


async def test_a_good_line_is_heard_and_seen_in_both_directions_and_goes_with_the_ticket(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    citizen, wall = await pages.citizen(inside_desk.door), await pages.wall(inside_desk.door)
    agent = await pages.agent(inside_desk.door)
    async with checked(citizen, **VIDEO) as (peer, partner):

        async def whole() -> bool:
            tone, echo = (await partner.measure()).slots[:2]
            return tone.audio_energy > 0 and echo.audio_energy > 0 and echo.frame_rate >= 15

        await until(whole, 30)
        await measured(inside_desk, peer)
        checks = inside_desk.parts.checks
        check = checks._by_peer[peer]
        counted = await checks._count(check)
        assert counted is not None
        assert counted.packets_in > 100
        assert counted.lost == 0
        findings = check.findings(checking.m.CheckDone(peer=peer, **TOLD), counted)
        assert findings.connected
        assert findings.level is not None
        assert findings.level > -50
        assert findings.frame_rate is not None
        assert findings.frame_rate > 15
        assert findings.up is not None
        assert findings.up > 30_000
        assert findings.loss is not None
        assert findings.loss < 0.05
        reply = await citizen.ask("check_done", peer=peer, **TOLD)
    assert reply["check"] == {"result": "good", "cause": None}
    assert peer not in await relayed(inside_desk)
    await citizen.ask("join", **JOIN)
    assert (await citizen.until(lambda state: state.get("ticket")))["ticket"]["check"] == reply["check"]
    assert (await line_of_wall(wall))["check"] == reply["check"]
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    assert offered["offer"]["check"] == reply["check"]


async def test_a_check_in_the_line_changes_what_the_ticket_says(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen, wall = await pages.citizen(inside_desk.door), await pages.wall(inside_desk.door)
    await citizen.ask("join", **JOIN | {"modality": "text"})
    assert (await line_of_wall(wall))["check"] is None
    async with checked(citizen, **TEXT) as (peer, _):
        reply = await citizen.ask("check_done", peer=peer, round_trip=1.5)
    assert reply["check"] == {"result": "weak", "cause": "slow"}
    await citizen.until(lambda state: state["ticket"]["check"] == reply["check"])
    await wall.until(lambda state: state["tickets"][0]["check"] == reply["check"])


async def test_a_verdict_for_another_way_of_taking_part_is_not_kept(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen = await pages.citizen(inside_desk.door)
    async with checked(citizen, **TEXT) as (peer, _):
        await citizen.ask("check_done", peer=peer, round_trip=1.5)
    await citizen.ask("join", **JOIN)
    state = await citizen.until(lambda state: state.get("ticket"))
    assert state["ticket"]["check"] is None


async def test_what_reaches_the_relay_is_not_for_the_page_to_invent(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen = await pages.citizen(inside_desk.door)
    offer = (await citizen.ask("check", **VIDEO))["offer"]
    reply = await citizen.ask("check_done", peer=offer["peer"], **TOLD)
    assert reply["check"] == {"result": "text", "cause": "blocked"}
    for wrong in (
        {"round_trip": -1},
        {"round_trip": 61},
        {"sent_rate": 1e9},
        {"room": -1},
        {"down": -1},
        {"received": -1},
        {"lost": 1e9},
        {"verdict": "good"},
    ):
        assert (await citizen.ask("check_done", peer=offer["peer"], **wrong))["error"]["kind"] == "show"


async def test_a_check_ends_by_itself(inside_desk: InsideDesk, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LASTS", 0.3)
    citizen = await pages.citizen(inside_desk.door)
    peer = (await citizen.ask("check", **VIDEO))["offer"]["peer"]

    async def over() -> bool:
        return inside_desk.parts.checks.running == 0 and peer not in await relayed(inside_desk)

    await until(over)
    assert (await citizen.ask("check_done", peer=peer, **TOLD))["error"]["code"] == "not_now"


async def test_a_check_ends_with_its_page_and_a_new_one_ends_the_old(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen = await pages.citizen(inside_desk.door)
    first = (await citizen.ask("check", **VIDEO))["offer"]["peer"]
    second = (await citizen.ask("check", **VIDEO))["offer"]["peer"]
    assert await relayed(inside_desk) == {second} != {first}
    await citizen.close()

    async def over() -> bool:
        return inside_desk.parts.checks.running == 0 and not await relayed(inside_desk)

    await until(over)


async def test_a_check_ends_when_its_page_gives_it_up(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen = await pages.citizen(inside_desk.door)
    async with checked(citizen, **VIDEO) as (peer, _):
        await measured(inside_desk, peer, 1)
    await until(lambda: nothing_runs(inside_desk), 5)


async def test_a_check_ends_when_she_leaves_the_line_and_when_her_call_comes(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    for ends in ("leave", "devices"):
        citizen = await pages.citizen(inside_desk.door)
        await citizen.ask("join", **JOIN)
        peer = (await citizen.ask("check", **VIDEO))["offer"]["peer"]
        assert peer in await relayed(inside_desk)
        await citizen.ask(ends, **({} if ends == "leave" else {"microphone": "on", "camera": "on"}))
        await until(lambda: nothing_runs(inside_desk), 5)
        await citizen.close()


async def test_a_check_is_no_call_where_calls_are_placed(inside_desk: InsideDesk, pages: Pages) -> None:
    pool: Any = inside_desk.parts.checks._pool
    (worker,) = pool.workers
    citizen = await pages.citizen(inside_desk.door)
    await citizen.ask("check", **VIDEO)

    async def heard_of() -> bool:
        return worker.relay.load.peers == 1

    await until(heard_of)
    assert worker.candidate(0, 0.0).people == 0
    await citizen.close()
    await until(lambda: nothing_runs(inside_desk), 5)
    assert worker.checks == 0


async def test_a_verdict_that_comes_after_she_joined_is_on_the_card_that_was_offered_already(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    citizen, agent = await pages.citizen(inside_desk.door), await pages.agent(inside_desk.door)
    await agent.ask("available")
    async with checked(citizen, **TEXT) as (peer, _):
        await citizen.ask("join", **JOIN | {"modality": "text"})
        assert (await agent.until(lambda state: state["offer"]))["offer"]["check"] is None
        await citizen.ask("check_done", peer=peer, round_trip=1.5)
        await agent.until(lambda state: state["offer"]["check"] == {"result": "weak", "cause": "slow"})


async def test_checks_are_bounded_for_each_page_and_in_all(
    inside_desk: InsideDesk, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen = await pages.citizen(inside_desk.door)
    replies = [await citizen.ask("check", **TEXT) for _ in range(7)]
    assert [reply["error"]["code"] for reply in replies if "error" in reply] == ["too_many_requests"]
    monkeypatch.setattr(checking, "AT_ONCE", 2)
    others = [await pages.citizen(inside_desk.door) for _ in range(3)]
    begun = await asyncio.gather(*(other.ask("check", **VOICE) for other in others))
    assert sum("error" in reply for reply in begun) == 2
    assert inside_desk.parts.checks.running == 2


async def test_nobody_is_ever_shown_a_check(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen, other = await pages.citizen(inside_desk.door), await pages.citizen(inside_desk.door)
    async with checked(citizen, **VIDEO) as (peer, _):
        assert inside_desk.parts.switchboard.owner(peer) is None
        # Another page can neither answer nor end it, and none can have it renewed.
        assert (await other.ask("check_done", peer=peer, **TOLD))["error"]["code"] == "not_now"
        assert (await citizen.ask("media_failed", peer=peer))["error"]["code"] == "no_ticket"
        await citizen.ask("join", **JOIN)
        await citizen.ask("media_failed", peer=peer)
        assert peer in await relayed(inside_desk)


async def test_a_verdict_is_counted(inside_desk: InsideDesk, pages: Pages) -> None:
    labels = checking.metrics.CHECKS.labels("good", "none")
    before = labels._value.get()
    citizen = await pages.citizen(inside_desk.door)
    async with checked(citizen, **TEXT) as (peer, _):

        async def connected() -> bool:
            return inside_desk.parts.checks._by_peer[peer].connected

        await until(connected)
        reply = await citizen.ask("check_done", peer=peer, round_trip=0.01)
    assert CheckView(**reply["check"]) == CheckView(result=CheckResult.GOOD, cause=None)
    assert labels._value.get() == before + 1
