"""bench/citizens.md: the goals, the figures with their intervals, and every failure with its transcript."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.citizen_figures import Outcome
from bench.page import reached, rows
from bench.understanding_page import shown

PAGE = Path(__file__).with_name("citizens.md")
LINE = 160  # characters of a transcript's line

# What issue 3 asks for: name, figure, whether it must be at least or at most the goal.
GOALS: tuple[tuple[str, str, str, float], ...] = (
    ("end with a work order", "filed", "≥", 0.97),
    ("its fields right", "right", "≥", 0.98),
    ("values in the wrong role", "wrong_role", "≤", 0),
    ("median of questions beyond the missing fields and two", "beyond", "≤", 0),
)
INTRODUCTION = (
    "Made by `python -m bench.citizens` with the personas of `bench/personas/`, one after the other at one gateway; "
    "not edited by hand. In brackets the 95 % interval (Wilson for shares, order statistics for medians) and the "
    "number of observations. Faults of templates and dialogue that the personas showed were mended, so they are a "
    "development set: figures of this software with people it has met."
)
NOBODY_UNSEEN = (
    "No unseen set is left. Two sets of 22 personas, written by somebody who mends nothing, were unseen when they "
    "first talked: 96.2 % and 88.6 % of their fields were right then. What failed was mended, and they are counted "
    "above."
)


def page(figures: Mapping[str, Any], outcomes: Sequence[Outcome]) -> str:
    parts = ["# Simulated citizens", INTRODUCTION, _head(figures), goals(figures), *_unseen(figures),
             "## Figures", *_figures(figures), "## By template", _by_template(figures),
             "## Told in vain (optional facts)", unheard(outcomes), "## Failures", failures(outcomes)]
    return "\n\n".join(parts) + "\n"


def goals(figures: Mapping[str, Any]) -> str:
    """Issue 3's goals beside what was measured."""
    def line(name: str, key: str, sign: str, goal: float) -> tuple[str, str, str]:
        value = figures[key]["value"] if isinstance(figures[key], Mapping) else figures[key]
        return f"{name} {sign} {goal:g}", shown(figures[key]), "met" if reached(value, sign, goal) else "**not met**"

    return rows(("goal", "measured", ""), [line(*goal) for goal in GOALS])


def _unseen(figures: Mapping[str, Any]) -> Iterator[str]:
    """The goals again, for the personas that nothing was mended for; a word where there are none."""
    yield "## Unseen"
    if "unseen" not in figures:
        yield NOBODY_UNSEEN
        return
    yield (f"{figures['unseen']['personas']} more personas, one a template, were written by somebody who mends "
           "nothing, unread by those who do, and nothing was mended for them. They are in no other figure of this "
           "page; what failed with them stands at the end of the failures.")
    yield goals(figures["unseen"])


def failures(outcomes: Sequence[Outcome]) -> str:
    """Everybody without a work order and every field that is not right, with the conversation in short."""
    failed = [one for one in outcomes if one.why or one.wrong]
    return "\n\n".join(part for one in failed for part in _failure(one)) or "None."


def unheard(outcomes: Sequence[Outcome]) -> str:
    """Optional facts that were told beside something else and are not in the order."""
    lines = [f"- {one.talk.persona.template} {one.talk.persona.language}, {one.talk.persona.name}: "
             f"{lost.field} `{lost.wanted}`" for one in outcomes for lost in one.unheard]
    return "\n".join(lines) or "None."


def _failure(one: Outcome) -> Iterator[str]:
    persona = one.talk.persona
    yield f"### {persona.template} {persona.language}: {persona.name}"
    found = [f"- **{one.why}**"] if one.why else []
    found += [f"- {bad.field} {bad.verdict}: wanted `{bad.wanted}`, got `{bad.got}`" for bad in one.wrong]
    yield "\n".join(found)
    yield "\n".join("    " + " ".join(line.split())[:LINE] for line in one.talk.lines)


def _head(figures: Mapping[str, Any]) -> str:
    return f"{figures['date']}: {figures['personas']} personas for {len(figures['templates'])} templates."


def _figures(figures: Mapping[str, Any]) -> Iterator[str]:
    yield rows(("median of a conversation", ""), [(name.replace("_", " "), n) for name, n in figures["median"].items()])
    yield f"At most the missing fields and two asked: {shown(figures['at_most_allowed'])} of the conversations."
    yield rows(("field", "count"), list(figures["verdicts"].items()))
    yield (f"With the optional facts that were told in vain, {shown(figures['right_of_all_told'])} are right; the goal "
           "is for the fields that a work order has or must have.")
    yield rows(("quirk", "played", "never had its moment"),
               [(name.replace("_", " "), *counts) for name, counts in figures["quirks"].items()])


def _by_template(figures: Mapping[str, Any]) -> str:
    keys = ("personas", "filed", "fields", "right", "missing", "questions")
    lines = [(name, *(found[key] for key in keys))
             for name, found in (*figures["languages"].items(), *figures["templates"].items())]
    return rows(("", "personas", "filed", "fields", "right", "missing (median)", "questions (median)"), lines)
