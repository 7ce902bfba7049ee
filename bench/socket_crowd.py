"""Many visitors who say hello and then nothing: a process of its own, told by words on its stdin.

`python -m bench.socket_crowd --url … --sockets 10000`. They come from loopback addresses 127.0.x.y, `PER_ADDRESS` of
each, so the gateway's limits per address stay as they are. Words, one a line: `open` (all connect), `talk` (TALKERS of
them send a message, one after the other), `each` (every one sends a message), `count` (sockets still open). Each is
answered by one line of JSON.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from bench.figures import latencies

PER_ADDRESS = 50
AT_ONCE = 64
TALKERS = 50
SPARE = 200   # descriptors for all that is no visitor
ANSWER_S = 60.0
HELLO = '{"type":"hello","language":"zh"}'
WORD = "帮助"

Figures = dict[str, object]


def raise_descriptors(sockets: int) -> int:
    """The soft limit is raised to the hard one; returns it. Raises RuntimeError with what to do: too low for these."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < sockets + SPARE:
        raise RuntimeError(
            f"{sockets} sockets need {sockets + SPARE} descriptors in each process and the hard limit is {hard}: raise "
            "it (ulimit -Hn, /etc/security/limits.conf, LimitNOFILE= of a service), or ask for fewer with --sockets")
    return hard


@dataclass(slots=True, eq=False)
class Idler:
    """One socket; it is read all the time, so that aiohttp answers the gateway's pings."""

    socket: aiohttp.ClientWebSocketResponse
    replies: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    sent: int = 0

    async def listen(self) -> None:
        async for message in self.socket:
            frame = json.loads(message.data)
            if frame["type"] == "message" or frame["type"] == "error":
                self.replies.put_nowait(str(frame.get("reply_to")))

    async def says(self) -> float:
        """Seconds until the reply. Raises TimeoutError, ConnectionError."""
        self.sent += 1
        id_, began = f"i{self.sent}", time.perf_counter()
        async with asyncio.timeout(ANSWER_S):
            await self.socket.send_json({"type": "message", "id": id_, "text": WORD})
            while (told := await self.replies.get()) != id_:
                if told == "None":
                    raise ConnectionError("refused")
        return time.perf_counter() - began


class SocketCrowd:
    def __init__(self, url: str, sockets: int) -> None:
        self._url, self._sockets = url, sockets
        self._idlers: list[Idler] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> Figures:
        """All come, AT_ONCE at a time; a session's time is that of connection, hello and welcome."""
        began = time.perf_counter()
        free = asyncio.Semaphore(AT_ONCE)
        seconds = await asyncio.gather(*(self._come(n, free) for n in range(self._sockets)))
        taken = time.perf_counter() - began
        return {"sockets": self.standing, "seconds": round(taken, 1), "a_second": round(self._sockets / taken),
                **latencies(seconds)}

    async def _come(self, n: int, free: asyncio.Semaphore) -> float:
        address = n // PER_ADDRESS + 1
        connector = aiohttp.TCPConnector(local_addr=(f"127.0.{address // 250}.{address % 250 + 1}", 0))
        async with free:
            began = time.perf_counter()
            http = aiohttp.ClientSession(connector=connector)
            idler = Idler(await http.ws_connect(self._url, compress=0))
            await idler.socket.send_str(HELLO)
            assert json.loads(await idler.socket.receive_str())["type"] == "welcome"
            taken = time.perf_counter() - began
        self._idlers.append(idler)
        self._tasks.append(asyncio.create_task(idler.listen()))
        return taken

    @property
    def standing(self) -> int:
        return sum(not idler.socket.closed for idler in self._idlers)

    async def count(self) -> Figures:
        return {"sockets": self.standing}

    async def talk(self) -> Figures:
        step = max(1, len(self._idlers) // TALKERS)
        return {**latencies([await idler.says() for idler in self._idlers[::step]])}

    async def each(self) -> Figures:
        free = asyncio.Semaphore(AT_ONCE)

        async def says(idler: Idler) -> float:
            async with free:
                return await idler.says()

        began = time.perf_counter()
        seconds: Sequence[float] = await asyncio.gather(*map(says, self._idlers))
        return {"seconds": round(time.perf_counter() - began, 1), **latencies(seconds)}


async def run(url: str, sockets: int) -> None:
    crowd = SocketCrowd(url, sockets)
    words = {"open": crowd.open, "talk": crowd.talk, "each": crowd.each, "count": crowd.count}
    while word := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(json.dumps(await words[word]()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--sockets", type=int, required=True)
    args = parser.parse_args()
    raise_descriptors(args.sockets)
    asyncio.run(run(args.url, args.sockets))


if __name__ == "__main__":
    main()
