"""A whole staff office on a real store and a real HTTP server: desk, case worker, console, and people who sign in."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import ClientResponse, ClientSession, DummyCookieJar, web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher

from casebridge.bridge import Bridge
from casebridge.desk import Desk
from casebridge.gate import Gate
from gateway.case_decision import Rules
from gateway.cases import Cases
from gateway.console import Console, ConsoleSettings, StaffTable
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.template import Template
from gateway.errors import NotFound
from gateway.fields.city import Department
from gateway.http import guard
from gateway.messages import Inbound, decode_inbound, encode
from gateway.orders import Answered, CaseOp, CaseState, Filed, RatingAnswer
from gateway.protocols import Changes, Put
from gateway.store.sqlite import SqliteStore
from gateway.transcripts import Audit, ConversationInfo, TranscriptLine
from gateway.uploads import UploadInfo
from gateway.work_order import Attachment, Filing, FilledField, build
from tests.casebridge.desk_world import opened, working
from tests.clock import ManualClock, SerialIds
from tests.until import until

CLICKS = count(1)
PASSWORD = "long enough"
HOSTILE = "{{7*7}} <img src=x onerror=alert(1)> %s javascript:alert(2)"
DEPARTMENTS = (
    Department("urban", "城市管理局", "Urban Management Bureau"),
    Department("market", "市场监督管理局", "Market Regulation Bureau"),
)
HOME = "幸福路8号2栋301室"
PICTURE = bytes.fromhex(  # a PNG of one grey pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154"
    "789c6358050000ac00ab660be46b0000000049454e44ae426082"
)


def filing(id: str, **changes: Any) -> Filing:
    given: dict[str, Any] = {
        "work_order_id": id,
        "at": datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
        "template": "shared_bike", "version": 1, "title": "共享单车 中山路口",
        "content": f"单车堵住盲道，请联系13812345678。{HOSTILE}",
        "category": {"scheme": "sample", "level1": {"code": "01", "label": "城乡建设"}},
        "fields": [
            FilledField("bike_no", {"zh": "车牌", "en": "Bike number"}, "string", "BIKE-77", "BIKE-77"),
            FilledField("contact_address", {"zh": "住址", "en": "Home"}, "string", HOME, HOME, sensitive=True),
            FilledField("card", {"zh": "账户", "en": "Account"}, "string", "abcdef", "abcdef", sensitive=True),
        ],
        "conversation": "web:visitor", "name": "王小明", "phone": "+8613812345678", "notice_version": "2026-11",
    }
    return Filing(**{**given, **changes})


@dataclass
class Person:
    """A browser's worth of state: cookie and token, sent by hand because the cookie is Secure and the test is not."""

    http: ClientSession
    base: str
    cookie: str = ""
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> ClientResponse:
        sent = {"Cookie": self.cookie, "X-Huiyin-Token": self.token, **self.headers, **headers}
        answer = await self.http.request(method, f"{self.base}/desk/{path}", json=body, headers=sent,
                                         allow_redirects=False)
        await answer.read()
        return answer

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self.call("GET", f"api/{path}")
        assert answer.status == status, await answer.text()
        return await answer.json()

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        answer = await self.call("POST", f"api/{path}", body)
        assert answer.status == status, await answer.text()
        return await answer.json()

    async def act(self, case: str, act: str, status: int = 200, **more: Any) -> Any:
        id = more.pop("id", None) or f"click-{next(CLICKS):06d}"
        return await self.post(f"cases/{case}/actions", {"id": id, "act": act, **more}, status)

    async def sign_in(self, name: str, password: str = PASSWORD) -> ClientResponse:
        answer = await self.call("POST", "api/session", {"name": name, "password": password})
        if answer.status == 200:
            cookies: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
            self.cookie = "; ".join(f"{key}={morsel.value}" for key, morsel in cookies.items())
            self.token = (await answer.json())["token"]
        return answer


