"""What a complaint template can get wrong that its grammar cannot say: read by `python -m gateway check`.

Each finding is (path in the file, what is wrong); gateway/templates.py looks only for what must stop the start.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.dialogue.template import Condition, Field, Template
from gateway.errors import ConfigError, Unreadable
from gateway.fields.base import Context, FieldType, Words
from gateway.fields.city import City
from gateway.fields.folding import bare
from gateway.replies import Replies

Finding = tuple[str, str]

COMMON = (
    "appeal_kind", "contact_name", "contact_phone", "identity_mode", "description", "demand", "evidence",
)
CHOSEN = frozenset({"choice", "choices"})
SENT = frozenset({"files", "images", "video", "document"})  # files are sent, not written: their example is no answer
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Proofreader:
    """Reads templates as their first citizen would. `now` is aware, in the city's time zone."""

    types: Mapping[str, FieldType]
    city: City
    deadlines: frozenset[str]
    replies: Replies
    now: datetime

    def findings(self, template: Template) -> Iterator[Finding]:
        yield from _head(template, self.deadlines)
        yield from _doubles(template)
        for n, field in enumerate(template.fields):
            for problem in (*_options(field), *self._examples(field)):
                yield f"$.fields[{n}]", f"{field.id}: {problem}"
        for path, condition in _conditions(template):
            yield from ((path, problem) for problem in _condition(template, condition))
        yield from self._summary(template)

    def _examples(self, field: Field) -> Iterator[str]:
        """What we show as an example must be taken when it is copied."""
        kind = self.types.get(field.type)
        if kind is None or field.type in SENT or not _compiles(field.limits.pattern or ""):
            return
        for language in ("zh", "en"):
            context = Context(self.now, self.city, language, field.options, field.limits)
            try:
                kind.read(field.example.of(language), context)
            except Unreadable as error:
                yield f"its {language} example is no answer to it: {error}"

    def _summary(self, template: Template) -> Iterator[Finding]:
        try:
            self.replies.compile_summary(template)
        except ConfigError as error:
            yield "$.summary", str(error)


def _head(template: Template, deadlines: frozenset[str]) -> Iterator[Finding]:
    classes = {"$.deadline": template.deadline} | ({"$.urgent": "urgent"} if template.urgent else {})
    for path, name in classes.items():
        if name not in deadlines:
            yield path, f"the city has no deadline class {name}"
    for name in COMMON:
        if not template.has(name):
            yield "$.fields", f"{name}, which every template has, is missing"
    if template.has("identity_mode"):
        modes = {option.value for option in template.field("identity_mode").options}
        if ("anonymous" in modes) != template.anonymous:
            yield "$.anonymous", "identity_mode offers anonymous, the template does not allow it, or the reverse"
    for path, words in _texts(template):
        if not words.zh.strip() or not words.en.strip():
            yield path, "a text is missing in one of the two languages"
        elif words.zh == words.en and _HAN.search(words.zh):
            yield path, f"the English text is the Chinese one: {words.zh[:20]}"


def _texts(template: Template) -> Iterator[tuple[str, Words]]:
    yield from (("$.title", template.title), ("$.description", template.description), ("$.opening", template.opening))
    for n, field in enumerate(template.fields):
        own = (field.label, field.prompt, field.help, field.example, *(option.label for option in field.options))
        yield from ((f"$.fields[{n}]", words) for words in own)
    yield from ((f"$.rules[{n}].say", rule.say) for n, rule in enumerate(template.rules))
    yield from ((f"$.notices[{n}].text", notice.text) for n, notice in enumerate(template.notices))


def _doubles(template: Template) -> Iterator[Finding]:
    for name, times in Counter(field.id for field in template.fields).items():
        if times > 1:
            yield "$.fields", f"{name} stands there {times} times"
    owner: dict[str, str] = {}
    for n, field in enumerate(template.fields):
        for name in sorted({bare(name) for name in (field.label.zh, field.label.en, *field.names)}):
            if owner.setdefault(name, field.id) != field.id:
                yield f"$.fields[{n}].names", f"“{name}” is what {owner[name]} is called, too"


def _options(field: Field) -> Iterator[str]:
    if field.type in CHOSEN and not field.options:
        yield "a choice without options"
    if field.when is not None and not field.required:
        yield "`when` is for required fields"
    if field.limits.pattern is not None and not _compiles(field.limits.pattern):
        yield f"limits.pattern is no regular expression: {field.limits.pattern}"
    owner: dict[str, str] = {}
    for option in field.options:
        for name in sorted({bare(n) for n in (option.value, option.label.zh, option.label.en, *option.aliases)}):
            if owner.setdefault(name, option.value) != option.value:
                yield f"“{name}” means {owner[name]} and {option.value}"


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


# --- conditions ---------------------------------------------------------------------------------------------

def _conditions(template: Template) -> Iterator[tuple[str, Condition]]:
    """Every condition that looks at a field, and where it stands."""
    whens = [(f"$.fields[{n}].when", field.when) for n, field in enumerate(template.fields)]
    whens += [(f"$.notices[{n}].when", notice.when) for n, notice in enumerate(template.notices)]
    whens += [(f"$.rules[{n}].when", rule.when) for n, rule in enumerate(template.rules)]
    whens.append(("$.urgent", template.urgent))
    for path, when in whens:
        yield from ((path, leaf) for leaf in _leaves(when))


def _leaves(condition: Condition | None) -> Iterable[Condition]:
    if condition is None:
        return []
    inner = [leaf for part in (*condition.any, *condition.all) for leaf in _leaves(part)]
    return inner or [condition]


def _condition(template: Template, condition: Condition) -> Iterator[str]:
    """One that can never hold would silently drop its question."""
    said = (bool(condition.one_of), condition.present, condition.absent, condition.over is not None,
            condition.older_hours is not None)
    if sum(said) != 1:
        yield f"say one thing of {condition.field}: one_of, present, absent, over or older_hours"
    field = template.field(condition.field) if template.has(condition.field) else None
    if field is None or not (field.options or field.type == "yes_no"):
        return
    values = {"yes", "no"} if field.type == "yes_no" else {option.value for option in field.options}
    for value in sorted(set(condition.one_of) - values):
        yield f"{condition.field} has no value {value}"
