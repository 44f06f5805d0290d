"""A crowd without media, for load: citizens come and go, demo agents serve them, and all is measured."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import product

from wasl_records.demo import demo_staff
from wasl_records.staff import Role, Staff
from wasl_signaling import messages as m
from wasl_signaling.tryout.agent import RESTING
from wasl_signaling.tryout.citizen import IN_LINE, OPEN
from wasl_signaling.tryout.client import CITIZEN, DESK, FAREWELL, Client
from wasl_signaling.tryout.errors import Refused, TryoutError
from wasl_signaling.tryout.figures import Figures
from wasl_signaling.tryout.site import Site
from wasl_signaling.tryout.terminal import say

# Seconds, each drawn anew between these two.
AT_HOME = (0.2, 3.0)
PATIENCE = (2.0, 30.0)
BEFORE_ANSWERING = (0.0, 0.2)
TALK = (0.3, 1.5)
AFTER_REFUSAL = 0.5  # seconds before an agent tries to go on
SETTLING = 5.0  # seconds in which the calls that are on at the end come to theirs


@dataclass(frozen=True)
class Plan:
    """How large a crowd, and for how many seconds."""

    citizens: int
    agents: int
    seconds: float


@dataclass(frozen=True)
class Wish:
    """What a citizen may come for, and who of the crowd can serve it."""

    service: str
    language: m.Language
    servants: frozenset[str]


@dataclass
class Crowd:
    """What all its people share."""

    site: Site
    wishes: list[Wish]
    ends_at: float
    """When nobody joins any more; monotonic."""
    figures: Figures = field(default_factory=Figures)
    idle: set[str] = field(default_factory=set)
    """Agents who are ready for a citizen."""

    @property
    def remaining(self) -> float:
        """Seconds until its end; 0 afterwards."""
        return max(0.0, self.ends_at - time.monotonic())


async def run(site: Site, password: str, plan: Plan) -> None:
    """Runs a crowd to its end, or until cancelled, and prints what it went through."""
    staff = _agents(plan.agents)
    wishes = _wishes(await site.services(), staff)
    async with AsyncExitStack() as stack:
        desks = {person.id: await stack.enter_async_context(site.another()) for person in staff}
        for agent, desk in desks.items():
            await desk.sign_in(agent, password)
        say(f"{plan.citizens} citizens and {len(desks)} agents, for {plan.seconds:.0f} s.")
        began = time.monotonic()
        crowd = Crowd(site, wishes, began + plan.seconds)
        try:
            await _live(crowd, desks, plan.citizens)
        finally:
            print(crowd.figures.table(time.monotonic() - began), flush=True)
            for desk in desks.values():
                with suppress(TryoutError):
                    await desk.sign_out()


def _agents(wanted: int) -> list[Staff]:
    known = [person for person, _ in demo_staff() if Role.AGENT in person.roles]
    if wanted > len(known):
        say(f"The demo has {len(known)} agents only, not {wanted}: going on with {len(known)}.")
    return known[:wanted]


def _wishes(services: list[str], staff: list[Staff]) -> list[Wish]:
    languages: tuple[m.Language, ...] = ("ar", "en")
    wishes = [
        Wish(service, language, frozenset(p.id for p in staff if language in p.languages and p.serves([service])))
        for service, language in product(services, languages)
    ]
    return [wish for wish in wishes if wish.servants]


async def _live(crowd: Crowd, desks: dict[str, Site], citizens: int) -> None:
    async with asyncio.TaskGroup() as people:
        others = [people.create_task(_agent(crowd, name, desk)) for name, desk in desks.items()]
        others.append(people.create_task(_progress(crowd)))
        await asyncio.wait([people.create_task(_citizen(crowd)) for _ in range(citizens)])
        for task in others:
            task.cancel()


async def _progress(crowd: Crowd) -> None:
    before = 0
    while True:
        await asyncio.sleep(1)
        figures = crowd.figures
        say(f"waiting {figures.waiting}, served {figures.served}, {figures.joined - before} joins/s")
        before = figures.joined


async def _citizen(crowd: Crowd) -> None:
    """One after the other, people who come in through the same door."""
    while crowd.remaining:
        await asyncio.sleep(min(random.uniform(*AT_HOME), crowd.remaining))
        if not crowd.remaining:
            return
        try:
            await _visit(crowd, random.choice(crowd.wishes))
        except TryoutError as error:
            crowd.figures.errors[str(error)] += 1


async def _visit(crowd: Crowd, wish: Wish) -> None:
    async with Client(CITIZEN, crowd.site, m.CitizenConnect(language=wish.language)) as client:
        try:
            await _wait(crowd, wish, client)
            async with asyncio.timeout(crowd.remaining + SETTLING):
                ended = await client.until(lambda state: state.ticket and state.phase not in OPEN)
        except TimeoutError as error:
            raise TryoutError("A call did not end.") from error
        finally:
            if client.state is not None and client.state.phase in OPEN:
                await client.ask(m.Leave())
        crowd.figures.served += ended.phase is m.CitizenPhase.SUMMARY
        crowd.figures.left += ended.phase is m.CitizenPhase.LEFT


async def _wait(crowd: Crowd, wish: Wish, client: Client[m.CitizenState]) -> None:
    """Joins, then waits for a call; whoever loses patience leaves."""
    figures, began = crowd.figures, time.monotonic()
    met_a_free_agent = len(wish.servants & crowd.idle) > figures.waiting
    figures.joined += 1
    figures.waiting += 1
    try:
        joined = await client.ask(m.Join(service=wish.service, language=wish.language, modality=m.Modality.TEXT))
        journey = figures.journeys[joined.ticket]
        journey.joined, journey.met_a_free_agent = began, met_a_free_agent
        async with asyncio.timeout(min(random.uniform(*PATIENCE), crowd.remaining)):
            state = await client.until(lambda state: state.ticket and state.phase not in IN_LINE)
        journey.live = time.monotonic() if state.phase is m.CitizenPhase.CALL else None
    except TimeoutError:
        await client.ask(m.Leave())
    finally:
        figures.waiting -= 1


async def _agent(crowd: Crowd, name: str, desk: Site) -> None:
    async with Client(DESK, desk, m.DeskConnect(language="en")) as client:
        try:
            while True:
                await _serve_or_rest(crowd, name, client)
        except TryoutError as error:
            say(f"{name} stops: {error}")
            crowd.figures.errors[str(error)] += 1
        finally:
            crowd.idle.discard(name)
            with suppress(TryoutError, TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await client.ask(m.SignOut())


async def _serve_or_rest(crowd: Crowd, name: str, client: Client[m.DeskState]) -> None:
    try:
        await _serve(crowd, name, client)
    except Refused as refusal:
        crowd.figures.errors[str(refusal)] += 1
        await asyncio.sleep(AFTER_REFUSAL)


async def _serve(crowd: Crowd, name: str, client: Client[m.DeskState]) -> None:
    """Does what the state of the desk asks for next."""
    state = await client.until(lambda state: state.call or state.offer or state.presence.state in RESTING)
    if state.call is not None and state.visit is not None:
        await asyncio.sleep(random.uniform(*TALK))
        await client.ask(m.Finish(ticket=state.visit.ticket, outcome=m.Outcome.COMPLETED))
        await client.until(lambda state: state.call is None)
    elif state.offer is not None:
        crowd.idle.discard(name)
        await _accept(crowd, client, state.offer)
    else:
        await client.ask(m.Available())
        await client.until(lambda state: state.presence.state not in RESTING)
        crowd.idle.add(name)


async def _accept(crowd: Crowd, client: Client[m.DeskState], offer: m.OfferView) -> None:
    journey = crowd.figures.journeys[offer.ticket]
    journey.offered = journey.offered or time.monotonic()
    await asyncio.sleep(random.uniform(*BEFORE_ANSWERING))
    journey.accepted = time.monotonic()
    try:
        await client.ask(m.Accept(offer=offer.id))
    except Refused as refusal:
        if refusal.code != "offer_gone":  # the citizen left while it rang, as people do
            raise
    await client.until(lambda state: state.call or state.offer is None or state.offer.id != offer.id)
