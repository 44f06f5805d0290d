"""Hold: the citizen and the desk do not see or hear each other for a while, and the call stands."""

from __future__ import annotations

from sqlalchemy import Connection

from wasl_signaling import call as calls
from wasl_signaling import messages as m
from wasl_signaling.call import Call
from wasl_signaling.messages import CallState
from wasl_web.errors import Problem


def hold(connection: Connection, agent: str, request: m.Hold, now: float) -> Call:
    """The agent puts her call on hold, or takes it back. What is so already stays so.

    Raises UnknownCall, IllegalCallMove, Problem (not_now: in a call in writing, or to anybody but its agent).
    """
    call = calls.get_call(connection, request.call)
    if call.leg(agent).role is not m.Role.AGENT or not may_hold(call):
        raise Problem("not_now")
    state = CallState.HELD if request.on else CallState.LIVE
    if call.state is not state:
        calls.move(connection, call.id, state, now)
    return calls.get_call(connection, call.id)


def may_hold(call: Call) -> bool:
    """Whether there is anything to see or to hear."""
    return call.modality is not m.Modality.TEXT
