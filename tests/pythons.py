"""Runs the quick tests on the other Pythons that are promised, each in a virtual environment of its own.

Part of `make test-long`. A Python that is not installed is left out, and it is said so.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROMISED = ("3.11", "3.12", "3.13")


def main() -> int:
    """Exit status 0 when the quick tests pass on all that are installed."""
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    return max(map(quick, [version for version in PROMISED if version != ours]))


def quick(version: str) -> int:
    """The exit status of the quick tests on this Python."""
    python = f"python{version}"
    if not installed(python):
        print(f"Python {version} is not installed here: nothing was tried on it.", flush=True)
        return 0
    print(f"The quick tests on Python {version}:", flush=True)
    command = ["make", "test-quick", f"PYTHON={python}", f"VENV=.venv-{version}"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def installed(python: str) -> bool:
    try:
        return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(main())
