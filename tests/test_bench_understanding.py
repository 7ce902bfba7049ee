"""What is counted of rankings, answers, alarms and pace; and the page that shows it."""
from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench import danger, pace, page, ranking, retrieval, understanding_page
from bench.held_out import AT, Case, Opening, contract
from bench.intervals import Estimate
from bench.ranking import Judged
from bench.understanding import plain
from gateway.protocols import Answer, NluContext, Scored, Understanding
from gateway.understanding import Reader
from nlu.entries import read
from nlu.null import NullUnderstander
from tests import minds, project

PARCEL, NOISE, STRANGE = "complaint.express_delivery", "complaint.construction_noise", "out_of_scope"


def ranked_as(intents: tuple[Scored, ...], sure: bool = True, in_scope: float = 0.9) -> Understanding:
    return Understanding(intents, (), "", in_scope, sure, "test", "")


def judged(want: str, *ranked: str, sure: bool = True, in_scope: float = 0.9, language: str = "zh") -> Judged:
    intents = tuple(Scored(one, 0.5) for one in ranked)
    return Judged(Case(f"about {want}", language, want), ranked_as(intents, sure, in_scope))


MIXED = (
    judged(PARCEL, PARCEL, NOISE), judged(PARCEL, NOISE, PARCEL, language="en"), judged(NOISE, NOISE, sure=False),
    judged("greet", "thanks", "help", "back", "greet"), judged(STRANGE, STRANGE, in_scope=0.1),
)


class Parrot:
    """Knows one word of every intent, and one that a preamble hides."""

    name = "parrot"

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        return ranked_as((Scored(PARCEL if "parcel" in text and "dear" not in text else NOISE, 0.9),))


# --- ranking ------------------------------------------------------------------------------------------------

def test_accuracy_counts_first_three_sure_and_right_when_sure() -> None:
    report = ranking.accuracy(MIXED)
    assert {name: figure.value for name, figure in report.items()} == {
        "top1": 0.6, "top3": 0.8, "coverage": 0.8, "precision": 0.5,
    }
    assert report["precision"].n == 4


def test_groups_are_templates_by_language_and_other_intents() -> None:
    groups = ranking.by_group(MIXED)
    assert [(name, group["top1"].n) for name, group in groups.items()] == [
        ("all", 5), ("templates", 3), ("templates en", 1), ("templates zh", 2), ("others", 1), ("others zh", 1),
        ("strangers", 1), ("strangers zh", 1), (f"{NOISE} zh", 1), (f"{PARCEL} en", 1), (f"{PARCEL} zh", 1),
        ("greet", 1), (STRANGE, 1),
    ]


def test_confusion_and_mistakes_name_what_was_taken_for_what() -> None:
    assert ranking.confusion(MIXED) == {
        PARCEL: {PARCEL: 1, NOISE: 1}, NOISE: {NOISE: 1}, "greet": {"thanks": 1}, STRANGE: {STRANGE: 1},
    }
    assert ranking.mistakes(MIXED)[0] == f"{PARCEL}: about {PARCEL} → {NOISE} 0.50, {PARCEL} 0.50 (sure)"
    assert len(ranking.mistakes(MIXED)) == 2


def test_strangers_score_below_ours() -> None:
    report = ranking.strangers(MIXED)
    assert (report["auroc"].value, report["rejected_at_95_kept"].value) == (1.0, 1.0)


async def test_the_fall_is_that_of_the_same_sentences() -> None:
    preambles = {"en": ("dear all, {}", "hi {}")}
    bare = await ranking.judge(Parrot(), [Case("my parcel", "en", PARCEL), Case("piling", "en", NOISE)])
    polite = await ranking.judge(Parrot(), [
        Case(preamble.replace("{}", one.case.text), "en", one.case.want) for one in bare for preamble in preambles["en"]
    ])
    assert [one.right for one in polite] == [False, True, True, True]
    pairs = list(ranking.in_preambles(bare, polite, preambles))
    report = ranking.politeness(pairs)
    assert (report["top1"].value, report["fall"].value, report["fall"].n) == (0.75, 0.25, 2)
    assert ranking.lost_in_preambles(pairs) == [f"{PARCEL}: my parcel → in preamble 0 {NOISE}"]


# --- answers and alarms -------------------------------------------------------------------------------------

def found(want: str, *got: str, sure: bool = True, language: str = "zh") -> retrieval.Found:
    answers = [Answer(id=one, score=0.5, sure=sure, question="", text="", source="", department="") for one in got]
    return retrieval.Found(Case(f"about {want}", language, want), answers)


def test_recall_and_what_is_answered() -> None:
    asked = [found("a", "a", "b"), found("b", "a", "c", "b"), found("a", "b", sure=False, language="en")]
    report = retrieval.figures(asked, [found("", "a"), found("", "a", sure=False), found("")])
    assert (report["zh"]["recall1"].value, report["zh"]["recall3"].value) == (0.5, 1.0)
    assert (report["en"]["recall1"].value, report["en"]["recall3"].value) == (0.0, 0.0)
    assert report["answered"].value == 0.6667
    assert report["right_when_answered"].value == 0.5
    assert report["answered_though_unanswerable"].value == 0.3333


def test_wrong_answers_and_needless_ones_are_listed() -> None:
    lines = retrieval.mistakes([found("a", "a"), found("b", "a")], [found("", "a"), found("")])
    assert lines == ["b: about b → a 0.50 (answered)", "unanswerable: about  → a 0.50 (answered)"]


