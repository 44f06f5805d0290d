"""Alembic runs this for each command."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.ext.asyncio import create_async_engine

from wasl_records import address
from wasl_signaling.migrate import METADATA

MIGRATING = 0x7761_736D  # "wasm": a number that no routing group has


def migrate(connection: Connection) -> None:
    """Run the command that Alembic was asked for."""
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Several processes of one desk may start together; the second one finds the work done.
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
        context.run_migrations()


async def migrate_postgresql() -> None:
    """The same through the asynchronous driver, in a loop of its own."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = address.parse(context.config.get_main_option("sqlalchemy.url") or "")
    if url.get_backend_name() == "postgresql":
        asyncio.run(migrate_postgresql())
    else:
        engine = create_engine(url)
        with engine.connect() as connection:
            migrate(connection)
        engine.dispose()
