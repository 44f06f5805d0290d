"""A day at the desk on a virtual clock, through the queue itself: nothing of it is imitated."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from wasl_queue import estimate
from wasl_queue.queue import Changes, OfferState, Policy, Queue, Requirements, Skills
from wasl_queue.scenario import HOUR, Absence, Demand, Scenario, Staff

_PACE = 15.0
"""Seconds between two looks at the lines."""
POLICY = Policy(lease_seconds=30 * 24 * HOUR)
"""Desks do not fail in the simulation."""


def requirements(demand: Demand) -> Requirements:
    """What the citizens of this line ask for."""
    return Requirements(demand.service, demand.language, demand.sign_language, demand.modality)


def skills(staff: Staff) -> Skills:
    """What these agents have."""
    services, languages = dict.fromkeys(staff.services, 3), dict.fromkeys(staff.languages, 3)
    return Skills(services, languages, interpreter=staff.interpreter)


@dataclass
class Visitor:
    """One citizen's day. Times are epoch seconds."""

    demand: Demand
    joined_at: float
    served_at: float | None = None
    left_at: float | None = None
    """When she gave up."""

    @property
    def waited(self) -> float:
        """Seconds until she was answered or gave up."""
        ended = self.served_at if self.served_at is not None else self.left_at
        return 0.0 if ended is None else ended - self.joined_at


@dataclass
class Worker:
    """One agent's day."""

    id: str
    staff: Staff
    absences: tuple[Absence, ...] = ()
    signed_in: bool = False
    here: bool = False
    """Signed in, and not on a break."""
    serving: int | None = None
    worked: float = 0.0
    """Seconds here."""
    busy: float = 0.0
    """Of these, seconds ringing, in visits and writing notes."""
    changed_at: float = 0.0
    occupied: bool = False

    def turn(self, now: float, *, here: bool, occupied: bool) -> None:
        """Count the time since the last turn, and go on as told."""
        if self.here:
            self.worked += now - self.changed_at
            self.busy += now - self.changed_at if self.occupied else 0.0
        self.changed_at, self.here, self.occupied = now, here, occupied


@dataclass(frozen=True)
class Sample:
    """How the desk looked at one moment."""

    at: float
    waiting: int
    here: int
    occupied: int


