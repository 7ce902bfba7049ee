"""What is said about a case: operations toward the backend, its events, staff's acts, the citizen's rating, the state.

The work order itself is gateway/work_order.py.
"""
from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from gateway.outbox import Step

Resolved = Literal["yes", "partly", "no", "unknown"]
EventType = Literal[
    "case.accepted", "case.dispatched", "case.progress", "case.question", "case.closed", "case.rejected",
    "case.cancelled", "case.reopened",
]


OpName = Literal["submit", "comment", "rework", "rating", "withdraw"]


class CaseOp(Struct, frozen=True):
    """One operation toward the backend (lane `case`, key = work_order_id).

    key      idempotency key `work_order_id:op:n`; the same at every retry
    arrived  the backend has it under this number, as a person found out: nothing is sent
    """

    op: OpName
    work_order_id: str
    n: int
    payload: dict[str, Any]
    at: int  # ms since 1970, when it was decided or taken up again by a person; the bridge gives up by this age
    arrived: str | None = None

    @property
    def key(self) -> str:
        return f"{self.work_order_id}:{self.op}:{self.n}"


class EventData(Struct, frozen=True):
    """status: `unchanged` for words that are no step, whatever the type; round: absent where the backend does not count
    them; related: the case (ours or theirs) that this one repeats."""

    status: str | None = None
    round: int | None = None
    reply: str | None = None
    reply_en: str | None = None
    department: str | None = None
    due: str | None = None
    related: str | None = None


class CaseEvent(Struct, frozen=True):
    """What a backend says about a case (WIRE.md, "Case events"); `type` wins over data.status.

    subject  our work_order_id, or the backend's own number of the case
    seq      of this case, growing; None where the source has none: then (time, id) is the order
    """

    id: str
    type: EventType
    time: str
    source: str
    subject: str
    seq: int | None = None
    data: EventData = EventData()


class RatingAnswer(Struct, frozen=True):
    """The citizen's judgement of one round. contacted 响应, resolved 解决, satisfaction 满意 1…5."""

    work_order_id: str
    round: int
    resolved: Resolved = "unknown"
    satisfaction: int | None = None
    contacted: Literal["yes", "no", "unknown"] = "unknown"
    reason: str | None = None
    wants_rework: bool = False


class StaffAction(Struct, frozen=True):
    """What a member of staff does to a case on the staff page.

    id    made by the page, so that a double click acts once
    text  the reply or question to the citizen, or the reason
    """

    id: str
    act: Literal["accept", "dispatch", "progress", "question", "close", "reject"]
    who: str
    department: str | None = None
    text: str | None = None


class Filed(Struct, frozen=True, tag="filed"):
    """First item of a case's mailbox (lane `events`): the work order as the citizen confirmed it.

    completeness  0 to 1 (gateway/dialogue/completeness.py); the order's schema has no place for it
    """

    order: dict[str, Any]
    conversation: str
    at: int
    completeness: float | None = None


class Posted(Struct, frozen=True):
    """Record `posted`: what an order over the API has become; its id follows from the caller's Idempotency-Key.
    The look-up code follows from the number (gateway/seal.py)."""

    work_order_id: str
    status: str
    due: str | None


class Happened(Struct, frozen=True, tag="happened"):
    """A backend's event, proved and stored. at: the event's own time; received: ours."""

    event: CaseEvent
    at: int
    received: int = 0


class Answered(Struct, frozen=True, tag="answered"):
    """The citizen rated a round, or changed the rating; `by`: the conversation in which, "" for none."""

    answer: RatingAnswer
    at: int
    by: str = ""


class Added(Struct, frozen=True, tag="added"):
    """The citizen added words to the case, or files (entries of the order's `attachments`), or urges it."""

    text: str
    urge: bool
    at: int
    attachments: tuple[dict[str, Any], ...] = ()


class Due(Struct, frozen=True, tag="due"):
    """A timer of this case fired: invite, remind, expire, rework, or one of gateway/case_deadlines.py."""

    timer: str
    round: int
    at: int


class Taken(Struct, frozen=True, tag="taken"):
    """The backend has an operation (gateway/protocols.py, Receipt). seq: of its own, where it counts; round: of a
    rework. at: when the operation was decided, since what the backend does of it comes after that, and maybe before its
    answer is heard."""

    op: OpName
    key: str
    external_id: str
    system: str
    at: int
    seq: int | None = None
    round: int | None = None
    url: str | None = None


class Reached(Struct, frozen=True, tag="reached"):
    """What became of the news of a case on the citizen's channel (gateway/delivery.py), with every way looked at.

    what  told; doubtful: it may have arrived; not_told: no way was open; delivered, failed: the platform's receipt
    """

    what: Literal["told", "doubtful", "not_told", "delivered", "failed"]
    news: str
    round: int
    steps: tuple[Step, ...]
    at: int


class Revised(Struct, frozen=True, tag="revised"):
    """Staff corrected the work order that the backend had refused. changes: a merge patch of it; by: who."""

    changes: dict[str, Any]
    revision: int
    by: str
    at: int


CaseItem = Filed | Happened | Answered | Added | Due | Taken | Reached | Revised


class HistoryLine(Struct, frozen=True):
    """One line of a case's history, for staff and citizen. what: filed, an event type without `case.`, rated,
    rework, supplement, urged, no_reply, due_soon, overdue; for staff only late_accept, late_contact, revised and those
    of Reached, whose text names the news and the ways.

    event  `source:id` of the event it tells of; ahead: its source's clock ran ahead of ours
    """

    at: int
    what: str
    round: int = 0
    text: str | None = None
    department: str | None = None
    answer: RatingAnswer | None = None
    text_en: str | None = None
    event: str | None = None
    ahead: bool = False


class Mark(Struct, frozen=True):
    """Where an event stands in the order of its source: (seq, "") of one that counts, else (its time in ms, its id)."""

    source: str
    n: int
    id: str = ""

    def after(self, other: Mark | None) -> bool:
        """Between two sources, and two ways of counting, the order is that in which they were heard."""
        alike = other is not None and (other.source, other.id == "") == (self.source, self.id == "")
        return other is None or not alike or (self.n, self.id) > (other.n, other.id)


class CaseState(Struct, frozen=True):
    """The life of one case: state of its `events` key, and record `work_order` (same body) for lists and look-up.

    The record is indexed by status, department, template, round, conversation, created (ms), late and coordination.
    order         its `due` is that of the present round
    seq           the highest number of an event heard
    marks         the event that status, department and due come from, each
    acknowledged  where the present round's rework stands among the backend's events; None until it has it
    held          endings that do not say of which round they are, heard before that
    late          deadlines of the present round that came near or passed (gateway/case_deadlines.py)
    invited       round with an open invitation, None when there is none
    rated         the answer of the current round
    settled       the time to change that answer is over
    expired       nobody answered in time: a late answer is recorded, without automatic rework
    """

    work_order_id: str
    conversation: str
    order: dict[str, Any]
    created: int
    status: str = "submitted"
    round: int = 0
    seq: int = 0
    department: str | None = None
    due: str | None = None
    history: tuple[HistoryLine, ...] = ()
    invited: int | None = None
    rated: RatingAnswer | None = None
    rework_due: bool = False
    settled: bool = False
    expired: bool = False
    coordination: bool = False
    operations: int = 0  # CaseOps emitted so far: n of the next idempotency key
    system: str | None = None       # the backend that has it, and under which number
    external_id: str | None = None
    marks: dict[str, Mark] = {}
    acknowledged: Mark | None = None
    held: tuple[Happened, ...] = ()
    late: tuple[str, ...] = ()
    completeness: float | None = None
