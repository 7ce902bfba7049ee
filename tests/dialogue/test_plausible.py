"""Remarks are no places and no names; whatever may be one is."""
from __future__ import annotations

from gateway.dialogue.plausible import plausible
from gateway.dialogue.template import Field
from gateway.fields.base import Words
from tests.dialogue.small import talker
from tests.tables import table

ANY = Words("某", "any")


def field(kind: str) -> Field:
    return Field("f", kind, ANY, ANY, ANY, ANY)


@table(("kind", "answer"), [
    ("address", "海珠区新港中路"), ("address", "菜市场门口"), ("address", "回音花园3栋"), ("address",
    "near the metro station"),
    ("address", "opposite Echo Mall"), ("address", "体育东路和天河路交叉口"),
    ("organisation", "好又多超市"), ("organisation", "不二家"), ("organisation", "都市丽人"), ("organisation",
    "没有公司"),
    ("organisation", "it is Echo Mart"), ("organisation", "Echo Bistro"), ("organisation", "we work"),
    ("text", "你等等"),
])
def test_may_be_one(kind: str, answer: str) -> None:
    assert plausible(field(kind), answer, None)


@table(("kind", "answer"), [
    ("address", "就我家楼下嘛"), ("address", "你等等"), ("address", "晚上洗个澡都出不来水"), ("address",
    "you know the one near uni"),
    ("address", "小朋友过马路太危险了 快派人来"),
    ("organisation", "都过期半个月了还摆在那里"), ("organisation", "他会不会知道是我举报的"), ("organisation",
    "公司不给报工伤"),
    ("organisation", "i do not remember what it was"),
])
def test_is_none(kind: str, answer: str) -> None:
    assert not plausible(field(kind), answer, None)


def test_what_the_city_knows_is_a_place() -> None:
    assert plausible(field("address"), "浙江义乌发来的", {"province": "浙江省"})


def test_a_remark_is_asked_about_once_and_the_second_answer_taken() -> None:
    talk = talker("bike")
    talk.say("单车堵门口了")
    talk.say("就我家楼下嘛")
    assert talk.said == ["problem.address", "example"]
    assert "location" not in talk.values
    talk.say("海珠区新港中路100号")
    assert talk.values["location"] == "海珠区新港中路100号"


def test_who_says_it_again_means_it() -> None:
    talk = talker("bike")
    talk.say("单车堵门口了")
    talk.say("就我家楼下嘛")
    talk.say("就我家楼下嘛")
    assert talk.values["location"] == "就我家楼下"


def test_a_question_said_twice_is_the_answer() -> None:
    talk = talker("shop")
    talk.say("我要投诉一家店")
    talk.say("什么时候都行吗")
    assert talk.asked == "merchant_name"
    talk.say("什么时候都行吗")
    assert talk.values.get("merchant_name") == "什么时候都行吗"
