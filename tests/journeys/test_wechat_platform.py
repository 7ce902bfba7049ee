"""What WeChat does to a hotline on an ordinary day: pushes that come three times, tokens that end, calls that break.

Whatever happens between two machines, the citizen's words count once and every answer arrives once.
"""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.app import Mind
from simulators.wechat.pushing import Delivery, Manner
from simulators.wechat.settings import mini, official
from tests.journeys.hotline import Staff
from tests.journeys.wechat import Street, WeChatCitizen, number, opened
from tests.until import until

OPENING = "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
TOKEN = "/cgi-bin/stable_token"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(tmp_path_factory: pytest.TempPathFactory, mind: Mind) -> AsyncIterator[Street]:
    accounts = official("hotline"), official("other"), mini("pocket")
    async with opened(tmp_path_factory.mktemp("data"), mind, *accounts) as street:
        yield street


@pytest.fixture
def citizen(street: Street, request: pytest.FixtureRequest) -> WeChatCitizen:
    """Somebody new, with the official account."""
    return street.citizen("hotline", request.node.name)


async def filed(citizen: WeChatCitizen) -> str:
    """A parcel's case."""
    for words in (OPENING, "我是寄件人", "13800138000"):
        await citizen.says(words)
    return number(await citizen.says("确认提交"))


async def accepted(street: Street, case: str) -> Staff:
    """By a clerk: the citizen is to hear of it by the API, while the window is open."""
    clerk = await street.hotline.staff("clerk")
    await clerk.acts(case, "accept")
    return clerk


def answers(street: Street, delivery: Delivery) -> list[str]:
    """What each try of a push was answered with, deciphered."""
    account = street.wechat.account("hotline")
    read = [street.wechat.pusher.read(account, delivery.push, each) for each in delivery.tries]
    return [reply.text if reply else "" for reply in read]


# --- pushes ---------------------------------------------------------------------------------------------------

async def test_three_tries_at_once_are_one_message_with_three_equal_answers(
    street: Street, citizen: WeChatCitizen
) -> None:
    citizen.phone.manner = Manner(overlap_s=0.0)
    told = answers(street, await citizen.handset.says(OPENING))
    assert (len(told), set(told)) == (3, {citizen.last.text})
    assert "顺丰" in told[0]
    for words in ("我是寄件人", "13800138000", "确认提交"):
        await citizen.says(words)
    case = number(citizen.last)
    clerk, appid = await street.hotline.staff("clerk"), street.wechat.account("hotline").settings.appid
    conversation = await clerk.conversation(f"wechat:{appid}.{citizen.handset.openid}")
    assert [line["sender"] for line in conversation["transcript"]] == ["citizen", "bot"] * 4
    assert [row["work_order_id"] for row in await clerk.cases()].count(case) == len(await clerk.cases()) == 1
    assert street.sends(citizen) == 0


async def test_an_answer_that_was_lost_is_given_again_also_after_a_restart(
    street: Street, citizen: WeChatCitizen
) -> None:
    citizen.phone.manner = Manner(lose=1)
    delivery = await citizen.handset.says(OPENING)
    first, again = answers(street, delivery)
    assert first == again
    await street.hotline.close()
    await street.opens()
    assert answers(street, await citizen.handset.deliver(delivery.push)) == [first, first]
    assert street.sends(citizen) == 0


async def test_what_takes_longer_than_a_push_waits_comes_by_the_api_once(
    street: Street, citizen: WeChatCitizen
) -> None:
    street.wechat.fault("media/get", "delay", seconds=0.1)
    speaking = asyncio.create_task(citizen.handset.speaks(OPENING))
    await until(lambda: not street.wechat.faults.waiting())
    street.clock.advance(4)
    delivery = await speaking
    assert (delivery.reply, delivery.fault) == (None, "")
    shown = await citizen.hears()
    assert (shown.way, "顺丰" in shown.text) == ("custom", True)
    again = await citizen.handset.deliver(delivery.push)
    await street.settles()
    assert (again.reply, street.sends(citizen)) == (None, 1)


# --- calls ----------------------------------------------------------------------------------------------------

async def sent(street: Street, citizen: WeChatCitizen, calls: int) -> None:
    await until(lambda: street.sends(citizen) == calls)


async def news(street: Street, case: str) -> list[str]:
    """What the case says of its news."""
    await street.settles()
    lines = (await street.hotline.case(case)).history
    return [f"{line.what} {line.text}" for line in lines if line.text and ": " in line.text]


async def test_a_token_that_is_never_good_costs_two_calls_an_attempt_and_loses_nothing(
    street: Street, citizen: WeChatCitizen
) -> None:
    case = await filed(citizen)
    street.wechat.fault("custom/send", "errcode", 99, code=40001)
    await accepted(street, case)
    for calls in (2, 4):
        await sent(street, citizen, calls)
        assert (await news(street, case), citizen.shown[citizen.read:]) == ([], [])
        await street.passes(60)
    await sent(street, citizen, 6)
    street.wechat.faults.clear()
    await street.passes(60)
    assert "受理" in (await citizen.hears()).text
    assert await news(street, case) == ["told accepted: window"]
    assert street.sends(citizen) == 7


async def test_a_revoked_token_is_asked_for_once_again(street: Street, citizen: WeChatCitizen) -> None:
    case = await filed(citizen)
    clerk = await accepted(street, case)
    await citizen.hears()
    tokens = street.calls(TOKEN)[TOKEN]
    street.wechat.account("hotline").tokens.revoke()
    await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
    assert "转" in (await citizen.hears()).text
    assert (street.calls(TOKEN)[TOKEN], street.sends(citizen)) == (tokens + 1, 3)


