"""A page without a browser that talks: it answers every offer of media as a page does, sends and measures."""

from __future__ import annotations

import asyncio
import re
import time

from livedesk import Page, until
from wasl_media.partner import MediaPartner, PartnerMeasure


class TalkingPage:
    """One person with picture and sound, who comes back by herself when she gets a new connection."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.partner: MediaPartner | None = None
        self.peers: list[str] = []
        """The connections that she was offered."""
        self.udp_port = 0
        """Of the worker that made the last offer."""
        self._answering = asyncio.create_task(self._answer_offers())

    async def sees_and_hears(self, seconds: float = 20.0) -> float:
        """Waits until pictures and sound come over the present connection. Returns when, on the monotonic clock."""
        before = await self._measure()
        energy = before.slots[0].audio_energy if before is not None else 0.0

        async def well() -> float | None:
            now = await self._measure()
            good = now is not None and now.slots[0].frame_rate > 0 and now.slots[0].audio_energy > energy
            return time.monotonic() if good else None

        return float(await until(well, seconds))

    async def moved(self, peer: str, seconds: float = 20.0) -> None:
        """Waits until this connection is not hers any more, and another is."""

        async def other() -> bool:
            return self.partner is not None and self.peers[-1] != peer

        await until(other, seconds)

    async def measure(self) -> PartnerMeasure:
        """What she receives."""
        assert self.partner is not None
        return await self.partner.measure()

    async def close(self) -> None:
        """Hangs up."""
        self._answering.cancel()
        await asyncio.gather(self._answering, return_exceptions=True)
        if self.partner is not None:
            await self.partner.close()

    async def _measure(self) -> PartnerMeasure | None:
        return None if self.partner is None else await self.partner.measure()

    async def _answer_offers(self) -> None:
        while True:
            offers = [body for event, body in self.page.events if event == "media_offer"]
            if offers and offers[-1]["peer"] not in self.peers:
                await self._answer(offers[-1]["peer"], offers[-1]["sdp"])
            await asyncio.sleep(0.02)

    async def _answer(self, peer: str, sdp: str) -> None:
        older, self.partner = self.partner, None
        if older is not None:
            await older.close()
        partner = MediaPartner()
        answer = await partner.answer(sdp)
        await self.page.ask("media_answer", peer=peer, sdp=answer)
        found = re.search(r"a=candidate:\S+ \d udp \d+ \S+ (\d+) typ host", sdp, re.IGNORECASE)
        assert found is not None, sdp
        self.udp_port = int(found[1])
        self.peers.append(peer)
        self.partner = partner
