"""What tests in browsers share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from badline import BadLine


@pytest.fixture
async def line() -> AsyncIterator[BadLine]:
    """A way to the relay that a test can spoil."""
    async with BadLine() as made:
        yield made
