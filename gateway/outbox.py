"""Lane `out`, key = conversation: what waits for a platform that pushes, and what such a platform's sender does.

Items stand in the mailbox in the order in which things happened, so that a reply window is known to be open before the
answer that needs it. Web visitors have a feed and no such mailbox.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from gateway.errors import Retry
from gateway.messages import Outbound


class About(Struct, frozen=True):
    """The news of a case that a message brings, for ways to a citizen that carry no free words.

    news   a word of messages.CaseNews, `round` that of the case
    facts  number, title, department, status, time, hint: in the citizen's language, short; and status_zh
    since  ms when it was news, 0 where it is as old as the message
    """

    work_order: str
    news: str
    round: int = 0
    facts: dict[str, str] = {}
    since: int = 0


class Say(Struct, frozen=True, tag="say"):
    """One message to the citizen.

    answers  ids of what the citizen sent and this answers: a push of theirs that still waits may carry it
    without  ways that turned out not to bring it
    """

    message: Outbound
    answers: tuple[str, ...] = ()
    about: About | None = None
    without: tuple[str, ...] = ()


class Quiet(Struct, frozen=True, tag="quiet"):
    """Nothing is said to these ids; their pushes need not wait."""

    answers: tuple[str, ...]


class Heard(Struct, frozen=True, tag="heard"):
    """What the platform told about reaching this person, in the sender's own writing."""

    note: str


class Moved(Struct, frozen=True, tag="moved"):
    """The conversation waits for a person, or is the bot's again: platforms with seats of their own are told."""

    to: Literal["person", "bot"]


class Again(Struct, frozen=True, tag="again"):
    """What could not go before may go now, and what was kept may be old."""


OutItem = Say | Quiet | Heard | Moved | Again


class Step(Struct, frozen=True):
    """One way that was looked at: `why` it was not taken, "" for the one that was."""

    way: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message, or of one part of it.

    by     the way it went; None: no way was open
    sure   False: it may have been taken and nobody can say, so it is not sent again
    id     the platform's, which a receipt will name; "" where there is none
    reach  what is to be kept about reaching this person
    more   parts of the message that are still to go
    later  ms when it may go, where it may not go yet: it comes again then, and holds nothing up
    """

    by: str | None
    sure: bool
    id: str
    steps: tuple[Step, ...]
    reach: str
    more: int = 0
    later: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's last word on a message, by its own id."""

    id: str
    delivered: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """`gone`: the person left the platform, and nothing that was said to them may be kept."""

    reach: str
    receipts: tuple[Receipt, ...] = ()
    gone: bool = False


class Learnt(Retry):
    """To come again; `reach`: what this attempt taught before, so that the next one takes the same way."""

    def __init__(self, again: Retry, reach: str) -> None:
        super().__init__(again.why, after_s=again.after_s)
        self.reach = reach


class Sender(Protocol):
    """Brings messages to one platform's people. `reach` is its own state of one person, "" for somebody new."""

    async def send(self, user: str, say: Say, part: int, reach: str) -> Sent:
        """The part (from 0) of a message that may be too long for one. Raises Retry or Paused to come again."""
        ...

    async def move(self, user: str, moved: Moved, reach: str) -> str:
        """Told again, it changes nothing. Returns the reach; raises Retry, Paused."""
        ...

    def heard(self, user: str, note: str, reach: str) -> Noted:
        ...


@dataclass(frozen=True, slots=True)
class Wait:
    """Why news may not go this way now, and from when it may (ms); None: not any more."""

    way: str
    why: str
    until: int | None


class Pace(Protocol):
    """When news may go to somebody of our own accord, on a channel where each message is a disturbance."""

    def wait(self, news: str, since: int, reach: str) -> Wait | None:
        """None: now. `news` is a word of messages.CaseNews, or `draft_reminder`; `since`: when it was news, ms."""
        ...


class Texter(Protocol):
    """Sends a message about a case by SMS, to the number that the citizen gave for it."""

    async def text(self, about: About, key: str, words: str) -> None:
        """`key` is the same at every repeat. Raises Rejected where there is no number or none may be used, Retry."""
        ...


_item: msgspec.json.Decoder[OutItem] = msgspec.json.Decoder(OutItem)


def decode(body: bytes) -> OutItem:
    return _item.decode(body)
