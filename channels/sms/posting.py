"""One POST to a provider, what its status decides when nothing better is known, and the shape of what it posts.

No provider has a key by which it would know a repeat, so only what was surely not taken may be tried again: when no
connection stood, 429 and 503 [SMS.md, "Rules"]. Nothing is redirected, and no address leaves this module: it may hold
a secret.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
import msgspec

from gateway.errors import Malformed, Paused, Rejected, Retry, SendError, Uncertain
from gateway.ijson import parse_json

CONNECT_S, ANSWER_S = 3.0, 15.0
MOST = 65_536             # octets of an answer that are read
COME_BACK_S = 30.0
NOT_FOR_US = (401, 403, 404, 407, 410)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Post:
    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """`after_s`: Retry-After, None without one."""

    status: int
    body: bytes = field(repr=False)
    after_s: float | None = None


async def post(http: aiohttp.ClientSession, what: Post, answer_s: float = ANSWER_S) -> Answer:
    """Raises Retry: it did not get there; Uncertain: it may have."""
    times = aiohttp.ClientTimeout(total=answer_s, connect=min(CONNECT_S, answer_s))
    try:
        async with http.post(what.url, data=what.body or None, headers=what.headers, timeout=times,
                             allow_redirects=False) as response:
            body = await response.content.read(MOST)
            return Answer(response.status, body, _seconds(response.headers.get("Retry-After", "")))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as away:
        raise Retry(f"sms provider is not reached: {type(away).__name__}") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as cut:
        raise Uncertain(f"sms provider did not answer: {type(cut).__name__}") from None


def refused(answer: Answer) -> SendError:
    """What an answer that is no yes decides."""
    why = f"sms provider HTTP {answer.status}"
    if answer.status in (429, 503):
        return Retry(why, after_s=answer.after_s or COME_BACK_S)
    if answer.status in NOT_FOR_US:
        return Paused(why)
    return Uncertain(why) if answer.status >= 500 else Rejected(why)


def unread(answer: Answer) -> SendError:
    """No code of theirs: a page of somebody on the way, or an answer cut short, after which nobody knows."""
    return Uncertain("sms provider: unread answer") if answer.status < 300 else refused(answer)


def shaped(body: bytes, shape: type[T]) -> T:
    """JSON that came in a callback; numbers and texts stand for one another, as providers do. Raises Malformed."""
    try:
        return msgspec.convert(parse_json(body), shape, strict=False)
    except msgspec.ValidationError as fault:
        raise Malformed("not the shape we know") from fault


def answered(body: bytes, shape: type[T]) -> T:
    """JSON of an answer; the shape's defaults where it is none."""
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return shape()


def _seconds(told: str) -> float | None:
    return float(told) if told.isascii() and told.isdigit() and len(told) < 6 else None
