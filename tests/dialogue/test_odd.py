"""Hostile and odd conversations (odd.yaml): what people and machines send besides answers, and the exact state after.

A turn is one of `say` (with `times`: the text repeated), `choose` (with `to`: the message it belongs to), `upload`,
`locate`; the rest says what must be true after it:
    asks      what is asked now, null when nothing is
    values    all values of the draft, exactly
    fills     some of them; `unset` names fields that must be empty
    says      keys the bot said, among others
    filed     work orders so far
    mode, language, open (is there a draft?)
"""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway import yamls
from gateway.dialogue.catalog import Catalog
from gateway.fields.city import City
from tests.dialogue.talker import Talker
from tests.tables import table

Turn = dict[str, Any]
Check = Callable[[Talker, Any], bool]

CASES: list[Turn] = yamls.read(Path(__file__).with_name("odd.yaml"))

CHECKS: dict[str, Check] = {
    "asks": lambda talk, wanted: talk.asked == wanted,
    "values": lambda talk, wanted: talk.values == wanted,
    "fills": lambda talk, wanted: wanted.items() <= talk.values.items(),
    "unset": lambda talk, wanted: talk.values.keys().isdisjoint(wanted),
    "says": lambda talk, wanted: set(wanted) <= set(talk.said),
    "filed": lambda talk, wanted: len(talk.filed) == wanted,
    "mode": lambda talk, wanted: talk.state.mode == wanted,
    "language": lambda talk, wanted: talk.state.language == wanted,
    "open": lambda talk, wanted: (talk.state.draft is not None) is wanted,
}
ACTS = {"say", "times", "choose", "to", "upload", "locate"}


@table("case", CASES, label=lambda case: str(case["name"]))
def test_an_odd_conversation(case: Turn, catalog: Catalog, guangzhou: City) -> None:
    talk = Talker(catalog, guangzhou, opens=case.get("template", ""), language=case.get("language", "zh"))
    for n, turn in enumerate(case["turns"], 1):
        act(talk, turn)
        for name in turn.keys() - ACTS:
            where = f"turn {n}, {name}: asked {talk.asked}, said {talk.said}, values {str(talk.values)[:600]}"
            assert CHECKS[name](talk, turn[name]), where


def act(talk: Talker, turn: Turn) -> None:
    if "say" in turn:
        talk.say(turn["say"] * turn.get("times", 1))
    elif "choose" in turn:
        talk.choose(turn["choose"], turn.get("to"))
    elif "upload" in turn:
        talk.upload(turn["upload"])
    else:
        talk.locate(turn["locate"])


def test_every_turn_expects_something() -> None:
    """A conversation without expectations cannot fail."""
    mute = [(case["name"], n) for case in CASES for n, turn in enumerate(case["turns"], 1) if not turn.keys() - ACTS]
    assert mute == []
    assert len(CASES) >= 30
