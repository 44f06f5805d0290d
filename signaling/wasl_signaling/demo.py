"""Demo data for try-outs. It appears only when it is asked for."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Connection

from wasl_queue import roster
from wasl_queue.hours import Span
from wasl_queue.roster import ShiftsOverlap
from wasl_records import demo, staff
from wasl_records.staff import Role
from wasl_signaling import visits
from wasl_signaling.house import House
from wasl_signaling.settings import Settings

DAYS = 14
"""For so many days, from today on, the demo's people are planned, so that appointments can be tried."""
ALL_DAY = Span.read("00:00-24:00")


async def install_demo(house: House, settings: Settings) -> None:
    """On first start: adds demo staff and prints their one-time passwords. On every start: plans them."""
    fixed = settings.demo_password.get_secret_value() if settings.demo_password else None
    people = await asyncio.to_thread(demo.prepare, fixed)
    added = await house.database.write(demo.install, people)
    await house.database.write(plan, house, {person.staff.id for person in people})
    if not added:
        return
    print("Demo staff (these passwords are shown once):")
    for person in people:
        print(f"  {person.staff.id:<14} {person.password}")


def plan(connection: Connection, house: House, people: set[str]) -> None:
    """Plans those of the demo who serve here, on all days on which they are not planned yet."""
    now = house.now()
    today = datetime.fromtimestamp(now, house.zone).date()
    for person in staff.list_all(connection):
        if person.id not in people or not person.roles & {Role.AGENT, Role.INTERPRETER}:
            continue
        house.queue.enroll(connection, person.id, visits.skills_of(house.catalogue, person), now)
        for more in range(DAYS):
            try:
                roster.plan(connection, person.id, *ALL_DAY.on(today + timedelta(days=more), house.zone))
            except ShiftsOverlap:
                continue
