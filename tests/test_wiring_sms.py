"""gateway/wiring for SMS: wrong settings are named, right ones open their way; news of other channels' cases; codes."""
from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
import pytest
from msgspec.structs import replace

from channels.sms.kannel import Kannel
from channels.sms.ledger import Terms
from channels.sms.sending import SmsPace
from channels.sms.smpp import SmppLink
from channels.sms.traffic import Arrival, Hands, Report
from channels.sms.webhook import Webhook
from gateway.brevity import Room
from gateway.case_life import begin
from gateway.clock import RandomIds
from gateway.config_sms import Sms, SmsKannel, SmsSmpp, SmsWebhook
from gateway.errors import ConfigError, Rejected, Retry
from gateway.messages import CaseNews, Inbound, decode_inbound
from gateway.orders import CaseState, Filed, HistoryLine
from gateway.outbox import About, Heard, Say
from gateway.outbox import decode as decode_out
from gateway.protocols import Changes, Put, SharedStore
from gateway.replies import Replies
from gateway.store.limits import Limits
from gateway.store.sqlite import SqliteStore
from gateway.wiring.sms import SmsGround, SmsParts, paces, rooms
from gateway.wiring.sms_carriers import carrier, checked, voice
from gateway.wiring.texting import CaseTexter
from tests.clock import ManualClock
from tests.tables import table

ZONE, TOKEN = ZoneInfo("Asia/Shanghai"), "t" * 32
BASE = Sms(numbers=("10612345",), sign="市民热线")
CLOUD = SmsWebhook(key_id="k", secret="s", template="SMS_1", app="14000", token=TOKEN)
RIGHT: dict[str, Sms] = {
    "kannel": replace(BASE, carrier="kannel", kannel=SmsKannel(password="p", token=TOKEN)),
    "smpp": replace(BASE, carrier="smpp", smpp=SmsSmpp(host="smsc", system_id="hotline", password="secret1")),
    "generic": replace(BASE, carrier="webhook", webhook=SmsWebhook(url="https://bridge.example/send", secret="s")),
    "twilio": replace(BASE, carrier="webhook", webhook=SmsWebhook(profile="twilio", account="AC1", secret="s")),
    "aliyun": replace(BASE, carrier="webhook", sign_mode="provider", webhook=replace(CLOUD, profile="aliyun")),
    "tencent": replace(BASE, carrier="webhook", sign_mode="provider", webhook=replace(CLOUD, profile="tencent")),
}
CASE, NUMBER = "WO-20261123-0000000001", "+8613800138000"


@dataclass
class Ground:
    store: SqliteStore
    clock: ManualClock
    ids: RandomIds = field(default_factory=RandomIds)
    public: str = "https://12345.example"
    trusted: tuple[Any, ...] = ()

    @property
    def shared(self) -> SharedStore:
        return self.store.shared


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    clock = ManualClock()
    store = SqliteStore(tmp_path / "s.db", clock, RandomIds(), Limits(mailbox_cap=3))
    await store.open()
    yield Ground(store, clock)
    await store.close()


async def _take(arrival: Arrival) -> None: ...


async def _tell(report: Report) -> None: ...


# --- settings -----------------------------------------------------------------------------------------------

def test_without_a_carrier_nothing_is_asked_for() -> None:
    checked(Sms())
    assert paces(Sms(), ZONE, ManualClock()) == {}


async def test_every_way_opens(ground: Ground) -> None:
    kinds = {"kannel": Kannel, "smpp": SmppLink}
    paths = {"kannel": "/sms/kannel", "generic": "/sms/generic", "twilio": "/sms/twilio",
             "aliyun": "/sms/aliyun/{token}", "tencent": "/sms/tencent/{token}"}
    async with aiohttp.ClientSession() as http:
        for way, config in RIGHT.items():
            checked(config)
            opened, served = carrier(config, http, ground, Hands(_take, _tell))
            assert isinstance(opened, kinds.get(way, Webhook)), way
            wanted = {f"{paths[way]}/{name}" for name in ("mo", "status", "dlr")} if way in paths else set()
            assert {route.path for route in served} == wanted, way


