"""The documents tell the truth: every path, command, make target and test they name is there."""
from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

from tests.tables import table

ROOT = Path(__file__).parent.parent
OURS = ("gateway", "channels", "nlu", "casebridge", "templates", "knowledge", "city", "tests", "bench", "tools")
DOCUMENTS = sorted({
    *ROOT.glob("*.md"),
    *(found for folder in OURS for found in (ROOT / folder).rglob("*.md") if "node_modules" not in found.parts),
})
ENDINGS = (".py", ".md", ".yaml", ".yml", ".toml", ".json", ".lock", ".sh", ".js", ".css", ".html", ".csv", ".txt")
UNKEPT = ("data/", ".venv", ".cache/", "holidays.yaml")  # made by running, or by a city: never committed

QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.<>*{},-]+(?:/[\w.<>*{},-]+)*/?")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def quoted(document: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return QUOTED.findall(text)


def paths(document: Path) -> list[str]:
    """What is quoted and looks like a path of ours; `<id>` and the like stand for anything."""
    found = []
    for words in quoted(document):
        path = words.partition("::")[0]
        ours = path.split("/")[0] in OURS and "/" in path
        if PATH.fullmatch(path) and (ours or path.endswith(ENDINGS)) and not path.startswith(UNKEPT):
            found.append(path)
    return found


def stands(path: str, document: Path) -> bool:
    """Relative to the document or to the root; a bare file name may be anywhere below the document."""
    pattern = re.sub(r"<[^>]+>", "*", path.rstrip("/"))
    places = [document.parent, ROOT]
    return any(next(place.glob(pattern), None) for place in places) or (
        "/" not in path and next(document.parent.rglob(pattern), None) is not None and document.parent != ROOT
    )


@table("document", DOCUMENTS, label=name)
def test_every_path_named_is_there(document: Path) -> None:
    assert [path for path in paths(document) if not stands(path, document)] == []


def test_paths_are_found_and_judged() -> None:
    readme = ROOT / "README.md"
    assert "gateway/messages.py" in paths(readme)
    assert stands("templates/complaints/<id>.yaml", readme)
    assert not stands("gateway/gone.py", readme)
    assert not stands("gone.md", readme)


@table("document", DOCUMENTS, label=name)
def test_every_make_target_named_is_there(document: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text("utf-8"), re.MULTILINE)
    assert set(named) - set(targets) == set()


@table("document", DOCUMENTS, label=name)
def test_every_command_named_is_there(document: Path) -> None:
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "gateway").rglob("*.py"))
    commands = re.findall(r'add_parser\(\s*"(\w+)"', sources)
    named = re.findall(r"python -m gateway (\w+)", document.read_text("utf-8"))
    assert set(named) - set(commands) == set()


@table("document", DOCUMENTS, label=name)
def test_every_test_named_is_there(document: Path) -> None:
    named = [words.partition("::") for words in quoted(document) if words.startswith("tests/") and "::" in words]
    gone = [f"{path}::{test}" for path, _, test in named if test not in defined_in(ROOT / path)]
    assert gone == []


@cache
def defined_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    )


def test_the_threat_model_names_its_tests() -> None:
    """Every row of the table of conditions ends in a test that shows it."""
    text = (ROOT / "THREAT_MODEL.md").read_text("utf-8")
    rows = [row for row in text.splitlines() if re.match(r"\| \d", row)]
    assert len(rows) >= 20
    assert [row for row in rows if "`tests/" not in row] == []


def test_dependencies_are_each_explained() -> None:
    """One line of why in CONTRIBUTING.md for each direct dependency, and none for what is gone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    entries = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    wanted = {re.split(r"[<>=\[]", entry)[0] for entry in entries}
    chapter = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Dependencies")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \|", chapter, re.MULTILINE)
    assert {package for row in rows for package in QUOTED.findall(row)} == wanted
