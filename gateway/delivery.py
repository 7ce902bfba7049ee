"""Handler of lane `out`: which way a message goes to the citizen, and what becomes of it.

First to a push that waits for an answer, else through the channel's sender, one message or part of one in a commit, so
that a failure repeats nothing that went. What cannot go yet is put off and keeps its place before what is said later;
behind it the mailbox goes on, so that a push is answered and a window seen to open meanwhile. What a message about a
case became stands in the case.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec
import structlog
from msgspec.structs import replace

from gateway import outbox
from gateway.clock import Clock, to_ms
from gateway.errors import Paused, Retry
from gateway.messages import Outbound
from gateway.observe import OUTBOUND
from gateway.orders import Reached
from gateway.outbox import Again, Heard, Learnt, Moved, Quiet, Receipt, Say, Sender, Sent, Step
from gateway.passive import PassiveAnswers
from gateway.protocols import Changes, Emit, LaneStore, Lease
from gateway.recipient import LATER, OLDEST_MS, Recipient, load
from gateway.store.lanes import Msg

SOON_S, SELDOM_S = 5.0, 600.0  # between two tries of a message: a quarter of its age, within these
MOVE_S = 30.0                  # between two tries to move a conversation
ANSWER = "answer"              # the way of a message that a push of theirs waited for
Outcome = Literal["told", "doubtful", "not_told", "delivered", "failed"]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Work:
    """What one call does to one key."""

    conversation: str
    now: int
    state: Recipient
    emits: list[Emit] = field(default_factory=list)
    cancel: list[str] = field(default_factory=list)
    upto: int = 0

    @property
    def channel(self) -> str:
        return self.conversation.partition(":")[0]

    @property
    def user(self) -> str:
        return self.conversation.partition(":")[2]

    def queue(self, item: outbox.OutItem, dedupe: str, due: int | None = None) -> None:
        self.emits.append(Emit("out", self.conversation, dedupe, msgspec.json.encode(item), due))

    def timer(self, name: str) -> str:
        return f"{self.conversation}:out:{name}"

    def changes(self) -> Changes:
        if (due := self.state.untidy_at) is not None:
            self.queue(Again(), self.timer("tidy"), due)
        return Changes(self.upto, msgspec.json.encode(self.state), self.emits, cancel=self.cancel)


class Delivery:
    """`senders` by channel."""

    def __init__(self, senders: Mapping[str, Sender], answers: PassiveAnswers, clock: Clock) -> None:
        self._senders, self._answers, self._clock = senders, answers, clock

    async def handle(self, lease: Lease) -> Changes:
        """Notes as many as there are, then one item more: what raises has nothing behind it that would be done twice.
        """
        work = _Work(lease.key, to_ms(self._clock.now()), load(lease.state))
        for n, msg in enumerate(lease.msgs):
            item = outbox.decode(msg.body)
            inside = await self._inside(item, lease.msgs[n:], work)
            if not inside and (work.upto or not await self._outside(item, work)):
                break
            work.upto = msg.seq
            if not isinstance(item, Heard):
                break
        return work.changes()

    # --- nothing leaves -----------------------------------------------------------------------------------------

    async def _inside(self, item: outbox.OutItem, msgs: Sequence[Msg], work: _Work) -> bool:
        """Whether the item, the first of `msgs`, is done without a call to the platform."""
        match item:
            case Heard(note):
                self._heard(note, msgs[0].seq, work)
            case Quiet(answers):
                self._answers.release(work.conversation, answers)
                work.state = work.state.answers(answers)
            case Again():
                self._again(msgs, work)
            case Say():
                return await self._handed(item, work)
            case _:
                return False
        return True

    async def _handed(self, say: Say, work: _Work) -> bool:
        """To a push of theirs that waits."""
        if work.state.parts_of(say):
            return False
        taker = await self._answers.give(work.conversation, say.answers, say.message)
        if taker is None:
            return False
        OUTBOUND.labels(work.channel, ANSWER).inc()
        self._report(say, "told", (Step(ANSWER),), work)
        work.state = work.state.answers(say.answers, taker, say.message)
        return True

    def _heard(self, note: str, seq: int, work: _Work) -> None:
        sender = self._senders.get(work.channel)
        if sender is None:
            return
        noted = sender.heard(work.user, note, work.state.reach)
        work.state = replace(work.state, reach=noted.reach)
        for receipt in noted.receipts:
            self._received(receipt, work)
        if noted.gone:
            self._return(seq, work)
            work.state = Recipient(noted.reach)
        elif work.state.later:  # a way may be open now
            work.queue(Again(), f"again.{seq}")

    def _received(self, receipt: Receipt, work: _Work) -> None:
        """What did not arrive goes the next way."""
        say = work.state.sent.get(receipt.id)
        if say is None:
            return
        work.state = work.state.received(receipt.id)
        self._report(say, "delivered" if receipt.delivered else "failed", (Step(say.without[-1], receipt.why),), work)
        if not receipt.delivered:
            work.queue(say, f"{say.message.id}:without:{len(say.without)}")

    # --- what could not go yet ----------------------------------------------------------------------------------

    def _again(self, msgs: Sequence[Msg], work: _Work) -> None:
        """Everything that was put off is tried, in its order, behind what came meanwhile: that joins it first."""
        work.state = work.state.tidy(work.now)
        if not work.state.later:
            return
        seq, *_ = (msg.seq for msg in msgs)
        if any(isinstance(outbox.decode(msg.body), Say | Moved) for msg in msgs[1:]):
            work.queue(Again(), f"again.{seq}")
        else:
            self._return(seq, work)

    def _return(self, seq: int, work: _Work) -> None:
        for n, item in enumerate(work.state.later):
            work.queue(item, f"again.{seq}.{n}")
        work.state = replace(work.state, later=())
        work.cancel.append(work.timer("again"))

    def _put_off(self, item: Say | Moved, work: _Work) -> None:
        """One that is too many is given up: the oldest."""
        work.state = replace(work.state, later=(*work.state.later, item))
        if len(work.state.later) > LATER:
            oldest, *others = work.state.later
            work.state = replace(work.state, later=tuple(others))
            self._give_up(oldest, "too_many", work)

    # --- a call to the platform ---------------------------------------------------------------------------------

    async def _outside(self, item: outbox.OutItem, work: _Work) -> bool:
        """Whether the item is done with, and not only a part of it."""
        assert isinstance(item, Say | Moved)
        if isinstance(item, Say):
            self._answers.release(work.conversation, item.answers)
            work.state = work.state.answers(item.answers)
            if work.now - item.message.at > OLDEST_MS:
                self._give_up(item, "too_late", work)
                return True
        if work.state.later:
            self._put_off(item, work)
            return True
        try:
            return await self._sent(item, work)
        except (Retry, Paused) as error:
            OUTBOUND.labels(work.channel, "retry" if isinstance(error, Retry) else "paused").inc()
            if isinstance(error, Learnt):
                work.state = replace(work.state, reach=error.reach)
            self._put_off(item, work)
            work.queue(Again(), work.timer("again"), work.now + int(_pause_s(item, error, work.now) * 1000))
            return True

    async def _sent(self, item: Say | Moved, work: _Work) -> bool:
        sender = self._senders.get(work.channel)
        if sender is None:
            raise Paused("no such channel is configured any more")
        if isinstance(item, Moved):
            reach = await sender.move(work.user, item, work.state.reach)
            work.state = replace(work.state, reach=reach)
            return True
        sent = await sender.send(work.user, item, work.state.parts_of(item), work.state.reach)
        self._note(item, sent, work)
        return not sent.more

    def _note(self, say: Say, sent: Sent, work: _Work) -> None:
        OUTBOUND.labels(work.channel, sent.by or ("later" if sent.later else "no_way")).inc()
        state = replace(work.state, reach=sent.reach)
        if sent.later:
            work.state = state
            work.queue(say, work.timer(f"later:{say.message.id}"), sent.later)
            return
        if sent.more:
            work.state = state.goes_on(say)
            return
        work.state = replace(state, part=("", 0))
        if sent.id and sent.by:
            work.state = work.state.awaits(sent.id, replace(say, answers=(), without=(*say.without, sent.by)))
        self._report(say, _became(sent), sent.steps, work)
        if sent.by is None:
            missed = log.warning if say.about else log.info  # a receipt of a form that was posted shows on its page
            missed("nobody_told", channel=work.channel, news=say.about.news if say.about else "")

    # --- the case it is about -----------------------------------------------------------------------------------

    def _give_up(self, item: Say | Moved, why: str, work: _Work) -> None:
        log.warning("given_up", channel=work.channel, why=why)
        if isinstance(item, Say):
            OUTBOUND.labels(work.channel, why).inc()
            self._report(item, "not_told", (Step("any", why),), work)

    def _report(self, say: Say, what: Outcome, steps: tuple[Step, ...], work: _Work) -> None:
        """In the same commit."""
        about = say.about
        if about is None:
            return
        reached = Reached(what, about.news, about.round, tuple(steps), work.now)
        dedupe = f"{work.conversation}:{say.message.id}:{what}:{len(say.without)}"
        work.emits.append(Emit("events", about.work_order, dedupe, msgspec.json.encode(reached)))


async def kept(lanes: LaneStore, conversation: str, id_: str) -> tuple[bool, Outbound | None]:
    """What a push was answered with before this process began; passive.Kept."""
    answered = load((await lanes.state("out", conversation))[0]).answered
    return id_ in answered, answered.get(id_)


def _pause_s(item: Say | Moved, error: Retry | Paused, now: int) -> float:
    grown = min((now - item.message.at) / 4_000, SELDOM_S) if isinstance(item, Say) else MOVE_S
    return max(error.after_s or SOON_S, grown)


def _became(sent: Sent) -> Outcome:
    if sent.by is None:
        return "not_told"
    return "told" if sent.sure else "doubtful"
