"""What the tests of the server share: a desk that they can look into."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from insidedesk import InsideDesk, furnish, inside


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
