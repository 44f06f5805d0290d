"""What happened in a line, and why, in sentences for those who run the desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from wasl_locales.catalogue import gettext_noop as _
from wasl_locales.catalogue import words
from wasl_queue.explanation import Choice, Explanation, Refusal, Why
from wasl_queue.history import Event
from wasl_queue.line import Requirements, Seat
from wasl_queue.offer import OfferState
from wasl_queue.presence import PresenceState
from wasl_queue.priority import Reason
from wasl_queue.replay import Frame
from wasl_queue.scene import Able
from wasl_queue.ticket import TicketState

TICKET: Mapping[TicketState, str] = MappingProxyType(
    {
        TicketState.WAITING: _("It waits, since %(time)s."),
        TicketState.OFFERED: _("It rings, since %(time)s."),
        TicketState.SERVING: _("It is served, since %(time)s."),
        TicketState.DONE: _("It was finished at %(time)s."),
        TicketState.LEFT: _("The citizen gave it up at %(time)s."),
        TicketState.EXPIRED: _("It ended at %(time)s, because the citizen was away for too long."),
        TicketState.CLOSED: _("It ended at %(time)s, because the desk had closed."),
    }
)
WHY: Mapping[Why, str] = MappingProxyType(
    {
        Why.AGENTS_BUSY: _("Everyone who can serve it is taken."),
        Why.NOBODY_SIGNED_IN: _("Nobody who can serve it is at the desk."),
        Why.WAITING_FOR_SIGNER: _("Nobody at the desk signs the citizen's language."),
        Why.ON_BREAK: _("Those who can serve it are on a break or finish their notes."),
        Why.WISH: _("Somebody is free, but not the one the citizen wishes for."),
    }
)
REASON: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.AGE: _("age"),
        Reason.PRIORITY_CARD: _("priority card"),
        Reason.DISABILITY: _("disability"),
        Reason.RETURNED: _("came back after a lost place or call"),
        Reason.PROMISED: _("a promised time"),
        Reason.TRANSFERRED: _("sent on by an agent"),
        Reason.MESSAGE: _("a message, for which nobody waits on the page"),
    }
)
SEAT: Mapping[Seat, str] = MappingProxyType(
    {
        Seat.WHOLE: _("alone"),
        Seat.AGENT: _("with an interpreter"),
        Seat.INTERPRETER: _("as interpreter"),
    }
)
DOING: Mapping[PresenceState, str] = MappingProxyType(
    {
        PresenceState.AVAILABLE: _("free"),
        PresenceState.OFFERED: _("being rung"),
        PresenceState.BUSY: _("with a citizen"),
        PresenceState.WRAP_UP: _("finishing notes"),
        PresenceState.BREAK: _("on a break"),
        PresenceState.OFFLINE: _("away from the desk"),
    }
)
EVENT: Mapping[tuple[str, str | None, str], str] = MappingProxyType(
    {
        ("ticket", None, "waiting"): _("Ticket %(ticket)s joined."),
        ("ticket", "left", "waiting"): _("Ticket %(ticket)s took its place back."),
        ("ticket", "waiting", "waiting"): _("Ticket %(ticket)s has a new place in line %(line)s: %(reasons)s."),
        ("ticket", "serving", "waiting"): _("The call of ticket %(ticket)s broke off; it is in line again."),
        ("ticket", "offered", "serving"): _("Ticket %(ticket)s is served by %(agent)s."),
        ("ticket", "serving", "done"): _("Ticket %(ticket)s is finished."),
        ("ticket", "waiting", "left"): _("The citizen of ticket %(ticket)s left."),
        ("ticket", "waiting", "expired"): _("Ticket %(ticket)s ended: the citizen was away for too long."),
        ("ticket", "serving", "expired"): _("Ticket %(ticket)s ended: the citizen was away for too long."),
        ("ticket", "waiting", "closed"): _("Ticket %(ticket)s ended: the desk has closed."),
        ("offer", None, "pending"): _("%(agent)s is rung for ticket %(ticket)s."),
        ("offer", "pending", "held"): _("%(agent)s takes ticket %(ticket)s as soon as the other seat is filled."),
        ("offer", "pending", "declined"): _("%(agent)s declined ticket %(ticket)s."),
        ("offer", "held", "declined"): _("%(agent)s declined ticket %(ticket)s."),
        ("offer", "pending", "expired"): _("%(agent)s did not answer for ticket %(ticket)s."),
        ("offer", "pending", "withdrawn"): _("%(agent)s is no longer rung for ticket %(ticket)s."),
        ("offer", "held", "withdrawn"): _("%(agent)s is no longer held for ticket %(ticket)s."),
        ("presence", "break", "available"): _("%(agent)s is free."),
        ("presence", "wrap_up", "available"): _("%(agent)s is free."),
        ("presence", "busy", "available"): _("%(agent)s is free."),
        ("presence", "busy", "wrap_up"): _("%(agent)s finishes the notes."),
        ("presence", "offline", "break"): _("%(agent)s came to the desk."),
        ("presence", "available", "break"): _("%(agent)s is on a break."),
        ("presence", "offered", "break"): _("%(agent)s is on a break."),
        ("presence", "wrap_up", "break"): _("%(agent)s is on a break."),
        ("presence", "break", "break"): _("%(agent)s is on a break."),
        **{
            ("presence", state, "offline"): _("%(agent)s is away from the desk.")
            for state in ("available", "offered", "busy", "wrap_up", "break")
        },
        ("page", "present", "absent"): _("The citizen of ticket %(ticket)s is away."),
        ("page", "absent", "present"): _("The citizen of ticket %(ticket)s is back."),
        ("page", None, "keeps_place"): _("The citizen of ticket %(ticket)s wants to be rung when the turn is near."),
        ("page", None, "stays"): _("The citizen of ticket %(ticket)s waits on the page again."),
        ("page", None, "rung"): _("The citizen of ticket %(ticket)s is rung: the turn is near."),
        ("skills", None, "changed"): _("%(agent)s has other skills now."),
        ("booking", "booked", "arrived"): _("The citizen of ticket %(ticket)s came for a booked time."),
    }
)
"""By kind, state before and state after. Moves that follow from one that is told are left out."""
SENT_ON = _("Ticket %(ticket)s is sent on by an agent.")
NAMED_AT_ONCE = 10
"""So many tickets of a line are named; of the rest, their number."""


class Sentences:
    """The sentences in one language. Times are those of this machine's clock."""

    def __init__(self, language: str) -> None:
        self._words = words(language)

    def gettext(self, sentence: str, **values: object) -> str:
        """A sentence of the catalogue."""
        return self._words.gettext(sentence, **values)

    def time(self, at: float) -> str:
        """Like 2026-11-23 10:31:05; a part of a second is left out."""
        return datetime.fromtimestamp(at).isoformat(" ", "seconds")

    def duration(self, seconds: float) -> str:
        """In whole minutes, or seconds below two minutes."""
        whole = max(0, round(seconds))
        if whole < 120:
            return self._words.ngettext("%(n)s second", "%(n)s seconds", whole)
        return self._words.ngettext("%(n)s minute", "%(n)s minutes", round(whole / 60))

    def requirements(self, wants: Requirements) -> str:
        """Like: deed, ar, sgn-KW, video."""
        given = [wants.service, wants.language, wants.sign_language, wants.modality]
        return self._list([each for each in given if each])

    def doing(self, able: Able) -> str:
        """Who fills which seat, what she does and since when."""
        post = able.post
        what = self.gettext(DOING[post.state])
        if post.ticket is not None:
            what = self.gettext("%(what)s (ticket %(ticket)s)", what=what, ticket=post.ticket)
        return self.gettext(
            "%(agent)s, %(seat)s, level %(level)s: %(what)s since %(time)s.",
            agent=post.agent,
            seat=self.gettext(SEAT[able.seat]),
            level=able.level,
            what=what,
            time=self.time(post.since),
        )

    def explanation(self, why: Explanation) -> Iterator[str]:
        """Why a ticket waits, or went to whom it went: a sentence a line."""
        place = why.place
        yield self.gettext(
            "Ticket %(ticket)s in line %(line)s (%(requirements)s), at %(time)s:",
            ticket=place.ticket,
            line=place.line,
            requirements=self.requirements(why.requirements),
            time=self.time(why.at),
        )
        yield self.gettext(TICKET[place.state], time=self.time(place.since))
        yield from self._standing(why)
        yield from self._wishes(why)
        yield from self._reason(why)
        yield from map(self.refusal, why.refusals)
        for choice in why.choices:
            yield from self._choice(choice)
        if place.in_line:
            yield from map(self.doing, why.able)

    def _standing(self, why: Explanation) -> Iterator[str]:
        place = why.place
        if place.in_line:
            none = self.gettext("It is the next of its line.")
            some = self._words.ngettext("%(n)s ticket is before it.", "%(n)s tickets are before it.", why.ahead)
            yield some if why.ahead else none
        if why.head_start > 0:
            reasons = self._reasons(place.reasons)
            worth = self.duration(why.head_start)
            yield self.gettext(
                "Its priority (%(reasons)s) is worth %(duration)s of waiting.", reasons=reasons, duration=worth
            )
        if place.in_line and place.callback_at is not None:
            yield self.gettext(
                "The citizen asked at %(time)s to be rung when the turn is near.", time=self.time(place.callback_at)
            )
        if place.in_line and place.rung_at is not None:
            yield self.gettext("The citizen was rung at %(time)s.", time=self.time(place.rung_at))

    def _wishes(self, why: Explanation) -> Iterator[str]:
        wishes, held = why.place.wishes, why.place.wishes.held(why.at)
        for wish, still, until, named in (
            (wishes.agent, held.agent, wishes.agent_until, _("The wish for agent %(wish)s")),
            (wishes.gender, held.gender, wishes.gender_until, _("The wish for gender %(wish)s")),
            (wishes.level, held.level, wishes.level_until, _("The wish for level %(wish)s")),
        ):
            if wish is not None and until is not None:
                fate = _("%(wish)s is kept until %(time)s.") if still else _("%(wish)s was dropped at %(time)s.")
                yield self.gettext(fate, wish=self.gettext(named, wish=wish), time=self.time(until))

    def _reason(self, why: Explanation) -> Iterator[str]:
        place = why.place
        if place.in_line and not place.present:
            yield self.gettext("The citizen's page is away: nobody is rung before it is back.")
        elif why.why is not None:
            refused = {each.agent for each in why.refusals}
            spared = [a for a in why.able if a.post.state is PresenceState.AVAILABLE and a.post.agent in refused]
            if why.why is Why.AGENTS_BUSY and spared:
                yield self.gettext("Those who are free refused it a moment ago, and will be asked again.")
            else:
                yield self.gettext(WHY[why.why])

    def refusal(self, refused: Refusal) -> str:
        """Who did not take it."""
        time = self.time(refused.at)
        if refused.state is OfferState.EXPIRED:
            return self.gettext("%(agent)s did not answer, at %(time)s.", agent=refused.agent, time=time)
        if refused.reason is None:
            return self.gettext("%(agent)s declined at %(time)s.", agent=refused.agent, time=time)
        return self.gettext(
            "%(agent)s declined at %(time)s (%(reason)s).", agent=refused.agent, time=time, reason=refused.reason
        )

    def _choice(self, choice: Choice) -> Iterator[str]:
        yield self.gettext(
            "It rang at %(agent)s (%(seat)s) at %(time)s.",
            agent=choice.agent,
            seat=self.gettext(SEAT[choice.seat]),
            time=self.time(choice.at),
        )
        longer = [post for post in choice.free if post.idle_since < choice.idle_since]
        refused = {each.agent for each in choice.refusals}
        for post in longer:
            sentence = (
                _("%(agent)s had been idle for longer, but had refused it.")
                if post.agent in refused
                else _("%(agent)s had been idle for longer, but was not the one the citizen wished for.")
            )
            yield self.gettext(sentence, agent=post.agent)
        if not choice.free:
            yield self.gettext("Nobody else was free.")
        elif not longer:
            yield self._words.ngettext(
                "Of %(n)s who was free, %(agent)s had been idle longest, since %(time)s.",
                "Of %(n)s who were free, %(agent)s had been idle longest, since %(time)s.",
                len(choice.free) + 1,
                agent=choice.agent,
                time=self.time(choice.idle_since),
            )

    def frame(self, frame: Frame) -> Iterator[str]:
        """What happened at one time, and how the line stands after it; nothing if nothing is worth a word."""
        told = list(filter(None, map(self.event, frame.events)))
        if not told:
            return
        yield f"{self.time(frame.at)} {' '.join(told)}"
        yield f"  {self._stand(frame)}"

    def event(self, event: Event) -> str | None:
        """What happened; None if another event tells it."""
        if event.detail.get("reason") == "transferred":
            return self.gettext(SENT_ON, ticket=event.ticket)
        sentence = EVENT.get((event.kind, event.from_state, event.to_state))
        if sentence is None:
            return None
        reasons = self._reasons(map(Reason, event.detail.get("reasons", ())))
        return self.gettext(sentence, ticket=event.ticket, agent=event.agent, line=event.line, reasons=reasons)

    def _stand(self, frame: Frame) -> str:
        if not frame.waiting and not frame.serving:
            return self.gettext("The line is empty.")
        said = []
        if frame.waiting:
            said.append(
                self.gettext("In line: %(tickets)s.", tickets=self._some([str(p.ticket) for p in frame.waiting]))
            )
        if frame.rung:
            rung = [self.gettext("%(ticket)s at %(agent)s", ticket=r.ticket, agent=r.agent) for r in frame.rung]
            said.append(self.gettext("Ringing: %(tickets)s.", tickets=self._some(rung)))
        if frame.serving:
            served = [self.gettext("%(ticket)s with %(agent)s", ticket=p.ticket, agent=p.agent) for p in frame.serving]
            said.append(self.gettext("Served: %(tickets)s.", tickets=self._some(served)))
        return " ".join(said)

    def _some(self, names: list[str]) -> str:
        more = len(names) - NAMED_AT_ONCE
        named = self._list(names[:NAMED_AT_ONCE])
        if more <= 0:
            return named
        return self._words.ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s others", more, names=named)

    def _reasons(self, reasons: Iterator[Reason] | frozenset[Reason]) -> str:
        return self._list([self.gettext(REASON[reason]) for reason in sorted(reasons)])

    def _list(self, names: list[str]) -> str:
        return self.gettext(", ").join(names)
