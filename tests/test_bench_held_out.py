"""The held-out set: enough of everything, values that the contract knows, words that stand in the sentence."""
from __future__ import annotations

from collections import Counter
from typing import Any

from bench.held_out import CONTRACT, UNJUDGED, Opening, cases, contract, load, wrapped
from gateway import yamls
from tests.minds import ROOT
from tests.tables import table

HELD = load()
TYPES = contract()
ROWS = yamls.read(CONTRACT)
LANGUAGES = ("zh", "en")


def annotated(opening: Opening) -> dict[str, Any]:
    return {**opening.implied, **(opening.stated or {})}


@table("template", sorted(TYPES))
def test_every_template_has_openings_and_values(template: str) -> None:
    mine = [opening for opening in HELD.openings if opening.template == template]
    sentences = Counter(opening.case.language for opening in mine)
    read = Counter(opening.case.language for opening in mine if opening.stated is not None)
    assert min(sentences["zh"], sentences["en"]) >= 13
    assert (read["zh"] >= 5, read["en"] >= 4) == (True, True)


def test_no_template_is_unknown() -> None:
    assert {opening.template for opening in HELD.openings} == set(TYPES)


def test_fields_and_choices_are_those_of_the_contract() -> None:
    strange = [
        (opening.template, field, value)
        for opening in HELD.openings for field, value in annotated(opening).items()
        if field in UNJUDGED or not known(opening.template, field, value)
    ]
    assert strange == []


def known(template: str, field: str, value: object) -> bool:
    row = {**ROWS["common"], **ROWS["templates"][template]}.get(field)
    if row is None:
        return False
    if row[1] == "choice":
        return value in row[2]
    return row[1] != "choices" or (isinstance(value, list) and set(value) <= set(row[2]))


def test_words_are_annotated_as_they_stand() -> None:
    words = {"text", "address", "organisation", "account_number"}
    missing = [
        (opening.template, field, value) for opening in HELD.openings for field, value in annotated(opening).items()
        if TYPES[opening.template][field] in words and str(value) not in opening.case.text
    ]
    assert missing == []


def test_nothing_is_stated_and_implied_at_once() -> None:
    assert [one for one in HELD.openings if set(one.stated or {}) & set(one.implied)] == []


def test_no_sentence_stands_twice() -> None:
    everything = (*HELD.intents, *HELD.questions, *HELD.unanswerable, *HELD.emergencies, *HELD.harmless,
                  *HELD.blind_emergencies, *HELD.blind_harmless)
    assert [text for text, n in Counter(case.text for case in everything).items() if n > 1] == []


@table(("part", "zh", "en"), [
    ("unanswerable", 60, 60), ("emergencies", 90, 70), ("harmless", 300, 220), ("questions", 160, 160),
    ("blind_emergencies", 85, 65), ("blind_harmless", 290, 230),
])
def test_there_is_enough_of_every_part(part: str, zh: int, en: int) -> None:
    amounts = Counter(case.language for case in getattr(HELD, part))
    assert (amounts["zh"] >= zh, amounts["en"] >= en) == (True, True)


def test_other_intents_and_strangers() -> None:
    amounts = Counter((case.want, case.language) for case in HELD.others)
    assert min(amounts["out_of_scope", "zh"] - 60, amounts["out_of_scope", "en"] - 40) >= 0
    assert min(n for (_, language), n in amounts.items() if language == "zh") >= 8
    assert min(n for (_, language), n in amounts.items() if language == "en") >= 6


def test_preambles_wrap_and_nobody_fits_with_them() -> None:
    taught = yamls.read(ROOT / "nlu/surroundings.yaml")
    for language in LANGUAGES:
        assert len(HELD.preambles[language]) >= 5
        assert {preamble.count("{}") for preamble in HELD.preambles[language]} == {1}
        pieces = {piece.strip(" ，。,.!！") for preamble in HELD.preambles[language] for piece in preamble.split("{}")}
        assert pieces.isdisjoint(taught[language])


def test_cases_and_wrappings_keep_their_order() -> None:
    said = cases({"greet": {"zh": "你好\n早\n", "en": "hi\n"}})
    assert [(case.text, case.language, case.want) for case in said] == [
        ("你好", "zh", "greet"), ("早", "zh", "greet"), ("hi", "en", "greet"),
    ]
    polite = wrapped(said[1:], {"zh": ["喂，{}！", "{}。"], "en": ["well, {}"]})
    assert [case.text for case in polite] == ["喂，早！", "早。", "well, hi"]
