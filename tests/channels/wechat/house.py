"""WeChat's callbacks on a real server and store, a core that answers by a script, and WeChat at the other end.

WeChat's side signs and encrypts by wechatpy's own envelope, which the gateway does not use.
"""
from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

import aiohttp
import xmltodict
from wechatpy.crypto import WeChatCrypto

from channels.wechat import notes
from channels.wechat.accounts import Account, Core
from channels.wechat.official import WeChatChannel
from channels.wechat.pushes import Push
from channels.wechat.wire import Keys
from gateway.clock import RandomIds, to_ms
from gateway.errors import HuiyinError, RateLimited, Rejected, Unavailable
from gateway.handover import Arrived, Forgotten
from gateway.messages import Inbound, Outbound, Upload, encode
from gateway.store.lanes import Outcome
from gateway.store.sqlite import SqliteStore
from tests.channels.web.house import serve
from tests.clock import ManualClock

APPID, MINI, OPEN = "wx0000000000000001", "wx0000000000000002", "wx0000000000000003"
TOKEN, KEY, OLD_KEY = "token-of-the-tests", "k" * 42 + "A", "o" * 42 + "A"
OPENID = "oAAAAAAAAAAAAAAAAAAAAAAAAAAA"
CONVERSATION = f"wechat:{APPID}.{OPENID}"
ACCOUNTS = (
    Account(Keys(APPID, TOKEN, (KEY, OLD_KEY)), menu={"progress": "查进度"}),
    Account(Keys(MINI, TOKEN, (KEY,)), kind="miniprogram"),
    Account(Keys(OPEN, TOKEN), plain=True),
)


