"""The one way over HTTP to a case system: bounded in time and size, and what its answer decides (gateway/errors.py).

| what happened | decides |
|---|---|
| no connection; 503 after its Retry-After | Retry |
| 408, 409, 425; 429 after its Retry-After | Busy |
| 401, 403, 407, 410; any redirect (a login page, as a rule) | Paused |
| any other 4xx | Rejected |
| time-out or reset once it was sent; any other 5xx; an answer over 64 KiB | Uncertain; Retry for a GET |
| 2xx | the adapter reads it: a 2xx alone is no success |

What a backend answers is never logged; `why` holds at most a few masked words of a refusal.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from gateway.clock import Clock
from gateway.errors import Busy, Paused, Rejected, Retry, SendError, Uncertain
from gateway.masking import mask_text

CONNECT_S, ANSWER_S = 3.0, 15.0
MOST = 65_536             # bytes of an answer that are read
LONGEST_REST_S = 3_600.0  # a Retry-After beyond it is cut: 72 h after the decision an operation is given up
WHY = 200
USER_AGENT = "Huiyin-casebridge"

_DECIDED: Mapping[int, type[SendError]] = {
    503: Retry, **dict.fromkeys((408, 409, 425, 429), Busy),
    **dict.fromkeys((401, 403, 407, 410), Paused),
}


@dataclass(frozen=True, slots=True)
class Call:
    """Addresses and headers may hold secrets, bodies what a citizen wrote: none of them is ever shown.

    most  bytes of the answer that are read, where it is a list
    """

    method: str
    url: str = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` are found whatever their case; of a refusal only the first 64 KiB of `body` are there."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: until connected, and for the whole exchange."""

    connect: float = CONNECT_S
    total: float = ANSWER_S


TIMES = Times()


def session() -> aiohttp.ClientSession:
    """To be made while a loop runs. No cookies, nothing inflated; a new connection for every call, because one that
    the other side has just closed would look like a reset, and that is Uncertain."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
    )


class Caller:
    """`system` names the backend in errors."""

    def __init__(self, http: aiohttp.ClientSession, system: str, clock: Clock, times: Times = TIMES) -> None:
        self._http, self._system, self._clock = http, system, clock
        self._times = aiohttp.ClientTimeout(total=times.total, connect=times.connect)

    async def ask(self, call: Call, own: Collection[int] = ()) -> Answer:
        """A 2xx, or a status of `own`, which the adapter reads itself. Raises SendError for everything else."""
        answer = await self._exchange(call)
        if 200 <= answer.status < 300 or answer.status in own:
            return answer
        raise self.refusal(call, answer)

    def refusal(self, call: Call, answer: Answer) -> SendError:
        """What the status decides where the adapter knows nothing better."""
        status, why = answer.status, f"{self._system}: HTTP {answer.status}"
        if status in _DECIDED:
            return _DECIDED[status](why, after_s=rest_s(answer.headers.get("Retry-After", ""), self._clock.now()))
        if status >= 500:
            return _unheard(call, why)
        return Paused(f"{why}, redirected") if status < 400 else Rejected(f"{why} {words(answer)}".strip()[:WHY])

    async def _exchange(self, call: Call) -> Answer:
        try:
            async with self._http.request(
                call.method, call.url, data=call.body, headers=call.headers, timeout=self._times, allow_redirects=False
            ) as response:
                body = await _read(response, call.most)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as away:
            raise Retry(f"{self._system} is not reached: {type(away).__name__}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as cut:
            raise _unheard(call, f"{self._system} did not answer: {type(cut).__name__}") from None
        if len(body) > call.most and response.status < 300:
            raise _unheard(call, f"{self._system} answered more than {call.most} bytes")
        return Answer(response.status, response.headers, body[:call.most])


def _unheard(call: Call, why: str) -> SendError:
    """It was sent and may have been carried out; a GET changes nothing."""
    return Retry(why) if call.method == "GET" else Uncertain(why)


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """At most one byte more than is wanted."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            response.close()
            break
    return bytes(body[:most + 1])


def rest_s(told: str, now: datetime) -> float | None:
    """Retry-After in seconds, from seconds or an HTTP date (RFC 9110, 10.2.3); None where it says nothing."""
    if told.isascii() and told.strip().isdigit():
        return min(float(told.strip()[:9]), LONGEST_REST_S)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_REST_S)


def words(answer: Answer) -> str:
    """The first words of a refusal, masked, in one line; nothing of a page."""
    if "html" in answer.headers.get("Content-Type", "").lower() or answer.body.lstrip()[:1] == b"<":
        return ""
    text = answer.body[:4 * WHY].decode("utf-8", "replace")
    return mask_text(" ".join("".join(one if one.isprintable() else " " for one in text).split()))[:WHY]
