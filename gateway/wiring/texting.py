"""News of a case of another channel, told by SMS: it enters the conversation of the number that the citizen gave for
the case, which words it, asks for the rating there, and has the answer go to the right case.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import msgspec

from channels.sms.sending import CHANNEL
from channels.sms.traffic import digest
from gateway.clock import Clock, to_ms
from gateway.errors import Rejected, Retry
from gateway.fields.phone import mobile
from gateway.messages import CaseNews, Inbound, conversation_key, encode
from gateway.orders import CaseState
from gateway.outbox import About, Pace
from gateway.protocols import LaneStore, Records
from gateway.recipient import load
from gateway.store.lanes import Outcome

_NEWS = frozenset(get_args(get_type_hints(CaseNews)["news"]))
FULL_S = 30.0


@dataclass(frozen=True, slots=True)
class CaseTexter:
    """Implements gateway.outbox.Texter."""

    lanes: LaneStore
    records: Records
    pace: Pace
    clock: Clock

    async def text(self, about: About, key: str, words: str) -> None:
        """Stored when it returns. `words` are those of the other channel and stay there."""
        case = await self._case(about.work_order)
        conversation = conversation_key(CHANNEL, _phone(case.order))
        now = to_ms(self.clock.now())
        reach = load((await self.lanes.state("out", conversation))[0]).reach
        wait = self.pace.wait(about.news, now, reach)
        if wait is not None and wait.until is None:
            raise Rejected(wait.why)
        known, _ = await self.lanes.state("in", conversation)
        id_ = f"news {digest(key)}"
        language = None if known else str(case.order.get("language") or "zh")
        inbound = Inbound(id_, conversation, CHANNEL, now, _news(about, case), language)
        done = await self.lanes.ingest("in", conversation, id_, encode(inbound))
        if done.outcome is Outcome.FULL:
            raise Retry("mailbox full", after_s=FULL_S)

    async def _case(self, work_order: str) -> CaseState:
        kept = await self.records.get("work_order", work_order)
        if kept is None:
            raise Rejected("no such case")
        return msgspec.json.decode(kept.body, type=CaseState)


def _phone(order: dict[str, Any]) -> str:
    """Raises Rejected: nobody is to be called, or text messages do not reach the number."""
    complainant = order.get("complainant") or {}
    if complainant.get("kind") == "anonymous" or complainant.get("contact_preference") == "none":
        raise Rejected("not to be contacted")
    phone = mobile(str(complainant.get("phone") or ""))
    if phone is None:
        raise Rejected("no mobile number")
    return phone


def _news(about: About, case: CaseState) -> CaseNews:
    """With what its department said. Raises Rejected."""
    if about.news not in _NEWS:
        raise Rejected("no news of a case")
    told = next((line for line in reversed(case.history) if line.what == about.news), None)
    return msgspec.convert({
        "work_order_id": about.work_order, "news": about.news, "round": about.round,
        "text": told.text if told else None, "text_en": told.text_en if told else None,
        "department": (told.department if told else None) or case.department, "due": case.due,
    }, CaseNews)
