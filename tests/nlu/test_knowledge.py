"""Approved answers: which entry a question finds, and which entries may be shown at all."""
from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.held_out import load
from bench.retrieval import ask, figures
from nlu.batching import BatchEncoder
from nlu.encoder import Matrix, NgramEncoder
from nlu.entries import Entry, read, unanswered
from nlu.knowledge import KnowledgeIndex
from tests import minds
from tests.clock import ManualClock

HELD = load()
ENTRIES = list(read(minds.ROOT / "knowledge"))
FEE: dict[str, object] = {
    "id": "fee",
    "questions": {"zh": ["打电话要钱吗", "收费吗", "费用多少"], "en": ["is it free", "what does it cost", "any fee"]},
    "answer": {"zh": "不收费。", "en": "It is free."},
    "source": "Huiyin sample",
    "department": "hotline",
    "owner": "hotline",
}


def folder(tmp_path: Path, *entries: dict[str, object]) -> Path:
    (tmp_path / "entries.yaml").write_text(yaml.safe_dump(list(entries), allow_unicode=True), "utf-8")
    return tmp_path


async def index(tmp_path: Path, *entries: dict[str, object], clock: ManualClock | None = None) -> KnowledgeIndex:
    made = KnowledgeIndex(folder(tmp_path, *entries), BatchEncoder(NgramEncoder), clock or ManualClock())
    await made.open()
    return made


def spoken(entry: Entry) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("zh", entry.questions.zh), ("en", entry.questions.en)


# --- finding ------------------------------------------------------------------------------------------------

@cache
def score() -> dict[str, Any]:
    written = {entry.id for entry in ENTRIES}
    questions = [case for case in HELD.questions if case.want in written]
    found = asyncio.run(ask(minds.knowledge(), questions))
    return figures(found, asyncio.run(ask(minds.knowledge(), HELD.unanswerable)))


@pytest.mark.slow
def test_questions_nobody_wrote_down_find_their_entry() -> None:
    report = score()
    assert report["zh"]["recall1"].value >= 0.88
    assert report["en"]["recall1"].value >= 0.88
    assert min(report["zh"]["recall3"].value, report["en"]["recall3"].value) >= 0.96
    assert report["auroc"].value >= 0.96


@pytest.mark.slow
def test_what_is_answered_is_right_and_what_is_unknown_is_left_open() -> None:
    report = score()
    assert report["answered"].value >= 0.82
    assert report["right_when_answered"].value >= 0.95
    assert report["answered_though_unanswerable"].value <= 0.1


async def astray(wordings: Iterable[tuple[str, str, str]]) -> list[str]:
    """Of (entry, language, wording) those that do not find their entry, or not surely."""
    asked = list(wordings)
    found = await asyncio.gather(*(minds.knowledge().search(wording, language) for _, language, wording in asked))
    return [
        f"{want}: {wording} → {best.id} {best.score}"
        for (want, _, wording), (best, *_) in zip(asked, found, strict=True) if (best.id, best.sure) != (want, True)
    ]


async def test_every_entry_is_found_in_both_languages() -> None:
    firsts = [(entry.id, language, said[0]) for entry in ENTRIES for language, said in spoken(entry)]
    assert not await astray(firsts)


@pytest.mark.slow
async def test_every_wording_finds_its_own_entry() -> None:
    wordings = [
        (entry.id, language, wording) for entry in ENTRIES for language, said in spoken(entry) for wording in said]
    assert not await astray(wordings)


async def test_the_answer_speaks_the_citizens_language() -> None:
    zh = (await minds.knowledge().search("投诉收费吗", "zh"))[0]
    en = (await minds.knowledge().search("投诉收费吗", "en"))[0]
    assert zh.id == en.id == "cost"
    assert "费用" in zh.text
    assert "costs nothing" in en.text
    assert en.question.isascii()


async def test_courtesies_around_a_question_do_not_matter() -> None:
    best = (await minds.knowledge().search("你好，我想咨询一下，投诉收费吗，谢谢", "zh"))[0]
    assert (best.id, best.sure) == ("cost", True)


async def test_the_best_come_first_and_no_entry_twice() -> None:
    found = await minds.knowledge().search("夜间施工有什么规定", "zh", n=5)
    assert len({answer.id for answer in found}) == len(found) == 5
    assert found[0].score == max(answer.score for answer in found)


