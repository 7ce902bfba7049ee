"""The verdict: what was acknowledged against what the store holds and the outside heard."""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gateway.store.parts import Store
from tests.torture.duty import ORDER_EVERY, TIMER_EVERY, order
from tests.torture.outside import Outside

FAULTS = ("lost", "doubled", "disordered", "buried", "unexplained")


@dataclass
class Findings:
    """What was found in the store and in the world afterwards; the faults are lists of words for people.

    due             work orders that had to be filed
    unexplained     what the outside was told more often than once and once more for every disturbance since
    repeated_sends  how often it was told something that it knew already
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    acknowledged: int = 0
    due: int = 0
    kills: int = 0
    repeated_sends: int = 0

    @property
    def faults(self) -> dict[str, list[str]]:
        """Those that were found."""
        return {name: found for name in FAULTS if (found := getattr(self, name))}

    def figures(self) -> dict[str, Any]:
        """Faults as numbers, for results.json."""
        return {name: len(value) if name in FAULTS else value for name, value in asdict(self).items()}


async def judge(store: Store, outside: Outside, found: Findings) -> None:
    """Adds to `found` what is wrong in a store that is idle."""
    told = list(dict.fromkeys(id for _, id in outside.told))
    found.acknowledged = sum(outside.acknowledged.values())
    found.repeated_sends = len(outside.told) - len(told)
    found.unexplained = outside.unexplained()
    found.buried = [f"{dead.lane} {dead.key}: {dead.why}" for dead in await store.lanes.dead(n=1_000_000)]
    heard: dict[str, list[str]] = defaultdict(list)
    for id in told:
        key, _, word = id.rpartition("/")
        heard[key].append(word)
    for key, last in outside.acknowledged.items():
        await _judge(store, key, last, heard, found)


async def _judge(store: Store, key: str, last: int, heard: Mapping[str, list[str]], found: Findings) -> None:
    numbers = [str(n) for n in range(1, last + 1)]
    timers = [f"t{n}" for n in range(TIMER_EVERY, last + 1, TIMER_EVERY)]
    records = await store.records.find("turn", "key", key, n=1_000_000)
    places: dict[str, list[str]] = {
        "turns": (await store.lanes.state("in", key))[0].decode().split(),
        "deliveries": (await store.lanes.state("out", f"to:{key}"))[0].decode().split(),
        "feed": [item.body.decode() for item in await store.shared.feed_read(key, None, 1_000_000)],
        "records": sorted((record.body.decode() for record in records), key=_number),
        "world": heard.get(key, []),
    }
    for place, seen in places.items():
        compare(f"{place} of {key}", seen, [*numbers, *timers], found)
    due = [str(n) for n in range(ORDER_EVERY, last + 1, ORDER_EVERY)]
    found.due += len(due)
    filed = heard.get(order(key, 0).rpartition("/")[0], [])
    found.lost += [f"work order {key}/{n} was not filed" for n in set(due) - set(filed)]
    for n in due:
        if (await store.lanes.state("case", order(key, int(n)))) != (b"filed", 1):
            found.doubled.append(f"work order {key}/{n} was not filed in exactly one commit")


def compare(where: str, seen: Sequence[str], wanted: Iterable[str], found: Findings) -> None:
    """Each wanted word is there, none twice, the citizen's own in their order."""
    known = set(seen)
    found.lost += [f"{where}: {word}" for word in wanted if word not in known]
    found.doubled += [f"{where}: {word}" for word, times in Counter(seen).items() if times > 1]
    spoken = [word for word in seen if word.isdigit()]
    if spoken != sorted(spoken, key=int):
        found.disordered.append(where)


def _number(word: str) -> int:
    return int(word.removeprefix("t"))
