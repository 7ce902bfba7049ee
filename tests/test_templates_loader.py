"""Templates from their folder: faults by file and line, versions for ever."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gateway import templates
from gateway.dialogue.template import Template
from gateway.errors import ConfigError
from gateway.fields.registry import TYPES
from gateway.protocols import Put, Records
from gateway.store.sqlite import SqliteStore
from tests import project
from tests.clock import ManualClock, SerialIds

FOLDER = Path("templates/complaints")


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    store = SqliteStore(tmp_path / "t.db", ManualClock(), SerialIds())
    await store.open()
    yield store.records
    await store.close()


COMMON = FOLDER.parent / "common.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of templates, with the common fields beside it."""
    (tmp_path / "common.yaml").write_bytes(COMMON.read_bytes())
    (tmp_path / "complaints").mkdir()
    return tmp_path / "complaints"


def broken(folder: Path, old: str, new: str) -> Path:
    text = (FOLDER / "general.yaml").read_text("utf-8")
    assert old in text
    (folder / "general.yaml").write_text(text.replace(old, new, 1), "utf-8")
    return folder


def line_of(text: str) -> int:
    lines = (FOLDER / "general.yaml").read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)


def test_the_projects_own_templates_load_in_order_of_name() -> None:
    loaded = [template.id for template in templates.load(FOLDER, TYPES)]
    assert loaded == sorted(loaded)
    assert "general" in loaded


def test_a_misspelt_key_is_named_with_its_line(folder: Path) -> None:
    broken(folder, "version:", "verison:")
    with pytest.raises(ConfigError, match=r"general\.yaml:\d+: .*(verison|version)"):
        templates.load(folder, TYPES)


def test_broken_yaml_is_named_with_its_line(folder: Path) -> None:
    broken(folder, "fields:", "fields: [")
    with pytest.raises(ConfigError, match=r"general\.yaml:\d+: "):
        templates.load(folder, TYPES)


def test_an_unknown_field_type_is_named_with_its_line(folder: Path) -> None:
    broken(folder, "type: address", "type: adress")
    with pytest.raises(ConfigError, match="no such field type: adress") as caught:
        templates.load(folder, TYPES)
    line = int(str(caught.value).split(":")[1])
    assert abs(line - line_of("type: address")) <= 1


def test_a_common_field_is_completed_and_its_own_words_win(folder: Path) -> None:
    broken(folder, "  - id: contact_name\n", "  - id: contact_name\n    help: {zh: 姓什么都行。, en: Any name.}\n")
    name = templates.load(folder, TYPES)[0].field("contact_name")
    assert name.help.zh == "姓什么都行。"
    assert name.prompt.zh == "请问怎么称呼您？"


def test_a_field_of_its_own_is_not_completed(folder: Path) -> None:
    broken(folder, "  - id: contact_name\n", "  - id: nickname\n")
    with pytest.raises(ConfigError, match=r"general\.yaml:\d+: .*missing required field"):
        templates.load(folder, TYPES)


def test_a_fault_of_the_common_fields_is_named_there(folder: Path) -> None:
    common = folder.parent / "common.yaml"
    common.write_text(common.read_text("utf-8").replace("context: phone", "context: fax"), "utf-8")
    broken(folder, "id: general", "id: general")
    with pytest.raises(ConfigError, match=r"common\.yaml:\d+: .*fax"):
        templates.load(folder, TYPES)


def test_a_notice_about_a_field_that_is_not_there_is_named(folder: Path) -> None:
    broken(folder, "when: {field: location, absent: true}", "when: {field: loction, absent: true}")
    with pytest.raises(ConfigError, match=r"general\.yaml:\d+: no such field: loction"):
        templates.load(folder, TYPES)


def test_the_id_must_be_the_files_name(folder: Path) -> None:
    broken(folder, "id: general", "id: other_id")
    with pytest.raises(ConfigError, match="not the file's name"):
        templates.load(folder, TYPES)


def test_every_fault_of_a_folder_is_listed(folder: Path) -> None:
    broken(folder, "id: general", "id: other_id")
    (folder / "second.yaml").write_text("id: second\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        templates.load(folder, TYPES)
    assert len(str(caught.value).splitlines()) == 2


def test_an_empty_folder_is_a_fault(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no templates"):
        templates.load(folder, TYPES)


async def test_an_old_version_stays_in_reach_of_its_drafts(records: Records) -> None:
    first = general(1)
    assert await templates.archive(records, [first]) == [first]
    second = general(2)
    assert await templates.archive(records, [second]) == [second, first]


async def test_the_same_version_with_other_content_is_refused(records: Records) -> None:
    first = general(1)
    await templates.archive(records, [first])
    changed = msgspec.structs.replace(first, skill="women")
    with pytest.raises(ConfigError, match=r"general\.yaml: version 1"):
        await templates.archive(records, [changed])


async def test_a_version_written_before_the_grammar_had_a_key_is_the_same(records: Records) -> None:
    first = general(1)
    written = msgspec.to_builtins(first)
    assert written.pop("discreet") is False
    await records.write([Put("template", "general@1", msgspec.json.encode(written), {"archived": 0})])
    assert await templates.archive(records, [first]) == [first]


def general(version: int) -> Template:
    return msgspec.structs.replace(project.catalog().newest["general"], version=version)


def test_only_the_file_that_changed_is_parsed_again(folder: Path) -> None:
    for name in ("general.yaml", "construction_noise.yaml"):
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    before = dict(templates.by_file(folder, TYPES))
    broken(folder, "zh: ", "zh: 新的")
    after = dict(templates.by_file(folder, TYPES))
    assert after[folder / "construction_noise.yaml"] is before[folder / "construction_noise.yaml"]
    assert after[folder / "general.yaml"] != before[folder / "general.yaml"]
