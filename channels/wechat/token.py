"""The access token: one for all processes, asked for once, changed only when the one that failed is still in use.

`stable_token` gives the same token until its last 5 minutes and both are valid then; forcing another is limited to 20
a day and cuts off everybody else, so we never do [stable_token, official page]. A token is a key to the account: it
stands in no log, no repr and no error.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from gateway.clock import Ids
from gateway.errors import Retry
from gateway.store.shared import SharedStore

EARLY_S = 240             # we ask again this long before the end: inside the last 5 minutes, when the next one exists
PER_MS, BURST = 60_000, 20  # at most 1,460 a day; the platform's limit is 2,000


class Grant(Struct):
    """What the token endpoints answer: `expires_in` in seconds, what is left of it."""

    access_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Token:
    """`stored` tells this grant from the next one, even if the platform grants the same value again."""

    value: str = field(repr=False)
    stored: bytes = field(repr=False)


class _Kept(Struct, array_like=True):
    value: str
    serial: str


class Tokens:
    """The tokens of one account. `grant` asks the platform; what it raises, all who wait for it get. `early_s`: how
    long before the end of one the next is asked for."""

    def __init__(
        self, account: str, grant: Callable[[], Awaitable[Grant]], shared: SharedStore, ids: Ids,
        early_s: int = EARLY_S,
    ) -> None:
        self._name, self._grant, self._shared, self._ids = f"wechat:token:{account}", grant, shared, ids
        self._early_s = early_s

    async def current(self) -> Token:
        return _token(await self._shared.cached(self._name, self._fetch))

    async def instead_of(self, failed: Token) -> Token:
        """The token to repeat a call with whose token was refused: of all callers so refused, one asks for it."""
        return _token(await self._shared.cached(self._name, self._fetch, unlike=failed.stored))

    async def _fetch(self) -> tuple[bytes, int]:
        wait_ms = await self._shared.take(self._name, PER_MS, BURST)
        if wait_ms:
            raise Retry("wechat's token was asked for too often", after_s=wait_ms / 1000)
        grant = await self._grant()
        left_s = grant.expires_in - min(self._early_s, grant.expires_in // 2)
        return msgspec.json.encode(_Kept(grant.access_token, self._ids.unique())), max(1, left_s) * 1000


def _token(stored: bytes) -> Token:
    return Token(msgspec.json.decode(stored, type=_Kept).value, stored)
