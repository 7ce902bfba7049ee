"""The one message of a turn: paragraphs as they come, at the end one text, short where the channel has little room."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gateway import links, numbering
from gateway.brevity import Fitted, Paragraph, Room, Tail, Weight, clipped, fit, weight_of
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Ask, Quote, Say
from gateway.fields.base import Value
from gateway.messages import FieldError, Option, Sender
from gateway.outbox import About
from gateway.replies import LONGEST, Replies

COUNTED = frozenset({"number", "money"})  # fields that "0" may answer
_READ_LATER = frozenset({"confirm", "answer"})  # what is asked here follows a text that may be long
_CAPS = (LONGEST, 80, 40, 24)  # characters of a value in a summary; any number that people compare is whole in 24


class Page:
    """What one turn says."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.values: Mapping[str, Value] = {}
        self.ask: Ask | None = None
        self.sender: Sender = "bot"
        self.work_order: str | None = None
        self.template: str | None = None
        self.errors: list[FieldError] = []
        self.about: About | None = None
        self.moves: Literal["person", "bot"] | None = None

    def say(self, paragraph: Paragraph) -> None:
        if paragraph.text:
            self.paragraphs.append(paragraph)

    def asks(self, ask: Ask) -> None:
        """The last Ask of a turn wins; the paragraph before it is its question."""
        self.ask = ask
        self.paragraphs = [_lighter(one) for one in self.paragraphs]
        if self.paragraphs and ask.what not in _READ_LATER:
            last = self.paragraphs[-1]
            weight = max(Weight.QUESTION, last.weight)
            self.paragraphs[-1] = Paragraph(last.text, weight, last.kept)

    def find(self, effect: Say | Quote, text: str) -> None:
        if effect.blame:
            self.errors.append(FieldError(effect.blame.field, effect.blame.code, text))

    def whole(self) -> Fitted:
        """For channels that have room for everything."""
        return Fitted("\n\n".join(one.text for one in self.paragraphs), "\n\n".join(
            one.record for one in self.paragraphs))


def _lighter(one: Paragraph) -> Paragraph:
    return Paragraph(one.text, Weight.PASSED, one.kept) if one.weight is Weight.QUESTION else one


@dataclass(frozen=True, slots=True)
class Shortener:
    """`rooms`: how much a turn may say, by channel; the others may say everything. `linked`: files have a web page."""

    catalog: Catalog
    replies: Replies
    rooms: Mapping[str, Room] = field(default_factory=dict)
    linked: bool = False

    def serves(self, channel: str) -> bool:
        return channel in self.rooms

    def summary(self, params: Mapping[str, Value], language: str, channel: str) -> tuple[str, ...]:
        """The lines of a summary, then with their values cut, ever shorter. Labels stay: two addresses, or a yes, say
        nothing without them."""
        values = _texts(params, "values")
        return tuple(
            self.replies.render(language, channel, "summary", {
                **params, "values": [clipped(" ".join(value.split()), cap) for value in values]})
            for cap in _CAPS)

    def fitted(self, page: Page, choices: Sequence[Option], state: Dialogue, channel: str) -> Fitted:
        """The message as one text, its options numbered."""
        tail = self._tail(page.ask, choices, state, channel)
        if any(one.weight is Weight.SUMMARY for one in page.paragraphs):
            return fit(page.paragraphs, tail, self.rooms[channel])
        if state.unread and state.asked == numbering.SUMMARY:
            tail = replace(tail, ways=tail.unread, extra="")
        unread = state.unread if state.draft else ""
        return replace(fit(page.paragraphs, tail, self.rooms[channel]), unread=unread)

    def counted(self, state: Dialogue) -> bool:
        """Whether a number may answer the open question."""
        draft = state.draft
        template = self.catalog.versions.get((draft.template, draft.version)) if draft else None
        known = template is not None and state.asked is not None and template.has(state.asked)
        return template is not None and known and template.field(str(state.asked)).type in COUNTED

    def _tail(self, ask: Ask | None, choices: Sequence[Option], state: Dialogue, channel: str) -> Tail:
        def say(key: str, **params: Value) -> str:
            return self.replies.render(state.language, channel, key, params)

        asked = ask.what if ask and choices else None
        more = say("short.more", word=not self.counted(state))
        if asked is None:
            return Tail(more=more)
        if asked == numbering.SUMMARY:
            photos = self.linked and links.takes_files(self.catalog, state)
            offers: list[str] = [*(choice.value for choice in choices), *(["photos"] if photos else [])]
            return Tail(ways=say("short.confirm"), extra=say("short.besides", offers=[*offers]), more=more,
                        unread=say("short.unread"))
        numbers = numbering.numbers(asked, [choice.value for choice in choices])
        lines = (_line(numbers[choice.value], choice.label) for choice in choices if choice.value in numbers)
        ways: list[str] = [choice.label for choice in choices if choice.value not in numbers]
        said = say("short.ways", labels=[*ways]) if ways else ""
        return Tail(tuple(lines), say("short.reply"), said, more=more)


def paragraph(key: str, text: str, kept: str | None = None, shorter: tuple[str, ...] = ()) -> Paragraph:
    """Our own words, by their key."""
    return Paragraph(text, weight_of(key), kept, shorter)


def quoted(quote: Quote) -> Paragraph:
    return Paragraph(quote.text, _WEIGHTS[quote.kind])


_WEIGHTS = {"answer": Weight.ANSWER, "notice": Weight.NOTICE, "tip": Weight.TIP, "summary": Weight.SUMMARY}


def _line(n: int, label: str) -> str:
    """A label may begin with its number already, or with another that must not run into it: 1. 22 Garden Street."""
    if label.startswith((f"{n} ", f"{n}. ")):
        return label
    return f"{n}. {label}" if label[:1].isdigit() else f"{n}.{label}"


def _texts(params: Mapping[str, Value], name: str) -> list[str]:
    found = params[name]
    return [str(one) for one in found] if isinstance(found, list) else []
