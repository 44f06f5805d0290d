"""The tables of the queue, and what the database itself never lets happen.

Times are epoch seconds. States are the values of the enums in ticket.py, offer.py and presence.py; they stand
as literals in partial indexes, so queries must name them as literals too (see `word`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    func,
    literal_column,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")
_Name = String(200)
_State = String(16)


def word(value: StrEnum | str) -> ColumnElement[str]:
    """A state as a literal: neither database uses a partial index for a state in a parameter."""
    return literal_column(f"'{value}'", String)


def words(*values: StrEnum | str) -> list[ColumnElement[str]]:
    """Several states as literals, for IN."""
    return [word(value) for value in values]


def _partial(name: str, *columns: Any, where: ColumnElement[bool], unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


line = Table(
    "line",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("routing_group", _Name, nullable=False),
    Column("service", _Name, nullable=False),
    Column("language", String(35), nullable=False),
    Column("sign_language", String(35)),
    Column("modality", String(16), nullable=False),
    Column("level", Integer, nullable=False),
)
"""One distinct set of hard requirements. Lines of one routing group are matched under one lock."""

Index(
    "uq_line_requirements",
    line.c.service,
    line.c.language,
    func.coalesce(line.c.sign_language, literal_column("''")),
    line.c.modality,
    line.c.level,
    unique=True,
)

agent = Table(
    "agent",
    metadata,
    Column("id", _Name, primary_key=True),
    Column("state", _State, nullable=False),
    Column("reason", String(40)),
    Column("since", Double, nullable=False),
    Column("until", Double),
    Column("misses", Integer, nullable=False),
    Column("idle_since", Double, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("gender", String(16)),
    Column("interpreter", Boolean, nullable=False),
    Column("groups", Text, nullable=False),
)
"""An agent's presence, and what of her person citizens may wish for. Her groups, with spaces between, are those of
`skill`: whoever sets her free has to know them."""

_partial("ix_agent_idle", agent.c.idle_since, agent.c.id, where=agent.c.state == word("available"))
_partial("ix_agent_wrap_up", agent.c.until, where=agent.c.state == word("wrap_up"))
_partial("ix_agent_lease", agent.c.lease_until, where=agent.c.state != word("offline"))

skill = Table(
    "skill",
    metadata,
    Column("agent", ForeignKey(agent.c.id), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", _Name, primary_key=True),
    Column("level", Integer, nullable=False),
    Index("ix_skill_kind_name", "kind", "name"),
)
"""What an agent can do, at a level of 1 to 5: kind is service, language, modality or group, name its id or tag."""

serves = Table(
    "serves",
    metadata,
    Column("agent", ForeignKey(agent.c.id), primary_key=True),
    Column("line", ForeignKey(line.c.id), primary_key=True),
    Column("seat", String(16), primary_key=True),
    Column("level", Integer, nullable=False),
    Index("ix_serves_line_seat_agent", "line", "seat", "agent"),
)
"""Which seats an agent can fill in which lines: follows from skill and line, kept so that matching need not
compute it. The level is the lower of those in the service and in the language."""

ticket = Table(
    "ticket",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("line", ForeignKey(line.c.id), nullable=False),
    Column("secret", String(64), nullable=False),
    Column("state", _State, nullable=False),
    Column("since", Double, nullable=False),
    Column("joined_at", Double, nullable=False),
    Column("reasons", String(200), nullable=False),
    Column("sort_key", Double, nullable=False),
    Column("want_agent", ForeignKey(agent.c.id)),
    Column("want_agent_until", Double),
    Column("want_gender", String(16)),
    Column("want_gender_until", Double),
    Column("want_level", Integer),
    Column("want_level_until", Double),
    Column("agent", ForeignKey(agent.c.id)),
    Column("interpreter", ForeignKey(agent.c.id)),
    Column("grace_until", Double),
    Column("undo_until", Double),
    Column("callback_at", Double),
    Column("rung_at", Double),
    Column("server", _Name),
)
"""A place in line. `secret` is the SHA-256 of the resume secret, in hex. A grace time: the owner is away.
`server` is the process that holds the owner's page."""

servable = and_(ticket.c.state == word("waiting"), ticket.c.grace_until.is_(None))
"""A ticket that can be offered now."""
in_line = ticket.c.state.in_(words("waiting", "offered"))
"""A ticket that others stand behind."""
is_open = ticket.c.state.in_(words("waiting", "offered", "serving"))
"""A ticket that has not ended."""
is_over = ticket.c.state.in_(words("done", "left", "expired"))
"""A ticket whose end says how long the line makes people wait."""

