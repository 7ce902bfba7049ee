"""What a form's own words say for it: whoever writes 青桔 and 刹车 has the form of shared bikes in mind.

The names and aliases of a form's choices are evidence for it, whatever the engine: they weigh its ranking. Of what a
word means in several forms each gets its part.
"""
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp

from msgspec.structs import replace

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.fields.folding import fold_lower
from gateway.fields.labels import lexicon
from gateway.protocols import NluContext, Scored, Understander, Understanding

LOOKED_AT = 400   # characters
WEIGHT = 0.8      # of each choice that is named; by cross-validation on nlu/training (0, 0.4, 0.8, 1.2 tried)
MOST = 2.0        # choices of one form that count
SURE, OURS = 0.9, 0.5  # least chance that is taken without asking back; least in_scope of a message about us
ABOUT_ALL = frozenset({"identity_mode", "appeal_kind"})  # choices that every form has
PREFIX = "complaint."
_LATIN = re.compile(r"[a-z0-9][a-z0-9'&+.-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST_HAN, _MOST_WORDS = 8, 4

Named = tuple[str, str, float]  # template, field, how much it says


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Words of the newest templates; made anew when they change."""

    versions: tuple[tuple[str, int], ...]
    words: Mapping[str, tuple[Named, ...]]

    def of(self, text: str) -> dict[str, float]:
        """Template → how many of its choices are named, 0 to MOST."""
        best: dict[tuple[str, str], float] = {}
        for piece in _pieces(fold_lower(text[:LOOKED_AT])):
            for template, field, says in self.words.get(piece, ()):
                best[template, field] = max(best.get((template, field), 0.0), says)
        summed: dict[str, float] = defaultdict(float)
        for (template, _), says in best.items():
            summed[template] += says
        return {template: min(says, MOST) for template, says in summed.items()}


def index(newest: Mapping[str, Template]) -> WordIndex:
    named: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for template in newest.values():
        for field in template.fields:
            if field.options and field.id not in ABOUT_ALL:
                for word in lexicon(field.options).words:
                    named[word].add((template.id, field.id))
    words = {}
    for word, places in named.items():
        says = 1 / len({template for template, _ in places})
        words[word] = tuple((template, field, says) for template, field in sorted(places))
    return WordIndex(_versions(newest), words)


def _versions(newest: Mapping[str, Template]) -> tuple[tuple[str, int], ...]:
    return tuple((template.id, template.version) for template in newest.values())


def _pieces(folded: str) -> Iterator[str]:
    """Every stretch of up to eight 汉字, every one to four words."""
    for run in _HAN.findall(folded):
        for start in range(len(run)):
            for end in range(start + 2, min(start + _LONGEST_HAN, len(run)) + 1):
                yield run[start:end]
    said = [word.rstrip(".'-") for word in _LATIN.findall(folded)]
    for start in range(len(said)):
        for end in range(start + 1, min(start + _MOST_WORDS, len(said)) + 1):
            yield " ".join(said[start:end])


def weighed(ranking: Understanding, said: Mapping[str, float]) -> Understanding:
    """The ranking with its templates weighed by the evidence; sure when the best is likely and near enough then."""
    if not said or not ranking.intents:
        return ranking
    chances = {
        one.id: one.score * exp(WEIGHT * said.get(one.id.removeprefix(PREFIX), 0.0) if one.id.startswith(PREFIX) else 0)
        for one in ranking.intents
    }
    whole = sum(chances.values()) or 1.0
    intents = tuple(sorted(
        (Scored(name, round(chance / whole, 4)) for name, chance in chances.items()), key=lambda one: -one.score))
    templates = tuple(Scored(one.id.removeprefix(PREFIX), one.score) for one in intents if one.id.startswith(PREFIX))
    return replace(
        ranking, intents=intents, templates=templates,
        # the engine may have been in doubt which form, but not whether it is one of ours
        sure=intents[0].score >= SURE and (ranking.sure or ranking.in_scope >= OURS),
    )


class WeighingUnderstander:
    """Any engine, its ranking weighed by the words of the forms that are offered now."""

    def __init__(self, engine: Understander, catalog: Catalog) -> None:
        self._engine, self._catalog = engine, catalog
        self._index = index(catalog.newest)
        self.name = engine.name

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        if self._index.versions != _versions(self._catalog.newest):
            self._index = index(self._catalog.newest)
        ranking = await self._engine.understand(text, language, context)
        return weighed(ranking, self._index.of(text))
