"""A person takes over in WeChat customer service, at our desk or in WeCom's own window; then the citizen is asked how
that was.

`[[wechat.kf]] staff`: "desk" leaves the conversation with us, who send what a clerk writes; "wecom" puts it into
WeCom's queue, where its seats answer and we may not speak. When they end it we may say one thing more, in 20 seconds.
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.app import Mind
from simulators.wechat.kf import ENDED, QUEUED, SERVED, UNTREATED
from simulators.wechat.settings import kf
from tests.journeys.wechat import Street, WeChatCitizen, number, opened
from tests.until import until

OPENING = "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
HOW = ["满意", "一般", "不满意"]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(tmp_path: Path, mind: Mind) -> AsyncIterator[Street]:
    async with opened(tmp_path, mind, kf("seat"), staff="desk") as street:
        yield street


@pytest_asyncio.fixture(loop_scope="session")
async def wecom(tmp_path: Path, mind: Mind) -> AsyncIterator[Street]:
    async with opened(tmp_path, mind, kf("seat"), staff="wecom") as street:
        yield street


def state(citizen: WeChatCitizen) -> int:
    """WeCom's, of the conversation."""
    phone = citizen.window
    return phone.account.kf.session(phone.open_kfid, phone.citizen.openid).state


async def asks_for_a_person(street: Street) -> WeChatCitizen:
    """In the middle of a form, at the question who they are."""
    citizen = street.citizen("seat", "甲")
    assert "寄件人" in str((await citizen.says(OPENING)).menu)
    assert "转人工" in (await citizen.says("人工")).text
    await street.settles()
    return citizen


async def judged(street: Street) -> dict[str, object]:
    supervisor = await street.hotline.staff("supervisor")
    talks: dict[str, object] = (await supervisor.report())["talks"]
    return talks


# --- our desk ---------------------------------------------------------------------------------------------------

async def test_a_clerk_at_our_desk(desk: Street) -> None:
    citizen = await asks_for_a_person(desk)
    assert state(citizen) == UNTREATED
    clerk = await desk.hotline.staff("clerk")
    (row,) = await clerk.queue()
    key = row["conversation"]
    await clerk.takes(key)
    assert "已接入" in (await citizen.hears()).text
    await citizen.window.says("会赔吗？")
    await clerk.says(key, "丢了会赔，请先登记。")
    said = await citizen.hears()
    assert (said.way, said.text) == ("kf", "丢了会赔，请先登记。")

    await clerk.hands_back(key)
    asked = await citizen.hears()
    assert (asked.way, list(asked.menu.values())) == ("kf", HOW)
    thanks = await citizen.picks("1")
    assert "谢谢" in thanks.text
    assert "寄件人" in str(thanks.menu), "the form goes on"
    assert await judged(desk) == {"answers": 1, "mean": 5.0, "agents": {"clerk": [1, 5.0]}}


async def test_who_does_not_judge_goes_on_with_the_form(desk: Street) -> None:
    citizen = await asks_for_a_person(desk)
    clerk = await desk.hotline.staff("clerk")
    (row,) = await clerk.queue()
    await clerk.takes(row["conversation"])
    await citizen.hears()
    await clerk.hands_back(row["conversation"])
    await citizen.hears()
    assert "电话" in (await citizen.says("我是寄件人")).text
    assert (await judged(desk))["answers"] == 0


# --- WeCom's own window -----------------------------------------------------------------------------------------

async def test_a_seat_in_wecoms_window(wecom: Street) -> None:
    citizen = await asks_for_a_person(wecom)
    assert state(citizen) == QUEUED
    await citizen.window.agent_takes("agent-7")
    await citizen.window.says("会赔吗？")
    await citizen.window.agent_says("丢了会赔，请先登记。", "agent-7")
    await wecom.settles()
    assert (state(citizen), citizen.last.text) == (SERVED, "丢了会赔，请先登记。"), "the bot is silent"

    clerk = await wecom.hotline.staff("clerk")
    (row,) = await clerk.queue()
    with pytest.raises(AssertionError, match="seated"):
        await clerk.takes(row["conversation"])
    shown = await clerk.conversation(row["conversation"])
    talk = [(line["sender"], line["text"]) for line in shown["transcript"]][-2:]
    assert talk == [("citizen", "会赔吗？"), ("agent", "丢了会赔，请先登记。")]

    citizen.read = len(citizen.shown)
    await citizen.window.agent_ends("agent-7")
    asked = await citizen.hears()
    assert (asked.way, list(asked.menu.values()), state(citizen)) == ("welcome", HOW, ENDED)
    thanks = await citizen.picks("3")
    assert (thanks.way, state(citizen)) == ("kf", UNTREATED)
    assert "寄件人" in str(thanks.menu), "the form goes on"
    assert await judged(wecom) == {"answers": 1, "mean": 1.0, "agents": {"agent-7": [1, 1.0]}}


async def test_who_waits_may_go_back_to_the_bot(wecom: Street) -> None:
    citizen = await asks_for_a_person(wecom)
    back = await citizen.says("机器人")
    assert (back.way, state(citizen)) == ("welcome", ENDED)
    assert "寄件人" in str(back.menu), "the form goes on"
    assert "电话" in (await citizen.picks("1")).text
    assert await (await wecom.hotline.staff("clerk")).queue() == []


async def test_news_waits_while_a_person_talks(wecom: Street) -> None:
    citizen = wecom.citizen("seat", "甲")
    for words in (OPENING, "我是寄件人", "13800138000"):
        await citizen.says(words)
    case = number(await citizen.says("确认提交"))
    await citizen.says("人工")
    await wecom.settles()
    await citizen.window.agent_takes("agent-7")
    wecom.clock.advance(30)  # the code of that is good for 20 seconds
    clerk = await wecom.hotline.staff("clerk")
    before = len(citizen.shown)
    await clerk.acts(case, "accept")
    await until(lambda: wecom.calls("kf/service_state/get"))
    assert len(citizen.shown) == before
    citizen.read = before
    await citizen.window.agent_ends("agent-7")
    told = await citizen.hears()
    assert (told.way, "受理" in told.text) == ("welcome", True)

    # That was the one thing more; how the talk was is not asked late. The next word opens the conversation again.
    assert case in (await citizen.says("进度")).text
    await wecom.settles()
    assert len(citizen.shown) == before + 2
