"""The work order keeps its contract whatever the form was, and the complainant stands where WIRE.md puts them."""
from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from gateway.orders import CaseEvent, CaseOp
from gateway.work_order import Attachment, Filing, FilledField, build, check
from tests.tables import table

CHINA = timezone(timedelta(hours=8))
AT = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
FIELD = FilledField("carrier", {"zh": "快递公司", "en": "Carrier"}, "singlevaluelist", "sf", "顺丰", "nlu")
FILING = Filing(
    work_order_id="WO-20261123-0000000001", at=AT, template="express_delivery", version=1, title="快递投诉",
    content="三天没动", category={"scheme": "sample", "level1": {"code": "03", "label": "消费维权"}}, fields=[FIELD],
    conversation="web:1", name="王", phone="+8613800138000", notice_version="2026-11", noticed_at=AT,
)


def test_the_published_example_validates() -> None:
    check(json.loads(Path("tests/data/work-order.example.json").read_text("utf-8")))


def test_a_named_filing() -> None:
    order = build(FILING)
    assert order["complainant"] == {
        "kind": "person", "name": "王", "phone": "+8613800138000", "email": None, "contact_ref": None,
        "contact_preference": "web",
    }
    assert (order["confidential"], order["status"], order["created_at"]) == (
        "none", "submitted", "2026-11-23T10:00:00+08:00"
    )
    assert order["privacy"]["retain_until"] == "2029-11-23"


@pytest.mark.parametrize(("identity", "kind"), [("confidential", "person"), ("anonymous", "anonymous")])
def test_a_wish_for_discretion_strips_the_complainant(identity: str, kind: str) -> None:
    order = build(replace(FILING, identity=identity))  # type: ignore[arg-type]
    assert order["complainant"]["kind"] == kind
    assert (order["complainant"]["name"], order["complainant"]["phone"]) == (None, None)
    assert order["confidential"] == "identity"
    assert "13800138000" not in json.dumps(order)


def test_an_enterprise_files_as_one() -> None:
    assert build(replace(FILING, enterprise=True))["complainant"]["kind"] == "enterprise"


def test_the_place_becomes_the_location() -> None:
    place: dict[str, str | float] = {
        "district": "海珠区", "adcode": "440105", "lat": 23.1, "long": 113.3, "datum": "GCJ02",
    }
    order = build(replace(FILING, place="海珠区新港中路1号", place_resolved=place))
    assert order["location"] == {
        "address": "海珠区新港中路1号", "region_code": "440105", "region_name": "海珠区", "lat": 23.1, "long": 113.3,
        "datum": "GCJ02",
    }


def test_without_a_place_there_is_no_location() -> None:
    assert build(FILING)["location"] is None


def test_a_previous_case_is_followed_and_files_are_attached() -> None:
    file = Attachment("a" * 32, "image/jpeg", 10, "0" * 64)
    order = build(replace(FILING, related="WO-20261101-0000000001", attachments=[file]))
    assert order["related"] == [{"work_order_id": "WO-20261101-0000000001", "relation": "follows"}]
    assert order["attachments"] == [msgspec.to_builtins(file)]


def test_long_words_are_cut_to_the_schema() -> None:
    order = build(replace(FILING, title="长" * 300, content="长" * 5000))
    assert (len(order["title"]), len(order["content"])) == (100, 4000)


def test_what_breaks_the_contract_is_never_built() -> None:
    with pytest.raises(ValueError, match=r"\$\.work_order_id breaks pattern"):
        build(replace(FILING, work_order_id="WO-1"))
    with pytest.raises(ValueError, match="breaks"):
        build(replace(FILING, noticed_at=datetime(2026, 11, 23), content=""))


def test_what_breaks_the_contract_is_told_without_the_citizens_words() -> None:
    with pytest.raises(ValueError, match="name breaks") as caught:
        build(replace(FILING, name="秘密" * 40))
    assert "秘密" not in str(caught.value)
    assert caught.value.__cause__ is None


@table("words", ["{{7*7}}", "{% include 'x' %}", "%s %(x)d", "${jndi:ldap://x}", "<img onerror=x>"])
def test_users_words_are_literal(words: str) -> None:
    order = build(replace(FILING, content=words, title=words, fields=[msgspec.structs.replace(FIELD, display=words)]))
    assert (order["content"], order["title"], order["fields"][0]["display"]) == (words, words, words)


def test_the_idempotency_key_names_order_operation_and_number() -> None:
    op = CaseOp("rework", "WO-20261123-0000000001", 2, {}, 0)
    assert op.key == "WO-20261123-0000000001:rework:2"


def test_an_event_needs_a_known_type() -> None:
    event = {"id": "1", "type": "case.closed", "time": "t", "source": "s", "subject": "WO", "seq": 1}
    assert msgspec.convert(event, CaseEvent).data.reply is None
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(event | {"type": "case.vanished"}, CaseEvent)
