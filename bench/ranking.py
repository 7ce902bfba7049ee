"""Is the right matter first, among the first three, taken for sure? On openings, other intents and strangers."""
from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.held_out import PREFIX, Case
from bench.intervals import Estimate, Matrix, auroc, of_sums, share
from gateway.protocols import NluContext, Understander, Understanding
from nlu.classifier import OUT_OF_SCOPE

NOWHERE = NluContext()
AT_ONCE = 32
SUMS = ("all", "templates", "others", "strangers")


@dataclass(frozen=True, slots=True)
class Judged:
    case: Case
    got: Understanding

    @property
    def first(self) -> str:
        return self.got.intents[0].id if self.got.intents else ""

    @property
    def right(self) -> bool:
        return self.first == self.case.want

    @property
    def among_three(self) -> bool:
        return self.case.want in {scored.id for scored in self.got.intents[:3]}


async def judge(engine: Understander, sentences: Iterable[Case]) -> list[Judged]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> Judged:
        async with gate:
            return Judged(case, await engine.understand(case.text, case.language, NOWHERE))

    return await asyncio.gather(*(one(case) for case in sentences))


def accuracy(judged: Sequence[Judged]) -> dict[str, Estimate]:
    """coverage: the engine was sure; precision: right when sure."""
    return {
        "top1": share(one.right for one in judged),
        "top3": share(one.among_three for one in judged),
        "coverage": share(one.got.sure for one in judged),
        "precision": share(one.right for one in judged if one.got.sure),
    }


def by_group(judged: Iterable[Judged]) -> dict[str, dict[str, Estimate]]:
    """All, complaints and the rest by language, then every template by language and every other intent."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        for name in _groups(one.case):
            groups.setdefault(name, []).append(one)
    return {name: accuracy(groups[name]) for name in sorted(groups, key=_order)}


def _order(group: str) -> tuple[int, str]:
    """Sums first, then templates, then other intents."""
    first = group.split()[0]
    return (SUMS.index(first), group) if first in SUMS else (len(SUMS) + (not group.startswith(PREFIX)), group)


def _groups(case: Case) -> Iterator[str]:
    yield "all"
    if case.want.startswith(PREFIX):
        yield from ("templates", f"templates {case.language}")
        yield f"{case.want} {case.language}"
    else:
        kind = "strangers" if case.want == OUT_OF_SCOPE else "others"
        yield from (kind, f"{kind} {case.language}", case.want)


def in_preambles(
    bare: Iterable[Judged], polite: Iterable[Judged], preambles: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Judged, list[Judged]]]:
    """Each sentence and how it was judged in every preamble of its language; `polite` in that order."""
    rest = iter(polite)
    for one in bare:
        yield one, [next(rest) for _ in preambles[one.case.language]]


def politeness(pairs: Iterable[tuple[Judged, Sequence[Judged]]]) -> dict[str, Estimate]:
    """Top-1 in a preamble, and by how much it falls there; a sentence counts once, whatever it is wrapped in."""
    rows = [(one.right, np.mean([wrapped.right for wrapped in polite]), 1.0) for one, polite in pairs]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return {"top1": of_sums(table, _in_preamble), "fall": of_sums(table, _difference)}


def _in_preamble(sums: Matrix) -> Matrix:
    return sums[:, 1] / sums[:, 2]


def _difference(sums: Matrix) -> Matrix:
    return (sums[:, 0] - sums[:, 1]) / sums[:, 2]


def lost_in_preambles(pairs: Iterable[tuple[Judged, Sequence[Judged]]]) -> list[str]:
    """Sentences that are understood by themselves and not in some preamble."""
    lines = []
    for one, polite in pairs:
        lost = [f"{n} {wrapped.first}" for n, wrapped in enumerate(polite) if one.right and not wrapped.right]
        if lost:
            lines.append(f"{one.case.want}: {one.case.text} → in preamble {', '.join(lost)}")
    return lines


def strangers(judged: Sequence[Judged]) -> dict[str, Estimate]:
    """Are messages that are none of ours told from ours by `in_scope`?"""
    ours = [one.got.in_scope for one in judged if one.case.want != OUT_OF_SCOPE]
    others = [one.got.in_scope for one in judged if one.case.want == OUT_OF_SCOPE]
    kept = float(np.quantile(ours, 0.05))
    return {"auroc": auroc(ours, others), "rejected_at_95_kept": share(score < kept for score in others)}


def confusion(judged: Iterable[Judged]) -> dict[str, dict[str, int]]:
    """intent → what it was taken for → how often, the right one included."""
    table: dict[str, Counter[str]] = {}
    for one in judged:
        table.setdefault(one.case.want, Counter())[one.first] += 1
    return {want: dict(row.most_common()) for want, row in sorted(table.items())}


def mistakes(judged: Iterable[Judged]) -> list[str]:
    """One line each: what was wanted, the sentence, the first three with their chances."""
    return [
        f"{one.case.want}: {one.case.text} → "
        + ", ".join(f"{scored.id} {scored.score:.2f}" for scored in one.got.intents[:3])
        + (" (sure)" if one.got.sure else "")
        for one in judged if not one.right
    ]
