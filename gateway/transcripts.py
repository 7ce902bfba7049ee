"""What is kept of conversations and of what staff did, as records that the console reads."""
from __future__ import annotations

from typing import Literal

from msgspec import Struct


class TranscriptLine(Struct, frozen=True, kw_only=True):
    """Record `transcript`, id `conversation:turn:ordinal`, indexed by conversation: what was said, by whom."""

    at: int
    sender: Literal["citizen", "bot", "agent", "department"]
    text: str
    language: str = "zh"
    original: str | None = None
    uploads: tuple[str, ...] = ()
    agent: str | None = None


class AnswerLine(Struct, frozen=True):
    """Record `answer`, indexed by at (ms), entry and solved: an approved answer was given, or judged by the citizen.

    Nothing of the citizen's is in it. solved: `open` given and asked about, then `yes` or `no`; `beside` given in
    mid-form. Solved without a case are the `yes`, out of the `open`.
    """

    at: int
    entry: str
    solved: Literal["open", "yes", "no", "beside"]
    language: str
    channel: str


class ServiceLine(Struct, frozen=True):
    """Record `service`, indexed by at (ms) and agent: how a citizen found the talk with a member of staff.

    points  5 satisfied, 3 so-so, 1 dissatisfied. Nothing of the citizen's is in it.
    """

    at: int
    agent: str
    points: int
    channel: str


class ConversationInfo(Struct, frozen=True, kw_only=True):
    """Record `conversation`, indexed by mode and last (ms): one line of the staff's queue."""

    conversation: str
    channel: str
    mode: Literal["bot", "waiting", "agent"]
    language: str
    started: int
    last: int
    why: str | None = None
    agent: str | None = None
    work_orders: tuple[str, ...] = ()


class Audit(Struct, frozen=True):
    """One act of staff or operator (lane `journal`, key `audit`; record `audit`, indexed by at, who, subject)."""

    id: str
    at: int
    who: str
    act: str
    subject: str
    detail: str = ""
