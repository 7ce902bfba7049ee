"""Every complaint template against the contract, and through its own test conversations."""
from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from gateway import yamls
from gateway.dialogue.commands import Change, Correction, Word, read
from gateway.dialogue.template import Field
from tests import project
from tests.dialogue.talker import Talker
from tests.tables import table

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "templates" / "complaints"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.name.endswith(".cases.yaml"))
CONTRACT = yamls.read(ROOT / "templates" / "templates-contract.yaml")
ASKS = frozenset({"template", "confirm", "consent", "duplicate", "solved", "language", "handoff", "resume", "resolved",
                  "satisfaction", "reason", "rework", "contacted", "answer", "change", "details", "cancel", "case",
                  "more", "next", "switch"})

Case = dict[str, Any]


@cache
def cases(template: str) -> list[Case]:
    document: list[Case] = yamls.read(FOLDER / f"{template}.cases.yaml")
    return document


ALL = [(name, case) for name in NAMES for case in cases(name)]


@table(("template", "case"), ALL)
def test_a_conversation_of_the_template(template: str, case: Case) -> None:
    talk = Talker(project.catalog(), project.city(), opens=template, language=case["language"])
    for n, turn in enumerate(case["turns"], 1):
        _take(talk, turn)
        where = f"turn {n} ({turn}): asked {talk.asked}, values {talk.values}, said {talk.said}"
        for field, value in turn.get("fills", {}).items():
            assert field in talk.values, where
            assert talk.values[field] == value, where
        for field in turn.get("unset", ()):
            assert field not in talk.values, where
        if "asks" in turn:
            assert talk.asked == turn["asks"], where
    assert bool(talk.filed) is bool(case.get("files", False))


def _take(talk: Talker, turn: Case) -> None:
    if "say" in turn:
        talk.say(str(turn["say"]))
    elif "choose" in turn:
        talk.choose(turn["choose"])
    else:
        talk.upload(turn["upload"])


@table("template", NAMES)
def test_enough_conversations_in_both_languages(template: str) -> None:
    spoken = [case["language"] for case in cases(template)]
    assert spoken.count("zh") >= 8
    assert spoken.count("en") >= 5
    for language in ("zh", "en"):
        detours = [case for case in cases(template) if case["language"] == language and _turns_aside(case)]
        assert len(detours) >= 2, f"{language}: two conversations with a correction or a detour"


def _turns_aside(case: Case) -> bool:
    """Some message before the last is a command, a correction or a question."""
    said = [str(turn["say"]) for turn in case["turns"][:-1] if "say" in turn]
    commands = [read(text) for text in said]
    return any(isinstance(one, Change | Correction) or (isinstance(one, Word) and one not in (Word.YES, Word.NO))
               for one in commands) or any(text.rstrip().endswith(("?", "？", "吗")) for text in said)


@table("template", NAMES)
def test_fields_are_those_of_the_contract(template: str) -> None:
    """Ids, types, choice values, and which are required (r), conditional (c) or optional (o)."""
    form = project.catalog().newest[template]
    given = {field.id: field for field in form.fields}
    wanted = {**CONTRACT["common"], **CONTRACT["templates"][template]}
    assert given.keys() == wanted.keys()
    for name, (need, kind, *values) in wanted.items():
        field = given[name]
        assert field.type == kind, name
        if values:
            allowed = [value for value in values[0] if form.anonymous or value != "anonymous"]
            assert [option.value for option in field.options] == allowed, name
        assert _need(field) == need, name


def _need(field: Field) -> str:
    if not field.required:
        return "o"
    return "r" if field.when is None else "c"


@table("template", NAMES)
def test_no_field_has_the_name_of_another_question(template: str) -> None:
    """`ask` names a field or a question around the form (WIRE.md); one word must not mean both."""
    assert ASKS.isdisjoint(field.id for field in project.catalog().newest[template].fields)


@table("template", NAMES)
def test_the_order_summary_renders(template: str) -> None:
    form = project.catalog().newest[template]
    shown = {field.id: "{{7*7}}" for field in form.fields}
    assert "{{7*7}}" in project.replies().summary(form, shown)
    assert "{{" not in project.replies().summary(form, {})


def test_every_template_is_in_the_contract() -> None:
    assert set(NAMES) <= set(CONTRACT["templates"])
    assert {"express_delivery", "shared_bike", "consumer_dispute", "construction_noise", "general"} <= set(NAMES)


def test_one_code_means_one_thing() -> None:
    """The city's table has one label for a code, whichever template names it."""
    forms = project.catalog().newest.values()
    levels = [level for form in forms for level in (form.category.level1, form.category.level2) if level]
    labels = {(level.code, level.label) for level in levels}
    assert len({code for code, _ in labels}) == len(labels)
    assert len({form.category.level2.code for form in forms if form.category.level2}) == len(
        [form for form in forms if form.category.level2])
