"""A person who left the channel is forgotten: draft, contact, phone, words, files, the link to who they are.

WeChat asks for it at `unsubscribe` (WECHAT.md, "Receiving", 8). Cases that were filed stay under their own number
(record `work_order`) with their files. Nothing is said. Who comes back is somebody new.

A commit removes at most MOST transcript lines and MOST files; where there is more, an item to the same mailbox goes on
with it, and does not touch what was said meanwhile.
"""
from __future__ import annotations

from msgspec.structs import replace

from gateway.citizens import unlinked
from gateway.dialogue.draft import Dialogue
from gateway.handover import Forgotten
from gateway.messages import Inbound, encode
from gateway.protocols import Emit, Put, Records
from gateway.turn import Turn
from gateway.uploads import Uploads

MOST = 300  # records of a kind in one commit, some milliseconds of the store's writer; a usual conversation has 50
TIMERS = ("draft_reminder", "draft_expiry")


async def forget(state: Dialogue, item: Inbound, what: Forgotten, turn: Turn, uploads: Uploads) -> Dialogue:
    """Into the turn's changes; returns what is left of the state: the turn's number, so that no id comes twice."""
    first = not what.upto
    last = turn.number if first else what.upto
    if first:
        turn.cancel += (turn.timer(name, state.draft.id) for name in TIMERS if state.draft)
        turn.puts.append(Put("conversation", turn.conversation, None))
        turn.puts += await unlinked(uploads.records, turn.conversation)
    files = await uploads.unused(turn.conversation, item.at, MOST)
    lines = await _lines(turn.conversation, last, uploads.records)
    turn.puts += (*(uploads.dropped(info) for info in files), *(Put("transcript", id_, None) for id_ in lines))
    if MOST in (len(files), len(lines)):
        rest = replace(item, id=f"{turn.conversation}:forget:{turn.number}", content=Forgotten(last), note="")
        turn.emits.append(Emit("in", turn.conversation, rest.id, encode(rest)))
    return replace(Dialogue() if first else state, turn=turn.number)


async def _lines(conversation: str, last: int, records: Records) -> list[str]:
    """Ids of the oldest lines, of turns up to `last`."""
    behind = f"{conversation}:{last + 1:08d}"
    found = await records.find("transcript", "conversation", conversation, n=MOST)
    return [record.id for record in found if record.id < behind]
