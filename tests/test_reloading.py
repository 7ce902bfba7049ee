"""Templates changed while conversations run: taken up when sound, refused aloud when not, and no draft loses a word."""
from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from gateway import check, templates
from gateway.config import Config
from gateway.dialogue.catalog import Catalog
from gateway.fields.registry import TYPES
from gateway.reloading import Reloader
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds
from tests.dialogue.small import city
from tests.dialogue.talker import Talker

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def counted() -> float:
    return REGISTRY.get_sample_value("huiyin_template_faults") or 0.0


class Office:
    """A copy of the data files, a catalog made of it, and what watches it."""

    def __init__(self, root: Path, store: SqliteStore) -> None:
        for name in ("city", "templates/replies"):
            shutil.copytree(ROOT / name, root / name)
        (root / check.COMPLAINTS).mkdir()
        for name in ("common.yaml", "complaints/general.yaml", "complaints/general.cases.yaml"):
            shutil.copy(ROOT / "templates" / name, root / "templates" / name)
        self.folder = root / check.COMPLAINTS
        self.catalog = Catalog.of(templates.load(self.folder, TYPES), TYPES)
        self.reloader = Reloader(
            self.folder, self.catalog, store.records, lambda: check.proofread(root, Config(), NOW))

    def edit(self, old: str, new: str, name: str = "complaints/general.yaml") -> None:
        file = self.folder.parent / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    @property
    def version(self) -> int:
        return self.catalog.newest["general"].version


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = SqliteStore(tmp_path / "t.db", ManualClock(), SerialIds())
    await store.open()
    made = Office(tmp_path, store)
    await templates.archive(store.records, made.catalog.newest.values())
    yield made
    await store.close()


async def test_a_new_version_is_taken_up_and_an_open_draft_keeps_its_own(office: Office) -> None:
    talk = Talker(office.catalog, city(), opens="general")
    talk.say("东门的健身器材松了半个月，小孩差点摔下来")
    before, version, seen = talk.values, office.version, office.reloader.stamp()
    office.edit(f"version: {version}", "version: 90")
    office.edit("zh: 其他诉求", "zh: 别的事情")
    assert await office.reloader.look(seen) != seen
    assert office.version == 90
    assert talk.draft.version == version
    talk.say("13800138000")
    assert talk.asked == "confirm"
    assert before.items() <= talk.values.items()
    again = Talker(office.catalog, city(), opens="general")
    again.say("东门的健身器材松了半个月，小孩差点摔下来")
    assert again.draft.version == 90


async def test_common_fields_belong_to_the_templates(office: Office) -> None:
    seen = office.reloader.stamp()
    office.edit(f"version: {office.version}", "version: 90")
    office.edit("请问怎么称呼您？", "您贵姓？", "common.yaml")
    await office.reloader.look(seen)
    assert office.catalog.newest["general"].field("contact_name").prompt.zh == "您贵姓？"


@pytest.mark.parametrize(("old", "new"), [
    ("type: address", "type: adress"), ("deadline: ", "deadline: soonish #"), ("skill: comprehensive", "skill: women"),
], ids=["a misspelt type", "no such deadline", "the same version with other content"])
async def test_a_fault_changes_nothing_and_is_counted(office: Office, old: str, new: str) -> None:
    version, seen = office.version, office.reloader.stamp()
    office.edit(old, new)
    seen = await office.reloader.look(seen)
    assert office.version == version
    assert counted() >= 1
    office.edit(new, old)
    await office.reloader.look(seen)
    assert counted() == 0


async def test_nothing_is_read_while_nothing_changes(office: Office) -> None:
    seen = office.reloader.stamp()
    reloader = Reloader(office.folder, office.catalog, office.reloader.records, lambda: pytest.fail("read for nothing"))
    assert await reloader.look(seen) == seen
