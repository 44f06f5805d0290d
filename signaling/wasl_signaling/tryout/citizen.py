"""A citizen to try with: waits, talks, and takes the reference number home."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from wasl_signaling import messages as m
from wasl_signaling.tryout.client import CITIZEN, FAREWELL, Client
from wasl_signaling.tryout.errors import TryoutError
from wasl_signaling.tryout.site import Site
from wasl_signaling.tryout.talker import Talker
from wasl_signaling.tryout.terminal import say

GREETING = {"ar": "وعليكم السلام، هل تراني وتسمعني؟", "en": "Good day, can you see and hear me?"}
IN_LINE = (m.CitizenPhase.WAITING, m.CitizenPhase.RINGING)
OPEN = (*IN_LINE, m.CitizenPhase.CALL)
REASONS = {
    m.Why.AGENTS_BUSY: "all agents are with others",
    m.Why.NOBODY_SIGNED_IN: "nobody who can serve it is at the desk",
    m.Why.WAITING_FOR_SIGNER: "it waits for somebody who signs",
    m.Why.ON_BREAK: "those who can serve it are on a break",
    m.Why.WISH: "it waits a little longer for the agent of last time",
}
ENDINGS = {
    m.CitizenPhase.LEFT: "Left the line.",
    m.CitizenPhase.EXPIRED: "The place has expired.",
    m.CitizenPhase.CLOSED: "The desk has closed.",
}


async def visit(site: Site, join: m.Join, talk: float | None) -> None:
    """Takes a place in line and stays until the visit is over, `talk` seconds into the call at most.

    Cancelled, it leaves the line or the call before it ends.
    """
    client = Client(CITIZEN, site, m.CitizenConnect(language="en"))
    citizen = Citizen(client, Talker(client, shade=170, pitch=400))
    client.watch(citizen.tell)
    async with client:
        joined = await client.ask(join)
        client.hello = m.CitizenConnect(language="en", ticket=joined.ticket, resume=joined.resume)
        say(f"Took ticket {joined.ticket}.")
        try:
            await client.until(lambda state: state.ticket)
            await citizen.stay(talk)
        finally:
            await citizen.go()


@dataclass
class Citizen:
    """A citizen with a place in line."""

    client: Client[m.CitizenState]
    talker: Talker
    _told: str = field(default="", init=False)

    def tell(self, state: m.CitizenState) -> None:
        """Says where the visit stands, when it is not what was said last."""
        sentence = words_of(state)
        if sentence and sentence != self._told:
            say(sentence)
            self._told = sentence

    async def stay(self, talk: float | None) -> None:
        """Until the visit is over, or for `talk` seconds of a call."""
        while (state := await self.client.until(lambda state: state.phase not in IN_LINE)).call is not None:
            greeting = GREETING[state.ticket.language if state.ticket else "ar"]
            try:
                async with self.talker.talking(state.call, greeting), asyncio.timeout(talk):
                    await self.client.until(lambda state: state.phase is not m.CitizenPhase.CALL)
            except TimeoutError:
                return

    async def go(self) -> None:
        """Leaves the line or the call if that is still to be done, and reads the summary."""
        with suppress(TryoutError, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                if self.client.state is not None and self.client.state.phase in OPEN:
                    await self.client.ask(m.Leave())
                    await self.client.until(lambda state: state.phase not in OPEN)
                await self.client.ask(m.Forget())
        await self.talker.close()


def words_of(state: m.CitizenState) -> str:
    """Where a visit stands, for the terminal; nothing when there is none."""
    if state.summary is not None:
        return _summary_words(state.summary)
    if state.wait is not None and state.ticket is not None:
        return f"Waiting for {state.ticket.service_name}: {_wait_words(state.wait)}."
    if state.phase is m.CitizenPhase.RINGING:
        return "An agent is being rung."
    if state.call is not None:
        return f"In call {state.call.id} with {', '.join(leg.name for leg in state.call.legs if not leg.you)}."
    return ENDINGS.get(state.phase, "")


def _wait_words(wait: m.WaitView) -> str:
    estimate = wait.estimate
    how_long = f"{estimate.low}–{estimate.high} s" if estimate else "nobody can tell yet how long"
    return f"place {wait.position}, {how_long}, because {REASONS[wait.why]}"


def _summary_words(summary: m.SummaryView) -> str:
    digits = summary.reference
    reference = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    return f"The visit is over ({summary.outcome or 'no outcome yet'}). Reference number: {reference}"
