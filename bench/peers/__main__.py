"""`python -m bench.peers [--full]`: every bot that is installed, on one dialogue, in one run.

Writes `peers` of results.json and bench/peers.md.
"""
from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench import record
from bench.peers import page
from bench.peers.measure import FULL, Plan, run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL.seconds:g} s a run, not {Plan().seconds:g}")
    parser.add_argument("--out", type=Path, default=record.RESULTS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(Path(folder), FULL if args.full else Plan()))
    record.keep(args.out, peers=asdict(found))
    page.main()


if __name__ == "__main__":
    main()
