"""Names and things out of their sentence; corrections however they begin; places in a list named in a sentence."""
from __future__ import annotations

from time import perf_counter

from gateway.dialogue.commands import Correction, Word, read
from gateway.dialogue.picking import place_in
from gateway.dialogue.sentences import name_in, thing_in
from tests.dialogue.small import talker

NAMES = {
    "孩子在越秀区回音小学读书": "越秀区回音小学",
    "在广州回音建筑工程有限公司上班": "广州回音建筑工程有限公司",
    "是一家叫回音舞蹈培训中心的机构": "回音舞蹈培训中心",
    "我去的是广州回音口腔医院": "广州回音口腔医院",
    "我住在天河区回音花园": "天河区回音花园",
    "就是楼下那家回音理发店": "回音理发店",
    "叫“回音咖啡”": "回音咖啡",
    "《回音》": "回音",
    "It's Example Optics in the mall": "Example Optics",
    "Example Optics, on the second floor": "Example Optics",
    "Echo Noodles, the branch on Tianhe Road": "Echo Noodles",
    "Echo Piano Academy on Tianhe Road": "Echo Piano Academy",
    "The full name is Guangzhou Echo Software Co., Ltd": "Guangzhou Echo Software Co., Ltd",
    "the shop is Echo Gadgets": "Echo Gadgets",
    "a training centre called Echo Maths": "a training centre called Echo Maths",
}
# Names that look like such a sentence.
WHOLE = [
    "回音一家亲超市",
    "拐角那家修车的 没招牌",
    "在水一方酒店",
    "Fish on Fire",
    "Example Trading Co., Ltd",
    "Bank of Example",
]
THINGS = {
    "买的是一副眼镜": "一副眼镜",
    "办了张健身年卡": "健身年卡",
    "挂的口腔科": "口腔科",
    "坐的是B2路": "B2路",
    "I bought a pair of glasses": "a pair of glasses",
    "it was the dental department": "dental department",
    "是非题": "是非题",
    "买单机": "买单机",
}
CORRECTIONS = {
    "等一下，刚才说错了，电话是13800138001": Correction("13800138001", "电话"),
    "哦不对是上周四": Correction("上周四"),
    "no wait, the receiver's address is 1 Example Road": Correction("1 Example Road", "receiver's address"),
    "everything is right except the phone, it should be 13800138001": Correction("13800138001", "phone"),
    "其他都对，就是地址应该是龙口东路1008号": Correction("龙口东路1008号", "地址"),
    "我刚才填的店的地址不对，店在天河路1002号": Correction("天河路1002号", "店的地址"),
    "number 4 should be last Thursday": Correction("last Thursday", "4"),
}
BACK = ["上一个答错了", "my last answer was wrong", "刚才填错了"]
PLACES = {
    "那就第三个吧": "3",
    "I'd go for the second one": "2",
    "option 4 please": "4",
    "the last one": "5",
    "最后一个": "5",
    "第二天就坏了": None,
    "the second time": None,
    "第一个或者第二个": None,
    "最后一个月": None,
}


def test_the_name_is_taken_out_of_the_sentence() -> None:
    assert {answer: name_in(answer) for answer in NAMES} == NAMES


def test_names_like_a_sentence_stay_whole() -> None:
    assert [name_in(answer) for answer in WHOLE] == WHOLE


def test_the_thing_is_taken_out_of_the_sentence() -> None:
    assert {answer: thing_in(answer) for answer in THINGS} == THINGS


def test_a_correction_may_begin_in_many_ways() -> None:
    assert {text: read(text) for text in CORRECTIONS} == CORRECTIONS


def test_the_answer_before_was_wrong() -> None:
    assert {read(text) for text in BACK} == {Word.BACK}


def test_a_place_in_the_list_within_a_sentence() -> None:
    assert {text: place_in(text, 5) for text in PLACES} == PLACES


def test_whose_name_it_is_says_the_noun_before() -> None:
    talk = talker("shop", language="en")
    talk.say("I want to complain about a shop")
    talk.say("Example Optics")
    assert talk.values["merchant_name"] == "Example Optics"
    talk.say("sorry, the shop's name is Example Eyewear")
    assert talk.values["merchant_name"] == "Example Eyewear"


def test_no_sentence_takes_long() -> None:
    begun = perf_counter()
    for part in ("在", "那家", "it is a ", "the ", "“", "买的", "on the ", "A "):
        text = part * (150 // len(part)) + "x"
        assert name_in(text)
        assert thing_in(text)
        assert place_in(text, 3) is None
        read(text)
    assert perf_counter() - begun < 1.0
