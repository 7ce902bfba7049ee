"""Somebody without a smartphone: the whole matter by text message, in two languages, to the second rating.

Each message has at most three short messages' room; choices are numbers; the number that they write from is how they
are reached. News waits for the morning, answers do not, and who says TD is left alone.
"""
from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from channels.sms.text import segments
from gateway.app import Mind
from gateway.clock import SystemClock
from gateway.dialogue.draft import RatingDialog, load
from gateway.orders import CaseState
from simulators.smsc.server import serve
from simulators.wechat.settings import official
from tests.journeys import sms, wechat
from tests.journeys.hotline import Staff
from tests.journeys.sms import SmsCitizen, Town, number
from tests.until import until

ZH = ("我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了", "我是寄件人")
EN = ("I want to complain about SF Express, parcel SF1234567890123 from Xingang Middle Road, Haizhu District, "
      "Guangzhou to Jianguo Road, Chaoyang District, Beijing, no movement for three days", "I am the sender")
REPLY = "已联系网点，快件今日送达。"
TEN_MINUTES, HOUR = 601, 3600
NOT_SOLVED, SOLVED = "1", "5"


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, mind: Mind) -> AsyncIterator[Town]:
    async with sms.opened(tmp_path, mind) as town:
        yield town


async def files(citizen: SmsCitizen, words: tuple[str, ...] = ZH) -> str:
    for text in words:
        said = await citizen.says(text)
    if words == EN:
        assert "Reply 0 for the rest" in said
        assert "Y to file" in await citizen.says("0")
    return number(await citizen.says("Y"))


async def handled(town: Town, case: str) -> Staff:
    """Accepted and dispatched; the department's clerk."""
    clerk, office = await town.hotline.staff("clerk"), await town.hotline.staff("department")
    await clerk.acts(case, "accept")
    await clerk.acts(case, "dispatch", department=town.hotline.gateway.city.departments[0].code)
    await town.settles()
    return office


async def until_told(town: Town, case: str, line: str) -> CaseState:
    """That line of staff's is in the case, as "told closed"."""
    what, _, news = line.partition(" ")
    return await town.hotline.until(case, lambda state: any(
        (one.what, (one.text or "").partition(":")[0]) == (what, news) for one in state.history))


def ways(case: CaseState, news: str) -> list[tuple[str, str]]:
    told = [(one.what, one.text or "") for one in case.history if one.what in ("told", "not_told", "delivered")]
    return [(what, text.removeprefix(f"{news}: ")) for what, text in told if text.startswith(f"{news}: ")]


@pytest.mark.parametrize(("words", "reason", "title"), [
    (ZH, "还是没收到", "快递投诉"), (EN, "Still no parcel", "Express delivery complaint"),
], ids=["zh", "en"])
async def test_a_matter_by_text_message_to_the_second_rating(
    town: Town, words: tuple[str, ...], reason: str, title: str
) -> None:
    citizen = town.citizen("8613800138000")
    case = await files(citizen, words)
    order = (await town.hotline.case(case)).order
    assert (order["channel"], order["complainant"]["phone"]) == ("sms", "+8613800138000")

    office = await handled(town, case)
    assert title in citizen.unread[0], "accepted"
    for verdict in (NOT_SOLVED, SOLVED):
        citizen.read = len(citizen.handset.texts)
        await office.acts(case, "close", text=REPLY)
        assert REPLY in await citizen.hears()
        await town.passes(TEN_MINUTES)
        assert case in await citizen.hears(), "the invitation"
        await citizen.says(verdict)
        if verdict == NOT_SOLVED:
            await citizen.says(reason)
            await town.hotline.until(case, lambda state: state.rework_due)
            await town.passes(TEN_MINUTES)
            rework = await town.hotline.until(case, lambda state: state.round == 1)
            assert rework.history[-1].what in ("rework", "told", "delivered")
            await town.settles()
    done = await town.hotline.until(case, lambda state: state.round == 1 and state.rated is not None)
    assert done.rated is not None
    assert (done.rated.resolved, done.rated.satisfaction, done.rated.round) == ("yes", 5, 1)
    (first, _) = [one.answer for one in done.history if one.what == "rated" and one.answer][:2]
    assert (first.resolved, first.reason) == ("no", reason)
    assert [(one.what, one.round) for one in done.history if one.what in ("filed", "closed", "rated", "rework")] == [
        ("filed", 0), ("closed", 0), ("rated", 0), ("rework", 1), ("closed", 1), ("rated", 1)]
    for text in citizen.handset.texts:
        assert len(segments(text, china=True).parts) <= 3, text
    assert all(text.startswith("【市民热线】") for text in citizen.handset.texts)


