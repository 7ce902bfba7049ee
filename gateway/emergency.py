"""Is somebody in danger? Rules alone, in any state of the dialogue: a fire must not wait for a classifier.

Missing a real emergency is worse than naming a number too often, but a hotline that answers 煤气费 with the gas
rescue number is not believed for long. So: harmless phrases are blanked out, each clause is searched for the signs
of a kind of danger, and a sign does not count where the clause speaks of the past, of a risk or of a rule. The
words stand in emergency.yaml. Where an encoder is at hand, a second look follows (protocols.Sentinel).
"""
from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from gateway import yamls
from gateway.fields.city import City, EmergencyNumber
from gateway.fields.folding import fold_lower, tidy

LONGEST = 1000  # characters that are looked at

# Kinds of danger, and whose number helps where the city lists none (city/city.yaml, `emergency`): the fire brigade
# frees the trapped and comes to what collapses or floods, the police to somebody who wants to die.
INSTEAD = {
    "fire": "fire", "gas": "fire", "trapped": "fire", "hazard": "fire", "violence": "police", "self_harm": "police",
    "medical": "police", "traffic": "police",
}

_ALWAYS = frozenset({"self_harm"})  # a threat with "if" is a threat all the same
_DATA = yamls.read(Path(__file__).with_suffix(".yaml"))


def _any(lines: str) -> re.Pattern[str]:
    joined = "|".join(lines.splitlines())
    for name, data in (("<zh>", "who_zh"), ("<en>", "who_en"), ("<person>", "person")):
        joined = joined.replace(name, f"(?:{'|'.join(_DATA[data].splitlines())})")
    return re.compile(joined)


_CLAUSE = re.compile(r"[。！!？?，,；;、\n]+|\.(?=\s|$)")
_HINT = _any(_DATA["hints"])
_BLANK, _NOT_NOW, _PAPER = _any(_DATA["harmless"]), _any(_DATA["not_now"]), _any(_DATA["paper"])
_SETTLED, _GOING_ON = _any(_DATA["settled"]), _any(_DATA["going_on"])
_KINDS: dict[str, re.Pattern[str]] = {kind: _any(signs) for kind, signs in _DATA["signs"].items()}


class RulesAlone:
    """No second look (protocols.Sentinel): what the rules see counts."""

    async def danger(self, text: str, suspected: str | None) -> str | None:
        return suspected


RULES_ALONE = RulesAlone()


def number_for(kind: str, city: City) -> EmergencyNumber | None:
    """The city's number for this kind of danger, or the next best; None where the city lists neither."""
    numbers = {number.kind: number for number in city.emergency}
    if kind in numbers:
        return numbers[kind]
    other = numbers.get(INSTEAD[kind])
    return replace(other, kind=kind, also="") if other else None


def emergency(text: str) -> str | None:
    """The kind of danger a message speaks of, by rules; None for nearly all."""
    plain = fold_lower(tidy(text[:LONGEST]))
    if not _HINT.search(plain) or (_SETTLED.search(plain) and not _GOING_ON.search(plain)):
        return None
    clauses = _CLAUSE.split(_BLANK.sub(" ", plain))
    for kind, signs in _KINDS.items():
        if any(_threatens(kind, signs, clause) for clause in clauses):
            return kind
    return None


def _threatens(kind: str, signs: re.Pattern[str], clause: str) -> bool:
    for sign in signs.finditer(clause):
        if kind in _ALWAYS:
            return True
        if not _NOT_NOW.search(clause[:sign.end()]) and not _PAPER.search(clause[sign.end():]):
            return True
    return False
