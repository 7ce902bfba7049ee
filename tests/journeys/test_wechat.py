"""A broken manhole cover, told on WeChat: spoken, photographed, pointed at; closed, not well, reworked, rated again.

The account is in safe mode: every push and every answer is encrypted. What the citizen says is answered in the response
to the push, which is free; only what the hotline says by itself costs one of the five messages of a window.
"""
from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.app import Mind
from simulators.wechat.citizens import Bubble
from simulators.wechat.phone import AMR
from simulators.wechat.settings import official
from tests.images import jpeg
from tests.journeys.hotline import Staff
from tests.journeys.wechat import Street, WeChatCitizen, number, opened

TEN_MINUTES = 601


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(tmp_path_factory: pytest.TempPathFactory, mind: Mind) -> AsyncIterator[Street]:
    async with opened(tmp_path_factory.mktemp("data"), mind, official("hotline")) as street:
        yield street


async def filed(citizen: WeChatCitizen) -> list[Bubble]:
    """Everything that is shown from the first moment to the receipt."""
    await citizen.handset.follows()
    return [
        citizen.last,
        await citizen.speaks("体育西路的井盖坏了，有人差点掉下去"),
        await citizen.photographs(jpeg()),
        await citizen.stands_at(23.1353, 113.3212, "广东省广州市天河区体育西路103号"),
        await citizen.says("13800138000"),
        await citizen.says("确认提交"),
    ]


async def test_voice_photo_and_place_become_a_case_for_free(street: Street) -> None:
    citizen = street.citizen("hotline", "甲")
    shown = await filed(citizen)
    assert [bubble.way for bubble in shown] == ["passive"] * 6
    assert street.sends(citizen) == 0

    case = await street.hotline.case(number(shown[-1]))
    fields = {field["code"]: field["display"] for field in case.order["fields"]}
    place = case.order["location"]
    assert (fields["kind"], place["address"]) == ("井盖", "广东省广州市天河区体育西路103号")
    assert (place["lat"], place["long"], place["datum"]) == (23.1353, 113.3212, "GCJ02")
    assert [one["media_type"] for one in case.order["attachments"]] == ["image/jpeg"]
    assert (case.order["channel"], case.order["complainant"]["phone"]) == ("wechat_oa", "+8613800138000")

    # A clerk reads WeChat's words for the recording, and can hear it.
    clerk = await street.hotline.staff("clerk")
    lines = (await clerk.conversation(case.conversation))["transcript"]
    spoken = next(line for line in lines if line["sender"] == "citizen" and "井盖" in line["text"])
    assert await clerk.opens(case.conversation, spoken["uploads"][0]) == ("audio/amr", AMR)


async def worked_on(street: Street, case: str, citizen: WeChatCitizen) -> tuple[Staff, list[str]]:
    """Accepted by a clerk, sent to the city's first department and closed there; what the citizen read of it."""
    clerk, office = await street.hotline.staff("clerk"), await street.hotline.staff("department")
    await clerk.acts(case, "accept")
    read = [(await citizen.hears()).text]
    await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
    read.append((await citizen.hears()).text)
    await office.acts(case, "close", text="井盖已更换。")
    read.append((await citizen.hears()).text)
    return office, read


async def test_closed_rated_sent_back_and_rated_again(street: Street) -> None:
    citizen = street.citizen("hotline", "乙")
    case = number((await filed(citizen))[-1])
    citizen.read = len(citizen.shown)

    # Every step is told inside the window that the last message opened.
    office, read = await worked_on(street, case, citizen)
    assert ["受理" in read[0], "转" in read[1], "井盖已更换" in read[2]] == [True] * 3

    # Ten minutes later a menu asks whether it is mended; a tap on it goes on in the responses, free again.
    await street.passes(TEN_MINUTES)
    asked = await citizen.hears()
    assert (asked.way, list(asked.menu.values())) == ("custom", ["解决了", "部分解决", "没解决"])
    answers = [await citizen.picks("3"), await citizen.says("1"), await citizen.says("换的井盖还是松的")]
    answers.append(await citizen.says("没有"))
    assert [bubble.way for bubble in answers] == ["passive"] * 4
    await street.passes(TEN_MINUTES)
    assert "重新办理" in (await citizen.hears()).text
    state = await street.hotline.case(case)
    first = street.hotline.gateway.city.departments[0].code
    assert (state.status, state.round, state.department) == ("reopened", 1, first)

    # The second time it holds.
    await office.acts(case, "accept")
    await citizen.hears()
    await office.acts(case, "close", text="已重新固定。")
    await citizen.hears()
    await street.passes(TEN_MINUTES)
    await citizen.hears()
    await citizen.picks("1")
    await citizen.says("5")
    await street.hotline.until(case, lambda state: state.rated is not None and state.rated.satisfaction == 5)
    await street.settles()
    history = [(line["what"], line["text"]) for line in (await office.case(case))["history"]]
    assert [text for what, text in history if what == "told"] == [f"{news}: window" for news in (
        "accepted", "dispatched", "closed", "rate", "rework_sent", "accepted", "closed", "rate",
    )]
    assert [what for what, _ in history if what != "told"] == [
        "filed", "accepted", "dispatched", "closed", "rated", "rated", "rework", "accepted", "closed", "rated",
    ]
    assert street.sends(citizen) == 8
