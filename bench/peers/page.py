"""Writes bench/peers.md from results.json: `python -m bench.peers.page`. tests/test_bench_peers.py holds both."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.record import RESULTS
from bench.table import rows

PAGE = RESULTS.parent / "peers.md"
HEAD = """# Beside other bots, on one dialogue

Written by `python -m bench.peers.page` from `results.json`; `python -m bench.peers` measures, once `tools/rasa.sh` and
`tools/peers.sh` have installed what we are measured beside, each in an environment of its own with locked versions.

**The dialogue** is a complaint about a parcel in Chinese: an opening that nobody has said before, seven questions in
the words of `templates/complaints/express_delivery.yaml` and their answers, the summary, the yes. Nine turns, each
citizen somebody new. **A turn counts only when its reply is right**: it asks what is due next, the summary names all
seven values, the last one says that the complaint is registered. The citizens run in a process of their own and write
their next message as soon as the reply is there; all bots are up at the same time and take turns at every number of
citizens. At the end each is killed with SIGKILL and its own file is read: **lost** are dialogues whose last reply the
citizen has read and whose seven values are not all in that file.

**Start** is from the process's start to its first right answer. CPU is that of the bot's process and its threads,
memory what is resident afterwards. Bots and citizens share the machine.

## What each one is here, and what it does not do

- **Huiyin**: one process with its own engine, all templates and the knowledge base loaded; web chat over WebSocket,
  and WeChat's callback, signed and sealed. SQLite (WAL, synchronous=FULL) has the message before it is acknowledged,
  and the turn, its reply, the order and the timers in one commit before the reply goes. A message that comes twice is
  answered once. Values are checked, the order is filed with the embedded case desk, a transcript is kept; every
  citizen opens a socket and a session, which costs none of the others anything. It learnt from all of `nlu/training`.
- **Rasa 3.6.21**: `rasa run`, one worker, REST channel, `bench/peers/rasa_bot`: jieba, character n-grams, logistic
  regression, entities by lookup and regular expression, a form and rules. No DIET, no TED, no action server: each
  would slow it. The tracker is a SQLite file with SQLAlchemy's defaults (rollback journal, synchronous=FULL by
  PRAGMA), one commit at the end of a turn and before its reply. A message that comes twice is a new one, and one
  whose turn dies is gone. It learnt from three dozen sentences, takes any text for an address and files nothing.
- **opsdroid 0.31.0**: one regex skill that walks the questions, WebSocket connector. Its SQLite database (rollback
  journal, synchronous=FULL) deletes the state and inserts it anew in two transactions, so that a kill in between
  forgets the citizen; the second row has no database and keeps nothing. No understanding, no checks, nothing filed,
  no memory of a message that came before. It needs setuptools < 81 (`pkg_resources`), which it does not say.
- **WeRoBot 1.13.1**: WeChat's callback for the same account; waitress with its four threads. Its session is a SQLite
  row (rollback journal, synchronous=FULL) over one connection for all threads, written before the reply. No
  understanding, no checks, nothing filed; WeChat's second and third try of a push are handled as new messages.

Huiyin and Rasa understand; opsdroid and WeRoBot walk a list, so they show what the road costs with no bot on it.
"""
NAMES = {
    ("huiyin", "web"): "Huiyin, web chat", ("huiyin", "wechat"): "Huiyin, WeChat", ("rasa", "rasa"): "Rasa, REST",
    ("opsdroid", "opsdroid"): "opsdroid, SQLite", ("opsdroid-memory", "opsdroid"): "opsdroid, keeps nothing",
    ("werobot", "wechat"): "WeRoBot, WeChat",
}
GOAL = 5.0  # times Rasa's turns a second: issue 7

Figures = dict[str, Any]


def text(results: Figures) -> str:
    return "\n".join([HEAD, *_measured(results["peers"])]) if "peers" in results else HEAD


def _measured(found: Figures) -> Iterator[str]:
    machine = found["machine"]
    yield (
        f"{found['date']} on {machine['cores']} cores ({machine['cpu']}), Python {machine['python']}; load average "
        f"before: {', '.join(map(str, machine['load_before']))}, afterwards: {found['load_after']}; raw fsyncs of "
        f"4 KiB a second: {found['fsyncs_per_s']}; {found['plan']['seconds']:g} s a run.\n"
    )
    for name, why in found["missing"].items():
        yield f"{name} was not measured: {why}\n"
    yield "## Turns\n"
    yield rows(
        ("citizens", "bot", "turns a second", "p50, ms", "p95, ms", "CPU a turn, ms", "memory, MB", "openings",
         "dialogues ended", "wrong replies"),
        _turns(found),
    ) + "\n"
    yield "## Start, and what a kill leaves\n"
    yield rows(
        ("bot", "training, s", "start to first answer, s", "dialogues that ended", "of them lost"), _ends(found)
    ) + "\n"
    yield from _judged(found)


def _turns(found: Figures) -> Iterator[tuple[object, ...]]:
    for level in map(str, found["plan"]["levels"]):
        for bot, of in found["bots"].items():
            for way, runs in of["runs"].items():
                run = runs[level]
                yield (level, NAMES[bot, way], run["turns_per_s"], run["p50_ms"], run["p95_ms"],
                       run["cpu_ms_per_turn"], run["rss_mb"], f"{run['openings_share']:.0%}",
                       run["dialogues"], run["wrong"])


def _ends(found: Figures) -> Iterator[tuple[object, ...]]:
    for bot, of in found["bots"].items():
        trained = "fitted before" if bot == "huiyin" and of["prepared_s"] is None else of["prepared_s"]
        yield NAMES[bot, next(iter(of["runs"]))].partition(",")[0], trained, of["start_s"], of["ended"], of["lost"]


def _judged(found: Figures) -> Iterator[str]:
    """Against Rasa, by number of citizens."""
    for level, ratio in found["ratios"].items():
        ours, rasas = (found["bots"][bot]["runs"][way][level] for bot, way in (("huiyin", "web"), ("rasa", "rasa")))
        reached, memory = "reached" if ratio >= GOAL else "**not reached**", ours["rss_mb"] / rasas["rss_mb"]
        yield (f"{level} citizens: {ratio:g} times Rasa's turns a second (goal {GOAL:g}: {reached}), "
               f"{memory:.0%} of its memory.\n")


def main() -> None:
    PAGE.write_text(text(json.loads(RESULTS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
