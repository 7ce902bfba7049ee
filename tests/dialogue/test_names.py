"""The citizen's own name, out of the words around it."""
from __future__ import annotations

from gateway.dialogue.names import bare, introduced
from tests.tables import table


@table(("text", "name"), [
    ("我叫李女士，电话13800138000", "李女士"), ("本人叫王某某。", "王某某"), ("我的名字是陈小姐", "陈小姐"),
    ("我姓欧阳，", "欧阳"),
    ("我是王女士，住海珠区", "王女士"), ("姓名：赵某 ", "赵某"), ("My name is Ann Lee and I live here", "Ann Lee"),
    ("please call me Ms. Smith", "Ms. Smith"),
])
def test_a_name_in_a_story(text: str, name: str) -> None:
    place = introduced(text)
    assert place is not None
    assert text[slice(*place)] == name


@table("text", [
    "我叫外卖一直没送到", "我叫了车", "我叫他们来修", "店员叫我等着", "他叫李某", "我是业主", "call me back tomorrow",
    "the shop's name is Example Mart", "我叫不动他们",
])
def test_somebody_or_something_else(text: str) -> None:
    assert introduced(text) is None


@table(("answer", "name"), [
    ("李女士", "李女士"), ("我叫老张", "老张"), ("叫我老张就行", "老张"), ("免贵姓陈", "陈"), ("李女士 13800138000",
    "李女士"),
    ("It's Anna Smith, 138 0013 8000", "Anna Smith"), ("I'm Tom", "Tom"), ("Smith", "Smith"), ("叫", "叫"),
    ("姓何，何女士", "何女士"), ("李女士吧", "李女士"), ("王",
    "王"),
])
def test_an_answer_without_what_introduces_it(answer: str, name: str) -> None:
    assert bare(answer) == name


@table("text", ["我叫" * 20_000, "my name is " * 9_000, "我" * 50_000, "13800138000 " * 5_000])
def test_long_texts_are_quick(text: str) -> None:
    assert isinstance(bare(text), str)
