"""The demo page's own HTTP: what stands on every phone, and what its citizen does next.

    GET    /demo/, /demo/state                as every demo page's: simulators/demo/page.py
    POST   /demo/acts                         {account, citizen, act, …}: 202, the push goes on its way
    GET    /demo/media/{account}/{media id}
    POST   /demo/codes                        {account, citizen, kind, phone?}: {code} of wx.login, getPhoneNumber
    POST   /demo/faults, DELETE /demo/faults  {path, kind, times, code, status, seconds}
    GET    /demo/journal                      plain text
"""
from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

from aiohttp import web

from simulators.demo import page
from simulators.wechat.account import Account
from simulators.wechat.citizens import Bubble, Citizen
from simulators.wechat.codes import CodeKind
from simulators.wechat.faults import Fault, FaultKind
from simulators.wechat.kf_phone import KfPhone
from simulators.wechat.phone import Phone
from simulators.wechat.platform import WeChat
from simulators.wechat.pushing import Delivery
from simulators.wechat.refusals import Refusal

STATIC = Path(__file__).parent / "static"
BUBBLES, LINES = 200, 80          # of a phone, of the journal
CODE_KINDS: Mapping[str, CodeKind] = {kind: kind for kind in get_args(CodeKind)}
CITIZENS = ("市民甲", "市民乙")
TITLES = {"official": "服务号", "mini": "小程序", "kf": "微信客服"}

Said = Mapping[str, Any]
PHONE_ACTS: Mapping[str, Callable[[Phone, Said], Awaitable[Delivery]]] = {
    "says": lambda phone, said: phone.says(str(said["text"])),
    "speaks": lambda phone, said: phone.speaks(str(said["text"])),
    "mumbles": lambda phone, said: phone.speaks("", recognised=False),
    "photographs": lambda phone, said: phone.photographs(base64.b64decode(said["data"]), str(said["content_type"])),
    "films": lambda phone, said: phone.films(base64.b64decode(said["data"]), str(said["content_type"])),
    "stands_at": lambda phone, said: phone.stands_at(
        float(said["latitude"]), float(said["longitude"]), str(said["label"])),
    "picks": lambda phone, said: phone.picks(str(said["item"])),
    "taps": lambda phone, said: phone.taps(str(said["key"])),
    "follows": lambda phone, said: phone.follows(str(said.get("scene", ""))),
    "leaves": lambda phone, said: phone.leaves(),
    "scans": lambda phone, said: phone.scans(str(said["scene"])),
    "enters": lambda phone, said: phone.enters(),
    "answers": lambda phone, said: phone.answers_subscription(
        *map(str, said["templates"]), accept=bool(said["accept"])),
}
KF_ACTS: Mapping[str, Callable[[KfPhone, Said], Awaitable[Delivery]]] = {
    "says": lambda phone, said: phone.says(str(said["text"])),
    "speaks": lambda phone, said: phone.speaks(str(said["text"])),
    "photographs": lambda phone, said: phone.photographs(base64.b64decode(said["data"]), str(said["content_type"])),
    "stands_at": lambda phone, said: phone.stands_at(
        float(said["latitude"]), float(said["longitude"]), str(said["label"])),
    "picks": lambda phone, said: phone.picks(str(said["item"])),
    "enters": lambda phone, said: phone.enters(str(said.get("scene", ""))),
    "agent_takes": lambda phone, said: phone.agent_takes(),
    "agent_says": lambda phone, said: phone.agent_says(str(said["text"])),
    "agent_ends": lambda phone, said: phone.agent_ends(),
}
# What changes without a word to the gateway.
SILENT: Mapping[str, Callable[[Account, Citizen], None]] = {
    "waits_48_hours": lambda account, citizen: account.windows.close(citizen.openid),
    "refuses": lambda account, citizen: setattr(citizen, "refuses_messages", not citizen.refuses_messages),
}


