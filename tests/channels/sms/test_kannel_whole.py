"""Through a real Kannel and back: one story after another on the same Kannel, because starting it takes a second."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from channels.sms.traffic import Sms
from simulators.smsc.forms import LONG_FORMS
from simulators.smsc.phone import Writing
from tests.channels.sms.kannel_site import Whole, open_whole
from tests.channels.sms.test_smpp import CLOSED, LONG
from tests.until import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.programs]
EMOJI = "【12345】办结👍🏽👨‍👩‍👧 满意请回复1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("kannel")) as whole:
        yield whole


async def test_chinese_emoji_and_every_long_form_arrive(whole: Whole) -> None:
    number = "8613800138001"
    phone = whole.carrier.phone(number)
    sent = ["1", "很好", "满意👍🏽", *(f"{form} {LONG}" for form in LONG_FORMS), f"back {LONG}", f"odd {LONG}"]
    for text in sent[:3]:
        await phone.says(text)
    for form in LONG_FORMS:
        await phone.says(f"{form} {LONG}", form)
    await phone.says(f"back {LONG}", writing=Writing("udh8", order=(1, 0)))
    await phone.says(f"odd {LONG}", writing=Writing("udh8", room=133))

    def arrived() -> list[str]:
        return [one.text for one in whole.core.arrivals.values() if one.sender == f"+{number}"]

    await until(lambda: len(arrived()) >= len(sent), within_s=15.0)
    assert sorted(arrived()) == sorted(sent)


async def test_two_senders_with_one_reference_stay_apart(whole: Whole) -> None:
    texts = {"8613800000001": "甲" * 100, "8613800000002": "乙" * 100}
    for shorts in zip(*(whole.carrier.phone(number).writes(text, writing=Writing("udh8", reference=77))
                        for number, text in texts.items()), strict=True):
        for short in shorts:
            await whole.carrier.bring(short)
    expected = {f"+{number}": text for number, text in texts.items()}

    def arrived() -> dict[str, str]:
        return {one.sender: one.text for one in whole.core.arrivals.values() if one.sender in expected}

    await until(lambda: len(arrived()) == 2, within_s=15.0)
    assert arrived() == expected


async def test_what_we_write_is_shown_and_its_receipt_names_it(whole: Whole) -> None:
    number = "8613800138002"
    texts = {"k-1": CLOSED, "k-2": EMOJI, "k-3": LONG, "k-4": "Your case is closed. €10 {ok}?"}
    for id_, text in texts.items():
        await whole.gateway.kannel.send(Sms(id_, f"+{number}", text))
    phone = whole.carrier.phone(number)
    await until(lambda: len(phone.inbox) == len(texts), within_s=15.0)
    assert sorted(phone.texts) == sorted(texts.values())
    assert {one.sender for one in phone.inbox} == {"10612345"}
    await until(lambda: {(id_, "delivered") for id_ in texts} <= set(whole.core.states), within_s=15.0)
    assert ("k-1", "accepted") in whole.core.states
    assert all("text:" not in report.code for report in whole.core.reports)


async def test_how_long_it_may_take_reaches_the_carrier(whole: Whole) -> None:
    """Kannel makes a moment of the minutes: YYMMDDhhmmss, tenths, and quarters of an hour from UTC [SMPP 3.4, 7.1.1.1].
    """
    number = "8613800138012"
    began = int(datetime.now(UTC).timestamp())
    await whole.gateway.kannel.send(Sms("valid-1", f"+{number}", LONG, valid_s=3_600))
    await whole.gateway.kannel.send(Sms("valid-2", f"+{number}", CLOSED))
    await until(lambda: len(whole.carrier.phone(number).inbox) == 2, within_s=15.0)
    *long, without = [one.short.validity for one in whole.carrier.submitted if one.short.destination == number]
    assert without == ""
    for validity in long:
        moment, offset = validity[:12], validity[12:]
        until_s = datetime.strptime(moment, "%y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
        assert offset == "000+"
        assert -2 <= until_s - began - 3_600 <= 60


async def test_no_character_is_lost_on_the_way(whole: Whole) -> None:
    """Kannel has signs, escapes and trims of its own."""
    texts = [" a ", "第一行\n第二行\n", "100%d %A %20 +1 & = ?", "长" * 500, "👍" * 200]
    phones = [whole.carrier.phone(f"861380014000{n}") for n in range(len(texts))]
    for phone, text in zip(phones, texts, strict=True):
        await whole.gateway.kannel.send(Sms(f"odd-{phone.number}", f"+{phone.number}", text))
    await until(lambda: all(phone.texts for phone in phones), within_s=15.0)
    assert [phone.texts for phone in phones] == [[text] for text in texts]


async def test_a_refused_number_is_reported(whole: Whole) -> None:
    whole.carrier.conduct.refusals["8613800138999"] = 0x0B
    await whole.gateway.kannel.send(Sms("k-5", "+8613800138999", CLOSED))
    await until(lambda: ("k-5", "failed") in whole.core.states, within_s=15.0)
    (report,) = [report for report in whole.core.reports if report.id == "k-5"]
    assert report.code == "NACK/0x0000000b"


async def test_our_side_down_and_up_again_loses_nothing(whole: Whole) -> None:
    await whole.gateway.down()
    number = "8613800138003"
    sent = [f"第{n}条" for n in range(5)]
    for text in sent:
        assert await whole.carrier.phone(number).says(text) == [0]
    await asyncio.gather(*(whole.gateway.kannel.send(Sms(f"down-{n}", f"+{number}", CLOSED)) for n in range(5)))
    await until(lambda: len(whole.carrier.phone(number).inbox) == 5, within_s=15.0)
    await whole.gateway.up()

    def arrived() -> list[str]:
        return [one.text for one in whole.core.arrivals.values() if one.sender == f"+{number}"]

    await until(lambda: len(arrived()) == 5, within_s=30.0)
    assert sorted(arrived()) == sent
    await until(lambda: {(f"down-{n}", "delivered") for n in range(5)} <= set(whole.core.states), within_s=30.0)


async def test_what_is_queued_survives_kill_9(whole: Whole) -> None:
    """The carrier says slower to all of them, so that they stand in the spool when bearerbox dies."""
    number = "8613800138004"
    whole.carrier.conduct.throttled = 1_000
    ids = [f"killed-{n}" for n in range(20)]
    for id_ in ids:
        await whole.gateway.kannel.send(Sms(id_, f"+{number}", f"{CLOSED}{id_}"))
    await until(lambda: whole.carrier.conduct.throttled < 1_000, within_s=15.0)
    await whole.processes.kill_bearerbox()
    await until(lambda: not whole.carrier.bound, within_s=15.0)
    whole.carrier.conduct.throttled = 0
    await whole.processes.start_bearerbox()
    phone = whole.carrier.phone(number)
    await until(lambda: len(set(phone.texts)) == len(ids), within_s=60.0)
    assert sorted(phone.texts) == sorted(f"{CLOSED}{id_}" for id_ in ids), "each once: the carrier had none before"


async def test_what_citizens_wrote_survives_kill_9(whole: Whole) -> None:
    """Both programs die with messages that the carrier was told are taken."""
    number = "8613800138005"
    await whole.processes.kill_smsbox()
    sent = [f"第{n}条 {LONG}" for n in range(5)]
    phone = whole.carrier.phone(number)
    for n, text in enumerate(sent):
        await phone.says(text, "sar" if n % 2 else "udh8")
    await whole.processes.kill_bearerbox()
    await until(lambda: not whole.carrier.bound, within_s=15.0)
    await whole.processes.start_bearerbox()
    await whole.processes.start_smsbox()

    def arrived() -> list[str]:
        return [one.text for one in whole.core.arrivals.values() if one.sender == f"+{number}"]

    await until(lambda: len(set(arrived())) == 5, within_s=60.0)
    assert sorted(arrived()) == sent, "each once: we had none before"


async def test_no_log_tells_what_was_written_or_to_whom(whole: Whole) -> None:
    """After all of these stories."""
    logs = {file.name: file.read_text("utf-8", "replace") for file in whole.processes.folder.glob("*.log")}
    assert sorted(logs) == ["bearerbox.log", "smsbox.log"]
    for told in (CLOSED[:6], LONG[:6], "1380013"):
        assert {name: line for name, log in logs.items() for line in log.splitlines() if told in line} == {}
