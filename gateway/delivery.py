"""Handler of lane `out`: which way a message goes to the citizen, and what becomes of it.

First to a push that waits for an answer, else through the channel's sender, one message or part of one at a time, so
that a failure repeats nothing that went. What a message about a case became stands in the case.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from gateway import outbox
from gateway.clock import Clock, to_ms
from gateway.errors import Paused, Retry
from gateway.messages import Outbound
from gateway.observe import OUTBOUND
from gateway.orders import Reached
from gateway.outbox import Heard, Moved, Quiet, Say, Sender, Sent, Step
from gateway.passive import PassiveAnswers
from gateway.protocols import Changes, Emit, LaneStore, Lease

ANSWERED = 8            # pushes whose answer is kept: a provider repeats the latest ones only
RECEIPTS = 20           # messages whose receipt may still come
OLDEST_MS = 72 * 3_600_000  # older than this a message tells nobody anything any more

T = TypeVar("T")
Outcome = Literal["told", "doubtful", "not_told", "delivered", "failed"]

log = structlog.get_logger(__name__)


class OutState(Struct, frozen=True):
    """State of one conversation's key.

    reach     the sender's own
    answered  by id of a push: the message it was answered with, None where that went another way
    part      (message, parts that went) of a message that is too long for one
    sent      by the platform's id: what may still be reported as not delivered
    """

    reach: str = ""
    answered: dict[str, Outbound | None] = {}
    part: tuple[str, int] = ("", 0)
    sent: dict[str, Say] = {}


_states = msgspec.json.Decoder(OutState)


def _load(body: bytes) -> OutState:
    return _states.decode(body) if body else OutState()


@dataclass(slots=True)
class _Work:
    """What one call does to one key."""

    user: str
    conversation: str
    now: int
    state: OutState
    emits: list[Emit] = field(default_factory=list)
    upto: int = 0

    @property
    def changes(self) -> Changes:
        return Changes(self.upto, msgspec.json.encode(self.state), self.emits)


class Delivery:
    """`senders` by channel."""

    def __init__(self, senders: Mapping[str, Sender], answers: PassiveAnswers, clock: Clock) -> None:
        self._senders, self._answers, self._clock = senders, answers, clock

    async def handle(self, lease: Lease) -> Changes:
        """What changes nothing outside, as far as it goes, and at most one send. Raises Retry or Paused, when nothing
        went before it."""
        conversation, now = lease.key, to_ms(self._clock.now())
        work = _Work(conversation.partition(":")[2], conversation, now, _load(lease.state))
        for msg in lease.msgs:
            item = outbox.decode(msg.body)
            if not self._inside(item, work):
                if work.upto:
                    break
                if not await self._outside(item, work):
                    break
            work.upto = msg.seq
        return work.changes

    # --- nothing leaves -----------------------------------------------------------------------------------------

    def _inside(self, item: outbox.OutItem, work: _Work) -> bool:
        """Whether the item is done without a call to the platform."""
        match item:
            case Heard(note):
                self._heard(note, work)
            case Quiet(answers):
                self._answers.release(work.conversation, answers)
                work.state = _answered(work.state, answers, None)
            case Say(message, answers):
                if work.state.part[0] == message.id:
                    return False
                if not self._answers.hand(work.conversation, answers, message):
                    return False
                OUTBOUND.labels(self._channel(work), "answer").inc()
                work.state = _answered(work.state, answers, message)
            case _:
                return False
        return True

    def _heard(self, note: str, work: _Work) -> None:
        noted = self._sender(work).heard(work.user, note, work.state.reach)
        work.state = OutState(noted.reach) if noted.gone else replace(work.state, reach=noted.reach)
        for receipt in noted.receipts:
            say = work.state.sent.get(receipt.id)
            if say is None:
                continue
            work.state = replace(
                work.state, sent={id_: one for id_, one in work.state.sent.items() if id_ != receipt.id})
            way = say.without[-1]
            self._report(say, "delivered" if receipt.delivered else "failed", (Step(way, receipt.why),), work)
            if not receipt.delivered:  # the next way
                dedupe = f"{say.message.id}:without:{len(say.without)}"
                work.emits.append(Emit("out", work.conversation, dedupe, msgspec.json.encode(say)))

    # --- a call to the platform ---------------------------------------------------------------------------------

    async def _outside(self, item: outbox.OutItem, work: _Work) -> bool:
        """Whether the item is done with, and not only a part of it."""
        sender = self._sender(work)
        if isinstance(item, Moved):
            reach = await sender.move(work.user, item, work.state.reach)
            work.state = replace(work.state, reach=reach)
            return True
        assert isinstance(item, Say)
        self._answers.release(work.conversation, item.answers)
        part = work.state.part[1] if work.state.part[0] == item.message.id else 0
        if work.now - item.message.at > OLDEST_MS:
            self._report(item, "not_told", (Step("any", "too_late"),), work)
            return True
        sent = await self._send(sender, item, part, work)
        self._note(item, sent, work)
        return not sent.more

    async def _send(self, sender: Sender, say: Say, part: int, work: _Work) -> Sent:
        try:
            return await sender.send(work.user, say, part, work.state.reach)
        except (Retry, Paused) as error:
            OUTBOUND.labels(self._channel(work), type(error).__name__.lower()).inc()
            raise

    def _note(self, say: Say, sent: Sent, work: _Work) -> None:
        OUTBOUND.labels(self._channel(work), sent.by or "no_way").inc()
        gone = 0 if not sent.more else work.state.part[1] + 1 if work.state.part[0] == say.message.id else 1
        state = replace(
            work.state, reach=sent.reach, part=(say.message.id, gone) if gone else ("", 0),
            answered=_answered(work.state, say.answers, None).answered,
        )
        if sent.id and sent.by and not sent.more:
            reported = replace(say, answers=(), without=(*say.without, sent.by))
            state = replace(state, sent=_newest({**state.sent, sent.id: reported}, RECEIPTS))
        work.state = state
        if not sent.more:
            self._report(say, _became(sent), sent.steps, work)
            if sent.by is None:
                log.warning("nobody_told", channel=self._channel(work), news=say.about.news if say.about else "")

    def _report(
        self, say: Say, what: Outcome, steps: tuple[Step, ...], work: _Work
    ) -> None:
        """To the case it is about, in the same commit."""
        about = say.about
        if about is None:
            return
        reached = Reached(what, about.news, about.round, tuple(steps), work.now)
        dedupe = f"{work.conversation}:{say.message.id}:{what}:{len(say.without)}"
        work.emits.append(Emit("events", about.work_order, dedupe, msgspec.json.encode(reached)))

    def _sender(self, work: _Work) -> Sender:
        return self._senders[self._channel(work)]

    def _channel(self, work: _Work) -> str:
        return work.conversation.partition(":")[0]


async def kept(lanes: LaneStore, conversation: str, id_: str) -> tuple[bool, Outbound | None]:
    """What a push was answered with before this process began; passive.Kept."""
    answered = _load((await lanes.state("out", conversation))[0]).answered
    return id_ in answered, answered.get(id_)


def _became(sent: Sent) -> Outcome:
    if sent.by is None:
        return "not_told"
    return "told" if sent.sure else "doubtful"


def _answered(state: OutState, ids: tuple[str, ...], message: Outbound | None) -> OutState:
    """The latest id was told the message, the others of its turn nothing."""
    told: dict[str, Outbound | None] = {**state.answered, **dict.fromkeys(ids, None)}
    if ids:
        told[ids[-1]] = message
    return replace(state, answered=_newest(told, ANSWERED))


def _newest(entries: dict[str, T], most: int) -> dict[str, T]:
    return dict(list(entries.items())[-most:])
