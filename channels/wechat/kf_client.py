"""WeCom's API for WeChat customer service (微信客服): pull what was said, answer, hand over to people and back.

Facts [developer.work.weixin.qq.com, "接收消息和事件", "发送消息", "分配客服会话"]: the callback only says that there is
something; `sync_msg` brings it page by page behind a cursor of that account, for 3 days, and a page may be empty while
more follows. The callback's token is good for 10 minutes and spares a strict rate limit. An answer's `msgid` must be
new for the account; that a message was taken does not mean that it arrived: msg_send_fail comes with a later page.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated, TypeVar

import aiohttp
import msgspec
from msgspec import Meta, Raw, Struct

from channels.wechat import bodies
from channels.wechat.answers import KF_CODES, KF_SEND_CODES, TOKEN_CODES, Cut, Quoting, mended
from channels.wechat.bodies import Body, Menu
from channels.wechat.calls import MAX_FILE, Api, Call, Caller, Count, File, Place
from channels.wechat.token import Grant, Tokens
from gateway.clock import Ids
from gateway.store.shared import SharedStore

PLATFORM = Place("https://qyapi.weixin.qq.com")
PAGE = 1_000  # messages of one page, the most the platform gives
UNREADABLE = "unreadable"

T = TypeVar("T")


class State(IntEnum):
    """Of a conversation. We may speak in the first two (95018 otherwise)."""

    NEW = 0
    BOT = 1
    QUEUE = 2
    PERSON = 3
    OVER = 4


class Origin(IntEnum):
    CITIZEN = 3
    EVENT = 4
    PERSON = 5


@dataclass(frozen=True, slots=True)
class KfCredentials:
    """A company's customer service. `name` is ours; one company has several `open_kfid`."""

    name: str
    corpid: str
    secret: str = field(repr=False)
    place: Place = PLATFORM


@dataclass(frozen=True, slots=True)
class KfUser:
    open_kfid: str
    external_userid: str


class Words(Struct, frozen=True):
    """`menu_id` when a menu's item was tapped."""

    content: str = ""
    menu_id: str = ""


class Media(Struct, frozen=True):
    media_id: str = ""


class Spot(Struct, frozen=True):
    latitude: float = 0.0
    longitude: float = 0.0
    name: str = ""
    address: str = ""


class Link(Struct, frozen=True):
    title: str = ""
    desc: str = ""
    url: str = ""


class Happening(Struct, frozen=True):
    """Of an event: enter_session, msg_send_fail, session_status_change and whatever else `event_type` says."""

    event_type: str = ""
    open_kfid: str = ""
    external_userid: str = ""
    scene: str = ""
    scene_param: str = ""
    welcome_code: str = ""
    fail_msgid: str = ""
    fail_type: int = 0
    change_type: int = 0
    old_servicer_userid: str = ""
    new_servicer_userid: str = ""
    msg_code: str = ""


class KfMessage(Struct, frozen=True):
    """One of a page, with the part its `msgtype` names. `send_time` in seconds since 1970."""

    msgid: str = ""
    msgtype: str = UNREADABLE
    open_kfid: str = ""
    external_userid: str = ""
    send_time: Annotated[int, Meta(ge=0, lt=10**12)] = 0
    origin: int = 0
    servicer_userid: str = ""
    text: Words = Words()
    image: Media = Media()
    voice: Media = Media()
    video: Media = Media()
    file: Media = Media()
    location: Spot = Spot()
    link: Link = Link()
    event: Happening = Happening()


