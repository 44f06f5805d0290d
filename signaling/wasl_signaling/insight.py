"""Insight into live calls: each second the relay's figures become what people are told, what is kept, and metrics."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from wasl_media.figures import PeerFigures, ViewFigures
from wasl_signaling import call as calls
from wasl_signaling import messages as m
from wasl_signaling import metrics, tally
from wasl_signaling.call import Call, Leg
from wasl_signaling.call_view import address_of
from wasl_signaling.house import House
from wasl_signaling.impressions import Impression, Impressions
from wasl_signaling.mailbox import Mailboxes
from wasl_signaling.switchboard import Switchboard
from wasl_signaling.tally import Tally
from wasl_signaling.trouble import Judge, Part

log = structlog.get_logger()
LOOK_EVERY = 1.0
"""Seconds; as often as the workers measure."""
KEEP_EVERY = 10.0
"""Seconds between two steps of the record: all that a killed server loses of it."""


@dataclass(frozen=True)
class Talk:
    """A live call and the sign language in it."""

    call: Call
    sign_language: str | None


class Insights:
    """Takes what the relay measured and tells what changed. Made once by the composition root."""

    def __init__(self, house: House, mailboxes: Mailboxes, switchboard: Switchboard, impressions: Impressions) -> None:
        self._house, self._mailboxes, self._switchboard = house, mailboxes, switchboard
        self._impressions = impressions
        self._judges: dict[int, Judge] = {}
        self._judged: dict[int, PeerFigures] = {}
        """The figures that were judged last, by leg: the workers' seconds are not ours, and none counts twice."""
        self._tallies: dict[int, Tally] = {}
        self._kept_at = time.monotonic()

    async def run(self) -> None:
        """Looks once a second, until cancelled. What fails is logged; the next second tries again."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look()
            except Exception:
                log.exception("insight failed")

    async def _look(self) -> None:
        """One second more of every call."""
        talks = await self._house.database.read(live_talks, self._house)
        for talk in talks:
            await self._tell(talk.call, self._judge(talk))
        over = self._forget({leg.id for talk in talks for leg in talk.call.legs})
        metrics.observe_troubles(Counter(i.trouble for i in self._impressions.values() if i.trouble is not None))
        if self._tallies and (over or time.monotonic() - self._kept_at >= KEEP_EVERY):
            await self._keep()

    def _judge(self, talk: Talk) -> dict[int, Impression]:
        """How people come across now, of those for whom that changed."""
        changed = {}
        for leg in talk.call.legs:
            part = self._part(talk, leg)
            if part is not None and self._judged.get(leg.id) is part.figures:
                continue
            impression = self._impress(leg, part) if part is not None else Impression()
            if impression != self._impressions.get(leg.id, Impression()):
                changed[leg.id] = impression
            self._impressions[leg.id] = impression
        return changed

    def _impress(self, leg: Leg, part: Part) -> Impression:
        self._judged[leg.id] = part.figures
        judge = self._judges.setdefault(leg.id, Judge())
        trouble = judge.take(part)
        counted = replace(part, camera=False) if judge.begins else part
        self._tallies.setdefault(leg.id, Tally()).add(counted, judge.speaking, trouble)
        metrics.observe_part(leg.role, counted)
        return Impression(judge.speaking, trouble)

    def _part(self, talk: Talk, leg: Leg) -> Part | None:
        figures, mailbox = self._switchboard.figures(address_of(leg)), self._mailboxes.get(address_of(leg))
        if figures is None or mailbox is None:
            return None
        signs = calls.signs(talk.call, leg, talk.sign_language)
        others = [(other, self._switchboard.figures(address_of(other))) for other in talk.call.others(leg.party)]
        there = [(other, found) for other, found in others if found is not None]
        return Part(
            figures,
            signs=signs,
            voice=mailbox.microphone is m.Device.ON and (not signs or leg.role is m.Role.INTERPRETER),
            camera=mailbox.camera is m.Device.ON and talk.call.modality is m.Modality.VIDEO,
            views=[view for other, found in there for view in _views(talk.call, other, found, leg)],
            far=max((found.round_trip for _, found in there if found.round_trip is not None), default=None),
        )

    async def _tell(self, call: Call, changed: dict[int, Impression]) -> None:
        if not changed:
            return
        legs = [m.LegInsight(leg=leg, speaking=i.speaking, trouble=i.trouble) for leg, i in changed.items()]
        for leg in call.legs:
            await self._mailboxes.send(address_of(leg), "insight", m.InsightEvent(call=call.id, legs=legs))

    def _forget(self, present: set[int]) -> bool:
        """Forgets those who left. Says whether there were any."""
        gone = self._impressions.keys() - present
        for leg in gone:
            del self._impressions[leg]
            self._judges.pop(leg, None)
            self._judged.pop(leg, None)
        return bool(gone)

    async def _keep(self) -> None:
        steps, self._tallies = self._tallies, {}
        self._kept_at = time.monotonic()
        try:
            await self._house.database.write(tally.keep, steps)
        except Exception:
            self._tallies = steps  # with the next step
            raise

    async def close(self) -> None:
        """Keeps what is not kept yet."""
        if self._tallies:
            await self._keep()


def live_talks(connection: Connection, house: House) -> list[Talk]:
    """The calls that people speak or sign in now."""
    return [
        Talk(call, house.queue.ticket(connection, call.ticket).requirements.sign_language)
        for call in calls.live_calls(connection)
        if call.state is m.CallState.LIVE and call.modality is not m.Modality.TEXT
    ]


def _views(call: Call, viewer: Leg, figures: PeerFigures, seen: Leg) -> Iterator[ViewFigures]:
    """How the viewer receives the one who is seen: each shows the others in the order in which they joined."""
    slot = call.others(viewer.party).index(seen)
    return (view for view in figures.views if view.slot == slot)
