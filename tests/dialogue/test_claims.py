"""Which field claims which span, and how strongly: the table behind "nothing is guessed"."""
from __future__ import annotations

from gateway.dialogue.claims import ALONE, ANNOUNCED, ASKED, Claim, announced, claims
from gateway.dialogue.draft import Draft
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Template
from gateway.fields.base import Reading, Span
from tests.dialogue.small import BIKE, PARCEL, SHOP, scene
from tests.tables import table

FORMS = {"parcel": PARCEL, "bike": BIKE, "shop": SHOP}


def form(template: Template, text: str) -> Scene:
    return scene(text).put(Draft("d", template.id, template.version, 0))


def claimed(template: str, text: str, asked: str | None = None) -> dict[tuple[str, str], int]:
    """(field, words) → rank, of every claim."""
    here = form(FORMS[template], text)
    field = here.template.field(asked) if asked else None
    return {(claim.field.id, claim.span.text): claim.rank for claim in claims(here, text, field)}


@table(("template", "text", "field", "words", "rank"), [
    # roles and cues announce
    ("parcel", "从海珠区新港中路寄到朝阳区建国路", "sender_address", "海珠区新港中路", ANNOUNCED),
    ("parcel", "从海珠区新港中路寄到朝阳区建国路", "receiver_address", "朝阳区建国路", ANNOUNCED),
    ("parcel", "单号SF1234567890123", "tracking_number", "SF1234567890123", ANNOUNCED),
    ("parcel", "保价500元", "insured_value", "500元", ANNOUNCED),
    ("parcel", "insured for 500 yuan", "insured_value", "500 yuan", ANNOUNCED),
    ("shop", "昨天买的", "bought", "昨天", ANNOUNCED),
    ("shop", "昨天坏的", "broke", "昨天", ANNOUNCED),
    ("shop", "付了300元", "paid", "300元", ANNOUNCED),
    ("shop", "要退300元", "refund", "300元", ANNOUNCED),
    ("shop", "商家：好又多", "merchant_name", "好又多", ANNOUNCED),
    ("shop", "the shop is called Example Mart, it is bad", "merchant_name", "Example Mart", ANNOUNCED),
    # a clause of its own announces a choice
    ("parcel", "是圆通的，一直没到", "carrier", "圆通", ANNOUNCED),
    ("parcel", "it's YTO, it never came", "carrier", "YTO", ANNOUNCED),
    # alone of its kind
    ("parcel", "顺丰的件SF1234567890123不见了", "tracking_number", "SF1234567890123", ALONE),
    ("parcel", "我投诉顺丰快递", "carrier", "顺丰", ALONE),
    ("bike", "海珠区新港中路的单车", "location", "海珠区新港中路", ALONE),
    ("bike", "有事打13800138000找我", "contact_phone", "13800138000", ALONE),
])
def test_a_claim(template: str, text: str, field: str, words: str, rank: int) -> None:
    assert claimed(template, text).get((field, words)) == rank


@table(("template", "text", "field"), [
    # no role, two addresses
    ("parcel", "海珠区新港中路那个件", "sender_address"), ("parcel", "海珠区新港中路那个件", "receiver_address"),
    # the other end's role
    ("parcel", "寄到朝阳区建国路", "sender_address"), ("parcel", "从海珠区新港中路寄出", "receiver_address"),
    # measures without their cue, or with somebody else's
    ("parcel", "客服说赔300元", "goods_value"), ("parcel", "客服说赔300元", "insured_value"),
    ("parcel", "保价500元", "goods_value"), ("shop", "昨天去找过", "bought"), ("shop", "昨天买的", "broke"),
    ("shop", "付了300元，还没吃", "refund"),
    # a cue in another clause
    ("shop", "买的时候好好的，昨天不转了", "bought"),
    # two options of one field
    ("parcel", "顺丰圆通都不行", "carrier"), ("parcel", "丢了还是延误不知道", "problem"),
    # somebody else's number
    ("bike", "客服电话13800138000", "contact_phone"), ("bike", "the driver's number is 13800138000", "contact_phone"),
    # a guess at a name
    ("shop", "在好又多超市门口摔了", "merchant_name"),
    # beyond the field's limits
    ("shop", "2027年1月1日买的", "bought"),
    # places nobody knows
    ("bike", "老地方路口那边", "location"),
    # what the order says anyway
    ("parcel", "是的，没错", "identity_mode"),
])
def test_no_claim(template: str, text: str, field: str) -> None:
    assert field not in {name for name, _ in claimed(template, text)}


def test_the_asked_field_claims_what_is_not_meant_for_another() -> None:
    assert claimed("parcel", "值300元", "insured_value")["insured_value", "300元"] == ASKED
    assert claimed("parcel", "300元", "goods_value")["goods_value", "300元"] == ASKED
    assert ("sender_address", "朝阳区建国路") not in claimed("parcel", "寄到朝阳区建国路", "sender_address")


@table(("text", "start", "end", "told"), [
    ("单号SF1", 2, 5, True), ("单号是：SF1", 4, 7, True), ("单号在面单上的那个SF1", 10, 13, True),
    ("单号，SF1", 3, 6, False),
    ("单号我真的是一个也记不起来了SF1", 15, 18, False), ("SF1单号", 0, 3, False), ("SF1", 0, 3, False),
])
def test_a_cue_stands_right_before(text: str, start: int, end: int, told: bool) -> None:
    field = PARCEL.field("tracking_number")
    assert announced(text, field, Span(start, end, text[start:end], Reading("SF1"))) is told


def test_the_strongest_claim_comes_first() -> None:
    field = PARCEL.field("carrier")

    def claim(rank: int, start: int, end: int, order: int = 0) -> Claim:
        return Claim(rank, order, field, Span(start, end, "x" * (end - start), Reading("sf")))

    asked, long, short, later = claim(ASKED, 5, 6), claim(ALONE, 0, 9), claim(ALONE, 0, 3), claim(ALONE, 0, 3, order=1)
    assert sorted([later, short, long, asked], key=lambda one: one.strength) == [asked, long, short, later]
