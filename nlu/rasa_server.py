"""The one way to a Rasa server: its HTTP API, bounded in time and size. Rasa itself is never imported.

Source: Rasa 3.6.21, rasa/server.py (2026-11-24). What its API does not say by its status:
- PUT /model answers 204 although the model could not be loaded; the server then has none.
- /status tells the file's name only; it answers before a model is ready to be asked.
- A model's first message takes seconds.
- The token is a parameter of the address: it must never stand in an error or a log.
"""
from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, TypeVar

import aiohttp
import msgspec

from gateway.errors import HuiyinError
from gateway.protocols import Scored

ANSWER_S = 0.8       # within a turn of 300 ms and more the citizen notices; the other engine needs 5 ms
LOAD_S = 180.0       # Rasa unpacks and loads a model in 10 to 40 s
MOST = 1 << 18       # bytes of an answer: 40 intents are 5 kB
CONNECTIONS = 32
WARM_UP = "你好"

T = TypeVar("T")


class RasaError(HuiyinError):
    """`why` is one word, for figures: timeout, refused (no connection), status, answer."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(f"{why}: {said}" if said else why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Address:
    """url without a path; token as the server was started with `--auth-token`, "" without."""

    url: str
    token: str = field(default="", repr=False)


class _Intent(msgspec.Struct, frozen=True):
    name: str
    confidence: float


class _Parsed(msgspec.Struct, frozen=True):
    intent_ranking: tuple[_Intent, ...]


class _Status(msgspec.Struct, frozen=True):
    model_file: str | None = None


class RasaServer:
    """Call `open` inside the loop that asks, `close` at the end. Every call raises RasaError."""

    def __init__(self, address: Address, answer_s: float = ANSWER_S) -> None:
        self._address = address
        self._answer_s = answer_s
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS), cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Huiyin-nlu"})

    async def close(self) -> None:
        if self._http:
            await self._http.close()

    async def ranking(self, text: str) -> tuple[Scored, ...]:
        """Intents, best first, at most as many as the model was configured to name; () for a text without a word."""
        parsed = _read(await self._ask("POST", "/model/parse", {"text": text}, self._answer_s), _Parsed)
        intents = [Scored(one.name, one.confidence) for one in parsed.intent_ranking]
        if not all(math.isfinite(one.score) and 0 <= one.score <= 1 for one in intents):
            raise RasaError("answer", "a confidence that is none")
        return tuple(sorted(intents, key=lambda one: -one.score))

    async def model(self) -> str:
        """The name of the file it was loaded from, without its ending."""
        status = _read(await self._ask("GET", "/status", None, self._answer_s), _Status)
        if not status.model_file:
            raise RasaError("status", "the server has no model")
        return _name(status.model_file)

    async def load(self, file: PurePath) -> None:
        """Swap the model for this file, in the server's file system. It answers nobody meanwhile."""
        await self._ask("PUT", "/model", {"model_file": str(file)}, LOAD_S)
        if (loaded := await self.model()) != _name(file.name):
            raise RasaError("answer", f"the server has {loaded}")
        await self.warm_up()

    async def warm_up(self) -> None:
        """Its first message, by nobody."""
        await self._ask("POST", "/model/parse", {"text": WARM_UP}, LOAD_S)

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float) -> bytes:
        if self._http is None:
            raise RuntimeError("RasaServer.open() was not awaited")
        url, token = self._address.url.rstrip("/") + path, self._address.token
        try:
            async with asyncio.timeout(seconds), self._http.request(
                method, url, json=body, params={"token": token} if token else None, allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None),
            ) as response:
                if response.status not in (200, 204):
                    raise RasaError("status", str(response.status))
                return await _body(response)
        except TimeoutError as error:
            raise RasaError("timeout", path) from error
        except aiohttp.ClientConnectorError:
            raise RasaError("refused", path) from None  # whose words hold the address
        except aiohttp.ClientError as error:
            raise RasaError("answer", type(error).__name__) from None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """All of it, up to MOST."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MOST:
            raise RasaError("answer", f"more than {MOST} bytes")
    return bytes(body)


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RasaError("answer", "not what its API says") from error


def _name(file: str) -> str:
    return PurePath(file).name.removesuffix(".tar.gz")
