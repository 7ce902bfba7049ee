"""From a confirmed draft to the work order: what stands among the fields, what becomes something else."""
from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gateway import city as cities
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, Draft, Filled
from gateway.fields.city import City
from gateway.filing import Filer
from gateway.replies import Replies
from gateway.store.files import FolderBlobs
from gateway.store.sqlite import SqliteStore
from gateway.uploads import Uploads
from gateway.work_order import check
from tests.clock import ManualClock, SerialIds
from tests.images import jpeg

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HAIZHU = {"district": "海珠区", "city": "广州市", "adcode": "440105"}
EXPRESS = Draft("d1", "express_delivery", 0, 0, told=("三天没动了，客服也不回",), values={
    "carrier": Filled("sf", "顺丰"), "tracking_number": Filled("SF1234567890123", "SF1234567890123"),
    "problem": Filled("delay", "没动"), "my_role": Filled("sender", "寄件人"),
    "sender_address": Filled("广州海珠区新港中路", "广州海珠区新港中路", resolved=dict(HAIZHU)),
    "receiver_address": Filled("北京朝阳区建国路", "北京朝阳区建国路"),
    "contact_phone": Filled("+8613800138000", "138 0013 8000"), "contact_name": Filled("王小明样例", "王小明样例"),
    "description": Filled("三天没动了，客服也不回", "", "default"), "demand": Filled("尽快送到", "尽快送到"),
})


@pytest.fixture
async def uploads(tmp_path: Path) -> AsyncIterator[Uploads]:
    clock, ids = ManualClock(), SerialIds()
    store = SqliteStore(tmp_path / "f.db", clock, ids)
    await store.open()
    yield Uploads(FolderBlobs(tmp_path / "blobs"), store.records, clock, ids)
    await store.close()


@pytest.fixture
def filer(guangzhou: City, uploads: Uploads, wording: Replies) -> Filer:
    deadlines = cities.load_deadlines(Path("city"))
    return Filer(guangzhou, deadlines, wording, SerialIds(), uploads, 1096)


async def file(filer: Filer, catalog: Catalog, draft: Draft, **state: Any) -> dict[str, Any]:
    template = catalog.newest[draft.template]
    draft = replace(draft, version=template.version)
    filed, _ = await filer.file(draft, template, Dialogue(**state), "web:visitor", NOW)
    check(filed.order)
    return filed.order


def fields(order: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["code"]: field for field in order["fields"]}


async def test_the_templates_own_fields_stand_with_value_and_chinese_display(filer: Filer, catalog: Catalog) -> None:
    order = await file(filer, catalog, EXPRESS)
    found = fields(order)
    assert (found["carrier"]["value"], found["carrier"]["display"], found["carrier"]["label"]["en"]) == (
        "sf", "顺丰", catalog.newest["express_delivery"].field("carrier").label.en,
    )
    assert found["sender_address"]["resolved"] == HAIZHU
    assert "demand" in found


async def test_common_fields_go_where_they_belong(filer: Filer, catalog: Catalog) -> None:
    order = await file(filer, catalog, EXPRESS)
    assert not {"description", "contact_phone", "contact_name", "identity_mode"} & fields(order).keys()
    assert order["complainant"]["phone"] == "+8613800138000"
    assert "三天没动了，客服也不回" in order["content"]
    assert "SF1234567890123" in order["title"]
    assert order["due"]["resolve_by"] > order["created_at"]


async def test_where_it_came_from_without_who_it_was(filer: Filer, catalog: Catalog) -> None:
    """The openid stays in the gateway, as a phone number does."""
    filer = dataclasses.replace(filer, sources={"wechat:wxmini": "wechat_mini", "wechat:wwcity": "wechat_kf"})
    template = catalog.newest[EXPRESS.template]
    rows = [
        ("web:visitor", "web", "web", "web:visitor"), ("wechat:wxcity.oSomebody", "wechat_oa", "wechat", None),
        ("wechat:wxmini.oSomebody", "wechat_mini", "wechat", None), ("sms:+8613900139000", "sms", "sms", None),
        ("wechat:wwcity.wk1.wmSomebody", "wechat_kf", "wechat", None),
    ]
    for conversation, channel, preference, told in rows:
        draft = replace(EXPRESS, version=template.version)
        order = (await filer.file(draft, template, Dialogue(), conversation, NOW))[0].order
        found = order["channel"], order["complainant"]["contact_preference"], order["conversation_id"]
        assert found == (channel, preference, told)


@pytest.mark.parametrize("mode", ["confidential", "anonymous"])
async def test_who_wants_to_stay_unknown_stays_unknown(filer: Filer, catalog: Catalog, mode: str) -> None:
    values = {**EXPRESS.values, "identity_mode": Filled(mode, mode)}
    order = await file(filer, catalog, replace(EXPRESS, values=values))
    assert order["confidential"] == "identity"
    assert "13800138000" not in json.dumps(order)
    assert "王小明样例" not in json.dumps(order, ensure_ascii=False)


@pytest.mark.parametrize("mode", ["confidential", "anonymous"])
async def test_nor_do_free_words_and_the_home_betray_them(filer: Filer, catalog: Catalog, mode: str) -> None:
    story = "我叫王小明样例，住海珠区某某路5号，夜里一直在施工，我的电话13800138000，工地负责人电话13900139000"
    values = {
        "identity_mode": Filled(mode, mode), "description": Filled(story, story),
        "contact_name": Filled("王小明样例", ""), "source_location": Filled("海珠区某某路8号", ""),
        "affected_address": Filled("海珠区某某路5号", "", resolved={"district": "海珠区"}),
        "demand": Filled("打13800138000告诉我结果", ""),
    }
    order = await file(filer, catalog, Draft("d",
    "construction_noise", catalog.newest["construction_noise"].version, 0, values))
    text = json.dumps(order, ensure_ascii=False)
    assert not any(trace in text for trace in ("王小明样例", "13800138000", "某某路5号"))
    assert "affected_address" not in fields(order)
    assert fields(order)["source_location"]["value"] == "海珠区某某路8号"
    assert "13900139000" in order["content"], "somebody else's number is part of the matter"


