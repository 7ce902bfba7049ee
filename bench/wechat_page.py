"""Writes bench/wechat.md from results.json: `python -m bench.wechat_page`. tests/test_bench_wechat.py holds both."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from bench import page
from bench.wechat_caps import CAPS, Arm, Recorded, late_answers, verdicts, without_passive
from bench.wechat_generator import LATE
from bench.wechat_mix import APPEALS, MIX, WORST, Habit

PAGE = page.RESULTS.parent / "wechat.md"
HEAD = """# WeChat: a day of 65,000 appeals, and callbacks a second

Written by `python -m bench.wechat_page` from `results.json`; `python -m bench.wechat_day` and
`python -m bench.wechat_callbacks` measure.
"""
NAMES = {
    "official": "official account", "form": "mini-program, its form", "kf": "customer service (kf)",
    "chat": "mini-program, its chat",
}
RUNS = (("day", "The day as it is expected, with a margin"), ("worst", "The same at its worst"))
LEVEL_ROWS = (
    ("callbacks a second", "turns_per_s"), ("p50, ms", "p50_ms"), ("p95, ms", "p95_ms"), ("p99, ms", "p99_ms"),
    ("slowest, ms", "max_ms"), ("CPU of the gateway a callback, ms", "cpu_ms_per_turn"),
    ("CPU of the generator a callback, ms", "generator_cpu_ms_per_turn"), ("CPU of the gateway, cores", "cores_busy"),
    ("share that reached the encoder", "encoded_share"),
    ("memory afterwards, MB", "rss_mb"),
)

Figures = dict[str, Any]


def text(results: Figures) -> str:
    parts = [HEAD]
    if "wechat_day" in results:
        parts += _day(results["wechat_day"])
    if "wechat_callbacks" in results:
        parts += _callbacks(results["wechat_callbacks"])
    return "\n".join(parts)


# --- the day ------------------------------------------------------------------------------------------------

def _day(found: Figures) -> Iterator[str]:
    yield f"""## A day of {APPEALS:,} appeals

{_when(found)}
Whole appeals on the whole gateway behind the simulated platform, from the first word to the last rating; calls as the
platform counted them, divided by the appeals, times {APPEALS:,}. All of a day is taken to come by each way alone:
Beijing's account has about 3,500 a day. Tokens go by time: those of one day of steady use.
"""
    yield page.rows(("who", "share", "does what", "why this share"), [_habit(habit) for habit in MIX]) + "\n"
    for name, title in RUNS:
        run = msgspec.convert(found[name], Recorded)
        yield f"### {title}\n"
        if name == "worst":
            yield _changed() + "\n"
        yield page.rows(("recorded", *(NAMES[arm.name] for arm in run.arms)), list(_recorded(run))) + "\n"
        yield page.rows(("way", "call", "cap", "recorded", "a day", "of the cap", "appeals until the cap"),
                        list(_verdicts(run))) + "\n"
        yield _alternatives(run) + "\n"


def _changed() -> str:
    changes = [f"{worst.id} {worst.share:.0%}" for worst, usual in zip(WORST, MIX, strict=True) if worst != usual]
    return (
        f"Other shares: {', '.join(changes)}. Of template messages a late case takes two a round, closure and rating; "
        "where a day comes near this, `tells` of the account's template without `closed` leaves one, which says both."
    )


def _recorded(run: Recorded) -> Iterator[tuple[object, ...]]:
    yield "appeals", *(arm.appeals for arm in run.arms)
    yield "work orders", *(arm.filed for arm in run.arms)
    yield "messages of theirs", *(arm.said for arm in run.arms)
    yield "answered in the response", *(arm.passive for arm in run.arms)
    for path in sorted({path for arm in run.arms for path in arm.calls}):
        yield f"`{path}` an appeal", *(_an_appeal(arm, path) for arm in run.arms)


def _an_appeal(arm: Arm, path: str) -> float | None:
    return round(arm.calls[path] / arm.appeals, 3) if path in arm.calls else None


def _verdicts(run: Recorded) -> Iterator[tuple[object, ...]]:
    for one in verdicts(run):
        if not one.recorded and one.arm != "official":
            continue
        a_day = f"{one.a_day:,}" if one.kept else f"**{one.a_day:,}**"
        yield (NAMES[one.arm], one.cap.name, f"{one.cap.most:,}", one.recorded, a_day,
               f"{one.a_day / one.cap.most:.0%}", f"{one.fits:,}" if one.fits else None)


def _alternatives(run: Recorded) -> str:
    arm = next(arm for arm in run.arms if arm.name == "official")
    late = late_answers(arm)
    most = next(cap.most for cap in CAPS if cap.name == "custom/send")
    said = (_sent(arm) + arm.passive) / arm.appeals
    return (
        f"Without answers in the response the official account would send {without_passive(arm):,} messages a day (cap "
        f"{most:,}): {said:.1f} an appeal, of whom some only ask; at eight it is {8 * APPEALS:,}. As it is, "
        f"{late or 0:.0%} of the answers may miss the response before custom/send reaches its cap."
    )


def _sent(arm: Arm) -> int:
    return arm.calls.get("/cgi-bin/message/custom/send", 0)


def _habit(habit: Habit) -> tuple[object, ...]:
    return habit.id, f"{habit.share:.0%} of {habit.of or 'all'}", habit.what, habit.why


# --- callbacks ----------------------------------------------------------------------------------------------

def _callbacks(found: Figures) -> Iterator[str]:
    levels = list(found["gateway"])
    yield f"""## Callbacks a second

{_when(found)}
Signed and encrypted pushes of many citizens, sealed beforehand, one in five a new opening; from the request to the
encrypted reply, whose message and turn are durable by then. Beside it the same requests to a bare aiohttp handler that
reads the body and answers as many bytes. Generator and server share the machine. An answer that misses the response
(4 seconds) goes through custom/send: 256 in flight without a pause is what a city's 195 messages a minute never are.
"""
    lines: list[tuple[object, ...]] = [
        (name, *(found["gateway"][level].get(key) for level in levels)) for name, key in LEVEL_ROWS
    ]
    kinds = [found["gateway"][level]["error_kinds"] for level in levels]
    lines += [
        ("answers that missed the response", *(one.get(LATE, 0) for one in kinds)),
        ("errors", *(sum(one.values()) - one.get(LATE, 0) for one in kinds)),
        ("bare aiohttp, requests a second", *(found["bare"][level]["turns_per_s"] for level in levels)),
        ("bare aiohttp, p50, ms", *(found["bare"][level]["p50_ms"] for level in levels)),
        ("callbacks per bare request", *(found["ratios"][level] for level in levels)),
    ]
    yield page.rows(("pushes in flight", *levels), lines) + "\n"
    yield page.profile(found["profile"]) + "\n"


def _when(found: Figures) -> str:
    machine = found["machine"]
    return (
        f"{found['date']} on {machine['cores']} cores ({machine['cpu']}), Python {machine['python']}; load average "
        f"before: {', '.join(map(str, machine['load_before']))}."
    )


def main() -> None:
    PAGE.write_text(text(json.loads(page.RESULTS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
