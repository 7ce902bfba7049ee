"""Data files: what is wrong is named with file and line."""
from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct

from gateway.errors import ConfigError
from gateway.yamls import Document, read


class Leaf(Struct, forbid_unknown_fields=True):
    name: str
    size: int = 0


class Tree(Struct, forbid_unknown_fields=True):
    title: str
    leaves: list[Leaf]


def write(folder: Path, text: str) -> Path:
    file = folder / "tree.yaml"
    file.write_text(text, "utf-8")
    return file


GOOD = "title: 树\nleaves:\n- name: a\n- name: b\n  size: 2\n"


def test_a_good_file_becomes_what_it_says(tmp_path: Path) -> None:
    tree = Document(write(tmp_path, GOOD)).to(Tree)
    assert (tree.title, [leaf.size for leaf in tree.leaves]) == ("树", [0, 2])


@pytest.mark.parametrize(("text", "line", "words"), [
    (GOOD.replace("size: 2", "size: two"), 5, "Expected `int`"),
    (GOOD.replace("size: 2", "colour: red"), 4, "unknown field `colour`"),
    (GOOD.replace("- name: a\n", "- title: a\n"), 3, "unknown field"),
    ("title: 1\nleaves: []\n", 1, "Expected `str`"),
])
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        Document(write(tmp_path, text)).to(Tree)
    assert f"tree.yaml:{line}: " in str(caught.value)


def test_what_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tree\.yaml:3: "):
        read(write(tmp_path, "title: x\nleaves: [\n"))


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"a: \x00"])
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "tree.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"tree\.yaml"):
        read(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml"):
        read(tmp_path / "gone.yaml")


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    document = Document(write(tmp_path, ""))
    assert (document.data, document.line("$.title")) == (None, 1)


def test_a_path_that_leads_nowhere_stops_at_the_last_node_there_is(tmp_path: Path) -> None:
    document = Document(write(tmp_path, GOOD))
    assert document.line("$.leaves[1].size") == 5
    assert document.line("$.leaves[7].size") == 3
    assert document.line("no path at all") == 1
