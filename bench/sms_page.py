"""Writes bench/sms.md from results.json: `python -m bench.sms_page`. tests/test_bench_sms.py holds both."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench import page

PAGE = page.RESULTS.parent / "sms.md"
HEAD = """# SMS: messages a second, each way

Written by `python -m bench.sms_page` from `results.json`; `python -m bench.sms` measures.

**In** is a phone that writes until our side has it: a row of SQLite that an fsync made durable (the turn that answers
is measured elsewhere), with the bare client merely read. **Out** is a message of ours until the carrier's receipt for
it is kept: whose it is, that it is tried, what the carrier called it and the receipt are durable, each before the next
step; "taken" is the carrier's answer, with Kannel its smsbox's 202. The next message goes when one is over. All are one
part of UCS-2, before the same simulated carrier, which answers at once; 16 in flight are a carrier's usual window. Our
own limits (`tps`, messages a minute) are lifted. Carrier, Kannel and the measured side share the machine.

The bare client is `smpplib.client`, one thread that reads and writes one PDU after the other and keeps nothing. It has
TCP_NODELAY here, without which it waits 40 ms for an acknowledgement whenever it sends behind an answer of its own.

Kannel's two programs do wait so, for one another (strace of smsbox: 34 ms from its submission to bearerbox's word that
it is taken, 42 ms more to the receipts, no TCP_NODELAY): for a message alone on its way out that is most of its time,
and with more in flight the waiting is shared.
"""
NAMES = {"bare": "smpplib, bare", "smpp": "ours over SMPP", "kannel": "ours through Kannel"}
TITLES = {"in": "In: what citizens write", "out": "Out: what we write, and its receipt"}

Figures = dict[str, Any]


def text(results: Figures) -> str:
    return "\n".join([HEAD, *_measured(results["sms"])]) if "sms" in results else HEAD


def _measured(found: Figures) -> Iterator[str]:
    machine = found["machine"]
    yield (
        f"{found['date']} on {machine['cores']} cores ({machine['cpu']}), Python {machine['python']}; load average "
        f"before: {', '.join(map(str, machine['load_before']))}; raw fsyncs of 4 KiB a second: {found['fsyncs_per_s']}."
        "\n"
    )
    if "kannel" not in found["ways"]:
        yield "Kannel was not installed there.\n"
    for direction, title in TITLES.items():
        yield f"## {title}\n"
        yield page.rows(_head(direction), list(_rows(found, direction))) + "\n"


def _head(direction: str) -> tuple[str, ...]:
    taken = ("taken p50, ms", "taken p95, ms") if direction == "out" else ()
    return ("in flight", "way", "messages", "a second", "of bare", "p50, ms", "p95, ms", *taken, "CPU of our side, ms")


def _rows(found: Figures, direction: str) -> Iterator[tuple[object, ...]]:
    for level in map(str, found["levels"]):
        for way, runs in found["ways"].items():
            run = runs[direction][level]
            share = None if way == "bare" else f"{found['ratios'][way][direction][level]:.0%}"
            taken = (run["answered"]["p50_ms"], run["answered"]["p95_ms"]) if direction == "out" else ()
            yield (level, NAMES[way], run["messages"], run["per_s"], share, run["p50_ms"], run["p95_ms"], *taken,
                   run["cpu_ms"])


def main() -> None:
    PAGE.write_text(text(json.loads(page.RESULTS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
