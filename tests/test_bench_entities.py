"""Verdicts on fields: same values, overlapping words, wrong roles, what may be missing; and the figures of a few."""
from __future__ import annotations

from typing import Any

import pytest

from bench.entities import Finding, ReadOpening, agreement, figures, judge, mistakes
from bench.held_out import Case, Opening, contract
from gateway.api.understand import FoundField
from tests.tables import table

TYPES = contract()["express_delivery"]
TEXT = "从海珠区江南大道中寄到天河区体育东路，SF1234567890123，值三百二十块"


def claim(field: str, value: Any, text: str, said: str = TEXT) -> FoundField:
    start = said.index(text)
    return FoundField(field, value, text, start, start + len(text))


def opening(stated: dict[str, Any], implied: dict[str, Any] | None = None, said: str = TEXT) -> Opening:
    return Opening(Case(said, "zh", "complaint.express_delivery"), "express_delivery", stated, implied or {})


def verdicts(one: Opening, *claims: FoundField) -> dict[str, str]:
    return {finding.field: finding.verdict for finding in judge(one, claims, TYPES).findings}


# --- one value ----------------------------------------------------------------------------------------------

@table(("kind", "wanted", "got", "same"), [
    ("money", "320.00", "320", True), ("money", "320.00", "3200.00", False), ("money", "320.00", "much", False),
    ("number", 4, 4.0, True), ("number", 4, None, False),
    ("moment", "2026-11-22", "2026-11-22", True), ("moment", "2026-11-22", "2026-11-22T00:00:00+08:00", False),
    ("moment", "2026-11-22T20:00:00+08:00", "2026-11-22T12:00:00+00:00", True),
    ("moment", "2026-11-22", "gestern", False),
    ("period", "2026-06-01/2026-10-31", "2026-06-01T00:00:00+08:00/2026-11-01T00:00:00+08:00", True),
    ("period", "2026-06-01/2026-10-31", "2026-06-01/2026-10-31", True),
    ("period", "2026-06-01/2026-10-31", "2026-06-01/2026-11-02", False),
    ("period", "2026-06-01/2026-10-31", "2026-05-01/2026-10-31", False),
    ("period", "2026-11-22T22:00/2026-11-23T02:00", "2026-11-22T22:00:00+08:00/2026-11-23T02:00:00+08:00", True),
    ("period", "2026-11-22T22:00/2026-11-23T02:00", "2026-11-22T22:00:00+08:00/2026-11-23T03:00:00+08:00", False),
    ("period", "2026-11-16/now", "2026-11-16T00:00:00+08:00/2026-11-23T10:00:00+08:00", True),
    ("period", "2026-11-16/now", "2026-11-16T00:00:00+08:00/2026-11-20T00:00:00+08:00", False),
    ("choices", ["pension", "medical"], ["medical", "pension"], True), ("choices", ["pension"], "pension", False),
    ("list", ["1", "2"], ["1"], False), ("phone", "+8613800138000", "+8613800138000", True),
    ("yes_no", True, False, False),
])
def test_values_are_the_same_in_every_spelling_of_the_contract(kind: str, wanted: Any, got: Any, same: bool) -> None:
    assert agreement(kind, wanted, FoundField("f", got, "", 0, 0), "") == float(same)


def test_words_agree_by_how_much_they_overlap() -> None:
    road = "天河区体育东路"
    assert agreement("address", road, claim("a", "", road), TEXT) == 1.0
    assert agreement("address", road, claim("a", "", "体育东路"), TEXT) == pytest.approx(2 * 4 / (7 + 4))
    assert agreement("address", road, claim("a", "", "海珠区江南大道中"), TEXT) == 0.0


def test_of_two_places_the_nearer_counts() -> None:
    said = "中山路的店，在中山路"
    assert agreement("address", "中山路", FoundField("a", "中山路", "中山路", 7, 10), said) == 1.0


# --- one opening ------------------------------------------------------------------------------------------------

def test_right_missed_and_invented() -> None:
    one = opening({"tracking_number": "SF1234567890123", "goods_value": "320.00"})
    found = verdicts(one, claim("tracking_number", "SF1234567890123", "SF1234567890123"), claim("carrier", "sf", "SF"))
    assert found == {"tracking_number": "right", "goods_value": "missed", "carrier": "invented"}


