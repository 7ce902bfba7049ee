"""How people answer: each question of the five templates, with everything else filled, and what the answer becomes."""
from __future__ import annotations

from typing import Any

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.fields.base import Value
from gateway.fields.city import City
from tests.dialogue.talker import Talker
from tests.tables import table

Row = tuple[str, str, Any]  # language, answer, canonical value; None: it cannot be read and is asked again

ANSWERS: dict[tuple[str, str], list[Row]] = {
    ("express_delivery", "carrier"): [
        ("zh", "是顺丰的", "sf"), ("zh", "顺风速运", "sf"), ("zh", "EMS吧", "ems"), ("zh", "园通", "yto"),
        ("zh", "第四个", "zto"),
        ("zh", "云达", "yunda"), ("zh", "J&T", "jt"), ("zh", "闪送", "other"), ("zh", "圆通或者申通", None),
        ("zh", "快递公司", None),
        ("en", "it's SF", "sf"), ("en", "China Post", "ems"), ("en", "the third one", "yto"),
        ("en", "FedEx", "other"),
    ],
    ("express_delivery", "tracking_number"): [
        ("zh", "sf1234567890123", "SF1234567890123"), ("zh", "ＳＦ１２３４５６７８９０１２３", "SF1234567890123"),
        ("zh", "SF 1234 5678 90123", "SF1234567890123"), ("zh", "单号是YT1234567890123", "YT1234567890123"),
        ("zh", "7731-2345-6789-01", "77312345678901"), ("zh", "我找一下", None), ("zh", "123", None),
        ("en", "It is JT1234567890123", "JT1234567890123"), ("en", "let me look", None),
    ],
    ("express_delivery", "problem"): [
        ("zh", "一直没收到", "delay"), ("zh", "弄丢了", "lost"), ("zh", "碎了", "damaged"),
        ("zh", "态度差", "service"), ("zh", "3", "damaged"),
        ("zh", "又骂人又弄丢", None), ("en", "late", "delay"), ("en", "it is missing", "lost"),
        ("en", "not damaged, just late", "delay"),
        ("en", "none of these", "other"),
    ],
    ("express_delivery", "my_role"): [
        ("zh", "寄件人", "sender"), ("zh", "我收", None), ("zh", "收件的", "receiver"),
        ("zh", "我是买家", "receiver"), ("zh", "2", "receiver"),
        ("en", "the sender", "sender"), ("en", "I ordered it", "receiver"), ("en", "addressee", "receiver"),
    ],
    ("shared_bike", "company"): [
        ("zh", "蓝色的那种", "hellobike"), ("zh", "滴滴青桔", "didi"), ("zh", "摩拜", "meituan"),
        ("zh", "好几家", "other"), ("zh", "松果", "other"),
        ("en", "the yellow ones", "meituan"), ("en", "Hellobike", "hellobike"), ("en", "not sure", "other"),
    ],
    ("shared_bike", "problem"): [
        ("zh", "挡路", "parking"), ("zh", "坏了", "damaged"), ("zh", "押金没退", "deposit"),
        ("zh", "多扣我钱", "billing"),
        ("en", "flat tyre", "damaged"), ("en", "I was overcharged", "billing"), ("en", "refund", "deposit"),
    ],
    ("shared_bike", "bike_numbers"): [
        ("zh", "8650012345，8650012346", ["8650012345", "8650012346"]), ("zh", "编号：8650012345", ["8650012345"]),
        ("zh", "8650012345和8650012346", ["8650012345", "8650012346"]),
        ("en", "8650012345 and 8650012346", ["8650012345", "8650012346"]),
    ],
    ("consumer_dispute", "purchase_date"): [
        ("zh", "上周三", "2026-11-18"), ("zh", "前天", "2026-11-21"), ("zh", "11月1号", "2026-11-01"),
        ("zh", "2025年12月24日", "2025-12-24"),
        ("zh", "2026/3/5", "2026-03-05"), ("zh", "明年一月", None), ("zh", "很久以前", None),
        ("en", "last Wednesday", "2026-11-18"), ("en", "5 March 2026", "2026-03-05"),
        ("en", "yesterday", "2026-11-22"),
        ("en", "a while ago", None),
    ],
    ("consumer_dispute", "requested_remedy"): [
        ("zh", "把钱退给我", "refund"), ("zh", "换个新的", "exchange"), ("zh", "修好就行", "repair"),
        ("zh", "假一赔三", "compensation"),
        ("zh", "道歉", "other"), ("zh", "不要退款，要赔偿", "compensation"),
        ("en", "my money back", "refund"), ("en", "a replacement", "exchange"), ("en", "fix it", "repair"),
        ("en", "damages", "compensation"),
    ],
    ("consumer_dispute", "contact_name"): [
        ("zh", "王先生", "王先生"), ("zh", "3000块", None), ("en", "Ms Li", "Ms Li"), ("en", "12345", None),
    ],
    ("construction_noise", "noise_kind"): [
        ("zh", "工地打桩", "construction"), ("zh", "邻居装修", "social"), ("zh", "冷却塔", "industrial"),
        ("zh", "高架上的车声", "traffic"),
        ("en", "building work", "construction"), ("en", "loud music", "social"), ("en", "the factory", "industrial"),
        ("en", "traffic", "traffic"), ("en", "it is loud", None),
    ],
    ("construction_noise", "ongoing"): [
        ("zh", "是", True), ("zh", "还在响", True), ("zh", "现在停了", False), ("zh", "没有", False),
        ("zh", "不知道怎么说", None),
        ("en", "yes, right now", True), ("en", "no, it stopped", False), ("en", "nope", False),
        ("en", "perhaps", None),
    ],
    ("construction_noise", "period"): [
        ("zh", "昨晚十点到凌晨两点", "2026-11-22T22:00:00+08:00/2026-11-23T02:00:00+08:00"),
        ("zh", "昨天22:30-23:30", "2026-11-22T22:30:00+08:00/2026-11-22T23:30:00+08:00"),
        ("en", "yesterday from 9pm to 11pm", "2026-11-22T21:00:00+08:00/2026-11-22T23:00:00+08:00"),
        ("zh", "说不准", None),
    ],
    ("general", "contact_phone"): [
        ("zh", "138-0013-8000", "+8613800138000"), ("zh", "电话：１３８００１３８０００", "+8613800138000"),
        ("zh", "020-83330000", "+862083330000"),
        ("zh", "1380013", None), ("zh", "没电话", None), ("en", "+86 138 0013 8000", "+8613800138000"),
        ("en", "my number is secret", None),
    ],
}
ROWS = [(template, field, *row) for (template, field), rows in ANSWERS.items() for row in rows]


