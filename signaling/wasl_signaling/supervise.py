"""The supervisors' channel."""

from __future__ import annotations

from typing import Any

from wasl_records.staff import Role as StaffRole
from wasl_signaling import messages as m
from wasl_signaling.channel import Channel
from wasl_signaling.mailbox import Address, Kind
from wasl_signaling.parts import Parts
from wasl_signaling.sessions import token_of


class SuperviseChannel(Channel):
    """`/supervise`: only looks, for now."""

    requests = m.SUPERVISE_REQUESTS

    def __init__(self, parts: Parts) -> None:
        super().__init__(Kind.WALL)
        self._parts = parts
        self._addresses: dict[str, Address] = {}

    async def connected(self, sid: str, environ: dict[str, Any], auth: Any) -> m.Language:
        hello = m.DeskConnect.model_validate(auth)
        member = await self._parts.staff_of(environ, StaffRole.SUPERVISOR, StaffRole.ADMIN)
        address = self._addresses[sid] = Address(Kind.WALL, member.id)
        await self._parts.mailboxes.open(address, sid, hello.language, token_of(environ))
        self._parts.refresher.mark([address])
        return hello.language

    async def disconnected(self, sid: str) -> None:
        if address := self._addresses.pop(sid, None):
            self._parts.mailboxes.close(address, sid)
