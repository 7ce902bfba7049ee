"""The place in a sentence, the half that comes later, names behind their district, and answers that point at others."""
from __future__ import annotations

from time import perf_counter

from gateway.dialogue.places import completed, placed
from gateway.dialogue.sentences import name_in
from gateway.fields.address import TYPE
from gateway.fields.base import Context
from tests.dialogue.small import city, talker
from tests.dialogue.talker import NOW

PLACED = {
    "the gate is at 1080 Tongfu Road in Haizhu District": "1080 Tongfu Road in Haizhu District",
    "It stands at 1000 Xinzao Road, Panyu District": "1000 Xinzao Road, Panyu District",
    "it is right on Tongfu Road in Haizhu District, I think": "Tongfu Road in Haizhu District",
    "to my place, 1022 Changgang Road, Haizhu District": "1022 Changgang Road, Haizhu District",
    "my address is 1022 Changgang Road, Haizhu District": "1022 Changgang Road, Haizhu District",
    "那个工地就在天河区龙口西路1008号对面那里": "天河区龙口西路1008号对面",
    "我家住在荔湾区多宝路1066号3楼，谢谢": "荔湾区多宝路1066号3楼",
    "地址是海珠区新港中路1000号": "海珠区新港中路1000号",
    "寄到海珠区新港中路1000号的": "海珠区新港中路1000号",
}
# What says more of the place belongs to it.
KEPT = [
    "near 1080 Tongfu Road, Haizhu District", "1008 Longkou West Road, Tianhe District, opposite the school gate",
    "the corner of Tongfu Road and Jiangnan Avenue in Haizhu District",
    "building site at 1000 Kexue Avenue, Huangpu District",
    "黄埔区科学大道1000号那个工地", "天河区龙口西路1008号，楼下那排树旁边", "学校后门，海珠区新港中路1000号",
]
NAMES = {
    "白云区那个回音幼儿园": "白云区回音幼儿园", "白云区的那家回音超市": "白云区回音超市",
    "天河区有一家叫回音书店": "天河区回音书店",
    "it was at Example Optics": "Example Optics",
    "that's Example Mart": "Example Mart", "at Example Gym": "Example Gym",
    "白云区幼儿园": "白云区幼儿园", "Italian Example Bar": "Italian Example Bar", "it": "it",
}
COMPLETED = {
    ("天河区龙口西路", "门牌是1008号"): "天河区龙口西路1008号",
    ("天河区龙口西路", "1008号3栋402"): "天河区龙口西路1008号3栋402",
    ("新港中路1000号", "海珠区的"): "海珠区新港中路1000号",
    ("新港中路1000号", "是在海珠区"): "海珠区新港中路1000号",
    ("Jiangnan Road, Haizhu District", "number 1020, flat 302"):
        "Jiangnan Road, Haizhu District, number 1020, flat 302",
    ("1020 Jiangnan Road", "it's in Haizhu District"): "1020 Jiangnan Road, Haizhu District",
    ("天河区龙口西路1008号", "1009号"): None, ("海珠区新港中路1000号", "天河区的"): None,
    ("天河区龙口西路", "13800138000"): None, ("天河区龙口西路", "不知道"): None, ("Jiangnan Road", "five"): None,
}


def found(answer: str) -> str:
    return placed(answer, TYPE.find(answer, Context(NOW, city())))


def resolved(place: str) -> dict[str, str | float]:
    return dict(TYPE.read(place, Context(NOW, city())).resolved or {})


def test_the_place_is_taken_out_of_the_sentence() -> None:
    assert {answer: found(answer) for answer in PLACED} == PLACED


def test_what_says_more_of_the_place_stays() -> None:
    assert [found(answer) for answer in KEPT] == KEPT


def test_a_name_goes_with_its_district() -> None:
    assert {answer: name_in(answer) for answer in NAMES} == NAMES


def test_the_other_half_of_a_place() -> None:
    assert {(place, rest): completed(place, resolved(place), rest) for place, rest in COMPLETED} == COMPLETED


def test_no_place_takes_long() -> None:
    begun = perf_counter()
    for part in ("1", "1号", "flat 1 ", "在", "is at ", "区", "那里", "a "):
        text = part * (200 // len(part)) + "x"
        assert completed("天河区", {}, text) is None
        assert placed(text, [])
    assert perf_counter() - begun < 1.0


def test_an_answer_may_point_at_another_one() -> None:
    """Of the same kind, and only where there is one: 同上 at the first address is asked again."""
    for text in ("同上", "跟上面一样", "和刚才那个地址一样", "same as above", "same as before", "the same one"):
        talk = talker("parcel")
        talk.fill("parcel", carrier="sf", tracking_number="SF1234567890123", problem="delay",
                  sender_address="海珠区新港中路1000号", description="快件在中转站五天没有动过，也没人管",
                  contact_phone="13800138000")
        assert talk.asked == "receiver_address"
        talk.say(text)
        assert talk.values.get("receiver_address") == "海珠区新港中路1000号", text
    talk = talker("bike")
    talk.say("单车堵门口了")
    talk.say("同上")
    assert (talk.asked, "location" in talk.values) == ("location", False)
