from __future__ import annotations

import pytest

from gateway.errors import Unreadable
from gateway.fields.base import Reading, Span
from gateway.fields.roles import role_of, sent_on
from gateway.fields.spans import MAX_SPANS, apart, only, span
from gateway.fields.wordbreaks import runs
from tests.tables import table

TEXT = "0123456789" * 10


def at(start: int, end: int) -> Span:
    return span(TEXT, start, end, Reading(start))


def test_the_longer_span_wins_then_the_earlier() -> None:
    assert apart([at(0, 2), at(1, 5), at(5, 7), at(6, 8)]) == [at(1, 5), at(5, 7)]


def test_reading_order() -> None:
    assert apart([at(8, 9), at(2, 3), at(5, 6)]) == [at(2, 3), at(5, 6), at(8, 9)]


def test_never_more_than_a_person_would_name() -> None:
    assert len(apart(at(n, n + 1) for n in range(90))) == MAX_SPANS


def test_one_value_is_named_even_when_it_is_named_twice() -> None:
    assert only([at(1, 2), span(TEXT, 4, 5, Reading(1))], "phone") == Reading(1)


@pytest.mark.parametrize("spans", [[], [at(1, 2), at(3, 4)]])
def test_none_or_several_are_asked_again(spans: list[Span]) -> None:
    with pytest.raises(Unreadable) as refusal:
        only(spans, "phone")
    assert refusal.value.code == "phone"


def test_runs_are_cut_by_verbs_and_particles() -> None:
    text = "从广州海珠区寄到北京朝阳区的件"
    assert [text[start:end] for start, end in runs(text)] == ["广州海珠区", "北京朝阳区", "件"]


def test_a_name_that_holds_a_breaking_word_is_kept() -> None:
    text = "从从化区寄"
    assert [text[start:end] for start, end in runs(text)] == ["从化区"]


def test_runs_without_chinese_are_skipped() -> None:
    assert list(runs("abc 123, def")) == []


def test_a_role_by_the_words_before_or_after() -> None:
    text = "从甲地寄到乙地"
    assert role_of(text, 1, 3, None) == "sender"
    assert role_of(text, 5, 7, (3, "sender")) == "receiver"
    assert role_of("甲地收货", 0, 2, None) == "receiver"
    assert role_of("甲地", 0, 2, None) is None


@table(("between", "sent"), [
    ("寄", True), ("发往", True), (" → ", True), ("到", False), ("的快递寄", False),
])
def test_two_places_and_what_went_from_one_to_the_other(between: str, *, sent: bool) -> None:
    text = f"甲地{between}乙地"
    assert sent_on(text, 2, 2 + len(between)) is sent


def test_to_means_a_receiver_only_after_a_sender() -> None:
    text = "I went to Beijing"
    assert role_of(text, 10, 17, None) is None
    assert role_of("from A to B", 10, 11, (6, "sender")) == "receiver"


def test_a_cue_belongs_to_the_address_behind_it_only() -> None:
    text = "商家地址甲地，乙地"
    assert role_of(text, 4, 6, None) == "merchant"
    assert role_of(text, 7, 9, (6, "merchant")) is None
