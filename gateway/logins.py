"""One-time codes that prove a phone number: six digits, five minutes, five tries, hashed; never a word about why not.

Who asks for a code always hears the same; limits only decide whether one is sent (WIRE.md, "Who is who").
"""
from __future__ import annotations

import hmac
from dataclasses import dataclass

import msgspec
import structlog
from msgspec import Struct

from gateway.allowance import Allowance
from gateway.clock import Ids
from gateway.errors import SendError
from gateway.protocols import CodeSender, SharedStore
from gateway.seal import Seal

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
LIFE_MS = 5 * MINUTE_MS
TRIES = 5
LENGTH = 6

log = structlog.get_logger(__name__)


class _Pending(Struct, frozen=True):
    """A code that was sent; `hashed` is keyed, for a million codes are soon tried out."""

    nonce: str
    hashed: str


@dataclass(frozen=True, slots=True)
class Logins:
    """A code counts for the caller who asked for it (a conversation, or "" for who has none)."""

    store: SharedStore
    seal: Seal
    ids: Ids
    sender: CodeSender
    codes_per_day: int

    async def send(self, phone: str, caller: str, address: str, language: str) -> None:
        """A new code takes the place of an older one. Nothing is sent, and nothing said, beyond the limits."""
        if not await self._may(phone, address):
            return
        code, nonce = self.ids.digits(LENGTH), self.ids.unique()
        pending = _Pending(nonce, self.seal.mac("code", nonce, code))
        await self.store.put(self._key(phone, caller), msgspec.json.encode(pending), LIFE_MS)
        try:
            await self.sender.send(phone, code, language)
        except SendError as error:
            log.warning("code_not_sent", why=error.why)

    async def check(self, phone: str, caller: str, code: str) -> str | None:
        """Once: an id of this proof. None when the code is wrong, too old, used or was tried too often."""
        body = await self.store.get(self._key(phone, caller))
        if body is None:
            return None
        pending = msgspec.json.decode(body, type=_Pending)
        if await Allowance(self.store, "login-try", TRIES, LIFE_MS).take(pending.nonce) is None:
            return None
        if not hmac.compare_digest(pending.hashed, self.seal.mac("code", pending.nonce, code)):
            return None
        first = await self.store.add(f"login:used:{pending.nonce}", b"", LIFE_MS)
        return pending.nonce if first else None

    async def _may(self, phone: str, address: str) -> bool:
        """Each limit is asked only when the one before it allows: a flood of one caller uses up nobody else's."""
        for allowance, who in (
            (Allowance(self.store, "login-address", 20, HOUR_MS), address),
            (Allowance(self.store, "login-minute", 1, MINUTE_MS), phone),
            (Allowance(self.store, "login-day", 5, DAY_MS), phone),
        ):
            if await allowance.take(who) is None:
                return False
        half = self.codes_per_day // 2  # a burst of half, the other half spread over the day: never more than both
        wait_ms = await self.store.take("login-all", DAY_MS // half, half)
        return wait_ms == 0

    def _key(self, phone: str, caller: str) -> str:
        return "login:" + self.seal.mac("login", phone, caller)
