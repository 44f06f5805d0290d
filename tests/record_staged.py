"""Records the states of staged screens from a real desk: `python tests/record_staged.py` writes tests/staged/ anew.

People without browsers, with real picture and sound, walk through a visit of each kind; what their pages are told is
written down. Only how somebody comes across on a bad line (`insight`) is said by this program and not by a bad line.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from clips import Recipe, make_clip
from insidedesk import furnish, inside
from livedesk import DeskProcess, Page, Pages, sign_in
from mediaworker import MediaWorker
from staged_states import FOLDER, LANGUAGES, keep
from talker import TalkingPage
from wasl_signaling import messages as m

SERVICE = "housing-allocation"
FILMS = [f"{kind}.{language}.webm" for kind in ("waiting", "hold") for language in (*LANGUAGES, "sgn-KW")]
WORDS = {
    "ar": {
        "citizen": "السلام عليكم، وصلتني رسالة عن طلبي ولم أفهم ما المطلوب مني.",
        "agent": "وعليكم السلام. ينقصنا عقد الزواج فقط، ويمكنك أن تريني إياه الآن.",
        "caption": "تفضلي وأمسكي الورقة أمام الكاميرا حتى أراها",
        "note": "وصل عقد الزواج. سنتصل بك خلال عشرة أيام.",
        "message": "لم أجد أحداً في الخط. متى أستلم بيتي؟",
    },
    "en": {
        "citizen": "Hello, I received a letter about my request and I do not understand what I have to do.",
        "agent": "Good morning. Only the marriage certificate is missing, and you can show it to me now.",
        "caption": "Please hold the paper in front of the camera so that I can see it",
        "note": "The marriage certificate has come. We will call you within ten days.",
        "message": "Nobody was in the line. When will I receive my house?",
    },
}


class Desk:
    """The desk that is recorded, and people of one language at it."""

    def __init__(self, door: DeskProcess, language: str, stack: AsyncExitStack) -> None:
        self.door, self.language, self._stack = door, language, stack
        self._pages = Pages(stack)
        self.words = WORDS[language]

    async def visitor(self, **auth: Any) -> Page:
        """A citizen's page as it opens: not in line yet, or with the proof of a place."""
        page = await self._pages.open(self.door, "/citizen", language=self.language, **auth)
        await page.until(bool)
        return page

    async def citizen(self, **other: Any) -> Page:
        """The page of a citizen in line."""
        page = await self.visitor()
        await done(page, "join", **({"service": SERVICE, "modality": "video", "language": self.language} | other))
        await page.until(lambda state: state["phase"] == "waiting")
        return page

    async def staff(self, username: str, namespace: str = "/desk") -> Page:
        """The page of somebody of the desk, signed in."""
        cookie = await sign_in(self.door, username)
        page = await self._pages.open(self.door, namespace, cookie, language=self.language)
        await page.until(bool)
        return page

    async def talks(self, *pages: Page) -> None:
        """Gives these people picture and sound."""
        for page in pages:
            self._stack.push_async_callback(TalkingPage(page).close)

    def keep(self, role: str, situation: str, page: Page, *events: tuple[str, m.Message]) -> None:
        """Writes down what this page knows, and what it is told after that."""
        after = [(name, event.model_dump(mode="json")) for name, event in events]
        keep(role, situation, self.language, [("state", page.state), *after])


async def done(page: Page, request: str, **body: Any) -> dict[str, Any]:
    """Asks for something that the desk does."""
    reply = await page.ask(request, **body)
    assert reply.get("ok"), (request, reply)
    return reply


async def accept(page: Page) -> None:
    offer = (await page.until(lambda state: state["offer"]))["offer"]
    await done(page, "accept", offer=offer["id"])


async def together(*pages: Page) -> int:
    """Waits until these people are in a call, with what it needs of their devices; returns its id."""
    for page in pages:
        modality = (await page.until(lambda state: (state["call"] or {}).get("state") == "live", 20))["call"][
            "modality"
        ]
        using = {"microphone": modality != "text", "camera": modality == "video"}
        await done(page, "devices", **{device: "on" if used else "off" for device, used in using.items()})
    for page in pages:
        await page.until(
            lambda state: all(all_well(leg, state["call"]["modality"]) for leg in state["call"]["legs"]), 20
        )
    number: int = pages[0].state["call"]["id"]
    return number


def all_well(leg: dict[str, Any], modality: str) -> bool:
    """Whether this person comes across as she wants to."""
    return modality == "text" or (leg["connected"] and leg["camera"] == ("on" if modality == "video" else "off"))


async def ends(citizen: Page, *staff: Page) -> None:
    """The call is over, and its people are free for the next one."""
    await done(citizen, "leave")
    await citizen.until(lambda state: state["phase"] in ("summary", "left"))
    for page in staff:
        await page.until(lambda state: state["call"] is None)


