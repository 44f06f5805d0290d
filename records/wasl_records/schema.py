"""The tables of the records."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name_ar", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("body", Text),
    Column("services", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("password_hash", Text, nullable=False),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("staff", ForeignKey(staff.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Float, nullable=False, index=True),
)

service_transaction = Table(
    "service_transaction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("service", Text, nullable=False),
    Column("ticket", Integer, nullable=False, unique=True),
    Column("agent", ForeignKey(staff.c.id), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("closed_at", Float),
)

transaction_event = Table(
    "transaction_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("transaction", ForeignKey(service_transaction.c.id), nullable=False, index=True),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("at", Float, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("data", JSON, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Integer, primary_key=True),
    # Whose: a ticket's or a booking's number. Ids of the queue; floors keep them plain values.
    Column("ticket", BigInteger, index=True),
    Column("booking", BigInteger, index=True),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    # The address, encrypted.
    Column("sealed", Text, nullable=False),
    Column("kept_at", Float, nullable=False),
    CheckConstraint("(ticket IS NULL) <> (booking IS NULL)", name="owner"),
)
