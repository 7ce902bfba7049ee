"""How long understanding and the dialogue take for one message: an opening, and an answer that the asked field takes.

Through the real Reader and `step`, as a turn does it; without journal, store or channel.
"""
from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bench.entities import WORDS
from bench.held_out import AT, Opening
from bench.intervals import Estimate, quantile
from gateway.clock import to_ms
from gateway.dialogue.draft import Dialogue, Draft
from gateway.dialogue.step import needs_ranking, step
from gateway.messages import Text
from gateway.understanding import Reader

SAID = WORDS | {"tracking_number", "plate", "phone", "account_number", "resident_id", "credit_code", "passport",
                "number", "money"}  # their held-out value is what a citizen would answer


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a form that waits for this field; `taken` when its validator took it without the engine."""

    ms: float
    taken: bool


async def figures(reader: Reader, openings: Sequence[Opening],
                  types: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Milliseconds; a running number keeps remembered vectors out of the openings."""
    began = [await opening_ms(reader, one, n) for n, one in enumerate(openings)]
    answered = [await answer(reader, *one) for one in answers(reader, openings, types)]
    taken = [one.ms for one in answered if one.taken]
    return {
        "opening": _latencies(began),
        "answer": _latencies(taken),
        "answers_given": len(answered),
        "answers_taken": len(taken),
    }


def _latencies(ms: Sequence[float]) -> dict[str, Estimate]:
    return {"p50_ms": quantile(ms, 0.5), "p99_ms": quantile(ms, 0.99)}


async def opening_ms(reader: Reader, opening: Opening, n: int) -> float:
    return await _turn_ms(reader, Dialogue(language=opening.case.language), f"{opening.case.text} {n}")


def answers(
    reader: Reader, openings: Iterable[Opening], types: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[Opening, str, str]]:
    """Opening, field and value of everything stated that can be said as it stands."""
    for opening in openings:
        template = reader.catalog.newest.get(opening.template)
        for name, value in (opening.stated or {}).items():
            if template and template.has(name) and types[opening.template][name] in SAID:
                yield opening, name, str(value)


async def answer(reader: Reader, opening: Opening, field: str, said: str) -> Answered:
    template = reader.catalog.newest[opening.template]
    draft = Draft("bench", template.id, template.version, to_ms(AT))
    state = Dialogue(language=opening.case.language, draft=draft, asked=field, last=to_ms(AT), started=to_ms(AT))
    turn = await reader.read(state, [Text(said)], AT.astimezone(ZoneInfo(reader.city.time_zone)))
    moved, _ = step(reader.catalog, state, turn)
    taken = moved.draft is not None and field in moved.draft.values and not needs_ranking(reader.catalog, state, turn)
    return Answered(await _turn_ms(reader, state, said), taken)


async def _turn_ms(reader: Reader, state: Dialogue, text: str) -> float:
    now = AT.astimezone(ZoneInfo(reader.city.time_zone))
    began = time.perf_counter()
    step(reader.catalog, state, await reader.read(state, [Text(text)], now))
    return (time.perf_counter() - began) * 1000
