"""The one way over HTTP to a translation engine: bounded in time and size, and what its answer means for the next call.

| what happened | error | what follows |
|---|---|---|
| no connection, time-out, reset, 408, any 5xx (503 while a model is loaded) | Away | counts toward the breaker |
| 429 | Throttled | a rest: Retry-After, or 30 s doubling to 30 min |
| 401, 402 (no balance), 403, 404, 405, 407, 410, 456 (DeepL: quota), any redirect | Shut | 30 min, and an alarm |
| any other 4xx: this text, its length or its languages | Unfit | nothing |
| 2xx that is no answer, is cut off, or is longer than anybody reads | Unfit | nothing |

Neither texts nor what an engine answers to them are ever logged or part of an error; statuses decide, because messages
are localised (LibreTranslate) or HTML.
"""
from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import msgspec

from gateway.errors import HuiyinError

T = TypeVar("T")

MT_S, LLM_S = 3.0, 8.0  # of one call; a citizen waits for no more
MOST = 262_144          # bytes of an answer that are read
CONNECTIONS = 16
LONGEST_REST_S = 3_600.0
_SHUT = frozenset({401, 402, 403, 404, 405, 407, 410, 456})


class EngineError(HuiyinError):
    """`why` is one word, for flags and figures."""

    def __init__(self, why: str, *, after_s: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after_s = after_s


class Away(EngineError):
    pass


class Throttled(EngineError):
    pass


class Shut(EngineError):
    pass


class Unfit(EngineError):
    pass


@dataclass(frozen=True, slots=True)
class Site:
    """url: base of its addresses; key: "" without; model: "" where the server has one only; placeholder: of SHAPES."""

    url: str
    key: str = field(default="", repr=False)
    model: str = ""
    timeout_s: float = MT_S
    placeholder: str = ""


class Caller:
    """Call `open` inside the loop that asks, `close` at the end."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS), cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Huiyin-translate", "Accept-Encoding": "identity"}, auto_decompress=False)

    async def close(self) -> None:
        if self._http:
            await self._http.close()

    async def post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str], kind: type[T]) -> T:
        """The answer as this type. Raises EngineError."""
        if self._http is None:
            raise RuntimeError("Caller.open() was not awaited")
        try:
            async with asyncio.timeout(self._timeout_s), self._http.post(
                url, json=body, headers=headers, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=None),
            ) as response:
                if response.status != 200:
                    raise _refusal(response)
                return _read(await _body(response), kind)
        except TimeoutError:
            raise Away("timeout") from None
        except (aiohttp.ClientError, OSError):
            raise Away("unreachable") from None  # whose words hold the address


def _refusal(response: aiohttp.ClientResponse) -> EngineError:
    """The body stays unread: the connection goes with it."""
    status = response.status
    response.close()
    if status == 429:
        return Throttled("throttled", after_s=_rest_s(response.headers.get("Retry-After", "")))
    if status in _SHUT or 300 <= status < 400:
        return Shut("shut")
    return Away("failing") if status >= 500 or status == 408 else Unfit("refused")


def _rest_s(told: str) -> float | None:
    """Of a Retry-After in seconds; a date is read as if there was none."""
    return min(float(told), LONGEST_REST_S) if told.isascii() and told.isdigit() and len(told) < 9 else None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """All of it, up to MOST."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MOST:
            response.close()
            raise Unfit("endless")
    return bytes(body)


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unfit("unreadable") from None
