"""Writes deploy/SIZING.md from results.json: `python -m bench.sizing_page`."""
from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import page, record

PAGE = Path(__file__).parent.parent / "deploy" / "SIZING.md"
APPEALS = 65_000      # Beijing, a day [DESIGN.md]
MEAN = 23.0           # messages a second of these over 24 hours
TIMES = {"mean": 1.0, "busy hour": 65 / 23, "burst minute": 195 / 23, "storm": 975 / 23}
FULL = 0.6            # of a core that a gateway is planned to use: what is left is for bursts
DEDUPE_DAYS, TRANSCRIPT_DAYS, CASE_DAYS, FEED_DAYS = 7, 180, 1096, 7
GB = 1e9

Figures = dict[str, Any]

HEAD = """# Sizing: from Beijing's load to ten times as much

Written by `python -m bench.sizing_page` from `bench/results.json`; `python -m bench.sizing` measures the bytes, `make
bench` the rest. Every number below is either measured there, or arithmetic that stands beside it, or a figure of the
load that is taken from outside: Beijing's 12345 had some 65,000 appeals a day, which at some 30 messages each, both
ways, are 23 messages a second on average, 65 in the busy hour, 195 in a burst minute and 325 to 975 in a storm. We
count every one of them as a turn, which is more than there will be: an answer costs less than a question.
"""


def text(results: Figures) -> str:
    return "\n".join([HEAD, *_load(), *_cores(results), *_bytes(results), *_rest(results)])


def _load() -> Iterator[str]:
    rows = [(name, f"{MEAN * times:,.0f}", f"{MEAN * times * 10:,.0f}") for name, times in TIMES.items()]
    yield "## Messages a second\n"
    yield page.rows(("", "Beijing", "ten times"), rows) + "\n"


def _cores(results: Figures) -> Iterator[str]:
    alone = results["load"]["gateway"]["32"]["cpu_ms_per_turn"]
    of = results["redis_cpu"]["medians"]["2"]
    gateway, redis = of["gateway_cpu_ms_per_turn"], of["redis_cpu_ms_per_turn"]
    yield "## Processor and gateways\n"
    yield (
        f"A turn costs {alone} ms of processor with the embedded store (32 visitors, stated mix, "
        f"{_when(results['load'])}), and on Redis {gateway} ms in the gateway and {redis} ms in Redis (two gateways, "
        f"{_when(results['redis_cpu'])}). A gateway is one process that uses one core, and is planned to use "
        f"{FULL:.0%} of it; one more stands by, so that one can be lost. Gateways = ⌈messages a second × ms / 1000 / "
        f"{FULL}⌉ + 1. Redis runs its scripts on one core: above {FULL / redis * 1000:,.0f} messages a second it is a "
        "Cluster's turn (`redis+cluster://`).\n"
    )
    rows = []
    for name, times in TIMES.items():
        for whose, n in (("Beijing", 1), ("ten times", 10)):
            rate = MEAN * times * n
            rows.append((
                f"{name}, {whose}", f"{rate:,.0f}", f"{rate * gateway / 1000:.1f}",
                math.ceil(rate * gateway / 1000 / FULL) + 1, f"{rate * redis / 1000:.2f}",
                math.ceil(rate * redis / 1000 / FULL),
            ))
    yield page.rows(
        ("load", "messages/s", "cores of gateways", "gateways", "cores of Redis", "Redis primaries"), rows) + "\n"
    yield (
        "A storm need not be answered at once: what comes in is acknowledged when it is stored, and waits in its "
        "mailbox. Plan for the burst minute, and let a storm wait.\n"
    )


