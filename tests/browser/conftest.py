"""What tests in browsers share: in a file, one Chromium and one desk, which nobody of one test brings to the next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

from badline import BadLine
from chromium import FLAGS, Chromiums
from leaving import everybody_leaves
from livedesk import DeskProcess


@pytest.fixture(scope="module")
def chromiums(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromiums]:
    """The browsers of a file."""
    with Chromiums(tmp_path_factory.mktemp("chromiums")) as made:
        yield made


@pytest.fixture
async def browser(chromiums: Chromiums) -> AsyncIterator[Browser]:
    """A real Chromium with a fake camera and microphone, without pages."""
    async with chromiums.connect(*FLAGS) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Those of a file's desk (names without WASL_): a file may have its own."""
    return {}


@pytest.fixture(scope="module")
def desk_of_file(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """The desk of a file; tests ask for `desk`."""
    named = {f"WASL_{name.upper()}": value for name, value in settings.items()}
    desk = DeskProcess(tmp_path_factory.mktemp("desk"), named)
    desk.start_now()
    yield desk
    desk.end()


@pytest.fixture
async def desk(desk_of_file: DeskProcess, browser: Browser) -> AsyncIterator[DeskProcess]:
    """The desk of this file, with nobody there. Tests that end it, or count from its first day, start their own."""
    yield desk_of_file
    await everybody_leaves(browser, desk_of_file)


@pytest.fixture(scope="module")
def line_of_file() -> BadLine:
    """The line of a file, whose address its desk is told; tests ask for `line`."""
    return BadLine()


@pytest.fixture
async def line(line_of_file: BadLine) -> AsyncIterator[BadLine]:
    """A way to the relay that a test can spoil."""
    async with line_of_file:
        yield line_of_file
