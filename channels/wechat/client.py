"""WeChat's API for an official account or a mini-program: what we ask of it, one method each.

The session is shared and handed in; the base address is a setting, so production and simulator differ by that alone.
Every method raises SendError (channels/wechat/answers.py says which), the logins also Refused.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import aiohttp
from msgspec import Struct

from channels.wechat import bodies
from channels.wechat.answers import LOGIN_CODES, TOKEN_CODES, Head, NoTyping
from channels.wechat.bodies import Body, MediaKind, Menu, Notice
from channels.wechat.calls import MAX_FILE, Api, Call, Caller, Count, File, Place
from channels.wechat.token import Grant, Tokens
from gateway.clock import Ids
from gateway.errors import Forbidden
from gateway.store.shared import SharedStore

PLATFORM = Place("https://api.weixin.qq.com")
MOST_CHECKED = 2_500  # characters msg_sec_check takes

T = TypeVar("T")
Scene = Literal[1, 2, 3, 4]  # of msg_sec_check: profile, comment, forum, log


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an official account or a mini-program calls the API as."""

    appid: str
    secret: str = field(repr=False)
    place: Place = PLATFORM


class Follower(Struct):
    """Since 2021 neither name nor language is told. `subscribe_time` in seconds since 1970."""

    openid: str
    subscribe: int = 0
    unionid: str = ""
    subscribe_time: int = 0
    subscribe_scene: str = ""
    qr_scene_str: str = ""


class User(Struct):
    """Who logged in. The session key that comes with it is dropped here: it must not leave the server, and nothing
    of ours needs it."""

    openid: str
    unionid: str = ""


class Check(Struct):
    """What msg_sec_check thinks: it only flags for staff, it never refuses an appeal."""

    suggest: Literal["pass", "review", "risky"]
    label: int = 100


class _Sent(Struct):
    msgid: int | str = ""


class _Uploaded(Struct):
    media_id: str


class _PageUser(Struct):
    openid: str
    unionid: str = ""
    is_snapshotuser: int = 0


class _Phone(Struct, rename="camel"):
    pure_phone_number: str
    country_code: str


class _PhoneAnswer(Struct):
    phone_info: _Phone


class _Checked(Struct):
    result: Check