async def test_english_words_stand_as_the_original(filer: Filer, catalog: Catalog) -> None:
    values = {**EXPRESS.values, "description": Filled("It has not moved for three days", "")}
    order = await file(filer, catalog, replace(EXPRESS, values=values), language="en")
    assert (order["language"], order["content_original"]) == ("en", "It has not moved for three days")
    assert fields(order)["carrier"]["display"] == "顺丰"


async def test_words_nobody_could_read_stand_as_they_are(filer: Filer, catalog: Catalog) -> None:
    strange = Filled("那个蓝色的公司", "那个蓝色的公司", flagged=True)
    order = await file(filer, catalog, replace(EXPRESS, values={**EXPRESS.values, "carrier": strange}))
    assert fields(order)["carrier"]["display"] == "那个蓝色的公司"
    assert fields(order)["carrier"]["datatype"] == "text"


@pytest.mark.parametrize("words", ["{{7*7}}", "{% include 'x' %}", "%s", "<img src=x onerror=alert(1)>", "${jndi:x}"])
async def test_templates_in_users_words_stay_words(filer: Filer, catalog: Catalog, words: str) -> None:
    values = {**EXPRESS.values, "description": Filled(words * 3, ""), "demand": Filled(words, words),
              "receiver_address": Filled(words, words)}
    order = await file(filer, catalog, replace(EXPRESS, values=values))
    assert words * 3 in order["content"]
    assert fields(order)["demand"]["value"] == words
    assert fields(order)["receiver_address"]["display"] == words


async def test_files_are_attached_and_kept_as_long_as_the_case(
    filer: Filer, catalog: Catalog, uploads: Uploads
) -> None:
    info = await uploads.keep("web:visitor", jpeg())
    template = catalog.newest["express_delivery"]
    draft = replace(EXPRESS, version=template.version, uploads=(info.id, "0" * 32))
    filed, puts = await filer.file(draft, template, Dialogue(), "web:visitor", NOW)
    assert [entry["id"] for entry in filed.order["attachments"]] == [info.id]
    assert [(put.kind, put.id, "unused" in put.index) for put in puts] == [("upload", info.id, False)]


@pytest.mark.parametrize(("field", "value"), [
    ("contact_phone", Filled("110", "110")),
    ("contact_name", Filled("长" * 300, "长" * 300)),
    ("occurred_at", Filled("The other Tuesday", "The other Tuesday", flagged=True)),
])
async def test_what_the_schema_is_narrower_for_is_filed_all_the_same(
    filer: Filer, catalog: Catalog, field: str, value: Filled
) -> None:
    order = await file(filer, catalog, replace(EXPRESS, values={**EXPRESS.values, field: value}))
    assert order["occurred_at"] is None
    assert order["complainant"]["phone"] in (None, "+8613800138000")
    assert len(order["complainant"]["name"]) <= 60


async def test_no_more_files_than_the_schema_takes(filer: Filer, catalog: Catalog, uploads: Uploads) -> None:
    info = await uploads.keep("web:visitor", jpeg())
    order = await file(filer, catalog, replace(EXPRESS, uploads=(info.id,) * 25))
    assert len(order["attachments"]) == 20


async def test_the_place_of_a_bike_becomes_the_location(filer: Filer, catalog: Catalog) -> None:
    place = Filled("海珠区新港中路地铁站A口", "", resolved={**HAIZHU})
    draft = Draft("d2", "shared_bike", 0, 0, values={
        "company": Filled("meituan", "美团"), "problem": Filled("parking", "乱停放"), "location": place,
        "description": Filled("堵住了盲道没法走", ""), "occurred_at": Filled("2026-11-22", "昨天"),
    })
    order = await file(filer, catalog, draft)
    assert order["location"]["region_code"] == "440105"
    assert order["occurred_at"] is None
    assert {one["code"]: one["value"] for one in order["fields"]}["occurred_at"] == "2026-11-22"
    timed = replace(draft, values={**draft.values, "occurred_at": Filled("2026-11-22T20:00:00+08:00", "昨晚八点")})
    order = await file(filer, catalog, timed)
    assert order["occurred_at"] == "2026-11-22T20:00:00+08:00"
    assert "occurred_at" not in {one["code"] for one in order["fields"]}


@pytest.mark.parametrize(("danger", "urgency", "due"), [
    (True, "urgent", "2026-11-26"), (False, "normal", "2026-12-14"), (None, "normal", "2026-12-14"),
])
async def test_what_is_dangerous_is_urgent(
    filer: Filer, catalog: Catalog, danger: bool | None, urgency: str, due: str
) -> None:
    values = {"kind": Filled("manhole", "井盖"), "location": Filled("天河区体育东路1000号", "天河区体育东路1000号")}
    if danger is not None:
        values["danger"] = Filled(danger, "差点摔进去")
    order = await file(filer, catalog, Draft("d2", "public_facility", 0, 0, values=values))
    assert (order["urgency"], order["due"]["resolve_by"][:10]) == (urgency, due)
