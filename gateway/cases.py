"""Handler of lane `events`, key = work order: decides (gateway/case_life.py) and commits what follows from it."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import structlog

from gateway.case_deadlines import LINES, late
from gateway.case_decision import Decision, Rules
from gateway.case_life import begin, decide
from gateway.clock import Clock, to_ms
from gateway.errors import Paused, Rejected
from gateway.messages import Inbound, encode
from gateway.observe import CASES_LATE, RATINGS
from gateway.orders import CaseItem, CaseState, Due, Filed, Happened, Taken
from gateway.protocols import Changes, Emit, Lease, Put, Records

CLAMP_MS = 300_000       # an event from more than 5 min ahead is taken as of now (rule 3 of casebridge/README.md)
UNKNOWN_MS = 86_400_000  # how long an event waits for its case to become known (rule 4)
WAIT_S = (5.0, 600.0)    # between two looks for it, at least and at most

log = structlog.get_logger(__name__)


class Cases:
    """Handler of lane `events`."""

    def __init__(self, records: Records, clock: Clock, rules: Rules, retain_ms: int) -> None:
        self._records = records
        self._clock = clock
        self._rules = rules
        self._retain_ms = retain_ms
        self._items: msgspec.json.Decoder[CaseItem] = msgspec.json.Decoder(CaseItem)
        self._states = msgspec.json.Decoder(CaseState)

    async def handle(self, lease: Lease) -> Changes:
        """All waiting items in order, one commit."""
        items = [(msg.seq, self._clamp(self._items.decode(msg.body))) for msg in lease.msgs]
        state = self._begun(lease, items)
        if state is None:
            return await self._elsewhere(lease, items[0][1])
        emits: list[Emit] = []
        cancel: list[str] = []
        puts: dict[str, Put] = {}
        for seq, item in items:
            decision = decide(state, item, self._rules)
            _count(state, decision.state)
            state = decision.state
            emits += _emits(decision, seq, item.at)
            cancel += (_timer(state, name) for name in decision.cancel)
            puts |= self._known_as(state, item)
        armed = {emit.dedupe for emit in emits if emit.due is not None}
        body = msgspec.json.encode(state)
        return Changes(
            items[-1][0], body, emits, (self.record(state, body), *puts.values()),
            cancel=[name for name in cancel if name not in armed],
        )

    def record(self, state: CaseState, body: bytes | None = None) -> Put:
        """The case as staff's lists and the citizen's look-up see it."""
        return record(state, self._retain_ms, body)

    def _begun(self, lease: Lease, items: Sequence[tuple[int, CaseItem]]) -> CaseState | None:
        """The case as it stands, or as it was filed; None for one that nobody filed here."""
        if lease.state:
            return self._states.decode(lease.state)
        filed = next((item for _, item in items if isinstance(item, Filed)), None)
        return begin(filed) if filed else None

    async def _elsewhere(self, lease: Lease, item: CaseItem) -> Changes:
        """Rule 4: the backend may have called the case by its own number, and be quicker than its own answer."""
        if not isinstance(item, Happened):
            raise Rejected("unknown case")
        found = await self._records.get("external", f"{item.event.source}:{lease.key}")
        if found is not None:
            head = lease.msgs[0]
            return Changes(head.seq, emits=[Emit("events", found.body.decode(), head.dedupe, head.body)])
        waited = to_ms(self._clock.now()) - (item.received or item.at)
        if waited > UNKNOWN_MS:
            raise Rejected("unknown case")
        raise Paused("unknown case", after_s=min(max(waited / 1000, WAIT_S[0]), WAIT_S[1]))

    def _known_as(self, state: CaseState, item: CaseItem) -> dict[str, Put]:
        """Record `external`, id = `system:number`: which work order the backend means by a number of its own."""
        if not isinstance(item, Taken):
            return {}
        id_ = f"{item.system}:{item.external_id}"
        expires = state.created + self._retain_ms
        return {id_: Put("external", id_, state.work_order_id.encode(), {"work_order": state.work_order_id}, expires)}

    def _clamp(self, item: CaseItem) -> CaseItem:
        """Rule 3: a source whose clock runs ahead does not push timers into the future."""
        now = to_ms(self._clock.now())
        return msgspec.structs.replace(item, at=now) if item.at > now + CLAMP_MS else item


def record(state: CaseState, retain_ms: int, body: bytes | None = None) -> Put:
    index = {
        "status": state.status, "department": state.department or "", "round": state.round,
        "template": (state.order.get("template") or {}).get("id", ""), "conversation": state.conversation,
        "created": state.created, "late": late(state) or "",
        "coordination": int(state.coordination),
    }
    expires = state.created + retain_ms
    return Put("work_order", state.work_order_id, body or msgspec.json.encode(state), index, expires)


def _count(before: CaseState, after: CaseState) -> None:
    """A rating counts once, however often it is added to. A deadline that passes is an alarm."""
    if before.rated is None and after.rated is not None:
        RATINGS.labels(after.rated.resolved).inc()
    for name in after.late[len(before.late):]:
        CASES_LATE.labels(LINES[name]).inc()
        log.warning("case_late", work_order=after.work_order_id, deadline=LINES[name], department=after.department)


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
