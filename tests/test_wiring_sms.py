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
from channels.sms.notes import Wrote, write
from channels.sms.outgoing import Outgoing
from channels.sms.sending import SmsPace, SmsSender, Voice, written_to
from channels.sms.smpp import SmppLink
from channels.sms.traffic import Arrival, Hands, Report
from channels.sms.traffic import Sms as Text
from channels.sms.webhook import Webhook
from gateway.brevity import Room
from gateway.case_life import begin
from gateway.clock import RandomIds
from gateway.config import Config, Rating
from gateway.config_sms import Sms, SmsKannel, SmsSmpp, SmsWebhook, Texting
from gateway.errors import ConfigError, Rejected, Retry
from gateway.messages import CaseNews, Inbound, Outbound, decode_inbound
from gateway.orders import CaseState, Filed, HistoryLine
from gateway.outbox import About, Heard, Say
from gateway.outbox import decode as decode_out
from gateway.protocols import Changes, Put, SharedStore
from gateway.replies import Replies
from gateway.store.limits import Limits
from gateway.store.sqlite import SqliteStore
from gateway.wiring.sms import SmsGround, SmsParts, paces, rooms
from gateway.wiring.sms_carriers import carrier, checked, terms
from gateway.wiring.sms_lines import Switchboard
from gateway.wiring.texting import CaseTexter
from tests.clock import ManualClock
from tests.tables import table

ZONE, TOKEN = ZoneInfo("Asia/Shanghai"), "t" * 32
OURS, SIGN = ("10612345",), "市民热线"
KANNEL = SmsKannel(name="box", numbers=OURS, sign=SIGN, password="p", tokens=(TOKEN,))
SMPP = SmsSmpp(name="carrier", numbers=OURS, sign=SIGN, host="smsc", system_id="hotline", password="secret1")
BRIDGE = SmsWebhook(name="bridge", numbers=OURS, sign=SIGN, url="https://bridge.example/send", secrets=("s",))
CLOUD = SmsWebhook(name="cloud", numbers=OURS, sign=SIGN, sign_mode="provider", key_id="k", secrets=("s",),
                   template="SMS_1", app="14000", tokens=(TOKEN,))
