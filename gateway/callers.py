"""Channels whose user is a phone number that the carrier answers for: it proves who writes, as a code does."""
from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from msgspec.structs import replace

from gateway.citizens import Citizens, links
from gateway.dialogue.draft import Dialogue, load
from gateway.dialogue.drafts import PAUSE_MS
from gateway.handover import OpenDraft, Verified
from gateway.protocols import LaneStore
from gateway.turn import Turn

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Callers:
    """`keep_ms`: how long it is kept who they are."""

    channels: Container[str]
    citizens: Citizens
    lanes: LaneStore
    keep_ms: int

    async def met(self, state: Dialogue, turn: Turn) -> tuple[Dialogue, OpenDraft | None]:
        """Whose conversation this is, in the turn's commit; who wrote their first message, or one after a long silence,
        also learns what they left open elsewhere."""
        number = turn.conversation.partition(":")[2]
        if turn.channel not in self.channels or not _E164.fullmatch(number):
            return state, None
        if state.phone is not None and (state.draft is not None or state.last > turn.now - PAUSE_MS):
            return state, None
        citizen = await self.citizens.of_phone(number)
        turn.puts += links(turn.conversation, Verified(citizen, number), turn.now, self.keep_ms)
        found = await open_draft(self.citizens, self.lanes, citizen, turn.conversation)
        return replace(state, phone=number), found


async def open_draft(citizens: Citizens, lanes: LaneStore, citizen: str, here: str = "") -> OpenDraft | None:
    """The draft that was written at last in the conversations of this citizen other than `here`."""
    newest: tuple[int, OpenDraft] | None = None
    for conversation in await citizens.linked(citizen):
        state = load((await lanes.state("in", conversation))[0])
        draft = state.draft
        if conversation != here and draft is not None and (newest is None or state.last > newest[0]):
            found = OpenDraft(conversation, draft.id, draft.template, draft.version, len(draft.order))
            newest = (state.last, found)
    return newest[1] if newest else None
