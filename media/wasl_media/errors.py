"""What the relay refuses, as one typed error."""

from __future__ import annotations

from enum import StrEnum


class MediaErrorCode(StrEnum):
    """Why the relay refused or failed; stable."""

    UNKNOWN_PEER = "unknown_peer"
    """No peer has this id, or it was closed."""
    PEER_EXISTS = "peer_exists"
    """A peer with this id is open already."""
    BAD_SDP = "bad_sdp"
    """The answer cannot be read or does not fit the offer."""
    BAD_SLOT = "bad_slot"
    """A peer has slots 0 to 3."""
    ALREADY_ANSWERED = "already_answered"
    """A peer takes one answer."""
    PORT_IN_USE = "port_in_use"
    """The UDP port is held by another process."""
    CONSENT_MISSING = "consent_missing"
    """Somebody who would be recorded has not agreed to it."""
    BAD_RECORDING = "bad_recording"
    """The file cannot be written, is none of ours, was changed, or the key is another's."""
    NO_ROOM = "no_room"
    """The disk that recordings are written to is full."""
    UNKNOWN_RECORDING = "unknown_recording"
    """No recording has this id, or it was stopped."""
    RECORDING_EXISTS = "recording_exists"
    """A recording with this id runs already."""
    NO_CAPTIONS = "no_captions"
    """There is no caption engine for this language."""
    BAD_CLIP = "bad_clip"
    """The file is none that can be forwarded as it is; the text says what is wrong."""
    UNKNOWN_CLIP = "unknown_clip"
    """No clip of this name was loaded."""
    BAD_REQUEST = "bad_request"
    """The worker did not understand the control message."""
    RELAY_DOWN = "relay_down"
    """The worker process is not there, or does not answer in time."""


class MediaError(Exception):
    """A request to the relay failed; `code` says why, the text is for the log."""

    def __init__(self, code: MediaErrorCode, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
