"""The desk as the design tells it, in the slowest and plainest way.

It knows no index, no heap and nobody "loose": at the end of every step it looks at all tickets and all agents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wasl_queue.queue import Policy, Reason, Requirements, Skills

POLICY = Policy(
    offer_seconds=3,
    grace_waiting=6,
    grace_call=4,
    wrap_up_seconds=2,
    lease_seconds=9,
    undo_seconds=5,
    callback_hold=15,
    callback_grace=5,
    relax_agent=3,
    relax_level=4,
    relax_gender=5,
    transfer_patience=6,
    bonus={
        Reason.AGE: 2,
        Reason.PRIORITY_CARD: 4,
        Reason.DISABILITY: 4,
        Reason.RETURNED: 6,
        Reason.PROMISED: 9,
        Reason.TRANSFERRED: 50,
    },
)
RELAX = {"agent": POLICY.relax_agent, "gender": POLICY.relax_gender, "level": POLICY.relax_level}
AT_WORK = ("available", "offered", "busy", "wrap_up")
OPEN = ("waiting", "offered", "serving")


def reaches(skills: Skills, wants: Requirements) -> bool:
    return wants.group in skills.groups and wants.modality in skills.modalities


def level_alone(skills: Skills, wants: Requirements) -> int:
    """How well she does all that is required, by herself."""
    tongue = wants.sign_language or wants.language
    return min(skills.services.get(wants.service, 0), skills.languages.get(tongue, 0))


def level_interpreted(skills: Skills, wants: Requirements) -> int:
    """How well she does it when somebody signs for her."""
    return min(skills.services.get(wants.service, 0), skills.languages.get(wants.language, 0))


def interprets(skills: Skills, wants: Requirements) -> bool:
    tongues = skills.languages
    signed = wants.sign_language is not None and tongues.get(wants.sign_language, 0) >= wants.level
    return skills.interpreter and signed and tongues.get(wants.language, 0) >= 1


def seat_of(skills: Skills, wants: Requirements) -> str | None:
    if not reaches(skills, wants):
        return None
    if level_alone(skills, wants) >= wants.level:
        return "whole"
    if wants.sign_language and level_interpreted(skills, wants) >= wants.level:
        return "agent"
    return "interpreter" if interprets(skills, wants) else None


@dataclass(eq=False)
class Citizen:
    id: int
    wants: Requirements
    joined: float
    server: str
    reasons: frozenset[Reason]
    wishes: dict[str, tuple[str | int, float]]
    """By kind: what, and until when."""
    state: str = "waiting"
    agent: str | None = None
    interpreter: str | None = None
    grace: float | None = None
    undo: float | None = None
    callback: float | None = None
    rung: float | None = None

    COLUMNS = (
        *("id", "state", "agent", "interpreter", "sort_key", "grace_until", "undo_until", "callback_at", "rung_at"),
        *("server", "want_agent", "want_agent_until", "want_gender", "want_gender_until"),
        *("want_level", "want_level_until"),
    )

    @property
    def row(self) -> tuple[object, ...]:
        """What the database must hold in COLUMNS."""
        wishes = [of for kind in ("agent", "gender", "level") for of in self.wishes.get(kind, (None, None))]
        times = (self.key, self.grace, self.undo, self.callback, self.rung)
        return (self.id, self.state, self.agent, self.interpreter, *times, self.server, *wishes)

    @property
    def key(self) -> float:
        return self.joined - max((POLICY.bonus[reason] for reason in self.reasons), default=0)

    @property
    def place(self) -> tuple[float, int]:
        return self.key, self.id

    @property
    def present(self) -> bool:
        return self.grace is None


@dataclass(eq=False)
class Clerk:
    id: str
    skills: Skills
    lease: float
    idle: float
    state: str = "break"
    misses: int = 0
    until: float | None = None

    COLUMNS = ("id", "state", "misses", "idle_since", "until", "lease_until", "gender")

    @property
    def row(self) -> tuple[object, ...]:
        return (self.id, self.state, self.misses, self.idle, self.until, self.lease, self.skills.gender)


@dataclass(eq=False)
class Ringing:
    citizen: Citizen
    clerk: Clerk
    seat: str
    expires: float
    held: bool = False

    COLUMNS = ("ticket", "agent", "seat", "state", "expires_at")

    @property
    def row(self) -> tuple[object, ...]:
        state = "held" if self.held else "pending"
        return (self.citizen.id, self.clerk.id, self.seat, state, self.expires)


@dataclass
class Oracle:
    now: float = 1000.0
    matching: bool = True
    citizens: dict[int, Citizen] = field(default_factory=dict)
    clerks: dict[str, Clerk] = field(default_factory=dict)
    ringing: list[Ringing] = field(default_factory=list)
    refusals: dict[tuple[int, str], float] = field(default_factory=dict)
    servers: dict[str, float] = field(default_factory=dict)
    notices: list[int] = field(default_factory=list)

    # Matching

    def passed_over(self, citizen: Citizen, clerk: Clerk) -> bool:
        at = self.refusals.get((citizen.id, clerk.id))
        return at is not None and at > self.now - POLICY.offer_seconds and at >= clerk.idle

    def wished(self, citizen: Citizen, clerk: Clerk, level: int) -> bool:
        has = {"agent": clerk.id, "gender": clerk.skills.gender}
        held = {kind: wish for kind, (wish, until) in citizen.wishes.items() if self.now < until}
        return all(level >= int(wish) if kind == "level" else has[kind] == wish for kind, wish in held.items())

    def able(self, citizen: Citizen, seat: str) -> list[Clerk]:
        """Who is idle and can take this seat, the one to ask first in front."""
        found = []
        for clerk in self.clerks.values():
            if clerk.state != "available" or seat_of(clerk.skills, citizen.wants) != seat:
                continue
            measure = level_alone if seat == "whole" else level_interpreted
            suits = seat == "interpreter" or self.wished(citizen, clerk, measure(clerk.skills, citizen.wants))
            if suits and not self.passed_over(citizen, clerk):
                found.append(clerk)
        return sorted(found, key=lambda k: (self.refusals.get((citizen.id, k.id), 0.0), k.idle, k.id))

    def team(self, citizen: Citizen) -> dict[str, Clerk]:
        """Who would be rung for her now, by seat; empty if she has to wait."""
        alone = self.able(citizen, "whole")
        if alone:
            return {"agent": alone[0]}
        agents, interpreters = self.able(citizen, "agent"), self.able(citizen, "interpreter")
        return {"agent": agents[0], "interpreter": interpreters[0]} if agents and interpreters else {}

    def ring(self, citizen: Citizen, seat: str, clerk: Clerk) -> None:
        setattr(citizen, seat, clerk.id)
        citizen.state = clerk.state = "offered"
        self.ringing.append(Ringing(citizen, clerk, seat, self.now + POLICY.offer_seconds))

    def standing(self) -> list[Citizen]:
        """Who could be offered, the first in front."""
        found = [c for c in self.citizens.values() if c.state == "waiting" and c.present]
        return sorted(found, key=lambda c: c.place)

    def settle(self) -> None:
        for citizen in sorted(self.citizens.values(), key=lambda c: c.id):
            if citizen.interpreter and len(self.rings(citizen)) == 1:
                self.refill(citizen)
        for citizen in self.standing() if self.matching else []:
            for seat, clerk in self.team(citizen).items():
                self.ring(citizen, seat, clerk)

    def refill(self, citizen: Citizen) -> None:
        """One seat has become empty: it rings elsewhere, or the other one is free too."""
        empty = "agent" if self.rings(citizen)[0].seat == "interpreter" else "interpreter"
        able = self.able(citizen, empty) if self.matching and citizen.present else []
        if able:
            self.ring(citizen, empty, able[0])
        else:
            self.withdraw(citizen)

    # Offers

    def rings(self, of: Citizen | Clerk) -> list[Ringing]:
        return [r for r in self.ringing if of in (r.citizen, r.clerk)]

    def silence(self, ringing: Ringing, *, refused: bool = False) -> None:
        """An offer ends without a call; who was rung is idle as before."""
        citizen = ringing.citizen
        self.ringing.remove(ringing)
        ringing.clerk.state = "available"
        if refused:
            self.refusals[citizen.id, ringing.clerk.id] = self.now
        if not self.rings(citizen):
            citizen.state, citizen.agent, citizen.interpreter = "waiting", None, None

    def withdraw(self, citizen: Citizen) -> None:
        for ringing in self.rings(citizen):
            self.silence(ringing)

    def accept(self, ringing: Ringing) -> None:
        citizen = ringing.citizen
        if any(not other.held for other in self.rings(citizen) if other is not ringing):
            ringing.held, ringing.expires = True, self.now + POLICY.offer_seconds
            return
        for each in self.rings(citizen):
            self.ringing.remove(each)
            each.clerk.state, each.clerk.misses = "busy", 0
        citizen.state = "serving"
        citizen.grace = None if citizen.present else self.now + POLICY.grace_call

    def decline(self, ringing: Ringing) -> None:
        self.silence(ringing, refused=True)
        ringing.clerk.misses = 0

    def lapse(self, ringing: Ringing) -> None:
        if ringing.held:
            self.withdraw(ringing.citizen)
            return
        self.silence(ringing, refused=True)
        ringing.clerk.misses += 1
        if ringing.clerk.misses >= POLICY.misses_until_break:
            ringing.clerk.state = "break"

    # Agents

    def sign_in(self, agent: str, skills: Skills) -> None:
        clerk = self.clerks.setdefault(agent, Clerk(agent, skills, self.now, self.now))
        clerk.skills, clerk.lease = skills, self.now + POLICY.lease_seconds
        clerk.state = "break" if clerk.state == "offline" else clerk.state
        for ringing in self.rings(clerk):
            seat, paired = seat_of(skills, ringing.citizen.wants), ringing.citizen.interpreter is not None
            if not (seat == "whole" and ringing.seat == "agent") and not (paired and seat == ringing.seat):
                self.silence(ringing)

    def available(self, clerk: Clerk) -> None:
        if clerk.state in ("break", "wrap_up", "busy"):
            clerk.state, clerk.idle, clerk.misses, clerk.until = "available", self.now, 0, None

    def rest(self, clerk: Clerk, state: str) -> None:
        for ringing in self.rings(clerk):
            self.silence(ringing, refused=state == "break")
        clerk.state, clerk.misses, clerk.until = state, 0, None

    def staff(self, citizen: Citizen) -> list[Clerk]:
        return [self.clerks[id_] for id_ in (citizen.agent, citizen.interpreter) if id_]

    def release(self, citizen: Citizen) -> None:
        for clerk in self.staff(citizen):
            clerk.state, clerk.until, clerk.misses = "wrap_up", self.now + POLICY.wrap_up_seconds, 0

    # Citizens

    def put_back(self, citizen: Citizen, reason: Reason) -> None:
        """Out of the call, to the front."""
        citizen.state, citizen.agent, citizen.interpreter = "waiting", None, None
        citizen.grace = None if citizen.present else self.now + POLICY.grace_waiting
        citizen.reasons |= {reason}

    def is_here(self, agent: str, wants: Requirements) -> bool:
        clerk = self.clerks.get(agent)
        return clerk is not None and clerk.state != "offline" and seat_of(clerk.skills, wants) in ("whole", "agent")

    def transfer(self, citizen: Citizen, to: Requirements | str) -> None:
        self.release(citizen)
        self.put_back(citizen, Reason.TRANSFERRED)
        citizen.wishes = {"agent": (to, self.now + POLICY.transfer_patience)} if isinstance(to, str) else {}
        citizen.wants = citizen.wants if isinstance(to, str) else to

    def lose(self, clerk: Clerk) -> None:
        """Her machine is gone."""
        calls = [c for c in self.citizens.values() if c.state == "serving" and clerk in self.staff(c)]
        for citizen in calls:
            for stays in self.staff(citizen):
                if stays is not clerk:
                    self.available(stays)
            if citizen.agent != clerk.id:
                citizen.wishes = {"agent": (citizen.agent or "", self.now + POLICY.relax_agent)}
            self.put_back(citizen, Reason.RETURNED)
        self.rest(clerk, "offline")

    def grace(self, citizen: Citizen) -> float:
        if citizen.state == "serving":
            return self.now + POLICY.grace_call
        kept = citizen.callback is not None and citizen.rung is None
        return self.now + (POLICY.callback_hold if kept else POLICY.grace_waiting)

    def forget_server(self, gone: str) -> None:
        """The pages it held are gone; offers ring on."""
        for citizen in self.citizens.values():
            if citizen.state in OPEN and citizen.present and citizen.server == gone:
                citizen.grace = self.grace(citizen)
        del self.servers[gone]

    # Time

    def sweep(self) -> None:
        for server in [name for name, lease in self.servers.items() if lease <= self.now]:
            self.forget_server(server)
        for clerk in sorted(self.clerks.values(), key=lambda k: (k.lease, k.id)):
            if clerk.state != "offline" and clerk.lease <= self.now:
                self.lose(clerk)
        for ringing in sorted(self.overdue(), key=lambda r: r.expires):
            if ringing in self.ringing:
                self.lapse(ringing)
        for citizen in self.citizens.values():
            if citizen.state in ("waiting", "serving") and citizen.grace is not None and citizen.grace <= self.now:
                if citizen.state == "serving":
                    self.release(citizen)
                citizen.state = "expired"
        for clerk in self.clerks.values():
            if clerk.state == "wrap_up" and clerk.until is not None and clerk.until <= self.now:
                self.available(clerk)
        for wants in {c.wants for c in self.citizens.values()}:
            self.ring_near(wants)

    def overdue(self) -> Iterable[Ringing]:
        return [r for r in self.ringing if r.expires <= self.now]

    def ring_near(self, wants: Requirements) -> None:
        """Those who went, and before whom no more wait than are at work."""
        waiting = [c for c in self.citizens.values() if c.wants == wants and c.state == "waiting"]
        kept = [c for c in self.citizens.values() if c.wants == wants and c.state == "waiting" and not c.present]
        staff = [k for k in self.clerks.values() if k.state in AT_WORK and self.is_here(k.id, wants)]
        for citizen in sorted(kept, key=lambda c: c.place):
            if citizen.callback is None or citizen.rung is not None or not staff:
                continue
            here = [c for c in waiting if c.present or c.rung is not None]
            if len([c for c in here if c.key < citizen.key]) <= len(staff):
                citizen.reasons |= {Reason.PROMISED}
                citizen.rung, citizen.grace = self.now, self.now + POLICY.callback_grace
                self.notices.append(citizen.id)
