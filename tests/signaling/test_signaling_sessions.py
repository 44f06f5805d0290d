"""Sessions at work: a page of staff stays connected no longer than the session that let it in."""

from __future__ import annotations

import aiohttp

from insidedesk import InsideDesk
from livedesk import Page, Pages, sign_in, until


async def test_signing_out_cuts_off_the_pages_of_that_session_and_no_others(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    cookie = await sign_in(inside_desk.door, "agent1")
    page = await pages.open(inside_desk.door, "/desk", cookie)
    others = [await pages.agent(inside_desk.door, "agent2"), await pages.wall(inside_desk.door)]
    url = f"{inside_desk.door.url}/api/v1/session"
    async with aiohttp.ClientSession(headers={"Cookie": cookie}) as http, http.delete(url) as reply:
        assert reply.status == 204
    await until(lambda: cut_off(page))
    assert [other.socket.connected for other in others] == [True, True]
    assert len(list(inside_desk.parts.mailboxes)) == 2
    again = await pages.refused(inside_desk.door, "/desk")
    assert again["error"]["kind"] == "sign_in"


async def cut_off(page: Page) -> bool:
    """Whether the desk has ended this page's connection."""
    return not page.socket.connected
