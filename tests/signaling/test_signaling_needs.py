"""What a citizen says that she needs reaches those who serve her, before the call and in it."""

from __future__ import annotations

from livedesk import DeskProcess, Pages
from wasl_signaling.call import Call, Leg, signs
from wasl_signaling.messages import CallState, Modality, Role

SERVICE = "housing-allocation"


async def test_p6_who_hears_badly_is_known_before_the_call_and_in_it(desk: DeskProcess, pages: Pages) -> None:
    citizen, agent, wall = await pages.citizen(desk), await pages.agent(desk), await pages.wall(desk)
    await citizen.ask("join", service=SERVICE, modality="voice", language="ar", hearing=True)
    assert (await citizen.until(lambda state: state["ticket"]))["ticket"]["hearing"]
    assert (await wall.until(lambda state: state["tickets"]))["tickets"][0]["hearing"]
    await agent.ask("available")
    offer = (await agent.until(lambda state: state["offer"]))["offer"]
    assert offer["hearing"]
    await agent.ask("accept", offer=offer["id"])
    for page in (citizen, agent):
        call = (await page.until(lambda state: state["call"]))["call"]
        assert call["hearing"]
        assert [leg["signs"] for leg in call["legs"]] == [False, False]


async def test_without_a_word_nobody_hears_badly(desk: DeskProcess, pages: Pages) -> None:
    citizen = await pages.citizen(desk)
    await citizen.ask("join", service=SERVICE, modality="video", language="ar")
    assert not (await citizen.until(lambda state: state["ticket"]))["ticket"]["hearing"]


def who_signs(*roles: Role, sign_language: str | None = "sgn-KW") -> list[Role]:
    legs = tuple(Leg(number, role, str(number)) for number, role in enumerate(roles))
    call = Call(1, 1, "1", Modality.VIDEO, CallState.LIVE, 0.0, None, legs)
    return [leg.role for leg in legs if signs(call, leg, sign_language)]


def test_whoever_signs_with_her_signs_and_whoever_is_interpreted_does_not() -> None:
    assert who_signs(Role.CITIZEN, Role.AGENT) == [Role.CITIZEN, Role.AGENT]
    assert who_signs(Role.CITIZEN, Role.AGENT, Role.INTERPRETER) == [Role.CITIZEN, Role.INTERPRETER]
    assert who_signs(Role.CITIZEN, Role.AGENT, sign_language=None) == []
