"""An answer as one of the offered options: by name, by a word, by number."""
from __future__ import annotations

from typing import Any

from gateway.dialogue.picking import number, pick
from tests import project
from tests.tables import table

CONFIRM = ("file", "change", "details", "confidential", "anonymous", "cancel")


@table(("text", "offered", "value"), [
    ("确认", CONFIRM, "file"), ("yes", CONFIRM, "file"), ("修改", CONFIRM, "change"), ("不对", CONFIRM, "change"),
    ("匿名", CONFIRM, "anonymous"), ("hide my name", CONFIRM, "confidential"), ("取消", CONFIRM, "cancel"),
    ("补充信息", CONFIRM, "details"),
    ("不", ("yes", "no"), "no"), ("继续", ("continue", "restart", "human"), "continue"),
    ("重新开始", ("continue", "restart", "human"), "restart"), ("人工", ("human", "continue"), "human"),
    ("都不是", ("parcel", "bike", "other"), "other"), ("parcel", ("parcel", "bike"), "parcel"),
    ("2", ("parcel", "bike"), "bike"), ("２", ("parcel", "bike"), "bike"), ("第二个", ("parcel", "bike"), "bike"),
    ("the second one", ("parcel", "bike"), "bike"), ("option 1", ("parcel", "bike"), "parcel"),
    ("没有了", ("demand", "evidence", "done"), "done"),
])
def test_an_option(text: str, offered: tuple[str, ...], value: str) -> None:
    assert pick(text, offered) == value


@table("text", ["3", "0", "也许", "12345", "", "我想想"])
def test_nothing_offered_is_meant(text: str) -> None:
    assert pick(text, ("parcel", "bike")) is None


def test_a_number_counts_only_where_options_are_numbered() -> None:
    assert pick("1", CONFIRM, by_number=False) is None


@table(("text", "n"), [("3", 3), ("３", 3), ("第三项", 3), ("三", 3), ("no. 2", 2), ("first", 1),
                                         ("三天", None), ("33333", None), ("", None)])
def test_numbers(text: str, n: int | None) -> None:
    assert number(text) == n


def _labels() -> list[Any]:
    cases: list[Any] = []
    replies = project.replies()
    offers = {"drop": ("drop", ("drop", "keep")), "keep": ("keep", ("drop", "keep")),
              "solved_yes": ("yes", ("yes", "no")), "solved_no": ("no", ("yes", "no")),
              "anyway": ("other", ("other",)), "afterwards": ("other", ("other",)), "next": ("yes", ("yes", "no")),
              "leave": ("no", ("yes", "no")), "leave_out": ("continue", ("human", "continue")),
              "discard": ("restart", ("continue", "restart", "human"))}
    for language in ("zh", "en"):
        for key in sorted(replies.keys(language)):
            if key.startswith("choice."):
                name = key.removeprefix("choice.")
                value, offered = offers.get(name, (name, (name,)))
                label = replies.render(language, "web", key)
                cases.append((label, offered, value))
    return cases


@table(("label", "offered", "value"), _labels())
def test_a_label_that_is_typed_counts_like_the_tap(label: str, offered: tuple[str, ...], value: str) -> None:
    assert pick(label, offered, by_number=False) == value
