"""Conversations as people have them with a form (talks.yaml): answers in a sentence, two at once, late, taken back.

A talk begins at a form that is filled with its template's own examples (`given` says others) but for the fields of
`open`; or `fresh`, with the first words. Its turns are those of test_odd.py.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway import yamls
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.fields.base import Value
from gateway.fields.city import City
from tests.dialogue.talker import Talker
from tests.dialogue.test_odd import ACTS, CHECKS, act

TALKS: list[dict[str, Any]] = yamls.read(Path(__file__).with_name("talks.yaml"))


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


def test_people_answer_in_their_own_ways(catalog: Catalog, guangzhou: City) -> None:
    assert [fault for talk in TALKS for fault in faults(talk, catalog, guangzhou)] == []


def test_enough_of_them_in_both_languages() -> None:
    assert min(sum(talk.get("language", "zh") == language for talk in TALKS) for language in ("zh", "en")) >= 20
    assert len({talk["name"] for talk in TALKS}) == len(TALKS)
