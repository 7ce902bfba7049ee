"""What a second gateway costs: CPU a turn of all gateways and their one Redis, with one gateway and with two.

`python -m bench.redis_cpu`. The same visitors write at the same rate, by one gateway or half by each of two; each run
has a fresh Redis that writes through to its disk. Runs alternate (1 2 2 1 1 2 …), because a machine drifts, and the
medians are compared. The rate leaves one gateway well below its limit: at the limit every batch is as large as it can
be, and a turn costs less for that reason alone.
"""
from __future__ import annotations

import argparse
import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import SETTINGS, generated
from bench.record import RESULTS, head, keep
from bench.server import Server
from bench.watch import cpu_s
from tests.redis_server import RedisServer

GENERATOR = "bench.paced"
RATE, VISITORS = 60.0, 120
WARM_S, IDLE_S = 8.0, 5.0
AT_MOST = 1.10
DURABLE = ("--appendfsync", "always", "--maxmemory-policy", "noeviction")

Figures = dict[str, Any]


async def measure(folder: Path, *, full: bool) -> Figures:
    """Figures of every run in their order, the medians, and the ratio that must not exceed `AT_MOST`."""
    rounds, seconds = (6, 30.0) if full else (2, 10.0)
    runs: list[Figures] = []
    for n in range(rounds):
        for gateways in (1, 2) if n % 2 == 0 else (2, 1):
            place = folder / f"{len(runs)}"
            place.mkdir()
            runs.append({"gateways": gateways, **await _run(place, gateways, seconds)})
    return {"rate": RATE, "visitors": VISITORS, "runs": runs, **compared(runs)}


def compared(runs: list[Figures]) -> Figures:
    """Medians by number of gateways, and two over one."""
    by = {k: [run for run in runs if run["gateways"] == k] for k in (1, 2)}
    keys = ("cpu_ms_per_turn", "gateway_cpu_ms_per_turn", "redis_cpu_ms_per_turn", "idle_cores", "p95_ms")
    medians = {str(k): {key: round(median(run[key] for run in by[k]), 3) for key in keys} for k in by}
    ratio = medians["2"]["cpu_ms_per_turn"] / medians["1"]["cpu_ms_per_turn"]
    errors = sum(run["errors"] for run in runs)
    return {"medians": medians, "ratio": round(ratio, 3), "at_most": AT_MOST, "errors": errors,
            "kept": ratio <= AT_MOST and not errors}


async def _run(folder: Path, gateways: int, seconds: float) -> Figures:
    redis = RedisServer(folder, *DURABLE)
    async with AsyncExitStack() as running:
        redis.start()
        running.callback(redis.stop)
        assert redis.process is not None
        servers = [gateway(folder / str(n), redis.url) for n in range(gateways)]
        for server in servers:
            running.push_async_callback(server.stop)
            await server.start()
        pids = [server.process.pid for server in servers if server.process] + [redis.process.pid]
        idle = await _idle(pids)
        found = await generated(
            GENERATOR, servers[0].url + "/web/ws", pids[0], *_more(servers, pids),
            "--rate", str(RATE), "--visitors", str(VISITORS), "--warm", str(WARM_S), "--seconds", str(seconds))
    *ours, theirs = found["cpu_ms_per_turn_of"]
    return {
        "cpu_ms_per_turn": found["cpu_ms_per_turn"], "gateway_cpu_ms_per_turn": round(sum(ours), 3),
        "redis_cpu_ms_per_turn": theirs, "idle_cores": idle,
        **{key: found[key] for key in ("turns", "seconds", "turns_per_s", "p50_ms", "p95_ms", "p99_ms", "errors")},
    }


def _more(servers: list[Server], pids: list[int]) -> list[str]:
    """The addresses and processes beyond the first, as the generator takes them."""
    urls = [word for server in servers[1:] for word in ("--url", server.url + "/web/ws")]
    return urls + [word for pid in pids[1:] for word in ("--pid", str(pid))]


async def _idle(pids: list[int]) -> float:
    """Cores that all of them keep busy while nobody writes."""
    before = sum(map(cpu_s, pids))
    await asyncio.sleep(IDLE_S)
    return round((sum(map(cpu_s, pids)) - before) / IDLE_S, 4)


def gateway(folder: Path, url: str) -> Server:
    """One of those on this Redis; their folders lie beside one another, and citizens' files beside them."""
    folder.mkdir()
    shared = {"HUIYIN_STORE_URL": url, "HUIYIN_DATA_UPLOADS": str(folder.parent / "uploads")}
    server = Server(folder / "data", {**SETTINGS, **shared})
    server.data.mkdir()
    server.bring_models()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    when = head()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), full=args.full))
    keep(args.out, redis_cpu={**when, **found})


if __name__ == "__main__":
    main()
