"""How well and how fast the embedded engine and the knowledge base understand: `python -m bench.understanding`.

Scored on bench/held_out.yaml, which neither has seen. Prints JSON; `--mistakes` lists what went wrong instead.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from gateway.clock import SystemClock
from gateway.protocols import Answer, NluContext, Understanding
from nlu.batching import BatchEncoder
from nlu.classifier import OUT_OF_SCOPE
from nlu.embedded import TEMPLATES, EmbeddedUnderstander
from nlu.knowledge import KnowledgeIndex

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = Path(__file__).with_name("held_out.yaml")
NOWHERE = NluContext()


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence and what it should be understood as: an intent, or a knowledge entry ("" for none)."""

    text: str
    language: str
    want: str


@dataclass(frozen=True, slots=True)
class Judged:
    case: Case
    got: Understanding

    @property
    def right(self) -> bool:
        return self.got.intents[0].id == self.case.want


@dataclass(frozen=True, slots=True)
class Found:
    case: Case
    got: Sequence[Answer]

    @property
    def right(self) -> bool:
        return bool(self.got) and self.got[0].id == self.case.want


def cases(block: dict[str, dict[str, str]]) -> list[Case]:
    """intent or entry → language → one sentence a line."""
    return [
        Case(line, language, want)
        for want, languages in block.items()
        for language, lines in languages.items()
        for line in lines.splitlines()
    ]


def wrapped(sentences: Iterable[Case], preambles: dict[str, str]) -> list[Case]:
    """Every complaint in every polite wrapping of its language."""
    return [
        Case(preamble.replace("{}", case.text), case.language, case.want)
        for case in sentences if case.want.startswith(TEMPLATES)
        for preamble in preambles[case.language].splitlines()
    ]


async def judge(engine: EmbeddedUnderstander, sentences: Iterable[Case]) -> list[Judged]:
    listed = list(sentences)
    got = await asyncio.gather(*(engine.understand(case.text, case.language, NOWHERE) for case in listed))
    return [Judged(case, one) for case, one in zip(listed, got, strict=True)]


def accuracy(judged: Sequence[Judged]) -> dict[str, Any]:
    sure = [one for one in judged if one.got.sure]
    return {
        "sentences": len(judged),
        "top1": _mean(one.right for one in judged),
        "top3": _mean(one.case.want in {scored.id for scored in one.got.intents[:3]} for one in judged),
        "sure": _mean(one.got.sure for one in judged),
        "right_when_sure": _mean(one.right for one in sure),
    }


def by_group(judged: Sequence[Judged]) -> dict[str, Any]:
    groups: dict[str, list[Judged]] = {"all": list(judged)}
    for one in judged:
        kind = "templates" if one.case.want.startswith(TEMPLATES) else "others"
        groups.setdefault(f"{kind}_{one.case.language}", []).append(one)
    return {name: accuracy(members) for name, members in groups.items()}


def auroc(ours: Sequence[float], strangers: Sequence[float]) -> float:
    """The chance that one of ours scores above a stranger."""
    ahead = np.array(ours)[:, None] - np.array(strangers)[None, :]
    return round(float((ahead > 0).mean() + (ahead == 0).mean() / 2), 4)


def strangers(judged: Sequence[Judged]) -> dict[str, Any]:
    ours = [one.got.in_scope for one in judged if one.case.want != OUT_OF_SCOPE]
    others = [one.got.in_scope for one in judged if one.case.want == OUT_OF_SCOPE]
    kept = float(np.quantile(ours, 0.05))
    return {"auroc": auroc(ours, others), "rejected_at_95_kept": _mean(score < kept for score in others)}