async def test_a_platform_that_is_ill_is_asked_again_later(street: Street, citizen: WeChatCitizen) -> None:
    case = await filed(citizen)
    street.wechat.fault("custom/send", "status", status=502)
    street.wechat.fault("custom/send", "html")
    await accepted(street, case)
    await sent(street, citizen, 1)
    assert await news(street, case) == []
    await street.passes(60)
    await sent(street, citizen, 2)
    await street.passes(60)
    assert "受理" in (await citizen.hears()).text
    assert await news(street, case) == ["told accepted: window"]


async def test_what_may_have_arrived_is_not_said_again(street: Street, citizen: WeChatCitizen) -> None:
    """custom/send knows no key to tell a repeat by, so staff read that it is doubtful."""
    case = await filed(citizen)
    street.wechat.fault("custom/send", "reset_after")
    clerk = await accepted(street, case)
    assert "受理" in (await citizen.hears()).text
    street.wechat.fault("custom/send", "reset_before")
    await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
    assert [line.partition(":")[0] for line in await news(street, case)] == ["doubtful accepted", "doubtful dispatched"]
    await street.passes(3600)
    assert (street.sends(citizen), citizen.shown[citizen.read:]) == (2, [])


# --- people ---------------------------------------------------------------------------------------------------

async def test_an_answer_too_long_for_a_response_goes_on_by_the_api(street: Street, citizen: WeChatCitizen) -> None:
    for words in (OPENING + "快递员把箱子摔在楼道里，说了不听。" * 50, "我是寄件人"):
        await citizen.says(words)
    summary = await citizen.says("13800138000")
    rest = await citizen.hears()
    assert (summary.way, rest.way, "确认提交" in rest.text) == ("passive", "custom", True)
    assert len(summary.text.encode()) <= 2048
    assert "工单号" in (await citizen.says("确认提交")).text


async def test_leaving_erases_the_form_and_keeps_the_case(street: Street, citizen: WeChatCitizen) -> None:
    case = await filed(citizen)
    await citizen.says("天河区体育西路的井盖坏了")
    await citizen.handset.leaves()
    await street.settles()
    assert (await street.hotline.case(case)).order["work_order_id"] == case
    await citizen.handset.follows()
    assert "井盖" not in citizen.last.text
    assert case not in (await citizen.says("进度")).text
    await accepted(street, case)
    assert (await news(street, case))[0].startswith("told accepted: window")


async def test_a_code_on_a_bike_and_a_menu_in_english(street: Street, citizen: WeChatCitizen) -> None:
    await citizen.handset.follows("t=shared_bike&d=440105")
    assert "单车出了哪方面的问题" in citizen.last.text
    await citizen.handset.taps("english")
    assert "English" in citizen.last.text
    assert "Nothing was filed" in (await citizen.says("cancel")).text
    asked = await citizen.says("My SF Express parcel SF1234567890123 has not moved for three days")
    assert ("Are you the sender or the receiver?" in asked.text, asked.way) == (True, "passive")
    await citizen.handset.scans("t=nothing-we-know&d=never")
    assert citizen.last.text.isascii()


async def test_one_person_at_two_accounts_has_two_conversations(street: Street) -> None:
    one, two = street.citizen("hotline", "乙"), street.citizen("other", "乙")
    case = await filed(one)
    assert case not in (await two.says("进度")).text
    assert case in (await one.says("进度")).text


async def test_a_mini_programs_chat_answers_by_the_api_and_spares_its_five_messages(street: Street) -> None:
    """The last two of a window are kept for what matters: the department's answer, and the question how it was."""
    citizen = street.citizen("pocket", "乙")
    await citizen.handset.enters()
    assert "12345" in (await citizen.hears()).text
    for words in (OPENING, "我是寄件人", "13800138000"):
        street.clock.advance(1)  # WeChat tells time in seconds, and a second message fills the window up
        await citizen.says(words)
    street.clock.advance(1)
    case = number(await citizen.says("确认提交"))
    clerk, office = await accepted(street, case), await street.hotline.staff("department")
    await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
    await street.settles()
    await office.acts(case, "progress", text="正在联系网点。")
    await street.settles()
    await office.acts(case, "close", text="快件今日送达。")
    await street.passes(601)
    await until(lambda: any("解决" in bubble.text for bubble in citizen.shown))
    assert {bubble.way for bubble in citizen.shown} == {"custom"}
    assert [line.partition(", ")[0] for line in await news(street, case)] == [
        "told accepted: window", "told dispatched: window", "not_told progress: window kept_for_the_end",
        "told closed: window", "told rate: window",
    ]
    assert (await street.hotline.case(case)).order["channel"] == "wechat_mini"


async def test_while_a_person_talks_pushes_are_let_go_and_a_long_reply_comes_in_parts(
    street: Street, citizen: WeChatCitizen
) -> None:
    assert "人工" in (await citizen.says("人工")).text
    clerk = await street.hotline.staff("clerk")
    (row,) = await clerk.queue()
    await clerk.takes(row["conversation"])
    await citizen.hears()
    delivery = await citizen.handset.says("请问单车会拖走吗？")
    assert (delivery.reply, delivery.fault, len(delivery.tries)) == (None, "", 1)
    await clerk.says(row["conversation"], "会的。" + "请您放心，" * 300)
    parts = [(await citizen.hears()).text for _ in range(3)]
    assert "".join(parts) == "会的。" + "请您放心，" * 300
    await clerk.hands_back(row["conversation"])
    assert (await citizen.hears()).way == "custom"
    assert street.sends(citizen) == 5
