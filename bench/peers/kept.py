"""What each bot's own store holds after `kill -9`: by tracking number, the fields as the citizen said them.

A dialogue whose end the citizen has read must be there whole. The files are read when nobody has them open any more.
"""
from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.peers.dialogue import FIELDS

Held = dict[str, dict[str, str]]


def rasa(folder: Path) -> Held:
    """The tracker: the newest value of each slot, by sender."""
    held: Held = {}
    set_ = "SELECT sender_id, data FROM events WHERE type_name = 'slot' ORDER BY id"
    for sender, data in _rows(folder / "tracker.db", set_):
        event = json.loads(data)
        held.setdefault(sender, {})[event["name"]] = event["value"]
    return _whole(slots for slots in held.values() if slots.get("confirmed"))


def opsdroid(folder: Path) -> Held:
    """Nothing where no database is configured."""
    if not (folder / "memory.db").is_file():
        return {}
    return _whole(json.loads(data) for _, data in _rows(folder / "memory.db", "SELECT key, data FROM opsdroid"))


def werobot(folder: Path) -> Held:
    rows = _rows(folder / "session.db", "SELECT id, value FROM WeRoBot")
    return _whole(json.loads(value).get("known") or {} for _, value in rows)


def huiyin(folder: Path) -> Held:
    """Work orders, in the words that the citizen saw; the phone number without its country."""
    rows = _rows(folder / "data/huiyin.db", "SELECT id, body FROM record WHERE kind = 'work_order'")
    return _whole(_ordered(json.loads(body)["order"]) for _, body in rows)


READERS: Mapping[str, Callable[[Path], Held]] = {
    "rasa": rasa, "opsdroid": opsdroid, "opsdroid-memory": opsdroid, "werobot": werobot, "huiyin": huiyin,
}


def missing(ended: Iterable[Mapping[str, str]], held: Held) -> int:
    """Of the dialogues that ended, how many are not held whole and as they were said."""
    return sum(held.get(said["tracking_number"]) != dict(said) for said in ended)


def _ordered(order: Mapping[str, Any]) -> dict[str, str]:
    shown = {field["code"]: str(field["display"]) for field in order["fields"]}
    return {**shown, "contact_phone": str(order["complainant"]["phone"]).removeprefix("+86")}


def _whole(all_: Iterable[Mapping[str, Any]]) -> Held:
    return {one["tracking_number"]: {name: one[name] for name in FIELDS} for one in all_ if set(FIELDS) <= set(one)}


def _rows(file: Path, query: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as sql:
        return sql.execute(query).fetchall()
