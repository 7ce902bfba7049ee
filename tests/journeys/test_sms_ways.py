"""One conversation over three ways: the carrier's link, a bridge with signed webhooks, a real Kannel.

What the phone shows and what is kept of the conversation is the same on each, word for word.
"""
from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateway.app import Mind
from gateway.orders import CaseState
from tests.journeys.hotline import Staff
from tests.journeys.sms import SmsCitizen, Town, Way, number, opened
from tests.until import until

NUMBER = "8613800138000"
REPLY = "已联系网点，快件今日送达😀。请留意来电，派送员会在今天下午六点以前与您联系，也可以到网点自取。" * 2
TEN_MINUTES = 601
WAYS: tuple[Way, ...] = ("smpp", "webhook", "kannel")

STORY = (
    "我要投诉顺丰😡，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了，客服电话一直打不通，"
    "网点也没有人，请尽快处理，谢谢你们了",
    "我是寄件人", "改1", "圆通", "Y",
)


async def _closed(town: Town, citizen: SmsCitizen, case: str) -> None:
    """As its department closes it; every step is on the phone before the next one is taken."""
    clerk, office = await town.hotline.staff("clerk"), await town.hotline.staff("department")
    department = town.hotline.gateway.city.departments[0].code
    steps: tuple[tuple[Staff, str, dict[str, str]], ...] = (
        (clerk, "accept", {}), (clerk, "dispatch", {"department": department}), (office, "close", {"text": REPLY}))
    for who, act, more in steps:
        await who.acts(case, act, **more)
        await citizen.hears()
    await town.hotline.until(case, lambda state: _delivered(state, 3))
    await town.passes(TEN_MINUTES)
    await citizen.hears()


def _delivered(case: CaseState, times: int) -> bool:
    return sum(line.what == "delivered" for line in case.history) >= times


async def _told(folder: Path, mind: Mind, way: Way) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """What the phone showed, what the transcript says, what became of the news in the case."""
    async with opened(folder, mind, way) as town:
        citizen = town.citizen(NUMBER)
        for words in STORY:
            receipt = await citizen.says(words)
        case = number(receipt)
        await _closed(town, citizen, case)
        for words in ("2", "还没收到"):
            await citizen.says(words)
        state = await town.hotline.until(case, lambda state: state.rated is not None and _delivered(state, 4))
        await town.settles()
        found = await town.hotline.gateway.store.records.find("transcript", "conversation", f"sms:+{NUMBER}")
        lines = [json.loads(record.body) for record in found]
        history = [f"{line.what} {line.text or ''}" for line in state.history if line.what != "delivered"]
        return (
            [_alike(text) for text in citizen.handset.texts],
            [(line.get("sender", ""), _alike(line["text"])) for line in lines], [_alike(line) for line in history],
        )


def _alike(text: str) -> str:
    """Without what is random."""
    return re.sub(r"WO-[0-9]{8}-[0-9A-Z]{10}", "WO", re.sub(r"(查询码)\d{6}", r"\1", text))


@pytest.mark.programs
async def test_the_same_conversation_on_every_way(tmp_path: Path, mind: Mind) -> None:
    told = {way: await _told(tmp_path / way, mind, way) for way in WAYS}
    for way in WAYS:
        assert told[way] == told["smpp"], way
    texts, lines, history = told["smpp"]
    assert len(texts) >= len(STORY) + 6
    assert len(lines) >= 2 * len(STORY)
    assert "😡" in "".join(text for _, text in lines)
    assert "told rate: sms" in history


@pytest.mark.programs
async def test_what_comes_while_the_gateway_is_away_is_answered_once(tmp_path: Path, mind: Mind) -> None:
    """The carrier, or Kannel, keeps it and brings it again."""
    for way in ("smpp", "kannel"):
        async with opened(tmp_path / way, mind, way) as town:
            citizen = town.citizen(NUMBER)
            await citizen.says(STORY[0])
            await town.closes()
            await citizen.handset.says(STORY[1])
            await town.opens()
            assert "1." in await _within(citizen), way
            await town.settles()
            assert [text for text in await _written(town) if text == STORY[1]] == [STORY[1]], way
            assert citizen.unread == []


@pytest.mark.slow
async def test_kannel_killed_with_our_answer_in_it_loses_and_doubles_nothing(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, "kannel") as town:
        citizen = town.citizen(NUMBER)
        await citizen.says(STORY[0])
        town.carrier.conduct.throttled = 1_000
        await citizen.handset.says(STORY[1])
        await until(lambda: town.carrier.conduct.throttled < 1_000, within_s=15.0)
        await town.kannel.kill_bearerbox()
        await until(lambda: not town.carrier.bound, within_s=15.0)
        town.carrier.conduct.throttled = 0
        await town.kannel.start_bearerbox()
        assert "1." in await _within(citizen)
        assert len(await _written(town)) == 2
        await citizen.handset.says("Y")
        assert number(await _within(citizen))
        await town.settles()
        assert citizen.unread == []


async def _within(citizen: SmsCitizen) -> str:
    """The next text: smsbox and bearerbox wait ten seconds and more before they look for one another again."""
    await until(lambda: citizen.unread, within_s=60.0)
    return await citizen.hears()


async def _written(town: Town) -> list[str]:
    """What the citizen wrote, as it is kept."""
    found = await town.hotline.gateway.store.records.find("transcript", "conversation", f"sms:+{NUMBER}")
    lines = [json.loads(record.body) for record in found]
    return [line["text"] for line in lines if line["sender"] == "citizen"]
