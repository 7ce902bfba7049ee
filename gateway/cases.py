"""Handler of lane `events`, key = work order: decides (gateway/case_life.py) and commits what follows from it."""
from __future__ import annotations

from collections.abc import Iterable

import msgspec

from gateway.case_life import Decision, Rules, begin, decide
from gateway.clock import Clock, to_ms
from gateway.errors import Uncertain
from gateway.messages import Inbound, encode
from gateway.observe import RATINGS
from gateway.orders import CaseItem, CaseState, Due, Filed
from gateway.protocols import Changes, Emit, Lease, Put

CLAMP_MS = 300_000  # an event from more than 5 min ahead is taken as of now (rule 3 of casebridge/README.md)


class Cases:
    """Handler of lane `events`."""

    def __init__(self, clock: Clock, rules: Rules, retain_ms: int) -> None:
        self._clock = clock
        self._rules = rules
        self._retain_ms = retain_ms
        self._items: msgspec.json.Decoder[CaseItem] = msgspec.json.Decoder(CaseItem)
        self._states = msgspec.json.Decoder(CaseState)

    async def handle(self, lease: Lease) -> Changes:
        """All waiting items in order, one commit. An event before its case is known is parked (rule 4)."""
        state = self._states.decode(lease.state) if lease.state else None
        emits: list[Emit] = []
        cancel: list[str] = []
        upto = 0
        for msg in lease.msgs:
            item = self._clamp(self._items.decode(msg.body))
            if isinstance(item, Filed):
                state = state or begin(item)
            elif state is None:
                if upto == 0:
                    raise Uncertain("unknown case")
                break
            else:
                decision = decide(state, item, self._rules)
                _count(state, decision.state)
                state = decision.state
                emits += _emits(decision, msg.seq, item.at)
                cancel += (_timer(state, name) for name in decision.cancel)
            upto = msg.seq
        assert state is not None
        armed = {emit.dedupe for emit in emits if emit.due is not None}
        body = msgspec.json.encode(state)
        return Changes(
            upto, body, emits, (self.record(state, body),), cancel=[name for name in cancel if name not in armed]
        )

    def record(self, state: CaseState, body: bytes | None = None) -> Put:
        """The case as staff's lists and the citizen's look-up see it."""
        return record(state, self._retain_ms, body)

    def _clamp(self, item: CaseItem) -> CaseItem:
        """Rule 3: a source whose clock runs ahead does not push timers into the future."""
        now = to_ms(self._clock.now())
        return msgspec.structs.replace(item, at=now) if item.at > now + CLAMP_MS else item


def record(state: CaseState, retain_ms: int, body: bytes | None = None) -> Put:
    index = {
        "status": state.status, "department": state.department or "", "round": state.round,
        "template": (state.order.get("template") or {}).get("id", ""), "conversation": state.conversation,
        "created": state.created,
    }
    expires = state.created + retain_ms
    return Put("work_order", state.work_order_id, body or msgspec.json.encode(state), index, expires)


def _count(before: CaseState, after: CaseState) -> None:
    """A rating counts once, however often it is added to."""
    if before.rated is None and after.rated is not None:
        RATINGS.labels(after.rated.resolved).inc()


def _timer(state: CaseState, name: str) -> str:
    return f"{state.work_order_id}:{name}"


def _emits(decision: Decision, seq: int, at: int) -> Iterable[Emit]:
    """I5: ids of what goes out follow from the case and the item's seq, the same at every retry. `at`: the item's."""
    state = decision.state
    channel = state.conversation.partition(":")[0]
    for ordinal, news in enumerate(decision.news):
        id_ = f"{state.work_order_id}:{seq}:{ordinal}"
        inbound = Inbound(id_, state.conversation, channel, at, news)
        yield Emit("in", state.conversation, id_, encode(inbound))
    for op in decision.ops:
        yield Emit("case", state.work_order_id, op.key, msgspec.json.encode(op))
    for name, due in decision.arm:
        body = msgspec.json.encode(Due(name, state.round, due))
        yield Emit("events", state.work_order_id, _timer(state, name), body, due)
