"""What a step wants done. The step itself does nothing: gateway/conversation.py turns effects into one commit."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gateway.dialogue.draft import Draft
from gateway.fields.base import Value
from gateway.handover import OpenDraft
from gateway.messages import Option

Timer = Literal["draft_reminder", "draft_expiry"]


@dataclass(frozen=True, slots=True)
class Blame:
    """What a paragraph finds fault with, for a form card: a field, and the code of the fault."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph of the turn's one message: a key of the reply catalogs and its values."""

    key: str
    params: dict[str, Value] = field(default_factory=dict)
    blame: Blame | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A paragraph that is text already: a template's own wording, a knowledge entry, a department's reply. Where room
    is short, tips go first, then notices; what answers stays, and the question. A summary is one that goes on."""

    text: str
    blame: Blame | None = None
    kind: Literal["answer", "notice", "tip", "summary"] = field(default="answer", compare=False)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A quick reply whose label is text already: a template's option, the citizen's own words."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What the turn ends with: the one thing asked, its quick replies. The last Ask of a turn wins.

    The label of an Option is a key of the reply catalogs, that of a Labelled stands as it is.
    """

    what: str
    choices: tuple[Option | Labelled, ...] = ()
    template: str | None = None


@dataclass(frozen=True, slots=True)
class WebLink:
    """A link to the web page, where files can be sent; nothing where there is none to give."""


@dataclass(frozen=True, slots=True)
class File:
    """The citizen said yes: make this draft a work order.

    The Say `receipt` that follows needs the values `work_order`, `lookup_code` and `due` (a moment or "").
    key     for draft.Case.key
    answer  id of the record `posted` that an API call waits for, "" when it was filed in the chat
    """

    draft: Draft
    key: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Supplement:
    """Words for a case that is already filed, and files; "" where only files came."""

    work_order_id: str
    text: str
    urge: bool = False
    uploads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallPerson:
    """The citizen wants a person: the conversation goes to the console's queue."""

    why: str


@dataclass(frozen=True, slots=True)
class LeavePerson:
    """The citizen goes back to the bot."""


@dataclass(frozen=True, slots=True)
class Rated:
    """The rating is complete enough to count (sent again when the citizen changes it)."""

    work_order_id: str
    round: int
    resolved: str
    satisfaction: int | None
    contacted: str
    reason: str | None
    wants_rework: bool


@dataclass(frozen=True, slots=True)
class Served:
    """The citizen judged the talk with a member of staff; points 5, 3 or 1."""

    agent: str
    points: int


@dataclass(frozen=True, slots=True)
class Told:
    """An approved answer was given, or the citizen said whether it helped.

    solved  `open` given and asked about, then `yes` or `no`; `beside` given in mid-form, where nobody asks
    """

    entry: str
    solved: Literal["open", "yes", "no", "beside"]


@dataclass(frozen=True, slots=True)
class Arm:
    """Start or move a timer of this conversation: it comes back as messages.Elapsed(timer, of)."""

    timer: Timer
    of: str
    after_s: int


@dataclass(frozen=True, slots=True)
class Disarm:
    timer: Timer
    of: str


@dataclass(frozen=True, slots=True)
class FetchDraft:
    """The citizen goes on here with a draft that lies in another conversation of theirs."""

    found: OpenDraft


@dataclass(frozen=True, slots=True)
class HandDraft:
    """A draft leaves this conversation for another one of the same citizen; None: there is none any more.

    back  it could not be taken here and goes home
    """

    to: str
    draft: Draft | None
    back: bool = False


Effect = (
    Say | Quote | Ask | File | Supplement | CallPerson | LeavePerson | Rated | Served | Told | Arm | Disarm
    | FetchDraft | HandDraft | WebLink
)
