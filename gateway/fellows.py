"""Many gateways on one store: what they must agree on, and what one of them does for all.

What two of them would contradict each other in (the key of look-up codes, the folder of uploads) is told to the store
by the first; another that would work otherwise does not start as long as one of those runs. What needs doing once in
the city is done by whoever comes first in each period.
"""
from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.errors import ConfigError
from gateway.polling import ALONE, Duty
from gateway.seal import Seal
from gateway.seal import kept as kept_in
from gateway.store.shared import SharedStore

AGREED_MS = 60_000      # after the last gateway's end, another agreement may be made
RENEW_S = 20.0
EVER_MS = 100 * 365 * 86_400_000
EARLY = 0.9             # of a period: who does something every period by its own clock must find it free again
SEAL = "gateway:seal"

log = structlog.get_logger(__name__)


class Fellows:
    """many  whether there may be others; alone, there is nothing to agree on"""

    def __init__(self, shared: SharedStore, *, many: bool) -> None:
        self._shared = shared
        self.many = many
        self._agreed: dict[str, bytes] = {}

    async def join(self, own: Seal, mark: Path, *, told: bool) -> Seal:
        """The seal of all: what the configuration has `told`, else what the first of us began with, kept in the store.
        `mark`: a file in the folder of uploads. Raises ConfigError where this gateway would contradict the others."""
        if not self.many:
            return own
        if not told:
            await self._shared.add(SEAL, own.key, EVER_MS)
            own = Seal(await self._shared.get(SEAL) or own.key)
        await self._agree("api.lookup_key", own.mac("gateways").encode(), "look-up codes and links would hold nowhere")
        folder = await asyncio.to_thread(kept_in, mark)
        await self._agree("data.uploads", folder.hex().encode(), "set it to a folder that all gateways share")
        return own

    def duty(self, name: str) -> Duty:
        return Shared(self._shared, f"gateway:duty:{name}") if self.many else ALONE

    async def run(self, every_s: float = RENEW_S) -> None:
        """Stand by what was agreed, or will be as soon as the store is there; for ever among many."""
        while self.many:
            await asyncio.sleep(every_s)
            for name, value in tuple(self._agreed.items()):
                await self._renew(name, value)

    async def _agree(self, name: str, value: bytes, words: str) -> None:
        key = _key(name)
        while not await self._shared.add(key, value, AGREED_MS):
            theirs = await self._shared.get(key)
            if theirs == value:  # of one that may have died long ago
                await self._shared.put(key, value, AGREED_MS)
                break
            if theirs is not None:  # else their time ended in between
                raise ConfigError(f"{name}: not as the other gateways on this store have it; {words}")
        self._agreed[name] = value

    async def _renew(self, name: str, value: bytes) -> None:
        theirs = await self._shared.get(_key(name))
        if theirs in (None, value):
            await self._shared.put(_key(name), value, AGREED_MS)
        else:  # while the store was away from us, others began anew
            log.error("gateways_disagree", setting=name)


@dataclass(frozen=True, slots=True)
class Shared:
    """protocols.Duty: who adds the key has it. Whoever dies over it is followed by another in the next period."""

    shared: SharedStore
    key: str

    async def mine(self, period_s: float) -> bool:
        return await self.shared.add(self.key, b"", _ms(period_s))

    async def put_off(self, period_s: float) -> None:
        await self.shared.put(self.key, b"", _ms(period_s))


def _ms(period_s: float) -> int:
    return max(1, int(period_s * EARLY * 1000))


def _key(name: str) -> str:
    return f"gateway:agreed:{name}"