class _Name(Struct):
    msgid: str = ""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A page: keep `cursor` once its messages are stored, then ask again if there is more."""

    messages: tuple[KfMessage, ...]
    cursor: str
    more: bool


class _Page(Quoting):
    next_cursor: str = ""
    has_more: int = 0
    msg_list: list[Raw] = []


class _Sent(Struct):
    msgid: str = ""


class _State(Struct):
    service_state: int
    servicer_userid: str = ""


class _Moved(Struct):
    msg_code: str = ""


class KfClient:
    """One company. `count` as for WeChatClient."""

    def __init__(
        self, credentials: KfCredentials, http: aiohttp.ClientSession, shared: SharedStore, ids: Ids, count: Count
    ) -> None:
        self._credentials = credentials
        self._granting = Api(http, credentials.place, count, TOKEN_CODES)
        # One company has a token for each of its apps, and each app its own secret: our name tells them apart.
        # gettoken gives the same one until its very end.
        tokens = Tokens(f"{credentials.corpid}:{credentials.name}", self._grant, shared, ids, early_s=0)
        self._caller = Caller(Api(http, credentials.place, count, KF_CODES), tokens)
        self._speaking = Caller(Api(http, credentials.place, count, KF_SEND_CODES), tokens)

    async def _grant(self) -> Grant:
        query = {"corpid": self._credentials.corpid, "corpsecret": self._credentials.secret}
        return await self._granting.ask(Call("/cgi-bin/gettoken", query), Grant)

    async def pull(self, open_kfid: str, cursor: str = "", token: str = "") -> Pulled:
        """The page behind `cursor` (none: from 3 days ago). A message that cannot be read has msgtype "unreadable"."""
        body = {"open_kfid": open_kfid, "limit": PAGE, "voice_format": 0}
        body |= {key: value for key, value in (("cursor", cursor), ("token", token)) if value}
        page = await self._post("/cgi-bin/kf/sync_msg", body, _Page)
        return Pulled(tuple(map(_read, page.msg_list)), page.next_cursor or cursor, bool(page.has_more))

    async def send_text(self, user: KfUser, message: str, words: str) -> str:
        """`message` is our id of it: a repeat is refused (Uncertain), not shown twice. Returns the platform's msgid of
        it."""
        return await self._send(user, message, bodies.text(words))

    async def send_menu(self, user: KfUser, message: str, menu: Menu) -> str:
        return await self._send(user, message, bodies.kf_menu(menu))

    async def _send(self, user: KfUser, message: str, body: Body) -> str:
        whole = {
            "touser": user.external_userid, "open_kfid": user.open_kfid, "msgid": bodies.short_id(message), **body,
        }
        return (await self._speaking.ask(Call("/cgi-bin/kf/send_msg", body=whole), _Sent)).msgid

    async def welcome(self, code: str, message: str, words: str) -> str:
        """Within 20 s of enter_session, with its `welcome_code`; costs no quota."""
        return await self._on_event(code, message, bodies.text(words))

    async def farewell(self, code: str, message: str, menu: Menu) -> str:
        """The menu at the end of a conversation (the rating), within 20 s, with the `msg_code` of its ending."""
        return await self._on_event(code, message, bodies.kf_menu(menu))

    async def _on_event(self, code: str, message: str, body: Body) -> str:
        """Raises Uncertain where the answer is lost: a repeat would be refused for its code, as one that is too old."""
        whole = {"code": code, "msgid": bodies.short_id(message), **body}
        return (await self._speaking.ask(Call("/cgi-bin/kf/send_msg_on_event", body=whole, once=True), _Sent)).msgid

    async def state(self, user: KfUser) -> tuple[State | None, str]:
        """The conversation's state (None for one we do not know) and who of the staff has it."""
        state = await self._post("/cgi-bin/kf/service_state/get", _names(user), _State)
        known = State(state.service_state) if state.service_state in State.__members__.values() else None
        return known, state.servicer_userid

    async def move(self, user: KfUser, state: State, servicer: str = "") -> str:
        """To the queue, to one of the staff, or to its end; returns the code for `farewell`, "" when there is none."""
        body = {**_names(user), "service_state": int(state)}
        if servicer:
            body["servicer_userid"] = servicer
        return (await self._post("/cgi-bin/kf/service_state/trans", body, _Moved)).msg_code

    async def download(self, media_id: str, cap: int = MAX_FILE) -> File:
        """As WeChatClient.download."""
        return await self._caller.fetch(Call("/cgi-bin/media/get", {"media_id": media_id}), cap)

    async def _post(self, path: str, body: Mapping[str, object], shape: type[T]) -> T:
        return await self._caller.ask(Call(path, body=body), shape)


def _names(user: KfUser) -> dict[str, object]:
    return {"open_kfid": user.open_kfid, "external_userid": user.external_userid}


def _read(raw: Raw) -> KfMessage:
    """One broken message does not hold up its page; its id is kept so that it is counted once."""
    try:
        return _message(raw)
    except UnicodeDecodeError:  # the page was read around its words
        pass
    try:
        return _message(mended(bytes(raw)))
    except (Cut, msgspec.DecodeError):
        return KfMessage()


def _message(body: Raw | bytes) -> KfMessage:
    try:
        return msgspec.json.decode(body, type=KfMessage, strict=False)
    except msgspec.ValidationError:
        return KfMessage(msgid=_name(body))


def _name(body: Raw | bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Name, strict=False).msgid
    except msgspec.ValidationError:
        return ""
