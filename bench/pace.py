"""How long understanding and the dialogue take for one message: an opening, and an answer that the asked field takes.

Through the real Reader and `step`, as a turn does it; without journal, store or channel.
"""
from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
class Spent:
    """One message: milliseconds by the clock, and of this process's CPU; `taken`: an answer that the asked field's
    validator took without the engine."""

    ms: float
    cpu_ms: float
    taken: bool = True


async def figures(reader: Reader, openings: Sequence[Opening],
                  types: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Milliseconds; a running number keeps remembered vectors out of the openings."""
    began = [await opening(reader, one, n) for n, one in enumerate(openings)]
    answered = [await answer(reader, *one) for one in answers(reader, openings, types)]
    taken = [one for one in answered if one.taken]
    return {
        "opening": _latencies(began),
        "answer": _latencies(taken),
        "answers_given": len(answered),
        "answers_taken": len(taken),
    }


def _latencies(spent: Sequence[Spent]) -> dict[str, Estimate]:
    ms, cpu = [one.ms for one in spent], [one.cpu_ms for one in spent]
    return {"p50_ms": quantile(ms, 0.5), "p99_ms": quantile(ms, 0.99), "p50_cpu_ms": quantile(cpu, 0.5)}


async def opening(reader: Reader, opened: Opening, n: int) -> Spent:
    return await _spent(reader, Dialogue(language=opened.case.language), f"{opened.case.text} {n}")


def answers(
    reader: Reader, openings: Iterable[Opening], types: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[Opening, str, str]]:
    """Opening, field and value of everything stated that can be said as it stands."""
    for one in openings:
        template = reader.catalog.newest.get(one.template)
        for name, value in (one.stated or {}).items():
            if template and template.has(name) and types[one.template][name] in SAID:
                yield one, name, str(value)


async def answer(reader: Reader, opened: Opening, field: str, said: str) -> Spent:
    """Said to a form that has just been opened and waits for this field."""
    template = reader.catalog.newest[opened.template]
    draft = Draft("bench", template.id, template.version, to_ms(AT))
    state = Dialogue(language=opened.case.language, draft=draft, asked=field, last=to_ms(AT), started=to_ms(AT))
    turn = await reader.read(state, [Text(said)], AT.astimezone(ZoneInfo(reader.city.time_zone)))
    moved, _ = step(reader.catalog, state, turn)
    taken = moved.draft is not None and field in moved.draft.values and not needs_ranking(reader.catalog, state, turn)
    return replace(await _spent(reader, state, said), taken=taken)


async def _spent(reader: Reader, state: Dialogue, text: str) -> Spent:
    now = AT.astimezone(ZoneInfo(reader.city.time_zone))
    began, cpu = time.perf_counter(), time.process_time()
    step(reader.catalog, state, await reader.read(state, [Text(text)], now))
    return Spent((time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000)
