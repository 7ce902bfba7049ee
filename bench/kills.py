"""kill -9 at random instants, of the whole gateway under conversations and of the store alone: `python -m bench.kills`

Writes `chaos` and `store_kill` of results.json.
"""
from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench import chaos
from bench.record import RESULTS, head, keep
from tests.test_store_kill import Torture

KILLS, CITIZENS, STORE_KILLS = 100, 50, 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--store-kills", type=int, default=STORE_KILLS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    when = head()
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(chaos.run(Path(folder), args.kills, CITIZENS))
    keep(args.out, chaos={**when, **asdict(outcome)})
    when = head()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(Torture(Path(folder), "sound").run(args.store_kills))
    store = {"kills": found.kills, "acknowledged": found.acknowledged, "repeated_sends": found.repeated_sends}
    faults = {name: len(getattr(found, name)) for name in ("lost", "doubled", "disordered", "buried")}
    keep(args.out, store_kill={**when, **store, **faults})


if __name__ == "__main__":
    main()
