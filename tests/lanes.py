"""Two lanes side by side, for machines with two cores: real browsers in one, all other tests in the other.

A plugin for pytest-xdist, of use when pytest runs with `-n 2`. A file of tests stays whole, so that its tests can share
what is dear. Never do two browsers run at once: each takes more than a core, and would find its line weak. The worker
with the browsers helps the other one when it has run out of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ROOT = Path(__file__).parents[1]


class Lanes(LoadScopeScheduling):
    """Gives each worker whole files of its lane."""

    _driver: WorkerController | None = None
    """Who has the browsers."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        if (scope := self._next(node)) is None:
            node.shutdown()  # only browsers are left, and they are the other one's
            return
        self.workqueue.move_to_end(scope, last=False)  # the base class takes the first one
        super()._assign_work_unit(node)

    def _next(self, node: WorkerController) -> str | None:
        if self._driver not in self.nodes:  # nobody yet, or it died
            self._driver = node
        if node is self._driver:
            return next(filter(has_browser, self.workqueue), next(iter(self.workqueue), None))
        return next((scope for scope in self.workqueue if not has_browser(scope)), None)


def has_browser(file: str) -> bool:
    """Whether the tests of this file drive a browser. Read in its text: the process that schedules collects nothing."""
    return "mark.browser" in (ROOT / file).read_text()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    return Lanes(config, log)
