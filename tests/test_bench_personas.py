"""The personas as data: enough of them, fields and choices that their templates know, quirks that can happen."""
from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from bench.citizen_talk import AROUND
from bench.persona import UNSEEN, Kind, Persona, fact, load
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.errors import ConfigError

EVERYBODY, STRANGERS = load(), load(UNSEEN)
BESIDE = {*AROUND, "template", "nothing", "change"}


def persona(text: str, folder: Path) -> list[Persona]:
    (folder / "general.yaml").write_text(text, "utf-8")
    return load(folder)


def test_every_template_has_three_personas_in_each_language(catalog: Catalog) -> None:
    counted = Counter((one.template, one.language) for one in EVERYBODY)
    assert {name for name, _ in counted} == set(catalog.newest)
    assert {key: n for key, n in counted.items() if n < 3} == {}
    assert len(counted) == 2 * len(catalog.newest)


def test_one_stranger_comes_for_each_template_where_any_come(catalog: Catalog) -> None:
    assert {one.template for one in STRANGERS} in (set(), set(catalog.newest))
    assert {one.language for one in STRANGERS} in (set(), {"zh", "en"})
    assert bool(STRANGERS) is UNSEEN.is_dir()


def test_nobody_is_there_twice() -> None:
    everybody = [*EVERYBODY, *STRANGERS]
    assert [name for name, n in Counter((one.template, one.name) for one in everybody).items() if n > 1] == []
    assert [words for words, n in Counter(str(one.opening) for one in everybody).items() if n > 1] == []


def test_every_kind_of_quirk_is_played_in_both_languages() -> None:
    seen = {(one.language, quirk.kind) for one in EVERYBODY for quirk in one.quirks}
    wanted = {(language, kind) for language in ("zh", "en") for kind in get_args(Kind)}
    assert wanted - seen == set()


def test_bursts_skips_and_wishes_are_not_rare() -> None:
    kinds = Counter(quirk.kind for one in EVERYBODY for quirk in one.quirks)
    assert min(kinds["correction"], kinds["detour"], kinds["bad_value"], kinds["identity"]) >= 15
    assert sum(len(one.first_words) > 1 for one in EVERYBODY) >= 10
    assert sum(bool(one.silent) for one in EVERYBODY) >= 5


def test_fields_and_choices_are_those_of_the_template(catalog: Catalog) -> None:
    assert [fault for one in (*EVERYBODY, *STRANGERS) for fault in strange(one, catalog.newest[one.template])] == []


def strange(one: Persona, template: Template) -> list[str]:
    """Names and choice values that the template does not have."""
    known = {field.id: field for field in template.fields}
    told = [*one.facts.items(), *(pair for quirk in one.quirks for pair in quirk.becomes.items())]
    named = [*(name for name, _ in told), *one.told, *one.silent, *(n for q in one.quirks for n in q.tells)]
    values = [
        f"{one.name}: {name} {value}"
        for name, given in told if name in known and known[name].options
        for value in listed(fact(given).value)
        if not isinstance(value, bool) and value not in {option.value for option in known[name].options}
    ]
    places = [f"{one.name}: at {quirk.at}" for quirk in one.quirks if quirk.at not in {*known, *BESIDE}]
    return [*(f"{one.name}: {name}" for name in named if name not in known), *values, *places]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_what_is_required_is_known_or_kept_back(catalog: Catalog) -> None:
    """Else the figures would not know whether it was rightly asked."""
    lacking = [
        (one.template, one.name, field.id)
        for one in (*EVERYBODY, *STRANGERS) for field in catalog.newest[one.template].fields
        if field.required and field.when is None and field.id != "description"
        and field.id not in {*one.facts, *one.silent, *(name for quirk in one.quirks for name in quirk.becomes)}
    ]
    assert lacking == []


def test_what_the_opening_tells_is_a_fact() -> None:
    assert [(one.name, name) for one in EVERYBODY for name in one.told if name not in one.facts] == []


def test_telephone_numbers_are_plainly_invented() -> None:
    """138 0013 8… belongs to the examples of the templates, 020 8333 00… likewise."""
    numbers = [str(fact(given).value) for one in (*EVERYBODY, *STRANGERS)
               for name, given in one.facts.items() if "phone" in name]
    assert [n for n in numbers if n and not n.startswith(("+861380013", "+86208333"))] == []


def test_a_bare_value_is_said_as_it_stands() -> None:
    assert (fact("sf").say, fact("sf").value) == ("sf", "sf")
    assert (fact(9).say, fact(True).say) == ("9", "")
    assert fact({"say": 1299, "value": "1299.00"}).say == "1299"


def test_a_misspelt_key_stops_the_reading(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"general\.yaml:1: .*quirkz"):
        persona("- name: a\n  language: zh\n  opening: 你好\n  facts: {}\n  quirkz: []\n", tmp_path)


def test_the_file_names_the_template(tmp_path: Path) -> None:
    found = persona("- {name: a, language: en, opening: hello, facts: {}}", tmp_path)
    assert (found[0].template, found[0].first_words) == ("general", ["hello"])


def test_a_quirk_becomes_frames(tmp_path: Path) -> None:
    quirk = "{at: location, kind: burst, say: [here, 'no, there'], point: [23.1, 113.3, a gate]}"
    found = persona("- {name: a, language: en, opening: hello, facts: {}, quirks: [" + quirk + "]}", tmp_path)
    assert found[0].quirks[0].messages == [
        {"text": "here"}, {"text": "no, there"},
        {"location": {"lat": 23.1, "long": 113.3, "label": "a gate"}},
    ]
