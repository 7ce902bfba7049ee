"""Does a question find its approved answer, also from the other language, and does a question without one get none?"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bench.held_out import Case
from bench.intervals import Estimate, auroc, share
from gateway import yamls
from gateway.clock import Clock
from gateway.protocols import Answer, KnowledgeBase
from nlu.batching import BatchEncoder
from nlu.entries import read
from nlu.knowledge import KnowledgeIndex

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Found:
    case: Case
    got: Sequence[Answer]

    @property
    def right(self) -> bool:
        return bool(self.got) and self.got[0].id == self.case.want

    @property
    def among_three(self) -> bool:
        return self.case.want in {answer.id for answer in self.got[:3]}

    @property
    def answered(self) -> bool:
        return bool(self.got) and self.got[0].sure

    @property
    def score(self) -> float:
        return self.got[0].score if self.got else 0.0


async def ask(index: KnowledgeBase, questions: Iterable[Case]) -> list[Found]:
    return [Found(case, await index.search(case.text, case.language)) for case in questions]


def recalls(found: Iterable[Found]) -> dict[str, Estimate]:
    listed = list(found)
    return {"recall1": share(one.right for one in listed), "recall3": share(one.among_three for one in listed)}


def figures(found: Sequence[Found], none: Sequence[Found]) -> dict[str, Any]:
    """`none`: what came back for questions that no entry answers."""
    by_language = {
        language: recalls(one for one in found if one.case.language == language) for language in LANGUAGES
    }
    return {
        **by_language,
        "auroc": auroc([one.score for one in found], [one.score for one in none]),
        "answered": share(one.answered for one in found),
        "right_when_answered": share(one.right for one in found if one.answered),
        "answered_though_unanswerable": share(one.answered for one in none),
    }


async def across(knowledge: Path, folder: Path, encoder: BatchEncoder, clock: Clock,
                 questions: Sequence[Case]) -> dict[str, dict[str, Estimate]]:
    """Questions of one language against an index that knows the wordings of the other alone. `folder` is scratch."""
    report = {}
    for asked, known in (("en", "zh"), ("zh", "en")):
        home = folder / known
        one_sided(knowledge, home, known)
        index = KnowledgeIndex(home, encoder, clock)
        await index.open()
        of = [case for case in questions if case.language == asked]
        report[f"{asked} to {known}"] = recalls(await ask(index, of))
    return report


def one_sided(knowledge: Path, home: Path, language: str) -> None:
    """A copy of the knowledge base whose questions are in one language only."""
    (home / "unanswered").mkdir(parents=True)
    entries = [msgspec.to_builtins(entry) for entry in read(knowledge)]
    for entry in entries:
        entry["questions"] = dict.fromkeys(LANGUAGES, entry["questions"][language])
    _write(home / "entries.yaml", entries)
    for path in (knowledge / "unanswered").glob("*.yaml"):
        _write(home / "unanswered" / path.name, dict.fromkeys(LANGUAGES, yamls.read(path)[language]))


class _Plain(yaml.SafeDumper):
    """No anchors: the same list stands under both languages."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write(path: Path, document: Any) -> None:
    path.write_text(yaml.dump(document, Dumper=_Plain, allow_unicode=True), "utf-8")


def mistakes(found: Iterable[Found], none: Iterable[Found]) -> list[str]:
    """Wrong answers first, then answers to what has none."""
    wrong = [
        f"{one.case.want}: {one.case.text} → " + ", ".join(f"{got.id} {got.score:.2f}" for got in one.got)
        + (" (answered)" if one.answered else "")
        for one in found if not one.right
    ]
    return wrong + [
        f"unanswerable: {one.case.text} → {one.got[0].id} {one.score:.2f} (answered)" for one in none if one.answered
    ]
