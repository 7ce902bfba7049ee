"""`python -m bench [--full] [part …]`: measures these parts, or all of them, and writes results.json and the pages.

Every part is a process of its own: one that fails or hangs is noted in results.json (`runs`) with its last words, its
earlier figures stay with their date, and the next part goes on. Ends with 1 when any failed.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import page, plots
from bench.parts import PARTS, Part
from bench.record import RESULTS, head, keep, read

PATIENCE = 4.0  # times the minutes that a part takes in full size; then it hangs
LAST_WORDS = 300


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; none: all")
    parser.add_argument("--full", action="store_true", help="in the size that counts, some two hours for all")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args(argv)
    if unknown := [name for name in args.parts if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    failed = [name for name in args.parts or PARTS if not ran(name, PARTS[name], full=args.full, out=args.out)]
    if args.out == RESULTS:
        plots.main()
        page.main()
    print(f"failed: {', '.join(failed)}" if failed else "all parts measured", flush=True)
    return 1 if failed else 0


def ran(name: str, part: Part, *, full: bool, out: Path) -> bool:
    """Whether it went well; `runs` of the results says so too, and how long it took."""
    print(f"— {name}: {part.measures}", flush=True)
    run: dict[str, Any] = {**head(), "full": full}
    began = time.monotonic()
    failure = _failure(part, full=full, out=out)
    run |= {"took_s": round(time.monotonic() - began), "failed": failure}
    keep(out, runs={**read(out).get("runs", {}), name: run})
    print(f"  {run['took_s']} s" + (f", failed: {failure}" if failure else ""), flush=True)
    return failure is None


def _failure(part: Part, *, full: bool, out: Path) -> str | None:
    """Runs it; the last words of one that failed."""
    command = [sys.executable, "-m", part.module, *(part.full if full else part.brief), "--out", str(out)]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
                              cwd=RESULTS.parent.parent, timeout=part.minutes * 60 * PATIENCE)
    except subprocess.TimeoutExpired as late:
        return f"still not done after {late.timeout:.0f} s"
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return (lines[-1] if lines else f"ended with {done.returncode}")[:LAST_WORDS]


if __name__ == "__main__":
    sys.exit(main())
