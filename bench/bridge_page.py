"""Writes bench/bridge.md from results.json: `python -m bench.bridge_page`. tests/test_bench_bridge.py holds both."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench import page

PAGE = page.RESULTS.parent / "bridge.md"
HEAD = """# The case bridge under fire

Written by `python -m bench.bridge_page` from `results.json`; `python -m bench.bridge --full` measures.

## kill -9 in the middle of hand-overs

Every work order has four operations: submit, comment, comment, rework. The bridge (store, gate, bridge, reconciler,
webhook over HTTP) is a process of its own and is killed at random moments while it hands over, up to 64 at once; the
case system is another, and something befalls 15 of 100 operations there: refused (503, an HTML page, a reset), or
carried out and not heard of (a reset, an acknowledgement that is slow or comes too late, 2xx without an id or with an
error in it). Every wait of the bridge is a five-hundredth. "Late": the effect of 15 of 100 comes most of a time-out
after the operation, so that a bridge that starts again may look too early.

`lost`, `doubled` and `disordered` (operations, operations, work orders) and `given up` must be 0. Where the system
neither knows a key again nor can be asked, what is in doubt waits for a person; here one comes now and then, looks over
there and says that it arrived, or has it sent again. The naive bridge believes that keys are known there, and sends
again what it did not hear of: it shows that the harness sees a duplicate.
"""
OUTAGE = """## Four hours without the case system, at Beijing's peak

130 hand-overs a minute, each sixth of them a citizen's word to a case that waits already. The outage is played on a
clock of its own; what follows runs on the real one, with new hand-overs at the same rate, to a system in a process of
its own that answers at once. "CPU" is of the bridge with its store. What was tried in vain during the outage comes back
in its own time, 36 minutes at most: the clock is moved on for it.
"""
WAYS = {
    "idempotent": "the system knows a key again", "lookup": "it can be asked", "neither": "neither",
    "late": "it can be asked, and is late", "naive": "neither, and a naive bridge",
}
KILLS = (
    ("kills", "kills"), ("hand-overs", "operations"), ("arrived there, repeats too", "heard"), ("in doubt", "doubts"),
    ("of them there", "arrived"), ("lost", "lost"), ("doubled", "doubled"), ("disordered", "disordered"),
    ("given up", "buried"), ("seconds", "seconds"),
)

Figures = dict[str, Any]


def text(results: Figures) -> str:
    return "\n".join([HEAD, *_measured(results["bridge"])]) if "bridge" in results else f"{HEAD}\n{OUTAGE}"


def _measured(found: Figures) -> Iterator[str]:
    machine = found["machine"]
    yield (
        f"{found['date']} on {machine['cores']} cores ({machine['cpu']}), Python {machine['python']}; load average "
        f"before: {', '.join(map(str, machine['load_before']))}, after: {', '.join(map(str, found['load_after']))}; "
        f"raw fsyncs of 4 KiB a second: {found['outage']['fsyncs_per_s']}.\n"
    )
    head = ("", *(WAYS[way] for way in found["kills"]))
    table = [(name, *(run[key] for run in found["kills"].values())) for name, key in KILLS]
    befell = ("something befell", *(sum(run["befell"].values()) for run in found["kills"].values()))
    yield page.rows(head, [*table[:3], befell, *table[3:]]) + "\n"
    yield OUTAGE
    yield page.rows(("", "measured"), list(_outage(found["outage"]))) + "\n"


def _outage(found: Figures) -> Iterator[tuple[object, ...]]:
    waiting, draining, judged = found["waiting"], found["draining"], found["found"]
    waits = draining["new_waits"]
    yield "rows that wait at the end of the outage", waiting["waiting"]
    yield "work orders", waiting["work_orders"]
    yield "tried during the four hours", waiting["sends"]
    yield "looks for work in the store during them", waiting["claims"]
    yield "CPU while all of them wait and nothing comes, ms a second", waiting["idle_cpu_ms_per_s"]
    yield "CPU of a row that comes during the outage, ms", waiting["cpu_ms_per_row"]
    yield "noticed that the system is back, s of the clock", found["back_after_s"]
    yield "handed over afterwards, a second", draining["per_s"]
    yield "in the slowest ten seconds, a second", draining["slowest_10_s_per_s"]
    yield "CPU of a hand-over, ms", draining["cpu_ms_per_row"]
    yield "new ones meanwhile", draining["new"]
    yield "a new one waits, p50 / p95 / longest, ms", f"{waits['p50_ms']} / {waits['p95_ms']} / {waits['max_ms']}"
    yield "tried in vain before, so up to 36 minutes later", draining["late"]
    yield "lost / doubled / disordered / left", " / ".join(str(judged[name]) for name in judged)


def main() -> None:
    PAGE.write_text(text(json.loads(page.RESULTS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
