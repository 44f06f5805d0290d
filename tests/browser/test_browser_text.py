"""Real-time text between real pages: over data channels of the relay, and over Socket.IO when they are gone."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from livedesk import PATIENCE, DeskProcess, until
from livepage import LivePage, agent_at_desk, answer, citizen_in_line, signing_citizen

pytestmark = pytest.mark.browser

COUNT = """() => {
  window.channels = [];
  const make = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (...what) {
    const channel = make.apply(this, window.forbidden ? ["", { protocol: "forbidden" }] : what);
    const send = channel.send.bind(channel);
    channel.sent = 0;
    channel.send = (data) => { channel.sent += 1; send(data); };
    window.channels.push(channel);
    return channel;
  };
}"""
"""Keeps the channels that a page makes, so that a test can cut them, and counts what is sent over each: one that was
silent for a second, as on a busy machine, is given up for another, and statistics forget it."""
COUNTED = f"({COUNT})()"
SENT = "channels.filter((one) => one.protocol === 't140').reduce((sum, one) => sum + one.sent, 0)"
CHANNELS = """async () => (await window.waslStats())
  .filter((one) => one.type === "data-channel")
  .map(({ protocol, state, messagesSent, messagesReceived }) =>
    ({ protocol, state, messagesSent, messagesReceived }))"""


async def over_channels(person: LivePage) -> dict[str, int]:
    """How many messages went and came over this page's data channels so far."""
    channels: list[dict[str, Any]] = await person.page.evaluate(CHANNELS)
    letters = [one for one in channels if one["protocol"] == "t140"]
    lines = [one for one in channels if one["protocol"] == "wasl-lines"]
    return {
        "sent": await person.page.evaluate(SENT),
        "received": sum(one["messagesReceived"] for one in lines),
        "open": sum(one["state"] == "open" for one in letters),
    }


async def typing_works(writer: LivePage, readers: list[LivePage], text: str) -> None:
    """Letters are on all other pages within a second, and the line is the same on all of them."""
    field, took = writer.page.locator("#conversation-input"), []
    for count in range(1, len(text) + 1):
        typed_at = time.monotonic()
        await field.press_sequentially(text[count - 1])
        for reader in readers:
            line = reader.page.locator(".conversation-line.received").last
            await expect(line).to_contain_text(text[:count], timeout=1_000 * PATIENCE)
        took.append(time.monotonic() - typed_at)
    assert median(took) < 1.0, took  # a machine that is busy may hold single ones
    await field.press("Enter")


async def transcript(person: LivePage) -> list[str]:
    return [text.strip() for text in await person.page.locator(".conversation-line p[dir=auto]").all_text_contents()]


async def everyone_reads(people: list[LivePage], lines: list[str]) -> None:
    for person in people:

        async def reads(person: LivePage = person) -> bool:
            return await transcript(person) == lines

        await until(reads, 3)


async def channel_is_open(person: LivePage) -> None:
    async def opened() -> bool:
        return (await over_channels(person))["open"] == 1

    await until(opened)


async def meet(browser: Browser, desk: DeskProcess) -> tuple[LivePage, LivePage]:
    citizen = await citizen_in_line(browser, desk)
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await citizen.in_call()
    await citizen.press("Writing")
    for person in (citizen, agent):
        await channel_is_open(person)
    return citizen, agent


async def test_p42_letters_go_over_the_data_channel_and_over_socket_io_when_it_is_cut(
    browser: Browser, desk: DeskProcess
) -> None:
    original = browser.new_context

    async def new_context(**options: Any) -> Any:
        context = await original(**options)
        await context.add_init_script(COUNTED)
        return context

    browser.new_context = new_context  # type: ignore[method-assign]
    citizen, agent = await meet(browser, desk)
    both = [citizen, agent]
    await typing_works(citizen, [agent], "سلام")
    await typing_works(agent, [citizen], "welcome")
    counts = [await over_channels(person) for person in both]
    assert counts[0]["sent"] >= 2
    assert counts[1]["sent"] >= 2
    assert min(count["received"] for count in counts) >= 4, "lines came over the data channel, one's own echo too"
    await everyone_reads(both, ["سلام", "welcome"])
    # Cut in the middle of a word, and no other may be made.
    field = citizen.page.locator("#conversation-input")
    await field.press_sequentially("be", delay=20)
    for person in both:
        await person.page.evaluate("() => { window.forbidden = true; window.channels.forEach((one) => one.close()); }")
    await field.press_sequentially("fore", delay=20)
    await field.press("Enter")
    before = [await over_channels(person) for person in both]
    await typing_works(agent, [citizen], "still here")
    await typing_works(citizen, [agent], "نعم")
    await everyone_reads(both, ["سلام", "welcome", "before", "still here", "نعم"])
    after = [await over_channels(person) for person in both]
    assert [one["sent"] for one in after] == [one["sent"] for one in before], "over Socket.IO now"
    for person in both:
        await person.first_picture_and_sound(10)


