"""What surrounds a value, and how its characters are typed, must not change what is read.

The polite preamble is the weak spot of everything (NLU.md), so every table is read again inside one.
"""
from __future__ import annotations

from gateway.fields.base import NO_LIMITS
from gateway.fields.registry import TYPES
from tests.fields.table import Found, Read, context
from tests.fields.test_cases import TABLES
from tests.tables import table

PREAMBLES = (
    "你好，我是一名市民，想反映一个问题。", "麻烦你们帮忙看一下：", "Hello, I would like to report something. ",
    "😡😡", "\n\n",
)
CLOSINGS = ("。希望有关部门尽快处理，谢谢！", ". Thank you very much!", "😡", "\n")
UNSEEN = ("  {} ", "\u200b{}\ufeff")
MARKS = ("{}。", "{}！", "{}?")
WORDS = ("text", "address", "organisation", "list")  # kept as they were written, marks and letter case too
FULL_WIDTH = {code: chr(code + 0xFEE0) for code in range(0x30, 0x3A)}

each_type = table("name", TYPES)


def seen(case: Found) -> list[tuple[object, str | None]]:
    return [(one.value, one.role) for one in case.spans]


def found(name: str, case: Found, text: str) -> list[tuple[object, str | None]]:
    spans = TYPES[name].find(text, context(TABLES[name].options, case.limits))
    return [(span.reading.value, span.role) for span in spans]


def keeps_marks(name: str, case: Read) -> bool:
    """The answer is words, or canonical, where marks have a meaning."""
    return name in WORDS or "words" in (case.resolved or {}) or "T" in case.text


@each_type
@table("preamble", PREAMBLES)
def test_a_polite_beginning_changes_nothing(name: str, preamble: str) -> None:
    for case in TABLES[name].found:
        assert found(name, case, preamble + case.text) == seen(case), case.text


@each_type
@table("closing", CLOSINGS)
def test_a_polite_end_changes_nothing(name: str, closing: str) -> None:
    for case in TABLES[name].found:
        assert found(name, case, case.text + closing) == seen(case), case.text


@each_type
def test_full_width_digits_are_digits(name: str) -> None:
    """Words keep the digits that were typed; numbers are numbers."""
    for case in TABLES[name].found:
        expected = seen(case)
        if name in ("address", "organisation"):
            expected = [(str(value).translate(FULL_WIDTH), role) for value, role in expected]
        assert found(name, case, case.text.translate(FULL_WIDTH)) == expected, case.text


@each_type
@table("frame", [*UNSEEN, *MARKS])
def test_marks_around_an_answer_change_nothing(name: str, frame: str) -> None:
    for case in TABLES[name].read:
        if frame in UNSEEN or not keeps_marks(name, case):
            ctx = context(TABLES[name].options, case.limits, district=case.district)
            reading = TYPES[name].read(frame.replace("{}", case.text), ctx)
            assert (reading.value, reading.warnings) == (case.value, case.warnings), case.text


@each_type
def test_the_language_of_the_conversation_changes_nothing(name: str) -> None:
    """It decides wording, never understanding: both languages are always accepted."""
    options = TABLES[name].options
    for case in TABLES[name].found:
        chinese = TYPES[name].find(case.text, context(options, case.limits, "zh"))
        assert TYPES[name].find(case.text, context(options, case.limits, "en")) == chinese, case.text


@table("name", sorted(TYPES.keys() - set(WORDS)))
def test_letter_case_changes_nothing(name: str) -> None:
    for case in TABLES[name].read:
        for text in (case.text.upper(), case.text.lower()) if case.limits == NO_LIMITS else ():
            assert TYPES[name].read(text, context(TABLES[name].options)).value == case.value, text
