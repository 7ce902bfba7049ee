"""Answers first: a question is answered with its source, and counted as solved the moment the citizen says so."""
from __future__ import annotations

import msgspec

from gateway.transcripts import AnswerLine
from tests.journeys.hotline import Hotline


async def counted(hotline: Hotline, solved: str) -> list[str]:
    """Ids of the entries that were judged so."""
    found = await hotline.gateway.store.records.find("answer", "solved", solved)
    return [msgspec.json.decode(record.body, type=AnswerLine).entry for record in found]


async def test_an_answer_that_helps_needs_no_case(hotline: Hotline) -> None:
    citizen = await hotline.citizen("en")
    reply = await citizen.says("how do I extend my visa")
    assert "7 days" in reply.text
    assert "Source: 《中华人民共和国出境入境管理法》" in reply.text
    assert "Public Security" in reply.text
    assert reply.ask == "solved"
    assert await counted(hotline, "open") == ["visa_extension"]
    reply = await citizen.picks("yes")
    assert (reply.ask, reply.work_order) == (None, None)
    assert await counted(hotline, "yes") == ["visa_extension"]


async def test_after_a_no_the_form_of_the_entry_comes_first(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    reply = await citizen.says("公积金怎么提取")
    assert reply.ask == "solved"
    reply = await citizen.picks("no")
    assert reply.ask == "template"
    assert reply.choices[0] == "housing_fund"
    reply = await citizen.picks("housing_fund")
    assert reply.template == "housing_fund"
    assert await counted(hotline, "no") == ["fund_withdrawal"]


async def test_in_mid_form_the_answer_comes_and_the_form_goes_on(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    reply = await citizen.says("我要投诉顺丰快递，快递丢了，单号SF1234567890123，已经十天没有动静")
    asked = reply.ask
    reply = await citizen.says("打12345要钱吗？")
    assert "不收取任何费用" in reply.text
    assert reply.ask == asked
    assert await counted(hotline, "beside") == ["cost"]
