"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=True),
        sa.Column("booking", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.Float(), nullable=False),
        sa.CheckConstraint("(ticket IS NULL) <> (booking IS NULL)", name=op.f("ck_contact_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_booking"), "contact", ["booking"], unique=False)
    op.create_index(op.f("ix_contact_ticket"), "contact", ["ticket"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "service_transaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("closed_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["agent"], ["staff.id"], name=op.f("fk_service_transaction_agent_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_transaction")),
        sa.UniqueConstraint("reference", name=op.f("uq_service_transaction_reference")),
        sa.UniqueConstraint("ticket", name=op.f("uq_service_transaction_ticket")),
    )
    op.create_index(op.f("ix_service_transaction_agent"), "service_transaction", ["agent"], unique=False)
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_session_staff_staff"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_expires_at"), "staff_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_staff_session_staff"), "staff_session", ["staff"], unique=False)
    op.create_table(
        "transaction_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction"],
            ["service_transaction.id"],
            name=op.f("fk_transaction_event_transaction_service_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transaction_event")),
    )
    op.create_index(op.f("ix_transaction_event_transaction"), "transaction_event", ["transaction"], unique=False)
    op.create_table(
        "agent",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("idle_since", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("gender", sa.String(length=16), nullable=True),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
    )
    op.create_index(
        "ix_agent_idle",
        "agent",
        ["idle_since", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'available'"),
        postgresql_where=sa.text("state = 'available'"),
    )
    op.create_index(
        "ix_agent_lease",
        "agent",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state != 'offline'"),
        postgresql_where=sa.text("state != 'offline'"),
    )
    op.create_index(
        "ix_agent_wrap_up",
        "agent",
        ["until"],
        unique=False,
        sqlite_where=sa.text("state = 'wrap_up'"),
        postgresql_where=sa.text("state = 'wrap_up'"),
    )
    op.create_table(
        "line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("routing_group", sa.String(length=200), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("sign_language", sa.String(length=35), nullable=True),
        sa.Column("modality", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
    )
    # Alembic cannot read an index over an expression back from SQLite, so this one is written by hand.
    op.create_index(
        "uq_line_requirements",
        "line",
        ["service", "language", sa.text("coalesce(sign_language, '')"), "modality", "level"],
        unique=True,
    )
    op.create_table(
        "queue_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("offer", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_queue_event")),
    )
    op.create_index("ix_queue_event_line_seq", "queue_event", ["line", "seq"], unique=False)
    op.create_index("ix_queue_event_ticket_seq", "queue_event", ["ticket", "seq"], unique=False)
    op.create_table(
        "roster",
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "starts_at", name=op.f("pk_roster")),
    )
    op.create_index("ix_roster_ends_at", "roster", ["ends_at"], unique=False)
    op.create_table(
        "server",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server")),
    )
    op.create_table(
        "serves",
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"], name=op.f("fk_serves_agent_agent")),
        sa.ForeignKeyConstraint(["line"], ["line.id"], name=op.f("fk_serves_line_line")),
        sa.PrimaryKeyConstraint("agent", "line", "seat", name=op.f("pk_serves")),
    )
    op.create_index("ix_serves_line_seat_agent", "serves", ["line", "seat", "agent"], unique=False)
    op.create_table(
        "skill",
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"], name=op.f("fk_skill_agent_agent")),
        sa.PrimaryKeyConstraint("agent", "kind", "name", name=op.f("pk_skill")),
    )
    op.create_index("ix_skill_kind_name", "skill", ["kind", "name"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("joined_at", sa.Double(), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("sort_key", sa.Double(), nullable=False),
        sa.Column("want_agent", sa.String(length=200), nullable=True),
        sa.Column("want_agent_until", sa.Double(), nullable=True),
        sa.Column("want_gender", sa.String(length=16), nullable=True),
        sa.Column("want_gender_until", sa.Double(), nullable=True),
        sa.Column("want_level", sa.Integer(), nullable=True),
        sa.Column("want_level_until", sa.Double(), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("interpreter", sa.String(length=200), nullable=True),
        sa.Column("grace_until", sa.Double(), nullable=True),
        sa.Column("undo_until", sa.Double(), nullable=True),
        sa.Column("callback_at", sa.Double(), nullable=True),
        sa.Column("rung_at", sa.Double(), nullable=True),
        sa.Column("server", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"], name=op.f("fk_ticket_agent_agent")),
        sa.ForeignKeyConstraint(["interpreter"], ["agent.id"], name=op.f("fk_ticket_interpreter_agent")),
        sa.ForeignKeyConstraint(["line"], ["line.id"], name=op.f("fk_ticket_line_line")),
        sa.ForeignKeyConstraint(["want_agent"], ["agent.id"], name=op.f("fk_ticket_want_agent_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
    )
    op.create_index(
        "ix_ticket_callback",
        "ticket",
        ["line", "sort_key", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting' AND callback_at IS NOT NULL AND rung_at IS NULL"),
        postgresql_where=sa.text("state = 'waiting' AND callback_at IS NOT NULL AND rung_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_grace",
        "ticket",
        ["grace_until"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'offered', 'serving') AND grace_until IS NOT NULL"),
        postgresql_where=sa.text("state IN ('waiting', 'offered', 'serving') AND grace_until IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_head",
        "ticket",
        ["line", "sort_key", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting' AND grace_until IS NULL"),
        postgresql_where=sa.text("state = 'waiting' AND grace_until IS NULL"),
    )
    op.create_index(
        "ix_ticket_in_line",
        "ticket",
        ["line", "sort_key", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.create_index(
        "ix_ticket_open",
        "ticket",
        ["joined_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'offered', 'serving')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered', 'serving')"),
    )
    op.create_index(
        "ix_ticket_over",
        "ticket",
        ["line", "since"],
        unique=False,
        sqlite_where=sa.text("state IN ('done', 'left', 'expired')"),
        postgresql_where=sa.text("state IN ('done', 'left', 'expired')"),
    )
    op.create_index(
        "uq_ticket_interpreting",
        "ticket",
        ["interpreter"],
        unique=True,
        sqlite_where=sa.text("state = 'serving'"),
        postgresql_where=sa.text("state = 'serving'"),
    )
    op.create_index(
        "uq_ticket_serving",
        "ticket",
        ["agent"],
        unique=True,
        sqlite_where=sa.text("state = 'serving'"),
        postgresql_where=sa.text("state = 'serving'"),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["line"], ["line.id"], name=op.f("fk_booking_line_line")),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"], name=op.f("fk_booking_ticket_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(
        "ix_booking_booked",
        "booking",
        ["starts_at", "line"],
        unique=False,
        sqlite_where=sa.text("state = 'booked'"),
        postgresql_where=sa.text("state = 'booked'"),
    )
    op.create_table(
        "forecast",
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("middle", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["line"], ["line.id"], name=op.f("fk_forecast_line_line")),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"], name=op.f("fk_forecast_ticket_ticket")),
        sa.PrimaryKeyConstraint("line", "made_at", name=op.f("pk_forecast")),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("seat", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"], name=op.f("fk_offer_agent_agent")),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"], name=op.f("fk_offer_ticket_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(
        "ix_offer_expires",
        "offer",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.create_index("ix_offer_ticket_agent", "offer", ["ticket", "agent"], unique=False)
    op.create_index(
        "uq_offer_live_agent",
        "offer",
        ["agent"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.create_index(
        "uq_offer_live_seat",
        "offer",
        ["ticket", "seat"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("booking", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("claimed_until", sa.Double(), nullable=True),
        sa.Column("sent_at", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["booking"], ["booking.id"], name=op.f("fk_notice_booking_booking")),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"], name=op.f("fk_notice_ticket_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_unsent",
        "notice",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND failure IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failure IS NULL"),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("modality", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=True),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.CheckConstraint("state IN ('assembling', 'live', 'held', 'ended')", name=op.f("ck_call_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index("ix_call_ticket", "call", ["ticket"], unique=False)
    op.create_index(
        "uq_call_live_agent",
        "call",
        ["agent"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "uq_call_live_ticket",
        "call",
        ["ticket"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "media_worker",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("heartbeat_at", sa.Float(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.Column("udp", sa.Text(), nullable=False),
        sa.Column("peers", sa.Integer(), nullable=False),
        sa.Column("packets", sa.Float(), nullable=False),
        sa.Column("lag", sa.Float(), nullable=False),
        sa.Column("cpu", sa.Float(), nullable=False),
        sa.CheckConstraint("state IN ('starting', 'ready', 'draining', 'gone')", name=op.f("ck_media_worker_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_worker")),
    )
    op.create_table(
        "need",
        sa.Column("ticket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hearing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_need")),
    )
    op.create_table(
        "line_check",
        sa.Column("ticket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=True),
        sa.Column("checked_at", sa.Float(), nullable=False),
        sa.CheckConstraint("result IN ('good', 'weak', 'text')", name=op.f("ck_line_check_result")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_line_check")),
    )
    op.create_table(
        "message",
        sa.Column("ticket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_message")),
    )
    op.create_table(
        "call_event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_call_event_call")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_call_event")),
    )
    op.create_index(op.f("ix_call_event_call"), "call_event", ["call"], unique=False)
    op.create_table(
        "leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("joined_at", sa.Float(), nullable=False),
        sa.Column("left_at", sa.Float(), nullable=True),
        sa.Column("last_batch", sa.String(length=200), nullable=True),
        sa.Column("typed", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_leg_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
    )
    op.create_index(op.f("ix_leg_call"), "leg", ["call"], unique=False)
    op.create_index(
        "ix_leg_party",
        "leg",
        ["party"],
        unique=False,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_index(
        "uq_leg_present",
        "leg",
        ["call", "party"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "leg_tally",
        sa.Column("leg", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("picture_seconds", sa.Float(), nullable=False),
        sa.Column("frames", sa.Float(), nullable=False),
        sa.Column("frame_rate_min", sa.Float(), nullable=True),
        sa.Column("freezes", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Float(), nullable=False),
        sa.Column("signing_seconds", sa.Float(), nullable=False),
        sa.Column("signing_low", sa.Float(), nullable=False),
        sa.Column("sound_loss", sa.Float(), nullable=False),
        sa.Column("picture_loss", sa.Float(), nullable=False),
        sa.Column("view_loss", sa.Float(), nullable=False),
        sa.Column("round_trips", sa.Integer(), nullable=False),
        sa.Column("round_trip", sa.Float(), nullable=False),
        sa.Column("round_trip_max", sa.Float(), nullable=True),
        sa.Column("speaking_seconds", sa.Float(), nullable=False),
        sa.Column("troubled_seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["leg"], ["leg.id"], name=op.f("fk_leg_tally_leg")),
        sa.PrimaryKeyConstraint("leg", name=op.f("pk_leg_tally")),
    )
    op.create_table(
        "text_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_text_line_call")),
        sa.ForeignKeyConstraint(["leg"], ["leg.id"], name=op.f("fk_text_line_leg")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_line")),
    )
    op.create_index(op.f("ix_text_line_call"), "text_line", ["call"], unique=False)
    op.create_index(
        "uq_text_line_open",
        "text_line",
        ["leg"],
        unique=True,
        sqlite_where=sa.text("NOT done"),
        postgresql_where=sa.text("NOT done"),
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=True),
        sa.Column("failure", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'on', 'paused', 'refused', 'withdrawn', 'ended', 'failed')",
            name=op.f("ck_recording_state"),
        ),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_recording_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    op.create_index(op.f("ix_recording_call"), "recording", ["call"], unique=False)
    op.create_index(
        "ix_recording_kept",
        "recording",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("sealed_key IS NOT NULL"),
        postgresql_where=sa.text("sealed_key IS NOT NULL"),
    )
    op.create_index(
        "uq_recording_open",
        "recording",
        ["call"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'on', 'paused')"),
        postgresql_where=sa.text("state IN ('asked', 'on', 'paused')"),
    )
    op.create_table(
        "recording_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["recording"], ["recording.id"], name=op.f("fk_recording_part_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_part")),
        sa.UniqueConstraint("name", name=op.f("uq_recording_part_name")),
    )
    op.create_index(op.f("ix_recording_part_recording"), "recording_part", ["recording"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["recording"], ["recording.id"], name=op.f("fk_consent_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_recording"), "consent", ["recording"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_consent_recording"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_recording_part_recording"), table_name="recording_part")
    op.drop_table("recording_part")
    op.drop_index(
        "uq_recording_open",
        table_name="recording",
        sqlite_where=sa.text("state IN ('asked', 'on', 'paused')"),
        postgresql_where=sa.text("state IN ('asked', 'on', 'paused')"),
    )
    op.drop_index(
        "ix_recording_kept",
        table_name="recording",
        sqlite_where=sa.text("sealed_key IS NOT NULL"),
        postgresql_where=sa.text("sealed_key IS NOT NULL"),
    )
    op.drop_index(op.f("ix_recording_call"), table_name="recording")
    op.drop_table("recording")
    op.drop_index(
        "uq_text_line_open",
        table_name="text_line",
        sqlite_where=sa.text("NOT done"),
        postgresql_where=sa.text("NOT done"),
    )
    op.drop_index(op.f("ix_text_line_call"), table_name="text_line")
    op.drop_table("text_line")
    op.drop_table("leg_tally")
    op.drop_index(
        "uq_leg_present",
        table_name="leg",
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_index(
        "ix_leg_party",
        table_name="leg",
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_index(op.f("ix_leg_call"), table_name="leg")
    op.drop_table("leg")
    op.drop_index(op.f("ix_call_event_call"), table_name="call_event")
    op.drop_table("call_event")
    op.drop_table("media_worker")
    op.drop_table("message")
    op.drop_table("line_check")
    op.drop_table("need")
    op.drop_index(
        "uq_call_live_ticket",
        table_name="call",
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.drop_index(
        "uq_call_live_agent",
        table_name="call",
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.drop_index("ix_call_ticket", table_name="call")
    op.drop_table("call")
    op.drop_index(
        "ix_notice_unsent",
        table_name="notice",
        sqlite_where=sa.text("sent_at IS NULL AND failure IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failure IS NULL"),
    )
    op.drop_table("notice")
    op.drop_index(
        "uq_offer_live_seat",
        table_name="offer",
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.drop_index(
        "uq_offer_live_agent",
        table_name="offer",
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.drop_index("ix_offer_ticket_agent", table_name="offer")
    op.drop_index(
        "ix_offer_expires",
        table_name="offer",
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.drop_table("offer")
    op.drop_table("forecast")
    op.drop_index(
        "ix_booking_booked",
        table_name="booking",
        sqlite_where=sa.text("state = 'booked'"),
        postgresql_where=sa.text("state = 'booked'"),
    )
    op.drop_table("booking")
    op.drop_index(
        "uq_ticket_serving",
        table_name="ticket",
        sqlite_where=sa.text("state = 'serving'"),
        postgresql_where=sa.text("state = 'serving'"),
    )
    op.drop_index(
        "uq_ticket_interpreting",
        table_name="ticket",
        sqlite_where=sa.text("state = 'serving'"),
        postgresql_where=sa.text("state = 'serving'"),
    )
    op.drop_index(
        "ix_ticket_over",
        table_name="ticket",
        sqlite_where=sa.text("state IN ('done', 'left', 'expired')"),
        postgresql_where=sa.text("state IN ('done', 'left', 'expired')"),
    )
    op.drop_index(
        "ix_ticket_open",
        table_name="ticket",
        sqlite_where=sa.text("state IN ('waiting', 'offered', 'serving')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered', 'serving')"),
    )
    op.drop_index(
        "ix_ticket_in_line",
        table_name="ticket",
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.drop_index(
        "ix_ticket_head",
        table_name="ticket",
        sqlite_where=sa.text("state = 'waiting' AND grace_until IS NULL"),
        postgresql_where=sa.text("state = 'waiting' AND grace_until IS NULL"),
    )
    op.drop_index(
        "ix_ticket_grace",
        table_name="ticket",
        sqlite_where=sa.text("state IN ('waiting', 'offered', 'serving') AND grace_until IS NOT NULL"),
        postgresql_where=sa.text("state IN ('waiting', 'offered', 'serving') AND grace_until IS NOT NULL"),
    )
    op.drop_index(
        "ix_ticket_callback",
        table_name="ticket",
        sqlite_where=sa.text("state = 'waiting' AND callback_at IS NOT NULL AND rung_at IS NULL"),
        postgresql_where=sa.text("state = 'waiting' AND callback_at IS NOT NULL AND rung_at IS NULL"),
    )
    op.drop_table("ticket")
    op.drop_index("ix_skill_kind_name", table_name="skill")
    op.drop_table("skill")
    op.drop_index("ix_serves_line_seat_agent", table_name="serves")
    op.drop_table("serves")
    op.drop_table("server")
    op.drop_index("ix_roster_ends_at", table_name="roster")
    op.drop_table("roster")
    op.drop_index("ix_queue_event_ticket_seq", table_name="queue_event")
    op.drop_index("ix_queue_event_line_seq", table_name="queue_event")
    op.drop_table("queue_event")
    op.drop_table("line")
    op.drop_index(
        "ix_agent_wrap_up",
        table_name="agent",
        sqlite_where=sa.text("state = 'wrap_up'"),
        postgresql_where=sa.text("state = 'wrap_up'"),
    )
    op.drop_index(
        "ix_agent_lease",
        table_name="agent",
        sqlite_where=sa.text("state != 'offline'"),
        postgresql_where=sa.text("state != 'offline'"),
    )
    op.drop_index(
        "ix_agent_idle",
        table_name="agent",
        sqlite_where=sa.text("state = 'available'"),
        postgresql_where=sa.text("state = 'available'"),
    )
    op.drop_table("agent")
    op.drop_index(op.f("ix_transaction_event_transaction"), table_name="transaction_event")
    op.drop_table("transaction_event")
    op.drop_index(op.f("ix_staff_session_staff"), table_name="staff_session")
    op.drop_index(op.f("ix_staff_session_expires_at"), table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_index(op.f("ix_service_transaction_agent"), table_name="service_transaction")
    op.drop_table("service_transaction")
    op.drop_table("staff")
    op.drop_index(op.f("ix_contact_ticket"), table_name="contact")
    op.drop_index(op.f("ix_contact_booking"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_audit_subject"), table_name="audit")
    op.drop_table("audit")
