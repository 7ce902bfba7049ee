"""The files of approved answers: every fault with its line, what is asleep, and our own sample."""
from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway import yamls
from gateway.errors import ConfigError
from nlu.entries import asleep, read, unanswered

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = read(ROOT / "knowledge")
FEE = """\
- id: fee
  questions:
    zh: [打电话要钱吗, 收费吗, 费用多少]
    en: [is it free, what does it cost, any fee]
  answer:
    zh: 不收费。
    en: It is free.
  source: Huiyin sample
  department: hotline
  owner: hotline
  tags: [general]
"""
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def folder(tmp_path: Path, text: str, name: str = "entries.yaml") -> Path:
    (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def faults(home: Path) -> list[str]:
    """Without the folder's name."""
    with pytest.raises(ConfigError) as raised:
        read(home, ({"health"}, {"general", "medical"}))
    return [line.removeprefix(f"{home}/") for line in str(raised.value).splitlines()]


# --- reading ------------------------------------------------------------------------------------------------

def test_an_entry_is_read_whole(tmp_path: Path) -> None:
    (entry,) = read(folder(tmp_path, FEE + '  valid_until: "2027-01-31"\n'), ((), {"general"}))
    assert (entry.id, entry.owner, entry.tags, entry.valid_until) == ("fee", "hotline", ("general",), date(2027, 1, 31))
    assert entry.wordings == ("打电话要钱吗", "收费吗", "费用多少", "is it free", "what does it cost", "any fee")


@pytest.mark.parametrize(("old", "new", "fault"), [
    ("    en: [is it free, what does it cost, any fee]\n", "", "entries.yaml:3: fee: questions: .*`en`"),
    ("    en: It is free.\n", "", "entries.yaml:6: fee: answer: .*`en`"),
    ("  source: Huiyin sample\n", "", "entries.yaml:1: fee: `source` is missing"),
    ("  owner: hotline", "  ovner: hotline", "entries.yaml:10: fee: unknown field `ovner`"),
    ("tags: [general]", "valid_until: next year", "entries.yaml:11: fee: valid_until: .*date"),
    ("收费吗", "打电话要钱吗", "entries.yaml:3: fee: 2 different wordings; 3 are needed"),
    ("不收费。", "不" * 201, "entries.yaml:6: fee: an answer of 201 characters"),
    ("It is free.", '""', "entries.yaml:7: fee: an answer of 0 characters"),
    ("department: hotline", "department: moon", "entries.yaml:9: fee: department moon is not one of the city's"),
    ("owner: hotline", "owner: moon", "entries.yaml:10: fee: owner moon is not one of the city's"),
    ("[general]", "[medical, mediacl]", "entries.yaml:11: fee: the tag mediacl is no template"),
    ("- id: fee", "- id: [", "entries.yaml:"),
])
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in FEE
    found = faults(folder(tmp_path, FEE.replace(old, new, 1)))
    assert any(re.match(fault, line) for line in found), found


def test_every_fault_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    folder(tmp_path, FEE.replace("  source: Huiyin sample\n", "").replace("不收费。", "5"), "a.yaml")
    folder(tmp_path, "zh: 5\n", "b.yaml")
    folder(tmp_path, "- fee\n" + FEE + FEE.replace("owner: hotline", "owner: moon"), "c.yaml")
    assert [line.partition(": ")[0] for line in faults(tmp_path)] == [
        "a.yaml:6", "a.yaml:1", "b.yaml:1", "c.yaml:1", "c.yaml:13", "c.yaml:22",
    ]


def test_a_double_id_names_the_first(tmp_path: Path) -> None:
    home = folder(folder(tmp_path, FEE, "a.yaml"), FEE, "b.yaml")
    assert faults(home) == [f"b.yaml:1: fee: the id stands twice, first at {home}/a.yaml:1"]


def test_references_are_looked_at_only_by_who_knows_them(tmp_path: Path) -> None:
    assert read(folder(tmp_path, FEE.replace("owner: hotline", "owner: moon")))


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path) == [f"{tmp_path}: no entries (*.yaml)"]


def test_unanswered_questions_may_be_missing(tmp_path: Path) -> None:
    assert unanswered(tmp_path) == ()


# --- asleep -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("line", "said"), [
    ('valid_until: "2026-11-22"', "entries.yaml:12: fee: expired on 2026-11-22: not shown; hotline keeps it"),
    ('valid_from: "2026-11-24"', "entries.yaml:12: fee: valid from 2026-11-24 on: not shown before"),
    ('valid_until: "2026-11-23"', ""),
    ('valid_from: "2026-11-23"', ""),
])
def test_what_is_not_shown_today_is_listed(tmp_path: Path, line: str, said: str) -> None:
    home = folder(tmp_path, f"{FEE}  {line}\n")
    read(home)  # no fault
    assert asleep(home, NOON) == ([f"{home}/{said}"] if said else [])


def test_the_day_changes_at_chinas_midnight(tmp_path: Path) -> None:
    home = folder(tmp_path, FEE + '  valid_until: "2026-11-23"\n')
    assert not asleep(home, NOON.replace(hour=15, minute=59))
    assert asleep(home, NOON.replace(hour=16))


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    home = folder(folder(tmp_path, "- id: [", "a.yaml"), FEE + '  valid_until: "2026-01-01"\n')
    assert len(asleep(home, NOON)) == 1


# --- our own entries ----------------------------------------------------------------------------------------

def test_a_citys_worth_of_entries_all_awake() -> None:
    assert len(ENTRIES) >= 80
    assert not asleep(ROOT / "knowledge", NOON)


def test_every_subject_is_listed_for_who_writes_the_next_entry() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", (ROOT / "knowledge/SUBJECTS.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(entry.id for entry in ENTRIES)


def test_references_of_our_own_entries_hold() -> None:
    departments = {one["code"] for one in yamls.read(ROOT / "city/city.yaml")["departments"]}
    templates = {path.name.partition(".")[0] for path in (ROOT / "templates/complaints").glob("*.yaml")}
    assert read(ROOT / "knowledge", (departments, templates)) == ENTRIES


def test_an_entry_is_bilingual_and_says_where_it_comes_from() -> None:
    for entry in ENTRIES:
        assert min(len(set(entry.questions.zh)), len(set(entry.questions.en))) >= 8, entry.id
        assert entry.answer.en.isascii() or "中文" in entry.answer.en, entry.id
        assert re.search("[\u4e00-\u9fff]", entry.answer.zh), entry.id
        assert re.search("Huiyin sample|《|国家", entry.source), entry.id


def test_no_wording_is_in_the_wrong_language_or_taught_twice() -> None:
    said = [(entry.id, wording) for entry in ENTRIES for wording in entry.wordings]
    assert len({wording.casefold() for _, wording in said}) == len(said)
    assert all(re.search("[\u4e00-\u9fff]", wording) for entry in ENTRIES for wording in entry.questions.zh)
    assert all(wording.isascii() for entry in ENTRIES for wording in entry.questions.en)


def test_what_is_unanswered_is_taught_in_both_languages_and_answered_nowhere() -> None:
    questions = unanswered(ROOT / "knowledge")
    chinese = [question for question in questions if re.search("[\u4e00-\u9fff]", question)]
    assert min(len(chinese), len(questions) - len(chinese)) >= 80
    assert len(set(questions)) == len(questions)
    assert set(questions).isdisjoint(wording for entry in ENTRIES for wording in entry.wordings)
