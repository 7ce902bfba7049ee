"""Simulated citizens against the whole gateway: `python -m bench.citizens [--template ID] [--name WORDS] [--list]`.

The personas of bench/personas/ come one after the other to one gateway (web channel, SQLite, the real engine) on
Monday, 23 November 2026, from 10:00 on; each talks until there is a work order. Writes `citizens` of
bench/results.json and bench/citizens.md.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from bench import citizens_page, page
from bench.citizen_figures import Outcome, figures, outcome
from bench.citizen_talk import Citizen, Talk
from bench.persona import UNSEEN, Persona, load
from bench.visitor import HOLD_S, Visitor
from gateway import templates
from gateway.app import Mind
from gateway.dialogue.template import Template
from gateway.fields.registry import TYPES
from nlu.batching import BatchEncoder
from nlu.embedded import EmbeddedUnderstander
from nlu.knowledge import KnowledgeIndex
from tests.clock import ManualClock
from tests.journeys.hotline import Given, Hotline

ROOT = Path(__file__).resolve().parent.parent
COMPLAINTS = ROOT / "templates" / "complaints"
CACHE = ROOT / ".cache" / "models"


def known_templates() -> dict[str, Template]:
    return {template.id: template for template in templates.load(COMPLAINTS, TYPES)}


async def open_mind(cache: Path = CACHE) -> tuple[Mind, BatchEncoder]:
    """The real engine and knowledge base, opened once for all gateways; close the encoder afterwards."""
    encoder = BatchEncoder()
    engine = EmbeddedUnderstander(ROOT / "nlu" / "training", cache, encoder)
    knowledge = KnowledgeIndex(ROOT / "knowledge", encoder, ManualClock(), cache)
    await engine.open()
    await knowledge.open()
    return Mind(engine, knowledge), encoder


async def play(persona: Persona, hotline: Hotline, form: Template) -> Outcome:
    """The persona's conversation with a gateway that has never seen this visitor."""
    async with aiohttp.ClientSession() as http:
        visitor = Visitor(hotline, http, persona.language)
        await visitor.comes()
        talk = await _talked(Citizen(persona, visitor, form.title.of(persona.language)))
    return outcome(talk, await _order(hotline, talk), form)


async def _talked(citizen: Citizen) -> Talk:
    try:
        return await citizen.plays()
    except (TimeoutError, ConnectionError, TypeError) as error:  # TypeError: aiohttp's receive_json on a closed socket
        citizen.talk.stopped = f"{type(error).__name__}: {error}"
        return citizen.talk


async def _order(hotline: Hotline, talk: Talk) -> Mapping[str, Any] | None:
    return (await hotline.case(talk.work_order)).order if talk.work_order else None


# --- the command --------------------------------------------------------------------------------------------

async def run(personas: Sequence[Persona], cache: Path = CACHE) -> list[Outcome]:
    """One after the other. Time goes on by three seconds a message: an hour and a half for all of them."""
    forms = known_templates()
    mind, encoder = await open_mind(cache)
    try:
        with tempfile.TemporaryDirectory() as folder:
            hotline = await Hotline.open(Path(folder) / "data", mind, Given(hold_s=HOLD_S))
            try:
                return [await play(persona, hotline, forms[persona.template]) for persona in personas]
            finally:
                await hotline.close()
    finally:
        await encoder.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.citizens", description=__doc__)
    parser.add_argument("--template", default="", help="only this template's personas")
    parser.add_argument("--name", default="", help="only personas whose name holds these words")
    parser.add_argument("--list", action="store_true", help="name the personas, play none")
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    known, unseen = load(), load(UNSEEN)
    chosen = [one for one in (*known, *unseen) if args.template in ("", one.template) and args.name in one.name]
    if args.list:
        print("\n".join(f"{one.template} {one.language}: {one.name}" for one in chosen))
        return 0
    outcomes = asyncio.run(run(chosen))
    print(citizens_page.failures(outcomes))
    whole = len(chosen) == len(known) + len(unseen)
    measured = figures(outcomes[:len(known)] if whole else outcomes)
    if whole:
        if unseen:
            measured["unseen"] = figures(outcomes[len(known):])
        _write(msgspec.to_builtins(measured), outcomes, args.out)
    print(citizens_page.goals(msgspec.to_builtins(measured)))
    return 0


def _write(measured: dict[str, Any], outcomes: Sequence[Outcome], out: Path) -> None:
    measured = {"date": datetime.now(UTC).isoformat(timespec="minutes"), **measured}
    results = json.loads(out.read_text("utf-8")) if out.is_file() else {}
    results["citizens"] = measured
    out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    citizens_page.PAGE.write_text(citizens_page.page(measured, outcomes), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
