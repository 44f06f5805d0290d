"""What tests share: how they are run, a real desk in a process of its own, real browsers, and both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser, async_playwright

from chromium import FLAGS, find
from lanes import pytest_xdist_make_scheduler  # noqa: F401 - a hook of pytest's
from livedesk import DeskProcess, Pages
from postgres import PostgresServer
from wasl_signaling import migrate

# How fast a machine makes examples says nothing of the code.
settings.register_profile("wasl", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("wasl")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run what deserves hours or many seeds: `make test-long`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", None):
        config.pluginmanager.register(Failures(config))


class Failures:
    """Prints a failure when it happens, in a run of many minutes, and not only at its end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            terminal = self._config.get_terminal_writer()
            terminal.line(f"\n{report.nodeid} failed ({report.when}):\n{report.longreprtext}")
            terminal.flush()


@pytest.fixture
async def start_desk(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[DeskProcess]]]:
    """Starts desks with the given settings (names without WASL_); ends them after the test."""
    started: list[DeskProcess] = []

    async def start(**settings: str) -> DeskProcess:
        named = {f"WASL_{name.upper()}": value for name, value in settings.items()}
        desk = DeskProcess(tmp_path / f"desk{len(started)}", named)
        started.append(desk)
        return await desk.start()

    yield start
    for desk in started:
        await desk.stop()


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """One desk for all tests that leave it as they found it."""
    desk = DeskProcess(tmp_path_factory.mktemp("shared"))
    desk.start_now()
    yield desk
    desk.end()


@pytest.fixture
async def desk(start_desk: Callable[..., Awaitable[DeskProcess]]) -> DeskProcess:
    """A desk with default settings."""
    return await start_desk()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium with a fake camera and microphone."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    """Opens Socket.IO pages at a desk."""
    async with AsyncExitStack() as stack:
        yield Pages(stack)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for all tests."""
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The address of a fresh PostgreSQL database without any tables."""
    return postgres_server.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database without any tables: of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database with all tables: of each kind in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.db'}"
        migrate.upgrade(url)
        return url
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.migrated()
