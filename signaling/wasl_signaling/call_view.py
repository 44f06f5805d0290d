"""A call as one of its people sees it: who is in it and how they come across, what was written, said and recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from wasl_queue.ticket import Ticket
from wasl_signaling import arrivals, conversation, hold, visits
from wasl_signaling import call as calls
from wasl_signaling import messages as m
from wasl_signaling.call import Call, Leg
from wasl_signaling.captions import CaptionLine, Captions
from wasl_signaling.clips import Showing
from wasl_signaling.house import House
from wasl_signaling.impressions import Impression, Impressions
from wasl_signaling.mailbox import Address, Kind, Mailbox, Mailboxes
from wasl_signaling.recording_view import may_record, recording_view
from wasl_signaling.switchboard import Switchboard

MEDIA_PATIENCE = 10.0  # seconds from the start of a call until media that has not come counts as away


def milliseconds(seconds: float) -> int:
    """Epoch seconds of the database as epoch milliseconds of the wire."""
    return int(seconds * 1000)


def maybe_milliseconds(seconds: float | None) -> int | None:
    """The same where there may be no time."""
    return None if seconds is None else milliseconds(seconds)


def address_of(leg: Leg) -> Address:
    """Where the person of this leg is reached."""
    return Address(Kind.CITIZEN if leg.role is m.Role.CITIZEN else Kind.DESK, leg.party)


def slots_of(call: Call, me: Leg) -> dict[int, Address]:
    """Who is to be seen and heard in which slot of this person's connection."""
    if call.modality is m.Modality.TEXT:
        return {}
    others = enumerate(call.others(me.party))
    return {slot: address_of(leg) for slot, leg in others if not call.apart(me, leg)}


def hold_clip(house: House, ticket: Ticket) -> Showing | None:
    """What the desk can show to whoever holds this ticket while her call is on hold."""
    return house.clips.find("hold", ticket.requirements.language, ticket.requirements.sign_language)


class CallViews:
    """Computes them, as `Views` does the rest."""

    def __init__(
        self,
        house: House,
        mailboxes: Mailboxes,
        switchboard: Switchboard,
        impressions: Impressions,
        records: Callable[[int], bool],
        captions: Captions,
    ) -> None:
        """`records` says of a call whether something of it is being recorded at this moment."""
        self._house, self._mailboxes, self._switchboard = house, mailboxes, switchboard
        self._impressions, self._records, self._captions = impressions, records, captions

    def of(self, connection: Connection, call: Call, mailbox: Mailbox) -> m.CallView:
        """The call as the owner of this mailbox, who is in it, sees it."""
        me = call.leg(mailbox.address.party)
        slots = {leg.id: slot for slot, leg in enumerate(call.others(me.party)) if not call.apart(me, leg)}
        ticket = self._house.queue.ticket(connection, call.ticket)
        signed = ticket.requirements.sign_language
        legs = {
            leg.id: self._leg(connection, call, leg, leg == me, slots.get(leg.id), signed, mailbox) for leg in call.legs
        }
        return m.CallView(
            id=call.id,
            state=call.state,
            modality=call.modality,
            hearing=arrivals.hears_badly(connection, call.ticket),
            started_at=maybe_milliseconds(call.started_at),
            hold=self._hold(connection, call, me, ticket),
            may_hold=me.role is m.Role.AGENT and hold.may_hold(call),
            legs=list(legs.values()),
            text=[
                text_line(line, by.role, by.name, by.you)
                for line in conversation.transcript(connection, call.id)
                for by in (legs[line.leg],)
            ],
            typed=conversation.typed_by(connection, me),
            recording=recording_view(connection, call, me, mailbox.language, self._records(call.id)),
            may_record=may_record(self._house, call, me, mailbox.language),
            captions=self._captions_of(call, ticket.requirements.language, mailbox.address, legs),
        )

    def _hold(self, connection: Connection, call: Call, me: Leg, ticket: Ticket) -> m.HoldView | None:
        if call.state is not m.CallState.HELD:
            return None
        clip = hold_clip(self._house, ticket) if me.role is m.Role.CITIZEN else None
        since = milliseconds(calls.held_since(connection, call.id))
        return m.HoldView(since=since, clip=None if clip is None else "signed" if clip.signed else "spoken")

    def _captions_of(
        self, call: Call, spoken: str, me: Address, legs: Mapping[int, m.LegView]
    ) -> m.CaptionsView | None:
        captions, others = self._captions, [address_of(leg) for leg in call.others(me.party)]
        if call.modality is m.Modality.TEXT or not captions.may_come(spoken):
            return None
        by_engine = spoken in captions.languages
        in_browser = captions.makes_in_browser(call.id, me)
        live = call.state is m.CallState.LIVE
        return m.CaptionsView(
            available=by_engine or any(captions.makes_in_browser(call.id, who) for who in others),
            on=captions.wants(call.id, me),
            made=live and (by_engine or in_browser) and bool(captions.listeners(call.id, others, me)),
            browser_allowed=captions.browsers_allowed and me.kind is Kind.DESK,
            browser=in_browser,
            lines=[
                caption_line(line, by.role, by.name, by.you)
                for line in captions.lines(call.id)
                for by in (legs.get(line.leg),)
                if by is not None
            ],
        )

    def _leg(
        self,
        connection: Connection,
        call: Call,
        leg: Leg,
        you: bool,
        slot: int | None,
        signed: str | None,
        mailbox: Mailbox,
    ) -> m.LegView:
        owner = self._mailboxes.get(address_of(leg))
        live = call.state is m.CallState.LIVE
        impression = self._impressions.get(leg.id, Impression()) if live else Impression()
        return m.LegView(
            id=leg.id,
            role=leg.role,
            name=visits.name_of(connection, leg, mailbox.language),
            you=you,
            slot=slot,
            connected=owner is not None and self._hears(call, leg),
            microphone=owner.microphone if owner else m.Device.OFF,
            camera=owner.camera if owner else m.Device.OFF,
            signs=calls.signs(call, leg, signed),
            speaking=impression.speaking,
            trouble=impression.trouble,
        )

    def _hears(self, call: Call, leg: Leg) -> bool:
        """Whether this person's media is there, or needs not be there yet."""
        if call.modality is m.Modality.TEXT:
            return True
        up = self._switchboard.is_up(address_of(leg))
        return self._house.now() < (call.started_at or 0) + MEDIA_PATIENCE if up is None else up


def text_line(line: conversation.Line, role: m.Role, name: str, you: bool) -> m.TextLine:
    """A line as one reader sees it: who wrote it, and whether that was she herself."""
    return m.TextLine(
        id=line.id,
        revision=line.revision,
        leg=line.leg,
        role=role,
        name=name,
        you=you,
        text=line.text,
        done=line.done,
        at=milliseconds(line.at),
    )


def caption_line(line: CaptionLine, role: m.Role, name: str, you: bool) -> m.CaptionLine:
    """A line of captions as one reader sees it."""
    return m.CaptionLine(
        id=line.id,
        revision=line.revision,
        leg=line.leg,
        role=role,
        name=name,
        you=you,
        words=list(line.words),
        final=line.final,
        source=line.source,
        missed=line.missed,
        began_at=milliseconds(line.began_at),
        ended_at=milliseconds(line.ended_at),
    )
