"""States as pages see them, computed from the database. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from wasl_locales.catalogue import words
from wasl_queue.offer import Offer, OfferState
from wasl_queue.presence import Presence, PresenceState
from wasl_queue.queue import AgentStanding, Reason
from wasl_queue.ticket import Ticket, TicketState
from wasl_records import contact, staff, transaction
from wasl_records.contact import Channel, Owner, UnreadableContact
from wasl_records.staff import Role as StaffRole
from wasl_records.transaction import State as TransactionState
from wasl_records.transaction import Transaction
from wasl_signaling import arrivals, line_check, transfers
from wasl_signaling import call as calls
from wasl_signaling import messages as m
from wasl_signaling.call import Call
from wasl_signaling.call_view import (
    CallViews,
    address_of,
    hold_clip,
    maybe_milliseconds,
    milliseconds,
    slots_of,
)
from wasl_signaling.clips import Showing
from wasl_signaling.house import House
from wasl_signaling.mailbox import Address, Kind, Mailbox

PHASES = {
    TicketState.WAITING: m.CitizenPhase.WAITING,
    TicketState.OFFERED: m.CitizenPhase.RINGING,
    TicketState.SERVING: m.CitizenPhase.CALL,
    TicketState.DONE: m.CitizenPhase.SUMMARY,
    TicketState.LEFT: m.CitizenPhase.LEFT,
    TicketState.EXPIRED: m.CitizenPhase.EXPIRED,
    TicketState.CLOSED: m.CitizenPhase.CLOSED,
}


@dataclass(frozen=True)
class View:
    """What one page should show, and whom its owner should see."""

    state: m.CitizenState | m.DeskState | m.WallState
    media: bool = False
    """Whether this person needs a connection with the relay now."""
    slots: dict[int, Address] = field(default_factory=dict)
    """Who is shown in which slot."""
    company: tuple[Address, ...] = ()
    """Who is in the call, or will be in the one that rings, the agent first: those whose media must come together."""
    clip: Showing | None = None
    """What is shown to this person instead of people."""
    pictures: bool = True
    """Whether their pictures are of use to this person now, or only their sound."""
    captions: str | None = None
    """In which language the desk's machine listens to this person; none: it does not."""


