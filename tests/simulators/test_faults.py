"""The fault proxy before a server that counts what reached it and answers each line."""
from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest

from simulators.faults.control import controlled
from simulators.faults.proxy import HOST, FaultProxy
from simulators.faults.weather import CALM, Weather
from tests.until import until

ANSWER = b"done: "


class Echo:
    """Answers each line with itself; `heard` are the lines that reached it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.heard.append(line)
            writer.write(ANSWER + line)
        writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, int]]:
    echo = Echo()
    async with await asyncio.start_server(echo.serve, HOST, 0) as server:
        yield echo, server.sockets[0].getsockname()[1]


@pytest.fixture
async def proxy(echo: tuple[Echo, int]) -> AsyncIterator[FaultProxy]:
    async with FaultProxy((HOST, echo[1]), seed=7) as proxy:
        yield proxy


async def ask(port: int, line: bytes = b"hello\n", within_s: float = 5.0) -> bytes:
    """What arrives until the answer is whole or the connection ends. Raises TimeoutError, and OSError when refused."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(line)
        async with asyncio.timeout(within_s):
            return await reader.readline()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_in_calm_weather_it_is_not_there(proxy: FaultProxy) -> None:
    assert await asyncio.gather(*(ask(proxy.port, b"%d\n" % n) for n in range(20))) == [
        ANSWER + b"%d\n" % n for n in range(20)]
    assert proxy.befell == {"requests": 20, "replies": 20}


@pytest.mark.parametrize(("weather", "arrives", "reached"), [
    (Weather(cut_before=1), b"", 0),
    (Weather(cut_after=1), b"", 1),
    (Weather(cut_reply=1), b"", 1),
    (Weather(tear=1), (ANSWER + b"hello\n")[:6], 1),
    (Weather(trickle=1), ANSWER + b"hello\n", 1),
    (Weather(latency_s=0.01), ANSWER + b"hello\n", 1),
], ids=["before", "after", "reply", "tear", "trickle", "latency"])
async def test_each_fault_leaves_its_mark_on_both_ends(
    proxy: FaultProxy, echo: tuple[Echo, int], weather: Weather, arrives: bytes, reached: int
) -> None:
    await proxy.turn(weather)
    assert await ask(proxy.port) == arrives
    await until(lambda: len(echo[0].heard) == reached)
    await proxy.turn(CALM)
    assert await ask(proxy.port, b"again\n") == ANSWER + b"again\n"


async def test_a_share_of_replies_is_cut_by_the_seed(proxy: FaultProxy, echo: tuple[Echo, int]) -> None:
    await proxy.turn(Weather(cut_reply=0.25))
    first = [bool(await ask(proxy.port)) for _ in range(40)]
    assert 0 < first.count(False) == proxy.befell["cut_reply"] < 20
    async with FaultProxy((HOST, echo[1]), seed=7) as again:
        await again.turn(Weather(cut_reply=0.25))
        assert [bool(await ask(again.port)) for _ in range(40)] == first


async def test_latency_is_paid_each_way(proxy: FaultProxy) -> None:
    await proxy.turn(Weather(latency_s=0.05))
    began = asyncio.get_running_loop().time()
    await ask(proxy.port)
    assert 0.1 <= asyncio.get_running_loop().time() - began < 1


async def test_who_is_refused_connects_again_at_the_same_port(proxy: FaultProxy) -> None:
    port = proxy.port
    await proxy.turn(Weather(refuse=True))
    with pytest.raises(ConnectionRefusedError):
        await ask(port)
    await proxy.turn(CALM)
    assert await ask(port) == ANSWER + b"hello\n"


async def test_what_hangs_goes_on_afterwards(proxy: FaultProxy, echo: tuple[Echo, int]) -> None:
    await proxy.turn(Weather(hang=True))
    with pytest.raises(TimeoutError):
        await ask(proxy.port, b"given up\n", within_s=0.05)
    waiting = asyncio.create_task(ask(proxy.port, b"patient\n"))
    assert echo[0].heard == []
    await proxy.turn(CALM)
    assert await waiting == ANSWER + b"patient\n"


async def test_every_connection_is_cut_at_once(proxy: FaultProxy) -> None:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    writer.write(b"hello\n")
    assert await reader.readline() == ANSWER + b"hello\n"
    assert proxy.cut() == 1
    assert await reader.read() == b""
    writer.close()


async def test_a_server_that_is_away_ends_the_connection() -> None:
    async with await asyncio.start_server(Echo().serve, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
    async with FaultProxy((HOST, port)) as proxy:
        assert await ask(proxy.port) == b""


async def test_the_weather_is_switched_over_http(proxy: FaultProxy) -> None:
    async with controlled(proxy) as switch, aiohttp.ClientSession() as http:
        async with http.put(f"{switch}/weather", json={"cut_reply": 1}) as answer:
            assert (await answer.json())["weather"]["cut_reply"] == 1
        assert await ask(proxy.port) == b""
        async with http.put(f"{switch}/weather", json={"cut_replies": 1}) as answer:
            assert answer.status == 400
        async with http.put(f"{switch}/weather", json={"cut_reply": 2}) as answer:
            assert answer.status == 400
        async with http.get(f"{switch}/weather") as answer:
            assert (await answer.json())["befell"]["cut_reply"] == 1
        async with http.post(f"{switch}/cut") as answer:
            assert await answer.json() == {"cut": 0}


async def test_it_runs_as_a_program_on_a_leash(echo: tuple[Echo, int]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.faults", f"{HOST}:{echo[1]}", "--port", "0", "--control", "0", "--leash",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    assert process.stdin
    said = (await process.stdout.readline()).decode()
    port = int(said.split(f"through {HOST}:")[1].split(",")[0])
    assert await ask(port) == ANSWER + b"hello\n"
    process.stdin.close()
    assert await process.wait() == 0
