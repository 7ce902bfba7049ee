"""WeChat customer service (微信客服): the callback that says there is something, and the pull that brings it.

Facts [developer.work.weixin.qq.com, 接收消息和事件, 回调配置]: WeCom signs with msg_signature alone, over the
ciphertext, and seals its echostr too. Messages are kept for 3 days behind a cursor; without one they come from the
beginning, so a lost cursor costs work and loses nothing: every message is known by its msgid.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import web

from channels.wechat import documents, kf_pushes, pushes, reading
from channels.wechat.accounts import Account
from channels.wechat.answers import OldNews
from channels.wechat.gate import check_window, stamp_of
from channels.wechat.kf_client import KfClient, Pulled
from channels.wechat.official import CAP
from channels.wechat.replies import SUCCESS
from channels.wechat.taking import Taker
from channels.wechat.wire import BadCallback, Seal
from gateway.clock import Clock
from gateway.errors import NotFound, RateLimited, Retry
from gateway.http import read_body
from gateway.store.shared import SharedStore

CURSOR_MS = 30 * 86_400_000  # longer than any message is kept there
MAILBOX_S = 5.0              # until a mailbox that was full may have room
STILL_PAGES = 5              # with more promised and the cursor where it was; a page may be empty, not for ever

# (corpid, open_kfid, id, token): durable when it returns; `Puller.pull` follows. The id is the callback's, the same at
# each of its tries. Raises Unavailable.
Wanted = Callable[[str, str, str, str], Awaitable[None]]

_log = structlog.get_logger(__name__)


class KfCallbacks:
    """The callbacks of all companies: /wechat/kf/{corpid}."""

    def __init__(self, accounts: Sequence[Account], wanted: Wanted, clock: Clock) -> None:
        self._seals = {account.keys.appid: Seal(account.keys) for account in accounts}
        self._wanted, self._clock = wanted, clock

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get("/wechat/kf/{corpid}", self.verify), web.post("/wechat/kf/{corpid}", self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """WeCom's question when this address is entered on its console."""
        return web.Response(text=self._open(request, request.query.get("echostr", "")))

    async def receive(self, request: web.Request) -> web.Response:
        """Answered at once: what there is to read is pulled afterwards."""
        body, corpid = await read_body(request, CAP), request.match_info["corpid"]
        try:
            sealed = documents.text(documents.read(body), "Encrypt")
            push = reading.read(corpid, documents.read(self._open(request, sealed)))
        except BadCallback as bad:
            _log.warning("wechat_refused", channel="kf", status=bad.status, why=bad.why)
            raise
        if isinstance(push, pushes.ServiceNews) and push.open_kfid:
            await self._wanted(corpid, push.open_kfid, push.id, push.token)
        return web.Response(text=SUCCESS)

    def _open(self, request: web.Request, sealed: str) -> str:
        """The text under the seal. Raises NotFound, BadCallback: not proved, or not of these minutes."""
        seal = self._seals.get(request.match_info["corpid"])
        if seal is None:
            raise NotFound
        stamp = stamp_of(request.query)
        opened = seal.open(sealed, stamp, request.query.get("msg_signature", ""))
        check_window(stamp, self._clock)
        return opened.text


class Puller:
    """Brings the messages of one company's accounts to the core. One pull at a time for an account; the caller sees
    to that."""

    def __init__(self, account: Account, client: KfClient, taker: Taker, store: SharedStore) -> None:
        self._account, self._client, self._taker, self._store = account, client, taker, store

    async def pull(self, open_kfid: str, token: str = "") -> int:
        """Until nothing is left; returns how many messages came. Safe to repeat. Raises SendError, Unavailable."""
        key, taken, still = f"wechat:kf:cursor:{open_kfid}", 0, 0
        cursor = (await self._store.get(key) or b"").decode()
        while still < STILL_PAGES:
            page = await self._page(open_kfid, cursor, token)
            await self._take(open_kfid, page)
            taken += len(page.messages)
            await self._store.put(key, page.cursor.encode(), CURSOR_MS)
            if not page.more:
                return taken
            still = still + 1 if page.cursor == cursor else 0
            cursor = page.cursor
        raise Retry("customer service has more, but its cursor stands still")

    async def _page(self, open_kfid: str, cursor: str, token: str) -> Pulled:
        try:
            return await self._client.pull(open_kfid, cursor, token)
        except OldNews:
            return await self._client.pull(open_kfid, cursor)

    async def _take(self, open_kfid: str, page: Pulled) -> None:
        """Everybody's messages are stored before one full mailbox holds up the next page."""
        full = False
        for message in page.messages:
            push = kf_pushes.read(open_kfid, message)
            if not (push.id and push.user):
                _log.warning("wechat_kf_unreadable", open_kfid=open_kfid, msgid=message.msgid, kind=message.msgtype)
                continue
            try:
                await self._taker.take(self._account, push, 0.0)
            except RateLimited:
                full = True
        if full:
            raise Retry("a mailbox is full", after_s=MAILBOX_S)
