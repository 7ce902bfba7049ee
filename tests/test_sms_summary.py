"""Nobody files by SMS what they were not shown: a yes to a summary of which lines are left shows those first."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.test_sms_talk import EN, ZH
from tests.texting import Phone, parts, texting

WHOLE = f"{ZH}。我是寄件人"  # with the privacy notice beside it there is no room for all lines
LINES = {"zh": ("1.快递公司", "5.寄件地址", "6.收件地址", "7.事情经过", "8.联系电话"),
         "en": ("1.Carrier", "2.Tracking", "6.Receiver's address", "7.What happened", "8.Contact phone")}
FILES = {"zh": "提交回Y", "en": "Y to file"}
LEFT = {"zh": "回0看完再提交", "en": "Reply 0 for the rest"}


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with texting(tmp_path) as opened:
        yield opened
        assert [message.text for message in opened.sent if parts(message) > 3] == []


async def summary(phone: Phone, language: str) -> str:
    if language == "zh":
        return await phone.says(WHOLE)
    await phone.says(EN)
    return await phone.says("1")


@pytest.mark.parametrize(("language", "word"), [
    ("zh", "Y"), ("zh", "确认提交"), ("zh", "没问题，提交吧"), ("zh", "0"), ("en", "Y"), ("en", "yes please file it"),
    ("en", "more"),
])
async def test_the_rest_is_shown_before_anything_is_filed(phone: Phone, language: str, word: str) -> None:
    said = await summary(phone, language)
    assert LEFT[language] in said
    assert FILES[language] not in said, "what does not file is not said to"
    rest = await phone.says(word)
    assert phone.case is None
    assert (phone.dialogue.unread, phone.dialogue.asked) == ("", "confirm")
    assert FILES[language] in rest
    for line in LINES[language]:
        assert line in said + rest
    await phone.says("Y")
    assert phone.case is not None


async def test_what_is_asked_between_does_not_make_the_rest_seen(phone: Phone) -> None:
    await summary(phone, "en")
    between = await phone.says("status")
    assert LEFT["en"] in between
    assert FILES["en"] not in between
    assert "8.Contact phone" in await phone.says("Y")
    assert phone.case is None


async def test_a_line_that_was_not_shown_may_be_changed_all_the_same(phone: Phone) -> None:
    await summary(phone, "zh")
    assert "138 0013 8000" in await phone.says("改8")
    again = await phone.says("13900139000")
    pages = again
    while phone.dialogue.unread:
        pages += await phone.says("Y")
    assert phone.case is None
    assert "139 0013 9000" in pages
    await phone.says("Y")
    assert phone.case is not None


async def test_options_alone_that_did_not_fit_hold_nothing_up(phone: Phone) -> None:
    await phone.says(ZH)
    said = await phone.says("1")
    assert "也可回" not in said
    assert (FILES["zh"] in said, phone.dialogue.unread) == (True, "")
    await phone.says("Y")
    assert phone.case is not None


async def test_numbers_and_labels_are_whole_on_every_page(phone: Phone) -> None:
    pages = await summary(phone, "en") + await phone.says("0")
    assert "Tracking number: SF1234567890123\n" in pages
    assert "Contact phone: 138 0013 8000" in pages
