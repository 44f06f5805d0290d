"""What an operator watches: who is connected, how many tickets stand where, and how calls look and sound."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterable, Mapping

from prometheus_client import Counter, Gauge, Histogram

from wasl_queue.ticket import Ticket, TicketState
from wasl_signaling.mailbox import Kind, Mailboxes
from wasl_signaling.media_pool import MediaPool
from wasl_signaling.messages import Role, Trouble
from wasl_signaling.trouble import GOOD, RESTRICTED, VERY_LIMITED, Part

CONNECTED = Gauge("wasl_connected", "Pages that are connected to this process", ["page"])
TICKETS = Gauge("wasl_tickets", "Tickets that have not ended", ["state"])
MEDIA_PEOPLE = Gauge("wasl_media_people", "People connected to a media worker", ["worker"])
MEDIA_CPU = Gauge("wasl_media_cpu", "Share of a core that a media worker uses", ["worker"])
MEDIA_LAG = Gauge("wasl_media_lag_seconds", "How late the loop of a media worker was in its last beat", ["worker"])
MEDIA_PACKETS = Gauge("wasl_media_packets", "RTP packets a second of a media worker, in and out", ["worker"])
MEDIA_LOST = Counter("wasl_media_workers_lost", "Media workers that died, hung or were stopped")
MEDIA_MOVED = Counter("wasl_media_people_moved", "Connections that were made again on another media worker")

_SHARES = (0.001, 0.01, 0.02, 0.05, 0.08, 0.15, 0.3)
FRAME_RATE = Histogram(
    "wasl_media_frame_rate",
    "Pictures a second that came from somebody in a call, once a second",
    ["role"],
    buckets=(1, VERY_LIMITED, RESTRICTED, 15, GOOD, 25, 29, 31),
)
SIGNING = Counter(
    "wasl_media_signing_seconds",
    "Seconds of signing: good from 20 pictures a second, restricted from 12, limited from 8, none below",
    ["grade"],
)
FREEZES = Counter("wasl_media_freezes", "Freezes of pictures in calls, as webrtc-stats defines them", ["role"])
FROZEN = Counter("wasl_media_frozen_seconds", "Seconds that these freezes lasted", ["role"])
LOSS = Histogram(
    "wasl_media_loss_ratio",
    "Share of packets lost in a second, towards the relay (up) and from it (down), the worst stream",
    ["role", "way"],
    buckets=_SHARES,
)
JITTER = Histogram(
    "wasl_media_jitter_seconds",
    "Jitter of the sound that came from somebody in a call, once a second",
    ["role"],
    buckets=(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32),
)
ROUND_TRIP = Histogram(
    "wasl_media_round_trip_seconds",
    "Between the relay and somebody in a call, once a second",
    ["role"],
    buckets=(0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6),
)
CHECKS = Counter("wasl_line_checks", "Lines that citizens checked: what was found, and why", ["result", "cause"])
TROUBLES = Gauge("wasl_media_troubles", "People in calls who are told that they come across badly", ["trouble"])


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
        MEDIA_PEOPLE.labels(worker.id).set(load.peers - worker.checks)
        MEDIA_CPU.labels(worker.id).set(load.cpu)
        MEDIA_LAG.labels(worker.id).set(load.lag)
        MEDIA_PACKETS.labels(worker.id).set(load.packets)


def observe_part(role: Role, part: Part) -> None:
    """One second of one person in a call."""
    figures, picture = part.figures, part.figures.picture
    losses = [stream.loss for stream in (figures.sound, picture) if stream is not None]
    LOSS.labels(role, "up").observe(max(losses, default=0.0))
    LOSS.labels(role, "down").observe(max((view.loss for view in figures.views), default=0.0))
    if figures.round_trip is not None:
        ROUND_TRIP.labels(role).observe(figures.round_trip)
    if figures.sound is not None:
        JITTER.labels(role).observe(figures.sound.jitter)
    if part.camera and picture is not None:
        FRAME_RATE.labels(role).observe(picture.frame_rate)
        FREEZES.labels(role).inc(picture.freezes)
        FROZEN.labels(role).inc(picture.frozen)
        if part.signs:
            SIGNING.labels(_grade(picture.frame_rate)).inc()


def observe_troubles(counts: Mapping[Trouble, int]) -> None:
    """How many people are told of each trouble now."""
    for trouble in Trouble:
        TROUBLES.labels(trouble.value).set(counts.get(trouble, 0))


def _grade(rate: float) -> str:
    if rate >= GOOD:
        return "good"
    if rate >= RESTRICTED:
        return "restricted"
    return "limited" if rate >= VERY_LIMITED else "none"