async def knowledge(index: KnowledgeIndex, held: dict[str, Any]) -> dict[str, Any]:
    found = [Found(case, await index.search(case.text, case.language)) for case in cases(held["knowledge"])]
    none = cases({"": held["unanswerable"]})
    wrong = [Found(case, await index.search(case.text, case.language)) for case in none]
    report: dict[str, Any] = {
        language: {
            "questions": sum(one.case.language == language for one in found),
            "recall1": _mean(one.right for one in found if one.case.language == language),
            "recall3": _mean(
                one.case.want in {answer.id for answer in one.got} for one in found if one.case.language == language
            ),
        }
        for language in ("zh", "en")
    }
    sure = [one for one in found if one.got[0].sure]
    return report | {
        "auroc": auroc([one.got[0].score for one in found], [one.got[0].score for one in wrong]),
        "answered": _mean(one.got[0].sure for one in found),
        "right_when_answered": _mean(one.right for one in sure),
        "answered_though_unanswerable": _mean(one.got[0].sure for one in wrong),
    }


async def speed(engine: EmbeddedUnderstander, sentences: Sequence[Case]) -> dict[str, Any]:
    """Messages nobody has sent before: a running number keeps the remembered vectors out of it."""
    elapsed = []
    cpu = time.process_time()
    for n, case in enumerate(sentences):
        began = time.perf_counter()
        await engine.understand(f"{case.text} {n}", case.language, NOWHERE)
        elapsed.append((time.perf_counter() - began) * 1000)
    report: dict[str, Any] = {
        "p50_ms": _round(np.percentile(elapsed, 50)),
        "p99_ms": _round(np.percentile(elapsed, 99)),
        "cpu_ms": _round((time.process_time() - cpu) * 1000 / len(sentences)),
    }
    for width in (8, 32):
        report[f"per_s_at_{width}"] = await _throughput(engine, sentences, width)
    return report


async def _throughput(engine: EmbeddedUnderstander, sentences: Sequence[Case], width: int) -> int:
    waiting = [f"{case.text} {width}-{n}" for n, case in enumerate(sentences)]
    began = time.perf_counter()

    async def one() -> None:
        while waiting:
            await engine.understand(waiting.pop(), "zh", NOWHERE)

    await asyncio.gather(*(one() for _ in range(width)))
    return round(len(sentences) / (time.perf_counter() - began))


def mistakes(judged: Iterable[Judged]) -> list[str]:
    return [
        f"{one.case.want:28} {one.case.text}  →  "
        + ", ".join(f"{scored.id} {scored.score:.2f}" for scored in one.got.intents[:3])
        + (" (sure)" if one.got.sure else "")
        for one in judged if not one.right
    ]


async def measure(held: dict[str, Any], cache: Path, list_mistakes: bool) -> dict[str, Any]:
    began = time.perf_counter()
    encoder = BatchEncoder()
    engine = EmbeddedUnderstander(ROOT / "nlu" / "training", cache, encoder)
    index = KnowledgeIndex(ROOT / "knowledge", encoder, SystemClock(), cache)
    await engine.open()
    await index.open()
    opened = time.perf_counter() - began
    judged = await judge(engine, cases(held["intents"]))
    if list_mistakes:
        print("\n".join(mistakes(judged)))
    polite = await judge(engine, wrapped(cases(held["intents"]), held["preambles"]))
    report = {
        "model": engine.model,
        "opened_s": round(opened, 2),
        "fitted": engine.fitted,
        "intents": by_group(judged),
        "out_of_scope": strangers(judged),
        "polite": {
            language: accuracy([one for one in polite if one.case.language == language]) for language in ("zh", "en")
        },
        "knowledge": await knowledge(index, held),
        "speed": await speed(engine, cases(held["intents"])),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20),
    }
    await engine.close()
    await encoder.close()
    return report


def _mean(values: Iterable[bool]) -> float:
    listed = list(values)
    return round(sum(listed) / len(listed), 4) if listed else 0.0


def _round(value: Any) -> float:
    return round(float(value), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", type=Path, default=HELD_OUT)
    parser.add_argument("--cache", type=Path, help="where fitted models are kept; by default nothing is kept")
    parser.add_argument("--mistakes", action="store_true")
    options = parser.parse_args()
    held = yaml.safe_load(options.held_out.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(measure(held, options.cache or Path(folder), options.mistakes))
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
