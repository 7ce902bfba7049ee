"""A whole conversation by SMS, from the first word to the second rating; every turn fits into three short messages."""
from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.citizens import Citizens
from gateway.handover import Verified
from gateway.links import redeem
from gateway.messages import CaseNews, Text
from gateway.protocols import Changes
from gateway.seal import HIDDEN
from gateway.store.sqlite import SqliteStore
from tests.clock import SerialIds
from tests.texting import NUMBER, SITE, Phone, parts, texting

ZH = "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
EN = ("My parcel SF1234567890123 with SF Express, sent from Xingang Middle Road, Haizhu District, to Jianguo Road, "
      "Chaoyang District, Beijing, has not moved for three days")
LONG = "经查，该快件因中转场设备检修滞留。网点已安排专人今日派送，并向您致歉。" * 12


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with texting(tmp_path) as opened:
        yield opened
        assert [message.text for message in opened.sent if parts(message) > 3] == []


async def commit(store: SqliteStore, changes: Changes, key: str) -> None:
    """As the worker of lane `in` does."""
    taken = await store.lanes.ingest("in", key, "first", b"{}", owner="test")
    assert taken.lease is not None
    await store.lanes.commit(taken.lease, dataclasses.replace(changes, upto=taken.lease.msgs[-1].seq))


async def filed(phone: Phone, opening: str = ZH, role: str = "1") -> str:
    await phone.says(opening)
    await phone.says(role)
    return await phone.says("Y")


# --- the main job's journey -----------------------------------------------------------------------------------

async def test_from_the_first_word_to_the_second_rating(phone: Phone) -> None:
    assert "12345热线" in await phone.says("你好")
    asked = await phone.says(ZH)
    assert "1.寄件人\n2.收件人\n（回数字）" in asked
    assert "告知" in asked, "the privacy notice"
    summary = await phone.says("1")
    assert "联系电话" in summary, "the number they write from is not asked for"
    assert "提交回Y" in summary
    receipt = await phone.says("Y")
    assert phone.case is not None
    assert phone.case.work_order_id in receipt
    assert phone.case.order["complainant"]["phone"] == NUMBER

    heard = await phone.closes("已联系网点，快件今日送达。", seq=1)
    assert "今日送达" in heard
    assert "1 没解决\n（回数字）" in heard
    assert "哪里没办好" in await phone.says("1")
    assert "会继续办" in await phone.says("根本没有送到")
    assert "重办" in await phone.goes_back()
    assert (phone.case.round, phone.case.status) == (1, "reopened")

    await phone.closes("快件已由专人送到，抱歉。", seq=2)
    assert "谢谢" in await phone.says("５")
    assert phone.case.rated is not None
    assert (phone.case.rated.round, phone.case.rated.resolved, phone.case.rated.satisfaction) == (1, "yes", 5)


async def test_the_same_in_english(phone: Phone) -> None:
    await phone.says("hello")
    asked = await phone.says(EN)
    assert re.search(r"1\.\S+\n2\.\S+\n\(reply a number\)", asked)
    assert "Reply 0 for the rest" in await phone.says("1")
    assert "Y to file" in await phone.says("0")
    receipt = await phone.says("y")
    assert phone.case is not None
    assert phone.case.work_order_id in receipt

    assert "5 Solved, very satisfied" in await phone.closes("已送达。", seq=1)
    assert "What went wrong?" in await phone.says("1")
    await phone.says("Nobody ever came")
    await phone.goes_back()
    await phone.closes("已送达。", seq=2)
    assert "Thank you" in await phone.says("4 thanks")
    assert phone.case.rated is not None
    assert (phone.case.rated.round, phone.case.rated.satisfaction) == (1, 4)


# --- numbers --------------------------------------------------------------------------------------------------

async def test_a_number_is_the_option_that_stood_beside_it(phone: Phone) -> None:
    """The carrier that the tracking number names stands first here, whatever the form's own order."""
    asked = await phone.says("我要投诉快递，单号YT1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件坏了")
    assert "1.圆通 2.顺丰" in asked
    await phone.says(" １。")
    draft = phone.dialogue.draft
    assert draft is not None
    assert draft.values["carrier"].value == "yto"


