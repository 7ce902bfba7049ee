"""The scope gate: matters of lines that are not merged are told where to go, everything else stays with us."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway import yamls
from gateway.city import load
from gateway.errors import ConfigError
from gateway.fields.city import City
from gateway.scope import LONGEST, elsewhere
from tests.dialogue.small import city
from tests.tables import table

CASES = yamls.read(Path(__file__).with_name("scope_cases.yaml"))
THEIRS = [(line, text) for line, texts in CASES["elsewhere"].items() for text in texts]


@table(("line", "text"), THEIRS)
def test_another_lines_matter_is_known(line: str, text: str) -> None:
    found = elsewhere(text, city())
    assert found is not None
    assert found.id == line


def test_our_own_matters_stay_with_us() -> None:
    taken = {text: found.id for text in CASES["ours"] if (found := elsewhere(text, city()))}
    assert taken == {}


def test_every_line_has_cases() -> None:
    assert {line.id for line in city().lines} == CASES["elsewhere"].keys()


def test_only_so_much_is_looked_at() -> None:
    assert elsewhere("快" * LONGEST + "偷税", city()) is None


def test_a_city_without_the_file_answers_everything_itself() -> None:
    assert elsewhere("偷税漏税", City("440100", "广州市", "Guangzhou", "Asia/Shanghai")) is None


def test_a_broken_expression_is_named_with_its_line(tmp_path: Path) -> None:
    for file in ("city.yaml", "divisions.csv", "streets.csv", "lines.yaml"):
        (tmp_path / file).write_bytes((Path("city") / file).read_bytes())
    lines = (tmp_path / "lines.yaml").read_text("utf-8")
    (tmp_path / "lines.yaml").write_text(lines.replace("偷税|", "(偷税|", 1), "utf-8")
    with pytest.raises(ConfigError, match=re.compile(r"lines\.yaml:\d+: tax: ")):
        load(tmp_path)
