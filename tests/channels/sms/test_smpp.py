"""The link to a carrier: both ways, whatever the carrier does."""
from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from channels.sms.attempts import Attempts
from channels.sms.smpp_inbox import LATER
from channels.sms.smpp_receipts import Slower
from channels.sms.traffic import later
from gateway.errors import Retry, SendError, Uncertain, WayClosed
from simulators.smsc import pdus
from simulators.smsc.forms import LONG_FORMS
from simulators.smsc.pdus import Pdu
from simulators.smsc.phone import Writing
from tests.channels.sms.site import NUMBER, QUICK, Site
from tests.until import until

LONG = (
    "不满意 还没修好，施工单位昨天晚上十二点还在打桩，我家孩子第二天要上学，已经是第三次投诉了。请你们派人到现场看看，"
    "不要只打电话问施工单位。另外上次答复说已经罚款，请提供处罚决定书编号😡谢谢"
)
CLOSED = "【广州12345】您反映的事项已办结，满意请回复1，不满意请回复2。"


# --- what citizens write ------------------------------------------------------------------------------------

async def test_every_long_form_arrives_whole(site: Site) -> None:
    async with site.link():
        phone = site.carrier.phone(NUMBER)
        for form in LONG_FORMS:
            assert set(await phone.says(f"{form} {LONG}", form)) == {0}
        await phone.says(f"back {LONG}", writing=Writing("udh8", order=(1, 0)))
        await phone.says(f"odd {LONG}", writing=Writing("udh8", room=133))  # cuts characters and surrogates apart
        assert site.core.texts == [f"{name} {LONG}" for name in (*LONG_FORMS, "back", "odd")]
        assert {arrival.sender for arrival in site.core.arrivals.values()} == {f"+{NUMBER}"}


async def test_two_senders_with_one_reference_stay_apart(site: Site) -> None:
    async with site.link():
        texts = {"8613800000001": "甲" * 100, "8613800000002": "乙" * 100}
        mixed = zip(*(site.carrier.phone(number).writes(text, writing=Writing("udh8", reference=77))
                      for number, text in texts.items()), strict=True)
        for shorts in mixed:
            assert [await site.carrier.bring(short) for short in shorts] == [0, 0]
        assert {arrival.sender: arrival.text for arrival in site.core.arrivals.values()} == {
            f"+{number}": text for number, text in texts.items()
        }


async def test_what_is_missing_for_too_long_is_handed_on_without_it(site: Site) -> None:
    async with site.link():
        await site.carrier.phone(NUMBER).says("甲" * 100, writing=Writing("udh8", order=(1,)))
        assert site.core.texts == []
    site.clock.advance(301)
    async with site.link() as link:      # after a restart too
        await link.inbox.sweep()
        (arrival,) = site.core.arrivals.values()
        assert (arrival.text, arrival.missing) == ("[…]" + "甲" * 33, (1,))


async def test_what_we_could_not_keep_the_carrier_keeps(site: Site) -> None:
    async with site.link():
        site.core.away = True
        phone = site.carrier.phone(NUMBER)
        assert await phone.says("楼上漏水") == [LATER]
        assert await phone.says(LONG, "udh8") == [0, LATER]
        site.core.away = False
        assert await site.carrier.redeliver() == [0, 0]
        assert site.core.texts == ["楼上漏水", LONG]


async def test_a_repeat_after_a_lost_link_is_known_and_two_equal_texts_are_two(site: Site) -> None:
    phone = site.carrier.phone(NUMBER)
    async with site.link():
        assert [*await phone.says("1"), *await phone.says("1")] == [0, 0]
        await phone.says(LONG, writing=Writing("udh8", reference=7))
    assert site.core.texts == ["1", "1", LONG]
    async with site.link():              # the carrier did not get our answers
        await phone.says("1")
        await phone.says(LONG, writing=Writing("udh8", reference=7))
    assert site.core.texts == ["1", "1", LONG]


# --- what we write ------------------------------------------------------------------------------------------

