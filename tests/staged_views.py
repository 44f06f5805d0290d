"""All that a page can show on the stage: situations, and what people open in them with its own controls."""

from __future__ import annotations

from dataclasses import dataclass

from livepage import SERVICE
from staged_states import situations, told
from staging import Actor


@dataclass(frozen=True)
class View:
    """A situation, and what is pressed in it."""

    role: str
    situation: str
    name: str
    press: tuple[str, ...] = ()
    """CSS selectors of controls, pressed one after the other."""
    shows: str = ""
    """What comes when they are pressed."""

    def __str__(self) -> str:
        return f"{self.role}/{self.name}"


BEFORE_A_CALL = {"citizen": "ringing", "desk": "offer"}
_SERVICES = ("main .button.main",)
_SERVICE = (*_SERVICES, f"[data-service={SERVICE}]")
_OPENED = [
    View("citizen", "none", "needs", ("main .button:not(.main)",), "[data-screen=needs]"),
    View("citizen", "none", "services", _SERVICES, f"[data-service={SERVICE}]"),
    View("citizen", "none", "check", _SERVICE, "[data-act=join]"),
    View("citizen", "waiting", "leaves-line", ("[data-act=leave]",), "[data-act=leave-yes]"),
    View("citizen", "call", "leaves-call", ("[data-act=leave]",), "[data-act=leave-yes]"),
    View("citizen", "call", "more", ("[data-act=more]",), "[data-act=hear]"),
    View("citizen", "call", "cannot-hear", ("[data-act=more]", "[data-act=hear]"), "[data-act=louder]"),
    View("citizen", "captions", "reads-captions", ("[data-act=more]", "[data-act=captions]"), ".captions"),
]


def views(role: str) -> list[View]:
    """What this role's page can show, in an order in which nothing that was opened stays open: see `stand`."""
    recorded = [View(role, situation, situation) for situation in situations(role)]
    return recorded + [view for view in _OPENED if view.role == role]


async def stand(actor: Actor, view: View) -> None:
    """Brings a page to a view, with everybody who is seen there in the picture."""
    if view.press:
        await actor.again()  # what was opened before is closed
    if told(view.role, view.situation, actor.language).state.get("call"):
        await actor.show(BEFORE_A_CALL[view.role])  # or the page would know what was written in it
    await actor.show(view.situation)
    for selector in view.press:
        await actor.page.locator(selector).first.click()
    if view.shows:
        await actor.page.wait_for_selector(view.shows)
    await actor.pictures()
    await actor.painted()
