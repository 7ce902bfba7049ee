"""What goes through the gateway: messages from citizens, staff, cases and timers, and what we answer.

Everything here is a frozen msgspec struct; `encode` and `decode_*` are the only JSON doors,
so that a body that was stored once can be read for as long as it is kept.
"""
from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from gateway.handover import (
    AgentJoins,
    AgentLeaves,
    AgentSays,
    Arrived,
    DraftHanded,
    DraftWanted,
    Forgotten,
    Invitations,
    Verified,
)

Sender = Literal["bot", "agent", "department"]


class Text(Struct, frozen=True, tag="text"):
    """What a citizen wrote. Never used as a template, a format string or a path.

    recording  upload of the voice message whose words these are
    """

    text: str
    recording: str = ""


class Choice(Struct, frozen=True, tag="choice"):
    """A tapped option. `to` is the id of the message that offered it; None means the latest one."""

    value: str
    to: str | None = None


FormFields = dict[str, str | int | float | bool | list[str]]  # field id → what the citizen typed or picked


class Form(Struct, frozen=True, tag="form"):
    """A form card sent whole, or as far as it was changed. An empty value empties its field.

    kinds  media types of its uploads, whose owner was checked
    """

    template: str
    fields: FormFields
    kinds: dict[str, str] = {}


class Order(Struct, frozen=True, tag="order"):
    """A form posted over the API, found without fault; the post is itself the yes.

    kinds   media types of its uploads, whose owner was checked
    answer  id of the record `posted` that the API's answer waits for
    """

    template: str
    version: int
    fields: FormFields
    kinds: dict[str, str]
    answer: str


class Upload(Struct, frozen=True, tag="upload"):
    """A stored file's id (gateway/uploads.py); ownership is checked before it comes here."""

    upload: str
    media_type: str = ""


class Location(Struct, frozen=True, tag="location"):
    """A map point, degrees; `label` is the address the platform shows for it. Platforms in China tell GCJ-02, which
    lies some hundred metres beside WGS84."""

    lat: float
    long: float
    label: str = ""
    datum: Literal["WGS84", "GCJ02"] = "WGS84"


class CaseNews(Struct, frozen=True, tag="case_news"):
    """What the citizen is to be told about one of their cases (sent by gateway/cases.py)."""

    work_order_id: str
    news: Literal[
        "accepted", "dispatched", "progress", "question", "closed", "rejected", "cancelled", "reopened", "due_soon",
        "overdue", "rate", "rate_reminder", "rating_expired", "rating_cancelled", "rated", "rework_sent",
        "coordination", "settled",
    ]
    round: int = 0
    text: str | None = None
    text_en: str | None = None
    department: str | None = None
    due: str | None = None


class Elapsed(Struct, frozen=True, tag="elapsed"):
    """A timer of this conversation fired: `draft_reminder` or `draft_expiry`; `of` names the draft it was armed for."""

    timer: str
    of: str = ""


Content = (
    Text | Choice | Form | Upload | Location | Order | Verified | DraftWanted | DraftHanded
    | AgentJoins | AgentSays | AgentLeaves | CaseNews | Elapsed | Arrived | Forgotten | Invitations
)
CitizenContent = Text | Choice | Form | Upload | Location


class Inbound(Struct, frozen=True):
    """One item of a conversation's mailbox (lane `in`).

    id            unique within the conversation; the provider's retry carries the same one
    conversation  `channel:platform user`, the key of the lane
    at            ms since 1970, when the channel received it
    language      what the channel was set to (the chat page's switch), None when it does not know
    note          what the channel's sender learns from it (outbox.Heard), before it brings the answer
    """

    id: str
    conversation: str
    channel: str
    at: int
    content: Content
    language: str | None = None
    note: str = ""


class Option(Struct, frozen=True):
    """One quick reply: `value` comes back as Choice.value, `label` is what people see."""

    value: str
    label: str


class FieldError(Struct, frozen=True):
    """What is wrong with one field of a form that was sent whole; `message` is a part of the message's text."""

    field: str
    code: str
    message: str


class Outbound(Struct, frozen=True, kw_only=True):
    """One message to a citizen; one per turn, its id is (turn, ordinal) and the same at every retry.

    ask       the one thing asked now (a field id or a word of WIRE.md), None when nothing is
    original  the untranslated text when `text` is a translation
    reply_to  the client's id of the message this answers
    errors    for a form card, beside the field each is about
    """

    id: str
    at: int
    text: str
    sender: Sender = msgspec.field(name="from", default="bot")
    language: str = "zh"
    choices: tuple[Option, ...] = ()
    ask: str | None = None
    template: str | None = None
    work_order: str | None = None
    original: str | None = None
    reply_to: str | None = None
    errors: tuple[FieldError, ...] = ()


_inbound = msgspec.json.Decoder(Inbound)
_outbound = msgspec.json.Decoder(Outbound)
encode = msgspec.json.Encoder().encode


def decode_inbound(body: bytes) -> Inbound:
    return _inbound.decode(body)


def decode_outbound(body: bytes) -> Outbound:
    return _outbound.decode(body)


def conversation_key(channel: str, user: str) -> str:
    """`web:3f…`: unique over all channels; `user` is the channel's own opaque id."""
    return f"{channel}:{user}"