async def test_phones_show_what_was_sent_and_receipts_come_under_our_ids(site: Site) -> None:
    async with site.link() as link:
        (one,) = await link.send(site.sms("a-1", CLOSED))
        many = await link.send(site.sms("a-2", LONG))
        phone = site.carrier.phone(NUMBER)
        assert [(got.text, got.sender, got.parts) for got in phone.inbox] == [
            (CLOSED, "10612345", 1), (LONG, "10612345", 2),
        ]
        await until(lambda: len(site.core.reports) == 3)
        assert [(report.id, report.provider, report.part, report.parts, report.state, report.code)
                for report in site.core.reports] == [
            ("a-1", one, 1, 1, "delivered", "DELIVRD/000"),
            *(("a-2", provider, part, 2, "delivered", "DELIVRD/000") for part, provider in enumerate(many, 1)),
        ]


async def test_a_receipt_before_the_answer_finds_its_message(site: Site) -> None:
    site.carrier.conduct.receipts = "early"
    async with site.link() as link:
        await asyncio.gather(*(link.send(site.sms(f"a-{n}", CLOSED)) for n in range(20)))
        await until(lambda: len(site.core.reports) >= 20)
        assert {report.id for report in site.core.reports} == {f"a-{n}" for n in range(20)}


async def test_a_receipt_that_is_nobody_s_is_counted_once(site: Site) -> None:
    site.carrier.conduct.receipts = "held"
    async with site.link() as link:
        await link.send(site.sms("a-1", CLOSED))
        (receipt,) = site.carrier.held
        site.carrier.held = [replace(receipt, tlvs={pdus.RECEIPTED_ID: b"nobody-s\0"}), receipt]
        await site.carrier.release()
        site.clock.advance(119)
        await link.inbox.sweep()
        assert (site.core.strays, site.core.states) == (0, [("a-1", "delivered")])
        site.clock.advance(1)
        await link.inbox.sweep()
        await link.inbox.sweep()
        assert site.core.strays == 1


async def test_how_long_it_may_take_goes_along(site: Site) -> None:
    async with site.link() as link:
        for n, valid_s in enumerate((None, 60, 93_784, 10**9)):
            await link.send(replace(site.sms(f"a-{n}", CLOSED), valid_s=valid_s))
        assert [one.short.validity for one in site.carrier.submitted] == [
            "", "000000000100000R", "000001020304000R", "000099014640000R"]


async def test_a_late_receipt_after_a_restart_finds_its_message(site: Site) -> None:
    site.carrier.conduct.receipts = "held"
    async with site.link() as link:
        await link.send(site.sms("a-1", CLOSED))
    site.clock.advance(2 * 86_400)
    async with site.link():
        await site.carrier.release("UNDELIV")
        assert site.core.states == [("a-1", "failed")]
        assert site.core.reports[0].code == "UNDELIV/001"


async def test_a_receipt_we_could_not_keep_comes_again(site: Site) -> None:
    async with site.link() as link:
        site.core.away = True
        await link.send(site.sms("a-1", CLOSED))
        await until(lambda: site.carrier.waiting)
        site.core.away = False
        await site.carrier.redeliver()
        assert site.core.states == [("a-1", "delivered")]


async def test_slower_is_obeyed_until_it_is_enough(site: Site) -> None:
    async with site.link() as link:
        site.carrier.conduct.throttled = 4
        await link.send(site.sms("a-1", CLOSED))
        assert [entry.status for entry in site.carrier.journal.find("submit")] == [0x58] * 4 + [0]
        site.carrier.conduct.throttled = 99
        with pytest.raises(Slower):
            await link.send(site.sms("a-2", CLOSED))
        site.carrier.conduct.throttled = 0
        await link.send(site.sms("a-2", CLOSED))       # the lane's next try
        assert site.carrier.phone(NUMBER).texts == [CLOSED] * 2


