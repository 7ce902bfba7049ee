"""How well and how fast messages are understood: `python -m bench.understanding`.

Scored on bench/held_out/, which nobody trained with: ranking, strangers, polite preambles, fields of openings, answers
of the knowledge base, emergencies, pace. Writes `understanding` of bench/results.json and bench/understanding.md.
"""
from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import danger, entities, pace, page, ranking, retrieval, understanding_page, watch
from bench.held_out import AT, FOLDER, PREFIX, Case, HeldOut, Opening, contract, load, wrapped
from bench.record import keep
from gateway import city, templates
from gateway.api.understand import UnderstandRequest
from gateway.clock import SystemClock
from gateway.dialogue.catalog import Catalog
from gateway.evidence import WeighingUnderstander
from gateway.explain import Explainer
from gateway.fields.registry import TYPES
from gateway.understanding import Reader
from nlu.batching import BatchEncoder
from nlu.embedded import EmbeddedUnderstander
from nlu.knowledge import KnowledgeIndex
from nlu.sentinel import DangerWatch

ROOT = Path(__file__).resolve().parent.parent
KNOWLEDGE, COMPLAINTS = ROOT / "knowledge", ROOT / "templates" / "complaints"
TRAINING, DANGERS = ROOT / "nlu" / "training", ROOT / "nlu" / "dangers"

Mistakes = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything opened; `scratch` is an empty folder for what is made only to be measured."""

    reader: Reader
    engine: EmbeddedUnderstander
    index: KnowledgeIndex
    encoder: BatchEncoder
    held: HeldOut
    scratch: Path

    async def measure(self) -> tuple[dict[str, Any], Mistakes]:
        """Figures and everything that went wrong, one line each."""
        figures, wrong = await self._ranked()
        for name, part in (("fields", self._fields()), ("knowledge", self._knowledge())):
            figures[name], wrong[name] = await part
        figures["emergencies"], wrong["emergencies"] = await self._danger()
        figures["emergencies_blind"] = await self._blind_danger()
        read = [one for one in self.held.openings if one.stated is not None]
        figures["pace"] = await pace.figures(self.reader, read, contract())
        return figures, wrong

    async def _ranked(self) -> tuple[dict[str, Any], Mistakes]:
        judged = await ranking.judge(self.reader.engine, self.held.intents)
        bare = [one for one in judged if one.case.want.startswith(PREFIX)]
        polite = await ranking.judge(self.reader.engine, wrapped((one.case for one in bare), self.held.preambles))
        pairs = list(ranking.in_preambles(bare, polite, self.held.preambles))
        figures = {
            "ranking": ranking.by_group(judged),
            "out_of_scope": ranking.strangers(judged),
            "polite": ranking.politeness(pairs) | {
                f"{name} {language}": figure
                for language in self.held.preambles
                for name, figure in ranking.politeness(pair for pair in pairs if _in(language, pair)).items()
            },
            "confusion": ranking.confusion(judged),
        }
        return figures, {"ranking": ranking.mistakes(judged), "polite": ranking.lost_in_preambles(pairs)}

    async def _fields(self) -> tuple[dict[str, Any], list[str]]:
        types, explainer = contract(), Explainer(self.reader, SystemClock(), self.engine.name)
        ready = [one for one in self.held.openings if one.stated is not None and one.template in self._served]
        read = [entities.judge(one, await _found(explainer, one), types[one.template]) for one in ready]
        figures = entities.figures(read) | {"templates": sorted({one.template for one in ready})}
        return figures, entities.mistakes(read)

    @property
    def _served(self) -> set[str]:
        return set(self.reader.catalog.newest)

    async def _knowledge(self) -> tuple[dict[str, Any], list[str]]:
        found = await retrieval.ask(self.index, self.held.questions)
        none = await retrieval.ask(self.index, self.held.unanswerable)
        across = await retrieval.across(KNOWLEDGE, self.scratch, self.encoder, SystemClock(), self.held.questions)
        return retrieval.figures(found, none) | across, retrieval.mistakes(found, none)

    async def _danger(self) -> tuple[dict[str, Any], list[str]]:
        held = self.held
        asked = (await self._alarms(*held.emergencies, *held.harmless), held.emergencies, held.harmless)
        return dict(danger.figures(*asked)), danger.mistakes(*asked)

    async def _blind_danger(self) -> dict[str, Any]:
        """The rules were mended by the first set's errors; of this one none is shown to anybody."""
        held = self.held
        alarm = await self._alarms(*held.blind_emergencies, *held.blind_harmless)
        return dict(danger.figures(alarm, held.blind_emergencies, held.blind_harmless))

    async def _alarms(self, *said: Case) -> danger.Alarm:
        return {case.text: await self.reader.danger(case.text) for case in said}.get


def _in(language: str, pair: tuple[ranking.Judged, list[ranking.Judged]]) -> bool:
    return pair[0].case.language == language


async def _found(explainer: Explainer, opening: Opening) -> Iterable[Any]:
    asked = UnderstandRequest(opening.case.text, opening.case.language, opening.template, at=AT)
    return (await explainer.understand(asked)).fields


async def run(cache: Path, scratch: Path, folder: Path = FOLDER) -> tuple[dict[str, Any], Mistakes]:
    """The whole measurement: plain figures for results.json, and what went wrong."""
    began = time.perf_counter()
    encoder = BatchEncoder()
    engine = EmbeddedUnderstander(TRAINING, cache, encoder)
    index = KnowledgeIndex(KNOWLEDGE, encoder, SystemClock(), cache)
    await engine.open()
    await index.open()
    opened = round(time.perf_counter() - began, 2)
    catalog = Catalog.of(templates.load(COMPLAINTS, TYPES), TYPES)
    watch_for_danger = DangerWatch(DANGERS, TRAINING, cache, encoder)
    await watch_for_danger.open()
    reader = Reader(
        catalog, city.load(ROOT / "city"), WeighingUnderstander(engine, catalog), index, watch_for_danger)
    figures, wrong = await Bench(reader, engine, index, encoder, load(folder), scratch).measure()
    await engine.close()
    await encoder.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20)
    head = {
        "date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine(), "model": engine.model,
        "opened_s": opened, "fitted": engine.fitted, "peak_mb": peak,
    }
    return head | plain(figures), wrong


def plain(figures: Any) -> Any:
    """Estimates as dictionaries, for JSON."""
    if isinstance(figures, dict):
        return {name: plain(figure) for name, figure in figures.items()}
    return asdict(figures) if is_dataclass(figures) and not isinstance(figures, type) else figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument("--cache", type=Path, help="where fitted models are kept; by default nothing is kept")
    parser.add_argument("--only-print", action="store_true", help="write neither results.json nor the page")
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "scratch"
        figures, wrong = asyncio.run(run(options.cache or Path(folder) / "cache", scratch))
    if not options.only_print:
        keep(options.out, understanding=figures)
        understanding_page.PAGE.write_text(understanding_page.page(figures, wrong), "utf-8")
    print(understanding_page.goals(figures))


if __name__ == "__main__":
    main()
