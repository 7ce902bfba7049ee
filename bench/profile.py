"""Where a turn's CPU goes: py-spy samples the running gateway, each thread's CPU is shared out by its samples.

A sample belongs to the innermost frame of our own code (a regular expression run by gateway/fields is "fields"), else
to the library it is in. Linux only: the CPU of single threads is read from /proc.
"""
from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bench.watch import PROC, TICKS

RATE = 100  # samples a second

# Path prefix → step; the first that fits. What fits nowhere is named after its library.
STEPS = (
    ("channels/web/", "socket and frames"),
    ("channels/wechat/gate.py", "signature and seal"), ("channels/wechat/wire.py", "signature and seal"),
    ("channels/wechat/documents.py", "document in and out"), ("channels/wechat/reading.py", "document in and out"),
    ("channels/wechat/replies.py", "document in and out"), ("channels/wechat/", "channel"),
    ("gateway/delivery.py", "delivery of the answer"), ("gateway/passive.py", "delivery of the answer"),
    ("gateway/mailing.py", "delivery of the answer"), ("gateway/outbox.py", "delivery of the answer"),
    ("gateway/http.py", "socket and frames"), ("gateway/ijson.py", "socket and frames"),
    ("gateway/intake.py", "intake and lanes"), ("gateway/workers.py", "intake and lanes"),
    ("gateway/store/", "store"),
    ("nlu/encoder.py", "understanding: encoder"), ("nlu/batching.py", "understanding: encoder"),
    ("nlu/knowledge.py", "understanding: knowledge base"),
    ("nlu/", "understanding: classifier"),
    ("gateway/fields/", "field types"), ("gateway/understanding.py", "field types"),
    ("gateway/emergency.py", "emergency words"),
    ("gateway/dialogue/", "dialogue step"),
    ("gateway/replies.py", "wording"),
    ("gateway/filing.py", "work order"), ("gateway/work_order.py", "work order"), ("gateway/city.py", "work order"),
    ("gateway/cases.py", "case and desk"), ("gateway/case_life.py", "case and desk"),
    ("casebridge/", "case and desk"),
    ("gateway/conversation.py", "turn and its commit"), ("gateway/turn.py", "turn and its commit"),
    ("gateway/writing.py", "turn and its commit"), ("gateway/messages.py", "turn and its commit"),
    ("gateway/", "the rest of the gateway"),
    ("asyncio/", "event loop"), ("selectors.py", "event loop"), ("aiohttp/", "socket and frames"),
)
# A thread that stands here waits for work, and only looks busy.
WAITS = ("_worker (concurrent/futures/thread.py", "Writer._drain (", "EpollSelector.select (")
# Where every path through the program begins; nobody's work.
ROOTS = ("gateway/__main__.py",)

_FRAME = re.compile(r"\(([^()]+?)(?::\d+)?\)$")
_THREAD = re.compile(r"thread \((\d+)\)")


def step_of(stack: Iterable[str]) -> str | None:
    """The step a sample belongs to, frames from the outermost to the innermost; None while the thread waits."""
    frames = list(stack)
    if any(frames[-1].startswith(wait) for wait in WAITS):
        return None
    files = [found[1] for frame in reversed(frames) if (found := _FRAME.search(frame))]
    for file in (*filter(_ours, files), *files[:1]):
        for prefix, step in STEPS:
            if file.startswith(prefix):
                return step
    return "others"


def _ours(file: str) -> bool:
    return file.startswith(("gateway/", "channels/", "nlu/", "casebridge/")) and file not in ROOTS


def samples(raw: str) -> Iterator[tuple[int, str, int]]:
    """(thread id, step, how often) of every line `thread (…): name;frame;frame count` that is no waiting."""
    for line in raw.splitlines():
        path, _, times = line.rpartition(" ")
        thread, *stack = path.split(";")
        found = _THREAD.match(thread)
        step = step_of(stack) if found and stack else None
        if found and step:
            yield int(found[1]), step, int(times)


def shared_out(raw: str, cpu: Mapping[int, float]) -> dict[str, float]:
    """Seconds of CPU by step: each thread's seconds in proportion to its samples, the largest first."""
    seen: dict[int, Counter[str]] = defaultdict(Counter)
    for thread, step, times in samples(raw):
        seen[thread][step] += times
    steps: Counter[str] = Counter()
    for thread, seconds in cpu.items():
        found = seen.get(thread, Counter(others=1))
        for step, times in found.items():
            steps[step] += seconds * times / found.total()  # type: ignore[assignment]
    return dict(steps.most_common())


async def record(pid: int, seconds: float, folder: Path) -> dict[str, float]:
    """Samples the process for so long. Raises FileNotFoundError where there is no /proc or no py-spy."""
    raw = folder / "profile.raw"
    before = _threads(pid)
    await _spied(pid, seconds, "--threads", "--format", "raw", "--output", str(raw))
    after = _threads(pid)
    return shared_out(raw.read_text("utf-8"), {thread: after[thread] - before.get(thread, 0.0) for thread in after})


async def flame(pid: int, seconds: float, svg: Path) -> None:
    """A flame graph of who held Python's lock, which is what one process has least of. Raises as `record`."""
    await _spied(pid, seconds, "--gil", "--format", "flamegraph", "--output", str(svg))


async def _spied(pid: int, seconds: float, *how: str) -> None:
    spy = Path(sys.executable).with_name("py-spy")
    process = await asyncio.create_subprocess_exec(
        str(spy), "record", "--pid", str(pid), "--duration", str(round(seconds)), "--rate", str(RATE), *how,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )
    _, words = await process.communicate()
    if process.returncode:
        raise FileNotFoundError(f"py-spy: {words.decode()[-300:]}")


def _threads(pid: int) -> dict[int, float]:
    """Seconds of CPU of every thread so far."""
    return {
        int(task.name): sum(map(int, (task / "stat").read_text().rpartition(")")[2].split()[11:13])) / TICKS
        for task in (PROC / f"{pid}/task").iterdir()
    }