async def test_a_long_text_goes_on_where_it_ended(site: Site) -> None:
    async with site.link() as link:
        def after_the_first() -> bool:
            return bool(site.carrier.submitted)

        sending = asyncio.create_task(link.send(site.sms("a-1", LONG)))
        await until(after_the_first, every_s=0)
        site.carrier.conduct.throttled = 99
        with pytest.raises(Slower):
            await sending
        site.carrier.conduct.throttled = 0
        ids = await link.send(site.sms("a-1", LONG))
        assert [submission.id for submission in site.carrier.submitted] == list(ids)
        assert site.carrier.phone(NUMBER).texts == [LONG]


async def test_a_refused_number_is_not_tried_again(site: Site) -> None:
    site.carrier.conduct.refusals[NUMBER] = 0x0B
    async with site.link() as link:
        with pytest.raises(WayClosed):
            await link.send(site.sms("a-1", CLOSED))


@pytest.mark.parametrize("fault", ["swallowed", "cut"])
async def test_no_answer_is_uncertain_and_never_repeated(site: Site, fault: str) -> None:
    setattr(site.carrier.conduct, fault, 1)
    async with site.link(timing=replace(QUICK, answer_s=0.1)) as link:
        with pytest.raises(Uncertain):
            await link.send(site.sms("a-1", CLOSED))
        await until(lambda: link.bound)
        with pytest.raises(Uncertain):
            await link.send(site.sms("a-1", CLOSED))
    async with site.link() as link:      # nor after a restart
        with pytest.raises(Uncertain):
            await link.send(site.sms("a-1", CLOSED))
        assert len(site.carrier.submitted) == 1


async def test_who_is_stopped_while_it_waits_for_its_turn_has_sent_nothing(site: Site) -> None:
    """The carrier grants 50 a second, and the second does not pass."""
    async with site.link() as link:
        sending = [asyncio.create_task(link.send(site.sms(f"a-{n}", CLOSED))) for n in range(60)]
        await until(lambda: sum(task.done() for task in sending) == 50)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
    site.clock.advance(1)
    async with site.link() as link:
        for n in range(60):
            await link.send(site.sms(f"a-{n}", CLOSED))
            site.clock.advance(0.1)
    assert len(site.carrier.submitted) == 60


async def test_who_is_stopped_after_slower_may_send_it_later(site: Site) -> None:
    """The carrier has refused it: nothing is uncertain about it."""
    tried = Attempts(site.store.shared, "carrier1")

    async def known_as_refused() -> bool:
        try:
            await tried.begin("a-1")
        except Uncertain:
            return False
        await tried.settle("a-1")
        return True

    async with site.link(timing=replace(QUICK, slower_s=60.0)) as link:
        site.carrier.conduct.throttled = 1
        sending = asyncio.create_task(link.send(site.sms("a-1", CLOSED)))
        await until(lambda: not site.carrier.conduct.throttled)
        await until(known_as_refused)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    async with site.link() as link:
        await link.send(site.sms("a-1", CLOSED))
    assert site.carrier.phone(NUMBER).texts == [CLOSED]


async def test_the_window_is_never_passed(site: Site) -> None:
    site.carrier.conduct.swallowed = 99
    async with site.link(timing=replace(QUICK, answer_s=0.3)) as link:
        sending = [asyncio.create_task(link.send(site.sms(f"a-{n}", CLOSED))) for n in range(40)]
        await until(lambda: len(site.carrier.submitted) == 16)
        await site.carrier.enquire()     # whatever was written before has come
        assert len(site.carrier.submitted) == 16
        for task in sending:
            task.cancel()


async def test_what_was_taken_is_not_sent_again(site: Site) -> None:
    """As after a crash between the carrier's answer and the lane's commit."""
    async with site.link() as link:
        first = await link.send(site.sms("a-1", LONG))
    async with site.link() as link:
        assert await link.send(site.sms("a-1", LONG)) == first
    assert len(site.carrier.submitted) == 2


# --- the link -----------------------------------------------------------------------------------------------

