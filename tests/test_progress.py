"""A case as its citizen reads it, in their language, and as somebody reads it who only has the code."""
from __future__ import annotations

from typing import get_args, get_type_hints

import pytest
from msgspec.structs import replace

from gateway.dialogue.catalog import Catalog
from gateway.fields.city import City
from gateway.orders import CaseState, HistoryLine, RatingAnswer, Reached
from gateway.progress import Teller
from gateway.replies import Replies
from tests.clock import ManualClock

WO = "WO-20261123-4KX7P2M9QD"
AT = ManualClock().ms()
EVERYTHING = (
    "filed", "accepted", "dispatched", "progress", "question", "closed", "rejected", "reopened", "rework", "rated",
    "no_reply", "supplement", "urged",
)


@pytest.fixture
def teller(wording: Replies, catalog: Catalog, guangzhou: City) -> Teller:
    return Teller(wording, catalog.newest, guangzhou)


def case(**more: object) -> CaseState:
    order = {"title": "其他诉求 海珠区", "template": {"id": "general", "version": 1}}
    return replace(CaseState(WO, "web:1", order, AT), **more)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_of_history_has_words(teller: Teller, language: str) -> None:
    told = teller.tell(case(history=tuple(HistoryLine(AT, what) for what in EVERYTHING)), language)
    assert [step.what for step in told.progress] == list(EVERYTHING)
    assert all(step.label and step.label.isascii() == (language == "en") for step in told.progress)


def test_how_news_went_is_for_staff(teller: Teller) -> None:
    what = get_args(get_type_hints(Reached)["what"])
    assert what
    lines = (HistoryLine(AT, "filed"), *(HistoryLine(AT, one, 0, "closed: window quota_used") for one in what))
    for own in (True, False):
        told = teller.tell(case(history=lines), "zh", own=own)
        assert [step.what for step in told.progress] == ["filed"]


def test_times_are_the_citys(teller: Teller) -> None:
    told = teller.tell(case(history=(HistoryLine(AT, "filed"),)), "zh")
    assert (told.created, told.progress[0].at) == ("2026-11-23T10:00:00+08:00",) * 2


def test_the_reply_in_the_readers_language_where_there_is_one(teller: Teller) -> None:
    lines = (HistoryLine(AT, "closed", 0, "已修复", text_en="Repaired"), HistoryLine(AT, "progress", 0, "正在修"))
    assert [step.text for step in teller.tell(case(history=lines), "en").progress] == ["Repaired", "正在修"]
    assert [step.text for step in teller.tell(case(history=lines), "zh").progress] == ["已修复", "正在修"]


def test_departments_by_name(teller: Teller, guangzhou: City) -> None:
    known = guangzhou.departments[0]
    for called in (known.code, known.zh):
        assert teller.tell(case(department=called), "en").department == known.en
    assert teller.tell(case(department="某局"), "en").department == "某局", "as its backend calls it"
    assert teller.tell(case(), "en").department is None


def test_who_only_has_the_code_does_not_read_the_citizen(teller: Teller) -> None:
    lines = tuple(HistoryLine(AT, what, 0, "原话") for what in ("supplement", "urged", "rated", "closed"))
    state = case(history=lines, rated=RatingAnswer(WO, 0, "yes", 5))
    shut, own = teller.tell(state, "zh", own=False), teller.tell(state, "zh")
    assert [step.text for step in shut.progress] == [None, None, None, "原话"]
    assert (shut.satisfaction, own.satisfaction) == (None, 5)
    assert {step.text for step in own.progress} == {"原话"}


def test_titles(wording: Replies, catalog: Catalog, guangzhou: City) -> None:
    general = catalog.newest["general"]
    teller = Teller(wording, {"general": general}, guangzhou)
    assert teller.tell(case(), "zh").title == "其他诉求 海珠区"
    assert teller.tell(case(), "en").title == general.title.en
    assert Teller(wording, {}, guangzhou).tell(case(), "en").title == "其他诉求 海珠区", "its template is gone"
    discreet = Teller(wording, {"general": replace(general, discreet=True)}, guangzhou)
    assert discreet.tell(case(), "en").title == "Your case"
