"""Reading Rasa's YAML, and what the training set itself must hold."""
from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.held_out import load
from gateway.errors import ConfigError
from nlu.normal import normal
from nlu.training import Entity, Example, read
from tests.minds import ROOT, TRAINING
from tests.tables import table

SOCIAL_AND_COMMANDS = [
    "ask_faq", "check_status", "rate", "affirm", "deny", "correct", "supplement", "urge", "human", "cancel", "back",
    "restart", "help", "language", "greet", "thanks", "emergency", "out_of_scope",
]
NAMES = [path.name.split(".") for path in (ROOT / "templates/complaints").glob("*.yaml")]
TEMPLATES = [f"complaint.{name[0]}" for name in NAMES if len(name) == 2]


def chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def written(folder: Path, body: str) -> Path:
    (folder / "set.yml").write_text(f'version: "3.1"\nnlu:\n{body}', "utf-8")
    return folder


# --- the reader ---------------------------------------------------------------------------------------------

def test_lines_become_examples(tmp_path: Path) -> None:
    training = read(written(tmp_path, "  - intent: greet\n    examples: |\n      - 你好\n\n      - hello there\n"))
    assert training.examples == (Example("greet", "你好"), Example("greet", "hello there"))
    assert training.intents == ("greet",)


def test_an_annotation_becomes_an_entity_of_the_plain_sentence(tmp_path: Path) -> None:
    line = '从[海珠区]{"entity": "address", "role": "sender"}寄的[顺丰](carrier)'
    (example,) = read(written(tmp_path, f"  - intent: a\n    examples: |\n      - {line}\n")).examples
    assert example.text == "从海珠区寄的顺丰"
    assert example.entities == (Entity(1, 4, "address", "sender"), Entity(6, 8, "carrier"))
    assert [example.text[found.start:found.end] for found in example.entities] == ["海珠区", "顺丰"]


def test_brackets_that_annotate_nothing_stay(tmp_path: Path) -> None:
    (example,) = read(written(tmp_path, "  - intent: a\n    examples: |\n      - see [this] (here)\n")).examples
    assert example.text == "see [this] (here)"


def test_rasas_other_blocks_are_counted_not_learnt(tmp_path: Path) -> None:
    body = (
        "  - intent: a\n    examples: |\n      - x\n"
        "  - synonym: sf\n    examples: |\n      - 顺丰\n      - 顺风\n"
        "  - lookup: carrier\n    examples: |\n      - 中通\n"
        "  - regex: waybill\n    examples: |\n      - SF\\d{13}\n"
    )
    training = read(written(tmp_path, body))
    assert training.other == (("synonym:sf", 2), ("lookup:carrier", 1), ("regex:waybill", 1))
    assert len(training.examples) == 1


@pytest.mark.parametrize(("body", "complaint"), [
    ("  - intent: a\n    examples: |\n      hello\n", "must begin with '- '"),
    ("  - intent: a\n    examples:\n      - hello\n", "examples: |"),
    ("  - story: a\n    examples: |\n      - hello\n", "without intent"),
    ("  - just text\n", "list of blocks"),
    ("  intent: a\n", "list of blocks"),
    ("  - intent: [\n", "set.yml"),
    ('  - intent: a\n    examples: |\n      - [x]{"role": "sender"}\n', "annotation"),
])
def test_a_fault_names_its_file(tmp_path: Path, body: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=r"set\.yml") as raised:
        read(written(tmp_path, body))
    assert complaint in str(raised.value)


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no training sentences"):
        read(tmp_path)


# --- the set ------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def examples() -> tuple[Example, ...]:
    return read(TRAINING).examples


@table(("intent", "zh", "en"), [
    *((template, 40, 25) for template in TEMPLATES), *((intent, 20, 12) for intent in SOCIAL_AND_COMMANDS),
])
def test_every_intent_has_sentences_in_both_languages(
    examples: tuple[Example, ...], intent: str, zh: int, en: int
) -> None:
    sides = Counter(chinese(example.text) for example in examples if example.intent == intent)
    assert sides[True] >= zh, f"{sides[True]} Chinese sentences"
    assert sides[False] >= en, f"{sides[False]} English sentences"


def test_no_intent_without_a_purpose(examples: tuple[Example, ...]) -> None:
    assert {example.intent for example in examples} == set(TEMPLATES) | set(SOCIAL_AND_COMMANDS)


def test_no_sentence_stands_twice(examples: tuple[Example, ...]) -> None:
    twice = [text for text, n in Counter(normal(example.text) for example in examples).items() if n > 1]
    assert twice == []


def test_addresses_have_roles_where_two_are_told_apart(examples: tuple[Example, ...]) -> None:
    roles = {found.role for example in examples for found in example.entities if found.entity == "address"}
    assert {"sender", "receiver", "place"} <= roles


def test_what_is_held_out_was_not_learnt(examples: tuple[Example, ...]) -> None:
    secret = {normal(case.text) for case in load().intents if len(case.text) > 12}  # everybody says 谢谢
    assert secret
    assert secret.isdisjoint(normal(example.text) for example in examples)


def test_every_fault_has_its_line(tmp_path: Path) -> None:
    body = "  - intent: a\n    examples: |\n      - one\n      two\n\n      - [x]{1}\n"
    body += "  - intent: b\n    examples: |\n      - one\n"
    with pytest.raises(ConfigError) as raised:
        read(written(tmp_path, body))
    first = 1 + (written(tmp_path, body) / "set.yml").read_text("utf-8").splitlines().index("      - one")
    found = [line.partition("set.yml:")[2].split(":")[0] for line in str(raised.value).splitlines()]
    assert found == [str(first + 1), str(first + 3), str(first + 6)]
