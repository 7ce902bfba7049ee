"""One conversation's handler over a real store, with an engine that is sure of one intent; the state stays between
turns."""
from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway import city as cities
from gateway.conversation import Conversation
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, load
from gateway.fields.city import City
from gateway.filing import Filer
from gateway.messages import Content, Inbound, encode
from gateway.protocols import Answer, Changes, Lease, NluContext, Scored, Understanding
from gateway.replies import Replies
from gateway.seal import Seal
from gateway.store.files import FolderBlobs
from gateway.store.lanes import Msg
from gateway.store.sqlite import SqliteStore
from gateway.understanding import Reader
from gateway.uploads import Uploads
from gateway.writing import Writer
from tests.clock import ManualClock, SerialIds

KEY = "web:visitor"


class SureOf:
    """An engine that is sure of one intent, and counts how often it was asked."""

    name = "sure"

    def __init__(self, intent: str) -> None:
        self.intent, self.asked = intent, 0

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        self.asked += 1
        templates = (Scored(self.intent.removeprefix("complaint."), 0.9),)
        return Understanding((Scored(self.intent, 0.9),), templates, text, 1.0, True, self.name, "1")


class Nothing:
    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        return ()


class World:
    """A conversation's handler and the state it left behind."""

    def __init__(
        self, conversation: Conversation, engine: SureOf, clock: ManualClock, ids: SerialIds, store: SqliteStore
    ) -> None:
        self.conversation, self.engine, self.clock, self.ids = conversation, engine, clock, ids
        self.store, self.records = store, store.records
        self.state = b""
        self._n = 0

    def lease(self, *contents: Content) -> Lease:
        items = [Inbound(f"m{self._n + n}", KEY, "web", self.clock.ms(), content) for n, content in enumerate(contents)]
        msgs = tuple(Msg(self._n + n + 1, encode(item)) for n, item in enumerate(items))
        return Lease("in", KEY, 1, "n", 0, 0, 0, self.state, 0, msgs)

    async def turn(self, *contents: Content) -> Changes:
        changes = await self.conversation.take_turn(self.lease(*contents))
        self._n += len(contents)
        assert changes.state is not None
        self.state = changes.state
        return changes

    @property
    def dialogue(self) -> Dialogue:
        return load(self.state)

    def remember(self, state: Dialogue) -> None:
        self.state = encode(state)


@asynccontextmanager
async def opened(folder: Path, catalog: Catalog, city: City, wording: Replies) -> AsyncIterator[World]:
    """A world in this folder, until the end of the block."""
    clock, ids = ManualClock(), SerialIds()
    store = SqliteStore(folder / "c.db", clock, ids)
    await store.open()
    engine = SureOf("complaint.express_delivery")
    uploads = Uploads(FolderBlobs(folder / "blobs"), store.records, clock, ids)
    filer = Filer(city, cities.load_deadlines(Path("city")), wording, ids, uploads, 1096)
    reader = Reader(catalog, city, engine, Nothing())
    writer = Writer(catalog, wording, filer, Seal(b"k"), 180, 1096)
    yield World(Conversation(catalog, reader, writer, clock, ZoneInfo("Asia/Shanghai")), engine, clock, ids, store)
    await store.close()
