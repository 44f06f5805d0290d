"""A line's history, played again from the event rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection

from wasl_queue import history
from wasl_queue import line as lines
from wasl_queue.errors import QueueError
from wasl_queue.history import Event, Kind
from wasl_queue.scene import Place, Ring, Scene, lines_of

_FORGET_EVERY = 50
"""Times; otherwise each frame would look through all tickets that ever were."""


@dataclass(eq=False)
class UnknownLine(QueueError):  # noqa: N818
    """There is no such line."""

    line: int


@dataclass(frozen=True)
class Frame:
    """A line at one time, after everything that happened then."""

    at: float
    """Epoch seconds."""
    events: tuple[Event, ...]
    """Those of the line's tickets, and of agents who serve it, in their order."""
    waiting: tuple[Place, ...]
    """Everyone in line, those who are rung for too, in the order of the line."""
    rung: tuple[Ring, ...]
    """What rings or is held, in the same order."""
    serving: tuple[Place, ...]
    """With an agent, longest first."""


def of_line(connection: Connection, line: int, start: float = 0, end: float | None = None) -> Iterator[Frame]:
    """The line as it went, in the order of the moves; from `start` to `end`, epoch seconds. None: until now.

    Raises UnknownLine.
    """
    wants = lines_of(connection).get(line)
    if wants is None:
        raise UnknownLine(line)
    last = history.last(connection) if end is None else history.last_by(connection, end)
    scene = Scene()
    for number, (at, events) in enumerate(groupby(history.of_line(connection, line, last), key=lambda e: e.at)):
        ours = tuple([event for event in events if _happens(scene, event, line, wants)])
        if ours and at >= start:
            yield Frame(at, ours, tuple(scene.queue(line)), tuple(scene.rung(line)), tuple(scene.served(line)))
        if number % _FORGET_EVERY == 0:
            scene.forget_ended()


def _happens(scene: Scene, event: Event, line: int, wants: lines.Requirements) -> bool:
    """Let it happen, and tell whether it concerned this line."""
    before = _concerns(scene, event, line, wants)
    scene.apply(event)
    return before or _concerns(scene, event, line, wants)


def _concerns(scene: Scene, event: Event, line: int, wants: lines.Requirements) -> bool:
    if event.kind in (Kind.PRESENCE, Kind.SKILLS):
        post = scene.posts.get(str(event.agent))
        return post is not None and post.skills is not None and bool(lines.seats(post.skills, wants))
    place = scene.places.get(event.ticket or 0)
    return place is not None and place.line == line


def at(connection: Connection, ticket: int, time: float) -> Scene:
    """The desk as it was at this time: this ticket, and all that were open then."""
    last = history.last_by(connection, time)
    return _played(history.of_open(connection, ticket, time, last))


def staff_before(connection: Connection, event: Event) -> Scene:
    """The agents as they were when this happened; no tickets."""
    return _played(history.of_staff(connection, event.seq - 1))


def _played(events: Iterable[Event]) -> Scene:
    scene = Scene()
    for event in events:
        scene.apply(event)
    return scene
