"""What passes from hand to hand: a clerk who joins and leaves, a proved number, a draft that moves.

Items of lane `in` like those of gateway/messages.py, which lists them among its contents.
"""
from __future__ import annotations

from typing import Any

from msgspec import Struct


class AgentJoins(Struct, frozen=True, tag="agent_joins"):
    agent: str


class AgentSays(Struct, frozen=True, tag="agent_says"):
    agent: str
    text: str


class AgentLeaves(Struct, frozen=True, tag="agent_leaves"):
    """The clerk hands the conversation back to the bot."""

    agent: str


class OpenDraft(Struct, frozen=True):
    """A draft that lies in another conversation of the same citizen; `count` fields of it were answered."""

    conversation: str
    draft: str
    template: str
    version: int
    count: int


class Verified(Struct, frozen=True, tag="verified"):
    """The citizen proved a phone number (E.164); `found` is a draft of theirs that may be gone on with here."""

    citizen: str
    phone: str
    found: OpenDraft | None = None


class DraftWanted(Struct, frozen=True, tag="draft_wanted"):
    """Another conversation of the same citizen, `by`, asks for a draft; it answers with DraftHanded."""

    draft: str
    by: str


class DraftHanded(Struct, frozen=True, tag="draft_handed"):
    """A draft on its way between two conversations, in neither of them: None when there was none any more.

    back  it could not be taken and comes home
    """

    draft: dict[str, Any] | None
    origin: str
    back: bool = False
