"""The second net: what time alone brings about, once a second or two."""

from __future__ import annotations

from wasl_queue import attendance, matching, shift, visit
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue.moment import Moment
from wasl_queue.presence import PresenceState


def sweep(moment: Moment) -> None:
    """End what has run its time, then look again at every idle agent in whose lines somebody waits.

    Leases go first, so that nobody is matched with an agent who is gone.
    """
    for presence in shift.out_of_lease(moment):
        shift.lose(moment, presence)
    for offer in offers.overdue(moment.connection, moment.now):
        offers.lapse(moment, offer)
    for ticket in attendance.out_of_grace(moment):
        visit.expire(moment, ticket)
    for presence in shift.wrapped_up(moment):
        presences.move(moment, presence, PresenceState.AVAILABLE)
    matching.standing(moment)