async def test_at_the_summary_numbers_are_lines_and_only_words_file(phone: Phone) -> None:
    await phone.says(ZH)
    await phone.says("1")
    assert "运单号" in await phone.says("改2")
    assert "SF9876543210123" in await phone.says("SF9876543210123")
    await phone.says("2")
    assert (phone.case, phone.dialogue.asked) == (None, "tracking_number"), "a line, never the second button"
    await phone.says("不改了")
    assert phone.dialogue.asked == "confirm"
    await phone.says("确认")
    assert phone.case is not None


@pytest.mark.parametrize("word", ["Y", "y", "Ｙ", "是", "确认", "提交", "Yes."])
async def test_what_files(phone: Phone, word: str) -> None:
    await phone.says(ZH)
    await phone.says("1")
    await phone.says(word)
    assert phone.case is not None


async def test_more_options_than_fit_are_a_zero_away(phone: Phone) -> None:
    phone.engine.intent = "complaint.nothing"
    asked = await phone.says("ok what can I complain about here please")
    seen = re.findall(r"(\d+)\.", asked)
    while phone.dialogue.more:
        seen += re.findall(r"(\d+)\.", await phone.says("0"))
    offered = phone.dialogue.offered
    assert seen == [str(n) for n in range(1, len(offered) + 1)]
    await phone.says(str(offered.index("utilities") + 1))
    assert phone.dialogue.draft is not None
    assert phone.dialogue.draft.template == "utilities"


# --- long answers -----------------------------------------------------------------------------------------------

async def test_a_long_reply_comes_in_turns_and_nothing_of_it_is_lost(phone: Phone) -> None:
    await filed(phone)
    heard = (await phone.closes(LONG, seq=1)).split("\n---\n")[0]
    assert heard.endswith("（回0看下文）")
    # The invitation has come meanwhile: what is left over is that of the last message.
    assert phone.dialogue.more == ""
    assert phone.dialogue.asked == "verdict"


async def test_the_rest_is_read_with_zeros(phone: Phone) -> None:
    await filed(phone)
    assert phone.case is not None
    said = await phone.turn(CaseNews(phone.case.work_order_id, "progress", text=LONG))
    pages = [said]
    while phone.dialogue.more:
        pages.append(await phone.says("0"))
    text = "".join(pages).replace(" （回0看下文）", "")
    assert LONG in text
    assert len(pages) >= 3


# --- who it is --------------------------------------------------------------------------------------------------

async def test_the_number_is_the_citizen_from_the_first_message(phone: Phone) -> None:
    changes = await phone.changes(Text("你好"))
    assert phone.dialogue.phone == NUMBER
    kinds = {put.kind: put for put in changes.puts}
    assert kinds["citizen"].index == {"phone": NUMBER}
    assert kinds["account"].id == phone.key
    again = await phone.changes(Text("在吗"))
    assert "account" not in {put.kind for put in again.puts}


async def test_who_only_was_written_to_has_proved_nothing(phone: Phone) -> None:
    changes = await phone.changes(CaseNews("WO-20261123-0000000001", "accepted"))
    assert phone.dialogue.phone is None
    assert "account" not in {put.kind for put in changes.puts}


async def test_a_draft_of_the_same_number_elsewhere_is_offered_where_nothing_is_open(phone: Phone) -> None:
    web = Phone(phone.conversation, phone.engine, phone.clock, phone.store, key="web:visitor")
    proved = Verified(await Citizens(phone.store.records, phone.store.shared, SerialIds()).of_phone(NUMBER), NUMBER)
    await commit(phone.store, await web.changes(proved, Text(ZH)), web.key)
    asked = await phone.says("你好")
    assert "在别处有一份“快递投诉”没填完" in asked
    wanted = [emit for emit in (await phone.changes(Text("1"))).emits if emit.lane == "in"]
    assert [emit.key for emit in wanted] == [web.key]


async def test_who_tells_a_matter_at_once_is_not_asked_about_another(phone: Phone) -> None:
    web = Phone(phone.conversation, phone.engine, phone.clock, phone.store, key="web:visitor")
    proved = Verified(await Citizens(phone.store.records, phone.store.shared, SerialIds()).of_phone(NUMBER), NUMBER)
    await commit(phone.store, await web.changes(proved, Text(ZH)), web.key)
    await phone.says(ZH)
    assert phone.dialogue.asked == "my_role"


