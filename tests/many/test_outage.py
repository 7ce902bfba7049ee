"""Redis is killed under a gateway and comes back; meanwhile the gateway is killed, too, and started again."""
from __future__ import annotations

import asyncio
from pathlib import Path

from bench.citizen import Citizen
from gateway.store.redis import RedisStore
from tests.many.people import opening
from tests.many.town import ACCOUNT, Town, brings, spoken, town, transcript
from tests.until import until

PHONE = "+8613800138000"
TEXTED = [f"短信第{n}句" for n in range(6)]
PUSHED = [f"微信第{n}句" for n in range(6)]
KEY = "told to all gateways of the town"


async def test_what_was_written_while_redis_was_away_is_answered_afterwards_in_order_and_once(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        (gateway,) = await here.opens(1, HUIYIN_API_LOOKUP_KEY=KEY)
        visitor = Citizen(here.http, here.url, "waits")
        await visitor.says(opening("1234567890777"))
        here.redis.stop()
        insists = asyncio.create_task(visitor.says("红木椅子在路上丢了"))
        phone = here.wechat.phone(ACCOUNT.name, "wang")
        for n, (pushed, texted) in enumerate(zip(PUSHED, TEXTED, strict=True)):
            if n == 3:
                await gateway.kill()
                await gateway.start()
                await here.balancer.look()
            assert not (await phone.says(pushed)).fault
            assert await brings(here.http, here.url, PHONE, f"m{n}", texted)
        assert "12 wait here" in await _spool(here)
        assert not insists.done(), "what a visitor wrote stays on their page"
        here.redis.start()
        await asyncio.wait_for(insists, 60.0)
        await until(lambda: _well(here), 30.0, 0.1)
        store = here.store()
        await store.open()
        try:
            await here.settles(store)
            await _each_has_spoken_once(here, store, visitor.texts)
        finally:
            await store.close()


async def _each_has_spoken_once(here: Town, store: RedisStore, visitor: list[str]) -> None:
    """And was answered."""
    assert await spoken(store.records, visitor[0]) == visitor
    assert await spoken(store.records, PUSHED[0]) == PUSHED
    assert await spoken(store.records, TEXTED[0]) == TEXTED
    wang = here.wechat.account(ACCOUNT.name).citizen("wang").texts()
    for first, told in ((PUSHED[0], wang), (TEXTED[0], here.carrier.sent[PHONE])):
        lines = await transcript(store.records, first)
        assert lines[-1].sender == "bot"
        assert len(told) == sum(line.sender == "bot" for line in lines), "whatever was said has arrived, once"
    assert len(here.carrier.ids) == len(set(here.carrier.ids))


async def _spool(here: Town) -> str:
    async with here.http.get(f"{here.url}/readyz") as answer:
        assert answer.status == 200
        return str((await answer.json())["parts"]["spool"])


async def _well(here: Town) -> bool:
    return await _spool(here) == "ok"