def test_a_one_sided_knowledge_base_asks_in_one_language(tmp_path: Path) -> None:
    retrieval.one_sided(minds.ROOT / "knowledge", tmp_path / "zh", "zh")
    ours = {entry.id: entry for entry in read(minds.ROOT / "knowledge")}
    for entry in read(tmp_path / "zh"):
        assert entry.questions.en == entry.questions.zh == ours[entry.id].questions.zh
        assert entry.answer == ours[entry.id].answer


def test_alarms_are_counted_by_kind_and_language() -> None:
    burning, stuck = Case("it burns", "en", "fire"), Case("卡住", "zh", "trapped")
    bill = Case("it burns money", "en", "")

    def alarm(text: str) -> str | None:
        return "119" if "burns" in text else None

    report = danger.figures(alarm, [burning, stuck], [bill])
    assert {name: figure.value for name, figure in report.items()} == {
        "caught": 0.5, "caught zh": 0.0, "caught en": 1.0, "caught fire": 1.0, "caught trapped": 0.0,
        "false_alarms": 1.0, "false_alarms zh": 0.0, "false_alarms en": 1.0,
    }
    assert danger.mistakes(alarm, [burning, stuck], [bill]) == ["missed trapped: 卡住", "alarm: it burns money"]


# --- pace ---------------------------------------------------------------------------------------------------

class NoAnswers:
    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        return ()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(project.catalog(), project.city(), NullUnderstander(), NoAnswers())


async def test_only_answers_that_the_field_takes_are_timed_as_such(reader: Reader) -> None:
    opened = Opening(Case("快递", "zh", PARCEL), "express_delivery")
    taken = await pace.answer(reader, opened, "tracking_number", "SF1234567890123")
    refused = await pace.answer(reader, opened, "tracking_number", "不知道啊怎么办")
    assert (taken.taken, refused.taken) == (True, False)
    assert taken.ms > 0


async def test_stated_values_are_the_answers(reader: Reader) -> None:
    stated = {"tracking_number": "SF1234567890123", "carrier": "sf", "goods_value": "320.00"}
    opened = Opening(Case("快递", "zh", PARCEL), "express_delivery", stated)
    elsewhere = Opening(Case("x", "zh", "complaint.none"), "none", {"tracking_number": "1"})
    said = [(name, words) for _, name, words in pace.answers(reader, [opened, elsewhere], contract())]
    assert said == [("tracking_number", "SF1234567890123"), ("goods_value", "320.00")]
    report = await pace.figures(reader, [opened], contract())
    assert (report["answers_given"], report["opening"]["p50_ms"].n) == (2, 1)


def test_values_are_relative_to_a_monday_morning() -> None:
    assert AT.isoformat() == "2026-11-23T02:00:00+00:00"
    assert AT.weekday() == 0


# --- the page -----------------------------------------------------------------------------------------------

def test_estimates_become_plain_figures() -> None:
    assert plain({"a": {"b": Estimate(0.5, 0.1, 0.9, 3)}, "n": 2, "names": ["x"]}) == {
        "a": {"b": {"value": 0.5, "low": 0.1, "high": 0.9, "n": 3}}, "n": 2, "names": ["x"],
    }


def perfect() -> dict[str, Any]:
    """Figures that reach every goal."""
    figures: dict[str, Any] = {
        "date": "today", "model": "m", "opened_s": 1, "fitted": True, "peak_mb": 1, "ranking": {}, "polite": {},
        "machine": {"cores": 2, "cpu": "c", "load_before": [0]}, "confusion": ranking.confusion(MIXED),
    }
    for _, path, _, goal in understanding_page.GOALS:
        at = figures
        for key in path[:-1]:
            at = at.setdefault(key, {})
        at[path[-1]] = {"value": goal, "low": goal, "high": goal, "n": 9}
    figures["pace"] = {"answers_given": 1, "answers_taken": 1} | {
        name: {"p50_ms": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}} for name in ("opening", "answer")
    }
    figures["fields"] |= {"openings": 1, "templates": [], "wrong_role": 0, "implied": 0, "implied_found": 0}
    return figures


def test_goals_stand_beside_what_was_measured() -> None:
    figures = perfect()
    assert understanding_page.goals(figures).count("| met |") == len(understanding_page.GOALS)
    worse = copy.deepcopy(figures)
    worse["fields"]["wrong_role"] = 1
    worse["ranking"]["all"]["top1"]["value"] = 0.92
    assert understanding_page.goals(worse).count("**not met**") == 2


def test_the_page_holds_confusion_and_every_error() -> None:
    text = understanding_page.page(perfect(), {"ranking": ["a: *b* → c_d"], "fields": ["x", "y"]})
    assert f"| {PARCEL.removeprefix('complaint.')} | 2 | 1 | construction_noise 1 |" in text
    assert "- a: \\*b\\* → c\\_d" in text
    assert [line for line in text.splitlines() if line.startswith("- ")] == ["- a: \\*b\\* → c\\_d", "- x", "- y"]


def test_what_was_measured_stands_on_the_page() -> None:
    results = json.loads(page.RESULTS.read_text("utf-8"))
    text = understanding_page.PAGE.read_text("utf-8")
    assert understanding_page.goals(results["understanding"]) in text, "run python -m bench.understanding"
