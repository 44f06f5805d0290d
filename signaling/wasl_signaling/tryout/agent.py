"""An agent to try with: answers every citizen, talks, finishes, and is ready for the next."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from wasl_signaling import messages as m
from wasl_signaling.tryout.client import DESK, FAREWELL, Client
from wasl_signaling.tryout.errors import Refused, TryoutError
from wasl_signaling.tryout.site import Site
from wasl_signaling.tryout.talker import Talker
from wasl_signaling.tryout.terminal import say

GREETING = {"ar": "السلام عليكم، كيف أخدمك؟", "en": "Hello, how can I help you?"}
NOTE = {"ar": "شكرًا لتجربة وصل.", "en": "Thank you for trying Wasl."}
RESTING = (m.PresenceState.BREAK, m.PresenceState.WRAP_UP)


@dataclass(frozen=True)
class Manner:
    """How the agent works. Times are seconds."""

    answer_after: float
    talk: float | None
    """None: until the citizen leaves."""


async def work(site: Site, username: str, password: str, manner: Manner) -> None:
    """Signs in and serves citizens until cancelled; then finishes the call and signs out."""
    member = await site.sign_in(username, password)
    say(f"Signed in as {member.name} ({member.id}).")
    client = Client(DESK, site, m.DeskConnect(language="en"))
    talker = Talker(client, shade=90, pitch=500)
    async with client:
        agent = Agent(client, talker, manner)
        try:
            while True:
                await agent.step()
        finally:
            await agent.go_home()
            await talker.close()
            with suppress(TryoutError):
                await site.sign_out()


@dataclass(frozen=True)
class Agent:
    """An agent at a desk."""

    client: Client[m.DeskState]
    talker: Talker
    manner: Manner

    async def step(self) -> None:
        """Does what the state of the desk asks for next."""
        state = await self.client.until(
            lambda state: state.call or state.offer or _reads(state) or state.presence.state in RESTING
        )
        try:
            if state.call is not None:
                await self._talk(state.call, state.visit)
            elif state.offer is not None:
                await self._answer(state.offer)
            elif _reads(state):
                await self._finish(state.visit)
                await self.client.until(lambda state: not _reads(state))
            else:
                await self._rest_no_more()
        except Refused as refusal:  # the citizen may have left at the same moment
            say(str(refusal))

    async def go_home(self) -> None:
        """Finishes the call, if there is one, and goes offline."""
        state = self.client.state
        with suppress(TryoutError, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                if state is not None and state.call is not None:
                    await self._finish(state.visit)
                await self.client.ask(m.SignOut())
            say("Signed out.")

    async def _rest_no_more(self) -> None:
        await self.client.ask(m.Available())
        await self.client.until(lambda state: state.presence.state not in RESTING)
        say("Ready for the next citizen.")

    async def _answer(self, offer: m.OfferView) -> None:
        wanted = f"{offer.service.name}, {offer.sign_language or offer.language}, {offer.modality}"
        say(f"Ringing: ticket {offer.ticket} ({wanted}).")
        await asyncio.sleep(self.manner.answer_after)
        await self.client.ask(m.Accept(offer=offer.id))
        await self.client.until(lambda state: state.call or state.offer is None or state.offer.id != offer.id)

    async def _talk(self, call: m.CallView, visit: m.VisitView | None) -> None:
        say(f"In call {call.id}.")
        greeting = GREETING[visit.language if visit else "ar"]
        with suppress(TimeoutError):
            async with self.talker.talking(call, greeting), asyncio.timeout(self.manner.talk):
                await self.client.until(lambda state: state.call is None)
        await self._finish(visit)
        await self.client.until(lambda state: state.call is None)

    async def _finish(self, visit: m.VisitView | None) -> None:
        if visit is not None:
            note = NOTE[visit.language]
            await self.client.ask(m.Finish(ticket=visit.ticket, outcome=m.Outcome.COMPLETED, note=note))
            say(f"Finished. The reference is {visit.reference}.")


def _reads(state: m.DeskState) -> bool:
    """Whether she has a citizen's message before her."""
    return state.presence.state is m.PresenceState.BUSY and state.visit is not None and state.visit.message is not None