def test_another_fields_value_is_a_wrong_role() -> None:
    one = opening({"sender_address": "海珠区江南大道中", "goods_value": "320.00"})
    place, amount = claim("receiver_address", "", "海珠区江南大道中"), claim("claim_amount", "320.00", "三百二十块")
    assert verdicts(one, place, amount) == {
        "receiver_address": "role", "claim_amount": "role", "sender_address": "missed", "goods_value": "missed",
    }


def test_two_addresses_swapped_are_two_wrong_roles() -> None:
    one = opening({"sender_address": "海珠区江南大道中", "receiver_address": "天河区体育东路"})
    swapped = claim("sender_address", "", "天河区体育东路"), claim("receiver_address", "", "海珠区江南大道中")
    assert set(verdicts(one, *swapped).values()) == {"role"}


def test_a_choice_has_no_role_and_a_wrong_value_is_one() -> None:
    one = opening({"problem": "lost", "carrier": "other", "goods_value": "320.00"})
    claims = claim("problem", "other", "寄"), claim("carrier", "sf", "SF"), claim("goods_value", "3.00", "三")
    assert verdicts(one, *claims) == {"problem": "value", "carrier": "value", "goods_value": "value"}


def test_what_is_implied_may_be_missing_but_not_wrong() -> None:
    one = opening({}, {"problem": "delay"})
    assert verdicts(one) == {}
    assert verdicts(one, claim("problem", "delay", "寄")) == {"problem": "implied"}
    assert verdicts(one, claim("problem", "lost", "寄")) == {"problem": "value"}


def test_a_story_is_not_judged() -> None:
    assert verdicts(opening({}), claim("description", TEXT, TEXT), claim("appeal_kind", "complaint", "寄")) == {}


def test_values_of_a_list_are_one_claim() -> None:
    types = contract()["social_security"]
    said, both = "养老和医疗", ["pension", "medical"]
    one = Opening(Case(said, "zh", ""), "social_security", {"insurance_types": both})
    claims = [claim("insurance_types", [kind], words, said) for kind, words in zip(both, ("养老", "医疗"), strict=True)]
    assert [finding.verdict for finding in judge(one, claims, types).findings] == ["right"]


# --- figures ------------------------------------------------------------------------------------------------

def finding(verdict: Any, kind: str, stated: bool, overlap: float = 0.0) -> Finding:
    return Finding("f", kind, verdict, stated, "x" if stated else None, claim("f", "y", "寄"), overlap)


def test_figures_are_those_of_the_verdicts() -> None:
    read = [ReadOpening(opening({}, {"problem": "lost", "carrier": "sf"}), (
        finding("right", "choice", True, 1.0), finding("right", "address", True, 0.8),
        finding("missed", "choice", True), finding("invented", "money", False),
        finding("implied", "choice", False, 1.0), finding("value", "choice", False),
    ))]
    report = figures(read)
    assert (report["openings"], report["wrong_role"], report["implied"], report["implied_found"]) == (1, 0, 2, 1)
    of = report["classes"]
    assert (of["all"]["precision"].value, of["all"]["recall"].value) == (0.5, 0.6667)
    assert of["closed"]["f1"].value == 0.5  # one right of two claimed and two stated
    assert of["closed"].keys() == {"precision", "recall", "f1"}
    assert of["money and time"]["f1"].value == 0.0
    assert (of["addresses"]["f1"].value, of["addresses"]["overlap_f1"].value) == (1.0, 0.8)
    assert of["numbers"]["f1"].value == 1.0  # none stated, none claimed


def test_a_wrong_role_is_counted_and_every_error_listed() -> None:
    one = opening({"sender_address": "海珠区江南大道中"})
    read = [judge(one, [claim("receiver_address", "海珠区江南大道中", "海珠区江南大道中")], TYPES)]
    assert figures(read)["wrong_role"] == 1
    first, second = mistakes(read)
    assert first.startswith("express_delivery.receiver_address role: wanted None, got '海珠区江南大道中'")
    assert second.startswith("express_delivery.sender_address missed: wanted '海珠区江南大道中', got nothing")
