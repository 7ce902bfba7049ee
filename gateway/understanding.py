"""Reads one burst of a citizen's messages: emergency, spans, and — only where the dialogue needs it — the engine.

Commands, choices and answers to the asked field never reach the encoder (dialogue.step.needs_ranking).
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.opening import wants_answers
from gateway.dialogue.posted import words_in
from gateway.dialogue.step import needs_ranking
from gateway.dialogue.understood import Known, Understood
from gateway.emergency import RULES_ALONE, emergency, number_for
from gateway.errors import Unreadable
from gateway.fields.base import Context, FieldType, Reading, Span
from gateway.fields.city import City, EmergencyNumber
from gateway.messages import Choice, CitizenContent, Form, Location, Text, Upload
from gateway.observe import TURN_SECONDS
from gateway.protocols import Answer, KnowledgeBase, NluContext, Sentinel, Understander
from gateway.scope import elsewhere

MAX_TEXT = 4_000  # characters of one burst that are looked at; the transcript keeps all of them


class Spans(Mapping[str, tuple[Span, ...]]):
    """What each field type sees in the text; looked for once, when it is asked for."""

    def __init__(self, types: Mapping[str, FieldType], text: str, ctx: Context) -> None:
        self._types, self._text, self._ctx = types, text, ctx
        self._seen: dict[str, tuple[Span, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Span, ...]:
        if name not in self._seen:
            self._seen[name] = tuple(self._types[name].find(self._text, self._ctx))
        return self._seen[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


@dataclass(frozen=True, slots=True)
class Reader:
    """Puts a turn's input together for the dialogue."""

    catalog: Catalog
    city: City
    engine: Understander
    knowledge: KnowledgeBase
    sentinel: Sentinel = RULES_ALONE

    async def read(self, state: Dialogue, burst: Sequence[CitizenContent], now: datetime) -> Understood:
        """`now` is aware, in the city's time zone: when the last message of the burst was received."""
        text = "\n".join(item.text for item in burst if isinstance(item, Text))[:MAX_TEXT]
        content = burst[-1] if isinstance(burst[-1], Choice | Form) or not text else Text(text)
        written = words_in(content.fields) if isinstance(content, Form) else ""
        understood = Understood(
            content, now, self.city, text,
            spans=Spans(self.catalog.types, text, Context(now, self.city, state.language, district=state.where)),
            location=self._location(state, burst, now),
            uploads=tuple((item.upload, item.media_type) for item in burst if isinstance(item, Upload)),
            emergency=await self.danger(text or written),
            elsewhere=elsewhere(text, self.city) if text and state.draft is None else None,
            known=Known(phone=state.phone),
        )
        if not needs_ranking(self.catalog, state, understood):
            return understood
        began = perf_counter()
        context = NluContext(state.draft.template if state.draft else None, state.asked)
        ranking = await self.engine.understand(text, state.language, context)
        answers: Sequence[Answer] = ()
        if wants_answers(state, ranking, text):
            answers = await self.knowledge.search(ranking.content or text, state.language)
        TURN_SECONDS.labels("rank").observe(perf_counter() - began)
        return replace(understood, ranking=ranking, answers=tuple(answers))

    def _location(self, state: Dialogue, burst: Sequence[CitizenContent], now: datetime) -> Reading | None:
        """The last map point as an address: its label, with the district and street that the city's places know."""
        point = next((item for item in reversed(burst) if isinstance(item, Location)), None)
        if point is None:
            return None
        label = point.label or f"{point.lat:.5f}, {point.long:.5f}"
        parts: Mapping[str, str | float] = {}
        with suppress(Unreadable):
            parts = self.catalog.types["address"].read(label, Context(now, self.city, state.language)).resolved or {}
        return Reading(label, resolved={**parts, "lat": point.lat, "long": point.long, "datum": point.datum})

    async def danger(self, text: str) -> EmergencyNumber | None:
        """The number to show first, when the words say that somebody may be in danger."""
        kind = await self.sentinel.danger(text, emergency(text)) if text else None
        return number_for(kind, self.city) if kind else None


