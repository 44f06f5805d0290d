"""Captions over the wire: who is listened to, who reads what, and what is done when lines come late, twice or wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insidedesk import StartInside
from livedesk import DeskProcess, Page, Pages, until
from speech import Voice, speak
from wasl_media.captions import Word
from wasl_media.events import CaptionsChanged, Said
from wasl_media.partner import MediaPartner
from wasl_signaling.captions import KEPT_LINES, Captions
from wasl_signaling.mailbox import Address
from wasl_signaling.messages import CaptionSource

SENTENCE = "one two three four five"
CITIZEN, AGENT = Address.citizen(7), Address.desk("agent1")


def said(utterance: int, revision: int, text: str, *, final: bool = False) -> Said:
    words = [Word(text=word, begin=1.0, end=2.0, confidence=0.5) for word in text.split()]
    return Said(
        peer="p", utterance=utterance, revision=revision, begin=1.0, end=2.0, words=words, final=final, missed=False
    )


def texts(captions: Captions) -> list[str]:
    return [" ".join(word.text for word in line.words) for line in captions.lines(1)]


# In memory


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5)), max_size=30), st.randoms())
def test_revisions_in_any_order_give_the_same_captions(told: list[tuple[int, int]], chance: Any) -> None:
    revisions = {(utterance, revision) for utterance in range(1, 4) for revision in range(1, 6)}
    shuffled = told + sorted(revisions)
    chance.shuffle(shuffled)
    captions = Captions()
    for utterance, revision in shuffled:
        captions.heard(1, 10, said(utterance, revision, f"u{utterance} r{revision}", final=revision == 5))
    assert sorted(texts(captions)) == ["u1 r5", "u2 r5", "u3 r5"]
    assert all(line.final for line in captions.lines(1))


def test_a_correction_stays_whatever_the_machine_says_later() -> None:
    captions = Captions()
    line = captions.heard(1, 10, said(1, 1, "for tea", final=True))
    assert line is not None
    corrected = captions.correct(1, 10, line.id, "forty")
    assert corrected.revision > line.revision
    assert corrected.source is CaptionSource.CORRECTED
    assert captions.heard(1, 10, said(1, 9, "fourteen", final=True)) is None
    assert texts(captions) == ["forty"]


def test_captions_are_kept_for_as_long_as_the_call_and_not_without_bound() -> None:
    captions = Captions()
    for number in range(3 * KEPT_LINES):
        captions.heard(1, 10, said(number, 1, f"line {number}", final=True))
    assert len(captions.lines(1)) == KEPT_LINES
    assert texts(captions)[-1] == f"line {3 * KEPT_LINES - 1}"
    captions.want(1, CITIZEN, True)
    captions.prune([2])
    assert not captions.lines(1)
    assert not captions.wants(1, CITIZEN)


def test_nobody_is_listened_to_for_her_own_sake() -> None:
    captions = Captions()
    people = [CITIZEN, AGENT]
    assert not captions.listeners(1, people, AGENT)
    captions.want(1, CITIZEN, True)
    assert captions.listeners(1, people, AGENT) == [CITIZEN]
    assert not captions.listeners(1, people, CITIZEN)
    captions.want(1, CITIZEN, False)
    assert not captions.listeners(1, people, AGENT)


# Over the wire


@pytest.fixture
async def captioning(start_inside: StartInside) -> DeskProcess:
    """A desk that listens to English, and lets agents' browsers make captions."""
    settings = {"captions": "en=pocketsphinx,ar=vosk:/nowhere", "browser_captions": True}
    return (await start_inside(**settings, media_workers=1)).door


async def meet(
    pages: Pages, desk: DeskProcess, modality: str = "voice", language: str = "en"
) -> tuple[Page, Page, int]:
    citizen, agent = await pages.citizen(desk), await pages.agent(desk)
    await citizen.ask("join", service="housing-allocation", modality=modality, language=language)
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    await agent.ask("accept", offer=offered["offer"]["id"])
    state = await citizen.until(lambda state: state["phase"] == "call")
    await agent.until(lambda state: state["call"])
    return citizen, agent, state["call"]["id"]


def captions_of(page: Page) -> dict[str, Any]:
    captions: dict[str, Any] = page.state["call"]["captions"]
    return captions


