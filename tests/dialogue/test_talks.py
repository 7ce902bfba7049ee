"""Conversations as people have them with a form (talks.yaml), and one answer to one question (answers.yaml).

A talk begins at a form that is filled with its template's own examples (`given` says others) but for the fields of
`open`; or `fresh`, with the first words. Its turns are those of test_odd.py. An answer stands alone: its value is what
a clerk would write down, nearly so for addresses and free words (bench/citizen_orders.py judges both alike).
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.citizen_orders import same
from gateway import yamls
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.fields.base import Value
from gateway.fields.city import City
from tests.dialogue.talker import Talker
from tests.dialogue.test_odd import ACTS, CHECKS, act

HERE = Path(__file__).parent
TALKS: list[dict[str, Any]] = yamls.read(HERE / "talks.yaml")
ANSWERS: dict[str, list[tuple[str, str, Any]]] = yamls.read(HERE / "answers.yaml")
# What else must stand in a form for a field of it to be asked.
ALSO: dict[str, dict[str, Value]] = {
    "education": {"matter": "fees"}, "labour": {"matter": "unpaid_wages", "amount": "100.00", "people": 1},
    "public_transport": {"mode": "bus"}, "traffic_violation": {"plate": "粤A12345"},
    "food_safety": {"symptoms": "吐了一晚上"},
}


def examples(template: Template, language: str) -> dict[str, Value]:
    """The template's own examples for every field that always has to be filled; nothing in them asks for more."""
    fields: dict[str, Value] = {
        field.id: field.example.of(language) for field in template.fields if field.required and field.when is None}
    return fields | {"requested_remedy": "repair"} if "requested_remedy" in fields else fields


def begun(talk: dict[str, Any], catalog: Catalog, city: City) -> Talker:
    language = talk.get("language", "zh")
    talker = Talker(catalog, city, opens=talk["template"], language=language)
    if not talk.get("fresh"):
        form = catalog.newest[talk["template"]]
        fields = examples(form, language) | talk.get("given", {})
        talker.fill(form.id, **{name: value for name, value in fields.items() if name not in talk["open"]})
    return talker


def faults(talk: dict[str, Any], catalog: Catalog, city: City) -> list[str]:
    """What is not as it should be, up to the first turn that fails."""
    talker = begun(talk, catalog, city)
    if not talk.get("fresh") and talker.asked != talk["open"][0]:
        return [f"{talk['name']}: begins at {talker.asked}"]
    for turn in talk["turns"]:
        act(talker, turn)
        wrong = [name for name in turn.keys() - ACTS if not CHECKS[name](talker, turn[name])]
        if wrong:
            told = {name: talker.values.get(name) for name in turn.get("fills", turn.get("unset", ()))}
            return [f"{talk['name']}, {turn['say']!r}: {wrong}, asked {talker.asked}, {told}, said {talker.said}"]
    return []


def taken(place: str, language: str, answer: str, catalog: Catalog, city: City) -> Value | None:
    """What the answer makes of the field; asked for it, the form has everything else."""
    template, field = place.split(".")
    given = {"template": template, "language": language, "open": [field], "given": ALSO.get(template, {})}
    talker = begun(given, catalog, city)
    assert talker.asked == field, f"{place}: {talker.asked} is asked"
    talker.say(answer)
    return talker.values.get(field)


def test_people_answer_in_their_own_ways(catalog: Catalog, guangzhou: City) -> None:
    assert [fault for talk in TALKS for fault in faults(talk, catalog, guangzhou)] == []


def test_enough_of_them_in_both_languages() -> None:
    assert min(sum(talk.get("language", "zh") == language for talk in TALKS) for language in ("zh", "en")) >= 20
    assert len({talk["name"] for talk in TALKS}) == len(TALKS)


def test_one_answer_to_one_question(catalog: Catalog, guangzhou: City) -> None:
    wrong = []
    for place, rows in ANSWERS.items():
        template, name = place.split(".")
        field = catalog.newest[template].field(name)
        for language, answer, value in rows:
            got = taken(place, language, answer, catalog, guangzhou)
            if got is None or not same(field, value, got):
                wrong.append(f"{place}: {answer!r} became {got!r}, not {value!r}")
    assert wrong == []
