"""POST /api/work-orders and what comes after it, against the whole gateway."""
from __future__ import annotations

import asyncio
import random
from typing import Any, Literal

import pytest

from gateway.api.posting import OrderRequest, Posting
from gateway.citizens import Citizens
from gateway.dialogue.catalog import Catalog
from gateway.errors import Unavailable
from gateway.messages import Form, Inbound, Text, decode_outbound, encode
from gateway.protocols import Accept
from gateway.uploads import Uploads
from tests import project
from tests.api.hotline import Answer, Client, fits
from tests.api.test_fuzz import ODD
from tests.journeys.hotline import Hotline, Staff
from tests.until import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAMP = {"description": "楼下的路灯坏了三天了，一直没有人来修", "contact_phone": "138 0013 8000"}
PARCEL = {
    "carrier": "顺丰", "tracking_number": "sf 1234567890123", "problem": "lost", "goods_value": "三百二十块",
    "sender_address": "广州海珠区新港中路", "receiver_address": "北京朝阳区建国路", "my_role": "寄件人",
    "contact_phone": "138 0013 8000", "description": "快递丢了三天了，客服一直不处理",
}


# --- filing -------------------------------------------------------------------------------------------------

async def test_a_form_becomes_a_work_order_with_canonical_values(client: Client) -> None:
    answer = await client.file("express_delivery", PARCEL)
    assert answer.status == 201, answer.body
    fits("/api/work-orders", "post", "201", answer.body)
    assert answer.headers["Location"] == f"/api/work-orders/{answer.body['work_order_id']}"

    case = await client.hotline.case(answer.body["work_order_id"])
    fields = {field["code"]: field["value"] for field in case.order["fields"]}
    assert (fields["carrier"], fields["tracking_number"], fields["goods_value"], fields["my_role"]) == (
        "sf", "SF1234567890123", "320.00", "sender")
    assert case.order["complainant"]["phone"] == "+8613800138000"
    assert case.conversation == await client.conversation()
    assert case.completeness is not None
    assert 0.7 < case.completeness <= 1
    assert answer.body["due"] == case.due


@pytest.mark.parametrize(("change", "faults"), [
    ({"tracking_number": None}, {"tracking_number": "missing"}),
    ({"goods_value": None}, {"goods_value": "missing"}),
    ({"contact_phone": "12", "goods_value": "很多"}, {"contact_phone": "phone", "goods_value": "money"}),
    ({"colour": "red"}, {"colour": "unknown"}),
    ({"receiver_address": "广州海珠区新港中路"}, {"receiver_address": "differ"}),
    ({"carrier": ["sf"]}, {"carrier": "choice"}),
    ({"evidence": ["0" * 32]}, {"evidence": "not_yours"}),
    ({"evidence": "words"}, {"evidence": "files"}),
], ids=str)
async def test_every_fault_is_named_with_its_field(
    client: Client, change: dict[str, Any], faults: dict[str, str]
) -> None:
    answer = await client.file("express_delivery", PARCEL | change)
    assert (answer.status, answer.faults) == (422, faults)


async def test_who_insists_is_heard_by_a_person(client: Client) -> None:
    """In the chat, too, a rule is said twice at the most; then the clerk decides."""
    same = PARCEL | {"receiver_address": PARCEL["sender_address"]}
    assert (await client.file("express_delivery", same)).faults == {"receiver_address": "differ"}
    assert (await client.file("express_delivery", same, insist=True)).status == 201
    assert (await client.file("express_delivery", {}, insist=True)).status == 422


async def test_an_empty_form_misses_all_that_is_required(client: Client) -> None:
    answer = await client.file("express_delivery", {})
    assert set(answer.faults.values()) == {"missing"}
    assert {"carrier", "tracking_number", "contact_phone", "description"} <= answer.faults.keys()
    assert "goods_value" not in answer.faults, "nothing was lost yet"


async def test_who_stays_anonymous_leaves_no_number(client: Client) -> None:
    answer = await client.file("general", {"description": LAMP["description"], "identity_mode": "匿名"})
    case = await client.hotline.case(answer.body["work_order_id"])
    assert (case.order["complainant"]["kind"], case.order["complainant"]["phone"]) == ("anonymous", None)


