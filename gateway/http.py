"""What every HTTP adapter shares: one strict reader, one problem writer, one view of who is calling.

Leaf for all HTTP adapters. JSON is read by gateway/ijson.py; errors leave as `application/problem+json` (RFC 9457).
"""
from __future__ import annotations

import asyncio
import logging
import math
import re
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import unquote_to_bytes

import aiohttp
import msgspec
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware

from gateway.errors import Malformed, RateLimited, Refused, TooLarge, TooSlow, Unavailable, Unsupported
from gateway.ijson import parse_json as parse_json
from gateway.store.shared import SharedStore

HEADERS_S = 10.0   # slow or missing headers, and a connection that lies idle
BODY_S = 10.0      # a whole small body; a file has its own time (gateway/api/uploads.py)
LINGER_S = 1.0     # what is still coming of a refused body is taken off the line, so that the answer is read
COME_BACK_S = 5.0  # Retry-After of a 503

LANGUAGE = web.RequestKey("language", str)  # of the session that the caller showed

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")

_TITLES = {
    400: ("请求格式有误", "The request is malformed"),
    401: ("请先登录或重新开始会话", "Sign in or start a session first"),
    403: ("没有权限", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持这种请求方法", "This method is not supported here"),
    408: ("请求发送得太慢", "The request came too slowly"),
    409: ("与当前状态冲突", "In conflict with the present state"),
    413: ("内容太大", "Too large"),
    415: ("不支持这种内容类型", "This kind of content is not supported"),
    422: ("内容有误，请检查", "Something in the content is wrong"),
    429: ("请求过于频繁，请稍后再试", "Too many requests, please wait a moment"),
    500: ("系统出错，请稍后再试", "Something went wrong on our side"),
    503: ("系统暂时繁忙，请稍后再试", "Busy at the moment, please try again"),
}
_CODES = {400: "malformed", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}

_log = structlog.get_logger(__name__)

Network = IPv4Network | IPv6Network
Count = Callable[[str], object]


# --- reading a request --------------------------------------------------------------------------------------

async def read_body(request: web.Request, cap: int, *, within_s: float = BODY_S) -> bytes:
    """The body as sent, at most `cap` bytes in that time. Raises TooLarge, TooSlow, Unsupported, Malformed.

    Compressed bodies are refused: 200 KB of gzip cost 66 MiB (measured).
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unsupported("compressed bodies are not accepted")
    if (request.content_length or 0) > cap:
        raise TooLarge(f"at most {cap} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > cap:
                    raise TooLarge(f"at most {cap} bytes")
    except TimeoutError as slow:
        raise TooSlow from slow
    except (aiohttp.ClientPayloadError, web.RequestPayloadError) as cut:
        raise Malformed("the body is cut or badly framed") from cut
    return bytes(body)


async def read_json(request: web.Request, cap: int = 65_536) -> Any:
    """The body as one I-JSON document. Raises what read_body and parse_json raise; 415 for another type."""
    if request.content_type != "application/json":
        raise Unsupported("application/json is expected")
    return parse_json(await read_body(request, cap))


def bearer(request: web.Request) -> str | None:
    """The token of `Authorization: Bearer …`; never read from the URL, which proxies log."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def language(request: web.Request) -> str:
    """`zh` or `en`: the language our own messages to this caller are in; a session's own where one was shown."""
    if LANGUAGE in request:
        return "zh" if request[LANGUAGE].startswith("zh") else "en"
    return "en" if request.headers.get("Accept-Language", "zh").strip().lower().startswith("en") else "zh"


def client_address(request: web.Request, trusted: Sequence[Network]) -> str:
    """Who is calling. X-Forwarded-For counts only from a trusted proxy, and only as far as proxies are trusted."""
    address = request.remote or ""
    hops = [hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
    while hops and _is_trusted(address, trusted):
        hop = hops.pop()
        if not _is_address(hop):
            break
        address = hop
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def check_target(raw_path: str) -> None:
    """Raises Malformed for a bad percent escape, a control character, or a path that is not UTF-8.

    A query may be in another charset: SMS gateways send GBK.
    """
    if "%" not in raw_path:
        return
    path = unquote_to_bytes(raw_path.partition("?")[0])
    if _BAD_ESCAPE.search(raw_path) or _CONTROL.search(path):
        raise Malformed("bad characters in the address")
    try:
        path.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Malformed("bad characters in the address") from fault


# --- answering ----------------------------------------------------------------------------------------------

def json_answer(body: object, *, status: int = 200, content_type: str = "application/json") -> web.Response:
    """Structs and plain values as UTF-8 JSON."""
    return web.Response(body=msgspec.json.encode(body), status=status, content_type=content_type)


def problem(request: web.Request, refused: Refused) -> web.Response:
    """RFC 9457, in the caller's language; the connection closes where a body may be left unread."""
    titles = _TITLES.get(refused.status, _TITLES[400])
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": titles[language(request) == "en"],
        "status": refused.status,
        "code": refused.code,
    }
    if str(refused) != refused.code:
        body["detail"] = str(refused)
    if refused.faults:
        body["errors"] = [{"field": f.field, "code": f.code, "message": f.message} for f in refused.faults]
    response = json_answer(body, status=refused.status, content_type="application/problem+json")
    if refused.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(refused.retry_after)))
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status in (400, 408, 413, 415):
        response.force_close()
    return response


