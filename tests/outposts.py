"""Lane `out` on the real store, with a sender that does as it is scripted: for tests of delivery."""
from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from gateway.delivery import Delivery, kept
from gateway.messages import Outbound, encode
from gateway.orders import CaseItem, Reached
from gateway.outbox import About, Moved, Noted, OutItem, Receipt, Say, Sender, Sent, Step
from gateway.passive import PassiveAnswers
from gateway.protocols import Lease
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds

WHO = "post:p1"
CASE = "WO-20261123-0000000001"


class Crash(Exception):
    """The process ended here."""


@dataclass
class Script:
    """A sender. `raises` is used up call by call, None lets one through; `later` by message id: when it may go, once;
    `parts` by message id, one where none is named; a note is `reach:…`, `receipt:id:why` ("" delivered), or `gone`."""

    went: list[str] = field(default_factory=list)
    reaches: list[str] = field(default_factory=list)
    raises: deque[Exception | None] = field(default_factory=deque)
    later: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    shut: set[str] = field(default_factory=set)
    sure: bool = True
    receipts: bool = False

    async def send(self, user: str, say: Say, part: int, reach: str) -> Sent:
        self._meets()
        id_ = say.message.id
        if id_ in self.later:
            return Sent(None, True, "", (), f"{reach}-", later=self.later.pop(id_))
        self.reaches.append(reach)
        way = next((way for way in ("window", "notice") if way not in (*self.shut, *say.without)), None)
        if way is None:
            return Sent(None, True, "", (Step("window", "closed"), Step("notice", "closed")), reach)
        count = self.parts.get(id_, 1)
        self.went.append(f"{id_}/{part}" if count > 1 else id_ if way == "window" else f"{id_} {way}")
        name = f"m{len(self.went)}" if self.receipts else ""
        return Sent(way, self.sure, name, (Step(way),), f"{reach}.", count - part - 1)

    async def move(self, user: str, moved: Moved, reach: str) -> str:
        self._meets()
        self.went.append(f"to {moved.to}")
        return reach

    def heard(self, user: str, note: str, reach: str) -> Noted:
        kind, _, rest = note.partition(":")
        if kind == "gone":
            return Noted("left", gone=True)
        if kind == "receipt":
            id_, _, why = rest.partition(":")
            return Noted(reach, (Receipt(id_, not why, why),))
        return Noted(rest)

    def _meets(self) -> None:
        if self.raises and (trouble := self.raises.popleft()) is not None:
            raise trouble


@dataclass
class Post:
    """The lane, worked off by hand."""

    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)
    script: Script = field(default_factory=Script)
    store: SqliteStore = field(init=False)
    answers: PassiveAnswers = field(init=False)
    delivery: Delivery = field(init=False)
    put: int = 0

    async def open(self) -> None:
        """A new process finds what the last one committed."""
        self.store = SqliteStore(self.folder / "out.db", self.clock, SerialIds())
        await self.store.open()
        self.answers = PassiveAnswers(partial(kept, self.store.lanes), self.clock)
        senders: dict[str, Sender] = {"post": self.script}
        self.delivery = Delivery(senders, self.answers, self.clock)

    async def restart(self) -> None:
        await self.store.close()
        await self.open()

    async def puts(self, *items: OutItem, who: str = WHO) -> None:
        for item in items:
            self.put += 1
            await self.store.lanes.ingest("out", who, f"test.{self.put}", encode(item))

    async def step(self, *, commits: bool = True) -> bool:
        """One call of the handler; without its commit the process ended in between. False: nothing was ready."""
        for lease in await self.store.lanes.claim("out", "tests", n=1):
            changes = await self.delivery.handle(lease)
            if not commits:
                raise Crash
            await self.store.lanes.commit(lease, changes, keep=False)
            return True
        return False

    async def works(self) -> None:
        """Until nothing is ready; what is put off stays so."""
        await self.store.lanes.tick()
        while await self.step():
            pass

    async def passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.works()

    async def told(self) -> list[tuple[str, str]]:
        """What the case was told of its news: (outcome, ways)."""
        return [
            (one.what, ", ".join(" ".join(filter(None, (step.way, step.why))) for step in one.steps))
            for one in await self.reached()
        ]

    async def reached(self) -> list[Reached]:
        """Of the case's mailbox, which nobody works off here."""
        (lease,) = await self._case() or (None,)
        if lease is None:
            return []
        await self.store.lanes.release(lease)
        items = [msgspec.json.decode(msg.body, type=CaseItem) for msg in lease.msgs]
        return [item for item in items if isinstance(item, Reached)]

    async def _case(self) -> list[Lease]:
        return await self.store.lanes.claim("events", "tests", n=1)

    async def asked(self, id_: str) -> tuple[bool, Outbound | None]:
        return await kept(self.store.lanes, WHO, id_)

    def say(self, id_: str, *answers: str, news: str = "", text: str = "您好") -> Say:
        about = About(CASE, news) if news else None
        return Say(Outbound(id=id_, at=self.clock.ms(), text=text), answers, about)


@asynccontextmanager
async def open_post(folder: Path) -> AsyncIterator[Post]:
    post = Post(folder)
    await post.open()
    try:
        yield post
    finally:
        await post.store.close()

