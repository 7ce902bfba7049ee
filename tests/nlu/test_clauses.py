"""Cutting a message into clauses and taking the courtesies off."""
from __future__ import annotations

import time
from pathlib import Path

from gateway import yamls
from nlu.clauses import LONGEST, content, core, is_social, peeled, said, split
from tests.tables import table

CLAUSES = yamls.read(Path(__file__).with_name("clauses.yaml"))


@table(("message", "clauses"), [
    ("", []),
    ("。！…", []),
    ("快递丢了", ["快递丢了"]),
    ("快递丢了，没人管。怎么办？", ["快递丢了", "没人管", "怎么办"]),
    ("快递丢了 没人管 怎么办", ["快递丢了", "没人管", "怎么办"]),
    ("my bike is broken. The brake, I mean", ["my bike is broken", "The brake", "I mean"]),
    ("收了我1,000块，不退", ["收了我1,000块", "不退"]),
    ("it cost 3.50 yuan. Too much", ["it cost 3.50 yuan", "Too much"]),
    ("晚上22:30还在施工", ["晚上22:30还在施工"]),
    ("问题如下：路灯不亮", ["问题如下", "路灯不亮"]),
    ("第一行\n第二行", ["第一行", "第二行"]),
    ("SF 1234 5678", ["SF 1234 5678"]),
])
def test_where_clauses_end(message: str, clauses: list[str]) -> None:
    assert [clause.text for clause in split(message)] == clauses


@table("message", ["你好，快递丢了 ！ 怎么办", "  a, b ,c  ", "，，x，，", "Hello. My  lamp. Lost."])
def test_a_clause_knows_where_it_stands(message: str) -> None:
    assert all(message[clause.start:clause.end] == clause.text for clause in split(message))


@table("clause", CLAUSES["social"])
def test_courtesies_are_social(clause: str) -> None:
    assert is_social(clause)


@table("clause", CLAUSES["content"])
def test_what_carries_a_matter_is_not_social(clause: str) -> None:
    assert not is_social(clause)


@table(("message", "said"), [
    ("你好，快递丢了，谢谢！", "快递丢了"),
    ("你好！快递丢了。谢谢", "快递丢了。"),
    ("您好，我是一名市民，路灯坏了，楼道也黑，希望尽快处理，谢谢", "路灯坏了，楼道也黑"),
    ("快递丢了，谢谢，还有一个件也丢了", "快递丢了，谢谢，还有一个件也丢了"),
    ("Hello, my parcel is lost. Thanks a lot!", "my parcel is lost."),
    ("你好", "你好"),
    ("  谢谢！ ", "谢谢！"),
    ("", ""),
])
def test_content_is_what_was_written_without_the_courtesies(message: str, said: str) -> None:
    assert content(message) == said


@table(("clause", "core"), [
    ("你好我的快递丢了", "我的快递丢了"),
    ("我要投诉顺丰", "顺丰"),
    ("我想反映一下路灯不亮", "路灯不亮"),
    ("你好我是本地居民我想咨询反映一下路灯坏了希望能得到妥善解决麻烦了", "路灯坏了"),
    ("hi, I would like to report that my parcel is lost", "my parcel is lost"),
    ("my parcel is lost please help me", "my parcel is lost"),
    ("我要投诉", "我要投诉"),
    ("hi", "hi"),
    ("ＳＦ快遞", "sf快递"),
])
def test_courtesies_are_peeled_off_both_ends(clause: str, core: str) -> None:
    assert peeled(clause) == core


def test_clauses_are_weighed_together() -> None:
    assert said("你好，快递丢了，客服不理人") == ["快递丢了", "客服不理人"]
    assert core("你好，快递丢了，客服不理人") == "快递丢了 客服不理人"


def test_clauses_that_tell_nothing_are_left_out() -> None:
    assert core("快递丢了，客服不理人", lambda clauses: clauses[:1]) == "快递丢了"


def test_a_greeting_alone_is_weighed_as_it_is() -> None:
    assert said("你好！谢谢") == ["你好!谢谢"]


def test_no_more_than_300_characters_of_a_clause_or_of_all_count() -> None:
    assert said("快" * 1000) == ["快" * LONGEST]
    assert len(core("，".join(["快递" * 50] * 9))) == LONGEST


@table("text", [
    "请给我" * 500, "谢谢" * 800, "you " * 500, "please " + "to the " * 400 + "x", "投诉说讲问" * 400, "喂" * 2000,
    "你好" * 1000, "我想要反映一下问题" * 200 + "x", "请" * 1500, "，" * 5000, "a," * 3000,
])
def test_no_text_takes_long(text: str) -> None:
    def seconds() -> float:
        before = time.perf_counter()
        core(text)
        content(text)
        return time.perf_counter() - before

    assert min(seconds() for _ in range(3)) < 0.1, "matching must stay linear in the text"