@dataclass
class House:
    """The core behind the callbacks, and what it was told. `says` is the turn's answer; None: none in time.

    taken      what the citizen said; `came` who came or left without a word
    noted      what pushes told about reaching their person
    """

    store: SqliteStore
    clock: ManualClock
    accounts: Sequence[Account] = ACCOUNTS
    says: Outbound | None = None
    quick: bool = True      # the answer is there before "is typing" would be shown
    down: bool = False      # nothing can be stored
    full: bool = False      # the mailbox takes no more
    unnoted: bool = False   # what a push means for quota and consent cannot be stored
    uploads: dict[str, Upload | HuiyinError] = field(default_factory=dict)
    otherwise: Upload | HuiyinError = field(default_factory=lambda: Rejected("40007"))
    taken: list[Inbound] = field(default_factory=list)
    came: list[Inbound] = field(default_factory=list)
    noted: list[tuple[str, Push]] = field(default_factory=list)
    overflowed: dict[str, list[str]] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)
    waited: list[tuple[str, str, float]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)    # media come when it is set
    answered: asyncio.Event = field(default_factory=asyncio.Event)  # and the turn's answer
    url: str = ""

    def __post_init__(self) -> None:
        self.opened.set()
        self.answered.set()
        self.core = Core(self.accept, self.note, self, self)
        self.channel = WeChatChannel(self.accounts, self.core, self.store.shared, self.clock)

    async def accept(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        if self.down:
            raise Unavailable("the disk is full")
        if self.full:
            raise RateLimited("mailbox full", retry_after=5.0)
        ingested = await self.store.lanes.ingest("in", inbound.conversation, inbound.id, encode(inbound))
        if ingested.outcome is Outcome.DUPLICATE:
            return "duplicate"
        wordless = isinstance(inbound.content, Arrived | Forgotten)
        (self.came if wordless else self.taken).append(inbound)
        if inbound.note:
            self.noted.append((inbound.conversation, notes.read(inbound.note)))
        return "new"

    async def note(self, conversation: str, id_: str, note: str) -> None:
        if self.unnoted:
            raise Unavailable("the disk is full")
        self.noted.append((conversation, notes.read(note)))

    @contextmanager
    def expect(self, conversation: str, message_id: str) -> Iterator[_Waiting]:
        self.expected.append(message_id)
        yield _Waiting(self, conversation, message_id)

    async def overflow(self, conversation: str, message_id: str, parts: Sequence[str]) -> None:
        self.overflowed.setdefault(f"{conversation} {message_id}", list(parts))

    async def fetch(self, appid: str, conversation: str, media: str) -> Upload:
        self.fetched.append(media)
        await self.opened.wait()
        found = self.uploads.get(media, self.otherwise)
        if isinstance(found, HuiyinError):
            raise found.with_traceback(None)  # raised again and again, it would keep every frame it ever passed
        return found

    def answers(self, text: str, **more: Any) -> Outbound:
        """From now on the turn says this."""
        self.says = Outbound(id="1.0", at=to_ms(self.clock.now()), text=text, **more)
        return self.says


@dataclass
class _Waiting:
    house: House
    conversation: str
    message_id: str

    async def announce(self) -> None:
        pass

    async def ready(self, seconds: float) -> bool:
        return self.house.quick

    async def answer(self, seconds: float, *, repeated: bool) -> Outbound | None:
        self.house.waited.append((self.conversation, self.message_id, seconds))
        await self.house.answered.wait()
        return self.house.says


@dataclass
class Got:
    """One response; `reply` is the document under its envelope, {} when there is none."""

    status: int
    body: str
    reply: dict[str, Any]


class Platform:
    """WeChat: pushes to one account's address. Each push has its own nonce and signature."""

    def __init__(self, house: House, http: aiohttp.ClientSession, appid: str = APPID, key: str = KEY) -> None:
        self.house, self.http, self.appid = house, http, appid
        self.crypto = WeChatCrypto(TOKEN, key, appid)
        self._nonces = itertools.count(1)

    def query(self, token: str = TOKEN, shift_s: float = 0) -> dict[str, str]:
        at, nonce = str(int(self.house.clock.ms(shift_s) / 1000)), f"nonce{next(self._nonces)}"
        return {"signature": sign(token, at, nonce), "timestamp": at, "nonce": nonce}

    def seal(self, document: str, query: Mapping[str, str]) -> tuple[dict[str, str], str]:
        """The query and the body of an encrypted push; a JSON document travels in a JSON envelope."""
        envelope = self.crypto.encrypt_message(document, query["nonce"], query["timestamp"])
        sealed = xmltodict.parse(envelope)["xml"]
        more = {"encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
        body = json.dumps({"ToUserName": "gh_1", "Encrypt": sealed["Encrypt"]}) if document[:1] == "{" else envelope
        return {**query, **more}, body

    async def push(self, document: str) -> Got:
        """As WeChat does it: encrypted, unless the account takes pushes in the clear."""
        query = self.query()
        sealed = (query, document) if self.appid == OPEN else self.seal(document, query)
        return await self.post(*sealed)

    async def post(self, query: Mapping[str, str], body: str | bytes, **headers: str) -> Got:
        data = body if isinstance(body, bytes) else body.encode()
        address = f"{self.house.url}/wechat/{self.appid}"
        async with self.http.post(address, params=query, data=data, headers=headers) as response:
            text = await response.text()
        return Got(response.status, text, self._opened(text) if text.startswith("<xml>") else {})

    def _opened(self, text: str) -> dict[str, Any]:
        envelope: dict[str, Any] = xmltodict.parse(text, strip_whitespace=False)["xml"]
        if "Encrypt" not in envelope:
            return envelope
        signed = (envelope[name] for name in ("MsgSignature", "TimeStamp", "Nonce"))
        opened = self.crypto.decrypt_message(text, *signed)
        document: dict[str, Any] = xmltodict.parse(opened, strip_whitespace=False)["xml"]
        return document


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def xml(**members: str | int) -> str:
    """A push of the tests' citizen; values are written as text, `_` before a name keeps them as they are."""
    common = {"ToUserName": "gh_1", "FromUserName": OPENID, "CreateTime": 1_700_000_000, **members}
    return "<xml>" + "".join(
        f"<{name.lstrip('_')}>{value if name[:1] == '_' else escape(str(value))}</{name.lstrip('_')}>"
        for name, value in common.items()
    ) + "</xml>"


def said(text: str, id_: str = "6074746557628292943", **more: str | int) -> str:
    return xml(MsgType="text", Content=text, MsgId=id_, **more)


def event(name: str, **more: str | int) -> str:
    return xml(MsgType="event", Event=name, **more)


@asynccontextmanager
async def open_house(folder: Path, accounts: Sequence[Account] = ACCOUNTS) -> AsyncIterator[House]:
    clock = ManualClock()
    store = SqliteStore(folder / "wechat.db", clock, RandomIds())
    await store.open()
    house = House(store, clock, accounts)
    try:
        async with serve(list(house.channel.routes()), count=house.refusals.append) as url:
            house.url = url
            yield house
    finally:
        await store.close()


@asynccontextmanager
async def platform(house: House, appid: str = APPID, key: str = KEY) -> AsyncIterator[Platform]:
    async with aiohttp.ClientSession() as http:
        yield Platform(house, http, appid, key)
