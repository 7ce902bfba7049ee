"""What the citizen reads: wording by language and channel, the only door to Jinja2.

Catalogs are `templates/replies/<language>/*.yaml`: key → a text, plural forms {one, other} chosen by the value
`count`, or variants {default, web, sms, wechat}. Texts come from these files
only; everything a person wrote is a value and comes out literally.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gateway import yamls
from gateway.dialogue import template as complaints
from gateway.errors import ConfigError
from gateway.fields.base import Value

LONGEST = 4000  # characters of one rendered text (orders.build cuts content at the same length)
FALLBACK = ("en", "zh")
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
CHANNELS = frozenset({"default", "web", "sms", "wechat", "miniprogram"})
LOCALES = {"zh": "zh_CN", "en": "en_GB"}

Wording = Callable[[Mapping[str, Value]], str]
Variants = dict[str, Wording]


@dataclass(frozen=True, slots=True)
class _Language:
    locale: Locale
    environment: ImmutableSandboxedEnvironment
    texts: dict[str, Variants] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # key → file:line
    values: dict[str, set[str]] = field(default_factory=dict)  # key → names it holds, `count` aside


class Replies:
    """All catalogs, compiled once. Raises ConfigError with file and line of every bad entry."""

    def __init__(self, folder: Path) -> None:
        faults: list[str] = []
        self._languages = {path.name: _load(path, faults) for path in sorted(folder.iterdir()) if path.is_dir()}
        if "zh" not in self._languages:
            faults.append(f"{folder}: there is no zh catalog")
        if faults:
            raise ConfigError("\n".join(faults))
        self._summaries: dict[tuple[str, int], Template] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._languages)

    def keys(self, language: str) -> frozenset[str]:
        return frozenset(self._languages[language].texts)

    def gaps(self) -> list[str]:
        """Where the authored catalogs, zh and en, differ in their keys or in the values that a text holds."""
        zh, en = (self._languages.get(name) for name in ("zh", "en"))
        if zh is None or en is None:
            return []
        shared = sorted(zh.texts.keys() & en.texts.keys())
        return [
            *(f"{zh.places[key]}: {key} is missing in en" for key in sorted(zh.texts.keys() - en.texts.keys())),
            *(f"{en.places[key]}: {key} is missing in zh" for key in sorted(en.texts.keys() - zh.texts.keys())),
            *(f"{en.places[key]}: {key} holds other values than in zh" for key in shared
              if zh.values[key] != en.values[key]),
        ]

    def render(self, language: str, channel: str, key: str, params: Mapping[str, Value] | None = None) -> str:
        """The wording of a key, xx → en → zh. Raises KeyError for a key that no catalog has, and
        jinja2.UndefinedError when a value is missing."""
        for name in (language, *FALLBACK):
            found = self._languages.get(name)
            if found is not None and key in found.texts:
                values = dict(params or {})
                return _variant(found, found.texts[key], channel, values)(values).strip()[:LONGEST]
        raise KeyError(key)

    def summary(self, template: complaints.Template, shown: Mapping[str, str]) -> str:
        """The order's content: the template's summary over {fields, title}, in Chinese. `shown` maps field ids to
        their zh display; a field that is not filled is ""."""
        compiled = self._summaries.get((template.id, template.version)) or self.compile_summary(template)
        fields = {entry.id: shown.get(entry.id, "") for entry in template.fields}
        return compiled.render(fields=fields, title=template.title.zh).strip()[:LONGEST]

    def compile_summary(self, template: complaints.Template) -> Template:
        """Raises ConfigError; also when the summary names a field that the template does not have."""
        try:
            compiled = self._languages["zh"].environment.from_string(template.summary)
            compiled.render(fields={entry.id: "x" for entry in template.fields}, title=template.title.zh)
        except TemplateError as fault:
            raise ConfigError(f"template {template.id} version {template.version}: summary: {fault}") from fault
        self._summaries[template.id, template.version] = compiled
        return compiled


def _variant(language: _Language, variants: Variants, channel: str, values: Mapping[str, Value]) -> Wording:
    if "other" in variants:
        count = values.get("count", 0)
        form = language.locale.plural_form(count if isinstance(count, int | float) else 0)
        return variants.get(form, variants["other"])
    return variants.get(channel, variants["default"])


# --- loading ------------------------------------------------------------------------------------------------

def _load(folder: Path, faults: list[str]) -> _Language:
    locale = Locale.parse(LOCALES.get(folder.name, folder.name))
    language = _Language(locale, _environment(locale))
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = yamls.Document(path)
            if not isinstance(document.data, dict):
                raise document.fault("must be a mapping of keys to texts")
        except ConfigError as error:
            faults.append(str(error))
            continue
        for key, leaf in document.data.items():
            try:
                _take(language, document, key, leaf)
            except ConfigError as error:
                faults.append(str(error))
    return language


def _take(language: _Language, document: yamls.Document, key: Any, leaf: Any) -> None:
    """One entry of a catalog. Raises ConfigError with its line."""
    place = f"{document.path}:{document.line_of(key)}"
    if key in language.texts:
        raise ConfigError(f"{place}: {key} is defined twice")
    forms = _forms(place, key, leaf)
    try:
        compiled = {name: _compiled(language.environment, text) for name, text in forms.items()}
    except TemplateError as fault:
        raise ConfigError(f"{place}: {key}: {fault}") from fault
    language.texts[key] = {name: wording for name, (wording, _) in compiled.items()}
    language.places[key] = place
    language.values[key] = {name for _, names in compiled.values() for name in names if name != "count"}


def _forms(place: str, key: Any, leaf: Any) -> dict[str, str]:
    if not isinstance(key, str):
        raise ConfigError(f"{place}: {key!r}: keys are words; put yes, no and numbers in quotes")
    forms = {"default": leaf} if isinstance(leaf, str) else leaf
    if not isinstance(forms, dict) or not all(isinstance(text, str) for text in forms.values()):
        raise ConfigError(f"{place}: {key}: must be a text, plural forms or variants per channel")
    plural, variants = forms.keys() <= PLURALS and "other" in forms, forms.keys() <= CHANNELS and "default" in forms
    if not (plural or variants):
        raise ConfigError(f"{place}: {key}: unknown forms {sorted(forms)}, or `other` or `default` is missing")
    return forms


@lru_cache(maxsize=4096)
def _compiled(environment: ImmutableSandboxedEnvironment, text: str) -> tuple[Wording, frozenset[str]]:
    """How it is said, and the names of the values it holds. Kept, because all catalogs are read again with every
    reloading of the templates. Raises TemplateError."""
    if "{" not in text:  # most labels and many sentences hold no value, and nothing else means anything to Jinja
        always = text.removesuffix("\n")  # as Jinja does
        return lambda _: always, frozenset()
    names = frozenset(meta.find_undeclared_variables(environment.parse(text)))
    return environment.from_string(text).render, names


@cache
def _environment(locale: Locale) -> ImmutableSandboxedEnvironment:
    """No autoescape: messages are plain text, every surface that shows them escapes for itself."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    environment.globals.clear()  # no wording needs range(), and Jinja copies them all for every rendering
    environment.filters["day"] = lambda text: _day(str(text), locale)
    environment.filters["moment"] = lambda text: _moment(str(text), locale)
    environment.filters["stamp"] = lambda text: _stamp(str(text), locale)
    return environment


def _day(text: str, locale: Locale) -> str:
    """RFC 3339 → 11月25日 / 25 November."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return format_date(day, "M月d日" if locale.language == "zh" else "d MMMM", locale=locale)


def _moment(text: str, locale: Locale) -> str:
    """RFC 3339 → 11月25日 18:00 / 25 November, 18:00, in the offset that it carries."""
    return _formatted(text, "M月d日 HH:mm" if locale.language == "zh" else "d MMMM, HH:mm", locale)


def _stamp(text: str, locale: Locale) -> str:
    """RFC 3339 → 2026年11月25日 18:00 / 2026-11-25 18:00: the two forms that platforms take for a time."""
    return _formatted(text, "yyyy年M月d日 HH:mm" if locale.language == "zh" else "yyyy-MM-dd HH:mm", locale)


def _formatted(text: str, pattern: str, locale: Locale) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return format_datetime(moment, pattern, locale=locale)