def _bytes(results: Figures) -> Iterator[str]:
    yield "## Disk and memory of the store\n"
    if "sizing" not in results:
        yield "Not measured yet: `python -m bench.sizing`.\n"
        return
    found = results["sizing"]
    sqlite, redis = found["sqlite"], found["redis"]
    yield (
        f"Measured with {found['citizens']} citizens who each file an express-delivery complaint ({_when(found)}): a "
        f"work order of {sqlite['turns_per_work_order']} messages with its case, transcript, feed, audit and dedupe "
        "ids.\n"
    )
    yield page.rows(("", "bytes per work order", "bytes per message"), [
        ("SQLite, in its file", f"{sqlite['bytes_per_work_order']:,}", f"{sqlite['bytes_per_turn']:,}"),
        ("Redis, in memory", f"{redis['bytes_per_work_order']:,}", f"{redis['bytes_per_turn']:,}"),
        ("Redis, its log after a rewrite", f"{redis['log_bytes_per_work_order']:,}", ""),
    ]) + "\n"
    kinds = ", ".join(f"`{name}` {size:,}" for name, size in redis["kinds"].items())
    if kinds:
        yield f"In Redis, bytes per work order by what keys are for: {kinds}. `seen` are the dedupe ids.\n"
    yield from _kept(sqlite["bytes_per_work_order"], redis["bytes_per_work_order"])


def _kept(sqlite: int, redis: int) -> Iterator[str]:
    """An upper bound: as if nothing of a work order were ever dropped before its case is."""
    rows = []
    for whose, n in (("Beijing", 1), ("ten times", 10)):
        for days in (DEDUPE_DAYS, 30, TRANSCRIPT_DAYS, CASE_DAYS):
            orders = APPEALS * n * days
            rows.append((f"{whose}, {days} days", f"{orders:,}", f"{orders * sqlite / GB:,.0f}",
                         f"{orders * redis / GB:,.0f}"))
    yield page.rows(("kept for", "work orders", "SQLite, GB of disk", "Redis, GB of memory"), rows) + "\n"
    yield (
        f"Work orders × bytes, if every appeal becomes one, and nothing of it goes before the whole does. By default "
        f"dedupe ids and feeds go after {DEDUPE_DAYS} days, transcripts after {TRANSCRIPT_DAYS}, cases after "
        f"{CASE_DAYS} (`[retention]`). Redis keeps everything in memory, cases and transcripts too: at Beijing's load "
        "shorten `case_days` and `transcript_days` to what the city's own case system does not keep already, and leave "
        "memory for the copy that a rewrite of its log makes. `maxmemory` with noeviction is the wall: at it, gateways "
        "keep what comes in in their spools.\n"
    )


def _rest(results: Figures) -> Iterator[str]:
    sockets = results.get("sockets")
    yield "## Memory of a gateway, the spool, the network\n"
    if sockets:
        yield (
            f"A gateway with the models takes {sockets['before_kib']['rss'] / 1024:.0f} MiB, and "
            f"{sockets['kib_each']['rss']} KiB for each open web socket, {sockets['kib_each_after_a_turn']['rss']} "
            f"after a turn ({sockets['opened']['sockets']:,} of them, {_when(sockets)}).\n"
        )
    if "spool_bytes" in results.get("sizing", {}):
        each = results["sizing"]["spool_bytes"]
        busy = MEAN * TIMES["busy hour"]
        yield (
            f"The spool takes `[store] spool_mb` of each gateway's disk at most, 1 GiB by default. A text message "
            f"takes {each} bytes there, so 1 GiB is {2**30 / each:,.0f} messages: {2**30 / each / busy / 3600:,.1f} "
            f"hours of Beijing's busy hour ({busy:.0f} a second) for one gateway alone.\n"
        )
    yield (
        "The network between gateways and Redis was not measured: the loopback carried all of the figures above. "
        "Gateways and Redis belong into one data centre: a turn goes to Redis several times, one after the other, and "
        "with `replicas = 1` each of these waits for a replica.\n"
    )


def _when(found: Figures) -> str:
    return f"{found['date'][:10]}, {found['machine']['cores']} cores"


if __name__ == "__main__":
    PAGE.write_text(text(record.read()), "utf-8")