@dataclass
class Office:
    store: SqliteStore
    clock: ManualClock
    ids: SerialIds
    desk: Desk
    staff: StaffTable
    base: str
    http: ClientSession
    inbox: list[Inbound]
    gate: Gate

    def stranger(self) -> Person:
        return Person(self.http, self.base)

    async def person(self, name: str) -> Person:
        who = self.stranger()
        assert (await who.sign_in(name)).status == 200
        return who

    async def file(self, id: str, **changes: Any) -> str:
        """A citizen files a case; returns when the desk has it."""
        order = await self.filed(id, **changes)
        await self.handed(CaseOp("submit", id, 1, {"order": order}, self.clock.ms()))
        await until(lambda: self.desk.allowed(id))
        return id

    async def filed(self, id: str, **changes: Any) -> dict[str, Any]:
        """A citizen files a case that is handed to no desk; returns when staff see it."""
        order = build(filing(id, **changes))
        filed = Filed(order, order["conversation_id"], self.clock.ms())
        await self.store.lanes.ingest("events", id, f"{id}:filed", msgspec.json.encode(filed))
        await until(lambda: self.store.records.get("work_order", id))
        return order

    async def handed(self, op: CaseOp) -> None:
        await self.store.lanes.ingest("case", op.work_order_id, op.key, msgspec.json.encode(op))

    async def send_back(self, id: str, reason: str) -> None:
        """The citizen is not satisfied, the time to change the answer passes, the desk gets the rework."""
        answer = RatingAnswer(id, 0, "no", 1, "yes", reason, wants_rework=True)
        body = msgspec.json.encode(Answered(answer, self.clock.ms()))
        await self.store.lanes.ingest("events", id, f"{id}:rated", body)

        async def armed() -> bool:
            return (await self.store.lanes.stats())["events"].timers > 0 and "rated" in await self._history(id)

        await until(armed)
        self.clock.advance(700)
        await self.store.lanes.tick()

        async def there() -> bool:
            return "accept" in await self.desk.allowed(id)

        await until(there)

    async def _history(self, id: str) -> list[str]:
        record = await self.store.records.get("work_order", id)
        return [line.what for line in msgspec.json.decode(record.body, type=CaseState).history] if record else []

    async def converse(self, key: str, mode: Literal["bot", "waiting", "agent"], **more: Any) -> None:
        now = self.clock.ms()
        given = {"channel": "web", "language": "zh", "started": now, "last": now, **more}
        info = ConversationInfo(conversation=key, mode=mode, **given)
        await self.store.records.write([Put("conversation", key, encode(info), {"mode": mode, "last": info.last})])

    async def says(self, key: str, *texts: str, sender: Any = "citizen") -> None:
        lines = [TranscriptLine(at=self.clock.ms(n), sender=sender, text=text) for n, text in enumerate(texts)]
        await self.store.records.write([
            Put("transcript", f"{key}:{n:08d}:000", encode(line), {"conversation": key})
            for n, line in enumerate(lines)
        ])

    async def remember(self, key: str, dialogue: Dialogue) -> None:
        """The state a conversation's lane key holds."""
        await self.store.lanes.ingest("in", key, "first", b"{}")
        (lease,) = await self.store.lanes.claim("in", "test")
        await self.store.lanes.commit(lease, Changes(lease.msgs[0].seq, encode(dialogue)), keep=False)

    async def journal(self) -> list[Audit]:
        (lease,) = await self.store.lanes.claim("journal", "reader", batch=200) or (None,)
        if lease is None:
            return []
        await self.store.lanes.release(lease)
        return [msgspec.json.decode(msg.body, type=Audit) for msg in lease.msgs]


async def open_upload(upload: str) -> tuple[UploadInfo, bytes]:
    if upload != "picture":
        raise NotFound
    return UploadInfo("picture", "web:visitor", "image/png", len(PICTURE), "0" * 64, 1), PICTURE


ATTACHMENT = Attachment("picture", "image/png", len(PICTURE), "0" * 64)


@asynccontextmanager
async def running(
    folder: Path, *, origin: str = "", templates: Sequence[Template] = (), quiet: bool = False
) -> AsyncIterator[Office]:
    """quiet: nobody works the lanes."""
    clock, ids = ManualClock(datetime(2026, 11, 23, 2, tzinfo=UTC)), SerialIds()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened(folder, clock))
        desk = Desk(store.lanes, store.records, clock)
        staff = StaffTable(store.records, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        inbox: list[Inbound] = []

        async def accept(inbound: Inbound) -> Literal["new", "duplicate"]:
            known = inbound.id in {one.id for one in inbox}
            inbox.append(decode_inbound(encode(inbound)))
            return "duplicate" if known else "new"

        settings = ConsoleSettings("127.0.0.1", origin, (), DEPARTMENTS, {t.id: t for t in templates})
        gate = Gate(desk.name, store.records, clock)
        console = Console(store.lanes, store.records, store.shared, accept, desk, open_upload,
                          clock, ids, settings, staff, gate)
        app = web.Application(middlewares=[guard(lambda _code: None)])
        app.add_routes(console.routes())
        server = TestServer(app)
        await server.start_server()
        stack.push_async_callback(server.close)
        http = await stack.enter_async_context(ClientSession(cookie_jar=DummyCookieJar()))
        bridge = Bridge(desk, gate, store.lanes, store.records, clock)
        cases = Cases(store.records, clock, Rules(), 10**12)
        lanes = {"desk": desk.handle, "case": bridge.handle, "events": cases.handle}
        for lane, handler in ({} if quiet else lanes).items():
            await stack.enter_async_context(working(store, lane, handler))
        office = Office(store, clock, ids, desk, staff, str(server.make_url("")).rstrip("/"), http, inbox, gate)
        await asyncio.gather(
            staff.add("clerk", "clerk", PASSWORD), staff.add("boss", "supervisor", PASSWORD),
            staff.add("urban", "department", PASSWORD, "urban"), staff.add("market", "department", PASSWORD, "market"),
        )
        yield office
