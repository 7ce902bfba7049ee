"""Who may call us when the caller cannot sign: a token in the address, and the addresses it may come from.

Kannel, Aliyun, Tencent, Huawei and Baidu do not sign their callbacks [SMS.md, "Who may call"].
"""
from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

import structlog
from aiohttp import web

from gateway.errors import ConfigError, Forbidden
from gateway.http import Network, RateLimiter, client_address
from gateway.store.shared import SharedStore

LEAST_TOKEN = 32                      # characters, random
WRONG_MS, WRONG_BURST = 2_000, 20     # refusals of one address before it is told to slow down

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Two tokens while one replaces the other. sources: the provider's addresses, () for any; trusted: our proxies.

    Raises ConfigError for a token that could be guessed."""

    tokens: tuple[str, ...] = field(repr=False)
    sources: tuple[Network, ...] = ()
    trusted: tuple[Network, ...] = ()

    def __post_init__(self) -> None:
        if not self.tokens or any(len(token) < LEAST_TOKEN for token in self.tokens):
            raise ConfigError(f"sms: a callback's token has at least {LEAST_TOKEN} random characters")


class Gate:
    """For one provider."""

    def __init__(self, door: Door, store: SharedStore) -> None:
        self._door = door
        self._wrong = RateLimiter(store, "sms:wrong", WRONG_MS, WRONG_BURST)

    async def admit(self, request: web.Request, token: str) -> None:
        """Raises Forbidden, RateLimited; nothing of the body was read."""
        address = client_address(request, self._door.trusted)
        if same_as_one(token, self._door.tokens) and self._may_come_from(address):
            return
        _log.warning("sms_callback_refused", path=request.path.rpartition("/")[2][:8])
        await self._wrong.take(address)
        raise Forbidden

    def _may_come_from(self, address: str) -> bool:
        if not self._door.sources:
            return True
        try:
            source = ip_address(address)
        except ValueError:
            return False
        return any(source in network for network in self._door.sources)


def same_as_one(shown: str, known: Sequence[str]) -> bool:
    """Each in constant time."""
    octets = shown.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(octets, one.encode()) for one in known)
