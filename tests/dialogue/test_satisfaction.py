"""Ratings by text message are read right or asked about, never reversed.

By gateway/dialogue/satisfaction.py and gateway/rating_words.py. The replies are tests/channels/sms/ratings.yaml; what
opts out of them is told by channels/sms/optout.py.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.sms import optout
from gateway import rating_words, yamls
from gateway.dialogue.satisfaction import POINTS, Mark, Scale, plain, read
from gateway.rating import VERDICT
from tests.tables import check_each, table

CASES: dict[str, list[dict[str, Any]]] = yamls.read(Path(__file__).parents[1] / "channels/sms/ratings.yaml")
BEST = Scale(tuple(Mark(points) for points in (5, 4, 3, 2, 1)))
SCALES = {"points": POINTS, "best": BEST, "worst": Scale(POINTS.marks), "two": Scale((Mark(4), Mark(2))),
          "verdict": VERDICT}
ROWS = [(SCALES.get(group, POINTS), case) for group, cases in CASES.items() for case in cases]
ASKED = ("conflict", "unclear", "comment", "nothing")


def test_every_reply_is_read_as_it_was_meant_or_asked_about() -> None:
    def judge(row: tuple[Scale, dict[str, Any]]) -> None:
        scale, case = row
        reply = rating_words.read_reply(case["say"], scale)
        assert (reply.satisfaction or reply.kind) == case["is"]
        assert optout.read(case["say"], engaged=True, stopped=False) == case.get("wish")
        assert reply.comment == case.get("comment", reply.comment)
        assert reply.resolved == case.get("resolved", reply.resolved)

    assert len(ROWS) >= 60
    check_each(ROWS, judge, lambda row: row[1]["say"])


# Around a rating: what people write before and behind it, none of which turns it round.
AROUND = (
    "{}", " {} ", "{}。", "{}！！", "\n{}\n", "{}，谢谢", "你好，{}", "{} 谢谢你们", "{}, thank you", "“{}”",
    "\u200b{}\ufe0f",
)


@table("around", AROUND)
def test_what_stands_around_never_turns_a_rating_round(around: str) -> None:
    for scale, case in ROWS:
        if isinstance(case["is"], int):
            mark = read(around.format(case["say"]), scale).mark
            assert mark is None or (mark.satisfaction > 3) == (case["is"] > 3), case["say"]


def test_a_denial_in_front_is_never_praise() -> None:
    """不 and not before every word of praise of the cases."""
    praise = [case["say"] for _, case in ROWS if case["is"] in (4, 5)]
    for words in [words for words in praise if words.startswith(("满意", "很满意"))]:
        mark = read("不" + words).mark
        assert mark is None or mark.satisfaction < 4, words
    for words in ("satisfied", "very satisfied", "happy", "good", "very good", "great", "ok"):
        for denial in ("not", "isn't", "wasn't", "never", "not at all", "not really", "hardly"):
            mark = read(f"{denial} {words}").mark
            assert mark is None or mark.satisfaction < 4, f"{denial} {words}"


@table(("text", "scale", "satisfaction"), [
    ("1", BEST, 5), ("1", POINTS, 1), ("1", SCALES["two"], 4), ("4", SCALES["two"], None), ("5分", BEST, None),
])
def test_a_digit_means_what_the_message_said(text: str, scale: Scale, satisfaction: int | None) -> None:
    mark = read(text, scale).mark
    assert (mark.satisfaction if mark else None) == satisfaction


def test_one_question_may_ask_both() -> None:
    """1 solved and satisfied, 2 solved but not satisfied, 3 not solved."""
    scale = Scale((Mark(5, "yes"), Mark(2, "yes"), Mark(1, "no")))
    meant = {
        "1": ("rated", "yes", 5), "2 太慢": ("rated", "yes", 2), "3": ("rated", "no", 1),
        "已解决，满意": ("rated", "yes", 4),
        "1 还没解决": ("conflict", None, None), "3 已解决": ("conflict", None, None),
    }
    said = {text: rating_words.read_reply(text, scale) for text in meant}
    assert {text: (reply.kind, reply.resolved, reply.satisfaction) for text, reply in said.items()} == meant


def test_long_stories_are_read_in_bounded_time() -> None:
    for words in ("不" * 5_000, "not really " * 1_000, "1" * 5_000, "满意" * 2_000, "如果" * 2_000, " " * 5_000 + "1"):
        assert read(words).kind in (*ASKED, "rated")


def test_plain_keeps_what_was_written() -> None:
    assert plain("１ ① 1️⃣ ❶ 不 满意 OK👍🏽") == "1 1 1 1 不满意 OK👍"