async def test_who_wishes_to_stay_unknown_is_not_named_by_the_number(phone: Phone) -> None:
    await phone.says(ZH)
    await phone.says("1")
    await phone.says("匿名")
    await phone.says("Y")
    assert phone.case is not None
    assert NUMBER not in str(phone.case.order)


async def test_a_short_code_is_nobodys_number(phone: Phone) -> None:
    phone.key = "sms:10086"
    await phone.says("你好")
    assert phone.dialogue.phone is None


# --- left alone, danger, a person --------------------------------------------------------------------------------

async def test_after_hours_the_next_text_takes_the_draft_up(phone: Phone) -> None:
    await phone.says(ZH)
    asked = await phone.says("你们还在吗", after_s=5 * 3600)
    assert "没填完" in asked
    assert "1.继续填写" in asked
    assert "提交回Y" in await phone.says("1") or phone.dialogue.asked == "my_role"


@pytest.mark.parametrize(("words", "number"), [("着火了快来人啊", "119"), ("有人被困在电梯里了", "96333")])
async def test_the_danger_number_comes_whole(phone: Phone, words: str, number: str) -> None:
    await phone.says(ZH)
    assert number in await phone.says(words)


async def test_a_number_said_to_a_person_is_theirs(phone: Phone) -> None:
    await phone.says(ZH)
    await phone.says("人工")
    before = phone.dialogue.draft
    await phone.says("1")
    assert (phone.dialogue.mode, phone.dialogue.draft) == ("waiting", before)


# --- the web page -------------------------------------------------------------------------------------------------

async def test_photos_go_by_a_link_that_counts_once(phone: Phone) -> None:
    await phone.says(ZH)
    assert "照片" in await phone.says("1") + await phone.says("0")
    said = await phone.says("照片")
    (token,) = re.findall(re.escape(SITE) + r"/s#([0-9a-f]{20})\b", said)
    assert phone.dialogue.asked == "confirm", "the question stays open"
    kept = b"".join(put.body or b"" for put in phone.puts if put.kind == "transcript")
    assert HIDDEN.encode() in kept
    assert token.encode() not in kept
    at_once = await asyncio.gather(*(redeem(phone.store.shared, token) for _ in range(4)))
    assert sorted(found is not None for found in at_once) == [False, False, False, True]
    assert NUMBER in at_once
    assert await redeem(phone.store.shared, token) is None
    assert await redeem(phone.store.shared, "0" * 20) is None


async def test_a_link_is_old_after_a_day(phone: Phone) -> None:
    said = await phone.says("照片")
    (token,) = re.findall(r"#([0-9a-f]{20})\b", said)
    phone.clock.advance(24 * 3600 + 1)
    assert await redeem(phone.store.shared, token) is None


async def test_a_question_for_files_brings_the_link(phone: Phone) -> None:
    await phone.says(ZH)
    await phone.says("1")
    await phone.says("补充")
    place = phone.dialogue.offered.index("evidence") + 1
    asked = await phone.says(str(place))
    assert phone.dialogue.asked == "evidence"
    assert f"{SITE}/s#" in asked


# --- ratings -------------------------------------------------------------------------------------------------------

async def test_a_rating_that_contradicts_itself_is_asked_once(phone: Phone) -> None:
    await filed(phone)
    await phone.closes("已处理。", seq=1)
    assert "没弄明白" in await phone.says("5 根本没解决")
    assert phone.case is not None
    assert phone.case.rated is None
    await phone.says("1")
    assert phone.case.rated is not None
    assert phone.case.rated.resolved == "no"
    assert "根本没解决" in str(phone.case.rated.reason), "nobody is asked twice what went wrong"


async def test_a_complaint_beside_the_rating_is_asked_and_kept(phone: Phone) -> None:
    await filed(phone)
    await phone.closes("已处理。", seq=1)
    await phone.says("到现在还没解决，没人来过")
    assert phone.dialogue.asked == "verdict"
    await phone.says("没解决")
    assert phone.case is not None
    assert phone.case.rated is not None
    assert phone.case.rated.resolved == "no"
    assert "没人来过" in str(phone.case.rated.reason) or "没解决" in str(phone.case.rated.reason)


