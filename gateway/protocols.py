"""Every seam, on one page. An adapter implements one of these; the flow knows nothing else of it.

The store's four contracts live beside their implementations and are named here so that there is one door.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from aiohttp import web

from gateway.messages import Inbound
from gateway.orders import CaseOp, OpName, StaffAction
from gateway.rankings import Answer, Matter, NluContext, Scored, Understanding
from gateway.store.blobs import BlobStore
from gateway.store.lanes import Changes, Emit, Feed, LaneStore, Lease, Put
from gateway.store.records import Record, Records
from gateway.store.shared import SharedStore

__all__ = [
    "Accept", "Answer", "BlobStore", "Capabilities", "CaseBackend", "CaseDesk", "Changes", "Channel", "CodeSender",
    "Emit", "Feed", "Handler", "KnowledgeBase", "LaneStore", "Lease", "Matter", "MiniLogin", "MiniUser", "NluContext",
    "Put", "Receipt", "Record", "Records", "Repeat", "Scored", "Sentinel", "SharedStore", "Understander",
    "Understanding",
]

# One leased key with its items → what to commit. Errors decide: Retry and Paused come back later uncounted,
# Rejected buries the head item, Uncertain parks it, anything else counts as a raised error.
Handler = Callable[[Lease], Awaitable[Changes]]


# --- understanding ------------------------------------------------------------------------------------------

class Understander(Protocol):
    name: str

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        """Never raises on text; at most the first 300 characters of each clause count."""
        ...


class Sentinel(Protocol):
    async def danger(self, text: str, suspected: str | None) -> str | None:
        """The kind of danger (gateway/emergency.py) that the words speak of as present; None for nearly all.

        `suspected` is what the rules saw in them: a second look may refute it, or see what they missed. Never raises
        on text; words without any sign of danger cost next to nothing.
        """
        ...


class KnowledgeBase(Protocol):
    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        """Best first; expired entries never appear. `sure` on the first means: answer with it."""
        ...


# --- channels -----------------------------------------------------------------------------------------------

class Accept(Protocol):
    """gateway/intake.py, as a channel sees it."""

    async def __call__(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        """Durable when it returns. Raises Unavailable or RateLimited (mailbox full): then do not acknowledge."""
        ...


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the platform can show; what it cannot falls back as declared, never silently."""

    name: str
    choices: bool      # tappable options; otherwise they are numbered in the text
    max_text: int      # characters per message
    feed: bool         # True: a durable feed is the delivery (web); False: through the `out` lane


class Channel(Protocol):
    """One platform. `routes` are added to the application; without a feed it has a Sender (gateway/outbox.py)."""

    capabilities: Capabilities

    def routes(self) -> Sequence[web.RouteDef]:
        ...


class CodeSender(Protocol):
    """Brings a one-time code to a phone."""

    async def send(self, phone: str, code: str, language: str) -> None:
        """`phone` is E.164. Raises SendError."""
        ...


class MiniUser(Protocol):
    """Who logged in to a mini-program."""

    @property
    def openid(self) -> str:
        """The person's id at this one mini-program."""
        ...


class MiniLogin(Protocol):
    """One mini-program's platform, which knows its people. Both raise Refused when the code is at fault (used, too
    old, asked too often), SendError when the platform does not answer."""

    async def mini_login(self, code: str) -> MiniUser:
        """Of the code that the app was given at login."""
        ...

    async def phone(self, code: str) -> str:
        """E.164: the number that the person agreed to tell."""
        ...


# --- case backends ------------------------------------------------------------------------------------------

Repeat = Literal["idempotent", "lookup", "neither"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The backend has it, under its own number. seq: its count of events; a higher one is later than this."""

    external_id: str
    system: str
    seq: int | None = None
    url: str | None = None


class CaseBackend(Protocol):
    """Where work orders go; `name` is the system of its receipts and the source of its events."""

    name: str

    def repeat(self, op: OpName) -> Repeat:
        """What a second send of the same key does: `idempotent` the backend recognises it, `lookup` we ask before we
        send again, `neither` a person decides."""
        ...

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        """`known`: the backend's number of the case. Raises SendError; Uncertain when the outcome is not known."""
        ...

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        """Whether this very operation has arrived. Raises SendError."""
        ...


class CaseDesk(Protocol):
    """Staff's hands on a case, offered by backends that live inside the gateway; others are watched only."""

    async def act(self, work_order_id: str, action: StaffAction) -> None:
        """Durable and visible when it returns. Raises Conflict when the case's state forbids it, NotFound."""
        ...

    async def allowed(self, work_order_id: str) -> Sequence[str]:
        """The acts of StaffAction that the case permits now; none for a case it does not have."""
        ...
