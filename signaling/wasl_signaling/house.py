"""What every part of a running desk shares: the records, the queue, the catalogue and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from wasl_queue.queue import Queue, Requirements
from wasl_records.catalogue import Catalogue
from wasl_records.contact import Vault
from wasl_records.database import Database
from wasl_signaling.clips import Clips
from wasl_web.opening import Openings


@dataclass(frozen=True)
class Recordings:
    """What the operator decided about recordings."""

    folder: Path
    """Of their files."""
    offered: bool = False
    """Whether agents may ask to record."""
    days: int = 30
    """How long they are kept."""


@dataclass
class House:
    """Made once by the composition root and handed to the parts."""

    database: Database
    queue: Queue
    catalogue: Catalogue
    openings: Openings
    zone: ZoneInfo
    """In which people here reckon days and hours."""
    vault: Vault
    """Encrypts the addresses of citizens, and the keys of recordings."""
    recordings: Recordings
    text_messages: bool = False
    """Whether text messages can be sent to phones."""
    clips: Clips = field(default_factory=Clips)
    """For people who wait."""
    now: Callable[[], float] = time.time
    draining: bool = False

    def needs(self, service: str, language: str, sign_language: str | None, modality: str) -> Requirements:
        """What a citizen of this service cannot do without. Raises UnknownService."""
        body = self.catalogue.service(service).body
        return Requirements(service, language, sign_language, modality, group=body)
