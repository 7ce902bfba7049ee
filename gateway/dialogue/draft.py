"""What the dialogue remembers of one conversation; serialised as the state of its lane key."""
from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from gateway.dialogue.satisfaction import Scale
from gateway.fields.base import Reading, Value
from gateway.handover import OpenDraft

# What is asked beside the form: a rating's questions, a department's, and how the talk with a person was
# (gateway/rating.py, gateway/news.py, gateway/service.py).
BESIDE = frozenset({"verdict", "resolved", "satisfaction", "reason", "rework", "contacted", "answer", "service"})

Source = Literal["citizen", "nlu", "agent", "channel", "default"]


class Filled(Struct, frozen=True):
    """A field's value in a draft; `text` is what the citizen wrote, `flagged` that nobody could read it."""

    value: Value
    text: str
    source: Source = "citizen"
    confirmed: bool = True
    flagged: bool = False
    warnings: tuple[str, ...] = ()
    resolved: dict[str, str | float] | None = None


class Draft(Struct, frozen=True):
    """A form being filled 草稿. It keeps the template version it began with.

    kinds     media type of each of its uploads, where it is known
    told      the citizen's own content clauses, in order: they prefill `description`
    order     field ids in the order they were answered (for "back")
    skipped   required questions passed over, fields whose ladder ended
    objected  indexes of the rules the citizen was told of, once for each time
    separate  the citizen said that this is not the open case it looks like
    stayed    templates that it was, or that were offered instead and declined
    district  adcode of where an address lies that names no district; "" when nobody knows
    reminded  the citizen was reminded of it and has not written since; now it is on its way to expire
    """

    id: str
    template: str
    version: int
    started: int
    values: dict[str, Filled] = {}
    told: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()
    kinds: dict[str, str] = {}
    order: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    noticed: tuple[int, ...] = ()
    objected: tuple[int, ...] = ()
    reminded: bool = False
    separate: bool = False
    stayed: tuple[str, ...] = ()
    district: str = ""


class Later(Struct, frozen=True):
    """A second matter that waits for its form; `words` tell of it."""

    template: str
    words: str


class RatingDialog(Struct, frozen=True):
    """An open invitation and what was answered so far (gateway/rating.py). `scale`: what its numbers stand for, where
    one question asks for everything."""

    work_order_id: str
    round: int
    resolved: str | None = None
    satisfaction: int | None = None
    contacted: str | None = None
    reason: str | None = None
    wants_rework: bool | None = None
    scale: Scale | None = None


class Talked(Struct, frozen=True):
    """A talk with a member of staff that the citizen is asked about, and the question that waits behind that, as long
    as the draft is the same."""

    agent: str
    draft: str = ""
    asked: str | None = None
    offered: tuple[str, ...] = ()
    asked_by: str | None = None


class Case(Struct, frozen=True):
    """One of this conversation's filed cases, as the citizen knows it."""

    work_order_id: str
    template: str
    title: str
    status: str
    key: str = ""           # equal keys of one template: probably the same matter
    round: int = 0
    due: str | None = None
    anonymous: bool = False  # nobody can call this citizen


class Dialogue(Struct, frozen=True):
    """Everything remembered between two turns.

    hinted     language the channel last said was set there
    elsewhere  messages in a row that were written in another language
    spoken     they wrote words that say a language, once
    asked      the one thing asked by the last message (WIRE.md `ask`)
    offered    option values of that message, in order, so that "2" means what was shown
    asked_by   id of that message: a choice with another `to` is stale
    attempts   failed answers to `asked`
    echo       the words that did not answer `asked`
    stash      the citizen's words while a template is being chosen, or before a draft is resumed
    added      words for an open case while the citizen says which one; urging: they push it
    adding     the open case that words are asked for
    candidates ids of the templates that may fit the stash, best first
    told       id of the approved answer that was given, while it is asked whether it helped
    uploads    ids and media types of files that came before there was a draft
    later      further matters that were told of, in order
    contact    who the citizen is, from the form before; not asked again in the next one
    place      a map point that came before there was a draft
    district   for the next draft: the district of the code that the citizen scanned
    wish       confidential or anonymous, when that was said before there was a draft
    judged     the rating they gave last, as long as they may change it
    last       ms of the citizen's last message
    more       what did not fit into the last message, for who asks for it
    unread     lines of the summary that were not shown yet; nothing is filed before
    terse      the channel's messages are short: nothing is asked that can be spared
    arrived    ms when they last came without a word, as long as they say none
    phone      the citizen's own, proved by a code (E.164): not asked any more
    found      a draft of theirs in another conversation, while they are asked whether to go on with it here
    mode       bot, or waiting for / talking to a person; why and to whom
    talked     while the citizen is asked how that was
    """

    language: str = "zh"
    language_chosen: bool = False
    hinted: str | None = None
    elsewhere: int = 0
    spoken: bool = False
    asked: str | None = None
    offered: tuple[str, ...] = ()
    asked_by: str | None = None
    attempts: int = 0
    echo: str = ""
    draft: Draft | None = None
    stash: str = ""
    added: str = ""
    urging: bool = False
    adding: str = ""
    candidates: tuple[str, ...] = ()
    told: str = ""
    uploads: tuple[tuple[str, str], ...] = ()
    place: Filled | None = None
    district: str = ""
    later: tuple[Later, ...] = ()
    contact: dict[str, Filled] = {}
    wish: str = ""
    rating: RatingDialog | None = None
    ratings: tuple[RatingDialog, ...] = ()  # invitations that wait for this one to be answered
    judged: RatingDialog | None = None
    question: str | None = None      # work order whose department waits for the citizen's answer
    cases: tuple[Case, ...] = ()
    phone: str | None = None
    found: OpenDraft | None = None
    mode: Literal["bot", "waiting", "agent"] = "bot"
    why: str | None = None
    agent: str | None = None
    talked: Talked | None = None
    greeted: bool = False
    noticed: str | None = None       # version of the privacy notice that was shown
    noticed_at: int = 0
    turn: int = 0
    started: int = 0                 # ms
    last: int = 0
    arrived: int = 0
    more: str = ""
    unread: str = ""
    terse: bool = False

    @property
    def where(self) -> str:
        """The district (adcode) of an address that names none: in the open draft, else in the next."""
        return self.draft.district if self.draft else self.district


_decoder = msgspec.json.Decoder(Dialogue)


def load(state: bytes) -> Dialogue:
    """The state of a lane key; b"" is a conversation that begins."""
    return _decoder.decode(state) if state else Dialogue()


def filled(reading: Reading, text: str, source: Source = "citizen") -> Filled:
    resolved = dict(reading.resolved) if reading.resolved else None
    return Filled(reading.value, text, source, warnings=reading.warnings, resolved=resolved)