async def test_what_the_agent_says_is_read_by_the_citizen_who_asked_for_it(
    captioning: DeskProcess, pages: Pages, tmp_path: Path
) -> None:
    citizen, agent, call = await meet(pages, captioning)
    partner = MediaPartner()
    try:
        offer = await agent.until_event("media_offer", lambda _: True)
        answer = await partner.answer(offer["sdp"], send=False)
        await agent.ask("media_answer", peer=offer["peer"], sdp=answer)
        await citizen.until(lambda state: state["call"]["captions"]["available"])
        await agent.until(lambda state: state["call"]["captions"])
        assert not captions_of(agent)["made"]
        assert await citizen.ask("captions", call=call, on=True) == {"ok": True}
        await citizen.until(lambda state: state["call"]["captions"]["on"])
        await agent.until(lambda state: state["call"]["captions"]["made"])
        assert not captions_of(citizen)["made"], "nobody reads what the citizen says"
        partner.replace(None, Voice(speak(SENTENCE, tmp_path)))
        seen = await citizen.until_event("caption", lambda body: body["line"]["final"] and body["line"]["words"], 60)
        line = seen["line"]
        assert " ".join(word["text"] for word in line["words"]) == SENTENCE
        assert all(0 <= word["confidence"] <= 1 for word in line["words"])
        assert (line["role"], line["you"], line["source"]) == ("agent", False, "engine")
        own = await agent.until_event("caption", lambda body: body["line"]["final"])
        assert own["line"]["you"]
        # Her page was away for a moment: what it missed is in the state.
        await agent.ask("correct", call=call, caption=line["id"], text="1 2 3 4 5")
        await citizen.until_event("caption", lambda body: body["line"]["source"] == "corrected")
        await citizen.ask("captions", call=call, on=False)
        after = await citizen.until(lambda state: not state["call"]["captions"]["on"])
        [kept] = [one for one in after["call"]["captions"]["lines"] if one["id"] == line["id"]]
        assert " ".join(word["text"] for word in kept["words"]) == "1 2 3 4 5"
        await agent.until(lambda state: not state["call"]["captions"]["made"])
    finally:
        await partner.close()


async def test_the_desk_starts_without_an_engine_and_says_so(captioning: DeskProcess, pages: Pages) -> None:
    citizen, _, _ = await meet(pages, captioning, language="ar")

    async def ready() -> dict[str, Any]:
        async with aiohttp.ClientSession() as http, http.get(f"{captioning.url}/readyz") as response:
            body: dict[str, Any] = await response.json()
            return body if body["without"] else {}

    assert await until(ready, 30) == {"ready": True, "missing": [], "without": ["captions in ar"]}
    assert not captions_of(citizen)["available"]


async def test_a_call_by_text_has_no_captions(captioning: DeskProcess, pages: Pages) -> None:
    citizen, _, _ = await meet(pages, captioning, modality="text")
    assert captions_of(citizen) is None


async def test_the_agents_browser_makes_captions_only_when_she_switched_it_on(
    captioning: DeskProcess, pages: Pages
) -> None:
    citizen, agent, call = await meet(pages, captioning, language="ar")
    made = {"call": call, "utterance": 1, "revision": 1, "text": "السلام عليكم", "confidence": 0.4, "final": False}
    assert (await agent.ask("caption", **made))["error"]["code"] == "not_now"
    assert captions_of(agent)["browser_allowed"]
    assert not captions_of(citizen)["browser_allowed"]
    await agent.ask("browser_captions", call=call, on=True)
    await citizen.until(lambda state: state["call"]["captions"]["available"])
    whole = {**made, "revision": 2, "text": "السلام عليكم ورحمة", "final": True}
    assert await agent.ask("caption", **whole) == {"ok": True}
    assert await agent.ask("caption", **made) == {"ok": True}  # late: it changes nothing
    shown = await citizen.until_event("caption", lambda body: body["line"]["final"])
    assert [word["text"] for word in shown["line"]["words"]] == ["السلام", "عليكم", "ورحمة"]
    assert shown["line"]["source"] == "browser"
    other = await agent.ask("correct", call=call, caption=shown["line"]["id"] + 99, text="x")
    assert other["error"]["code"] == "unknown_caption"
    assert (await agent.ask("caption", **{**made, "text": "x" * 1_001}))["error"]["code"] == "too_large"
    assert (await citizen.ask("captions", call=call + 1, on=True))["error"]["code"] == "unknown_call"


def test_captions_are_expected_once_a_machine_has_listened_to_the_language() -> None:
    captions = Captions()
    assert not captions.may_come("ar")
    captions.changed(CaptionsChanged(languages=["ar"]))
    captions.changed(CaptionsChanged(languages=[]))
    assert (captions.may_come("ar"), captions.may_come("en")) == (True, False)
    assert Captions(browsers_allowed=True).may_come("en")


async def test_browser_captions_are_refused_where_the_operator_did_not_allow_them(
    desk: DeskProcess, pages: Pages
) -> None:
    citizen, agent, call = await meet(pages, desk)
    assert (await agent.ask("browser_captions", call=call, on=True))["error"]["code"] == "not_now"
    assert [captions_of(page) for page in (citizen, agent)] == [None, None], "nobody is offered what cannot come"


async def test_captions_are_offered_in_the_languages_that_the_desk_listens_to(
    start_inside: StartInside, pages: Pages
) -> None:
    desk = (await start_inside(captions="en=pocketsphinx", media_workers=1)).door
    citizen, agent, _ = await meet(pages, desk, language="en")
    for page in (citizen, agent):
        await page.until(lambda state: (state["call"]["captions"] or {}).get("available"), 30)
