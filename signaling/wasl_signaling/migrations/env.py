"""Alembic runs this for each command."""

from alembic import context
from sqlalchemy import create_engine

from wasl_signaling.migrate import METADATA

url = context.config.get_main_option("sqlalchemy.url")
assert url is not None
with create_engine(url).connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
