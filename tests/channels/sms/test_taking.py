"""channels/sms/taking.py: whose words are taken, whose wishes, and how much of it. HOSTILE.md 25 to 28."""
from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from channels.sms import notes
from channels.sms.sending import whose
from channels.sms.taking import OLDEST_MS, Limits, Standing
from channels.sms.traffic import Arrival, Report
from gateway.errors import RateLimited
from gateway.messages import Outbound, Text
from gateway.outbox import Say
from tests.channels.sms.house import OURS, PHONE, House, open_house
from tests.tables import check_each


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_a_number_is_one_citizen_however_it_is_written(house: House) -> None:
    for n, sender in enumerate(("13800138000", "8613800138000", "+86 138 0013 8000", "008613800138000")):
        assert await house.arrives(f"m{n}", "路灯坏了", sender) == 200
    assert [one.conversation for one in house.taken] == [f"sms:{PHONE}"] * 4


async def test_services_landlines_and_premium_numbers_are_acknowledged_and_not_heard(house: House) -> None:
    for sender in ("12345", "10086", "106980001234", "95588", "02038888888", "4008123456", "+19005550123", "BANK", ""):
        assert await house.arrives("m1", "您的验证码是1234", sender) == 200, sender
    assert await house.arrives("m2", "　 \n") == 200
    assert (house.taken, house.remarks) == ([], ["no_phone"] * 9 + ["blank"])


async def test_what_is_taken_tells_the_sender_whose_number_was_meant(house: House) -> None:
    await house.arrives("m1", "路灯坏了", to=OURS)
    await house.arrives("m2", "在吗", to="999")
    assert [notes.read(one.note) for one in house.taken] == [notes.Wrote("m1", OURS), notes.Wrote("m2", "")]


async def test_times_of_the_provider_s_are_believed_within_reason(house: House) -> None:
    now = house.clock.ms()
    rows = [(now + 86_400_000, now), (now - 3_600_000, now - 3_600_000), (0, now - OLDEST_MS)]
    for n, (at, _) in enumerate(rows):
        await house.taker.take(Arrival(f"m{n}", PHONE, OURS, "路灯坏了", at))
    assert [one.at for one in house.taken] == [told for _, told in rows]


async def test_the_same_words_twice_are_taken_and_remarked_on(house: House) -> None:
    for n in range(2):
        await house.arrives(f"m{n}", "1")
    assert ([one.content for one in house.taken], house.remarks) == ([Text("1")] * 2, ["same_text"])
    house.clock.advance(121)
    await house.arrives("m3", "1")
    assert house.remarks == ["same_text"]


async def test_without_an_id_nothing_is_taken(house: House) -> None:
    """Messages without one would be repeats of each other."""
    assert [await house.arrives(id_, "路灯坏了") for id_ in ("", "x" * 129, "x" * 128)] == [400, 400, 200]
    assert len(house.taken) == 1


# --- wishes -------------------------------------------------------------------------------------------------

OPEN, SILENT = Standing(engaged=True, silent=False), Standing(engaged=False, silent=True)
NOTHING = Standing(engaged=False, silent=False)


async def test_a_wish_is_none_of_the_conversation_s_words(house: House) -> None:
    rows = [
        ("TD", NOTHING, "stop"), ("ｔｄ。", OPEN, "stop"), ("退 订", OPEN, "stop"), ("T", NOTHING, "stop"),
        ("T", OPEN, None), ("cancel", OPEN, None), ("START", SILENT, "start"), ("START", NOTHING, None),
        ("退订宽带的问题", NOTHING, None),
    ]
    for n, (text, standing, _) in enumerate(rows):
        house.standing = standing
        await house.arrives(f"m{n}", text)
    wished = {one.id: one.wish for one in house.wishes}
    taken = {one.id for one in house.taken}
    check_each(enumerate(rows), lambda row: _judge(row[1][2], wished.get(f"m{row[0]}"), f"m{row[0]}" in taken))


def _judge(expected: str | None, wish: str | None, taken: bool) -> None:
    assert wish == expected
    assert taken == (expected is None)


async def test_a_wish_that_could_not_be_kept_comes_again(house: House) -> None:
    house.down = True
    assert await house.arrives("m1", "TD") == 503
    house.down = False
    assert await house.arrives("m1", "TD") == 200
    assert [one.wish for one in house.wishes] == ["stop"]


# --- floods -------------------------------------------------------------------------------------------------

async def test_a_flood_of_one_phone_is_let_go_and_others_are_heard(house: House) -> None:
    for n in range(30):
        assert await house.arrives(f"m{n}", f"第{n}条") == 200, "who is told to come back comes back"
    assert len(house.taken) == 20
    assert house.remarks == ["flood"] * 10
    assert await house.arrives("other", "路灯坏了", "13900139000") == 200
    assert house.taken[-1].conversation == "sms:+8613900139000"
    house.clock.advance(3)
    await house.arrives("later", "还在吗")
    assert house.taken[-1].id == "later", "a place every three seconds"


async def test_a_flood_of_all_phones_waits_at_the_carrier(house: House) -> None:
    statuses = [await house.arrives(f"m{n}", "在吗", f"1380013{n:04d}") for n in range(50)]
    assert statuses == [200] * 40 + [429] * 10
    with pytest.raises(RateLimited) as raised:
        await house.taker.take(Arrival("m99", "13900139999", OURS, "在吗", house.clock.ms()))
    assert raised.value.retry_after


async def test_phones_abroad_are_heard_so_often_a_day(house: House) -> None:
    """An answer to them costs many times as much."""
    taker = replace(house.taker, limits=Limits(abroad=(3, 5)))
    for n, sender in enumerate(["+4915112345678"] * 5 + ["+33612345678"] * 5 + ["13800138000"] * 10):
        await taker.take(Arrival(f"m{n}", sender, OURS, f"第{n}条", house.clock.ms()))
    heard = Counter(one.conversation for one in house.taken)
    assert heard == {"sms:+4915112345678": 3, "sms:+33612345678": 2, f"sms:{PHONE}": 10}
    house.clock.advance(86_400)
    await taker.take(Arrival("m99", "+33612345678", OURS, "encore", house.clock.ms()))
    assert house.taken[-1].id == "m99"


# --- receipts -----------------------------------------------------------------------------------------------

async def test_a_receipt_finds_its_phone(house: House) -> None:
    house.provider.usual = (200, '{"id":"p1"}')
    sent = await house.sender.send(PHONE, Say(Outbound(id="1.0", at=house.clock.ms(), text="已办结")), 0, "")
    assert await whose(house.store.shared, sent.id) == PHONE
    for status in ("delivered", "delivered"):
        assert await house.posts("status", {"id": sent.id, "status": status, "provider_id": "p1"}) == 200
    assert house.notes == {f"sms:{PHONE} {sent.id}.1.delivered": notes.Reported(
        Report(sent.id, "delivered", "p1", "delivered"), house.clock.ms())}


async def test_a_receipt_of_nothing_of_ours_is_acknowledged(house: House) -> None:
    assert await house.posts("status", {"id": "nobody's", "status": "failed"}) == 200
    assert house.notes == {}
