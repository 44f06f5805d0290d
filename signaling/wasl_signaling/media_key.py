"""The trust between a desk and its media workers: one secret that both were given.

From it each worker's own password is derived, and the proof without which a row in the database attracts no
call: who can only write to the database can neither drive a worker nor pose as one.
"""

from __future__ import annotations

import hmac
from hashlib import sha256


class MediaKey:
    """What is derived from the secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def password(self, worker: str) -> str:
        """Opens the control channel of this worker."""
        return self._derive("password", worker)

    def proof(self, worker: str, control: str, fingerprint: str) -> str:
        """That this worker is at this address behind this certificate."""
        return self._derive("proof", worker, control, fingerprint)

    def proves(self, proof: str, worker: str, control: str, fingerprint: str) -> bool:
        """Whether somebody who knows the secret wrote this proof."""
        return hmac.compare_digest(proof.encode(), self.proof(worker, control, fingerprint).encode())

    def _derive(self, *parts: str) -> str:
        return hmac.new(self._secret, "\0".join(parts).encode(), sha256).hexdigest()
