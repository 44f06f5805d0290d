"""A media worker as on a machine of its own, for all desks that only want one to be there."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from wasl_media.control import SECRET_VARIABLE, Ready
from wasl_media.stats import Load
from wasl_records.database import Database
from wasl_signaling import media_worker as rows
from wasl_signaling.media_key import MediaKey
from wasl_signaling.media_worker import Place, Standing, WorkerState

SECRET = "what desks and media workers of tests know each other by"
NAME = "lent"


class MediaWorker:
    """One process, which costs more to start than all else of a desk."""

    def __init__(self) -> None:
        """Starts it and waits until it can be used."""
        key = MediaKey(SECRET.encode())
        environment = os.environ | {SECRET_VARIABLE: key.password(NAME)}
        command = [sys.executable, "-m", "wasl_media"]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        ready = Ready.model_validate_json(self._process.stdout.readline())
        control = f"http://127.0.0.1:{ready.control_port}"
        self._place = Place(control, "", key.proof(NAME, control, ""), f"127.0.0.1:{ready.udp_port}")

    async def register(self, url: str) -> None:
        """Lets the desk of this database find it, which knows the SECRET."""
        assert self._process.poll() is None, "the media worker that is lent to all desks has died"
        database = Database.open(url)
        await database.write(rows.register, NAME, "lent", time.time())
        await database.write(rows.beat, NAME, Standing(WorkerState.READY, 1, self._place, Load()), time.time())
        await database.close()

    def end(self) -> None:
        """Ends it as its machine would."""
        with self._process:
            self._process.terminate()
