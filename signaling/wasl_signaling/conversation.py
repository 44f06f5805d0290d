"""Real-time text of a call: T.140 characters applied to lines that are durable letter by letter.

T.140 (ITU-T, with RFC 8865 for its use in WebRTC): U+0008 erases the character before it, U+2028 ends a line, and so
do CR and LF; U+FFFD marks lost text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from wasl_signaling import schema
from wasl_signaling.call import Call, Leg, UnknownCall
from wasl_signaling.messages import CallState

ERASE, NEW_LINE, MISSING = "\u0008", "\u2028", "\ufffd"
BYTE_ORDER_MARK = "\ufeff"
LINE_ENDS = frozenset({NEW_LINE, "\r", "\n"})
SPACES = frozenset("\t\v\f\x85")
"""Controls that stood for room between words where a text was copied from."""
LINE_LIMIT = 2_000  # characters; a longer line is broken here, so that no row grows without bound


@dataclass(frozen=True)
class Line:
    """One line as it stands. `at`: when it was begun, epoch seconds."""

    id: int
    leg: int
    text: str
    done: bool
    at: float
    revision: int


def append(connection: Connection, call: Call, leg: Leg, t140: str, now: float) -> list[Line]:
    """Applies what this leg typed to its open line. Returns the lines it changed.

    Raises UnknownCall when the call is over.
    """
    if call.state is CallState.ENDED:
        raise UnknownCall(call.id)
    *finished, rest = lines_of(_open_text(connection, leg), t140)
    changed = [_write(connection, call, leg, text, done=True, now=now) for text in finished]
    changed.append(_write(connection, call, leg, rest, done=False, now=now))
    return [line for line in changed if line is not None]


def is_fresh(connection: Connection, leg: Leg, batch: str) -> bool:
    """Whether this batch is new; it is not when its writer sent it before and never heard of it again."""
    other = schema.leg.c.last_batch.is_distinct_from(batch)
    remembered = update(schema.leg).where(schema.leg.c.id == leg.id, other).values(last_batch=batch)
    return connection.execute(remembered).rowcount == 1


def take(connection: Connection, leg: Leg, t140: str, at: int | None) -> str:
    """What is new of these characters, which are this leg's from number `at` on (None: the next); counts them.

    Whatever way they came, those that were taken before are left out. A gap before them is marked (RFC 8865, 5.4).
    """
    mine = schema.leg.c.id == leg.id
    typed = connection.scalar(select(schema.leg.c.typed).where(mine).with_for_update()) or 0
    start = typed if at is None else at
    connection.execute(update(schema.leg).where(mine).values(typed=max(typed, start + len(t140))))
    return MISSING + t140 if start > typed else t140[typed - start :]


def typed_by(connection: Connection, leg: Leg) -> int:
    """How many characters were taken from this leg."""
    return connection.scalar(select(schema.leg.c.typed).where(schema.leg.c.id == leg.id)) or 0


def transcript(connection: Connection, call: int) -> list[Line]:
    """All lines of a call in the order in which they were begun."""
    rows = connection.execute(
        select(schema.text_line).where(schema.text_line.c.call == call).order_by(schema.text_line.c.id)
    )
    return [_line(row) for row in rows]


def lines_of(line: str, t140: str) -> list[str]:
    """The open line after these characters: the lines that were ended, and last the one still open."""
    lines = [line]
    for character in t140:
        if character in LINE_ENDS or (len(lines[-1]) >= LINE_LIMIT and character != ERASE):
            lines.append("")
        if character == ERASE:
            lines[-1] = lines[-1][:-1]
        elif character not in LINE_ENDS:
            lines[-1] += _shown(character)
    return lines


def _shown(character: str) -> str:
    """T.140 begins with a byte order mark, which is no text, and neither are control characters.

    web/call/text.ts keeps the same characters: whoever erases counts those that stand there.
    """
    if character in SPACES:
        return " "
    return "" if character == BYTE_ORDER_MARK or unicodedata.category(character) == "Cc" else character


def _open_text(connection: Connection, leg: Leg) -> str:
    query = select(schema.text_line.c.text).where(schema.text_line.c.leg == leg.id, ~schema.text_line.c.done)
    return connection.scalar(query) or ""


def _write(connection: Connection, call: Call, leg: Leg, text: str, *, done: bool, now: float) -> Line | None:
    """Sets the text of the leg's open line, which is begun when there is none; an empty one is not begun."""
    table = schema.text_line
    row = connection.execute(
        update(table)
        .where(table.c.leg == leg.id, ~table.c.done)
        .values(text=text, done=done, revision=table.c.revision + 1)
        .returning(table)
    ).first()
    if row is None and text:
        values = {"call": call.id, "leg": leg.id, "text": text, "done": done, "at": now, "revision": 1}
        row = connection.execute(insert(table).values(values).returning(table)).one()
    return None if row is None else _line(row)


def _line(row: Row[Any]) -> Line:
    return Line(row.id, row.leg, row.text, row.done, row.at, row.revision)
