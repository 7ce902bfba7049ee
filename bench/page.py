"""Writes the figures of results.json into the page: `python -m bench.page`. tests/test_bench.py holds them together."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench import page_beyond
from bench.parts import PARTS
from bench.record import RESULTS as RESULTS
from bench.table import reached as reached
from bench.table import rows as rows

PAGE = RESULTS.parent / "README.md"
BEGIN, END = "<!-- figures: python -m bench.page -->", "<!-- end of figures -->"
PARTS_BEGIN, PARTS_END = "<!-- parts: bench/parts.py -->", "<!-- end of parts -->"

Figures = dict[str, Any]

# What issue 2 asks for: name, figure, unit, whether the figure must be at least or at most the goal.
GOALS: tuple[tuple[str, tuple[str, ...], str, str, float], ...] = (
    ("Turns a second at 256 visitors", ("gateway", "256", "turns_per_s"), "turns/s", "≥", 400),
    ("p99 at 256 visitors", ("gateway", "256", "p99_ms"), "ms", "<", 800),
    ("CPU of a mixed turn at 256 visitors", ("gateway", "256", "cpu_ms_per_turn"), "ms", "≤", 2.5),
    ("CPU of an opening", ("apart", "cpu_ms_per_opening"), "ms", "≤", 8),
    ("Memory after the run with 256 visitors", ("gateway", "256", "rss_mb"), "MB", "<", 400),
)
LEVEL_ROWS = (
    ("turns a second", "turns_per_s"), ("p50, ms", "p50_ms"), ("p95, ms", "p95_ms"), ("p99, ms", "p99_ms"),
    ("slowest, ms", "max_ms"), ("CPU of the gateway a turn, ms", "cpu_ms_per_turn"),
    ("CPU of the generator a turn, ms", "generator_cpu_ms_per_turn"), ("cores the gateway kept busy", "cores_busy"),
    ("share of openings", "openings_share"), ("share that reached the encoder", "encoded_share"),
    ("work orders a turn", "work_orders_share"), ("errors", "errors"), ("memory afterwards, MB", "rss_mb"),
)
TORTURES = (
    ("chaos", "the whole gateway", ("kills", "messages", "work_orders", "reconnects"),
     ("lost", "repeated", "disordered", "orders_lost", "orders_twice", "buried")),
    ("store_kill", "the store alone", ("kills", "acknowledged", "repeated_sends"),
     ("lost", "doubled", "disordered", "buried")),
)
SPOILT = (
    ("callbacks", "callbacks"), ("pages of customer service", "pages"), ("of them torn", "torn_pages"),
    ("good messages on the others", "good_messages"), ("longest computation of the loop, ms", "longest_ms"),
    ("longest wait of the loop, ms", "blocked_ms"), ("5xx", "faults"), ("good messages lost", "lost"),
    ("memory before, MB", "rss_before_mb"), ("memory afterwards, MB", "rss_mb"),
)


def table(results: Figures) -> str:
    """The page's section of figures, in Markdown."""
    parts = (_machine(results), _goals(results["load"]), _levels(results["load"]), _apart(results["load"]),
             profile(results["load"]["profile"]), *_tortures(results), *_spoilt(results),
             *page_beyond.sections(results))
    return "\n\n".join(parts)


def parts() -> str:
    """What can be measured, and how long it takes."""
    return rows(("part", "measures", "minutes in full"), (
        (f"`{name}`", part.measures, f"{part.minutes:g}") for name, part in PARTS.items()))


def page(text: str, results: Figures) -> str:
    """The page with its parts and figures replaced. Raises ValueError when a marker is missing."""
    return _placed(_placed(text, PARTS_BEGIN, PARTS_END, parts()), BEGIN, END, table(results))


def _placed(text: str, begin: str, end: str, content: str) -> str:
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{PAGE.name} has no place for figures")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def _machine(results: Figures) -> str:
    load = results["load"]
    machine = load["machine"]
    return (
        f"{load['date']} on {machine['cores']} cores ({machine['cpu']}, {machine['system']}), Python "
        f"{machine['python']}, SQLite {load['sqlite']}; load average before: "
        f"{', '.join(map(str, machine['load_before']))}. Generator and gateway share the machine."
    )


def _goals(load: Figures) -> str:
    return rows(("goal", "measured", "reached"), _judged(load))


def _judged(load: Figures) -> Iterator[tuple[str, str, str]]:
    for name, path, unit, sign, goal in GOALS:
        value: Any = load
        for key in path:
            value = value[key]
        yield f"{name} {sign} {goal:g} {unit}", f"{value:g} {unit}", "yes" if reached(value, sign, goal) else "**no**"


def _levels(load: Figures) -> str:
    levels = list(load["gateway"])
    lines: list[tuple[object, ...]] = [
        (name, *(load["gateway"][level].get(key) for level in levels)) for name, key in LEVEL_ROWS
    ]
    lines += [
        ("bare WebSocket echo, messages a second", *(load["echo"][level]["turns_per_s"] for level in levels)),
        ("turns per echo", *(load["ratios"][level]["turns_per_echo"] for level in levels)),
        ("turns per fsync", *(load["ratios"][level]["turns_per_fsync"] for level in levels)),
    ]
    return rows(("visitors", *levels), lines) + "\n\n![Percentiles by visitors](plots/load.svg)"


def _apart(load: Figures) -> str:
    apart, starts = load["apart"], load["starts"]
    return rows(("apart", "figure"), (
        ("CPU of an opening, ms", apart["cpu_ms_per_opening"]),
        ("CPU of any other turn, ms", apart["cpu_ms_per_other_turn"]),
        ("raw fsyncs of 4 KiB a second", load["fsyncs_per_s"]),
        ("from process start to ready, model fitted, s", starts["first_s"]),
        ("from process start to ready, model cached, s", starts["cached_s"]),
    ))


def profile(found: Figures) -> str:
    if "steps" not in found:
        return f"No profile: {found['not_measured']}"
    steps = list(found["steps"].items())
    most = ", ".join(name for name, _ in steps[:3])
    lines = [(name, step["cpu_ms_per_turn"], f"{step['share']:.1%}") for name, step in steps]
    return f"Most of a turn's CPU goes to: {most}.\n\n" + rows(("step", "CPU a turn, ms", "share"), lines)


def _tortures(results: Figures) -> Iterator[str]:
    for name, what, amounts, faults in TORTURES:
        if name in results:
            found = results[name]
            yield rows((f"kill -9 of {what}, {found['date']}", "count"), [
                (key.replace("_", " "), found[key]) for key in (*amounts, *faults)
            ]) + ("\n\n![Kills](plots/kills.svg)" if name == "chaos" else "")


def _spoilt(results: Figures) -> Iterator[str]:
    if "fuzz_wechat" in results:
        found = results["fuzz_wechat"]
        head = f"{found['seconds']:g} s of spoilt WeChat callbacks and pages, {found['date']}"
        yield rows((head, "figure"), [(name, found[key]) for name, key in SPOILT])


def main() -> None:
    results = json.loads(RESULTS.read_text("utf-8"))
    PAGE.write_text(page(PAGE.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main()