async def test_at_night_answers_come_and_news_waits_for_the_morning(town: Town) -> None:
    citizen = town.citizen("8613800138001")
    case = await files(citizen)
    office = await handled(town, case)
    await town.passes(10 * HOUR + 50 * 60)  # 20:50
    citizen.read = len(citizen.handset.texts)
    await town.passes(11 * 60)
    await office.acts(case, "close", text=REPLY)
    await until(lambda: _waits(town, 1))
    await town.passes(TEN_MINUTES)  # the invitation's time, in the night
    await until(lambda: _waits(town, 2))
    assert citizen.unread == []

    asked = await citizen.says("1")  # means nothing that they have not seen
    assert case not in asked
    assert (await town.hotline.case(case)).rated is None

    await town.passes(11 * HOUR)
    morning = await citizen.hears()
    assert REPLY in morning
    if case not in "".join(citizen.unread):
        assert "1 " in morning, "news and invitation in one"
    await citizen.says(SOLVED)
    assert (await town.hotline.until(case, lambda state: state.rated is not None)).rated is not None


async def _waits(town: Town, timers: int) -> bool:
    await town.settles()
    return (await town.hotline.gateway.store.lanes.stats())["in"].timers >= timers


async def test_who_says_td_is_left_alone_and_answered(town: Town) -> None:
    citizen = town.citizen("8613800138002")
    case = await files(citizen)
    assert "START" in await citizen.says("TD")
    office = await handled(town, case)
    await office.acts(case, "close", text=REPLY)
    assert ways(await until_told(town, case, "not_told closed"), "closed") == [("not_told", "sms stopped")]
    await town.passes(TEN_MINUTES)
    assert ways(await until_told(town, case, "not_told rate"), "rate") == [("not_told", "sms stopped")]
    assert citizen.unread == []
    assert case in await citizen.says("查进度"), "who asks is told"
    back = await citizen.says("START")
    assert await citizen.says("START"), "once more it is a word like any other"
    clerk = await town.hotline.staff("clerk")
    talk = (await clerk.conversation("sms:+8613800138002"))["transcript"]
    said = [(line["sender"], line["text"]) for line in talk]
    assert ("citizen", "TD") in said
    sender, told = said[said.index(("citizen", "START")) + 1]
    assert (sender, back.endswith(told)) == ("bot", True), "without the sign"


async def test_who_says_td_is_not_asked_about_the_next_case_either(town: Town) -> None:
    citizen = town.citizen("8613800138000")
    other = "我要投诉中通，单号7512345678901，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
    cases = [await files(citizen), await files(citizen, (other, ZH[1]))]
    for case in cases:
        office = await handled(town, case)
        await office.acts(case, "close", text=REPLY)
        await town.settles()
    await town.passes(TEN_MINUTES)
    await until_told(town, cases[0], "told rate")
    assert "START" in await citizen.says("TD")
    assert cases[1] not in await citizen.says(SOLVED), "the one they were asked about counts, and is the last"
    await town.hotline.until(cases[0], lambda case: case.rated is not None)



async def test_what_did_not_arrive_stands_in_the_case(town: Town) -> None:
    citizen = town.citizen("8613800138008")
    case = await files(citizen)
    clerk = await town.hotline.staff("clerk")
    await town.settles()
    town.carrier.conduct.receipts = "held"
    await clerk.acts(case, "accept")
    await until_told(town, case, "told accepted")
    await town.carrier.release("UNDELIV")
    state = await until_told(town, case, "not_told accepted")
    assert ways(state, "accepted") == [("told", "sms"), ("not_told", "sms not_delivered")]
    assert [one.text for one in state.history if one.what == "failed"] == ["accepted: sms failed UNDELIV/001"]

    town.carrier.conduct.refusals["8613800138008"] = 0x0B
    await clerk.acts(case, "dispatch", department=town.hotline.gateway.city.departments[0].code)
    (became,) = ways(await until_told(town, case, "not_told dispatched"), "dispatched")
    assert became[0] == "not_told"
    assert "smpp" in became[1]


