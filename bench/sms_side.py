"""The side of a measured line of text messages that is ours: what it prints, and for whom.

    ready                    it is bound, or its port is open
    17                       message 17 of a citizen is taken: durable, or with the bare client merely read
    {"began": […], …}        the end: moments of every message sent, and CPU

It leaves when its standard input ends.
"""
from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Options:
    """in: what citizens write; out: what we do. warm: messages before it counts; flying: of ours at once."""

    direction: Direction
    port: int
    messages: int
    warm: int
    flying: int
    folder: str = ""
    sendsms: int = 0
    callback: int = 0


def options(program: str) -> Options:
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("direction", choices=("in", "out"))
    for name in ("port", "messages", "warm", "flying"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--folder", default="")
    parser.add_argument("--sendsms", type=int, default=0, help="Kannel's port; without it we bind directly")
    parser.add_argument("--callback", type=int, default=0, help="where Kannel calls us")
    return Options(**vars(parser.parse_args()))


@dataclass(slots=True)
class Side:
    """Moments in seconds of one monotonic clock."""

    asked: Options
    done: int = 0
    _began: dict[int, float] = field(default_factory=dict)
    _answered: dict[int, float] = field(default_factory=dict)
    _ended: dict[int, float] = field(default_factory=dict)
    _cpu: float = 0.0

    @property
    def complete(self) -> bool:
        return self.done >= self.asked.messages

    def ready(self) -> None:
        print("ready", flush=True)

    def begins(self, n: int) -> None:
        self._began[n] = time.perf_counter()

    def answered(self, n: int) -> None:
        """By who carries it on."""
        self._answered[n] = time.perf_counter()

    def ends(self, n: int) -> None:
        """Its receipt is kept."""
        self._ended[n] = time.perf_counter()
        self._one_more()

    def hears(self, n: int) -> None:
        print(n, flush=True)
        self._one_more()

    def tells(self) -> None:
        cpu_ms = (time.process_time() - self._cpu) * 1000 / (self.asked.messages - self.asked.warm)
        moments = {"began": self._began, "answered": self._answered, "ended": self._ended}
        print(json.dumps({"cpu_ms": round(cpu_ms, 3)} | {
            name: [found[n] for n in sorted(found)] for name, found in moments.items()}), flush=True)

    def _one_more(self) -> None:
        self.done += 1
        if self.done == self.asked.warm:
            self._cpu = time.process_time()
