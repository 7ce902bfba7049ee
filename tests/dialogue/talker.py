"""A citizen to script: words, taps and files go through the real `step`, with the real field types and no engine.

    talk = Talker(catalog, city, opens="express_delivery")
    talk.say("单号SF1234567890123")
    assert talk.asked == "carrier"
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace as changed

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, Draft
from gateway.dialogue.effects import Ask, Effect, File, Quote, Say
from gateway.dialogue.step import needs_ranking, step
from gateway.dialogue.understood import Known, Understood
from gateway.fields.base import Context, Reading, Value
from gateway.fields.city import City, EmergencyNumber
from gateway.messages import Choice, CitizenContent, Form, Location, Text, Upload
from gateway.protocols import Answer, Scored, Understanding
from gateway.scope import elsewhere
from gateway.understanding import Spans
from tests.clock import START

NOW = START.astimezone(ZoneInfo("Asia/Shanghai"))


def ranked(*intents: str, sure: bool = True, content: str = "", score: float = 0.9) -> Understanding:
    """An engine's ranking: the intents in this order, scores falling by a third."""
    scored = tuple(Scored(name, score * (2 / 3) ** n) for n, name in enumerate(intents))
    templates = tuple(
        Scored(one.id.removeprefix("complaint."), one.score) for one in scored if one.id.startswith("complaint."))
    return Understanding(scored, templates, content, 0.9, sure, "script", "0")


@dataclass
class Talker:
    """One citizen's conversation. `opens` is what the engine would be sure of for words outside a form."""

    catalog: Catalog
    city: City
    opens: str = ""
    language: str = "zh"
    known: Known = field(default_factory=Known)
    now: datetime = NOW
    state: Dialogue = field(default_factory=Dialogue)
    effects: list[Effect] = field(default_factory=list)
    filed: list[File] = field(default_factory=list)
    uploads: int = 0

    def __post_init__(self) -> None:
        self.state = Dialogue(language=self.language)

    def say(
        self, text: str, *, ranking: Understanding | None = None, answers: tuple[Answer, ...] = (),
        emergency: EmergencyNumber | None = None, uploads: tuple[tuple[str, str], ...] = (),
    ) -> list[Effect]:
        turn = replace(self._turn(Text(text), text), uploads=uploads)
        if needs_ranking(self.catalog, self.state, turn):
            outside = ranked(f"complaint.{self.opens}") if self.opens and self.state.draft is None else None
            turn = replace(turn, ranking=ranking or outside, answers=answers)
        other = elsewhere(text, self.city) if self.state.draft is None else None
        return self._step(replace(turn, emergency=emergency, elsewhere=other))

    def choose(self, value: str, to: str | None = None) -> list[Effect]:
        return self._step(self._turn(Choice(value, to)))

    def upload(self, media_type: str = "image/jpeg") -> list[Effect]:
        self.uploads += 1
        turn = self._turn(Upload(f"upload{self.uploads}", media_type))
        return self._step(replace(turn, uploads=((f"upload{self.uploads}", media_type),)))

    def locate(self, label: str) -> list[Effect]:
        reading = Reading(label, resolved={"lat": 23.1, "long": 113.3})
        return self._step(replace(self._turn(Location(23.1, 113.3, label)), location=reading))

    def fill(self, template: str, kinds: dict[str, str] | None = None, /, **fields: Value) -> list[Effect]:
        return self._step(self._turn(Form(template, fields, kinds or {})))

    def wait(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @property
    def draft(self) -> Draft:
        assert self.state.draft is not None, "no form is open"
        return self.state.draft

    @property
    def values(self) -> dict[str, Value]:
        """Canonical values of the open draft, or of the one just filed."""
        draft = self.state.draft or (self.filed[-1].draft if self.filed else None)
        return {name: value.value for name, value in draft.values.items()} if draft else {}

    @property
    def asked(self) -> str | None:
        return self.state.asked

    @property
    def said(self) -> list[str]:
        """Keys of what the bot just said."""
        return [effect.key for effect in self.effects if isinstance(effect, Say)]

    @property
    def quoted(self) -> list[str]:
        return [effect.text for effect in self.effects if isinstance(effect, Quote)]

    def _turn(self, content: CitizenContent, text: str = "") -> Understood:
        """Spans as gateway/understanding.py finds them: by every type, once, when they are asked for."""
        context = Context(self.now, self.city, self.state.language, district=self.state.where)
        return Understood(
            content, self.now, self.city, text, spans=Spans(self.catalog.types, text, context), known=self.known)

    def _step(self, turn: Understood) -> list[Effect]:
        before = _next(self.state)
        self.state, self.effects = step(self.catalog, before, turn)
        self.filed += [effect for effect in self.effects if isinstance(effect, File)]
        asks = [effect for effect in self.effects if isinstance(effect, Ask)]
        assert len(asks) <= 1, f"one thing at a time, not {[ask.what for ask in asks]}"
        self.now += timedelta(seconds=20)
        return self.effects


def _next(state: Dialogue) -> Dialogue:
    """As conversation.py does: the last question's message has an id by the time the next turn begins."""
    return changed(state, turn=state.turn + 1, asked_by=f"m{state.turn}" if state.asked else state.asked_by)
