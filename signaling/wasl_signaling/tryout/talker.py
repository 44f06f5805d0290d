"""What an agent and a citizen do alike in a call: show and speak, type, and measure what comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from secrets import token_hex

from wasl_media.partner import MediaPartner, SlotMeasure
from wasl_media.tone import Tone
from wasl_signaling import messages as m
from wasl_signaling.conversation import NEW_LINE
from wasl_signaling.tryout.client import FAREWELL, Client
from wasl_signaling.tryout.errors import TryoutError
from wasl_signaling.tryout.terminal import say

BETWEEN_LETTERS = 0.08  # seconds: a practised typist
BETWEEN_MEASURES = 1.0  # seconds


class Talker:
    """One person's media and text. Picture and tone are on during a call only, as on a page."""

    def __init__(self, client: Client[m.CitizenState] | Client[m.DeskState], *, shade: int, pitch: int) -> None:
        """`shade` (0 to 255) tints the picture, `pitch` is that of the tone in hertz."""
        self._client = client
        self._shade, self._pitch = shade, pitch
        self._partner: MediaPartner | None = None
        self._partners = asyncio.Lock()
        self._modality: m.Modality | None = None
        self._letters = 0
        client.on("media_offer", m.MediaOffer, self._answer)
        client.on("text", m.TextEvent, self._read_text)

    async def close(self) -> None:
        """Ends picture, tone and the connection with the relay. Idempotent."""
        async with self._partners:
            if self._partner is not None:
                await self._partner.close()
                self._partner = None

    @asynccontextmanager
    async def talking(self, call: m.CallView, greeting: str) -> AsyncIterator[None]:
        """Takes part in a call while the block runs: types the greeting and says what it measures."""
        self._letters = 0
        await self._turn(call.modality)
        tasks = [asyncio.create_task(self._type(call.id, greeting)), asyncio.create_task(self._report())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._turn(None)

    async def _answer(self, offer: m.MediaOffer) -> None:
        async with self._partners:
            if self._partner is not None:
                await self._partner.close()
            self._partner = MediaPartner(shade=self._shade, pitch=self._pitch)
            answer = await self._partner.answer(offer.sdp, send=False)
            await self._client.ask(m.MediaAnswer(peer=offer.peer, sdp=answer))
            await self._turn(self._modality)
            self._client.hello = self._client.hello.model_copy(update={"peer": offer.peer})

    async def _turn(self, modality: m.Modality | None) -> None:
        """Turns on what a call of this modality needs; None turns all off."""
        self._modality = modality
        if self._partner is not None:
            self._show(self._partner)
        camera = m.Device.ON if modality is m.Modality.VIDEO else m.Device.OFF
        microphone = m.Device.ON if modality in (m.Modality.VIDEO, m.Modality.VOICE) else m.Device.OFF
        # Others only read it: nobody waits long to tell a desk that is away.
        with suppress(TryoutError, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await self._client.ask(m.DevicesChanged(microphone=microphone, camera=camera))

    def _show(self, partner: MediaPartner) -> None:
        match self._modality:
            case m.Modality.VIDEO:
                partner.unmute()
            case m.Modality.VOICE:
                partner.replace(None, Tone(self._pitch))
            case _:
                partner.mute()

    async def _type(self, call: int, greeting: str) -> None:
        with suppress(TryoutError):  # the call may end in the middle of a word
            for letter in greeting + NEW_LINE:
                await self._client.ask(m.Type(call=call, batch=token_hex(8), t140=letter))
                await asyncio.sleep(BETWEEN_LETTERS)

    async def _read_text(self, event: m.TextEvent) -> None:
        for line in event.lines:
            self._letters += not line.you
            if line.done and not line.you:
                say(f"They wrote: {line.text}")

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(BETWEEN_MEASURES)
            say(", ".join([*await self._media_words(), f"{self._letters} letters of text"]))

    async def _media_words(self) -> list[str]:
        state = self._client.state
        slots = [leg.slot for leg in state.call.legs if leg.slot is not None] if state and state.call else []
        if self._partner is None or not slots or self._modality is m.Modality.TEXT:
            return []
        measure = await self._partner.measure()
        if not measure.connected:
            return ["not connected with the relay"]
        trip = "not known yet" if measure.round_trip is None else f"{measure.round_trip * 1000:.1f} ms"
        return [*(words_of(measure.slots[slot]) for slot in slots), f"round trip {trip}"]


def words_of(slot: SlotMeasure) -> str:
    """What comes in one slot: pictures a second and their size, if any came, and the sound's level (0 to 1)."""
    picture = f"{slot.frame_rate:.0f} fps {slot.width}×{slot.height}, " if slot.frames else ""
    return f"{picture}sound {slot.audio_level:.2f}"
