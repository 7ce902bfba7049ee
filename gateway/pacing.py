"""Lane `in`, one step before the turn: news waits here for its hour, on channels whose messages disturb people.

News must not enter the conversation and go out later: a question would be open that nobody has seen, and the next bare
"1" would be its answer. So what may not go yet becomes a timer, and comes back whole. For the same reason nothing is
asked while somebody is busy answering something else.

An invitation is open in each conversation where it was asked: one that was answered on another channel, called off or
left too long is closed here before anybody's next words could be read as its answer.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from gateway import rating
from gateway.case_decision import FINAL
from gateway.clock import Clock, to_ms
from gateway.dialogue.draft import RatingDialog
from gateway.dialogue.draft import load as load_dialogue
from gateway.messages import CaseNews, CitizenContent, Elapsed, Inbound, decode_inbound, encode
from gateway.orders import CaseState, Reached
from gateway.outbox import Pace, Step, Wait
from gateway.protocols import Changes, Emit, Handler, LaneStore, Lease, Records
from gateway.recipient import load
from gateway.store.lanes import Msg

SILENT = frozenset({"rating_expired", "rated", "settled"})               # nothing is said
ASKING = frozenset({"rate", "rate_reminder", "question"})     # a question is open from then on
INVITING = frozenset({"rate", "rate_reminder"})
BUSY_MS = 10 * 60_000  # after their latest message in the middle of a form, or of a talk with staff


@dataclass(slots=True)
class _Held:
    """What of a lease does not reach the turn: by seq, what is stored in its place."""

    emits: dict[int, tuple[Emit, ...]] = field(default_factory=dict)

    def upto(self, seq: int) -> Iterator[Emit]:
        return (emit for at, emits in self.emits.items() if at <= seq for emit in emits)


@dataclass(frozen=True, slots=True)
class Pacing:
    """Handler of lane `in` around the turn's own. `paces` by channel."""

    turn: Handler
    paces: Mapping[str, Pace]
    lanes: LaneStore
    records: Records
    clock: Clock

    async def take_turn(self, lease: Lease) -> Changes:
        pace = self.paces.get(lease.key.partition(":")[0])
        if pace is None:
            return await self.turn(lease)
        lease = await self._without_past(lease)
        held, passed = await self._sorted(pace, lease)
        if not passed:
            return Changes(lease.msgs[-1].seq, emits=[*held.upto(lease.msgs[-1].seq)])
        changes = await self.turn(replace(lease, msgs=tuple(passed)))
        following = (msg.seq for msg in passed if msg.seq > changes.upto)
        upto = next(following, lease.msgs[-1].seq + 1) - 1  # what is held may stand behind the last that was dealt with
        return replace(changes, upto=upto, emits=[*changes.emits, *held.upto(upto)])

    async def _sorted(self, pace: Pace, lease: Lease) -> tuple[_Held, list[Msg]]:
        held, passed, reach = _Held(), list[Msg](), None
        inbounds = [decode_inbound(msg.body) for msg in lease.msgs]
        free = _free(lease.state, inbounds)
        for msg, inbound in zip(lease.msgs, inbounds, strict=True):
            news = _news(inbound)
            if news is None:
                passed.append(msg)
                continue
            if reach is None:
                reach = load((await self.lanes.state("out", lease.key))[0]).reach
            wait = pace.wait(news, inbound.at, reach)
            if wait is None and news in ASKING and free > to_ms(self.clock.now()):
                wait = Wait("any", "busy", free)
            if news in INVITING and await self._past(inbound.content) is not False:
                held.emits[msg.seq] = ()
            elif wait is None or (wait.until is None and news not in ASKING and news != "draft_reminder"):
                passed.append(msg)
            else:
                held.emits[msg.seq] = self._instead(inbound, wait, msg.seq)
        return held, passed

    async def _past(self, asked: object) -> bool | None:
        """Whether the round waits for no rating any more: it may have been given elsewhere, or called off, meanwhile.
        None where the case is unknown."""
        assert isinstance(asked, CaseNews | RatingDialog)
        kept = await self.records.get("work_order", asked.work_order_id)
        if kept is None:
            return None
        case = msgspec.json.decode(kept.body, type=CaseState)
        waits = case.invited == asked.round == case.round and case.status in FINAL
        return not waits or case.rated is not None or case.expired

    async def _without_past(self, lease: Lease) -> Lease:
        """The next invitation that waited comes behind what was written: nobody's words are its answer yet."""
        state = load_dialogue(lease.state)
        asked = [one for one in (state.rating, *state.ratings) if one is not None and one.wants_rework is None]
        past = [one for one in asked if await self._past(one)]
        if not past:
            return lease
        state = rating.without(state, past)
        told = Inbound(f"past:{lease.msgs[-1].seq}", lease.key, lease.key.partition(":")[0], to_ms(self.clock.now()),
                       CaseNews(past[0].work_order_id, "rated", past[0].round))
        next_ = (Msg(lease.msgs[-1].seq, encode(told)),) if state.ratings and state.draft is None else ()
        return replace(lease, state=encode(state), msgs=(*lease.msgs, *next_))

    def _instead(self, inbound: Inbound, wait: Wait, seq: int) -> tuple[Emit, ...]:
        """A timer, in the order in which things came; or the word in the case that nobody was told."""
        key, content = inbound.conversation, inbound.content
        if wait.until is not None:
            return (Emit("in", key, f"{key}:later:{seq:012d}", msgspec.json.encode(inbound), wait.until),)
        if not isinstance(content, CaseNews):
            return ()
        now = to_ms(self.clock.now())
        reached = Reached("not_told", content.news, content.round, (Step(wait.way, wait.why),), now)
        id_ = f"{key}:{inbound.id}:not_told"
        return (Emit("events", content.work_order_id, id_, msgspec.json.encode(reached)),)


def _free(state: bytes, inbounds: Sequence[Inbound]) -> int:
    """ms from when whoever is in the middle of something may be asked something else; 0 for who is not."""
    dialogue = load_dialogue(state)
    if dialogue.mode == "bot" and (dialogue.draft is None or dialogue.asked is None):
        return 0
    written = (one.at for one in inbounds if isinstance(one.content, CitizenContent))
    return max((dialogue.last, *written)) + BUSY_MS


def _news(inbound: Inbound) -> str | None:
    """What is said of our own accord; None for everything else."""
    match inbound.content:
        case CaseNews(news=news):
            return None if news in SILENT else news
        case Elapsed(timer="draft_reminder"):
            return "draft_reminder"
    return None