def content_policy(embedders: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of our pages: nothing inline, nothing from elsewhere; `embedders` may frame it."""
    framing = " ".join(["'self'", *embedders]) if embedders else "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        f"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {framing}"
    )


_HEADERS = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "huiyin",
}


def guard(count: Count, *, https: bool = False) -> Middleware:
    """The outermost middleware: every error becomes a problem document, every answer gets the security headers.

    count   told the code of every refusal
    https   the public address is https: browsers shall insist on it
    """
    headers = _HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await _answer(request, handler, count)
        if not response.prepared:
            for name, value in headers.items():
                response.headers.setdefault(name, value)
        return response

    return middleware


async def _answer(request: web.Request, handler: Handler, count: Count) -> web.StreamResponse:
    allow: str | None = None
    try:
        check_target(request.raw_path)
        return await handler(request)
    except Refused as fault:
        refused = fault
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        refused, allow = _refused(answer.status), answer.headers.get("Allow")
    except Unavailable as away:
        refused = _refused(503, "unavailable", retry_after=away.after_s or COME_BACK_S)
    except ConnectionError:
        raise
    except Exception as fault:
        _log.exception("http_failed", method=request.method, route=_route(request), kind=type(fault).__name__)
        refused = _refused(500, "internal")
    count(refused.code)
    response = problem(request, refused)
    if allow:
        response.headers["Allow"] = allow
    return response


def _refused(status: int, code: str = "", *, retry_after: float | None = None) -> Refused:
    code = code or _CODES.get(status, "refused")
    refused = Refused(code, code=code, retry_after=retry_after)
    refused.status = status
    return refused


def _route(request: web.Request) -> str:
    """The route's pattern; the address itself may hold a number or a secret and is not logged."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


# --- limits -------------------------------------------------------------------------------------------------

class RateLimiter:
    """So many calls of one kind by one caller, over all processes."""

    def __init__(self, store: SharedStore, name: str, per_ms: int, burst: int) -> None:
        self._store, self._name, self._per_ms, self._burst = store, name, per_ms, burst

    async def take(self, who: str) -> None:
        """Raises RateLimited with the time to wait."""
        wait_ms = await self._store.take(f"rate:{self._name}:{who}", self._per_ms, self._burst)
        if wait_ms:
            raise RateLimited(retry_after=wait_ms / 1000)


def runner(
    app: web.Application, *, drain_s: float = 20.0, headers_s: float = HEADERS_S, linger_s: float = LINGER_S,
) -> web.AppRunner:
    """The server around the application, with the time-outs aiohttp leaves open.

    From 3.14 on `keepalive_timeout` also ends a connection that sends nothing, or its headers too slowly
    (measured; before, both stayed open for ever). Bodies are never inflated for us. Requests that are not HTTP are
    answered and not logged: the log would repeat their first line, and with it whatever stands in a query.
    """
    log = logging.getLogger(f"{__name__}.server")
    log.addFilter(_is_ours)
    return web.AppRunner(
        app,
        keepalive_timeout=headers_s,
        lingering_time=linger_s,
        auto_decompress=False,
        access_log=None,
        logger=log,
        shutdown_timeout=drain_s,
    )


def _is_ours(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