async def by_video(desk: Desk) -> None:
    """A visit with all that can happen in a call."""
    agent, citizen = await desk.staff("agent1"), await desk.citizen()
    desk.keep("desk", "break", agent)
    desk.keep("citizen", "none", await desk.visitor())
    desk.keep("citizen", "waiting", citizen)
    await desk.talks(agent, citizen)
    await done(agent, "available")
    await agent.until(lambda state: state["offer"])
    await citizen.until(lambda state: state["phase"] == "ringing")
    desk.keep("citizen", "ringing", citizen)
    desk.keep("desk", "offer", agent)
    await accept(agent)
    call = await together(citizen, agent)
    desk.keep("citizen", "call", citizen)
    desk.keep("desk", "call", agent)
    await troubled(desk, citizen, agent, call)
    await held(desk, citizen, agent, call)
    await captioned(desk, citizen, agent, call)
    await recorded(desk, citizen, agent, call)
    await written(desk, citizen, agent, call)
    await done(agent, "finish", ticket=agent.state["visit"]["ticket"], outcome="completed", note=desk.words["note"])
    await citizen.until(lambda state: state["phase"] == "summary")
    desk.keep("citizen", "summary", citizen)
    await done(citizen, "forget")


async def troubled(desk: Desk, citizen: Page, agent: Page, call: int) -> None:
    """One does not come across well: her own page tells her, and the other's tells the other."""
    legs = {leg["role"]: leg["id"] for leg in citizen.state["call"]["legs"]}
    for role, trouble in (("citizen", m.Trouble.FROZEN), ("agent", m.Trouble.GAPS)):
        insight = m.InsightEvent(call=call, legs=[m.LegInsight(leg=legs[role], speaking=False, trouble=trouble)])
        desk.keep("citizen", f"trouble-of-{role}", citizen, ("insight", insight))
        desk.keep("desk", f"trouble-of-{role}", agent, ("insight", insight))


async def written(desk: Desk, citizen: Page, agent: Page, call: int) -> None:
    for page, role in ((citizen, "citizen"), (agent, "agent")):
        line = f"{desk.words[role]}\u2028" if role == "citizen" else desk.words[role]
        await done(page, "text", call=call, batch=f"{role} 1", t140=line)
    for page, role in ((citizen, "citizen"), (agent, "desk")):
        await page.until_event("text", lambda body: body["lines"][-1]["text"] == desk.words["agent"])
        text = [body["lines"] for name, body in page.events if name == "text"]
        events = [m.TextEvent(call=call, lines=lines, typed=None) for lines in text]
        desk.keep(role, "writing", page, *(("text", event) for event in events))


async def captioned(desk: Desk, citizen: Page, agent: Page, call: int) -> None:
    await done(agent, "browser_captions", call=call, on=True)
    await done(citizen, "captions", call=call, on=True)
    await citizen.until(lambda state: state["call"]["captions"]["on"])
    said = {"utterance": 1, "revision": 1, "text": desk.words["caption"], "confidence": 0.9, "final": True}
    await done(agent, "caption", call=call, **said)
    body = await citizen.until_event("caption", lambda body: bool(body["line"]["final"]))
    desk.keep("citizen", "captions", citizen, ("caption", m.CaptionEvent.model_validate(body)))
    await done(agent, "browser_captions", call=call, on=False)
    await done(citizen, "captions", call=call, on=False)
    await citizen.until(lambda state: not state["call"]["captions"]["on"])


async def recorded(desk: Desk, citizen: Page, agent: Page, call: int) -> None:
    await done(agent, "ask_recording", call=call)
    for page, role in ((citizen, "citizen"), (agent, "desk")):
        await page.until(lambda state: state["call"]["recording"])
        desk.keep(role, "asked-to-record", page)
    await done(citizen, "answer_recording", recording=citizen.state["call"]["recording"]["id"], agreed=True)
    for page, role in ((citizen, "citizen"), (agent, "desk")):
        await page.until(lambda state: state["call"]["recording"]["runs"])
        desk.keep(role, "recorded", page)
    await done(agent, "stop_recording", call=call)
    await citizen.until(lambda state: state["call"]["recording"]["state"] == "ended")


async def held(desk: Desk, citizen: Page, agent: Page, call: int) -> None:
    await done(agent, "hold", call=call, on=True)
    for page, role in ((citizen, "citizen"), (agent, "desk")):
        await page.until(lambda state: state["call"]["hold"])
        desk.keep(role, "held", page)
    wall = await desk.staff("supervisor1", "/supervise")
    await desk.citizen()
    await desk.citizen(modality="voice", hearing=True)
    await wall.until(lambda state: len(state["tickets"]) > 2)
    desk.keep("supervise", "wall", wall)
    await done(agent, "hold", call=call, on=False)
    await citizen.until(lambda state: state["call"]["hold"] is None)


