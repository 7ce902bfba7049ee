"""What platforms bring while the store is away: what is taken into the spool, and what has to come again."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal
from unittest.mock import AsyncMock

import pytest

from casebridge.inbox import EventInbox
from channels.sms.notes import Note
from channels.sms.taking import Core, Taker
from channels.sms.traffic import Arrival, Report
from gateway.errors import Unavailable
from gateway.messages import Inbound
from gateway.orders import CaseEvent, EventData
from gateway.store.lanes import Outcome
from tests.fickle import House, Line


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(tmp_path) as house:
        yield house


async def test_a_text_message_is_taken_and_a_receipt_comes_again(house: House) -> None:
    """Whose the receipt is stands in the store: to acknowledge it would be to forget it."""
    async def accept(inbound: Inbound) -> Literal["new", "duplicate"]:
        return "new" if await house.say(inbound.id) == [Outcome.NEW] else "duplicate"

    async def note(conversation: str, id_: str, note: Note) -> None:
        await house.say(id_)

    core = Core(accept, note, AsyncMock(), AsyncMock(), lambda what: None)
    taker = Taker(core, house.spool.shared, house.clock, ("10690",), door=house.spool.door)
    await house.spool.shared.put("sms:whose:out1", b"+8613800138000", 60_000)
    await house.away()
    await taker.take(Arrival("m1", "13800138000", "10690", "路灯坏了", house.clock.ms()))
    with pytest.raises(Unavailable):
        await taker.tell(Report("out1", "delivered"))
    await house.back()
    assert await house.there() == [b"m1"]


async def test_a_case_event_waits_under_the_number_it_came_with(house: House) -> None:
    records: Any = Line(house.store.records, house.store)
    inbox = EventInbox(house.spool.lanes, records, house.clock)
    event = CaseEvent("ev-1", "case.closed", "2026-11-23T10:00:00+08:00", "webhook", "C-9", 1, EventData())
    await house.away()
    assert [await inbox.put(event), await inbox.put(event)] == [True, False]
    await house.back()
    (lease,) = await house.store.real.claim("events", "w")
    assert lease.key == "C-9"
