"""The file that a recording is written to while the call lasts: everything that passed, encrypted, in order.

    file    = "WASLREC1" chunk*
    chunk   = length (4 bytes, of the sealed part) sealed
    sealed  = AES-256-GCM(key, nonce = number of the chunk, 12 bytes, data = entry*, associated data = "WASLREC1")
    entry   = kind (1 byte) track (1 byte) seconds since the start (8 bytes, IEEE double) length (2 bytes) body

All numbers are big-endian. A chunk can be read without those behind it, so a file that was cut off anywhere is
readable up to the cut; one that was changed, reordered or belongs to another key is refused (NIST SP 800-38D: the key
is used for one recording only, so that counting makes every nonce different).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Annotated, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field

from wasl_media.description import Kind
from wasl_media.errors import MediaError, MediaErrorCode

MAGIC = b"WASLREC1"
MAX_BODY = 0xFFFF
"""Bytes of one entry's body."""
MAX_WORDS = 4_000
"""Characters of one text."""
CLOCK = struct.Struct("!QI")
"""NTP time and RTP timestamp of a sender report (RFC 3550, 6.4.1)."""
_ENTRY = struct.Struct("!BBdH")
_LENGTH = struct.Struct("!I")
_NONCE = 12


class EntryKind(IntEnum):
    """What an entry's body is."""

    TRACK = 0
    """`Track` as JSON: from now on this track number means this stream."""
    PACKET = 1
    """An RTP packet (RFC 3550) of the track, not encrypted."""
    CLOCK = 2
    """What a sender report of the track said, as `CLOCK`."""
    TEXT = 3
    """`Text` as JSON."""
    PAUSE = 4
    """Off the record from here."""
    RESUME = 5
    """On the record again."""
    END = 6
    """The recording was stopped; without this entry it broke off."""


class Track(BaseModel):
    """One stream of one person."""

    model_config = ConfigDict(frozen=True)
    peer: str
    kind: Kind


class Text(BaseModel):
    """Something written or said in the call."""

    model_config = ConfigDict(frozen=True)
    speaker: Annotated[str, Field(max_length=200)]
    words: Annotated[str, Field(max_length=MAX_WORDS)]
    automatic: bool
    """Recognised by a machine."""


class Entry(NamedTuple):
    """One thing that happened."""

    kind: EntryKind
    track: int
    at: float
    """Seconds since the start."""
    body: bytes = b""


class RecordingWriter:
    """Makes the file. `write` blocks on the disk: call it in a thread, and never twice at once."""

    def __init__(self, path: Path, key: bytes) -> None:
        """`key` has 32 bytes. Raises ValueError for another length, FileExistsError, OSError."""
        if len(key) != 32:
            raise ValueError("the key of a recording has 32 bytes")
        self._cipher = AESGCM(key)
        self._number = self._end = 0
        self._file = path.open("xb", buffering=0)
        try:
            self._append(MAGIC)
        except OSError:
            self.close()
            path.unlink()
            raise

    def write(self, entries: bytes) -> None:
        """Seal packed entries as the next chunk. Raises OSError; the file ends with the chunk before then, for good."""
        sealed = self._cipher.encrypt(self._number.to_bytes(_NONCE, "big"), entries, MAGIC)
        self._number += 1
        self._append(_LENGTH.pack(len(sealed)) + sealed)

    def close(self) -> None:
        """Idempotent."""
        self._file.close()

    def _append(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:  # a disk that fills up takes a part first
                left = left[self._file.write(left) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise
        self._end += len(data)


def pack_entry(entry: Entry) -> bytes:
    """An entry as it stands in a chunk. Raises ValueError if its body is longer than 65,535 bytes."""
    if len(entry.body) > MAX_BODY:
        raise ValueError(f"an entry of {len(entry.body)} bytes is too long")
    return _ENTRY.pack(entry.kind, entry.track, entry.at, len(entry.body)) + entry.body


def read_recording(path: Path, key: bytes) -> Iterator[Entry]:
    """The entries of a recording, up to where it was cut off.

    Raises MediaError (bad_recording) for another kind of file, another key, or a chunk that was changed or moved.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise _bad("it is no recording")
        cipher, number = AESGCM(key), 0
        while (sealed := _next_chunk(file)) is not None:
            yield from _entries(_open(cipher, number, sealed))
            number += 1


def _next_chunk(file: BinaryIO) -> bytes | None:
    head = file.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    length = _LENGTH.unpack(head)[0]
    sealed = file.read(length)
    return sealed if len(sealed) == length else None


def _open(cipher: AESGCM, number: int, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(number.to_bytes(_NONCE, "big"), sealed, MAGIC)
    except (InvalidTag, ValueError) as error:
        raise _bad(f"its chunk {number} was changed or moved, or the key is another's") from error


def _entries(data: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(data):
        kind, track, seconds, length = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        yield Entry(EntryKind(kind), track, seconds, data[at : at + length])
        at += length


def _bad(reason: str) -> MediaError:
    return MediaError(MediaErrorCode.BAD_RECORDING, f"the recording is refused: {reason}")
