"""The case system of the measurements, a process of its own that outlives the killed bridge.

    python -m bench.bridge_system REPEATS WHAT SHARE SEED

REPEATS  what it makes of a key that came before (simulators/case/book.py)
WHAT     befalls operations: a key of BEFALLS
SHARE    of the operations that it befalls: 0.15 is fifteen of a hundred
Says `port N`, then `.` for every operation that reaches it. Listens for `down`, `up`, `calm` (nothing befalls any more)
and `book`, each answered in one line; it ends with its standard input.
"""
from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from bench.server import ROOT
from gateway.clock import SystemClock
from simulators.case.book import Repeats
from simulators.case.faults import Fault, Faults
from simulators.case.server import Served, serve

NOBODY = "http://127.0.0.1:9"
PATIENCE_S = 30.0
# An acknowledgement within the bridge's time-out (tests/bridge_child.py) and behind it; an effect within it.
SLOW_S, TOO_SLOW_S, LATE_S = 0.15, 1.5, 0.8

# What befalls an operation, and how many parts of all. `anything`: half has no effect over there, half has one that
# nobody hears of or that is heard late (HOSTILE.md 41, 42). `late`: the effect comes long after the operation.
What = Literal["anything", "late"]
BEFALLS: Mapping[What, Sequence[tuple[Fault, int]]] = {
    "anything": (
        (Fault("503"), 5), (Fault("html_502"), 1), (Fault("reset_before"), 1),
        (Fault("slow", seconds=SLOW_S), 3), (Fault("reset_after"), 3), (Fault("slow", seconds=TOO_SLOW_S), 1),
        (Fault("no_id"), 1), (Fault("error_200"), 1),
    ),
    "late": ((Fault("late", seconds=LATE_S), 1),),
}


class Fate(Faults):
    """Draws by chance what befalls each operation; `befell` counts."""

    def __init__(self, what: What, share: float, chance: random.Random) -> None:
        super().__init__()
        self.share, self._chance = share, chance
        self._faults = [fault for fault, _ in BEFALLS[what]]
        self._parts = [parts for _, parts in BEFALLS[what]]
        self.befell: Counter[str] = Counter()

    def take(self) -> Fault | None:
        say(".")
        if self._chance.random() >= self.share:
            return None
        (fault,) = self._chance.choices(self._faults, self._parts)
        self.befell[f"{fault.kind} {fault.seconds:g} s" if fault.seconds else fault.kind] += 1
        return fault


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def live(repeats: Repeats, what: What, share: float, seed: int) -> None:
    async with serve(SystemClock(), NOBODY, repeats=repeats) as served:
        fate = Fate(what, share, random.Random(seed))
        served.system.faults = fate
        say(f"port {served.port}")
        orders = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        while line := (await orders.readline()).decode().strip():
            say(await _obeyed(line, served, fate))


async def _obeyed(line: str, served: Served, fate: Fate) -> str:
    if line == "down":
        await served.goes_down()
    elif line == "up":
        await served.comes_back()
    elif line == "calm":
        fate.share = 0.0
    cases = [{"number": case.number, "work_order": case.work_order, "keys": [one.key for one in case.operations]}
             for case in served.system.book.cases] if line == "book" else []
    return f"{line} {json.dumps({'cases': cases, 'befell': dict(fate.befell)})}"


# --- the other end ------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Kept:
    """One case over there, with the keys of its operations in the order of their arrival."""

    number: str
    work_order: str
    keys: tuple[str, ...]


@dataclass
class System:
    """The process, seen from here. heard: operations that reached it; befell: faults by kind, as of the last order."""

    process: asyncio.subprocess.Process
    port: int
    heard: int = 0
    befell: dict[str, int] = field(default_factory=dict)
    _answers: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def tell(self, order: str) -> list[Kept]:
        """`down`, `up`, `calm` or `book`; the cases, where it is asked for them."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n".encode())
        line = await asyncio.wait_for(self._answers.get(), PATIENCE_S)
        assert line.startswith(order), f"{order}: {line[:200]!r}"
        told: dict[str, Any] = json.loads(line.removeprefix(order))
        self.befell = told["befell"]
        return [Kept(case["number"], case["work_order"], tuple(case["keys"])) for case in told["cases"]]

    async def hears(self, more: int) -> None:
        """Until so many operations more have reached it."""
        wanted = self.heard + more
        while self.heard < wanted:
            self._came.clear()
            await self._came.wait()

    async def listen(self, words: asyncio.StreamReader) -> None:
        while line := (await words.readline()).decode().strip():
            if line != ".":
                self._answers.put_nowait(line)
                continue
            self.heard += 1
            self._came.set()


@asynccontextmanager
async def system(
    repeats: Repeats, share: float = 0.0, seed: int = 1, what: What = "anything"
) -> AsyncIterator[System]:
    """Running while the block does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.bridge_system", repeats, what, str(share), str(seed), cwd=ROOT,
        limit=2**26, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        first = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).decode().split()
        assert first[:1] == ["port"], f"the case system did not start: {first}"
        made = System(process, int(first[1]))
        listening = asyncio.create_task(made.listen(process.stdout))
        yield made
        process.stdin.close()
        await asyncio.wait_for(listening, PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(live(cast(Repeats, sys.argv[1]), cast(What, sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
