"""The tables of calls: calls, who takes part, what was typed, what was recorded, and their history; and messages left
instead of a call."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Times are epoch seconds. `ticket` and `agent` are ids of the queue; floors keep them plain values.
call = Table(
    "call",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", BigInteger, nullable=False),
    Column("agent", String(200), nullable=False),
    Column("modality", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    CheckConstraint("state IN ('assembling', 'live', 'held', 'ended')", name="state"),
)
NOT_ENDED = text("state <> 'ended'")
Index("uq_call_live_agent", call.c.agent, unique=True, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED)
Index("uq_call_live_ticket", call.c.ticket, unique=True, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED)
Index("ix_call_ticket", call.c.ticket)

leg = Table(
    "leg",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", ForeignKey("call.id"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    # Who: the agent's id, or the ticket's number for a citizen.
    Column("party", String(200), nullable=False),
    Column("joined_at", Float, nullable=False),
    Column("left_at", Float),
    # The name of the last batch of text, so that one that is sent again is not written down twice.
    Column("last_batch", String(200)),
    # How many characters of T.140 were taken from this leg, so that those that come over two ways are taken once.
    Column("typed", Integer, nullable=False, server_default="0"),
)
STILL_IN = text("left_at IS NULL")
Index("ix_leg_party", leg.c.party, sqlite_where=STILL_IN, postgresql_where=STILL_IN)
Index("uq_leg_present", leg.c.call, leg.c.party, unique=True, sqlite_where=STILL_IN, postgresql_where=STILL_IN)

# What was measured of a leg's media while the call lasted (`tally.py`).
leg_tally = Table(
    "leg_tally",
    metadata,
    Column("leg", ForeignKey("leg.id"), primary_key=True, autoincrement=False),
    Column("seconds", Float, nullable=False),
    Column("picture_seconds", Float, nullable=False),
    Column("frames", Float, nullable=False),
    Column("frame_rate_min", Float),
    Column("freezes", Integer, nullable=False),
    Column("frozen", Float, nullable=False),
    Column("signing_seconds", Float, nullable=False),
    Column("signing_low", Float, nullable=False),
    Column("sound_loss", Float, nullable=False),
    Column("picture_loss", Float, nullable=False),
    Column("view_loss", Float, nullable=False),
    Column("round_trips", Integer, nullable=False),
    Column("round_trip", Float, nullable=False),
    Column("round_trip_max", Float),
    Column("speaking_seconds", Float, nullable=False),
    Column("troubled_seconds", Float, nullable=False),
)

text_line = Table(
    "text_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", ForeignKey("call.id"), nullable=False, index=True),
    Column("leg", ForeignKey("leg.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    # Grows with every change, so that pages know which of two versions of a line is the newer one.
    Column("revision", Integer, nullable=False),
)
UNDONE = text("NOT done")
Index("uq_text_line_open", text_line.c.leg, unique=True, sqlite_where=UNDONE, postgresql_where=UNDONE)

call_event = Table(
    "call_event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("call", ForeignKey("call.id"), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
)

# What a citizen said of herself that decides how a call is made, by her ticket. No row: no such need.
need = Table(
    "need",
    metadata,
    Column("ticket", BigInteger, primary_key=True, autoincrement=False),
    Column("hearing", Boolean, nullable=False),
)

recording = Table(
    "recording",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", ForeignKey("call.id"), nullable=False, index=True),
    # The agent's id.
    Column("asked_by", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", Float, nullable=False),
    Column("asked_at", Float, nullable=False),
    Column("ended_at", Float),
    # For how many days those who agreed were told that it is kept.
    Column("keep_days", Integer, nullable=False),
    # The key of its files, encrypted. Without it they are noise: this is how a recording is deleted.
    Column("sealed_key", Text),
    # Why it failed.
    Column("failure", String(16)),
    CheckConstraint("state IN ('asked', 'on', 'paused', 'refused', 'withdrawn', 'ended', 'failed')", name="state"),
)
OPEN = text("state IN ('asked', 'on', 'paused')")
Index("uq_recording_open", recording.c.call, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
KEPT = text("sealed_key IS NOT NULL")
Index("ix_recording_kept", recording.c.ended_at, sqlite_where=KEPT, postgresql_where=KEPT)

# The files of a recording, each from one making of connections to the next.
recording_part = Table(
    "recording_part",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording", ForeignKey("recording.id"), nullable=False, index=True),
    # The file's name in the folder of recordings; the key of the file is made of it and the recording's.
    Column("name", String(64), nullable=False, unique=True),
    Column("started_at", Float, nullable=False),
)

# What somebody answered who was asked whether she may be recorded. Rows are only ever added; her last one counts.
consent = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording", ForeignKey("recording.id"), nullable=False, index=True),
    Column("party", String(200), nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    Column("language", String(8), nullable=False),
    # The very words that she was shown.
    Column("words", Text, nullable=False),
)

# What the check of a citizen's line found, by her ticket.
line_check = Table(
    "line_check",
    metadata,
    Column("ticket", BigInteger, primary_key=True, autoincrement=False),
    Column("result", String(8), nullable=False),
    Column("cause", String(16)),
    Column("checked_at", Float, nullable=False),
    CheckConstraint("result IN ('good', 'weak', 'text')", name="result"),
)

# What a citizen wrote who waits for no call, by her ticket.
message = Table(
    "message",
    metadata,
    Column("ticket", BigInteger, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("at", Float, nullable=False),
)

# The media workers of all machines, one row for each place where a worker runs and is started again.
# `proof` shows that whoever wrote the row knows the secret that the desk shares with its workers.
media_worker = Table(
    "media_worker",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("host", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", Float, nullable=False),
    Column("heartbeat_at", Float, nullable=False),
    Column("starts", Integer, nullable=False),
    Column("control", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("proof", String(64), nullable=False),
    # Where pages reach it: addresses with their port, with commas between them.
    Column("udp", Text, nullable=False),
    Column("peers", Integer, nullable=False),
    Column("packets", Float, nullable=False),
    Column("lag", Float, nullable=False),
    Column("cpu", Float, nullable=False),
    CheckConstraint("state IN ('starting', 'ready', 'draining', 'gone')", name="state"),
)

# What was asked with a key and is done, until when it is remembered; `made` is the number of what came of it.
wish = Table(
    "wish",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("until", Float, nullable=False, index=True),
)