async def test_p9_whoever_only_writes_has_the_same_path_and_is_asked_for_no_device(
    browser: Browser, desk: DeskProcess
) -> None:
    citizen = await LivePage.open(browser, f"{desk.url}/en/", "en", permissions=[])
    await citizen.page.add_init_script(COUNTED)
    await citizen.page.add_init_script("navigator.mediaDevices.getUserMedia = () => { window.asked = true; }")
    await citizen.on("welcome")
    await citizen.page.evaluate('() => localStorage.setItem(\'wasl.needs\', \'{"modality":"text","signs":false}\')')
    await citizen.page.reload()
    await citizen.press("Start")
    await citizen.tap("[data-service=housing-allocation]")
    await citizen.tap("[data-act=join]")
    agent = await agent_at_desk(browser, desk, script=COUNTED)
    await answer(agent)
    await citizen.in_call()
    for person in (citizen, agent):
        await channel_is_open(person)
    await typing_works(citizen, [agent], "hi")
    await typing_works(agent, [citizen], "yes")
    await everyone_reads([citizen, agent], ["hi", "yes"])
    counts = [await over_channels(person) for person in (citizen, agent)]
    assert min(min(one["sent"], one["received"]) for one in counts) >= 1
    assert not await citizen.page.evaluate("() => window.asked ?? false")
    # Whole lines by this reader's choice: nothing unfinished, and who is writing.
    await citizen.tap("[data-act=more]")
    await citizen.press("Show me whole lines only")
    await citizen.tap("[data-act=more]")
    await agent.page.locator("#conversation-input").press_sequentially("wait a")
    writing = citizen.page.locator(".conversation-writing")
    await expect(writing).to_be_visible(timeout=1_000 * PATIENCE)
    await everyone_reads([citizen], ["hi", "yes"])
    await agent.page.locator("#conversation-input").press_sequentially(" moment")
    await agent.page.locator("#conversation-input").press("Enter")
    await everyone_reads([citizen], ["hi", "yes", "wait a moment"])
    await expect(writing).to_have_count(0)
    # A pause finishes a line, too.
    await agent.page.locator("#conversation-input").press_sequentially("still")
    await expect(citizen.page.locator(".conversation-line.received").last).to_contain_text(
        "still", timeout=7_000 * PATIENCE
    )


async def test_three_who_write_at_once_over_different_ways_read_the_same_lines_in_the_same_order(
    browser: Browser, desk: DeskProcess
) -> None:
    citizen = await signing_citizen(browser, desk)
    await citizen.page.evaluate(COUNT)
    await citizen.tap("[data-act=join]")
    agent = await agent_at_desk(browser, desk, script=COUNTED)
    interpreter = await agent_at_desk(browser, desk, "interpreter1", script=f"window.forbidden = true; {COUNTED}")
    everyone = [citizen, agent, interpreter]
    for colleague in (agent, interpreter):
        await colleague.press("I am available")
    for colleague in (agent, interpreter):
        await colleague.tap("#accept")
    for person in everyone:
        await person.in_call()
    await citizen.press("Writing")
    for person in (citizen, agent):
        await channel_is_open(person)
    said = {person: [f"{name} {number}" for number in range(4)] for person, name in zip(everyone, "cai", strict=True)}

    async def write(person: LivePage) -> None:
        field = person.page.locator("#conversation-input")
        for line in said[person]:
            await field.press_sequentially(line, delay=30)
            await field.press("Enter")

    await asyncio.gather(*map(write, everyone))
    wanted = sorted(line for lines in said.values() for line in lines)

    async def read() -> list[list[str]]:
        found = [await transcript(person) for person in everyone]
        return found if all(sorted(lines) == wanted for lines in found) else []

    first, *others = await until(read, 5)
    assert all(lines == first for lines in others)
    for lines in said.values():
        assert [line for line in first if line in lines] == lines
    counts = [await over_channels(person) for person in everyone]
    assert min(count["sent"] for count in counts[:2]) >= 1, "letters of up to 300 ms go together"
    assert counts[2] == {"open": 0, "sent": 0, "received": 0}, "the interpreter wrote over Socket.IO"
