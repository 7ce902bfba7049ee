"""Channels whose user is a phone number that the carrier answers for: it proves who writes, as a code does."""
from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from gateway.citizens import Citizens
from gateway.dialogue.draft import Dialogue, load
from gateway.dialogue.drafts import PAUSE_MS
from gateway.handover import OpenDraft, Verified
from gateway.protocols import LaneStore

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Callers:
    channels: Container[str]
    citizens: Citizens
    lanes: LaneStore

    async def met(self, conversation: str, state: Dialogue, now: int) -> Verified | None:
        """Who this is, with what they left open elsewhere: at the first message, and again after a long silence.
        None for whoever is no caller, or is in the middle of something."""
        channel, _, number = conversation.partition(":")
        if channel not in self.channels or not _E164.fullmatch(number):
            return None
        if state.phone is not None and (state.draft is not None or state.last > now - PAUSE_MS):
            return None
        citizen = await self.citizens.of_phone(number)
        return Verified(citizen, number, await open_draft(self.citizens, self.lanes, citizen, conversation))


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
