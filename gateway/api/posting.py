"""One POST of a work order: read at once, stored as an item of the caller's conversation, answered from its commit.

The turn files it, as it files what was said yes to in the chat. The caller's key is claimed first and names
everything after it, so a repeat finds the work order, or makes it if a crash came in between, and never a second one.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gateway.api.access import Visitor
from gateway.api.wording import refusal
from gateway.citizens import Account, Citizens
from gateway.clock import Clock, Ids, to_ms
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.fill import FILES
from gateway.dialogue.forms import Fault
from gateway.dialogue.posted import read_order
from gateway.dialogue.template import Template
from gateway.dialogue.understood import Known, Understood
from gateway.errors import Conflict, NotFound, Unprocessable
from gateway.fields.city import City
from gateway.messages import FormFields, Inbound, Order, Text
from gateway.orders import Posted
from gateway.outcomes import Outcomes
from gateway.protocols import Accept, Records, SharedStore
from gateway.replies import Replies
from gateway.uploads import Uploads

COME_BACK_S = 1.0
_UPLOAD = re.compile(r"[0-9a-f]{32}")


class OrderRequest(Struct, frozen=True):
    """`version` None: the newest. A field that is null is left out. `insist`: what the rules between fields say was
    read, and is not held against the form any more, as in the chat (gateway/dialogue/rules.py)."""

    template: str
    fields: dict[str, str | int | float | bool | list[str] | None]
    version: int | None = None
    insist: bool = False

    @property
    def filled(self) -> FormFields:
        return {name: value for name, value in self.fields.items() if value is not None}

    @property
    def digest(self) -> str:
        """The same for the same content, however its members are ordered."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


class _Claim(Struct, frozen=True):
    """Whose conversation a key was first used in, and for what; `id` names the item and its answer from then on, so
    that what an earlier use of the key has left behind, long after it was forgotten, is nobody's answer."""

    id: str
    conversation: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """`keep_ms` is how long a key is remembered: as long as the mailboxes remember what they had."""

    catalog: Catalog
    city: City
    replies: Replies
    uploads: Uploads
    citizens: Citizens
    records: Records
    shared: SharedStore
    accept: Accept
    clock: Clock
    ids: Ids
    keep_ms: int

    async def post(self, visitor: Visitor, asked: OrderRequest, key: str) -> Posted:
        """Raises NotFound (template), Unprocessable (fields, or the key was used for another content), Conflict
        (still running), RateLimited and Unavailable."""
        account = await self.citizens.account(visitor.conversation)
        owners = await self._owners(visitor.conversation, account)
        name, claim = await self._known(owners, key)
        if claim is not None:
            self._same(claim, asked, visitor.language)
            if posted := await self._posted(claim.id):
                return posted
        now = self.clock.now()
        order = await self._read(visitor, account, asked, now)
        claim = claim or await self._claim(name, _Claim(self.ids.unique(), visitor.conversation, asked.digest))
        self._same(claim, asked, visitor.language)
        channel = claim.conversation.partition(":")[0]
        return await self._file(Inbound(
            f"order:{claim.id}", claim.conversation, channel, to_ms(now), replace(order, answer=claim.id),
            visitor.language,
        ), claim.id)

    # --- the key --------------------------------------------------------------------------------------------

    async def _owners(self, conversation: str, account: Account | None) -> Sequence[str]:
        """Who may have used the key before: the citizen, and each conversation before it was theirs."""
        if account is None:
            return [conversation]
        return [account.citizen, *await self.citizens.linked(account.citizen)]

    async def _known(self, owners: Sequence[str], key: str) -> tuple[str, _Claim | None]:
        """The claim of this key; the first owner's name for it when there is none."""
        for owner in owners:
            name = _name(owner, key)
            if body := await self.shared.get(f"order:{name}"):
                return name, msgspec.json.decode(body, type=_Claim)
        return _name(owners[0], key), None

    async def _claim(self, name: str, claim: _Claim) -> _Claim:
        """The first one's, when two come at once."""
        if await self.shared.add(f"order:{name}", msgspec.json.encode(claim), self.keep_ms):
            return claim
        body = await self.shared.get(f"order:{name}")
        return msgspec.json.decode(body, type=_Claim) if body else claim

    def _same(self, claim: _Claim, asked: OrderRequest, language: str) -> None:
        if claim.content != asked.digest:
            words = self.replies.render(language, "web", "problem.mismatch")
            raise Unprocessable(words, code="idempotency_mismatch")

    # --- the form -------------------------------------------------------------------------------------------

    async def _read(
        self, visitor: Visitor, account: Account | None, asked: OrderRequest, now: datetime
    ) -> Order:
        """An order without fault, that no answer waits for yet."""
        template = self._template(asked, visitor.language)
        kinds = await self._kinds(template, asked.filled, visitor.conversation)
        order = Order(template.id, template.version, asked.filled, kinds, "")
        local = now.astimezone(ZoneInfo(self.city.time_zone))
        known = Known(phone=account.phone if account else None)
        turn = Understood(Text(""), local, self.city, known=known)
        _, faults = read_order(self.catalog, turn, visitor.language, order)
        if faults := [fault for fault in faults if not (asked.insist and fault.said)]:
            raise refusal(self.replies, visitor.language, faults, template)
        return order

    def _template(self, asked: OrderRequest, language: str) -> Template:
        newest = self.catalog.newest.get(asked.template)
        if newest is None:
            raise NotFound("no such template")
        template = self.catalog.versions.get((newest.id, asked.version or newest.version))
        if template is None:
            raise refusal(self.replies, language, [Fault("version", "version", {})])
        return template

    async def _kinds(self, template: Template, fields: FormFields, conversation: str) -> dict[str, str]:
        """Media types of the uploads that are named and that the caller owns."""
        named = [
            id_ for field in template.fields if field.type in FILES and isinstance(ids := fields.get(field.id), list)
            for id_ in ids if _UPLOAD.fullmatch(id_)
        ]
        if not named:
            return {}
        theirs = await self.citizens.conversations(conversation)
        infos = [info for id_ in dict.fromkeys(named) if (info := await self.uploads.info(id_)) is not None]
        return {info.id: info.media_type for info in infos if info.owner in theirs}

    # --- the turn -------------------------------------------------------------------------------------------

    async def _file(self, inbound: Inbound, answer: str) -> Posted:
        """Into the mailbox; who comes second is told to come back, and finds it then."""
        async def begin() -> None:
            if await self.accept(inbound) == "duplicate" and await self._posted(answer) is None:
                raise Conflict("this is being filed", code="running", retry_after=COME_BACK_S)

        record = await Outcomes(self.records, self.shared).after(begin, inbound.conversation, "posted", answer)
        if record is None:
            raise Conflict("this is being filed", code="running", retry_after=COME_BACK_S)
        return msgspec.json.decode(record.body, type=Posted)

    async def _posted(self, answer: str) -> Posted | None:
        record = await self.records.get("posted", answer)
        return msgspec.json.decode(record.body, type=Posted) if record else None


def _name(owner: str, key: str) -> str:
    return hashlib.sha256(f"{owner}\0{key}".encode("utf-8", "replace")).hexdigest()[:32]