async def in_other_ways(desk: Desk) -> None:
    """By voice and by text."""
    for modality in ("voice", "text"):
        agent = await desk.staff("agent2")
        citizen = await desk.citizen(modality=modality)
        await desk.talks(agent, citizen)
        await done(agent, "available")
        await accept(agent)
        await together(citizen, agent)
        desk.keep("citizen", modality, citizen)
        desk.keep("desk", modality, agent)
        await ends(citizen, agent)
        await agent.until(lambda state: state["presence"]["state"] == "wrap_up")
        desk.keep("desk", "wrap-up", agent)
        ticket = agent.state["visit"]["ticket"]
        await done(agent, "finish", ticket=ticket, outcome="follow_up", note=desk.words["note"])
        await done(agent, "sign_out")


async def with_an_interpreter(desk: Desk) -> None:
    """Somebody who signs, an agent who hears, and who interprets between them."""
    agent, signer = await desk.staff("agent1"), await desk.staff("interpreter1")
    citizen = await desk.citizen(language="ar", sign_language="sgn-KW")
    await desk.talks(agent, signer, citizen)
    await done(agent, "available")
    await done(signer, "available")
    await accept(agent)
    await agent.until(lambda state: state["offer"]["held"])
    desk.keep("desk", "waits-for-interpreter", agent)
    await accept(signer)
    await together(citizen, agent, signer)
    desk.keep("citizen", "interpreted", citizen)
    desk.keep("desk", "interpreted", agent)
    desk.keep("desk", "interprets", signer)
    await ends(citizen, agent, signer)


async def by_message(desk: Desk) -> None:
    """One leaves the line, one writes instead, and the desk answers."""
    leaver, writer = await desk.citizen(), await desk.visitor()
    await done(leaver, "leave")
    await leaver.until(lambda state: state["phase"] == "left")
    desk.keep("citizen", "left", leaver)
    message = {"service": SERVICE, "language": desk.language, "text": desk.words["message"]}
    left = await done(writer, "message", **message)
    reader = await desk.visitor(ticket=left["ticket"], resume=left["resume"])
    desk.keep("citizen", "message", reader)
    agent = await desk.staff("agent2")
    await done(agent, "available")
    await agent.until(lambda state: state["offer"])
    desk.keep("desk", "offer-of-message", agent)
    await accept(agent)
    await agent.until(lambda state: state["visit"])
    desk.keep("desk", "answers-message", agent)


VISITS = (by_video, in_other_ways, with_an_interpreter, by_message)


async def answered(desk: Desk) -> dict[str, Any]:
    """What pages ask for themselves, by path or by name of the request."""
    found: dict[str, Any] = {}
    async with aiohttp.ClientSession() as http:
        for path in ("/api/v1/services", "/api/v1/notifications"):
            async with http.get(desk.door.url + path, params={"language": desk.language}) as reply:
                found[path] = await reply.json()
        cookie = await sign_in(desk.door, "supervisor1")
        headers = {"Cookie": f"{cookie}; wasl_language={desk.language}"}
        async with http.get(f"{desk.door.url}/api/v1/session", headers=headers) as reply:
            found["/api/v1/session"] = await reply.json()
    line = {"service": SERVICE, "language": desk.language, "modality": "video"}
    citizen = await desk.visitor()
    for request in ("outlook", "slots"):
        found[request] = await done(citizen, request, **line)
    return found


@asynccontextmanager
async def a_desk(furnished: Path, data: Path, films: Path, language: str) -> AsyncIterator[Desk]:
    """A desk that offers all there is."""
    worker = MediaWorker()
    try:
        given = {"clips": films, "recordings": True, "browser_captions": True}
        async with inside(furnished, data, worker, **given) as desk, AsyncExitStack() as stack:
            yield Desk(desk.door, language, stack)
    finally:
        worker.end()


async def record(folder: Path) -> None:
    """Does all of it; `folder` is for what is not kept."""
    furnished, films = folder / "furnished", folder / "films"
    for made in (furnished, films):
        made.mkdir()
    for name in FILMS:
        make_clip(films / name, Recipe(width=640, height=480))
    await asyncio.to_thread(furnish, furnished)
    answers = {}
    for language in LANGUAGES:
        for visit in VISITS:
            print(f"{language}: {visit.__name__}", flush=True)
            async with a_desk(furnished, folder / f"{language} {visit.__name__}", films, language) as desk:
                await visit(desk)
        async with a_desk(furnished, folder / f"{language} answers", films, language) as desk:
            answers[language] = await answered(desk)
    (FOLDER / "answers.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(record(Path(folder)))


if __name__ == "__main__":
    main()
