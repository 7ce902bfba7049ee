"""kill -9 of the whole gateway at random instants under conversations: what is lost, repeated, disordered, buried?

`python -m bench.chaos --kills 100 --citizens 50`. Citizens file work orders without end; the process dies and comes
back; afterwards the store is read and compared with what the citizens were told.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp
import msgspec

from bench.citizen import Citizen, Reply
from bench.server import Server
from gateway.clock import RandomIds, SystemClock
from gateway.protocols import Records
from gateway.store.parts import Running
from gateway.store.sqlite import SqliteStore
from gateway.transcripts import TranscriptLine

OPENING = "我要投诉顺丰，单号SF{number}，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了"
CHOICES = {
    "my_role": "sender", "confirm": "file", "duplicate": "new", "solved": "no", "template": "express_delivery",
}
PHONE = "13800138000"
SETTLE_S = 60.0


@dataclass(slots=True)
class Outcome:
    """Zero everywhere but in the first four is what we promise."""

    kills: int = 0
    messages: int = 0
    work_orders: int = 0
    reconnects: int = 0
    lost: int = 0          # accepted, but not in the transcript
    repeated: int = 0      # in the transcript twice
    disordered: int = 0    # conversations whose transcript has another order
    orders_lost: int = 0   # receipts without a case at the desk
    orders_twice: int = 0  # filings that made more than one case
    buried: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (
            self.lost or self.repeated or self.disordered or self.orders_lost or self.orders_twice or self.buried
        )


@dataclass(slots=True)
class Evidence:
    """What the citizens said and were told; the store, which `store` makes unopened, must agree with it."""

    store: Callable[[], Running]
    crowd: Sequence[Citizen]
    receipts: dict[str, list[str]]
    kills: int


async def run(folder: Path, kills: int, citizens: int, seed: int = 1) -> Outcome:
    """One run in an empty folder, judged."""
    return await judge(await torment(folder, kills, citizens, seed))


async def torment(folder: Path, kills: int, citizens: int, seed: int = 1) -> Evidence:
    """Citizens file work orders while the process is killed again and again; ends when all is settled."""
    chance = random.Random(seed)
    server = Server(folder / "data", {
        "HUIYIN_WEB_MESSAGES_PER_MINUTE": "60000", "HUIYIN_WEB_PER_ADDRESS": "1000", "HUIYIN_SERVER_BURST_HOLD_S": "0",
    })
    receipts: dict[str, list[str]] = {f"c{n}": [] for n in range(citizens)}
    server.bring_models()
    try:
        await server.start()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            crowd = [Citizen(http, server.url, name) for name in receipts]
            stopping = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                for citizen in crowd:
                    fate = random.Random(f"{seed} {citizen.name}")
                    group.create_task(files(citizen, receipts[citizen.name], stopping, fate))
                for _ in range(kills):
                    await asyncio.sleep(chance.uniform(0.1, 2.0))
                    await server.kill()
                    await server.start()
                stopping.set()
            await settled(server)
    finally:
        await server.stop()
    database = server.data / "huiyin.db"
    return Evidence(lambda: SqliteStore(database, SystemClock(), RandomIds()), crowd, receipts, kills)


async def files(citizen: Citizen, receipts: list[str], stopping: asyncio.Event, chance: random.Random) -> None:
    """Files one work order after the other; the last one is finished."""
    while not stopping.is_set():
        number = "".join(chance.choices("0123456789", k=13))
        reply = await citizen.says(OPENING.format(number=number))
        while reply.work_order is None:
            reply = await _answer(citizen, reply)
        receipts.append(reply.work_order)


async def _answer(citizen: Citizen, reply: Reply) -> Reply:
    value = CHOICES.get(reply.ask or "")
    if value in reply.choices:
        return await citizen.picks(value, reply.id)
    return await citizen.says({"contact_phone": PHONE}.get(reply.ask or "", "快递三天没有动静了"))


async def settled(server: Server) -> None:
    """Everything that was filed has reached the desk: no lane has anything waiting."""
    async with asyncio.timeout(SETTLE_S), aiohttp.ClientSession() as http:
        while True:
            async with http.get(server.url + "/metrics") as answer:
                text = await answer.text()
            lanes = [line for line in text.splitlines() if line.startswith("huiyin_lane_waiting{")]
            if lanes and not any(float(line.rpartition(" ")[2]) for line in lanes):
                return
            await asyncio.sleep(0.05)


async def judge(evidence: Evidence) -> Outcome:
    """Reads the store when all is settled; SQLite's once its gateway has stopped."""
    outcome = Outcome(kills=evidence.kills)
    store = evidence.store()
    await store.open()
    try:
        outcome.buried = len(await store.lanes.dead())
        spoken = await _transcripts(store.records)
        for citizen in evidence.crowd:
            _compare(citizen, spoken.get(citizen.texts[0], []), outcome)
        cases = await _ids(store.records, "work_order", "created")
        at_desk = await _ids(store.records, "desk_case", "updated")
    finally:
        await store.close()
    told = [number for numbers in evidence.receipts.values() for number in numbers]
    outcome.work_orders = len(told)
    outcome.orders_lost = len(set(told) - set(at_desk)) + len(set(told) - set(cases))
    outcome.orders_twice = len(cases) - len(set(told)) + len(told) - len(set(told))
    return outcome


def _compare(citizen: Citizen, spoken: list[str], outcome: Outcome) -> None:
    """The transcript holds what the citizen said, each once, in order."""
    outcome.messages += len(citizen.texts)
    outcome.reconnects += citizen.reconnects
    missing, extra = Counter(citizen.texts) - Counter(spoken), Counter(spoken) - Counter(citizen.texts)
    outcome.lost += missing.total()
    outcome.repeated += extra.total()
    if spoken != citizen.texts:
        outcome.disordered += not missing and not extra
        outcome.faults.append(f"{citizen.name}: {len(spoken)} of {len(citizen.texts)}")


async def _transcripts(records: Records) -> dict[str, list[str]]:
    """Citizens' lines of every conversation, by the first of them (it holds a number nobody else has)."""
    found: dict[str, list[str]] = {}
    for conversation in await _ids(records, "conversation", "last"):
        lines: list[str] = []
        after = ""
        while batch := await records.find("transcript", "conversation", conversation, after=after, n=500):
            read = [msgspec.json.decode(record.body, type=TranscriptLine) for record in batch]
            lines += [line.text for line in read if line.sender == "citizen"]
            after = batch[-1].id
        if lines:
            found[lines[0]] = lines
    return found


async def _ids(records: Records, kind: str, index: str) -> list[str]:
    return [record.id for record in await records.range(kind, index, 0, 1 << 62, n=1_000_000)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=15)
    parser.add_argument("--citizens", type=int, default=50)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(run(Path(folder), args.kills, args.citizens))
    print(json.dumps(asdict(outcome) | {"clean": outcome.clean}, indent=1))


if __name__ == "__main__":
    main()
