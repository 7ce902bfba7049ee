"""What is kept back for who wants to stay unknown; nothing for everybody else."""
from __future__ import annotations

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Draft, Filled
from gateway.withholding import redacted, withheld
from tests.tables import table

HIDDEN = {"identity_mode": Filled("confidential", "")}


def draft(template: str = "general", **values: str) -> Draft:
    return Draft("d", template, 1, 0, {**HIDDEN, **{name: Filled(value, "") for name, value in values.items()}})


@table(("text", "left"), [
    ("我叫李女士，电话138 0013 8000", "我叫李**，电话138 **** 8000"),
    ("my name is Ann Lee, call 13800138000", "my name is A******, call 138****8000"),
    ("司机电话13800138000", "司机电话13800138000"), ("the driver's number is 13800138000",
    "the driver's number is 13800138000"),
    ("订单261101-000033334444", "订单261101-000033334444"),
    ("单号SF1234567890123", "单号SF1234567890123"), ("020-81234567打不通", "020-****4567打不通"),
    ("", ""),
])
def test_traces_in_words(text: str, left: str) -> None:
    assert redacted(text, draft()) == left
    assert redacted(text, Draft("d", "general", 1, 0)) == text


def test_a_name_that_was_given_goes_wherever_it_stands() -> None:
    assert "王小明" not in redacted("王小明的快递没到，王小明很着急", draft(contact_name="王小明"))


@table(("template", "field", "said", "kept_back"), [
    ("construction_noise", "affected_address", {}, True), ("consumer_dispute", "contact_address", {}, True),
    ("consumer_dispute", "merchant_address", {}, False), ("express_delivery", "sender_name", {}, False),
    ("express_delivery", "sender_name", {"my_role": "sender"}, True),
    ("express_delivery", "receiver_phone", {"my_role": "sender"}, False),
    ("medical", "patient_name", {"patient_relation": "self"}, True), ("social_security", "resident_id", {}, True),
    ("utilities", "address", {}, False),
])
def test_fields(catalog: Catalog, template: str, field: str, said: dict[str, str], kept_back: bool) -> None:
    asked = catalog.newest[template].field(field)
    assert withheld(asked, draft(template, **said)) is kept_back
    assert not withheld(asked, Draft("d", template, 1, 0))


@table("text", ["我叫" * 20_000, "0" * 50_000, "司机" * 20_000])
def test_long_words_are_quick(text: str) -> None:
    redacted(text, draft())
