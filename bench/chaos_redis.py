"""What befalls Redis and those who work on it: `python -m bench.chaos_redis` writes `chaos_redis` of results.json.

    workers   four light workers: kill -9, SIGSTOP past the lease, cut replies, Redis killed and hung
    gateways  the same befalls four whole gateways behind a balancer (bench/chaos_gateways.py)
    controls  designs that were rejected, under the same torture: what they lose and double
    sentinel  the master killed, and hung, under load: with WAIT, and without it as a control
"""
from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter

from bench import chaos_gateways
from bench.record import RESULTS, Figures, head, keep
from tests.sentinel import Watched, hang, kill, watched
from tests.test_store_sentinel import ordeal
from tests.torture.ordeal import Ordeal, Plan
from tests.torture.variants import VARIANTS

WORKERS = Plan(messages=20_000, kills=120, zombies=16, outages=12, pause_s=0.1, life_s=(0.2, 3.0))
GATEWAYS = chaos_gateways.Plan(messages=20_000, kills=100, zombies=12, outages=8)
CONTROLS = {name: Plan(messages=800, kills=8, zombies=4, cut=0.02, variant=name) for name in VARIANTS}
BRIEF_WORKERS = Plan(messages=1_000, kills=8, zombies=4, outages=2)
BRIEF_GATEWAYS = chaos_gateways.Plan(messages=300, kills=4, zombies=1, outages=1)
FAULTS: dict[str, tuple[int, Callable[[Watched], Awaitable[None]]]] = {
    "killed": (1, kill), "hung": (1, hang), "hung without WAIT": (0, hang),
}


@dataclass
class Results:
    """Figures of each part by name; faults are numbers."""

    workers: Figures = field(default_factory=dict)
    gateways: Figures = field(default_factory=dict)
    controls: dict[str, Figures] = field(default_factory=dict)
    sentinel: dict[str, Figures] = field(default_factory=dict)
    seconds: float = 0.0


async def run(workers: Plan = WORKERS, gateways: chaos_gateways.Plan = GATEWAYS) -> Results:
    began, results = perf_counter(), Results()
    results.workers = await _tortured(workers)
    results.controls = {name: await _tortured(plan) for name, plan in CONTROLS.items()}
    with tempfile.TemporaryDirectory() as folder:
        storm = await chaos_gateways.Ordeal(Path(folder), gateways).run()
        results.gateways = asdict(storm) | {"clean": storm.clean}
    for name, (replicas, fault) in FAULTS.items():
        with tempfile.TemporaryDirectory() as folder, watched(Path(folder)) as servers:
            results.sentinel[name] = asdict(await ordeal(servers, replicas, fault))
    results.seconds = round(perf_counter() - began, 1)
    return results


async def _tortured(plan: Plan) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        return (await Ordeal(Path(folder), plan).run()).figures()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brief", action="store_true", help="only to see that all works")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    when = head()
    results = asyncio.run(run(BRIEF_WORKERS, BRIEF_GATEWAYS) if args.brief else run())
    keep(args.out, chaos_redis={**when, **asdict(results)})


if __name__ == "__main__":
    main()
