"""Brings the database to the present tables. The migrations are part of the wheel."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData

from wasl_queue.schema import metadata as queue_metadata
from wasl_records.schema import metadata as records_metadata
from wasl_signaling.schema import metadata as calls_metadata

METADATA: list[MetaData] = [records_metadata, queue_metadata, calls_metadata]


def config(url: str) -> Config:
    """Alembic's settings for a database URL."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def upgrade(url: str) -> None:
    """Applies all migrations that are missing; a new file gets all of them."""
    command.upgrade(config(url), "head")
