"""A proved phone number makes a conversation its citizen's, however it was proved."""
from __future__ import annotations

from dataclasses import dataclass

from gateway.api.access import Visitor
from gateway.callers import open_draft
from gateway.citizens import ACCOUNT, Citizens
from gateway.clock import Clock, to_ms
from gateway.errors import Conflict, Unavailable
from gateway.handover import Verified
from gateway.messages import Inbound
from gateway.outcomes import Outcomes
from gateway.protocols import Accept, LaneStore


@dataclass(frozen=True, slots=True)
class Linking:
    citizens: Citizens
    outcomes: Outcomes
    lanes: LaneStore
    accept: Accept
    clock: Clock

    async def link(self, caller: Visitor, phone: str, proof: str) -> None:
        """In the commit of the conversation's own turn. A session stays with whom it was linked to first."""
        account = await self.citizens.account(caller.conversation)
        citizen = await self.citizens.of_phone(phone)
        if account is not None:
            if account.citizen != citizen:
                raise Conflict("this session belongs to another number", code="already_linked")
            return
        found = await open_draft(self.citizens, self.lanes, citizen)
        channel = caller.conversation.partition(":")[0]
        told = Inbound(
            f"verified:{proof}", caller.conversation, channel, to_ms(self.clock.now()),
            Verified(citizen, phone, found), caller.language,
        )
        record = await self.outcomes.after(lambda: self.accept(told), caller.conversation, ACCOUNT, caller.conversation)
        if record is None:
            raise Unavailable("the conversation did not answer")