RIGHT: dict[str, Sms] = {
    "kannel": KANNEL, "smpp": SMPP, "generic": BRIDGE,
    "twilio": replace(BRIDGE, profile="twilio", account="AC1"),
    "aliyun": replace(CLOUD, profile="aliyun"), "tencent": replace(CLOUD, profile="tencent"),
    "baidu": replace(CLOUD, profile="baidu"), "vonage": replace(CLOUD, profile="vonage"),
    "jasmin": replace(CLOUD, profile="jasmin", api="http://10.0.0.2:1401"),
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

def test_without_a_channel_nothing_is_asked_for() -> None:
    checked((), Texting())
    assert paces(Config(), ZONE, ManualClock()) == {}


async def test_every_way_opens_under_its_own_name(ground: Ground) -> None:
    kinds = {"kannel": Kannel, "smpp": SmppLink}
    paths = {"kannel": "/sms/box", "generic": "/sms/bridge", "twilio": "/sms/bridge",
             **dict.fromkeys(("aliyun", "tencent", "baidu", "vonage", "jasmin"), "/sms/cloud/{token}")}
    async with aiohttp.ClientSession() as http:
        for way, config in RIGHT.items():
            checked((config,), Texting())
            opened, served = carrier(config, http, ground, Hands(_take, _tell))
            behind = opened.carrier if isinstance(opened, Outgoing) else opened
            assert isinstance(behind, kinds.get(way, Webhook)), way
            assert (await opened.well() is None) == (way != "smpp"), "nobody bound the link yet"
            wanted = {f"{paths[way]}/{name}" for name in ("mo", "status", "dlr")} if way in paths else set()
            assert {route.path for route in served} == wanted, way


@table(("config", "faults"), [
    ((SmsSmpp(name="carrier", sign=SIGN),), (
        "sms.carrier.host: is needed for smpp", "sms.carrier.system_id: is needed for smpp",
        "sms.carrier.password: is needed for smpp", "sms.carrier.numbers: there is none to write from")),
    ((replace(KANNEL, tokens=(TOKEN, "short")),), ("sms.box.tokens: at least 32 random characters",)),
    ((replace(KANNEL, sources=("10.0.0.1/8",)),), ("sms.box.sources: 10.0.0.1/8 has host bits set",)),
    ((replace(SMPP, tps=0),), ("sms.carrier.tps: at least 1",)),
    ((replace(RIGHT["jasmin"], api=""),), ("sms.cloud.api: is needed for jasmin",)),
    ((replace(BRIDGE, sign=""),), (
        'sms.bridge.sign: is to stand in front of every message; or sign_mode is "provider" or "none"',)),
    ((replace(RIGHT["aliyun"], sign_mode="ours"),), (
        'sms.cloud.sign_mode: aliyun puts the sign there itself: "provider"',)),
    ((replace(RIGHT["aliyun"], sign=""),), ("sms.cloud.sign: is needed for aliyun",)),
    ((replace(SMPP, name="../up"),), (
        "sms.../up.name: small letters, digits, - and _, as it stands in addresses",)),
    ((SMPP, replace(BRIDGE, name="carrier", numbers=("1",))), ("sms.carrier.name: is there twice",)),
    ((SMPP, replace(BRIDGE, numbers=("1", *OURS))), ("sms.bridge.numbers: 10612345 belongs to carrier",)),
], label=lambda row: row[1][0])
def test_what_is_wrong_is_named(config: tuple[Sms, ...], faults: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as raised:
        checked(config, Texting())
    assert tuple(str(raised.value).splitlines()) == faults


def test_what_is_wrong_for_all_is_named_too() -> None:
    with pytest.raises(ConfigError) as raised:
        checked((SMPP,), Texting(segments=9, a_day=0, per_phone=0))
    assert str(raised.value).splitlines() == [
        "texting.segments: 1 to 7", "texting.a_day: at least 1", "texting.per_phone: at least 1"]


def test_what_is_right_has_no_fault_beside_a_wrong_one() -> None:
    for config in RIGHT.values():
        with pytest.raises(ConfigError) as raised:
            checked((replace(config, numbers=()),), Texting())
        assert str(raised.value) == f"sms.{config.name}.numbers: there is none to write from"


def test_the_longest_sign_counts_toward_the_room_whoever_adds_it() -> None:
    modes: tuple[Literal["ours", "provider", "none"], ...] = ("ours", "provider", "none")
    signed = [Config(sms=(replace(SMPP, sign_mode=mode), replace(BRIDGE, sign="市"))) for mode in modes]
    assert [rooms(config)["sms"] for config in signed] == [Room(3, 6), Room(3, 6), Room(3, 3)]


def test_settings_become_terms() -> None:
    made = terms(Texting(gap_s=60, a_day=1, rating_s=3600), Rating(quiet_hours="22:30-7").quiet(ZONE))
    assert (made.gap_ms, made.a_day, made.oldest_ms["reminder"], str(made.quiet[0]), made.zone) == (
        60_000, 1, 3_600_000, "22:30:00", ZONE)


# --- what the core does with wishes -------------------------------------------------------------------------

async def test_a_wish_is_confirmed_once(ground: Ground) -> None:
    async def accept(inbound: Inbound) -> Literal["new", "duplicate"]:
        return "new"

    parts = SmsParts(Config(sms=(BRIDGE,)), SmsGround(
        store=ground.store, accept=accept, replies=Replies(Path("templates/replies")), clock=ground.clock,
        ids=ground.ids, zone=ZONE, public=ground.public, door=ground.store.shared))
    said: list[str] = []
    reach = ""
    for n, words in enumerate(("TD", "退订", "START", "START")):
        await parts.ears[0].take(Arrival(f"m{n}", NUMBER, "10612345", words, ground.clock.ms()))
        for lease in await ground.store.lanes.claim("out", "tests"):
            for item in map(decode_out, (msg.body for msg in lease.msgs)):
                if isinstance(item, Heard):
                    reach = parts.sender.heard(NUMBER, item.note, reach).reach
                elif isinstance(item, Say):
                    said.append(item.message.text)
                    assert item.answers == (f"bridge.m{n}",), "an answer, which no opting out stops"
            state = msgspec.json.encode({"reach": reach})
            await ground.store.lanes.commit(lease, Changes(lease.msgs[-1].seq, state), keep=False)
    await parts.close()
    assert [text[:3] for text in said] == ["已退订", "已恢复"]


# --- several channels ---------------------------------------------------------------------------------------

@dataclass
class Air:
    """A carrier that keeps what it is given."""

    sent: list[Text] = field(default_factory=list)

    async def send(self, sms: Text) -> tuple[str, ...]:
        self.sent.append(sms)
        return (sms.id,)


async def test_the_channel_that_somebody_wrote_to_answers_them(ground: Ground) -> None:
    """With its number and its sign; who wrote to nobody yet hears of the first."""
    first, second = Air(), Air()
    clock, rules = ground.clock, Terms(ZONE)
    one = SmsSender(first, ground.shared, clock, Voice(rules, ("1061", "1062"), "甲"))
    two = SmsSender(second, ground.shared, clock, Voice(rules, ("1069",), "乙"))
    board = Switchboard(one, {"1061": one, "1062": one, "1069": two})
    reach = ""
    for to in ("", "1069", "1062", "gone"):
        if to:
            reach = board.heard(NUMBER, write(Wrote(f"m {to}", to)), reach).reach
        say = Say(Outbound(id=f"answer {to}", at=clock.ms(), text="好"), ())
        reach = (await board.send(NUMBER, say, 0, reach)).reach
    assert [(sms.sender, sms.text) for sms in first.sent] == [
        ("1061", "【甲】好"), ("1062", "【甲】好"), ("1061", "【甲】好")]
    assert [(sms.sender, sms.text) for sms in second.sent] == [("1069", "【乙】好")]


async def test_each_channel_hears_for_its_own_numbers(ground: Ground) -> None:
    """Two providers may give the same id; what came for an extension is for the channel's first number."""
    heard: list[Inbound] = []

    async def accept(inbound: Inbound) -> Literal["new", "duplicate"]:
        heard.append(inbound)
        return "new"

    other = replace(BRIDGE, name="other", numbers=("10698765",), sign="另一条")
    parts = SmsParts(Config(sms=(BRIDGE, other)), SmsGround(
        store=ground.store, accept=accept, replies=Replies(Path("templates/replies")), clock=ground.clock,
        ids=ground.ids, zone=ZONE, public=ground.public, door=ground.store.shared))
    try:
        for ear in parts.ears:
            await ear.hands.take(Arrival("1", NUMBER, "1069876501", "路灯坏了", ground.clock.ms()))
        assert [one.id for one in heard] == ["bridge.1", "other.1"]
        assert [written_to(parts.sender.heard(NUMBER, one.note or "", "").reach) for one in heard] == [
            "10612345", "10698765"]
        assert {route.path for route in parts.channel.routes()} == {
            f"/sms/{name}/{what}" for name in ("bridge", "other") for what in ("mo", "status", "dlr")}
        assert {name: await check() for name, check in parts.watched.items()} == {"sms.bridge": None, "sms.other": None}
    finally:
        await parts.close()


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
