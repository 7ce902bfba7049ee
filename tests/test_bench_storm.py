"""The storm's own bookkeeping: who was answered when, and what the store must say of it."""
from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.storm import holds
from bench.storm_ledger import Verdict, verdict
from bench.storm_people import Post, Sheet
from gateway.clock import SystemClock
from gateway.store.lanes import Put
from gateway.store.sqlite import SqliteStore
from tests.clock import SerialIds

WHO = "wechat:wx1.o1"


def test_an_answer_to_a_message_answers_those_before_it() -> None:
    sheet = Sheet("web", "a")
    first, second, third = (sheet.wrote(text, 1.0) for text in "abc")
    sheet.heard(second)
    assert [bool(one.answered) for one in (first, second, third)] == [True, True, False]
    assert sheet.answers == 1


def test_an_answer_that_does_not_say_to_what_answers_the_oldest() -> None:
    sheet = Sheet("sms", "a")
    first, second = (sheet.wrote(text, 1.0) for text in "ab")
    sheet.heard()
    assert (bool(first.answered), bool(second.answered)) == (True, False)


def test_every_request_is_another_and_openings_are_one_in_five() -> None:
    post = Post("http://127.0.0.1:1", 7)
    letters = [letter for _ in range(40) for letter in post.wechat(5)[1]] + [*post.sms(100, 0)[1]]
    assert len({(letter.url, letter.body) for letter in letters}) == len(letters)
    assert sum(len(letter.text) > 5 for letter in letters) == len(letters) // 5


async def kept(folder: Path, *lines: tuple[str, str]) -> Path:
    """A store with this transcript of one turn a message: (sender, text)."""
    store = SqliteStore(folder / "s.db", SystemClock(), SerialIds())
    await store.open()
    turn = 0
    puts = []
    for n, (sender, text) in enumerate(lines):
        turn += sender == "citizen"
        line = msgspec.json.encode({"sender": sender, "text": text})
        puts.append(Put("transcript", f"{WHO}:{turn:08d}:{n:03d}", line))
    await store.records.write(puts)
    await store.close()
    return folder / "s.db"


A, B, YES = ("citizen", "a"), ("citizen", "b"), ("bot", "yes")
GOOD = Verdict(messages=2, turns=2, lost=0, repeated=0, disordered=0, unanswered=0, untold=0, waiting=0, dead=0)


@pytest.mark.parametrize(("lines", "answers", "wrong"), [
    ((A, YES, B, YES), 2, {}),
    ((A, YES), 1, {"turns": 1, "lost": 1}),
    ((A, YES, B, YES, B, YES), 3, {"turns": 3, "repeated": 1}),
    ((B, YES, A, YES), 2, {"disordered": 1}),
    ((A, YES, B), 1, {"unanswered": 1}),
    ((A, YES, B, YES), 1, {"untold": 1}),
    ((A, YES, B, YES), 3, {"untold": 1}),
])
async def test_the_store_is_compared_with_what_was_written(
    tmp_path: Path, lines: tuple[tuple[str, str], ...], answers: int, wrong: dict[str, int]
) -> None:
    sheets = tmp_path / "sheets.json"
    sheets.write_bytes(msgspec.json.encode([(WHO, answers, [("a", True), ("b", True)])]))
    found = verdict(await kept(tmp_path, *lines), sheets)
    assert found == Verdict(**{name: wrong.get(name, getattr(GOOD, name)) for name in Verdict.__dataclass_fields__})


async def test_what_was_not_acknowledged_may_be_there_or_not(tmp_path: Path) -> None:
    sheets = tmp_path / "sheets.json"
    sheets.write_bytes(msgspec.json.encode([(WHO, 1, [("a", True), ("b", False)])]))
    assert verdict(await kept(tmp_path, A, YES), sheets).lost == 0


def test_a_rate_holds_when_all_were_acknowledged_in_time_and_answered_soon() -> None:
    good = {"acknowledged": 5, "messages": 5, "late": 0, "answer": {"p95_ms": 200.0}}
    assert holds(good)
    assert not any(holds(good | worse) for worse in (
        {"acknowledged": 4}, {"late": 1}, {"answer": {"p95_ms": 1_000.0}}, {"answer": {"p95_ms": None}}))
