"""What passes from hand to hand: a clerk who joins and leaves, a proved number, a draft that moves, who comes and goes.

Items of lane `in` like those of gateway/messages.py, which lists them among its contents.
"""
from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class AgentJoins(Struct, frozen=True, tag="agent_joins"):
    """`elsewhere`, here and below: in a window of the platform's own, where it is known already."""

    agent: str
    elsewhere: bool = False


class AgentSays(Struct, frozen=True, tag="agent_says"):
    agent: str
    text: str
    elsewhere: bool = False


class AgentLeaves(Struct, frozen=True, tag="agent_leaves"):
    """The clerk hands the conversation back to the bot."""

    agent: str
    elsewhere: bool = False


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


class Arrived(Struct, frozen=True, tag="arrived"):
    """Somebody opened the chat without a word: subscribed, scanned a code of ours, entered the session.

    template  id of the form that the code stands for; district, the adcode (6 digits) of where it hangs. Both come
              from outside: what nobody knows is passed over
    """

    how: Literal["followed", "scanned", "entered"]
    template: str | None = None
    district: str | None = None


class Invitations(Struct, frozen=True, tag="invitations"):
    """The citizen wants no more invitations to rate (SMS: TD), or wants them again (START). One they were asked already
    they may still answer. `answered`: what they were told, "" for who said it twice."""

    wanted: bool
    said: str
    answered: str = ""


class Forgotten(Struct, frozen=True, tag="forgotten"):
    """The person left the channel, which asks for their data to be deleted (WeChat: unsubscribe).

    upto  0 for that; else the rest of an earlier one: what is still kept of the turns up to this number
    """

    upto: int = 0
