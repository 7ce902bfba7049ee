"""What is asked of a platform or a carrier is asked by all gateways together."""
from __future__ import annotations

import asyncio

from tests.many.town import ACCOUNT, TPS, Town, brings
from tests.until import until

CROWD = 24


async def test_wechat_s_token_is_asked_for_once_and_every_push_is_answered_in_its_response(running: Town) -> None:
    """Whichever gateway takes the turn; so nothing of what the account may send is used up."""
    phones = [running.wechat.phone(ACCOUNT.name, f"citizen {n}") for n in range(CROWD)]
    before = len(running.balancer.went)
    for text in ("您好", "我要投诉"):
        for delivery in await asyncio.gather(*(phone.says(text) for phone in phones)):
            assert delivery.outcome.startswith("reply text"), delivery.outcome
            assert len(delivery.tries) == 1
    assert len(set(running.balancer.went[before:])) == 4
    calls = running.wechat.journal.counts("call")
    assert not [path for path in calls if path.endswith("custom/send")]
    await asyncio.gather(*(phone.films(b"no film at all") for phone in phones))  # what is fetched needs a token
    calls = running.wechat.journal.counts("call")
    assert calls["/cgi-bin/media/get"] >= CROWD
    assert calls["/cgi-bin/stable_token"] == 1


async def test_the_carriers_rate_is_kept_by_all_together(running: Town) -> None:
    people = [f"+86139{n:08d}" for n in range(4 * TPS)]
    began = len(running.carrier.at)
    taken = await asyncio.gather(*(
        brings(running.http, running.url, phone, f"rate {phone}", "您好") for phone in people
    ))
    assert all(taken)
    await until(lambda: all(running.carrier.sent[phone] for phone in people), 30.0)
    assert len(running.carrier.at) == began + len(people)
    took = running.carrier.at[-1] - running.carrier.at[began]
    assert took > 0.9 * (len(people) - TPS) / TPS, "a second's worth at once, by all together, and then what is granted"
