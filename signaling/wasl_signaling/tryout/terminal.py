"""What a developer reads at the terminal."""

from __future__ import annotations

import time


def say(sentence: str) -> None:
    """One line with the time of day."""
    print(f"{time.strftime('%H:%M:%S')}  {sentence}", flush=True)
