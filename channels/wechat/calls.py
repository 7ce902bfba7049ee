"""One call to WeChat's API: the request built, the answer judged, a stale token changed once.

Facts: errors have status 200 (channels/wechat/answers.py). JSON goes out as UTF-8, \\uXXXX is refused (40033). The
token and the app secret stand in query strings, so no address and no exception of aiohttp leaves this module. Nothing
is redirected, and an address that somebody else names is not fetched here (HOSTILE.md 9; channels/wechat/videos.py).
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import aiohttp
import msgspec
import structlog
from msgspec import Struct

from channels.wechat.answers import CODES, Codes, Cut, Reply, StaleToken, check_page, read
from channels.wechat.token import Tokens
from gateway.errors import HuiyinError, Paused, Retry, TooLarge, Uncertain, Unsupported

CONNECT_S, ANSWER_S = 3.0, 10.0
MAX_ANSWER = 8 * 1024 * 1024      # a page of 1,000 messages of a customer-service account fits
MAX_FILE = 20 * 1024 * 1024       # images and videos have at most 10 MB, files in customer service 20 MB
JSON_TYPES = ("application/json", "text/plain", "text/json")

T = TypeVar("T")
Count = Callable[[str, str], object]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the platform is, and how long a whole answer may take."""

    base: str
    answer_s: float = ANSWER_S


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A POST when it has a body or a file, a GET otherwise.

    once  a repeat would show the citizen the message twice: the platform has no key to tell them apart
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    file: File | None = None
    once: bool = False


class ByAddress(Unsupported):
    """The file was named by its address, which stands in no message of the error."""

    def __init__(self, address: str) -> None:
        super().__init__("an address instead of the file", code="media_by_address")
        self.address = address


class _Named(Struct):
    video_url: str = ""


class Api:
    """The platform at its base address. `count` is told the path and how the call went, "ok" or the kind of error."""

    def __init__(self, http: aiohttp.ClientSession, place: Place, count: Count, codes: Codes = CODES) -> None:
        self._http, self._count, self._codes = http, count, codes
        self._base = place.base.rstrip("/")
        self._times = aiohttp.ClientTimeout(total=place.answer_s, connect=min(CONNECT_S, place.answer_s / 2))

    async def ask(self, call: Call, shape: type[T]) -> T:
        """The answer in its shape. Raises SendError, or Refused where the code is about a login."""
        return await self._judged(call, self._asked(call, shape))

    async def fetch(self, call: Call, cap: int = MAX_FILE) -> File:
        """A file; its Content-Type decides, errors come as JSON. Raises SendError; TooLarge over `cap` bytes,
        ByAddress where an address is named instead of the file."""
        return await self._judged(call, self._fetched(call, cap))

    async def _asked(self, call: Call, shape: type[T]) -> T:
        try:
            reply = await self._exchange(call, MAX_ANSWER)
        except TooLarge:
            raise Cut("wechat's answer is too long") from None
        return read(reply, shape, self._codes)

    async def _fetched(self, call: Call, cap: int) -> File:
        reply = await self._exchange(call, cap)
        if reply.media_type in JSON_TYPES:
            raise ByAddress(read(reply, _Named, self._codes).video_url)
        check_page(reply)
        return File("", reply.media_type, reply.body)

    async def _judged(self, call: Call, going: Awaitable[T]) -> T:
        try:
            answer = await going
        except Cut as cut:
            raise self._noted(call, _unknown(call, cut.why)) from cut
        except HuiyinError as error:
            raise self._noted(call, error) from None
        self._count(call.path, "ok")
        return answer

    def _noted(self, call: Call, error: HuiyinError) -> HuiyinError:
        kind = type(error).__name__
        self._count(call.path, kind)
        log = _log.error if isinstance(error, Paused) else _log.warning
        log("wechat_refused", path=call.path, kind=kind, why=str(error))
        return error

    async def _exchange(self, call: Call, cap: int) -> Reply:
        try:
            async with self._http.request(
                "GET" if call.body is None and call.file is None else "POST", self._base + call.path,
                params=call.query, data=_payload(call), headers=_headers(call), allow_redirects=False,
                timeout=self._times,
            ) as response:
                cap = MAX_ANSWER if response.content_type in JSON_TYPES else cap
                return Reply(response.status, response.content_type, await read_capped(response, cap))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as away:
            raise Retry(f"wechat is not reached: {type(away).__name__}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as cut:
            raise _unknown(call, f"wechat did not answer: {type(cut).__name__}") from None


class Caller:
    """An Api with the tokens of one account."""

    def __init__(self, api: Api, tokens: Tokens) -> None:
        self._api, self._tokens = api, tokens

    async def ask(self, call: Call, shape: type[T]) -> T:
        return await self._with_token(call, lambda with_token: self._api.ask(with_token, shape))

    async def fetch(self, call: Call, cap: int = MAX_FILE) -> File:
        return await self._with_token(call, lambda with_token: self._api.fetch(with_token, cap))

    async def _with_token(self, call: Call, send: Callable[[Call], Awaitable[T]]) -> T:
        token = await self._tokens.current()
        try:
            return await send(_authorised(call, token.value))
        except StaleToken:
            token = await self._tokens.instead_of(token)
        return await send(_authorised(call, token.value))


def _authorised(call: Call, token: str) -> Call:
    return replace(call, query={**call.query, "access_token": token})


def _unknown(call: Call, why: str) -> Retry | Uncertain:
    """The request was written: it may have been carried out."""
    return Uncertain(why) if call.once else Retry(why)


def _payload(call: Call) -> bytes | aiohttp.FormData | None:
    if call.file is not None:
        form = aiohttp.FormData()
        form.add_field("media", call.file.body, filename=call.file.name, content_type=call.file.media_type)
        return form
    return None if call.body is None else msgspec.json.encode(call.body)


def _headers(call: Call) -> dict[str, str]:
    return {} if call.body is None else {"Content-Type": "application/json"}


async def read_capped(response: aiohttp.ClientResponse, cap: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > cap:
            response.close()
            raise TooLarge(f"at most {cap} bytes")
    return bytes(body)
