"""The second net: what time alone brings about, once a second or two."""

from __future__ import annotations

from wasl_queue import attendance, callback, matching, server, shift, visit
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue.moment import Moment
from wasl_queue.presence import PresenceState


def sweep(moment: Moment) -> None:
    """End what has run its time, then look again at every idle agent in whose lines somebody waits.

    Leases go first, so that nobody is matched with an agent, or a page, that is gone.
    """
    for gone in server.dead(moment.connection, moment.now):
        server.let_go(moment, gone)
    for presence in shift.out_of_lease(moment):
        shift.lose(moment, presences.get(moment.connection, presence.agent))
    # Ending one of a pair may have ended the other, so both are read again.
    for offer in offers.overdue(moment.connection, moment.now):
        current = offers.get(moment.connection, offer.id, offer.agent)
        if current.state is offer.state:
            offers.lapse(moment, current)
    for ticket in attendance.out_of_grace(moment):
        visit.expire(moment, ticket)
    for presence in shift.wrapped_up(moment):
        presences.move(moment, presence, PresenceState.AVAILABLE)
    callback.ring_near(moment)
    matching.standing(moment)
