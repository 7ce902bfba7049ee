"""Beside other bots: the judgement on replies, what is read after the kill, the page, what is not installed."""
from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bench.peers import kept, page
from bench.peers.dialogue import FIELDS, REGISTERED, TURNS, Turn, facts, fault, opening, questions, turns
from bench.peers.form import Form, Known
from bench.peers.measure import Found, OfBot, Plan, ratios
from bench.record import RESULTS
from gateway import yamls
from tests.tables import table

ROOT = Path(__file__).parent.parent
DOMAIN = yamls.read(ROOT / "bench/peers/rasa_bot/domain.yml")
RESPONSES = {name: said[0]["text"] for name, said in DOMAIN["responses"].items()}
SAID = facts(random.Random(1))
DIALOGUE = turns(SAID, opening(random.Random(1)), questions())


# --- the dialogue and its judgement -------------------------------------------------------------------------

def test_a_form_that_asks_everything_is_never_at_fault() -> None:
    form, known = Form(questions()), None
    for turn in DIALOGUE:
        reply, known = form.turn(known, turn.says)
        assert fault(reply, turn) == ""
    assert known == {**SAID, "confirmed": "yes"}


def test_a_dialogue_says_every_field_once_in_the_order_of_the_questions() -> None:
    assert [turn.says for turn in DIALOGUE[1:-1]] == [SAID[name] for name in FIELDS]
    assert len(DIALOGUE) == TURNS


def test_no_two_citizens_are_alike() -> None:
    chance = random.Random(2)
    assert len({facts(chance)["tracking_number"] for _ in range(500)}) == 500


SUMMARY = "请核对：\n" + "\n".join(SAID.values())
FAULTS: list[tuple[str, str, Turn, str]] = [
    ("a bot that errs fast", "", DIALOGUE[0], DIALOGUE[0].due[0]),
    ("the same question again", questions()["carrier"], DIALOGUE[1], questions()["tracking_number"]),
    ("a question too early", questions()["contact_phone"], DIALOGUE[2], questions()["problem"]),
    ("a summary", SUMMARY, DIALOGUE[-2], ""),
    ("a summary with the phone number in groups", SUMMARY.replace("1380013", "138 0013 "), DIALOGUE[-2], ""),
    ("a summary without an address", SUMMARY.replace(SAID["sender_address"], ""), DIALOGUE[-2],
     SAID["sender_address"]),
    ("the summary again instead of the end", SUMMARY, DIALOGUE[-1], REGISTERED),
]


@table(("name", "reply", "turn", "lacks"), FAULTS, label=lambda row: row[0])
def test_a_reply_is_judged_by_what_is_due(name: str, reply: str, turn: Turn, lacks: str) -> None:
    assert fault(reply, turn) == lacks


# --- Rasa's bot asks the same -------------------------------------------------------------------------------

def test_rasa_asks_what_the_template_asks() -> None:
    assert {name: RESPONSES[f"utter_ask_{name}"] for name in FIELDS} == questions()
    assert DOMAIN["forms"]["express_delivery"]["required_slots"] == [*FIELDS, "confirmed"]


def test_rasa_shows_every_value_before_it_registers() -> None:
    assert fault(RESPONSES["utter_ask_confirmed"].format_map(SAID), DIALOGUE[-2]) == ""
    assert fault(RESPONSES["utter_registered"].format_map(SAID), DIALOGUE[-1]) == ""


# --- what is left after the kill ----------------------------------------------------------------------------

def _file(path: Path, table_: str, rows: Sequence[tuple[str, ...]]) -> None:
    with closing(sqlite3.connect(path)) as sql, sql:
        sql.execute(f"CREATE TABLE {table_}")
        sql.executemany(f"INSERT INTO {table_.split('(')[0]} VALUES ({','.join('?' * len(rows[0]))})", rows)


def _rasa(folder: Path, known: Known) -> None:
    slots = [{"name": "carrier", "value": "圆通之前"}, *({"name": name, "value": known[name]} for name in known)]
    rows = [(str(n), "a citizen", "slot", json.dumps(slot)) for n, slot in enumerate(slots, 10)]
    _file(folder / "tracker.db", "events (id, sender_id, type_name, data)", rows)


def _opsdroid(folder: Path, known: Known) -> None:
    _file(folder / "memory.db", "opsdroid (key, data)", [("a citizen", json.dumps(known))])


def _werobot(folder: Path, known: Known) -> None:
    _file(folder / "session.db", "WeRoBot (id, value)", [("an openid", json.dumps({"known": known}))])


def _huiyin(folder: Path, known: Known) -> None:
    fields = [{"code": name, "display": known[name]} for name in FIELDS if name in known and name != "contact_phone"]
    order = {"fields": fields, "complainant": {"phone": f"+86{known['contact_phone']}"}}
    (folder / "data").mkdir()
    _file(folder / "data/huiyin.db", "record (id, kind, body)", [("1", "work_order", json.dumps({"order": order}))])