async def test_faults_are_said_in_the_language_of_the_session(hotline: Hotline) -> None:
    zh, en = await Client(hotline).begin("zh"), await Client(hotline).begin("en")
    said = [
        (await client.file("general", {"description": "短"}, version=version)).body
        for client in (zh, en) for version in (1.5, None)
    ]
    assert [body["title"].isascii() for body in said] == [False, False, True, True]
    assert "too short" in said[3]["errors"][0]["message"]
    assert "太短" in said[1]["errors"][0]["message"]
    body = await en.ask("POST", "/api/work-orders", {}, Idempotency_Key="x", Accept_Language="zh")
    assert body.said["template"] == "This is missing", "the session's language wins"


async def test_danger_stands_first(hotline: Hotline) -> None:
    client = await Client(hotline).begin("en")
    burning = {"description": "楼下着火了，有人被困在电梯里", "contact_phone": "138 0013 8000"}
    answer = await client.file("general", burning)
    assert answer.body["emergency"]["number"] == "119"
    assert answer.body["emergency"]["what"].isascii()
    (receipt,) = await hotline.gateway.store.shared.feed_read(await client.conversation(), None)
    assert decode_outbound(receipt.body).text.split("\n")[0].count("119") == 1
    assert (await client.file("general", LAMP)).body["emergency"] is None


async def test_templates_and_versions_that_are_not_there(client: Client) -> None:
    assert (await client.file("nothing", LAMP)).status == 404
    assert (await client.file("general", LAMP, version=9_999)).faults == {"version": "version"}


async def test_without_session_or_key_nothing_is_filed(hotline: Hotline, client: Client) -> None:
    assert (await Client(hotline).file("general", LAMP)).status == 401
    body = {"template": "general", "fields": LAMP}
    assert (await client.ask("POST", "/api/work-orders", body)).body["code"] == "idempotency_key_missing"
    assert (await client.file("general", LAMP, key="x" * 256)).status == 422


async def test_evidence_is_the_callers_own_upload(client: Client, hotline: Hotline) -> None:
    mine, stranger = await client.upload(), await Client(hotline).begin()
    theirs = await stranger.upload()
    assert (await client.file("general", LAMP | {"evidence": [mine, theirs]})).faults == {"evidence": "not_yours"}
    filed = await client.file("general", LAMP | {"evidence": [mine]})
    case = await hotline.case(filed.body["work_order_id"])
    assert [one["id"] for one in case.order["attachments"]] == [mine]


# --- the key ------------------------------------------------------------------------------------------------

async def test_the_same_key_and_body_give_the_same_answer(client: Client) -> None:
    first = await client.file("general", LAMP, key="once")
    assert (await client.file("general", dict(reversed(LAMP.items())), key="once")).body == first.body
    assert len((await client.ask("GET", "/api/work-orders")).body["work_orders"]) == 1


async def test_another_body_with_the_key_is_refused(client: Client) -> None:
    await client.file("general", LAMP, key="once")
    other = await client.file("general", LAMP | {"description": "另外一盏路灯也坏了，晚上很黑"}, key="once")
    assert (other.status, other.body["code"]) == (422, "idempotency_mismatch")


async def test_a_key_that_failed_may_be_used_for_what_is_put_right(client: Client) -> None:
    assert (await client.file("general", {"description": "短"}, key="again")).status == 422
    assert (await client.file("general", LAMP, key="again")).status == 201


async def test_a_key_is_forgotten_after_its_time(hotline: Hotline) -> None:
    client = await Client(hotline).begin()
    first = await client.file("general", LAMP, key="week")
    for _ in range(6):  # a session that is used lives on
        hotline.clock.advance(86_400)
        assert (await client.file("general", LAMP, key="week")).body == first.body
    hotline.clock.advance(86_401)
    second = await client.file("general", LAMP, key="week")
    assert second.status == 201
    assert second.body["work_order_id"] != first.body["work_order_id"]


async def test_a_key_belongs_to_its_citizen(client: Client, hotline: Hotline) -> None:
    other = await Client(hotline).begin()
    first, second = await client.file("general", LAMP, key="k"), await other.file("general", LAMP, key="k")
    assert first.body["work_order_id"] != second.body["work_order_id"]


