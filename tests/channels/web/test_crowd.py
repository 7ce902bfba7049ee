"""Thousands of sockets that say nothing: each address is capped, the others are served, memory stays small."""
from __future__ import annotations

import asyncio
import resource
import sys
from ipaddress import ip_network
from pathlib import Path
from time import perf_counter

import pytest

from tests.channels.web.house import open_house, visit
from tests.until import until

pytestmark = pytest.mark.slow

CROWD, PER_ADDRESS = 2_000, 100
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, KiB here
HANDSHAKE = (
    "GET /web/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: 198.51.100.{}\r\n\r\n"
)


async def stand_there(port: int, address: int) -> tuple[bytes, asyncio.StreamWriter]:
    """Open a socket, say nothing; returns the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HANDSHAKE.format(address).encode())
    return (await reader.readline()).split()[1], writer


async def test_a_silent_crowd_does_not_keep_a_citizen_waiting(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 3 * CROWD), hard))
    trusted = [ip_network("127.0.0.0/8")]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        async with open_house(tmp_path, hello_s=60, per_address=PER_ADDRESS, trusted=trusted) as house:
            port, standing = int(house.url.rpartition(":")[2]), []
            for address in range(CROWD // PER_ADDRESS):
                standing += await asyncio.gather(*(stand_there(port, address) for _ in range(PER_ADDRESS)))
            assert {status for status, _ in standing} == {b"101"}
            assert (await stand_there(port, 0))[0] == b"429"

            async with visit(house) as citizen:
                start = perf_counter()
                await citizen.hello()
                await citizen.say("有人吗")
                assert (await citizen.next("message"))["text"] == "有人吗"
                assert perf_counter() - start < 2
            for _, writer in standing:
                writer.close()
            await until(lambda: house.channel.doors.open == 0, within_s=20)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * MAXRSS_UNIT
    assert grown < 50 * 1024 * CROWD  # client and server share the process
