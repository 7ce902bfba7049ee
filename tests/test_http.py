"""What every HTTP adapter shares, against a real server and raw sockets (HOSTILE.md 19 to 23)."""
from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from gateway import http
from gateway.errors import (
    Conflict,
    FieldFault,
    NotFound,
    RateLimited,
    Unauthorised,
    Unavailable,
    Unprocessable,
)
from tests.channels.web.house import serve
from tests.tables import table

CAP = 1000
SECRET = "13800138000"
ERRORS: dict[str, Exception] = {
    "conflict": Conflict("already there"),
    "faults": Unprocessable(faults=(FieldFault("phone", "bad_format", "格式不对"),)),
    "limited": RateLimited(retry_after=1.2),
    "unavailable": Unavailable("disk full"),
    "unauthorised": Unauthorised(),
    "missing": NotFound(),
    "bug": ValueError(SECRET),
}


async def read(request: web.Request) -> web.Response:
    return web.json_response({"read": await http.read_json(request, CAP)})


async def read_quickly(request: web.Request) -> web.Response:
    return web.json_response(len(await http.read_body(request, CAP, within_s=0.05)))


async def fail(request: web.Request) -> web.Response:
    raise ERRORS[request.match_info["kind"]]


async def address(request: web.Request) -> web.Response:
    return web.json_response(http.client_address(request, [ip_network("127.0.0.0/8")]))


async def moved(request: web.Request) -> web.Response:
    raise web.HTTPFound("/address")


