"""The emergency gate: what must bring up a number, what must not, and how quickly."""
from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway import yamls
from gateway.emergency import INSTEAD, LONGEST, emergency, number_for
from gateway.fields.city import City

CASES = yamls.read(Path(__file__).with_name("emergency_cases.yaml"))
EVERY_KIND = frozenset(CASES["positives"])


@pytest.mark.parametrize("kind", CASES["positives"])
def test_danger_is_seen(kind: str) -> None:
    seen = {text: emergency(text) for text in CASES["positives"][kind]}
    assert {text: found for text, found in seen.items() if found != kind} == {}


def test_what_only_sounds_like_danger_is_left_alone() -> None:
    assert {text: found for text in CASES["negatives"] if (found := emergency(text))} == {}


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert sum(len(texts) for texts in CASES["positives"].values()) >= 60
    assert len(CASES["negatives"]) >= 120


@pytest.mark.parametrize("kind", sorted(INSTEAD))
def test_every_kind_has_a_number_in_the_sample_city(kind: str, guangzhou: City) -> None:
    number = number_for(kind, guangzhou)
    assert number is not None
    assert number.kind == kind


def test_a_city_without_a_number_of_the_kind_gets_the_next_best(guangzhou: City) -> None:
    few = replace(guangzhou, emergency=tuple(one for one in guangzhou.emergency if one.kind in ("fire", "police")))
    numbers = {kind: number_for(kind, few) for kind in INSTEAD}
    assert {kind: number.number for kind, number in numbers.items() if number} == {
        "fire": "119", "gas": "119", "trapped": "119", "hazard": "119",
        "violence": "110", "self_harm": "110", "medical": "110", "traffic": "110",
    }
    assert {number.also for number in numbers.values() if number} == {""}, "no other kind's second line"
    assert number_for("fire", replace(guangzhou, emergency=())) is None


@pytest.mark.parametrize("text", ["", "   ", "。！？", "12345", "\u200b\ufeff", "😀" * 50])
def test_nothing_is_nothing(text: str) -> None:
    assert emergency(text) is None


def test_full_width_and_traditional_writing_count() -> None:
    assert emergency("ＦＩＲＥ！") == "fire"
    assert emergency("樓下起火，煤氣洩漏") == "fire"


def test_danger_after_a_long_complaint_is_seen() -> None:
    assert emergency("我的快递三天没动了，" * 20 + "等一下，楼上着火了") == "fire"


def test_only_so_much_is_looked_at() -> None:
    assert emergency("快" * LONGEST + "，着火了") is None


@pytest.mark.parametrize("text", ["我们" * 500, "a" * 1000, "there is a " * 90, "没有人被困在电" * 140])
def test_no_text_takes_long(text: str) -> None:
    best = min(_seconds(text) for _ in range(5))
    assert best < 0.02, "matching must stay linear in the text"


def test_words_without_a_sign_cost_next_to_nothing() -> None:
    texts = ["13800138000", "是", "昨天下午三点", "SF1234567890123", "Zhang San", "天河区体育西路103号", "skip", "匿名"]
    best = sorted(min(_seconds(text) for _ in range(20)) for text in texts)
    assert best[len(best) // 2] < 0.000_1


def test_an_ordinary_message_costs_next_to_nothing() -> None:
    text = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
    assert min(_seconds(text) for _ in range(20)) < 0.001


def _seconds(text: str) -> float:
    before = time.perf_counter()
    emergency(text)
    return time.perf_counter() - before