def all_but(template: Template, missing: str) -> dict[str, Value]:
    """The template's own examples for every required field except one, and without goods that are gone or money."""
    fields: dict[str, Value] = {
        field.id: field.example.zh for field in template.fields
        if field.required and field.when is None and field.id != missing}
    return fields | {"requested_remedy": "repair"} if "requested_remedy" in fields else fields


@table(("template", "field", "language", "answer", "value"), ROWS)
def test_an_answer(
    template: str, field: str, language: str, answer: str, value: Any, catalog: Catalog, guangzhou: City
) -> None:
    talk = Talker(catalog, guangzhou, language=language)
    talk.fill(template, **all_but(catalog.newest[template], field))
    assert talk.asked == field
    talk.say(answer)
    assert talk.values.get(field) == value
    assert (talk.asked == field) is (value is None), "asked again only when it could not be read"


@table("template", sorted({template for template, _ in ANSWERS}))
def test_every_first_choice_can_be_tapped_and_typed(template: str, catalog: Catalog, guangzhou: City) -> None:
    """Each option of each asked choice: by tap, by number, by its label in both languages."""
    form = catalog.newest[template]
    for field in form.fields:
        if not field.required or field.type != "choice":
            continue
        for n, option in enumerate(field.options, 1):
            for words in (str(n), option.label.zh, option.label.en):
                talk = Talker(catalog, guangzhou)
                talk.fill(template, **all_but(form, field.id))
                talk.say(words)
                assert talk.values.get(field.id) == option.value, f"{field.id}: {words}"
            talk = Talker(catalog, guangzhou)
            talk.fill(template, **all_but(form, field.id))
            talk.choose(option.value)
            assert talk.values[field.id] == option.value
