"""The clips of a desk: which file is shown to whom, in line and on hold. docs/operations.md says how to make one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import structlog

from wasl_media.clip import read_clip
from wasl_media.errors import MediaError
from wasl_signaling.messages import Language, SignLanguage

log = structlog.get_logger()
Occasion = Literal["waiting", "hold"]
"""In line it is asked for and shown once; on hold it comes by itself, over and over."""
LANGUAGES = (*get_args(Language), *get_args(SignLanguage))
NAMES = [f"{occasion}.{language}" for occasion in get_args(Occasion) for language in LANGUAGES]
"""Of the files, without `.webm`."""


@dataclass(frozen=True)
class Showing:
    """A clip as it is shown to somebody."""

    name: str
    """By which the media workers know it: that of the file, without its suffix."""
    seconds: float
    signed: bool
    repeats: bool


@dataclass(frozen=True)
class Clips:
    """Those that can be shown."""

    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long each lasts, by name."""

    def find(self, occasion: Occasion, language: str, sign_language: str | None) -> Showing | None:
        """The one for a person who signs, or speaks, this language. Who signs is never shown one for hearing people."""
        name = f"{occasion}.{sign_language or language}"
        seconds = self.seconds.get(name)
        if seconds is None:
            return None
        return Showing(name, seconds, signed=sign_language is not None, repeats=occasion == "hold")


def load(folder: Path | None) -> Clips:
    """Look at all files of the folder, and tell in the log which can be shown. Blocks. The desk works without any."""
    if folder is None:
        return Clips()
    if not folder.is_dir():
        log.warning("no folder of clips", folder=str(folder))
        return Clips()
    found = {file.stem: seconds for file in sorted(folder.glob("*.webm")) if (seconds := _look(file)) is not None}
    log.info("clips", found=list(found), missing=[name for name in NAMES if name not in found])
    return Clips(found)


def _look(file: Path) -> float | None:
    """How long it lasts, in seconds; None if it cannot be shown."""
    if file.stem not in NAMES:
        log.warning("clip is never shown", file=file.name, names=NAMES)
        return None
    try:
        return read_clip(file).seconds
    except MediaError as error:
        log.warning("clip cannot be used", file=file.name, error=error.text)
        return None