class Server:
    def __init__(self, url: str, refusals: list[str]) -> None:
        self.url, self.refusals = url, refusals
        self.port = int(url.rpartition(":")[2])

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any], Any]:
        async with aiohttp.ClientSession() as session, session.request(method, self.url + path, **more) as answer:
            return answer.status, (await answer.json(content_type=None) if answer.status != 302 else {}), answer.headers

    async def raw(self, data: bytes, within_s: float = 5) -> bytes:
        """Send bytes, read until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        try:
            async with asyncio.timeout(within_s):
                return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[Server]:
    refusals: list[str] = []
    routes = [
        web.post("/read", read), web.get("/fail/{kind}", fail), web.get("/address", address),
        web.post("/quickly", read_quickly), web.get("/moved", moved),
    ]
    async with serve(routes, count=refusals.append, linger_s=0.05, **options) as url:
        yield Server(url, refusals)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as started:
        yield started


JSON = {"Content-Type": "application/json"}


async def test_json_is_read(server: Server) -> None:
    status, body, _ = await server.ask("POST", "/read", json={"a": ["一", 1.5, None]})
    assert (status, body) == (200, {"read": {"a": ["一", 1.5, None]}})


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"a":1,"a":2}', JSON, 400), (b"[NaN]", JSON, 400), (b"{", JSON, 400), (b"", JSON, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415), (b"{}", {"Content-Type": "application/xml"}, 415),
        (gzip.compress(b"[" + b" " * 5_000_000 + b"]"), JSON | {"Content-Encoding": "gzip"}, 415),
        (b"{}", JSON | {"Content-Encoding": "br"}, 415),
        (b'"' + b"x" * CAP + b'"', JSON, 413),
    ],
)
async def test_what_is_not_read(server: Server, body: bytes, headers: dict[str, str], status: int) -> None:
    answered, problem, sent = await server.ask("POST", "/read", data=body, headers=headers)

    assert answered == status == problem["status"]
    assert sent["Content-Type"].startswith("application/problem+json")
    assert server.refusals == [problem["code"]]


async def test_a_body_announced_too_large_is_refused_before_it_comes(server: Server) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n"
    assert (await server.raw(head)).startswith(b"HTTP/1.1 413")


async def test_endless_chunks_are_cut(server: Server) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert (await server.raw(head + b"400\r\n" + b"x" * 1024 + b"\r\n" + b"400\r\n" * 1)).startswith(b"HTTP/1.1 413")


async def test_a_body_that_does_not_come_is_given_up(server: Server) -> None:
    answer = await server.raw(b"POST /quickly HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")

    assert answer.startswith(b"HTTP/1.1 408")
    assert server.refusals == ["too_slow"]


@pytest.mark.parametrize(
    "said", [b"", b"GET /address HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"GET /address HTTP/1.1\r\nHost: x\r\n\r\n"],
    ids=["silent", "slow headers", "idle afterwards"],
)
async def test_a_connection_that_asks_nothing_is_closed(said: bytes) -> None:
    async with serving(headers_s=0.1) as server:
        await server.raw(said)


def test_the_time_given_for_headers_is_what_the_house_promises() -> None:
    assert (http.HEADERS_S, http.BODY_S) == (10.0, 10.0)


@pytest.mark.parametrize(
    "head",
    [
        b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /address\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /address?x=% HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /address HTTP/1.1\r\nHost: x\r\nX-A: " + b"y" * 9000 + b"\r\n\r\n",
        b"G@T /address HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["length and chunks", "NUL", "long path", "escape", "escaped NUL", "not UTF-8", "query", "header", "method"],
)
async def test_a_request_that_is_none_is_refused_and_closed(server: Server, head: bytes) -> None:
    assert (await server.raw(head)).split()[1] == b"400"


async def test_a_query_in_another_charset_passes(server: Server) -> None:
    head = b"GET /address?content=%c2%b7%b5%c6 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert (await server.raw(head)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("kind", "status", "code", "more"),
    [
        ("conflict", 409, "conflict", {"detail": "already there"}),
        ("faults", 422, "unprocessable",
         {"errors": [{"field": "phone", "code": "bad_format", "message": "格式不对"}]}),
        ("limited", 429, "rate_limited", {}),
        ("unavailable", 503, "unavailable", {}),
        ("unauthorised", 401, "unauthorised", {}),
        ("missing", 404, "not_found", {}),
        ("bug", 500, "internal", {}),
    ],
)
async def test_every_error_becomes_a_problem_document(
    server: Server, kind: str, status: int, code: str, more: dict[str, Any]
) -> None:
    answered, body, headers = await server.ask("GET", f"/fail/{kind}", headers={"Accept-Language": "en-GB,zh;q=0.5"})

    title = body.pop("title")
    assert (answered, body) == (status, {"type": "about:blank", "status": status, "code": code} | more)
    assert title.isascii()
    assert server.refusals == [code]
    assert headers.get("Retry-After") == {"limited": "2", "unavailable": "5"}.get(kind)
    assert headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


async def test_a_bug_tells_the_caller_nothing(server: Server) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/fail/bug") as answer:
        text = await answer.text()

    assert SECRET not in text
    assert "Traceback" not in text
    assert "系统出错" in text


async def test_the_routers_own_refusals_are_problems_too(server: Server) -> None:
    assert (await server.ask("GET", "/nowhere"))[1]["code"] == "not_found"
    status, body, headers = await server.ask("DELETE", "/read")
    assert (status, body["code"], headers["Allow"]) == (405, "method_not_allowed", "POST")


async def test_a_redirect_passes(server: Server) -> None:
    assert (await server.ask("GET", "/moved", allow_redirects=False))[0] == 302


async def test_every_answer_carries_the_security_headers(server: Server) -> None:
    for path in ("/address", "/nowhere", "/fail/bug"):
        _, _, headers = await server.ask("GET", path)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "huiyin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers
        assert "Strict-Transport-Security" not in headers


def test_embedders_are_named_never_everybody() -> None:
    policy = http.content_policy(["https://www.city.example"])
    assert policy.endswith("frame-ancestors 'self' https://www.city.example")
    assert "*" not in policy


@table(
    ("remote", "forwarded", "seen"),
    [
        ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["evil, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", [", ,"], "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_may_say_who_calls(remote: str, forwarded: list[str], seen: str) -> None:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=remote)

    assert http.client_address(request, [ip_network("10.0.0.0/8")]) == seen


@table(
    ("header", "token"),
    [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", None), ("Bearer", None), ("", None)],
)
def test_the_bearer_token(header: str, token: str | None) -> None:
    assert http.bearer(make_mocked_request("GET", "/?token=no", headers={"Authorization": header})) == token


@table(
    ("header", "spoken"), [("en", "en"), ("EN-us,zh", "en"), ("zh-CN,en", "zh"), ("de", "zh"), (None, "zh")]
)
def test_the_callers_language(header: str | None, spoken: str) -> None:
    headers = {"Accept-Language": header} if header else {}
    assert http.language(make_mocked_request("GET", "/", headers=headers)) == spoken
