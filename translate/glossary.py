"""The hotline's terms in Chinese and English: translate/glossary-zh-en.csv (provenance: translate/README.md)."""
from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import ConfigError
from gateway.yamls import text as read_text

FILE = Path(__file__).with_name("glossary-zh-en.csv")
ROWS = 24  # of one request: what occurs in a longer text
_EDGES = " \t\r\n,.;:!?。，、；：！？“”\"'（）()"
_AMONG = re.compile(r"[(（][^)）]*[)）]")


@dataclass(frozen=True, slots=True)
class Term:
    zh: str
    en: str
    variants: tuple[str, ...] = ()

    def sides(self, source: str) -> tuple[str, str]:
        return (self.zh, self.en) if source == "zh" else (self.en, self.zh)

    @property
    def english(self) -> Iterator[str]:
        """Every wording, without what stands in brackets."""
        for wording in (self.en, *self.variants):
            yield _AMONG.sub("", wording).strip().lower()


class Glossary:
    """Between Chinese and English only; for other pairs it knows nothing."""

    def __init__(self, terms: Sequence[Term], version: str) -> None:
        self.version = version
        self._terms = sorted(terms, key=lambda term: -len(term.zh))
        self._zh = {term.zh: term.en for term in terms}
        self._en = {wording: term.zh for term in reversed(terms) for wording in reversed(list(term.english))}
        self._patterns = [
            (term, re.compile(rf"\b(?:{'|'.join(map(re.escape, term.english))})(?:s|es)?\b", re.IGNORECASE))
            for term in sorted(terms, key=lambda term: -len(term.en))
        ]

    def whole(self, text: str, source: str, to: str) -> str | None:
        """The answer to a text that is one term and nothing else."""
        word = text.strip(_EDGES)
        if (source, to) == ("zh", "en"):
            return self._zh.get(word)
        return self._en.get(" ".join(word.lower().split())) if (source, to) == ("en", "zh") else None

    def within(self, text: str, source: str, to: str) -> tuple[Term, ...]:
        """The terms that occur, the longest first, none of them only inside another."""
        if {source, to} != {"zh", "en"}:
            return ()
        found = []
        for term, pattern in self._patterns if source == "en" else ((term, None) for term in self._terms):
            rest = pattern.sub(" ", text) if pattern else text.replace(term.zh, " ")
            if rest != text:
                found.append(term)
                text = rest
        return tuple(found[:ROWS])


def load(file: Path = FILE) -> Glossary:
    """Raises ConfigError."""
    content = read_text(file)
    rows = list(csv.DictReader(io.StringIO(content)))
    if not rows or any(not (row.get("zh") and row.get("en")) for row in rows):
        raise ConfigError(f"{file}: columns zh and en are expected, and a term in each row")
    terms = [Term(row["zh"], row["en"], _list(row.get("accepted_variants") or "")) for row in rows]
    return Glossary(terms, hashlib.sha256(content.encode()).hexdigest()[:12])


def _list(told: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in told.split(";") if one.strip())
