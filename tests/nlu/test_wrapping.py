"""Polite copies of training sentences."""
from __future__ import annotations

from nlu.clauses import COURTESIES
from nlu.training import Example
from nlu.wrapping import COPIES, Sentence, wrapped

WRAPPINGS = COURTESIES["wrappings"]


def test_a_matter_gets_copies_in_its_own_language() -> None:
    examples = [Example("complaint.general", text) for text in ("路灯不亮", "lamp is dark")]
    copies = [sentence for sentence in wrapped(examples, WRAPPINGS) if not sentence.original]
    assert len(copies) == 2 * COPIES
    assert all("路灯不亮" in copy.text and not copy.text.isascii() for copy in copies[:COPIES])
    assert all("lamp is dark" in copy.text and copy.text.isascii() for copy in copies[COPIES:])


def test_commands_and_courtesies_are_said_bare() -> None:
    assert wrapped([Example("greet", "你好"), Example("cancel", "取消")], WRAPPINGS) == [
        Sentence("你好", "greet", True), Sentence("取消", "cancel", True),
    ]


def test_which_wrapping_depends_on_the_words_alone() -> None:
    examples = [Example("complaint.general", f"第{n}盏路灯不亮") for n in range(20)]
    forwards = wrapped(examples, WRAPPINGS)
    assert set(wrapped(examples[::-1], WRAPPINGS)) == set(forwards)
    assert len({sentence.text.replace(sentence.text[3:5], "") for sentence in forwards}) > 5


def test_a_brace_in_the_words_stays_as_it_is() -> None:
    (_, copy, *_) = wrapped([Example("complaint.general", "路灯 {7} {{x}} %s")], WRAPPINGS)
    assert "路灯 {7} {{x}} %s" in copy.text


def test_every_wrapping_has_its_place() -> None:
    assert all(line.count("{}") == 1 for lines in WRAPPINGS.values() for line in lines)
