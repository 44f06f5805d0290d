"""What an operator watches: who is connected, how many tickets stand where."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterable

from prometheus_client import Counter, Gauge

from wasl_queue.ticket import Ticket, TicketState
from wasl_signaling.mailbox import Kind, Mailboxes
from wasl_signaling.media_pool import MediaPool

CONNECTED = Gauge("wasl_connected", "Pages that are connected to this process", ["page"])
TICKETS = Gauge("wasl_tickets", "Tickets that have not ended", ["state"])
MEDIA_PEOPLE = Gauge("wasl_media_people", "People connected to a media worker", ["worker"])
MEDIA_CPU = Gauge("wasl_media_cpu", "Share of a core that a media worker uses", ["worker"])
MEDIA_LAG = Gauge("wasl_media_lag_seconds", "How late the loop of a media worker was in its last beat", ["worker"])
MEDIA_PACKETS = Gauge("wasl_media_packets", "RTP packets a second of a media worker, in and out", ["worker"])
MEDIA_LOST = Counter("wasl_media_workers_lost", "Media workers that died, hung or were stopped")
MEDIA_MOVED = Counter("wasl_media_people_moved", "Connections that were made again on another media worker")


def observe(mailboxes: Mailboxes, tickets: Iterable[Ticket]) -> None:
    """Sets the gauges."""
    for kind in Kind:
        CONNECTED.labels(kind.name.lower()).set(len(mailboxes.of_kind(kind)))
    by_state = Count(ticket.state for ticket in tickets)
    for state in (TicketState.WAITING, TicketState.OFFERED, TicketState.SERVING):
        TICKETS.labels(state.value).set(by_state[state])


def observe_media(pool: MediaPool) -> None:
    """Sets the gauges of the media workers. One that is gone has none: their number stays that of the workers."""
    for gauge in (MEDIA_PEOPLE, MEDIA_CPU, MEDIA_LAG, MEDIA_PACKETS):
        gauge.clear()
    for worker in pool.workers:
        load = worker.relay.load
        MEDIA_PEOPLE.labels(worker.id).set(load.peers)
        MEDIA_CPU.labels(worker.id).set(load.cpu)
        MEDIA_LAG.labels(worker.id).set(load.lag)
        MEDIA_PACKETS.labels(worker.id).set(load.packets)
