"""One turn's input to `step`, put together by gateway/understanding.py. Data only."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.fields.base import Reading, Span
from gateway.fields.city import City, EmergencyNumber, OtherLine
from gateway.messages import CitizenContent
from gateway.rankings import Answer, Understanding


@dataclass(frozen=True, slots=True)
class Known:
    """What the channel knows of the citizen and need not be asked: `phone`, `name`, `location`."""

    phone: str | None = None
    name: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A burst of a citizen's messages, read.

    content     the last of them; texts of a burst are joined into one with newlines
    text        the words as written ("" for choice, form, upload, location)
    spans       field type → what `find` saw in the text
    location    the reading of a map point that was sent
    uploads     ids and media types of the files that came along
    ranking     None when no engine was asked (dialogue.step.needs_ranking said so)
    answers     what the knowledge base found, best first
    emergency   the number to show first, when somebody may be in danger
    elsewhere   the line that is not part of 12345 whose matter the words speak of
    """

    content: CitizenContent
    now: datetime
    city: City
    text: str = ""
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    location: Reading | None = None
    uploads: tuple[tuple[str, str], ...] = ()
    ranking: Understanding | None = None
    answers: tuple[Answer, ...] = ()
    emergency: EmergencyNumber | None = None
    elsewhere: OtherLine | None = None
    known: Known = Known()
