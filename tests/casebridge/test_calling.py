"""casebridge/calling.py against a server that misbehaves below HTTP: what each answer, or none, decides."""
from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import SO_LINGER, SOL_SOCKET

import pytest

from casebridge.calling import MOST, WHY, Call, Caller, Times, rest_s, session, words
from casebridge.calling import Answer as Answered
from gateway.errors import Busy, Paused, Rejected, Retry, SendError, Uncertain
from tests.clock import START, ManualClock
from tests.tables import table

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

SHORT = Times(connect=0.2, total=0.2)


@asynccontextmanager
async def served(play: Play) -> AsyncIterator[str]:
    """A server that reads the request's head and then does as told."""
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await play(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/cases"
    finally:
        server.close()


def says(head: str, body: bytes = b"") -> Play:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
    return play


async def asked(play: Play, method: str = "POST", times: Times = SHORT, own: tuple[int, ...] = ()) -> Answered:
    async with served(play) as url, session() as http:
        call = Call(method, url, b"{}" if method == "POST" else None)
        return await Caller(http, "test", ManualClock(), times).ask(call, own)


async def failed(play: Play, method: str = "POST") -> SendError:
    with pytest.raises(SendError) as caught:
        await asked(play, method)
    return caught.value


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))


async def half_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write_eof()
    await reader.read()


async def cut_short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"case_id":')
    await writer.drain()


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    for _ in range(900):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b" " * 0x1000 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("play", [reset, half_close, cut_short, hang, drip, no_http, endless])
async def test_what_goes_wrong_after_sending_leaves_the_outcome_open(play: Play) -> None:
    assert type(await failed(play)) is Uncertain
    assert type(await failed(play, "GET")) is Retry, "nothing can have happened"


async def test_no_more_is_read_than_is_wanted() -> None:
    with pytest.raises(Uncertain, match="more than 65536 bytes"):
        await asked(endless, times=Times())


async def test_every_call_has_a_connection_of_its_own() -> None:
    """One that the other side has just closed would look like a reset, and that is doubt."""
    connections = 0

    async def stays(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await says("200 OK")(reader, writer)
            await reader.readuntil(b"\r\n\r\n")

    async with served(stays) as url, session() as http:
        for _ in range(2):
            await Caller(http, "test", ManualClock()).ask(Call("GET", url))
    assert connections == 2


async def test_without_a_connection_nothing_was_sent() -> None:
    async with served(hang) as url:
        pass
    async with session() as http:
        with pytest.raises(Retry, match="test is not reached"):
            await Caller(http, "test", ManualClock(), SHORT).ask(Call("POST", url, b"{}"))


@pytest.mark.parametrize(("heads", "kind"), [
    ("500 502 504 520", Uncertain), ("503", Retry), ("408 409 425 429", Busy), ("401 403 407 410", Paused),
    ("301 302 303 307 308 304", Paused), ("400 404 405 412 413 415 422 451", Rejected),
])
async def test_a_status_decides(heads: str, kind: type[SendError]) -> None:
    for head in heads.split():
        assert type(await failed(says(f"{head} x\r\nLocation: http://127.0.0.1:1/login"))) is kind, head


async def test_a_2xx_and_what_the_adapter_reads_itself_are_returned() -> None:
    answer = await asked(says("202 Accepted\r\nX-Case: 7", b'{"case_id":"7"}'))
    assert (answer.status, answer.headers["x-case"], answer.body) == (202, "7", b'{"case_id":"7"}')
    assert (await asked(says("412 x", b"changed"), own=(412, 500))).body == b"changed"
    assert (await asked(says("500 x"), own=(412, 500))).status == 500


async def test_an_answer_may_have_64_kib_and_a_refusal_any_size() -> None:
    assert len((await asked(says("200 OK", b" " * MOST))).body) == MOST
    assert type(await failed(says("200 OK", b" " * (MOST + 1)))) is Uncertain
    assert type(await failed(says("422 x", b" " * (MOST + 1)))) is Rejected


async def test_a_busy_backend_names_its_time() -> None:
    for status in (409, 429, 503):
        error = await failed(says(f"{status} x\r\nRetry-After: 77"))
        assert isinstance(error, Retry)
        assert error.after_s == 77.0
    assert (await failed(says("503 x"))).after_s is None


@table(("told", "after_s"), [
    ("", None), ("0", 0.0), ("77", 77.0), (" 5 ", 5.0), ("9" * 400, 3600.0), ("-5", None), ("1.5", None),
    ("soon", None), ("٧", None), ("Mon, 23 Nov 2026 02:01:30 GMT", 90.0), ("Mon, 23 Nov 2026 10:01:30 +0800", 90.0),
    ("Monday, 23-Nov-26 02:00:10 GMT", 10.0), ("Mon, 23 Nov 2026 01:00:00 GMT", 0.0),
    ("Mon, 23 Nov 2026 02:00:10", 10.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
    ("Mon, 99 Nov 2026 02:00:10 GMT", None),
])
def test_retry_after_is_seconds_or_a_date(told: str, after_s: float | None) -> None:
    assert rest_s(told, START) == after_s


async def test_a_refusal_tells_its_first_words_masked_and_nothing_else_of_it() -> None:
    told = '{"error": "no such place",\n\t"phone": "13812345678\u202e"}'.encode()
    why = (await failed(says("422 x\r\nContent-Type: application/json", told))).why
    assert why == 'test: HTTP 422 {"error": "no such place", "phone": "138****5678 "}'
    assert len((await failed(says("400 x", b"a " * 5_000))).why) <= WHY
    for silent in (says("422 x", b" <!DOCTYPE html>"), says("422 x\r\nContent-Type: text/html", b"moved")):
        assert (await failed(silent)).why == "test: HTTP 422"
    assert (await failed(says("500 x", b"Traceback 13812345678"))).why == "test: HTTP 500"


def test_bytes_that_are_no_text_are_told_as_that() -> None:
    assert words(Answered(400, {}, b"\xff\x00\xfe ok")) == "� � ok"


def test_neither_addresses_nor_headers_nor_bodies_are_shown() -> None:
    secret = "s3cret"
    shown = repr(Call("POST", f"https://a/?k={secret}", secret.encode(), {"Authorization": secret}))
    assert secret not in shown + repr(Answered(200, {"X": secret}, secret.encode()))
