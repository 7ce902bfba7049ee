"""What every part of the dialogue looks at: the catalog, what was remembered, and this turn's words."""
from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as rebuilt

from msgspec.structs import replace

from gateway.clock import to_ms
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue, Draft
from gateway.dialogue.effects import Effect
from gateway.dialogue.template import Field, Template
from gateway.dialogue.understood import Understood
from gateway.fields.base import Context, FieldType, Value, Words

Move = tuple[Dialogue, list[Effect]]


def named(template: Template, language: str) -> str:
    """A form's name in lists and reminders, "" for one that is discreet."""
    return "" if template.discreet else template.title.of(language)


@dataclass(frozen=True, slots=True)
class Scene:
    """One turn in progress. Changed only by making a new one: `scene.put(draft)`."""

    catalog: Catalog
    state: Dialogue
    turn: Understood

    @property
    def language(self) -> str:
        return self.state.language

    @property
    def now_ms(self) -> int:
        return to_ms(self.turn.now)

    @property
    def draft(self) -> Draft:
        """The open draft; raises LookupError outside a form."""
        if self.state.draft is None:
            raise LookupError("no form is open")
        return self.state.draft

    @property
    def template(self) -> Template:
        """The open draft's template (step.py has made sure that it exists)."""
        return self.catalog.versions[self.draft.template, self.draft.version]

    @property
    def asked(self) -> Field | None:
        """The asked field of the open form; None when something else, or nothing, was asked."""
        asked = self.state.asked
        if self.state.draft is None or asked is None or not self.template.has(asked):
            return None
        return self.template.field(asked)

    def put(self, draft: Draft | None) -> Scene:
        return self.remember(replace(self.state, draft=draft))

    def remember(self, state: Dialogue) -> Scene:
        return rebuilt(self, state=state)

    def say(self, words: Words) -> str:
        short = words.sms if self.state.terse else None
        return (short or words).of(self.language)

    def title_of(self, case: Case) -> str:
        """A case's title is written for Chinese-reading clerks; others see what the form is called. What a discreet
        form is about is not named: ""."""
        template = self.catalog.newest.get(case.template)
        if template is None or (self.language == "zh" and not template.discreet):
            return case.title
        return named(template, self.language)

    def type_of(self, field: Field) -> FieldType:
        return self.catalog.types[field.type]

    def context(self, field: Field) -> Context:
        return Context(
            self.turn.now, self.turn.city, self.language, field.options, field.limits, self.state.where)

    def show(self, field: Field, value: Value) -> str:
        return self.type_of(field).show(value, self.context(field))
