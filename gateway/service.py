"""How a talk with a member of staff was, pure: asked once when it ends, counted, thanked for.

Words that do not answer are no answer put off: the question is dropped, and they go to what was asked before it.
"""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue import commands
from gateway.dialogue.draft import Dialogue, Talked
from gateway.dialogue.effects import Ask, Effect, Say, Served
from gateway.dialogue.picking import number
from gateway.dialogue.satisfaction import Mark, Scale
from gateway.dialogue.satisfaction import read as hear
from gateway.dialogue.satisfaction_words import FILLERS
from gateway.messages import Choice, CitizenContent, Option, Text

ASK = "service"
POINTS = {"good": 5, "fair": 3, "poor": 1}  # of the five that a rating of a case has
CHOICES = tuple(Option(value, f"service.{value}") for value in POINTS)
A_REMARK = 16  # characters beside a judgement (说话太冲); more is another matter

_SCALE = Scale(tuple(Mark(points) for points in POINTS.values()))
_FIRST_CLAUSE = re.compile(r"[^,，.。!！;；\n]*")
Outcome = tuple[Dialogue, list[Effect]]


def invite(state: Dialogue, agent: str, before: list[Effect]) -> Outcome:
    """Ask about the talk with this member of staff; what was asked before waits behind it."""
    talked = Talked(agent, _draft(state), state.asked, state.offered, state.asked_by)
    state = replace(state, asked=ASK, offered=tuple(POINTS), attempts=0, talked=talked)
    return state, [*before, Say("service.ask"), Ask(ASK, CHOICES)]


def step(state: Dialogue, content: CitizenContent) -> Outcome | None:
    """The answer; None when it is none."""
    if state.asked != ASK or state.talked is None:
        return None
    points = _tapped(state, content) if isinstance(content, Choice) else _said(content)
    if points is None:
        return None
    return passed(state), [Served(state.talked.agent, points), Say("service.thanks")]


def passed(state: Dialogue) -> Dialogue:
    """Not asked any more: what was asked before is what is asked now."""
    if state.asked != ASK:
        return state
    before = state.talked
    if before is None or before.draft != _draft(state):
        return replace(state, asked=None, offered=(), talked=None)
    return replace(state, asked=before.asked, offered=before.offered, asked_by=before.asked_by, talked=None)


def _draft(state: Dialogue) -> str:
    return state.draft.id if state.draft else ""


def _tapped(state: Dialogue, choice: Choice) -> int | None:
    return POINTS.get(choice.value) if choice.to in (None, state.asked_by) else None


def _said(content: CitizenContent) -> int | None:
    """A message that judges, perhaps with a remark: 我对快递不满意 is about the matter, "ok" only agrees."""
    if not isinstance(content, Text):
        return None
    place = number(content.text)
    if place:
        return list(POINTS.values())[place - 1] if place <= len(POINTS) else None
    heard, clause = hear(content.text, _SCALE), _FIRST_CLAUSE.match(content.text.lstrip())
    first = hear(clause.group() if clause else "", _SCALE)
    plain = first.mark is not None and not re.search(r"\w", FILLERS.sub("", first.beside))
    if heard.mark is None or not plain or len(heard.rest) > A_REMARK:
        return None
    points = 5 if heard.mark.satisfaction > 3 else 3 if heard.mark.satisfaction == 3 else 1
    return None if points < POINTS["good"] and commands.read(content.text) is not None else points