class Demo:
    """The page beside the API of one WeChat."""

    def __init__(self, wechat: WeChat) -> None:
        self._wechat = wechat
        self._acts: set[asyncio.Task[None]] = set()
        for account in wechat.accounts.values():
            for name in CITIZENS:
                account.citizen(name)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            *page.routes(STATIC), web.get("/demo/state", self.state),
            web.post("/demo/acts", self.act), web.post("/demo/codes", self.code),
            web.post("/demo/faults", self.fault), web.delete("/demo/faults", self.clear),
            web.get("/demo/journal", self.journal),
            web.get("/demo/media/{account}/{media}", self.media),
        ]

    # --- what is to be seen -----------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> web.Response:
        return page.state(request, self._shown(), self._wechat.clock.now())

    def _shown(self) -> dict[str, Any]:
        wechat = self._wechat
        return {
            "desk": wechat.desk,
            "accounts": [self._account(account) for account in wechat.accounts.values()],
            "faults": [{"path": fault.path, "kind": fault.kind, "times": fault.times, "code": fault.code}
                       for fault in wechat.faults.waiting()],
            "journal": [str(entry) for entry in list(wechat.journal.entries)[-LINES:]],
        }

    def _account(self, account: Account) -> dict[str, Any]:
        settings = account.settings
        return {
            "name": settings.name, "kind": settings.kind, "title": TITLES[settings.kind], "mode": settings.mode,
            "menu": dict(settings.menu), "subscriptions": list(settings.subscriptions), "calls": account.calls_today(),
            "citizens": [self._citizen(account, citizen) for citizen in account.citizens.values()],
        }

    def _citizen(self, account: Account, citizen: Citizen) -> dict[str, Any]:
        windows = account.windows.alive(citizen.openid, self._wechat.clock.now())
        return {
            "name": citizen.name, "openid": citizen.openid, "follows": citizen.follows, "typing": citizen.typing,
            "refuses": citizen.refuses_messages, "grants": account.grants.of(citizen.openid),
            "windows": [{"act": window.act, "left": window.left, "until": window.until.isoformat()}
                        for window in windows],
            "said": len(citizen.bubbles), "bubbles": [_bubble(bubble) for bubble in citizen.bubbles[-BUBBLES:]],
        }

    async def journal(self, request: web.Request) -> web.Response:
        return web.Response(text=self._wechat.journal.text())

    async def media(self, request: web.Request) -> web.Response:
        account = self._wechat.accounts.get(request.match_info["account"])
        if account is None:
            raise web.HTTPNotFound
        try:
            medium = account.media.find(request.match_info["media"], self._wechat.clock.now())
        except Refusal as gone:
            raise web.HTTPNotFound from gone
        sandbox = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=medium.data, content_type=medium.content_type, headers=sandbox)

    # --- what is done -----------------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        said = await page.read(request)
        try:
            going = self._going(said)
        except (KeyError, TypeError, ValueError) as wrong:
            raise web.HTTPBadRequest(text=f"{type(wrong).__name__}: {wrong}") from wrong
        if going is not None:
            task = asyncio.create_task(self._do(going))
            self._acts.add(task)
            task.add_done_callback(self._acts.discard)
        return web.Response(status=202)

    async def _do(self, going: Awaitable[Delivery]) -> None:
        """An act that the platform would not offer just now changes nothing: an old menu, a session that has ended."""
        with suppress(Refusal, LookupError):
            await going

    def _going(self, said: Said) -> Awaitable[Delivery] | None:
        name, citizen, act = str(said["account"]), str(said["citizen"]), str(said["act"])
        account = self._wechat.accounts[name]
        if act in SILENT:
            SILENT[act](account, account.citizen(citizen))
            return None
        if account.settings.kind == "kf":
            return KF_ACTS[act](self._wechat.kf_phone(name, citizen), said)
        return PHONE_ACTS[act](self._wechat.phone(name, citizen), said)

    async def code(self, request: web.Request) -> web.Response:
        said = await page.read(request)
        account, kind = self._wechat.accounts.get(str(said.get("account"))), str(said.get("kind"))
        if account is None or kind not in CODE_KINDS:
            raise web.HTTPBadRequest(text="a code needs an account, a citizen and a kind")
        citizen = account.citizen(str(said.get("citizen")))
        citizen.phone = str(said.get("phone", citizen.phone))
        code = account.codes.issue(CODE_KINDS[kind], citizen.openid, self._wechat.clock.now())
        return web.json_response({"code": code})

    async def fault(self, request: web.Request) -> web.Response:
        said = await page.read(request)
        if said.get("kind") not in get_args(FaultKind) or not isinstance(said.get("path"), str):
            raise web.HTTPBadRequest(text="a fault needs a path and a kind")
        numbers = {name: said[name] for name in ("times", "code", "status", "seconds") if name in said}
        if not all(isinstance(number, int | float) for number in numbers.values()):
            raise web.HTTPBadRequest(text=f"{', '.join(numbers)}: numbers are expected")
        self._wechat.faults.add(Fault(said["path"], said["kind"], **numbers))
        return web.Response(status=202)

    async def clear(self, request: web.Request) -> web.Response:
        self._wechat.faults.clear()
        return web.Response(status=204)

    async def close(self) -> None:
        for task in self._acts:
            task.cancel()
        await asyncio.gather(*self._acts, return_exceptions=True)


def _bubble(bubble: Bubble) -> dict[str, Any]:
    return {"at": bubble.at.isoformat(), "side": bubble.side, "kind": bubble.kind, "text": bubble.text,
            "way": bubble.way, "menu": dict(bubble.menu), "media": bubble.media}