@table(("config", "faults"), [
    (replace(BASE, carrier="smpp", numbers=()), (
        "sms.smpp.host: is needed for smpp", "sms.smpp.system_id: is needed for smpp",
        "sms.smpp.password: is needed for smpp", "sms.numbers: there is none to write from")),
    (replace(RIGHT["kannel"], kannel=SmsKannel(password="p", token="short")), (
        "sms.kannel.token: at least 32 random characters",)),
    (replace(RIGHT["kannel"], kannel=SmsKannel(password="p", token=TOKEN, sources=("10.0.0.1/8",))), (
        "sms.kannel.sources: 10.0.0.1/8 has host bits set",)),
    (replace(RIGHT["generic"], sign=""), (
        'sms.sign: is to stand in front of every message; or sign_mode is "provider" or "none"',)),
    (replace(RIGHT["aliyun"], sign_mode="ours"), ('sms.sign_mode: aliyun puts the sign there itself: "provider"',)),
    (replace(RIGHT["aliyun"], sign=""), ("sms.sign: is needed for aliyun",)),
    (replace(RIGHT["smpp"], segments=9, a_day=0, per_phone=0), (
        "sms.segments: 1 to 7", "sms.a_day: at least 1", "sms.per_phone: at least 1")),
    (replace(RIGHT["smpp"], quiet=("21:00",)), (
        'sms.quiet: two times of day, "21:00" and "08:00" (not enough values to unpack (expected 2, got 1))',)),
    (replace(RIGHT["smpp"], quiet=("21", "8 am")), (
        'sms.quiet: two times of day, "21:00" and "08:00" (Invalid isoformat string: \'8 am\')',)),
], label=lambda row: row[1][0])
def test_what_is_wrong_is_named(config: Sms, faults: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as raised:
        checked(config)
    assert tuple(str(raised.value).splitlines()) == faults


def test_what_is_right_has_no_fault_beside_a_wrong_one() -> None:
    for config in RIGHT.values():
        with pytest.raises(ConfigError) as raised:
            checked(replace(config, numbers=()))
        assert str(raised.value) == "sms.numbers: there is none to write from"


def test_the_sign_counts_toward_the_room_whoever_adds_it() -> None:
    modes: tuple[Literal["ours", "provider", "none"], ...] = ("ours", "provider", "none")
    assert [rooms(replace(BASE, sign_mode=mode))["sms"] for mode in modes] == [Room(3, 6), Room(3, 6), Room(3, 0)]


def test_settings_become_terms() -> None:
    terms = voice(replace(BASE, quiet=("22:30", "07:00"), gap_s=60, a_day=1, rating_s=3600), ZONE).terms
    assert (terms.gap_ms, terms.a_day, terms.oldest_ms["reminder"], str(terms.quiet[0])) == (
        60_000, 1, 3_600_000, "22:30:00")


# --- what the core does with wishes -------------------------------------------------------------------------

async def test_a_wish_is_confirmed_once(ground: Ground) -> None:
    async def accept(inbound: Inbound) -> Literal["new", "duplicate"]:
        return "new"

    parts = SmsParts(RIGHT["generic"], SmsGround(
        store=ground.store, accept=accept, replies=Replies(Path("templates/replies")), clock=ground.clock,
        ids=ground.ids, zone=ZONE, public=ground.public))
    said: list[str] = []
    reach = ""
    for n, words in enumerate(("TD", "退订", "START", "START")):
        await parts.taker.take(Arrival(f"m{n}", NUMBER, "10612345", words, ground.clock.ms()))
        for lease in await ground.store.lanes.claim("out", "tests"):
            for item in map(decode_out, (msg.body for msg in lease.msgs)):
                if isinstance(item, Heard):
                    reach = parts.sender.heard(NUMBER, item.note, reach).reach
                elif isinstance(item, Say):
                    said.append(item.message.text)
                    assert item.answers == (f"m{n}",), "an answer, which no opting out stops"
            state = msgspec.json.encode({"reach": reach})
            await ground.store.lanes.commit(lease, Changes(lease.msgs[-1].seq, state), keep=False)
    await parts.close()
    assert [text[:3] for text in said] == ["已退订", "已恢复"]


# --- news of other channels' cases --------------------------------------------------------------------------

def _order(**more: Any) -> dict[str, Any]:
    complainant = {"kind": "person", "phone": NUMBER, "contact_preference": "wechat", **more}
    return {"work_order_id": CASE, "language": "en", "complainant": complainant}


async def _knows(ground: Ground, order: dict[str, Any]) -> CaseTexter:
    line = HistoryLine(1, "closed", text="修好了", text_en="Mended", department="transport")
    case: CaseState = replace(begin(Filed(order, "wechat:wx1.o1", 0)), status="closed", history=(line,), due="2026")
    await ground.store.lanes.ingest("events", CASE, ground.ids.unique(), b"{}")
    (held,) = await ground.store.lanes.claim("events", "tests")
    put = Put("work_order", CASE, msgspec.json.encode(case))
    await ground.store.lanes.commit(held, Changes(held.msgs[-1].seq, puts=[put]), keep=False)
    pace = SmsPace(Terms(ZONE), ground.clock)
    return CaseTexter(ground.store.lanes, ground.store.records, pace, ground.clock)


async def test_news_enters_the_conversation_of_the_number_that_was_given(ground: Ground) -> None:
    texter = await _knows(ground, _order())
    for _ in range(2):
        await texter.text(About(CASE, "closed", 1), "wx1.o1/7.0", "words of the other channel")
    await texter.text(About(CASE, "rate", 1), "wx1.o1/8.0", "")
    (lease,) = await ground.store.lanes.claim("in", "tests")
    told, invited = (decode_inbound(msg.body) for msg in lease.msgs)
    assert (lease.key, told.language, "o1" in told.id) == (f"sms:{NUMBER}", "en", False)
    assert told.content == CaseNews(CASE, "closed", 1, "修好了", "Mended", "transport", "2026")
    assert invited.content == CaseNews(CASE, "rate", 1, due="2026")


@pytest.mark.parametrize(("order", "why"), [
    (_order(kind="anonymous"), "not to be contacted"), (_order(contact_preference="none"), "not to be contacted"),
    (_order(phone=None), "no mobile number"), (_order(phone="+862083330000"), "no mobile number"),
    (_order(phone="12345"), "no mobile number"),
])
async def test_who_gave_no_number_is_not_texted(ground: Ground, order: dict[str, Any], why: str) -> None:
    texter = await _knows(ground, order)
    with pytest.raises(Rejected, match=why):
        await texter.text(About(CASE, "closed"), "k", "")


async def test_what_is_no_case_or_no_news_is_refused(ground: Ground) -> None:
    texter = await _knows(ground, _order())
    for about in (About("WO-20261123-0000000002", "closed"), About(CASE, "nonsense")):
        with pytest.raises(Rejected):
            await texter.text(about, "k", "")


async def test_who_opted_out_is_not_texted(ground: Ground) -> None:
    texter = await _knows(ground, _order())
    await ground.store.lanes.ingest("out", f"sms:{NUMBER}", "i", b"{}")
    (lease,) = await ground.store.lanes.claim("out", "tests")
    state = msgspec.json.encode({"reach": '{"ledger":{"stopped":1}}'})
    await ground.store.lanes.commit(lease, Changes(lease.msgs[-1].seq, state), keep=False)
    with pytest.raises(Rejected, match="stopped"):
        await texter.text(About(CASE, "closed"), "k", "")


async def test_a_full_mailbox_asks_to_come_again(ground: Ground) -> None:
    texter = await _knows(ground, _order())
    for n in range(3):
        await texter.text(About(CASE, "closed"), f"k{n}", "")
    with pytest.raises(Retry):
        await texter.text(About(CASE, "closed"), "k3", "")
