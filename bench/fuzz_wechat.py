"""Ten minutes of spoilt WeChat callbacks and customer-service pages: is there a 5xx, a stall, a lost message?

`python -m bench.fuzz_wechat --seconds 600`. The storm is the tests' own (tests/channels/wechat/fuzz.py); all runs in
one process, so that how many callbacks there were says little, and the faults everything.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from bench import page, watch
from tests.channels.wechat.fuzz import Found, run
from tests.channels.wechat.stalls import MOST_S

SECONDS = 600.0

Figures = dict[str, Any]


def measure(seconds: float) -> Figures:
    """One storm of that length, in the form of results.json."""
    head = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine(), "seconds": seconds}
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    before = watch.rss_mb(os.getpid())
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(run(Path(folder), seconds))
    finally:
        structlog.reset_defaults()
    return head | figures(found) | {"rss_before_mb": before, "rss_mb": watch.rss_mb(os.getpid())}


def figures(found: Found) -> Figures:
    """`longest` and `blocked`: tests/channels/wechat/stalls.py."""
    callbacks = {
        callback: {str(status): statuses[status] for status in sorted(statuses)}
        for callback, statuses in found.answers.statuses.items()
    }
    return {
        "callbacks": sum(sum(statuses.values()) for statuses in callbacks.values()), "statuses": callbacks,
        "pages": found.pages.served, "torn_pages": found.pages.torn, "good_messages": len(found.pages.good),
        "longest_ms": round(found.stalls.longest * 1000, 1), "blocked_ms": round(found.stalls.blocked * 1000, 1),
        "faults": len(found.answers.faults), "lost": len(found.lost),
        "stalls": int(max(found.stalls.longest, found.stalls.blocked) >= MOST_S),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz_wechat", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    results = json.loads(args.out.read_text("utf-8")) | {"fuzz_wechat": measure(args.seconds)}
    args.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    page.main()
    print(json.dumps(results["fuzz_wechat"], indent=1))


if __name__ == "__main__":
    main()
