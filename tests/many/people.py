"""Citizens who file one complaint after the other where nothing is understood but choices and facts."""
from __future__ import annotations

from collections.abc import Coroutine
from time import perf_counter
from typing import Any

import aiohttp

from bench.citizen import Citizen, Reply

PICKS = {"template": "express_delivery", "my_role": "sender", "confirm": "file", "duplicate": "new"}
FACTS = {"contact_phone": "13800138000"}


def opening(number: str) -> str:
    return f"我要投诉顺丰，单号SF{number}，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了"


async def files(citizen: Citizen, number: str = "1234567890123", *, leaves: bool = False) -> str:
    """The number of the work order; `leaves`: the page is closed after each answer."""
    reply = await citizen.says(opening(number))
    while reply.work_order is None:
        if leaves:
            await citizen.leaves()
        reply = await _answers(citizen, reply)
    return reply.work_order


async def _answers(citizen: Citizen, reply: Reply) -> Reply:
    value = PICKS.get(reply.ask or "")
    if value in reply.choices:
        return await citizen.picks(value, reply.id)
    return await citizen.says(FACTS.get(reply.ask or "", "快递三天没有动静了"))


class Timed(Citizen):
    """`took`: seconds until each answer, through whatever happened meanwhile."""

    def __init__(self, http: aiohttp.ClientSession, url: str, name: str) -> None:
        super().__init__(http, url, name)
        self.took: list[float] = []

    async def says(self, text: str) -> Reply:
        return await self._timed(super().says(text))

    async def picks(self, value: str, to: str) -> Reply:
        return await self._timed(super().picks(value, to))

    async def _timed(self, exchange: Coroutine[Any, Any, Reply]) -> Reply:
        began = perf_counter()
        reply = await exchange
        self.took.append(perf_counter() - began)
        return reply