@dataclass
class Simulation:
    """One day of a scenario, from `midnight` (epoch seconds) on. Run it once."""

    scenario: Scenario
    seed: int = 1
    midnight: float = 0.0
    queue: Queue = field(default_factory=lambda: Queue(POLICY))
    joined: Callable[[Connection, int, Visitor], None] = lambda *_: None
    """Called with each new ticket, in the transaction that made it."""
    visitors: dict[int, Visitor] = field(default_factory=dict)
    """By ticket."""
    workers: dict[str, Worker] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    now: float = 0.0
    _waiting: int = 0
    _rung: set[int] = field(default_factory=set)
    _heap: list[tuple[float, int, Callable[[], Changes | None]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def run(self, connection: Connection) -> Iterator[float]:
        """Live through the day, until the last citizen has gone; yields the time a few times per minute of it.

        Nothing is committed here; the caller may at each of these times.
        """
        self._connection = connection
        self._plan()
        while self._heap:
            self.now, _, action = heapq.heappop(self._heap)
            changes = action()
            self._ring(changes)
            if action == self._look:
                yield self.now
        for worker in self.workers.values():
            self._go_home(worker)

    # What is known in the morning

    def _plan(self) -> None:
        self._dice = random.Random(f"visits {self.seed}")
        for number, demand in enumerate(self.scenario.lines):
            for at in self._arrivals(demand, random.Random(f"arrivals {self.seed} {number}")):
                self._at(at, partial(self._join, demand))
        for staff in self.scenario.staff:
            self._roster(staff)
        self._at(self.midnight + self.scenario.opens, self._look)

    def _arrivals(self, demand: Demand, dice: random.Random) -> Iterator[float]:
        """A Poisson process, thinned from its highest rate."""
        surges = self.scenario.surges
        most = demand.per_hour * max(demand.profile) / HOUR * max([1.0, *(surge.factor for surge in surges)])
        clock = self.scenario.opens
        while (clock := clock + dice.expovariate(most)) < self.scenario.closes:
            more = math.prod(surge.factor for surge in surges if surge.holds(clock))
            if dice.random() * most < demand.rate((clock - self.scenario.opens) / HOUR) * more:
                yield self.midnight + clock

    def _roster(self, staff: Staff) -> None:
        for number in range(staff.count):
            missing = [absence for absence in self.scenario.absences if number < round(absence.share * staff.count)]
            worker = Worker(f"{staff.name}-{number + 1}", staff, tuple(missing))
            self.workers[worker.id] = worker
            for span in (staff.shift, *staff.breaks, *missing):
                for clock in (span.starts, span.ends):
                    self._at(self.midnight + clock, partial(self._tend, worker))

    def _at(self, at: float, action: Callable[[], Changes | None]) -> None:
        heapq.heappush(self._heap, (at, next(self._order), action))

    # Citizens

    def _join(self, demand: Demand) -> Changes:
        visitor = Visitor(demand, self.now)
        made = self.queue.join(self._connection, requirements(demand), "simulated", self.now)
        self.visitors[made.ticket] = visitor
        self._waiting += 1
        self.joined(self._connection, made.ticket, visitor)
        self._at(self.now + self._dice.expovariate(1 / demand.patience), partial(self._give_up, made.ticket))
        return made.changes

    def _give_up(self, ticket: int) -> Changes | None:
        visitor = self.visitors[ticket]
        if visitor.served_at is not None:
            return None
        visitor.left_at = self.now
        self._waiting -= 1
        return self.queue.leave(self._connection, ticket, self.now)

    # Agents

    def _ring(self, changes: Changes | None) -> None:
        """Whoever is rung now will answer in a few seconds."""
        for agent in changes.agents if changes else ():
            offer = self.queue.offer_for(self._connection, agent)
            if offer is not None and offer.state is OfferState.PENDING and offer.id not in self._rung:
                worker = self.workers[agent]
                self._rung.add(offer.id)
                worker.turn(self.now, here=True, occupied=True)
                self._at(self.now + worker.staff.answer, partial(self._answer, worker, offer.id))
            elif offer is None and self.workers[agent].serving is None:
                self._calm(self.workers[agent])

    def _calm(self, worker: Worker) -> None:
        presence = self.queue.presence(self._connection, worker.id)
        if presence.state == "available" and worker.occupied:
            worker.turn(self.now, here=True, occupied=False)
            self._at(self.now, partial(self._tend, worker))

    def _answer(self, worker: Worker, offer: int) -> Changes | None:
        """Nothing, if the citizen gave up meanwhile."""
        ringing = self.queue.offer_for(self._connection, worker.id)
        self._rung.discard(offer)
        if ringing is None or ringing.id != offer:
            return None
        accepted = self.queue.accept(self._connection, offer, worker.id, self.now)
        if accepted.serving:
            self._begin(accepted.ticket)
        return accepted.changes

    def _begin(self, ticket: int) -> None:
        visitor = self.visitors[ticket]
        visitor.served_at = self.now
        self._waiting -= 1
        moved = self.queue.ticket(self._connection, ticket)
        crew = [self.workers[agent] for agent in (moved.agent, moved.interpreter) if agent]
        for worker in crew:
            worker.serving = ticket
        self._at(self.now + self._length(visitor.demand), partial(self._finish, ticket, crew))

    def _length(self, demand: Demand) -> float:
        middle = math.log(demand.handling) - demand.spread**2 / 2
        return self._dice.lognormvariate(middle, demand.spread)

    def _finish(self, ticket: int, crew: list[Worker]) -> Changes:
        changes = self.queue.finish(self._connection, ticket, self.now)
        for worker in crew:
            worker.serving = None
            notes = min(worker.staff.wrap_up, self.queue.policy.wrap_up_seconds)
            self._at(self.now + notes, partial(self._next, worker))
        return changes

    def _next(self, worker: Worker) -> Changes | None:
        """Her notes are written."""
        worker.turn(self.now, here=True, occupied=False)
        return self._tend(worker)

    def _tend(self, worker: Worker) -> Changes | None:
        """She does what her roster says, unless she has somebody to finish with first."""
        if worker.occupied:
            return None
        clock = self.now - self.midnight
        if self._is_away(worker, clock):
            return self._go_home(worker)
        if any(pause.holds(clock) for pause in worker.staff.breaks):
            return self._pause(worker)
        return self._come(worker)

    def _is_away(self, worker: Worker, clock: float) -> bool:
        """At closing time everyone stays while somebody waits."""
        shift = worker.staff.shift
        over = shift.ends <= clock and shift.ends < self.scenario.closes
        return clock < shift.starts or over or any(absence.holds(clock) for absence in worker.absences)

    def _come(self, worker: Worker) -> Changes:
        changes = Changes()
        if not worker.signed_in:
            changes = self.queue.sign_in(self._connection, worker.id, skills(worker.staff), self.now)
        worker.signed_in = True
        worker.turn(self.now, here=True, occupied=False)
        return changes | self.queue.available(self._connection, worker.id, self.now)

    def _pause(self, worker: Worker) -> Changes | None:
        if not worker.here:
            return None
        worker.turn(self.now, here=False, occupied=False)
        return self.queue.take_break(self._connection, worker.id, "pause", self.now)

    def _go_home(self, worker: Worker) -> Changes | None:
        if not worker.signed_in:
            return None
        worker.signed_in = False
        worker.turn(self.now, here=False, occupied=False)
        return self.queue.sign_out(self._connection, worker.id, self.now)

    # The clock

    def _look(self) -> Changes:
        """The sweep, and a note of how things stand. The day is over when the last citizen has gone."""
        changes = self.queue.sweep(self._connection, self.now)
        estimate.note(self._connection, self.queue.policy, self.now)
        here = [worker for worker in self.workers.values() if worker.here]
        self.samples.append(Sample(self.now, self._waiting, len(here), sum(worker.occupied for worker in here)))
        at_desk = any(worker.serving is not None for worker in here)
        if self.now < self.midnight + self.scenario.closes or self._waiting or at_desk:
            self._at(self.now + _PACE, self._look)
        else:
            self._heap.clear()
        return changes
