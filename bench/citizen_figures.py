"""Simulated citizens judged: what became of each conversation, and the figures over all of them."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.citizen_orders import Judged, judge, missing_at_first
from bench.citizen_talk import Talk
from bench.intervals import quantile, share
from gateway.dialogue.template import Template

ALLOWED = 2  # questions beyond the missing fields: consent and the summary


@dataclass(frozen=True, slots=True)
class Outcome:
    """One persona's conversation, judged. `why` says why there is no order of the right template, "" when there is."""

    talk: Talk
    judged: Sequence[Judged]
    missing: int
    why: str

    @property
    def asked(self) -> int:
        """Questions, without those that came back because the citizen turned away from them."""
        return len(self.talk.asks) - self.talk.again

    @property
    def wrong(self) -> list[Judged]:
        return [one for one in self.judged if one.verdict not in ("right", "unheard")]

    @property
    def unheard(self) -> list[Judged]:
        return [one for one in self.judged if one.verdict == "unheard"]


def outcome(talk: Talk, order: Mapping[str, Any] | None, template: Template) -> Outcome:
    """`order` None: nothing was filed."""
    missing = missing_at_first(talk, template)
    if order is None:
        return Outcome(talk, [], missing, talk.stopped or "no work order")
    filed = order["template"]["id"]
    if filed != template.id:
        return Outcome(talk, [], missing, f"filed as {filed}")
    return Outcome(talk, judge(talk, order, template), missing, "")


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Shares with Wilson's interval, medians between order statistics."""
    told = [one for outcome in outcomes for one in outcome.judged]
    fields = [one for one in told if one.verdict != "unheard"]
    filed = [outcome for outcome in outcomes if not outcome.why]
    beyond = [float(one.asked - one.missing - ALLOWED) for one in filed]
    return {
        "personas": len(outcomes),
        "filed": share(not one.why for one in outcomes),
        "right": share(one.verdict == "right" for one in fields),
        "right_of_all_told": share(one.verdict == "right" for one in told),
        "wrong_role": sum(one.verdict == "role" for one in fields),
        "beyond": quantile(beyond, 0.5),
        "at_most_allowed": share(one <= 0 for one in beyond),
        "median": {
            "missing": median([one.missing for one in filed] or [0]),
            "questions": median([one.asked for one in filed] or [0]),
            "questions_with_repeats": median([len(one.talk.asks) for one in filed] or [0]),
            "turns": median([one.talk.turns for one in filed] or [0]),
        },
        "verdicts": {name: sum(one.verdict == name for one in told)
                     for name in ("right", "wrong", "missing", "role", "invented", "unheard")},
        "quirks": _quirks(outcomes),
        "languages": {language: _brief([one for one in outcomes if one.talk.persona.language == language])
                      for language in ("zh", "en")},
        "templates": {name: _brief([one for one in outcomes if one.talk.persona.template == name])
                      for name in sorted({one.talk.persona.template for one in outcomes})},
    }


def _brief(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    fields = [one for outcome in outcomes for one in outcome.judged if one.verdict != "unheard"]
    return {
        "personas": len(outcomes), "filed": sum(not one.why for one in outcomes), "fields": len(fields),
        "right": sum(one.verdict == "right" for one in fields),
        "missing": median([one.missing for one in outcomes] or [0]),
        "questions": median([one.asked for one in outcomes] or [0]),
    }


def _quirks(outcomes: Sequence[Outcome]) -> dict[str, list[int]]:
    """kind → how many were played, how many never had their moment"""
    counted: dict[str, list[int]] = {}
    for one in outcomes:
        for quirk in one.talk.persona.quirks:
            counted.setdefault(quirk.kind, [0, 0])[quirk in one.talk.unplayed] += 1
    return dict(sorted(counted.items()))
