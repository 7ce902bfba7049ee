"""All bots on one dialogue in one run: started, put through it by turns for every number of citizens, killed, read.

`run` returns what results.json keeps; bench/peers/page.py writes it down.
"""
from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import watch
from bench.disk import fsyncs_per_s
from bench.load import generated
from bench.peers import kept
from bench.peers.servers import Bot, Huiyin, NotInstalledError, Opsdroid, Rasa, WeRoBot

GENERATOR = "bench.peers.generator"
OURS = "huiyin"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Citizens at once; seconds to warm up and that count, of each bot at each number."""

    levels: tuple[int, ...] = (1, 16, 64)
    warm_s: float = 3.0
    seconds: float = 12.0


FULL = Plan(warm_s=5.0, seconds=18.0)


@dataclass(slots=True)
class OfBot:
    """prepared_s: training, None where there is none or the model is cached. start_s: to the first answer.
    runs: figures by way and number of citizens. ended and lost: dialogues, after kill -9."""

    prepared_s: float | None
    start_s: float
    runs: dict[str, dict[str, Figures]] = field(default_factory=dict)
    ended: int = 0
    lost: int | None = None


@dataclass(slots=True)
class Found:
    """`ratios`: our turns a second over Rasa's, by number of citizens; `missing`: how to install what was not here."""

    date: str
    machine: dict[str, object]
    load_after: float
    fsyncs_per_s: float
    plan: Plan
    bots: dict[str, OfBot]
    missing: dict[str, str]
    ratios: dict[str, float]


def all_bots(folder: Path) -> dict[str, Bot]:
    return {
        OURS: Huiyin(folder / OURS, ("web", "wechat")),
        "rasa": Rasa(folder / "rasa", ("rasa",)),
        "opsdroid": Opsdroid(folder / "opsdroid", ("opsdroid",)),
        "opsdroid-memory": Opsdroid(folder / "opsdroid-memory", ("opsdroid",), keeps=False),
        "werobot": WeRoBot(folder / "werobot", ("wechat",)),
    }


async def run(folder: Path, plan: Plan) -> Found:
    """`folder` is empty and on the disk that is meant. What is not installed is left out, and named."""
    date, machine = datetime.now(UTC).isoformat(timespec="minutes"), watch.machine()
    here, missing = _installed(all_bots(folder))
    found: dict[str, OfBot] = {}
    try:
        for name, bot in here.items():
            prepared = await bot.prepare()
            found[name] = OfBot(_rounded(prepared), round(await bot.start(), 2))
        for level in plan.levels:
            for name, bot in here.items():
                await _measured(bot, level, plan, found[name])
    finally:
        for bot in here.values():
            await bot.kill()
    for name, bot in here.items():
        _read(name, bot, found[name])
    load = round(os.getloadavg()[0], 2)
    return Found(date, machine, load, fsyncs_per_s(folder), plan, found, missing, ratios(found))


def ratios(found: Mapping[str, OfBot]) -> dict[str, float]:
    if "rasa" not in found or OURS not in found:
        return {}
    ours, rasas = found[OURS].runs["web"], found["rasa"].runs["rasa"]
    return {level: round(ours[level]["turns_per_s"] / run["turns_per_s"], 1) for level, run in rasas.items()
            if run["turns_per_s"]}


def _installed(bots: Mapping[str, Bot]) -> tuple[dict[str, Bot], dict[str, str]]:
    here, missing = {}, {}
    for name, bot in bots.items():
        try:
            bot.installed()
            here[name] = bot
        except NotInstalledError as why:
            missing[name] = str(why)
    return here, missing


async def _measured(bot: Bot, level: int, plan: Plan, found: OfBot) -> None:
    for way in bot.ways:
        args: Sequence[str] = (
            "--way", way, "--ended", str(bot.ended), "--lines", str(level),
            "--warm", str(plan.warm_s), "--seconds", str(plan.seconds),
        )
        async with asyncio.timeout(plan.warm_s + plan.seconds + 120):
            figures = await generated(GENERATOR, bot.url, bot.pid, *args)
        found.runs.setdefault(way, {})[str(level)] = figures


def _read(name: str, bot: Bot, found: OfBot) -> None:
    ended = [json.loads(line) for line in bot.ended.read_text("utf-8").splitlines()]
    found.ended = len(ended)
    found.lost = kept.missing(ended, kept.READERS[name](bot.folder))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
