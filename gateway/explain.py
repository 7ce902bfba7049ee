"""What the gateway would understand in a text: for operators' screens and integrations. Nothing is stored."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.api.understand import FoundField, UnderstandAnswer, UnderstandRequest
from gateway.clock import Clock, to_ms
from gateway.dialogue.draft import Dialogue, Draft
from gateway.dialogue.fill import settled
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Template
from gateway.dialogue.understood import Understood
from gateway.errors import Unprocessable
from gateway.fields.base import Context
from gateway.fields.when import YEARS
from gateway.languages import detect
from gateway.messages import Text
from gateway.protocols import NluContext
from gateway.understanding import Reader, Spans


@dataclass(frozen=True, slots=True)
class Explainer:
    """Ranks with the same engine and claims fields with the same dialogue that citizens talk to."""

    reader: Reader
    clock: Clock
    engine: str

    async def understand(self, asked: UnderstandRequest) -> UnderstandAnswer:
        """Fields are those of the named template, else of the best candidate."""
        if asked.at is not None and asked.at.year not in YEARS:
            raise Unprocessable("`at` lies too far away", code="out_of_range")
        language = asked.language or detect(asked.text) or "zh"
        ranking = await self.reader.engine.understand(asked.text, language, NluContext(asked.template, asked.asked))
        catalog = self.reader.catalog
        name = asked.template or (ranking.templates[0].id if ranking.templates else "")
        template = catalog.newest.get(name)
        danger = await self.reader.danger(asked.text)
        return UnderstandAnswer(
            language, ranking.intents[0].id if ranking.sure and ranking.intents else None, ranking.templates,
            self._fields(asked, template, language) if template else (), danger.number if danger else None,
            self.engine,
        )

    def _fields(self, asked: UnderstandRequest, template: Template, language: str) -> tuple[FoundField, ...]:
        zone = ZoneInfo(self.reader.city.time_zone)
        now = (asked.at or self.clock.now()).astimezone(zone)
        scene = self._scene(asked.text, template, language, now)
        field = template.field(asked.asked) if asked.asked and template.has(asked.asked) else None
        return tuple(
            FoundField(claim.field.id, claim.span.reading.value, claim.span.text, claim.span.start, claim.span.end)
            for claim in settled(scene, asked.text, field)
        )

    def _scene(self, text: str, template: Template, language: str, now: datetime) -> Scene:
        reader = self.reader
        spans = Spans(reader.catalog.types, text, Context(now, reader.city, language))
        draft = Draft("", template.id, template.version, to_ms(now))
        return Scene(
            reader.catalog, Dialogue(language=language, draft=draft),
            Understood(Text(text), now, reader.city, text, spans=spans),
        )
