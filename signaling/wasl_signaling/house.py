"""What every part of a running desk shares: the records, the queue, the catalogue and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from wasl_queue.queue import Queue
from wasl_records.catalogue import Catalogue
from wasl_records.database import Database


@dataclass
class House:
    """Made once by the composition root and handed to the parts."""

    database: Database
    queue: Queue
    catalogue: Catalogue
    now: Callable[[], float] = time.time
    draining: bool = False