async def test_a_lost_link_is_bound_again(site: Site) -> None:
    async with site.link() as link:
        for _ in range(3):
            site.carrier.cut()
            await until(lambda: not link.bound)
            with pytest.raises(Retry):
                await link.send(site.sms("a-1", CLOSED))
            await until(lambda: link.bound)
        await link.send(site.sms("a-1", CLOSED))
        assert site.carrier.phone(NUMBER).texts == [CLOSED]


async def test_who_is_cancelled_while_the_link_is_lost_ends(site: Site) -> None:
    """At whatever step of the loss: Python 3.11's TaskGroup lets such a cancellation go."""
    for steps in range(12):
        async with site.link():
            site.carrier.cut()
            for _ in range(steps):
                await asyncio.sleep(0)


async def test_it_says_whether_it_is_bound(site: Site) -> None:
    async with site.link() as link:
        assert await link.well() is None
        site.carrier.cut()
        await until(lambda: not link.bound)
        assert (await link.well() or "").startswith("not bound")


async def test_a_wrong_password_is_no_bind(site: Site) -> None:
    with capture_logs() as logs:
        async with site.link(password="wrong") as link:
            await until(lambda: len(logs) >= 2)
            assert {log["again_in_s"] for log in logs} == {QUICK.again_most_s}, "carriers lock out who tries in haste"
            assert await link.well() == "not bound: smpp bind 0x0d"
            with pytest.raises(SendError):
                await link.send(site.sms("a-1", CLOSED))
            assert {entry.status for entry in site.carrier.journal.find("bind")} == {0x0D}


async def test_a_quiet_link_is_asked_and_answers(site: Site) -> None:
    async with site.link(timing=replace(QUICK, enquire_s=0.02)):
        await until(lambda: site.carrier.journal.count("enquire") >= 3)
        assert await site.carrier.enquire() == [True]
        assert site.carrier.bound == 1


async def test_we_leave_with_a_good_bye(site: Site) -> None:
    async with site.link() as link:
        await link.close()
        assert site.carrier.journal.count("unbind") == 1
        await until(lambda: not site.carrier.bound)


async def test_who_is_waited_for_is_answered_before_we_leave(site: Site) -> None:
    site.carrier.conduct.receipts = "early"    # its answer comes after ours to the receipt
    async with site.link() as link:
        sending = [asyncio.create_task(link.send(site.sms(f"a-{n}", CLOSED))) for n in range(5)]
        await until(lambda: site.carrier.submitted, every_s=0)
        await link.close()
        done = await asyncio.gather(*sending, return_exceptions=True)
        assert all(isinstance(one, tuple | Retry) for one in done), done
        assert sum(isinstance(one, tuple) for one in done) == len(site.carrier.submitted)


async def test_a_carrier_that_talks_nonsense_does_no_harm(site: Site) -> None:
    """Answered with generic_nack where it is a PDU at all; what is none ends the link, and there is another."""
    broken = Pdu(pdus.DELIVER_SM, 0, 7, b"\0\1\1861380013").octets()
    unknown = Pdu(0x00001234, 0, 8).octets()
    heard: list[tuple[int, int]] = []

    async def carrier(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bind = await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        sequence = int.from_bytes(bind[8:12])
        writer.write(Pdu(0x80000009, 0, sequence, b"X\0").octets() + broken + unknown)
        for _ in range(2):
            raw = await reader.readexactly(16)
            heard.append((int.from_bytes(raw[4:8]), int.from_bytes(raw[12:16])))
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(carrier, "127.0.0.1", 0)
    site.carrier.port = server.sockets[0].getsockname()[1]
    async with site.link(), server:
        await until(lambda: len(heard) >= 4)
    assert heard[:4] == [(pdus.GENERIC_NACK, 7), (pdus.GENERIC_NACK, 8)] * 2


def test_states_are_merged_by_rank() -> None:
    assert later(None, "accepted") == "accepted"
    assert later("delivered", "accepted") == "delivered"
    assert later("accepted", "failed") == "failed"
    assert later("failed", "expired") == "failed"
    assert later("expired", "delivered") == "delivered"