class WeChatClient:
    """One account. `count` is told each call's path and outcome, for metrics and the daily caps."""

    def __init__(
        self, credentials: Credentials, http: aiohttp.ClientSession, shared: SharedStore, ids: Ids, count: Count
    ) -> None:
        self._credentials = credentials
        self._granting = Api(http, credentials.place, count, TOKEN_CODES)
        self._login = Api(http, credentials.place, count, LOGIN_CODES)
        tokens = Tokens(credentials.appid, self._grant, shared, ids)
        self._caller = Caller(Api(http, credentials.place, count), tokens)
        self._people = Caller(self._login, tokens)

    async def _grant(self) -> Grant:
        body = {"grant_type": "client_credential", "appid": self._credentials.appid, "secret": self._credentials.secret}
        return await self._granting.ask(Call("/cgi-bin/stable_token", body=body), Grant)

    # --- inside a window of the customer-service API; count what was sent (channels/wechat/ledger.py) ---------

    async def send_text(self, openid: str, words: str) -> None:
        """At most 2,048 bytes of UTF-8 (45002)."""
        await self._send(openid, bodies.text(words))

    async def send_menu(self, openid: str, menu: Menu) -> None:
        """Raises NoMenu for an account without certification: then number the choices in a text."""
        await self._send(openid, bodies.menu(menu))

    async def send_media(self, openid: str, kind: MediaKind, media_id: str) -> None:
        await self._send(openid, bodies.media(kind, media_id))

    async def _send(self, openid: str, body: Body) -> None:
        """custom/send knows no key: what may have been carried out raises Uncertain."""
        await self._post("/cgi-bin/message/custom/send", {"touser": openid, **body}, Head, once=True)

    async def typing(self, openid: str, *, on: bool = True) -> bool:
        """Whether "is typing" shows now; costs no quota."""
        command = "Typing" if on else "CancelTyping"
        try:
            await self._post("/cgi-bin/message/custom/typing", {"touser": openid, "command": command}, Head)
        except NoTyping:
            return False
        return True

    # --- outside any window -----------------------------------------------------------------------------------

    async def send_template(self, openid: str, notice: Notice) -> str:
        """To a follower: the id that TEMPLATESENDJOBFINISH reports on. A repeat with the same key within 10 minutes
        is one message."""
        body = {"touser": openid, **bodies.template(notice)}
        sent = await self._post("/cgi-bin/message/template/send", body, _Sent, once=not notice.key)
        return str(sent.msgid)

    async def send_subscription(self, openid: str, notice: Notice) -> str:
        """By a mini-program; raises NoConsent. Returns the id that subscribe_msg_sent_event reports on, or ""."""
        body = {"touser": openid, **bodies.subscription(notice)}
        return str((await self._post("/cgi-bin/message/subscribe/send", body, _Sent, once=True)).msgid)

    async def send_account_subscription(self, openid: str, notice: Notice) -> str:
        """By an official account; otherwise as `send_subscription`."""
        body = {"touser": openid, **bodies.account_subscription(notice)}
        return str((await self._post("/cgi-bin/message/subscribe/bizsend", body, _Sent, once=True)).msgid)

    # --- files and people -------------------------------------------------------------------------------------

    async def upload(self, kind: MediaKind, file: File) -> str:
        """The media id, good for 3 days."""
        call = Call("/cgi-bin/media/upload", {"type": kind}, file=file)
        return (await self._caller.ask(call, _Uploaded)).media_id

    async def download(self, media_id: str, cap: int = MAX_FILE) -> File:
        """What a citizen sent, while it lives (3 days). Raises Rejected when it is gone (40007), TooLarge over `cap`
        bytes, ByAddress for a video of which the platform only names an address."""
        return await self._caller.fetch(Call("/cgi-bin/media/get", {"media_id": media_id}), cap)

    async def follower(self, openid: str) -> Follower:
        return await self._caller.ask(Call("/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"}), Follower)

    # --- logins -----------------------------------------------------------------------------------------------

    async def mini_login(self, code: str) -> User:
        """`code` of wx.login: once, 5 minutes. Raises Unauthorised, Forbidden, RateLimited."""
        return await self._login.ask(Call("/sns/jscode2session", self._with_secret(js_code=code)), User)

    async def page_login(self, code: str) -> User:
        """`code` of a web page inside WeChat. Raises as `mini_login`, Forbidden also for a virtual user: somebody who
        only looks at the page's snapshot, whose openid must not be bound to a case."""
        user = await self._login.ask(Call("/sns/oauth2/access_token", self._with_secret(code=code)), _PageUser)
        if user.is_snapshotuser:
            raise Forbidden("open the page in full to log in", code="wechat_snapshot")
        return User(user.openid, user.unionid)

    async def phone(self, code: str) -> str:
        """The phone a mini-program's user agreed to tell, E.164. Raises as `mini_login`."""
        answer = await self._people.ask(Call("/wxa/business/getuserphonenumber", body={"code": code}), _PhoneAnswer)
        return f"+{answer.phone_info.country_code}{answer.phone_info.pure_phone_number}"

    async def check_text(self, openid: str, words: str, scene: Scene = 2) -> Check:
        """Of a mini-program's user who was active within 2 hours."""
        content = bodies.plain(words)[:MOST_CHECKED]
        body = {"version": 2, "scene": scene, "openid": openid, "content": content}
        return (await self._post("/wxa/msg_sec_check", body, _Checked)).result

    def _with_secret(self, **query: str) -> dict[str, str]:
        known = self._credentials
        return {"appid": known.appid, "secret": known.secret, "grant_type": "authorization_code", **query}

    async def _post(self, path: str, body: Mapping[str, object], shape: type[T], *, once: bool = False) -> T:
        return await self._caller.ask(Call(path, body=body, once=once), shape)
