"""Who is who: a random citizen id links conversations with a verified phone number, and nothing else does.

Record `citizen` (id = citizen, indexed by phone) and record `account` (id = conversation, indexed by citizen). Both are
written in the commit of the conversation that was told of the proof (messages.Verified), never beside it.
"""
from __future__ import annotations

import msgspec
from msgspec import Struct

from gateway.clock import Ids
from gateway.handover import Verified
from gateway.protocols import Put, Records, SharedStore

CITIZEN, ACCOUNT = "citizen", "account"
MOST = 100              # conversations of one citizen that are looked at
CLAIM_MS = 10 * 60_000  # far longer than it takes to write a citizen's record


class Citizen(Struct, frozen=True):
    """`phone` is E.164, `since` ms since 1970."""

    id: str
    phone: str
    since: int


class Account(Struct, frozen=True):
    """A conversation whose citizen proved a phone number at `since` (ms)."""

    conversation: str
    citizen: str
    phone: str
    since: int


class Citizens:
    def __init__(self, records: Records, shared: SharedStore, ids: Ids) -> None:
        self._records, self._shared, self._ids = records, shared, ids

    async def account(self, conversation: str) -> Account | None:
        record = await self._records.get(ACCOUNT, conversation)
        return msgspec.json.decode(record.body, type=Account) if record else None

    async def conversations(self, conversation: str) -> tuple[str, ...]:
        """This one first, then the others of the same citizen."""
        account = await self.account(conversation)
        if account is None:
            return (conversation,)
        found = await self._records.find(ACCOUNT, "citizen", account.citizen, n=MOST)
        return (conversation, *(record.id for record in found if record.id != conversation))

    async def of_phone(self, phone: str) -> str:
        """The id of the citizen who proved this number; a new one when it is the first time. Two at once get the
        same."""
        if known := await self._records.find(CITIZEN, "phone", phone, n=1):
            return known[0].id
        key, fresh = f"citizen:phone:{phone}", self._ids.unique()
        if await self._shared.add(key, fresh.encode(), CLAIM_MS):
            return fresh
        claimed = await self._shared.get(key)
        return claimed.decode() if claimed else await self.of_phone(phone)

    async def linked(self, citizen: str) -> tuple[str, ...]:
        """The conversations of a citizen."""
        return tuple(record.id for record in await self._records.find(ACCOUNT, "citizen", citizen, n=MOST))


async def unlinked(records: Records, conversation: str) -> list[Put]:
    """What the commit that forgets a conversation writes: its link goes, with the last of them the citizen."""
    record = await records.get(ACCOUNT, conversation)
    if record is None:
        return []
    citizen = msgspec.json.decode(record.body, type=Account).citizen
    others = [other for other in await records.find(ACCOUNT, "citizen", citizen, n=2) if other.id != conversation]
    return [Put(ACCOUNT, conversation, None), *([] if others else [Put(CITIZEN, citizen, None)])]


def links(conversation: str, proved: Verified, now: int, keep_ms: int) -> tuple[Put, Put]:
    """What the commit of the proof writes."""
    citizen = Citizen(proved.citizen, proved.phone, now)
    account = Account(conversation, proved.citizen, proved.phone, now)
    return (
        Put(CITIZEN, citizen.id, msgspec.json.encode(citizen), {"phone": citizen.phone}, now + keep_ms),
        Put(ACCOUNT, conversation, msgspec.json.encode(account), {"citizen": citizen.id}, now + keep_ms),
    )
