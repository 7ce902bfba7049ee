"""What is said by SMS fits a phone that shows text only: numbers without a question, map points, opting out."""
from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Ask, Quote
from gateway.fields.base import Words
from gateway.messages import Option
from gateway.page import Page, quoted
from tests import project
from tests.tables import check_each
from tests.test_sms_talk import ZH
from tests.texting import Phone, parts, texting

MAP = re.compile(r"(?:发送?|最好直接发|能发)定位|点聊天框|map point|“Location” in the chat", re.IGNORECASE)


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with texting(tmp_path, "complaint.public_facility") as opened:
        yield opened
        assert [message.text for message in opened.sent if parts(message) > 3] == []


@pytest.mark.parametrize(("said", "answer"), [
    ("5", "没有对上任何问题"), ("５。", "没有对上任何问题"), ("选2", "没有对上任何问题"), ("①", "没有对上任何问题"),
])
async def test_a_number_where_nothing_was_asked_is_answered_in_one_message(
    phone: Phone, said: str, answer: str
) -> None:
    heard = await phone.says(said)
    assert answer in heard
    assert parts(phone.sent[-1]) == 1
    assert (phone.dialogue.asked, phone.dialogue.draft) == (None, None)
    assert "市政设施" not in heard
    await phone.says("路灯坏了")
    assert phone.dialogue.asked == "location", "the next words are heard as ever"


async def test_a_number_to_call_is_no_option(phone: Phone) -> None:
    assert "没有对上" not in await phone.says("110")


async def test_a_number_in_a_form_answers_the_form(phone: Phone) -> None:
    phone.engine.intent = "complaint.express_delivery"
    await phone.says(ZH)
    assert "请核对" in await phone.says("1")


@pytest.mark.parametrize("opening", ["路灯坏了", "the street lamp is broken"])
async def test_nobody_is_asked_for_a_map_point_by_sms(phone: Phone, opening: str) -> None:
    said = await phone.says(opening) + await phone.says("help" if opening.isascii() else "帮助")
    assert phone.dialogue.asked == "location"
    assert MAP.search(said) is None


@pytest.mark.parametrize("word", ["CANCEL", "END", "T", "R"])
async def test_words_that_opt_out_elsewhere_belong_to_what_is_open(phone: Phone, word: str) -> None:
    """channels/sms/optout.py lets them through while something is open; a provider may block the number even so."""
    phone.engine.intent = "complaint.express_delivery"
    await phone.says(ZH)
    await phone.says(word)
    assert phone.dialogue.draft is not None, "nothing is lost by one word"
    await phone.says("继续")
    await phone.says("1")
    await phone.says("Y")
    assert phone.case is not None
    await phone.closes("已处理。", seq=1)
    await phone.says(word)
    assert phone.case.rated is None
    assert (phone.dialogue.rating is None) == (word in ("CANCEL", "END"))


@pytest.mark.parametrize("word", ["CANCEL", "END", "T", "R", "跳过"])
async def test_none_of_them_is_sent_to_the_department_as_a_reason(phone: Phone, word: str) -> None:
    phone.engine.intent = "complaint.express_delivery"
    for words in (ZH, "1", "Y"):
        await phone.says(words)
    await phone.closes("已处理。", seq=1)
    await phone.says("1")
    await phone.says(word)
    assert phone.case is not None
    assert phone.case.rated is not None
    assert (phone.case.rated.resolved, phone.case.rated.reason) == ("no", None)


@pytest.mark.parametrize(("word", "resolved", "satisfaction"), [
    ("5", "yes", 5), ("１。", "no", 1), ("满意，谢谢", "unknown", 4), ("5 thank you", "yes", 5),
])
async def test_a_rating_may_come_late_when_something_else_was_begun_and_left(
    phone: Phone, word: str, resolved: str, satisfaction: int
) -> None:
    phone.engine.intent = "complaint.express_delivery"
    for words in (ZH, "1", "Y"):
        await phone.says(words)
    await phone.closes("已处理。", seq=1)
    phone.engine.intent = "complaint.public_facility"
    await phone.says("小区门口的路灯坏了，很黑")
    assert phone.dialogue.asked == "location"
    await phone.says("取消")
    await phone.says("1")
    assert phone.dialogue.draft is None
    await phone.says(word, after_s=3600)
    if phone.dialogue.asked == "reason":
        await phone.says("跳过")
    assert phone.case is not None
    assert phone.case.rated is not None
    assert (phone.case.rated.resolved, phone.case.rated.satisfaction) == (resolved, satisfaction)


async def test_a_label_that_begins_with_a_number_stands_apart_from_its_own(phone: Phone) -> None:
    shortener, state = phone.conversation.writer.shortener, Dialogue(terse=True)
    page = Page()
    page.say(quoted(Quote("在哪里？")))
    page.asks(Ask("location", ()))
    labels = ("22 Garden Street", "2. 中山路", "花城大道")
    fitted = shortener.fitted(page, [Option(label, label) for label in labels], state, "sms")
    assert "1. 22 Garden Street\n2. 中山路\n3.花城大道" in fitted.text


def test_whatever_offers_a_map_point_has_other_words_for_sms() -> None:
    def judge(words: Words) -> None:
        assert words.sms is not None
        assert MAP.search(words.sms.zh + words.sms.en) is None

    found = [words for template in project.catalog().newest.values() for words in _words(template)]
    check_each([words for words in found if MAP.search(words.zh + words.en)], judge)


def _words(value: object) -> Iterator[Words]:
    """All that the parts of a template say."""
    if isinstance(value, Words):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _words(one)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _words(getattr(value, name))
