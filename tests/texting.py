"""A citizen who writes by SMS, and the case they file, without a carrier: turns of the real handler over a real store.

What leaves is read from lane `out`; each message is measured as a carrier in China counts it.
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from channels.sms.text import brackets, segments
from gateway import outbox
from gateway.brevity import Room, units
from gateway.callers import Callers
from gateway.case_decision import Rules
from gateway.case_life import begin, decide
from gateway.citizens import Citizens
from gateway.conversation import Conversation
from gateway.dialogue.draft import Dialogue, load
from gateway.links import Links
from gateway.messages import CaseNews, Content, Inbound, Outbound, Text, encode
from gateway.orders import CaseEvent, CaseItem, CaseState, Due, EventData, Filed, Happened
from gateway.protocols import Changes, Lease, Put
from gateway.store.lanes import Msg
from gateway.store.sqlite import SqliteStore
from tests import project
from tests.clock import ManualClock
from tests.world import SureOf, opened

NUMBER = "+8613800138000"
SIGN = "广州12345"
ROOM = Room(3, units(brackets(SIGN)))
SITE = "https://12345.gz.example"
_item: msgspec.json.Decoder[CaseItem] = msgspec.json.Decoder(CaseItem)


@dataclass
class Phone:
    """One conversation by text message. `sent`: all that went out, oldest first; `puts`: the records of all turns."""

    conversation: Conversation
    engine: SureOf
    clock: ManualClock
    store: SqliteStore
    key: str = f"sms:{NUMBER}"
    state: bytes = b""
    sent: list[Outbound] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    case: CaseState | None = None
    n: int = 0

    @property
    def dialogue(self) -> Dialogue:
        return load(self.state)

    async def says(self, *texts: str, after_s: float = 30) -> str:
        """One turn; what is answered."""
        self.clock.advance(after_s)
        return await self.turn(*(Text(text) for text in texts))

    async def turn(self, *contents: Content) -> str:
        before = len(self.sent)
        changes = await self.changes(*contents)
        for emit in changes.emits:
            if emit.lane == "events":
                await self._happens(_item.decode(emit.body))
        return "\n---\n".join(message.text for message in self.sent[before:])

    async def changes(self, *contents: Content) -> Changes:
        channel = self.key.partition(":")[0]
        items = [Inbound(f"m{self.n + at}", self.key, channel, self.clock.ms(), content)
                 for at, content in enumerate(contents)]
        msgs = tuple(Msg(self.n + at + 1, encode(item)) for at, item in enumerate(items))
        changes = await self.conversation.take_turn(Lease("in", self.key, 1, "n", 0, 0, 0, self.state, 0, msgs))
        self.n += len(contents)
        self.state = changes.state or b""
        self.puts += changes.puts
        said = [outbox.decode(emit.body) for emit in changes.emits if emit.lane == "out"]
        self.sent += [one.message for one in said if isinstance(one, outbox.Say)]
        return changes

    # --- the case, as the backend and its timers move it ----------------------------------------------------

    async def closes(self, text: str, seq: int) -> str:
        """The department answers; ten minutes later the rating is asked for. What the citizen reads meanwhile."""
        before = len(self.sent)
        assert self.case is not None
        at = self.clock.now().isoformat()
        data = EventData(reply=text, round=self.case.round)
        event = CaseEvent(f"e{seq}", "case.closed", at, "desk", self.case.work_order_id, seq, data)
        await self._happens(Happened(event, self.clock.ms()))
        self.clock.advance(601)
        await self._happens(Due("invite", self.case.round, self.clock.ms()))
        return "\n---\n".join(message.text for message in self.sent[before:])

    async def goes_back(self) -> str:
        """The time to change the rating is over."""
        before = len(self.sent)
        assert self.case is not None
        self.clock.advance(601)
        await self._happens(Due("rework", self.case.round, self.clock.ms()))
        return "\n---\n".join(message.text for message in self.sent[before:])

    async def _happens(self, item: CaseItem) -> None:
        if isinstance(item, Filed):
            self.case = begin(item)
            return
        assert self.case is not None
        decision = decide(self.case, item, Rules())
        self.case = decision.state
        for news in decision.news:
            await self.hears(news)

    async def hears(self, news: CaseNews) -> None:
        await self.turn(news)


def parts(message: Outbound) -> int:
    """How many short messages it is."""
    return len(segments(brackets(SIGN) + message.text, china=True).parts)


@asynccontextmanager
async def texting(folder: Path, intent: str = "complaint.express_delivery") -> AsyncIterator[Phone]:
    async with opened(folder, project.catalog(), project.city(), project.replies()) as world:
        world.engine.intent = intent
        store = world.store
        writer = replace(
            world.conversation.writer, pushed=("sms",), rooms={"sms": ROOM},
            pages=Links(store.shared, world.ids, SITE))
        citizens = Citizens(store.records, store.shared, world.ids)
        callers = Callers(("sms",), citizens, store.lanes, 1)
        conversation = replace(world.conversation, writer=writer, callers=callers)
        yield Phone(conversation, world.engine, world.clock, store)
