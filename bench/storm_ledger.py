"""Compares what everybody wrote with what the stopped gateway's store says of it: message by message, in order."""
from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

TRANSCRIPT = "SELECT id, body FROM record WHERE kind = 'transcript' ORDER BY id"
SESSION = "SELECT key, value FROM shared WHERE key LIKE 'web:session:%'"
WAITING = "SELECT count(*) FROM item JOIN slot ON slot.id = item.slot WHERE lane IN ('in', 'out')"
DEAD = "SELECT count(*) FROM dead"


class _Session(msgspec.Struct):
    visitor: str


class _Line(msgspec.Struct):
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """lost: acknowledged and not in the transcript; repeated: more often there than written; disordered: citizens whose
    messages stand in another order; unanswered: turns without a word of ours; untold: answers that did not arrive, or
    arrived twice; waiting, dead: items in the lanes `in` and `out`."""

    messages: int
    turns: int
    lost: int
    repeated: int
    disordered: int
    unanswered: int
    untold: int
    waiting: int
    dead: int


@dataclass(slots=True)
class Talk:
    """One conversation as the store has it."""

    said: list[str]
    turns: set[str]
    answered: list[str]


def verdict(database: Path, sheets: Path) -> Verdict:
    written = msgspec.json.decode(sheets.read_bytes(), type=list[tuple[str, int, list[tuple[str, bool]]]])
    sql = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        talks, names = _talks(sql), _sessions(sql)
        lanes = [sql.execute(query).fetchone()[0] for query in (WAITING, DEAD)]
    finally:
        sql.close()
    found: Counter[str] = Counter()
    for who, answers, messages in written:
        talk = talks[names.get(who, who)]
        found.update(_compared(messages, talk))
        found["untold"] += abs(len(talk.answered) - answers)
    keys = ("messages", "turns", "lost", "repeated", "disordered", "unanswered", "untold")
    return Verdict(*(found[key] for key in keys), *lanes)


def _compared(messages: Sequence[tuple[str, bool]], talk: Talk) -> dict[str, int]:
    sent, kept = Counter(text for text, _ in messages), Counter(talk.said)
    acknowledged = Counter(text for text, taken in messages if taken)
    lost, repeated = (acknowledged - kept).total(), (kept - sent).total()
    whole = [text for text, _ in messages]
    return {
        "messages": len(messages), "turns": len(talk.turns), "lost": lost, "repeated": repeated,
        "disordered": int(not lost and not repeated and acknowledged == sent and talk.said != whole),
        "unanswered": len(talk.turns - set(talk.answered)),
    }


def _talks(sql: sqlite3.Connection) -> defaultdict[str, Talk]:
    talks: defaultdict[str, Talk] = defaultdict(lambda: Talk([], set(), []))
    for id_, body in sql.execute(TRANSCRIPT):
        line = msgspec.json.decode(body, type=_Line)
        conversation, turn, _ = id_.rsplit(":", 2)
        if line.sender == "citizen":
            talks[conversation].said.append(line.text)
            talks[conversation].turns.add(turn)
        else:
            talks[conversation].answered.append(turn)
    return talks


def _sessions(sql: sqlite3.Connection) -> dict[str, str]:
    return {
        key.rpartition(":")[2]: f"web:{msgspec.json.decode(value, type=_Session).visitor}"
        for key, value in sql.execute(SESSION)
    }
