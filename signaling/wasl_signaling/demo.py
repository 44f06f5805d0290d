"""Demo data for try-outs. It appears only when it is asked for."""

from __future__ import annotations

import asyncio

from wasl_records import demo
from wasl_signaling.house import House
from wasl_signaling.settings import Settings


async def install_demo(house: House, settings: Settings) -> None:
    """On first start: adds demo staff and prints their one-time passwords."""
    fixed = settings.demo_password.get_secret_value() if settings.demo_password else None
    people = await asyncio.to_thread(demo.prepare, fixed)
    if not await house.database.write(demo.install, people):
        return
    print("Demo staff (these passwords are shown once):")
    for person in people:
        print(f"  {person.staff.id:<14} {person.password}")