STORES = {"rasa": _rasa, "opsdroid": _opsdroid, "werobot": _werobot, "huiyin": _huiyin}


@table("bot", list(STORES))
def test_a_dialogue_is_held_whole_or_lost(bot: str, tmp_path: Path) -> None:
    STORES[bot](tmp_path, {**SAID, "confirmed": "yes"})
    held = kept.READERS[bot](tmp_path)
    assert kept.missing([SAID], held) == 0
    assert kept.missing([SAID, {**SAID, "carrier": "另一家"}, {**SAID, "tracking_number": "SF0"}], held) == 2


@table("bot", list(STORES))
def test_what_lacks_a_field_is_lost(bot: str, tmp_path: Path) -> None:
    short = {name: value for name, value in SAID.items() if name != "my_role"}
    STORES[bot](tmp_path, {**short, "confirmed": "yes"})
    assert kept.missing([SAID], kept.READERS[bot](tmp_path)) == 1


def test_a_bot_without_a_file_keeps_nothing(tmp_path: Path) -> None:
    assert kept.missing([SAID], kept.READERS["opsdroid-memory"](tmp_path)) == 1


# --- figures and page ---------------------------------------------------------------------------------------

def _run(per_s: float) -> dict[str, Any]:
    return {"turns_per_s": per_s, "p50_ms": 1.0, "p95_ms": 2.0, "cpu_ms_per_turn": 3.0, "rss_mb": 100, "wrong": 0,
            "openings_share": 0.111, "dialogues": 7}


def _found(ours: float, rasas: float) -> Found:
    bots = {"huiyin": OfBot(None, 2.0, {"web": {"16": _run(ours)}}, 5, 0),
            "rasa": OfBot(20.0, 15.0, {"rasa": {"16": _run(rasas)}}, 4, 0)}
    machine: dict[str, object] = {"cores": 2, "cpu": "a cpu", "python": "3.11", "load_before": [0.1, 0.1, 0.1]}
    return Found("2026-11-23", machine, 1.0, 300.0, Plan(levels=(16,)), bots, {"werobot": "not here"}, ratios(bots))


@table(("ours", "rasas", "verdict"), [(300.0, 50.0, "6 times Rasa's turns a second (goal 5: reached)"),
                                      (200.0, 50.0, "4 times Rasa's turns a second (goal 5: **not reached**)")])
def test_the_page_says_whether_the_goal_is_reached(ours: float, rasas: float, verdict: str) -> None:
    written = page.text({"peers": asdict(_found(ours, rasas))})
    assert verdict in written
    assert "werobot was not measured: not here" in written


def test_a_bot_that_had_no_right_turn_has_no_ratio() -> None:
    assert _found(300.0, 0.0).ratios == {}


def test_the_committed_page_is_that_of_the_committed_results() -> None:
    assert page.PAGE.read_text("utf-8") == page.text(json.loads(RESULTS.read_text("utf-8")))


# --- what is not installed ----------------------------------------------------------------------------------

TOOLS = ("sh", "dirname", "cmp", "ls", "cat")


def _refused(script: Path, path: Path, *args: str) -> str:
    """What it says on stderr when nothing but a shell's own tools can be found."""
    done = subprocess.run(["/bin/sh", str(script), *args], env={"PATH": str(path), "HOME": str(path)},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1
    return done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The scripts and their locks, with nothing installed; `bin` is all that is on the PATH."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return tmp_path


def test_rasa_says_that_it_wants_python_3_10(checkout: Path) -> None:
    assert _refused(checkout / "tools/rasa.sh", checkout / "bin").startswith("missing: Python 3.10 for Rasa 3.6.21 (")


def test_a_shim_that_answers_to_the_name_is_not_python_3_10(checkout: Path) -> None:
    """pyenv's python3.10 exists and fails where no such version is chosen."""
    shim = checkout / "bin/python3.10"
    shim.write_text("#!/bin/sh\nexit 127\n")
    os.chmod(shim, 0o755)
    assert "missing: Python 3.10" in _refused(checkout / "tools/rasa.sh", checkout / "bin")


def test_the_other_peers_want_our_own_environment_first(checkout: Path) -> None:
    assert "make setup" in _refused(checkout / "tools/peers.sh", checkout / "bin")


LOCKS: Mapping[str, tuple[str, ...]] = {
    "nlu/rasa/requirements.lock": ("rasa==3.6.21", "jieba==0.42.1"),
    "bench/peers/opsdroid.lock": ("opsdroid==0.31.0", "setuptools=="), "bench/peers/werobot.lock": ("werobot==1.13.1",),
}


@table("lock", list(LOCKS))
def test_what_is_installed_is_locked_with_hashes(lock: str) -> None:
    entries = (ROOT / lock).read_text("utf-8").replace("\\\n", " ").splitlines()
    pinned = [entry for entry in entries if "==" in entry and not entry.lstrip().startswith("#")]
    assert [entry for entry in pinned if "--hash=sha256:" not in entry] == []
    assert all(any(entry.startswith(name) for entry in pinned) for name in LOCKS[lock])