_partial("ix_ticket_head", ticket.c.line, ticket.c.sort_key, ticket.c.id, where=servable)
_partial("ix_ticket_in_line", ticket.c.line, ticket.c.sort_key, ticket.c.id, where=in_line)
_partial("ix_ticket_open", ticket.c.joined_at, where=is_open)
_partial("ix_ticket_over", ticket.c.line, ticket.c.since, where=is_over)
_partial("ix_ticket_grace", ticket.c.grace_until, where=and_(is_open, ticket.c.grace_until.is_not(None)))
_partial("uq_ticket_serving", ticket.c.agent, where=ticket.c.state == word("serving"), unique=True)
_partial("uq_ticket_interpreting", ticket.c.interpreter, where=ticket.c.state == word("serving"), unique=True)
_partial(
    "ix_ticket_callback",
    ticket.c.line,
    ticket.c.sort_key,
    ticket.c.id,
    where=and_(ticket.c.state == word("waiting"), ticket.c.callback_at.is_not(None), ticket.c.rung_at.is_(None)),
)

offer = Table(
    "offer",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("ticket", ForeignKey(ticket.c.id), nullable=False),
    Column("agent", ForeignKey(agent.c.id), nullable=False),
    Column("seat", String(16), nullable=False),
    Column("state", _State, nullable=False),
    Column("reason", String(40)),
    Column("made_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("ended_at", Double),
    Index("ix_offer_ticket_agent", "ticket", "agent"),
)
"""A ticket that rings, or rang, at one agent's desk, for one seat of the call."""

live = offer.c.state.in_(words("pending", "held"))
"""An offer that rings, or whose agent has accepted and waits for the other seat."""
_partial("uq_offer_live_seat", offer.c.ticket, offer.c.seat, where=live, unique=True)
_partial("uq_offer_live_agent", offer.c.agent, where=live, unique=True)
_partial("ix_offer_expires", offer.c.expires_at, where=live)

queue_event = Table(
    "queue_event",
    metadata,
    Column("seq", _Id, primary_key=True),
    Column("at", Double, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("ticket", _Id),
    Column("agent", _Name),
    Column("offer", _Id),
    Column("line", _Id),
    Column("from_state", _State),
    Column("to_state", _State, nullable=False),
    Column("detail", Text),
    Index("ix_queue_event_ticket_seq", "ticket", "seq"),
    Index("ix_queue_event_line_seq", "line", "seq"),
)
"""Every move, written in the transaction that made it; never changed. `detail` is JSON."""

server = Table(
    "server",
    metadata,
    Column("id", _Name, primary_key=True),
    Column("lease_until", Double, nullable=False),
)
"""The server processes that hold citizens' pages. One whose lease has run out holds none any more."""

roster = Table(
    "roster",
    metadata,
    Column("agent", _Name, primary_key=True),
    Column("starts_at", Double, primary_key=True),
    Column("ends_at", Double, nullable=False),
    Index("ix_roster_ends_at", "ends_at"),
)
"""Who is planned to work when."""

booking = Table(
    "booking",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("line", ForeignKey(line.c.id), nullable=False),
    Column("starts_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("state", _State, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("ticket", ForeignKey(ticket.c.id)),
    Column("made_at", Double, nullable=False),
)
"""A promised time. `secret` is the SHA-256 of the citizen's proof, in hex."""

_partial("ix_booking_booked", booking.c.starts_at, booking.c.line, where=booking.c.state == word("booked"))

notice = Table(
    "notice",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("ticket", ForeignKey(ticket.c.id)),
    Column("booking", ForeignKey(booking.c.id)),
    Column("made_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("claimed_until", Double),
    Column("sent_at", Double),
    Column("attempts", Integer, nullable=False),
    Column("failure", Text),
)
"""What must reach a citizen who is not on the page: written with what causes it, sent afterwards."""

_partial("ix_notice_unsent", notice.c.due_at, where=and_(notice.c.sent_at.is_(None), notice.c.failure.is_(None)))

forecast = Table(
    "forecast",
    metadata,
    Column("line", ForeignKey(line.c.id), primary_key=True),
    Column("made_at", Double, primary_key=True),
    Column("ticket", ForeignKey(ticket.c.id), nullable=False),
    Column("low", Double, nullable=False),
    Column("middle", Double, nullable=False),
    Column("high", Double, nullable=False),
)
"""What the wait of a ticket was forecast to be, without correction, to be held against what came."""
