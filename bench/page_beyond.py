"""The page's sections of issue 7: sockets, soak, Redis, storm, and how the last run of each part went."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bench.parts import PARTS
from bench.table import reached, rows

Figures = dict[str, Any]

# Name, where the figure stands, unit, whether it must be at least or at most the goal (None: that stands there, too).
GOALS: tuple[tuple[str, tuple[str, ...], str, str, float | tuple[str, ...]], ...] = (
    ("An idle web socket of ten thousand, resident", ("sockets", "kib_each", "rss"), "KiB", "<", 40),
    ("The same after a turn of each", ("sockets", "kib_each_after_a_turn", "rss"), "KiB", "<", 40),
    ("Growth of memory over the soak", ("soak", "bytes_a_turn"), "bytes a turn", "≤", ("soak", "at_most_bytes_a_turn")),
    ("Answered at 200 messages a second, p95", ("storm", "sustained", "answer", "p95_ms"), "ms", "<", 300),
    ("Acknowledged at 1,000 messages a second, slowest", ("storm", "storm", "ack", "max_ms"), "ms", "<", 1000),
    ("Lost at 1,000 messages a second", ("storm", "storm", "ledger", "lost"), "messages", "≤", 0),
    ("Turns a second over Rasa's, 1 citizen", ("peers", "ratios", "1"), "times", "≥", 5),
    ("Turns a second over Rasa's, 16 citizens", ("peers", "ratios", "16"), "times", "≥", 5),
    ("Turns a second over Rasa's, 64 citizens", ("peers", "ratios", "64"), "times", "≥", 5),
    ("CPU a turn with two gateways over one, on one Redis", ("redis_cpu", "ratio"), "times", "≤", 1.1),
)


def sections(results: Figures) -> Iterator[str]:
    """Of what was measured so far."""
    judged = list(_judged(results))
    if judged:
        yield rows(("goal", "measured", "reached"), judged)
    for name, section in SECTIONS:
        if name in results:
            yield section(results[name])
    if results.get("runs"):
        yield _runs(results["runs"])


def _judged(results: Figures) -> Iterator[tuple[str, str, str]]:
    for name, path, unit, sign, goal in GOALS:
        value = _at(results, path)
        limit = _at(results, goal) if isinstance(goal, tuple) else goal
        if value is not None and limit is not None:
            well = "yes" if reached(value, sign, limit) else "**no**"
            yield f"{name} {sign} {limit:g} {unit}", f"{value:g} {unit}", well


def _at(results: Figures, path: Iterable[str]) -> float | None:
    found: Any = results
    for key in path:
        if key not in found:
            return None
        found = found[key]
    return None if found is None else float(found)


def _sockets(found: Figures) -> str:
    return rows((f"{found['asked']:,} idle web sockets, {found['date']}", "figure"), (
        ("still open at the end", found["still_open"]),
        ("resident memory of each after hello, KiB", found["kib_each"]["rss"]),
        ("proportional memory of each after hello, KiB", found["kib_each"]["pss"]),
        ("resident memory of each after a turn, KiB", found["kib_each_after_a_turn"]["rss"]),
        ("seconds until all had come", found["opened"]["seconds"]),
        ("share of a core in the first minute", f"{found['lively_cores']:.1%}"),
        ("share of a core while idle (heartbeats, sweeps)", f"{found['idle_cores']:.1%}"),
        ("reply to one of them, p50, ms", found["answers"]["p50_ms"]),
        ("reply to one of them, p95, ms", found["answers"]["p95_ms"]),
    )) + "\n\n![Memory of an idle socket](plots/sockets.svg)"


def _soak(found: Figures) -> str:
    (before, warm, end), load = found["rss_mb"], found["load"]
    first, second = ("–".join(f"{value:g}" for value in found[key]) for key in ("descriptors", "threads"))
    return rows((f"{found['minutes']:g} minutes at {found['rate']:g} messages a second, {found['date']}", "figure"), (
        ("turns after the warm-up", found["turns"]), ("errors", load["errors"]),
        ("memory at the start, after the warm-up, at the end, MB", f"{before}, {warm}, {end}"),
        ("growth of memory, bytes a turn", found["bytes_a_turn"]),
        ("descriptors in both halves", first), ("threads in both halves", second),
        ("growth of the store, bytes a turn", found["store_bytes_a_turn"]),
        ("reply p95, ms", load["p95_ms"]), ("flat", "yes" if found["flat"] else "**no**"),
    )) + "\n\n![Memory over the soak](plots/soak.svg)"


def _redis_cpu(found: Figures) -> str:
    one, two = found["medians"]["1"], found["medians"]["2"]
    lines = [(name, one[key], two[key]) for name, key in (
        ("CPU a turn of all, ms", "cpu_ms_per_turn"), ("of it gateways, ms", "gateway_cpu_ms_per_turn"),
        ("of it Redis, ms", "redis_cpu_ms_per_turn"), ("cores busy while nobody writes", "idle_cores"),
        ("reply p95, ms", "p95_ms"))]
    lines.append(("errors", *(sum(run["errors"] for run in found["runs"] if run["gateways"] == k) for k in (1, 2))))
    head = f"{found['rate']:g} turns a second on one Redis, medians of {len(found['runs']) // 2}, {found['date']}"
    return rows((head, "1 gateway", "2 gateways"), lines) + "\n\n![CPU a turn](plots/redis_cpu.svg)"


def _storm(found: Figures) -> str:
    runs = [run for name in ("sustained", "highest", "storm") if (run := found.get(name))]
    times = [(f"{words} {name}, ms", *(run[what][key] for run in runs))
             for what, words in (("ack", "acknowledged"), ("answer", "answered"))
             for name, key in (("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms"), ("slowest", "max_ms"))]
    amounts = [(name, *(run[key] for run in runs)) for name, key in (
        ("messages", "messages"), ("acknowledged", "acknowledged"), ("of them after a second or more", "late"),
        ("seconds until all were answered", "answered_all_s"), ("cores the gateway kept busy", "cores_busy"),
        ("CPU a message, ms", "cpu_ms_per_message"), ("memory afterwards, MB", "rss_mb"))]
    kept = [(f"{name}, by the store", *(run["ledger"][name] for run in runs))
            for name in ("lost", "repeated", "disordered", "unanswered")]
    ceiling = found["ceiling"]
    head = (f"messages a second over web, WeChat and SMS, {found['date']}", *(f"{run['rate']:g}" for run in runs))
    return (
        rows(head, [*amounts, *times, *kept])
        + f"\n\nThe ceilings beside it: {ceiling['fsyncs_per_s']:g} fsyncs, {ceiling['echo_per_s']:g} bare WebSocket "
        f"echoes and {ceiling['bare_posts_per_s']:g} bare POSTs a second.\n\n![Percentiles by rate](plots/storm.svg)"
    )


def _peers(found: Figures) -> str:
    ratios = [(f"{level} citizens", f"{ratio:g} times") for level, ratio in found["ratios"].items()]
    return (rows((f"our turns a second over Rasa's, {found['date']}: `bench/peers.md`", "ratio"), ratios)
            + "\n\n![Turns a second beside peers](plots/peers.svg)")


def _chaos_redis(found: Figures) -> str:
    columns = {"workers": found["workers"], "gateways": found["gateways"], **found["controls"]}
    names = ("messages", "acknowledged", "kills", "zombies", "cuts", "lost", "doubled", "repeated", "disordered",
             "buried", "repeated_sends")
    lines = [(name.replace("_", " "), *(one.get(name) for one in columns.values()))
             for name in names if any(name in one for one in columns.values())]
    waits = [(name, *(one.get(key) for key in ("acknowledged", "lost"))) for name, one in found["sentinel"].items()]
    return "\n\n".join((
        rows((f"torture on Redis, {found['date']}", *columns), lines),
        rows(("master behind Sentinel", "acknowledged", "lost"), waits), "![Torture on Redis](plots/chaos_redis.svg)"))


def _runs(runs: Figures) -> str:
    """Failures stand here: their figures above are those of an earlier run."""
    lines = [
        (name, run["date"], "full" if run["full"] else "brief", run["took_s"], run["machine"]["load_before"][0],
         f"**failed**: {run['failed']}" if run["failed"] else "measured")
        for name, run in runs.items() if name in PARTS
    ]
    return rows(("part", "last run", "size", "took, s", "load before", "how it went"), lines)


SECTIONS = (("storm", _storm), ("sockets", _sockets), ("soak", _soak), ("redis_cpu", _redis_cpu), ("peers", _peers),
            ("chaos_redis", _chaos_redis))