@pytest.mark.parametrize("text", ["", "。。。", "😀", "\ud800", "请" * 5000])
async def test_no_text_raises(text: str) -> None:
    assert all(-1.01 <= answer.score <= 1.01 for answer in await minds.knowledge().search(text, "zh"))


# --- validity -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("dates", "shown"), [
    ({}, True),
    ({"valid_until": "2026-11-23"}, True),
    ({"valid_until": "2026-11-22"}, False),
    ({"valid_from": "2026-11-23"}, True),
    ({"valid_from": "2026-11-24"}, False),
])
async def test_only_what_is_valid_today_is_shown(tmp_path: Path, dates: dict[str, str], shown: bool) -> None:
    found = await (await index(tmp_path, FEE | dates)).search("收费吗", "zh")
    assert [answer.id for answer in found] == (["fee"] if shown else [])


async def test_today_is_chinas_today(tmp_path: Path) -> None:
    clock = ManualClock()
    made = await index(tmp_path, FEE | {"valid_until": "2026-11-23"}, clock=clock)
    clock.advance(13 * 3600)  # 15:00 in London, 23:00 in China
    assert await made.search("收费吗", "zh")
    clock.advance(2 * 3600)  # past midnight in China alone
    assert not await made.search("收费吗", "zh")


async def test_an_answer_says_until_when_it_holds(tmp_path: Path) -> None:
    (answer,) = await (await index(tmp_path, FEE | {"valid_until": "2027-01-31"})).search("is it free", "en")
    assert (answer.valid_until, answer.source, answer.department) == ("2027-01-31", "Huiyin sample", "hotline")


# --- opening ------------------------------------------------------------------------------------------------

async def test_asking_before_opening_is_our_own_mistake(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="open"):
        await KnowledgeIndex(folder(tmp_path, FEE), BatchEncoder(NgramEncoder), ManualClock()).search("收费吗", "zh")


async def test_vectors_are_kept_between_starts(tmp_path: Path) -> None:
    class Counting(NgramEncoder):
        asked = 0

        def encode(self, texts: Sequence[str]) -> Matrix:
            Counting.asked += 1
            return super().encode(texts)

    home = folder(tmp_path, FEE)
    for _ in range(2):
        made = KnowledgeIndex(home, BatchEncoder(Counting), ManualClock(), tmp_path / "cache")
        await made.open()
    assert Counting.asked == 1


def test_what_is_held_out_is_not_indexed() -> None:
    indexed = {wording for entry in ENTRIES for wording in entry.wordings} | set(unanswered(minds.ROOT / "knowledge"))
    assert indexed.isdisjoint(case.text for case in (*HELD.questions, *HELD.unanswerable))


# --- what it must not answer --------------------------------------------------------------------------------

async def test_a_question_without_an_answer_gets_none(tmp_path: Path) -> None:
    home = folder(tmp_path, FEE)
    (home / "unanswered").mkdir()
    (home / "unanswered/questions.yaml").write_text("zh: [怎么办护照, 护照多少钱]\nen: [get a passport]\n", "utf-8")
    made = KnowledgeIndex(home, BatchEncoder(NgramEncoder), ManualClock())
    await made.open()
    (about_passports,) = await made.search("护照多少钱", "zh")
    (about_fees,) = await made.search("打电话收费吗", "zh")
    assert (about_passports.id, about_passports.sure) == ("fee", False)
    assert (about_fees.id, about_fees.sure) == ("fee", True)


@pytest.mark.slow
async def test_none_of_our_own_unanswered_questions_is_answered() -> None:
    for question in unanswered(minds.ROOT / "knowledge"):
        assert not (await minds.knowledge().search(question, "zh"))[0].sure, question


@pytest.mark.parametrize(("question", "entry"), [
    ("95598打得通吗", "power_outage"), ("请问12338是什么热线", "women_line"),
    ("can I call 12348 from abroad", "legal_aid"),
])
async def test_a_service_number_points_to_the_entries_that_name_it(question: str, entry: str) -> None:
    assert (await minds.knowledge().search(question, "zh"))[0].id == entry


async def test_an_answer_names_the_forms_that_come_after_it(tmp_path: Path) -> None:
    (answer,) = await (await index(tmp_path, FEE | {"tags": ["general"]})).search("is it free", "en")
    assert answer.tags == ("general",)
