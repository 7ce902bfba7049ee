"""The embedded engine and Rasa on the same held-out sentences: `python -m bench.engines`.

Each is trained anew, opened and asked in a process of its own, through the code that a gateway asks it with. Writes
`engines` of bench/results.json and bench/engines.md. Needs `make rasa`.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from bench import engines_page, entities, ranking, understanding, watch
from bench.figures import percentile
from bench.held_out import AT, PREFIX, Case, HeldOut, contract, load, wrapped
from bench.record import RESULTS, head, keep
from gateway import city, templates
from gateway.api.understand import UnderstandRequest
from gateway.clock import SystemClock
from gateway.dialogue.catalog import Catalog
from gateway.evidence import WeighingUnderstander
from gateway.explain import Explainer
from gateway.fields.registry import TYPES
from gateway.protocols import Understander
from gateway.understanding import Reader
from nlu import rasa_training
from nlu.batching import BatchEncoder
from nlu.embedded import EmbeddedUnderstander
from nlu.null import NullKnowledge
from nlu.rasa import RasaUnderstander
from nlu.rasa_server import Address, RasaServer
from tests.rasa_server import RasaProcess

CROWD = 32
ALONE_N, TOGETHER_N = 300, 2_000
PATIENCE_S = 30.0  # its answers are to be its own; how many come in time is a figure
IN_TIME_MS = 800.0


class Engine(Understander, Protocol):
    """As the gateway opens it."""

    async def open(self) -> None: ...


@asynccontextmanager
async def opened(engine: Engine) -> AsyncIterator[float]:
    """The seconds that it took."""
    began = time.perf_counter()
    await engine.open()
    yield round(time.perf_counter() - began, 1)


# --- in a process of its own --------------------------------------------------------------------------------

async def embedded(cache: Path) -> dict[str, Any]:
    encoder = BatchEncoder()
    engine = EmbeddedUnderstander(understanding.TRAINING, cache, encoder)
    async with opened(engine) as seconds:
        figures = await asked(engine)
    await encoder.close()
    return {"opened_s": seconds, "model": engine.model, **figures}


async def rasa(cache: Path, address: Address) -> dict[str, Any]:
    encoder = BatchEncoder()
    beside = EmbeddedUnderstander(understanding.TRAINING, cache, encoder)
    await beside.open()
    how: Counter[str] = Counter()
    engine = RasaUnderstander(
        RasaServer(address, PATIENCE_S), beside, SystemClock(), lambda one: how.update([one]), 2 * CROWD)
    async with opened(engine):
        figures = await asked(engine)
        figures["model"] = (await engine.understand("你好", "zh", ranking.NOWHERE)).model
    await engine.close()
    await encoder.close()
    assert set(how) == {"rasa"}, how
    return figures


async def asked(engine: Understander) -> dict[str, Any]:
    """What is right, and how fast. The engine alone, and with the words of the forms that the gateway adds to it."""
    held, catalog = load(), Catalog.of(templates.load(understanding.COMPLAINTS, TYPES), TYPES)
    weighed = WeighingUnderstander(engine, catalog)
    reader = Reader(catalog, city.load(understanding.ROOT / "city"), weighed, NullKnowledge())
    bare = await ranking.judge(engine, held.intents)
    judged = await ranking.judge(weighed, held.intents)
    complaints = [one for one in judged if one.case.want.startswith(PREFIX)]
    polite = await ranking.judge(weighed, wrapped((one.case for one in complaints), held.preambles))
    groups = ranking.by_group(judged)
    figures: dict[str, Any] = understanding.plain({
        "alone": ranking.accuracy(bare),
        "ranking": {name: groups[name] for name in ("all", "templates zh", "templates en", "others", "strangers")},
        "out_of_scope": ranking.strangers(judged),
        "polite": ranking.politeness(ranking.in_preambles(complaints, polite, held.preambles)),
        "fields": entities.figures(await fields(reader, held))["classes"]["all"],
    })
    return figures | {"pace": await pace(engine, [one.case for one in held.openings])}


async def fields(reader: Reader, held: HeldOut) -> list[entities.ReadOpening]:
    """Of the form that the engine thinks right: the fields of a wrong one are wrong."""
    explainer, types = Explainer(reader, SystemClock(), reader.engine.name), contract()
    read = []
    for one in held.openings:
        if one.stated is not None and one.template in reader.catalog.newest:
            answer = await explainer.understand(UnderstandRequest(one.case.text, one.case.language, at=AT))
            chosen = bool(answer.templates) and answer.templates[0].id == one.template
            read.append(entities.judge(one, answer.fields if chosen else (), types[one.template]))
    return read


async def pace(engine: Understander, cases: Sequence[Case]) -> dict[str, Any]:
    """One after the other, and CROWD at once. A number behind each keeps what was remembered out."""
    texts = [f"{case.text} {n}" for n in range(TOGETHER_N // len(cases) + 1) for case in cases][:TOGETHER_N]
    alone = sorted([await spent(engine.understand(f"{text}!", "zh", ranking.NOWHERE)) for text in texts[:ALONE_N]])
    gate = asyncio.Semaphore(CROWD)

    async def one(text: str) -> float:
        async with gate:
            return await spent(engine.understand(text, "zh", ranking.NOWHERE))

    began = time.perf_counter()
    together = sorted(await asyncio.gather(*map(one, texts)))
    took = time.perf_counter() - began
    return {
        "p50_ms": round(percentile(alone, 0.5), 1), "p99_ms": round(percentile(alone, 0.99), 1),
        "per_s": round(TOGETHER_N / took), "crowd": CROWD, "crowd_p50_ms": round(percentile(together, 0.5), 1),
        "crowd_in_time": round(sum(ms <= IN_TIME_MS for ms in together) / len(together), 4),
    }


async def spent(what: Awaitable[object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await what
    return (time.perf_counter() - began) * 1000


# --- one after the other ------------------------------------------------------------------------------------

def measured(folder: Path) -> dict[str, Any]:
    cache = folder / "models"
    trained = child("--train", str(cache))
    ours = child("--cache", str(cache)) | trained
    began, cpu = time.perf_counter(), children_cpu_s()
    model = asyncio.run(rasa_training.train(
        rasa_training.environment(understanding.ROOT), understanding.TRAINING, folder / "rasa"))
    training = {"trained_s": round(time.perf_counter() - began), "trained_cpu_s": round(children_cpu_s() - cpu)}
    server = RasaProcess(folder, model)
    began = time.perf_counter()
    server.start()
    try:
        start = round(time.perf_counter() - began, 1)
        theirs = child("--cache", str(cache), "--url", server.url, "--token", server.token)
        assert server.process
        memory = watch.rss_mb(server.process.pid)
    finally:
        server.stop()
    return {"embedded": ours, "rasa": theirs | training | {"opened_s": start, "rss_mb": memory}}


def child(*arguments: str) -> dict[str, Any]:
    """What `python -m bench.engines --one …` prints last."""
    done = asyncio.run(_printed(sys.executable, "-m", "bench.engines", "--one", *arguments))
    found: dict[str, Any] = json.loads(done.splitlines()[-1])
    return found


async def _printed(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=understanding.ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"ended with {process.returncode}")
    return out.decode()


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def one(options: argparse.Namespace) -> dict[str, Any]:
    if options.train:
        encoder, began = BatchEncoder(), time.perf_counter()
        await EmbeddedUnderstander(understanding.TRAINING, options.train, encoder).open()
        await encoder.close()
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {"trained_s": round(time.perf_counter() - began), "trained_cpu_s": round(used.ru_utime + used.ru_stime)}
    if options.url:
        return await rasa(options.cache, Address(options.url, options.token))
    figures = await embedded(options.cache)
    return figures | {"rss_mb": watch.rss_mb(os.getpid())}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.engines", description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--one", action="store_true", help="measure one here, and print it")
    for name, kind in (("--train", Path), ("--cache", Path), ("--url", str), ("--token", str)):
        parser.add_argument(name, type=kind, help="with --one")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(asyncio.run(one(options)), ensure_ascii=False))
        return
    began = head()
    with tempfile.TemporaryDirectory() as folder:
        figures = began | measured(Path(folder))
    keep(options.out, engines=figures)
    if options.out == RESULTS:
        engines_page.PAGE.write_text(engines_page.page(figures), "utf-8")


if __name__ == "__main__":
    main()
