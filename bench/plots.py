"""Draws the pictures of the page from results.json: `python -m bench.plots` writes bench/plots/*.svg.

A picture whose part was not measured is not drawn; tests/test_bench_beyond.py holds the files and the results together.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.record import RESULTS, read
from bench.svg import axis, bars, lines

FOLDER = RESULTS.parent / "plots"
SHARES = (("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms"))

Figures = dict[str, Any]


def load(results: Figures) -> str:
    """Percentiles by visitors who all write at once."""
    runs = {int(level): run for level, run in results["load"]["gateway"].items()}
    series = {name: [(float(level), run[key]) for level, run in runs.items()] for name, key in SHARES}
    return lines(
        "From message to reply, by visitors writing at once", axis("visitors", runs, low=1, log=True),
        axis("ms", [value for points in series.values() for _, value in points], log=True), series)


def soak(results: Figures) -> str:
    """Memory over minutes, and of the control that leaks where it was measured."""
    parts = {name: results[part]["samples"] for name, part in (("gateway", "soak"), ("control that leaks",
             "soak_leaking")) if part in results}
    series = {name: [(one["s"] / 60, one["rss_kib"] / 976.56) for one in samples] for name, samples in parts.items()}
    points = [point for one in series.values() for point in one]
    return lines(
        f"Memory while {results['soak']['rate']:g} messages a second come",
        axis("minutes", [x for x, _ in points], low=0), axis("MB resident", [y for _, y in points], low=0), series)


def redis_cpu(results: Figures) -> str:
    medians = results["redis_cpu"]["medians"]
    rows = {
        f"{k} gateway{'s' if k != '1' else ''}": {
            "gateways": one["gateway_cpu_ms_per_turn"], "Redis": one["redis_cpu_ms_per_turn"]}
        for k, one in medians.items()
    }
    return bars("CPU a turn on one Redis", "ms", rows)


def sockets(results: Figures) -> str:
    found = results["sockets"]
    rows = {"limit": {"KiB": found["at_most_kib"]}, "after hello": {"KiB": found["kib_each"]["rss"]},
            "after a turn": {"KiB": found["kib_each_after_a_turn"]["rss"]}}
    return bars(f"Memory of each of {found['asked']:,} idle sockets", "KiB", rows)


def storm(results: Figures) -> str:
    """Percentiles of acknowledgement and answer by the rate at which messages came."""
    found = results["storm"]
    runs = {run["rate"]: run for name in ("sustained", "highest", "storm") if (run := found.get(name))}
    series = {
        f"{words}, {name}": [(rate, runs[rate][what][key]) for rate in sorted(runs) if runs[rate][what][key]]
        for what, words in (("ack", "acknowledged"), ("answer", "answered")) for name, key in SHARES[1:]
    }
    values = [value for points in series.values() for _, value in points]
    return lines("From message to receipt and to answer, by rate", axis("messages a second", runs, low=0),
                 axis("ms", values, log=True), series)


def peers(results: Figures) -> str:
    """Turns a second at the number of citizens where most of them are at once."""
    found = results["peers"]
    level = str(max(found["plan"]["levels"]))
    rows = {f"{bot} ({way})": {"": run[level]["turns_per_s"]}
            for bot, one in found["bots"].items() for way, run in one["runs"].items() if level in run}
    return bars(f"Turns a second of one dialogue, {level} citizens at once", "turns/s", rows)


def chaos_redis(results: Figures) -> str:
    """What was lost, doubled or disordered on Redis: by our design none, by the rejected ones something."""
    found = results["chaos_redis"]
    rows = {name: {fault: float(one.get(fault) or 0) for fault in ("lost", "doubled", "disordered")}
            for name, one in {"ours": found["workers"], **found["controls"]}.items()}
    return bars("Lost, doubled, disordered while workers and Redis are killed", "", rows)


def kills(results: Figures) -> str:
    """What was acknowledged beside what was lost: the bars that matter have no length."""
    found = results["chaos"]
    rows = {key.replace("_", " "): {"": float(found[key])} for key in (
        "messages", "work_orders", "lost", "repeated", "disordered", "orders_lost", "orders_twice")}
    return bars(f"{found['kills']} times kill -9 of the whole gateway", "", rows)


PLOTS: Mapping[str, tuple[str, Callable[[Figures], str]]] = {  # file → the part it needs, and what draws it
    "load": ("load", load), "sockets": ("sockets", sockets), "soak": ("soak", soak),
    "redis_cpu": ("redis_cpu", redis_cpu), "storm": ("storm", storm), "peers": ("peers", peers),
    "chaos_redis": ("chaos_redis", chaos_redis), "kills": ("chaos", kills),
}


def drawn(results: Figures) -> dict[str, str]:
    """File name → SVG, of all parts that were measured."""
    return {f"{name}.svg": draw(results) for name, (part, draw) in PLOTS.items() if part in results}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, picture in drawn(read()).items():
        (FOLDER / name).write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
