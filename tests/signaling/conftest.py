"""What the tests of the server share: a desk that they can look into."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from insidedesk import InsideDesk, furnish, inside
from wasl_records import schema as records_schema
from wasl_signaling import schema


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all tables and the demo staff, to be copied."""
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    return folder


@pytest.fixture
async def inside_desk(furnished: Path, tmp_path: Path) -> AsyncIterator[InsideDesk]:
    """A desk in the test's own process."""
    async with inside(furnished, tmp_path / "data") as desk:
        yield desk


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A transaction on an empty database."""
    engine = create_engine("sqlite://")
    for metadata in (records_schema.metadata, schema.metadata):
        metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()
