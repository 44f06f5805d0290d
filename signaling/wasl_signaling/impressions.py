"""How the people of live calls come across at this moment, by leg. Nothing of it outlives the process."""

from __future__ import annotations

from typing import NamedTuple

from wasl_signaling.messages import Trouble


class Impression(NamedTuple):
    """One person's."""

    speaking: bool = False
    trouble: Trouble | None = None


Impressions = dict[int, Impression]