async def test_a_number_with_nothing_open_rates_nothing(town: Town) -> None:
    """HOSTILE 27."""
    citizen, stranger = town.citizen("8613800138003"), town.citizen("8613800138004")
    case = await files(citizen)
    office = await handled(town, case)
    await office.acts(case, "close", text=REPLY)
    await town.settles()
    await town.passes(TEN_MINUTES)
    await until_told(town, case, "told rate")
    for words in ("1", "非常满意", case):
        assert REPLY not in await stranger.says(words)
    assert (await town.hotline.case(case)).rated is None


async def test_services_and_floods_are_let_go(town: Town) -> None:
    """HOSTILE 28."""
    for service in ("10086", "106980001234", "02038888888"):
        await town.citizen(service).handset.says("您的验证码是1234")
    flooder = town.citizen("8613800138005")
    for n in range(40):
        await flooder.handset.says(f"第{n}条")
    await town.settles()
    records = town.hotline.gateway.store.records
    (only,) = await records.find("conversation", "mode", "bot")
    assert only.id == "sms:+8613800138005"
    lines = await records.find("transcript", "conversation", only.id)
    assert sum("第" in json.loads(line.body)["text"] for line in lines if b'"citizen"' in line.body) == 20


async def test_a_code_to_sign_in_comes_by_text_message_at_any_hour(town: Town) -> None:
    citizen = town.citizen("8613800138007")
    await town.passes(13 * HOUR)
    async with aiohttp.ClientSession() as http:
        asked = await http.post(town.hotline.url + "/api/login/phone", json={"phone": "138 0013 8007"})
        assert asked.status == 202
        (code,) = re.findall(r"(?<!\d)\d{6}(?!\d)", await citizen.hears())
        proof = {"phone": "13800138007", "code": code}
        async with http.post(town.hotline.url + "/api/login/phone/verify", json=proof) as signed_in:
            assert signed_in.status == 200, await signed_in.text()


@dataclass
class Both:
    """Somebody with a closed case whose rating was asked by SMS, since they had left WeChat."""

    street: wechat.Street
    friend: wechat.WeChatCitizen
    phone: SmsCitizen
    case: str

    async def open_on(self, conversation: str) -> RatingDialog | None:
        await self.street.settles()
        return load((await self.street.hotline.gateway.store.lanes.state("in", conversation))[0]).rating


@pytest_asyncio.fixture(loop_scope="session")
async def both(tmp_path: Path, mind: Mind) -> AsyncIterator[Both]:
    async with serve(SystemClock()) as carrier, wechat.opened(
            tmp_path, mind, official("hotline"), sms=(sms.bound_to(carrier),)) as street:
        friend = street.citizen("hotline", "friend")
        phone = SmsCitizen(sms.CarrierHandset(carrier.phone("8613800138006")))
        for words in (ZH[0], "我是寄件人", "13800138006"):
            await friend.says(words)
        case = wechat.number(await friend.says("确认提交"))
        clerk, office = await street.hotline.staff("clerk"), await street.hotline.staff("department")
        await clerk.acts(case, "accept")
        await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
        await street.settles()
        await friend.handset.leaves()
        await office.acts(case, "close", text=REPLY)
        told = await phone.hears()
        assert case in told
        assert REPLY in told
        await street.passes(TEN_MINUTES)
        assert case in await phone.hears()
        yield Both(street, friend, phone, case)


async def test_a_closure_that_wechat_cannot_bring_is_told_and_rated_by_sms(both: Both) -> None:
    await both.phone.says(SOLVED)
    rated = await both.street.hotline.until(both.case, lambda state: state.rated is not None)
    assert rated.rated is not None
    assert rated.rated.satisfaction == 5
    assert await both.open_on(rated.conversation) is None, "not open any more on WeChat"


async def test_what_is_rated_on_wechat_after_all_is_not_open_by_sms(both: Both) -> None:
    await both.friend.handset.follows()
    for words in ("解决了", "4"):
        await both.friend.says(words)
    rated = await both.street.hotline.until(both.case, lambda state: state.rated is not None)
    assert "没有对上任何问题" in await both.phone.says(NOT_SOLVED)
    assert await both.open_on("sms:+8613800138006") is None
    after = await both.street.hotline.case(both.case)
    assert (after.rated, rated.rated and rated.rated.satisfaction) == (rated.rated, 4)
