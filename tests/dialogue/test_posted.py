"""A form posted whole: every fault at once, in the template's order; without one it is filed."""
from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Ask, File, Say
from gateway.dialogue.posted import file_order, read_order
from gateway.dialogue.template import read
from gateway.dialogue.understood import Known, Understood
from gateway.fields.base import Value
from gateway.messages import Order, Text
from tests.dialogue.small import PARCEL, catalog, city, document
from tests.dialogue.talker import NOW
from tests.tables import table

TURN = Understood(Text(""), NOW, city())
COMPLETE: dict[str, Value] = {
    "carrier": "顺丰", "tracking_number": "sf 1234567890123", "problem": "lost", "goods_value": "三百二十块",
    "sender_address": "广州海珠区新港中路", "receiver_address": "北京朝阳区建国路", "contact_phone": "138 0013 8000",
    "description": "快递丢了，客服一直不处理",
}
PHOTO = "0123456789abcdef" * 2


def order(fields: dict[str, Value], kinds: dict[str, str] | None = None, template: str = "parcel") -> Order:
    return Order(template, 1, fields, kinds or {}, "answer")


def faults(
    fields: dict[str, Value], known: Catalog | None = None, kinds: dict[str, str] | None = None
) -> list[tuple[str, str]]:
    _, found = read_order(known or catalog(), TURN, "zh", order(fields, kinds))
    return [(fault.field, fault.code) for fault in found]


def test_a_form_without_fault_is_filed_as_the_chat_files_it() -> None:
    file, *said = file_order(catalog(), TURN, Dialogue(), order(COMPLETE))
    assert isinstance(file, File)
    assert (file.answer, file.draft.values["goods_value"].value) == ("answer", "320.00")
    assert all(value.confirmed for value in file.draft.values.values())
    assert file.key
    assert said[0] == Say("receipt")
    assert not any(isinstance(effect, Ask) for effect in said)


def test_canonical_values_and_peoples_words_are_the_same_form() -> None:
    canonical: dict[str, Value] = COMPLETE | {
        "carrier": "sf", "tracking_number": "SF1234567890123", "goods_value": "320.00",
        "contact_phone": "+8613800138000",
    }
    ours, theirs = (read_order(catalog(), TURN, "zh", order(fields))[0] for fields in (canonical, COMPLETE))
    assert {k: v.value for k, v in ours.draft.values.items()} == {k: v.value for k, v in theirs.draft.values.items()}


def test_faults_stand_in_the_order_of_the_form() -> None:
    given: dict[str, Value] = {"contact_phone": "12", "carrier": "nobody", "goods_value": "很多", "problem": "lost"}
    names = [field.id for field in PARCEL.fields]
    found = [name for name, _ in faults(given)]
    assert found == sorted(found, key=names.index)
    assert {("contact_phone", "phone"), ("carrier", "choice"), ("goods_value", "money")} <= set(faults(given))


def test_what_only_another_value_requires_is_missing() -> None:
    fields = tuple(changed(field, skippable=False) for field in PARCEL.fields)
    strict = catalog(changed(PARCEL, fields=fields))
    assert faults(COMPLETE | {"goods_value": ""}, strict) == [("goods_value", "missing")]
    assert faults(COMPLETE | {"goods_value": "", "problem": "delay"}, strict) == []
    assert faults(COMPLETE | {"goods_value": ""}) == [], "what may be skipped may be left out"


def test_a_field_of_no_form() -> None:
    assert faults(COMPLETE | {"colour": "red"}) == [("colour", "unknown")]


def test_a_rule_speaks_in_the_templates_words() -> None:
    same = COMPLETE | {"receiver_address": COMPLETE["sender_address"]}
    _, (fault,) = read_order(catalog(), TURN, "en", order(same))
    rule = next(rule for rule in PARCEL.rules if rule.kind == "differ")
    assert (fault.field, fault.code, fault.said) == (rule.ask, "differ", rule.say.en)
    assert faults(same | {"sender_address": ""}) == [("sender_address", "missing")], "a fault of its own comes first"


def test_a_nameless_form_needs_no_number_where_that_is_allowed() -> None:
    nameless = {name: value for name, value in COMPLETE.items() if name != "contact_phone"}
    assert faults(nameless | {"identity_mode": "anonymous"}) == []
    strict = catalog(read(document("parcel", anonymous=False)))
    assert faults(nameless | {"identity_mode": "anonymous"}, strict) == [("identity_mode", "anonymous")]


def test_what_the_channel_knows_stands_where_nothing_is_said() -> None:
    nameless = {name: value for name, value in COMPLETE.items() if name != "contact_phone"}
    known = replace(TURN, known=Known(phone="+8613900139000"))
    scene, found = read_order(catalog(), known, "zh", order(nameless))
    assert (found, scene.draft.values["contact_phone"].value) == ([], "+8613900139000")
    scene, _ = read_order(catalog(), known, "zh", order(COMPLETE))
    assert scene.draft.values["contact_phone"].value == "+8613800138000"


@table(("value", "kinds", "code"), [
    ([PHOTO], {}, "not_yours"), (PHOTO, {PHOTO: "image/jpeg"}, "files"), (["x"], {}, "files"),
])
def test_files_that_are_refused(value: Value, kinds: dict[str, str], code: str) -> None:
    assert faults(COMPLETE | {"evidence": value}, kinds=kinds) == [("evidence", code)]


def test_files_that_were_checked_go_with_the_form() -> None:
    scene, found = read_order(catalog(), TURN, "zh", order(COMPLETE | {"evidence": [PHOTO]}, {PHOTO: "image/jpeg"}))
    assert (found, scene.draft.uploads, scene.draft.kinds) == ([], (PHOTO,), {PHOTO: "image/jpeg"})


def test_a_template_nobody_knows() -> None:
    with pytest.raises(LookupError):
        read_order(catalog(), TURN, "zh", order({}, template="no_such_form"))
