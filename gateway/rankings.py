"""What an understanding engine or the knowledge base says about one message. Data only."""
from __future__ import annotations

from msgspec import Struct


class Scored(Struct, frozen=True):
    id: str
    score: float  # 0…1


class NluContext(Struct, frozen=True):
    """What the engine may know: the open template and the asked field, None outside a form."""

    template: str | None = None
    asked: str | None = None


class Matter(Struct, frozen=True):
    """One of several problems told in one message: a template's id, how likely, and the words that tell of it."""

    template: str
    score: float
    text: str


class Understanding(Struct, frozen=True):
    """An engine's ranking of one message; entities and commands are ours (gateway/understanding.py).

    intents    best first; `complaint.<template id>` for templates, else a word of NLU.md (ask_faq, greet, …)
    templates  the complaint templates alone, best first, scores as in `intents`
    content    the message without its social clauses (你好, thank you), as it was written
    in_scope   0…1; below the engine's threshold the message is about nothing we know
    matters    two or more when parts of the message are surely about different templates, in the order of telling
    sure       the engine's own decision that intents[0] may be taken without asking back
    """

    intents: tuple[Scored, ...]
    templates: tuple[Scored, ...]
    content: str
    in_scope: float
    sure: bool
    engine: str
    model: str
    matters: tuple[Matter, ...] = ()


class Answer(Struct, frozen=True):
    """A knowledge-base entry that was found; texts are approved wording, shown as they stand.

    tags  the templates to file the matter with when the answer does not help, the likeliest first
    """

    id: str
    score: float
    sure: bool
    question: str
    text: str
    source: str
    department: str
    valid_until: str | None = None
    tags: tuple[str, ...] = ()
