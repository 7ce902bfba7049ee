"""Callbacks of official accounts and mini-programs: GET and POST /wechat/{appid}.

WeChat waits five seconds, then repeats the push, three times in all and possibly while we still work on the one before;
`success` or an answer ends that. So: prove, store durably, then wait for the turn's answer as long as a try lasts.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from aiohttp import web

from channels.wechat import reading, replies
from channels.wechat.accounts import Account, Core
from channels.wechat.contents import CHANNEL
from channels.wechat.documents import Form
from channels.wechat.gate import Admitted, Gate
from channels.wechat.pushes import Push
from channels.wechat.taking import Said, Taker, Typing
from channels.wechat.wire import BadCallback
from gateway.clock import Clock
from gateway.errors import ConfigError, NotFound
from gateway.http import read_body
from gateway.protocols import Capabilities, SharedStore

CAP = 65_536    # bytes of a callback; WeChat's own are below 4 KiB
ANSWER_S = 4.0  # of WeChat's five, so that the answer arrives before the next try

_TYPES: dict[Form, str] = {"xml": "text/xml", "json": "application/json"}

_log = structlog.get_logger(__name__)


class WeChatChannel:
    """All accounts of a deployment. A user of this channel is `appid.openid`."""

    capabilities = Capabilities(name=CHANNEL, choices=False, max_text=replies.MAX_BYTES // 3, feed=False)

    def __init__(
        self, accounts: Sequence[Account], core: Core, store: SharedStore, clock: Clock, typing: Typing | None = None
    ) -> None:
        """Raises ConfigError for two accounts of one appid."""
        self._accounts: Mapping[str, Account] = {account.keys.appid: account for account in accounts}
        if len(self._accounts) < len(accounts):
            raise ConfigError("wechat: one appid is there twice")
        self._gates = {appid: Gate(account, store, clock) for appid, account in self._accounts.items()}
        self._clock = clock
        self._taker = Taker(core, store, clock, typing)

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get("/wechat/{appid}", self.verify), web.post("/wechat/{appid}", self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """WeChat's question when this address is entered on its console."""
        account = self._account(request)
        return web.Response(text=self._gates[account.keys.appid].echo(request.query))

    async def receive(self, request: web.Request) -> web.Response:
        deadline = self._clock.monotonic() + ANSWER_S
        account = self._account(request)
        gate = self._gates[account.keys.appid]
        body = await read_body(request, CAP)
        try:
            admitted = await gate.admit(request.query, body)
            push = reading.read(account.keys.appid, admitted.document)
        except BadCallback as bad:
            _log.warning("wechat_refused", appid=account.keys.appid, status=bad.status, why=bad.why)
            raise
        said = await self._taker.take(account, push, deadline)
        return web.Response(text=replies.SUCCESS) if said is None else _response(gate, admitted, push, said)

    def _account(self, request: web.Request) -> Account:
        account = self._accounts.get(request.match_info["appid"])
        if account is None:
            raise NotFound
        return account


def _response(gate: Gate, admitted: Admitted, push: Push, said: Said) -> web.Response:
    """In the push's own form; sealed to a sealed one."""
    answer = replies.written(replies.document(push, said.text, said.at // 1000), admitted.form)
    if admitted.key is not None:
        envelope = replies.sealed(gate.seal, answer, admitted.stamp, admitted.key)
        answer = replies.written(envelope, admitted.form)
    return web.Response(text=answer, content_type=_TYPES[admitted.form])