class Views:
    """Computes views. Its functions run in a database thread; at mailboxes and media they only look."""

    def __init__(self, house: House, call_views: CallViews) -> None:
        self._house, self._calls = house, call_views

    def of(self, connection: Connection, mailbox: Mailbox, version: int) -> View:
        """The whole present state for this mailbox."""
        compute = {Kind.CITIZEN: self.citizen, Kind.DESK: self.desk, Kind.WALL: self.wall}
        return compute[mailbox.address.kind](connection, mailbox, version)

    def citizen(self, connection: Connection, mailbox: Mailbox, version: int) -> View:
        """Where the citizen's visit stands."""
        queue, now = self._house.queue, self._house.now()
        ticket = queue.ticket(connection, int(mailbox.address.party))
        call = (
            calls.last_call(connection, ticket.id) if ticket.state in (TicketState.SERVING, TicketState.DONE) else None
        )
        phase = PHASES[ticket.state]
        talking = phase is m.CitizenPhase.CALL and call is not None and call.state is not m.CallState.ENDED
        state = m.CitizenState(
            version=version,
            phase=phase,
            ticket=self._ticket(connection, ticket, mailbox.language),
            wait=self._wait(connection, ticket, mailbox, now) if ticket.state is TicketState.WAITING else None,
            call=self._calls.of(connection, call, mailbox) if call is not None and talking else None,
            summary=self._summary(connection, ticket, call, mailbox.language),
            undo_until=maybe_milliseconds(ticket.undo_until),
            draining=self._house.draining,
        )
        live = ticket.requirements.modality is not m.Modality.MESSAGE
        # Whoever only writes has a connection, too: it carries her letters.
        clip = self._clip_now(ticket, call if talking else None, mailbox)
        media = live and (talking or phase is m.CitizenPhase.RINGING or clip is not None)
        company = self._company(connection, call if talking else None, ticket) if media else ()
        slots = _slots(call if talking else None, mailbox)
        listened = _listened(state.call, ticket.requirements.language)
        return View(state, media, slots, company, clip, _seen(call, mailbox), listened)

    def desk(self, connection: Connection, mailbox: Mailbox, version: int) -> View:
        """One agent's desk."""
        queue, agent = self._house.queue, mailbox.address.party
        presence = queue.presence(connection, agent)
        offer = queue.offer_for(connection, agent)
        call = calls.live_call(connection, agent=agent)
        state = m.DeskState(
            version=version,
            agent=m.AgentView(id=agent, name=staff.get(connection, agent).name(mailbox.language)),
            presence=self._presence(presence),
            offer=self._offer(connection, offer, mailbox.language) if offer else None,
            call=self._calls.of(connection, call, mailbox) if call else None,
            visit=self._visit(connection, agent, presence, call, mailbox.language),
            lines=self._lines(connection, agent, mailbox.language),
            draining=self._house.draining,
        )
        # Made at sign-in already, so that answering only maps slots.
        here = presence.state is not PresenceState.OFFLINE
        rung = queue.ticket(connection, offer.ticket) if offer else None
        company = self._company(connection, call, rung)
        slots = _slots(call, mailbox)
        spoken = queue.ticket(connection, call.ticket).requirements.language if call else None
        listened = _listened(state.call, spoken) if spoken else None
        return View(state, here, slots, company, None, _seen(call, mailbox), listened)

    def wall(self, connection: Connection, mailbox: Mailbox, version: int) -> View:
        """All tickets that have not ended, oldest first, and all agents at the desk."""
        queue = self._house.queue
        held, language = calls.held_now(connection), mailbox.language
        tickets = [
            self._wall_ticket(connection, ticket, held.get(ticket.id), language)
            for ticket in queue.open_tickets(connection)
        ]
        agents = [self._wall_agent(connection, standing, language) for standing in queue.agents(connection)]
        return View(m.WallState(version=version, tickets=tickets, agents=agents, draining=self._house.draining))

    # Parts of a citizen's state

    def _ticket(self, connection: Connection, ticket: Ticket, language: m.Language) -> m.TicketView:
        return m.TicketView(
            id=ticket.id,
            service=ticket.requirements.service,
            service_name=self._service_name(ticket.requirements.service, language),
            language=ticket.requirements.language,
            sign_language=ticket.requirements.sign_language,
            modality=m.Modality(ticket.requirements.modality),
            hearing=arrivals.hears_badly(connection, ticket.id),
            check=line_check.of(connection, ticket.id),
            joined_at=milliseconds(ticket.joined_at),
            put_through=Reason.TRANSFERRED in ticket.reasons,
        )

    def _wait(self, connection: Connection, ticket: Ticket, mailbox: Mailbox, now: float) -> m.WaitView:
        queue = self._house.queue
        estimate = queue.estimate(connection, ticket.id, now)
        return m.WaitView(
            position=queue.position(connection, ticket.id),
            kept=int(queue.policy.grace_waiting if ticket.callback_at is None else queue.policy.callback_grace),
            estimate=m.Estimate(low=int(estimate.low), high=int(estimate.high)) if estimate else None,
            why=m.Why(queue.why(connection, ticket.id, now)),
            callback=self._callback(connection, ticket, mailbox.language),
            clip=self._clip(ticket, mailbox),
        )

    def _clip_now(self, ticket: Ticket, call: Call | None, mailbox: Mailbox) -> Showing | None:
        """What this person is shown instead of people: on hold by itself, in line if she asks for it."""
        if call is not None:
            return hold_clip(self._house, ticket) if call.state is m.CallState.HELD else None
        return self._waiting_clip(ticket) if _watches(ticket, mailbox) else None

    def _clip(self, ticket: Ticket, mailbox: Mailbox) -> m.ClipView | None:
        clip = self._waiting_clip(ticket)
        if clip is None:
            return None
        return m.ClipView(signed=clip.signed, seconds=round(clip.seconds), playing=_watches(ticket, mailbox))

    def _waiting_clip(self, ticket: Ticket) -> Showing | None:
        """What the desk can show to whoever holds this ticket while she waits."""
        needs = ticket.requirements
        if ticket.state is not TicketState.WAITING or needs.modality is m.Modality.MESSAGE:
            return None
        return self._house.clips.find("waiting", needs.language, needs.sign_language)

    def _callback(self, connection: Connection, ticket: Ticket, language: m.Language) -> m.CallbackView | None:
        if ticket.callback_at is None:
            return None
        try:
            ways = contact.masked(connection, self._house.vault, Owner("ticket", ticket.id))
        except UnreadableContact:
            ways = {}  # its key is gone, and with it the way to her; her place is not
        if Channel.WEB_PUSH in ways:  # the name of a push service would tell her nothing
            ways[Channel.WEB_PUSH] = words(language).gettext("this device")
        return m.CallbackView(
            asked_at=milliseconds(ticket.callback_at),
            rung_at=maybe_milliseconds(ticket.rung_at),
            contact=", ".join(ways.values()),
        )

    def _summary(
        self, connection: Connection, ticket: Ticket, call: Call | None, language: m.Language
    ) -> m.SummaryView | None:
        done = transaction.find_by_ticket(connection, ticket.id) if ticket.state is TicketState.DONE else None
        if done is None:
            return None
        return m.SummaryView(
            reference=done.reference,
            outcome=_outcome(done),
            service_name=self._service_name(done.service, language),
            agent_name=staff.get(connection, done.agent).name(language) if done.agent else None,
            ended_at=milliseconds((call and call.ended_at) or ticket.since),
            note=done.note,
            message=arrivals.message_of(connection, ticket.id),
        )

    def _company(self, connection: Connection, call: Call | None, rung: Ticket | None) -> tuple[Address, ...]:
        if call is not None:
            legs = sorted(call.legs, key=lambda leg: leg.role is not m.Role.AGENT)
            return tuple(map(address_of, legs)) if call.modality is not m.Modality.TEXT else ()
        if rung is None or rung.requirements.modality not in (m.Modality.VIDEO, m.Modality.VOICE):
            return ()
        offers = sorted(
            self._house.queue.offers_of(connection, rung.id), key=lambda one: m.Seat(one.seat) is not m.Seat.AGENT
        )
        return (*(Address.desk(one.agent) for one in offers), Address.citizen(rung.id))

    # Parts of a desk's state

    def _presence(self, presence: Presence) -> m.PresenceView:
        return m.PresenceView(
            state=m.PresenceState(presence.state),
            reason=m.BreakReason(presence.reason) if presence.reason else None,
            since=milliseconds(presence.since),
            until=maybe_milliseconds(presence.until),
        )

    def _offer(self, connection: Connection, offer: Offer, language: m.Language) -> m.OfferView:
        ticket = self._house.queue.ticket(connection, offer.ticket)
        seat = m.Seat(offer.seat)
        visit = transaction.find_by_ticket(connection, ticket.id) if seat is m.Seat.AGENT else None
        sender = transfers.sender(connection, self._house.queue, ticket)
        return m.OfferView(
            id=offer.id,
            ticket=ticket.id,
            seat=seat,
            with_interpreter=ticket.interpreter is not None,
            held=offer.state is OfferState.HELD,
            service=self._service(ticket.requirements.service, language),
            language=ticket.requirements.language,
            sign_language=ticket.requirements.sign_language,
            modality=m.Modality(ticket.requirements.modality),
            hearing=arrivals.hears_badly(connection, ticket.id),
            check=line_check.of(connection, ticket.id),
            joined_at=milliseconds(ticket.joined_at),
            expires_at=milliseconds(offer.expires_at),
            notes=visit.notes if visit else "",
            sent_by=staff.get(connection, sender).name(language) if sender else None,
            message=arrivals.message_of(connection, ticket.id),
        )

    def _visit(
        self, connection: Connection, agent: str, presence: Presence, call: Call | None, language: m.Language
    ) -> m.VisitView | None:
        busy = presence.state in (PresenceState.BUSY, PresenceState.WRAP_UP)
        visit = transaction.last_of(connection, agent) if busy else None
        if visit is None or (call is not None and call.agent != agent):
            return None
        ticket = self._house.queue.ticket(connection, visit.ticket)
        if ticket.since != presence.since or ticket.agent != agent:
            return None  # her last visit was another one: she has just interpreted, or sent the citizen on
        return m.VisitView(
            ticket=ticket.id,
            service=self._service(visit.service, language),
            language=ticket.requirements.language,
            sign_language=ticket.requirements.sign_language,
            reference=visit.reference,
            outcome=_outcome(visit),
            notes=visit.notes,
            message=arrivals.message_of(connection, ticket.id),
        )

    def _lines(self, connection: Connection, agent: str, language: m.Language) -> list[m.LineView]:
        return [
            m.LineView(
                service_name=self._service_name(requirements.service, language),
                language=requirements.language,
                sign_language=requirements.sign_language,
                modality=m.Modality(requirements.modality),
                waiting=waiting,
                longest=maybe_milliseconds(longest),
            )
            for requirements, waiting, longest in self._house.queue.lines_for(connection, agent)
            if waiting
        ]

    # Parts of the wall

    def _wall_ticket(
        self, connection: Connection, ticket: Ticket, held_since: float | None, language: m.Language
    ) -> m.WallTicket:
        view = self._ticket(connection, ticket, language)
        waiting = ticket.state in (TicketState.WAITING, TicketState.OFFERED)
        return m.WallTicket(
            **view.model_dump(exclude={"service", "put_through"}),
            state=ticket.state,
            since=milliseconds(ticket.since),
            position=self._house.queue.position(connection, ticket.id) if waiting else None,
            present=ticket.present,
            agent=staff.get(connection, ticket.agent).name(language) if ticket.agent else None,
            callback_at=maybe_milliseconds(ticket.callback_at),
            rung_at=maybe_milliseconds(ticket.rung_at),
            seats=self._wall_seats(connection, ticket, language) if ticket.state is TicketState.OFFERED else [],
            held_since=maybe_milliseconds(held_since),
        )

    def _wall_seats(self, connection: Connection, ticket: Ticket, language: m.Language) -> list[m.WallSeat]:
        if ticket.interpreter is None:
            return []
        return [
            m.WallSeat(
                seat=m.Seat(offer.seat),
                agent=staff.get(connection, offer.agent).name(language),
                accepted=offer.state is OfferState.HELD,
            )
            for offer in self._house.queue.offers_of(connection, ticket.id)
        ]

    def _wall_agent(self, connection: Connection, standing: AgentStanding, language: m.Language) -> m.WallAgent:
        presence = standing.presence
        member = staff.get(connection, presence.agent)
        return m.WallAgent(
            id=member.id,
            name=member.name(language),
            presence=self._presence(presence),
            interpreter=StaffRole.INTERPRETER in member.roles,
            ticket=standing.ticket,
        )

    # Names

    def _service(self, service_id: str, language: m.Language) -> m.ServiceView:
        service = self._house.catalogue.service(service_id)
        return m.ServiceView(
            id=service.id,
            name=service.name[language],
            body_name=self._house.catalogue.body(service.body).name[language],
            prepare=[item[language] for item in service.prepare],
        )

    def _service_name(self, service_id: str, language: m.Language) -> str:
        """Of a service that is not offered any more, its id: those who wait for it are still to be seen."""
        found = self._house.catalogue.by_service.get(service_id)
        return service_id if found is None else found.name[language]


def _watches(ticket: Ticket, mailbox: Mailbox) -> bool:
    """Whether she asked for the clip since she waits: after a ring that led to nothing it does not begin by itself."""
    return mailbox.clip_asked_at is not None and mailbox.clip_asked_at >= ticket.since


def _slots(call: Call | None, mailbox: Mailbox) -> dict[int, Address]:
    return {} if call is None else slots_of(call, call.leg(mailbox.address.party))


def _listened(call: m.CallView | None, language: str) -> str | None:
    """The language in which the machine listens to the person whose view of the call this is."""
    captions = call.captions if call else None
    return language if captions and captions.made and not captions.browser else None


def _seen(call: Call | None, mailbox: Mailbox) -> bool:
    """Whether pictures are worth sending: nobody looks in a call of voices, or at a page that is hidden."""
    return mailbox.pictures and (call is None or call.modality is m.Modality.VIDEO)


def _outcome(done: Transaction) -> m.Outcome | None:
    return None if done.state is TransactionState.OPEN else m.Outcome(done.state)