async def test_two_at_once_make_one_work_order(client: Client) -> None:
    answers = await asyncio.gather(*(client.file("general", LAMP, key="race") for _ in range(6)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status == 409)
    assert len({answer.body["work_order_id"] for answer in answers if answer.status == 201}) == 1
    assert len((await client.ask("GET", "/api/work-orders")).body["work_orders"]) == 1
    assert (await client.file("general", LAMP, key="race")).status == 201


async def test_one_that_is_still_running_is_told_to_come_back(client: Client, hotline: Hotline) -> None:
    """The item is in the mailbox, its turn has not come: another one holds the conversation."""
    lanes, conversation = hotline.gateway.store.lanes, await client.conversation()
    hello = encode(Inbound("held", conversation, "web", hotline.clock.ms(), Text("你好")))
    held = await lanes.ingest("in", conversation, "held", hello, owner="stopped")
    assert held.lease is not None
    running = asyncio.create_task(client.file("general", LAMP, key="slow"))

    async def waits() -> bool:
        return (await lanes.stats())["in"].waiting == 2

    await until(waits)
    repeat = await client.file("general", LAMP, key="slow")
    assert (repeat.status, repeat.body["code"], repeat.headers["Retry-After"]) == (409, "running", "1")
    await lanes.release(held.lease)
    assert (await running).status == 201
    assert (await client.file("general", LAMP, key="slow")).body == (await running).body


async def test_a_crash_before_the_mailbox_leaves_nothing_and_the_repeat_files_it(
    client: Client, hotline: Hotline, catalog: Catalog
) -> None:
    async def full(inbound: Inbound) -> Literal["new", "duplicate"]:
        raise Unavailable("the disk is full")

    visitor = await hotline.session(client.token)
    asked = OrderRequest("general", dict(LAMP))
    with pytest.raises(Unavailable):
        await posting(hotline, catalog, full).post(visitor, asked, "crash")
    assert (await client.ask("GET", "/api/work-orders")).body == {"work_orders": []}
    assert (await client.file("general", LAMP, key="crash")).status == 201


async def test_a_crash_before_the_answer_leaves_a_work_order_that_the_repeat_finds(
    client: Client, hotline: Hotline, catalog: Catalog
) -> None:
    async def gone(inbound: Inbound) -> Literal["new", "duplicate"]:
        await hotline.gateway.intake.accept(inbound)
        raise ConnectionResetError

    visitor = await hotline.session(client.token)
    with pytest.raises(ConnectionResetError):
        await posting(hotline, catalog, gone).post(visitor, OrderRequest("general", dict(LAMP)), "cut")
    repeat = client.file("general", LAMP, key="cut")
    answers = [await repeat]
    while answers[-1].status == 409:
        answers.append(await client.file("general", LAMP, key="cut"))
    (mine,) = (await client.ask("GET", "/api/work-orders")).body["work_orders"]
    assert answers[-1].body["work_order_id"] == mine["work_order_id"]


def posting(hotline: Hotline, catalog: Catalog, accept: Accept) -> Posting:
    gateway = hotline.gateway
    store = gateway.store
    return Posting(
        catalog=catalog, city=gateway.city, replies=project.replies(),
        citizens=Citizens(store.records, store.shared, gateway.ids),
        uploads=Uploads(gateway.blobs, store.records, gateway.clock, gateway.ids), records=store.records,
        shared=store.shared, accept=accept, clock=gateway.clock, ids=gateway.ids, keep_ms=60_000,
    )


# --- in the chat ----------------------------------------------------------------------------------------------

async def test_the_form_open_in_the_chat_is_not_touched(client: Client, hotline: Hotline) -> None:
    conversation = await client.conversation()
    await hotline.gateway.intake.accept(
        Inbound("form", conversation, "web", hotline.clock.ms(), Form("express_delivery", {"carrier": "sf"})))

    async def open_() -> Answer:
        return await client.ask("GET", "/api/draft")

    async def begun() -> bool:
        return (await open_()).status == 200

    await until(begun)
    before = await open_()
    fits("/api/draft", "get", "200", before.body)
    assert before.body["fields"]["carrier"] == {"value": "sf", "display": "顺丰", "flagged": False}
    assert before.body["missing"][0] == "tracking_number"

    assert (await client.file("general", LAMP)).status == 201
    assert (await open_()).body == before.body
    feed = await hotline.gateway.store.shared.feed_read(conversation, None)
    receipt = decode_outbound(feed[-1].body)
    assert receipt.ask == decode_outbound(feed[-2].body).ask, "and its question follows the receipt"
    assert (receipt.work_order or "-") in receipt.text


async def test_no_form_is_open(client: Client, hotline: Hotline) -> None:
    assert (await client.ask("GET", "/api/draft")).status == 204
    assert (await Client(hotline).ask("GET", "/api/draft")).status == 401


async def arrives(staff: Staff, number: str) -> None:
    """The desk has the case: it may be accepted."""
    async def there() -> bool:
        return bool((await staff.case(number))["actions"])

    await until(there)


# --- progress -------------------------------------------------------------------------------------------------

async def test_progress_is_told_in_the_callers_language(hotline: Hotline) -> None:
    clerk, code = await hotline.staff("supervisor"), hotline.gateway.city.departments[0]
    for language, department in (("zh", code.zh), ("en", code.en)):
        client = await Client(hotline).begin(language)
        number = (await client.file("general", LAMP)).body["work_order_id"]
        await arrives(clerk, number)
        await clerk.acts(number, "accept")
        await clerk.acts(number, "dispatch", department=code.code)
        await clerk.acts(number, "progress", text="Fixing it")
        await hotline.until(number, lambda case: case.status == "in_progress")
        told = (await client.ask("GET", f"/api/work-orders/{number}")).body
        fits("/api/work-orders/{work_order}", "get", "200", told)
        assert [step["what"] for step in told["progress"]] == ["filed", "accepted", "dispatched", "progress"]
        assert department in told["progress"][2]["label"]
        assert all(step["label"].isascii() == (language == "en") for step in told["progress"])
        assert told["title"].isascii() == (language == "en")
        listed = (await client.ask("GET", "/api/work-orders")).body
        fits("/api/work-orders", "get", "200", listed)
        assert listed["work_orders"] == [told]


async def test_to_everybody_else_there_is_no_such_case(client: Client, hotline: Hotline) -> None:
    filed = (await client.file("general", LAMP)).body
    path, stranger = f"/api/work-orders/{filed['work_order_id']}", await Client(hotline).begin()
    missing = await stranger.ask("GET", "/api/work-orders/WO-20261123-0000000000")
    for asked in (
        stranger.ask("GET", path), Client(hotline).ask("GET", path), Client(hotline, "x" * 43).ask("GET", path),
        stranger.ask("POST", path + "/comments", {"text": "x"}),
        stranger.ask("POST", path + "/ratings", {"resolved": "yes"}),
        Client(hotline).ask("GET", path, Lookup_Code="000000" if filed["lookup_code"] != "000000" else "1"),
        Client(hotline).ask("GET", "/api/work-orders/WO-20261123-0000000000", Lookup_Code=filed["lookup_code"]),
        Client(hotline).ask("GET", "/api/work-orders/nonsense"),
    ):
        answer = await asked
        assert (answer.status, answer.body) == (404, missing.body)
    assert (await Client(hotline).ask("GET", "/api/work-orders")).status == 401


async def test_number_and_code_show_the_progress_but_not_what_the_citizen_wrote(
    client: Client, hotline: Hotline
) -> None:
    hotline.clock.advance(3601)  # other tests have guessed
    filed = (await client.file("general", LAMP)).body
    path = f"/api/work-orders/{filed['work_order_id']}"
    assert (await client.ask("POST", path + "/comments", {"text": "还有一盏也坏了"})).status == 202
    await hotline.until(filed["work_order_id"], lambda case: len(case.history) == 2)
    nobody = Client(hotline)
    by_header = await nobody.ask("GET", path, Lookup_Code=filed["lookup_code"], Accept_Language="en")
    by_query = await nobody.ask("GET", f"{path}?lookup_code={filed['lookup_code']}", Accept_Language="en")
    assert (by_header.status, by_header.body) == (200, by_query.body)
    assert [(step["label"], step["text"]) for step in by_header.body["progress"]] == [
        ("Registered", None), ("You added something", None)]
    assert (await client.ask("GET", path)).body["progress"][1]["text"] == "还有一盏也坏了"


async def test_a_code_may_be_guessed_five_times_in_an_hour(client: Client, hotline: Hotline) -> None:
    hotline.clock.advance(3601)
    filed = (await client.file("general", LAMP)).body
    path, nobody = f"/api/work-orders/{filed['work_order_id']}", Client(hotline)
    wrong = f"{(int(filed['lookup_code']) + 1) % 1_000_000:06d}"
    for _ in range(3):  # the right one costs nothing
        assert (await nobody.ask("GET", path, Lookup_Code=filed["lookup_code"])).status == 200
    for _ in range(5):
        assert (await nobody.ask("GET", path, Lookup_Code=wrong)).status == 404
    assert (await nobody.ask("GET", path, Lookup_Code=filed["lookup_code"])).status == 404, "not even the right one"
    assert (await client.ask("GET", path)).status == 200, "its citizen needs none"
    hotline.clock.advance(3601)
    assert (await nobody.ask("GET", path, Lookup_Code=filed["lookup_code"])).status == 200


async def test_the_code_stands_in_the_receipt_alone(client: Client, hotline: Hotline) -> None:
    filed = (await client.file("general", LAMP)).body
    code, conversation = filed["lookup_code"], await client.conversation()
    records = hotline.gateway.store.records
    lines = b"".join(line.body for line in await records.find("transcript", "conversation", conversation))
    assert filed["work_order_id"].encode() in lines
    assert code.encode() not in lines.replace(filed["work_order_id"].encode(), b"")
    supervisor = await hotline.staff("supervisor")
    opened = await supervisor.reveals(filed["work_order_id"], "a test")
    assert code not in str(opened).replace(filed["work_order_id"], "")
    feed = await hotline.gateway.store.shared.feed_read(conversation, None)
    assert code in decode_outbound(feed[-1].body).text


# --- comments and ratings -------------------------------------------------------------------------------------

async def test_words_and_urging_reach_the_case_once(client: Client, hotline: Hotline) -> None:
    number = (await client.file("general", LAMP)).body["work_order_id"]
    path = f"/api/work-orders/{number}/comments"
    for _ in range(2):
        taken = await client.ask("POST", path, {"text": "今天又断电了"}, Idempotency_Key="c1")
        fits("/api/work-orders/{work_order}/comments", "post", "202", taken.body)
    await client.ask("POST", path, {"urge": True})
    case = await hotline.until(number, lambda case: len(case.history) >= 3)
    assert [line.what for line in case.history] == ["filed", "supplement", "urged"]
    assert (await client.ask("POST", path, {"text": " ", "urge": False})).status == 422
    assert (await client.ask("POST", path, {})).status == 422


async def test_a_closed_case_is_rated_and_goes_back(client: Client, hotline: Hotline) -> None:
    number = (await client.file("general", LAMP)).body["work_order_id"]
    path = f"/api/work-orders/{number}/ratings"
    answer = {"resolved": "no", "satisfaction": 1, "contacted": True, "reason": "没有人来修"}
    assert (await client.ask("POST", path, answer)).body["code"] == "not_closed"
    clerk = await hotline.staff("clerk")
    await arrives(clerk, number)
    await clerk.acts(number, "accept")
    await clerk.acts(number, "close", text="已修复")
    await hotline.until(number, lambda case: case.status == "closed")
    assert (await client.ask("POST", path.replace("ratings", "comments"), {"text": "x"})).body["code"] == "case_closed"
    rated = await client.ask("POST", path, answer)
    fits("/api/work-orders/{work_order}/ratings", "post", "202", rated.body)
    case = await hotline.until(number, lambda case: case.rated is not None)
    assert case.rated is not None
    given = case.rated
    assert (given.resolved, given.satisfaction, given.contacted, case.rework_due) == ("no", 1, "yes", True)
    assert (await client.ask("GET", f"/api/work-orders/{number}")).body["satisfaction"] == 1


# --- nonsense ---------------------------------------------------------------------------------------------------

async def test_no_value_breaks_the_filing(client: Client) -> None:
    chance, statuses = random.Random(7), set[int]()
    for _ in range(60):
        fields = {name: chance.choice(ODD) if chance.random() < 0.4 else value for name, value in PARCEL.items()}
        fields |= {chance.choice(["x", "", "evidence"]): chance.choice(ODD)}
        answer = await client.file("express_delivery", fields)
        statuses.add(answer.status)
        client.hotline.clock.advance(10)
    assert statuses <= {201, 400, 422}
    assert 422 in statuses
