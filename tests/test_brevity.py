"""What goes first when room is short, what never goes, and that nothing is lost that an answer held."""
from __future__ import annotations

from channels.sms.text import segments
from gateway.brevity import Paragraph, Room, Tail, Weight, clipped, fit, units, weight_of
from tests import project
from tests.tables import table

TAIL = Tail(more="（回0看下文）")
QUESTION = Paragraph("现在还在响吗？", Weight.QUESTION)
LONG = "经查，该工地已办理夜间施工证明。我局已责令其停止超时段作业，" * 20


def paragraphs(*sizes: tuple[Weight, int]) -> list[Paragraph]:
    return [Paragraph("字" * size, weight) for weight, size in sizes]


def test_what_fits_stays_as_it_is() -> None:
    said = paragraphs((Weight.TIP, 40), (Weight.ECHO, 40), (Weight.WORD, 40))
    assert fit(said, TAIL, Room(3)).text == "\n".join(one.text for one in said)


@table(("sizes", "left"), [
    # the lightest first; of equals the smallest that makes room
    ([(Weight.TIP, 40), (Weight.ECHO, 60), (Weight.NOTICE, 60), (Weight.QUESTION, 60)], [60, 60, 60]),
    ([(Weight.TIP, 80), (Weight.TIP, 50), (Weight.QUESTION, 100)], [80, 100]),
    ([(Weight.PASSED, 30), (Weight.TIP, 60), (Weight.QUESTION, 120)], [60, 120]),
    ([(Weight.TIP, 90), (Weight.ECHO, 90), (Weight.NOTICE, 90), (Weight.QUESTION, 150)], [150]),
    ([(Weight.ECHO, 90), (Weight.VITAL, 90), (Weight.QUESTION, 90)], [90, 90]),
])
def test_the_lightest_go_first(sizes: list[tuple[Weight, int]], left: list[int]) -> None:
    fitted = fit(paragraphs(*sizes), TAIL, Room(3))
    assert [len(line) for line in fitted.text.split("\n")] == left
    assert fitted.rest == ""


def test_a_long_answer_ends_with_a_sentence_and_its_rest_is_kept() -> None:
    fitted = fit([Paragraph(LONG, Weight.ANSWER), QUESTION], TAIL, Room(3))
    head, question = fitted.text.split("\n")
    assert question == "现在还在响吗？ （回0看下文）"
    assert head + fitted.rest == LONG
    assert head[-1] in "。，"


def test_read_page_by_page_an_answer_is_whole() -> None:
    pages, rest = [], LONG
    while rest:
        fitted = fit([Paragraph(rest, Weight.ANSWER)], TAIL, Room(3))
        pages.append(fitted.text.removesuffix(" （回0看下文）"))
        rest = fitted.rest
    assert "".join(pages) == LONG


def test_the_summary_gives_way_before_it_is_cut() -> None:
    summary = Paragraph("长" * 190, Weight.ANSWER, shorter=("中" * 150, "短" * 100))
    fitted = fit([summary, QUESTION], Tail(ways="提交回Y", extra="也可回：保密、取消", more="（回0看下文）"), Room(3))
    assert "中" * 150 in fitted.text
    assert "提交回Y" in fitted.text
    tight = fit([summary, QUESTION], Tail(ways="提" * 30, extra="也" * 40, more="（回0看下文）"), Room(3))
    assert "中" not in tight.text or tight.rest == "也" * 40


def test_lines_of_a_summary_that_are_left_are_told_apart() -> None:
    """Cut is its mildest shortening, or the first of which the rest is one more message."""
    lines = "\n".join(f"{n}.{'字' * 25}" for n in range(1, 13))
    tail = Tail(ways="提交回Y", extra="也可回：保密", more="（回0看下文）", unread="还有，回0")
    fitted = fit([Paragraph("告知", Weight.VITAL), Paragraph(lines, Weight.SUMMARY)], tail, Room(3))
    assert fitted.text.startswith("告知\n1.")
    assert fitted.text.endswith("\n还有，回0")
    assert "提交" not in fitted.text
    assert fitted.rest == ""
    shown = fitted.text.removeprefix("告知\n").removesuffix("\n还有，回0")
    assert f"{shown}\n{fitted.unread}" == lines
    longer = Paragraph(lines * 3, Weight.SUMMARY, shorter=(lines * 2, lines))
    assert fit([longer], tail, Room(3)).unread == fit([Paragraph(lines, Weight.SUMMARY)], tail, Room(3)).unread
    last = fit([Paragraph(fitted.unread, Weight.SUMMARY)], tail, Room(3))
    assert (last.unread, "提交回Y" in last.text) == ("", True)


def test_options_that_do_not_fit_come_later_with_their_numbers() -> None:
    options = tuple(f"{n}.选项选项选项选项{n}" for n in range(1, 31))
    tail = Tail(options, "（回数字）", "也可回“跳过”", more="（回0看下文）")
    fitted = fit([Paragraph("哪一类？", Weight.QUESTION)], tail, Room(3))
    assert fitted.text.startswith("哪一类？\n1.选项")
    assert "也可回“跳过”" in fitted.text
    assert all(option in fitted.text or option in fitted.rest for option in options)


@table(("segments_", "text"), [
    (1, "字" * 69 + "😀" * 9), (2, "😀" * 120), (3, "👨‍👩‍👧‍👦" * 40), (3, "e\u0301" * 300), (3, "🇨🇳" * 90),
    (2, "字" * 500),
])
def test_every_page_is_as_many_messages_as_it_may_be(segments_: int, text: str) -> None:
    rest, sign = text, "【广州12345】"
    for _ in range(100):
        fitted = fit([Paragraph(rest, Weight.ANSWER)], TAIL, Room(segments_, units(sign)))
        assert len(segments(sign + fitted.text, china=True).parts) <= segments_
        rest = fitted.rest
        if not rest:
            return
    raise AssertionError("never ends")


def test_what_the_transcript_keeps_is_not_what_was_told_once() -> None:
    fitted = fit([Paragraph("工单号1，查询码271828", Weight.VITAL, kept="工单号1，查询码***")], TAIL, Room(3))
    assert "271828" in fitted.text
    assert "271828" not in fitted.kept


@table("key", ["emergency.fire", "emergency.self_harm", "receipt", "short.link"])
def test_what_is_vital(key: str) -> None:
    assert weight_of(key) is Weight.VITAL


def test_every_weighed_key_exists() -> None:
    keys = project.replies().keys("zh")
    assert {key for key in keys if weight_of(key) is Weight.TIP} >= {"example", "answer.source"}
    assert all(weight_of(key) is Weight.NOTICE for key in keys if key.startswith("warning."))


@table(("text", "most", "short"), [("广州市", 3, "广州市"), ("广州市天河区", 4, "广州市…"), ("one two", 5, "one…")])
def test_clipped(text: str, most: int, short: str) -> None:
    assert clipped(text, most) == short
