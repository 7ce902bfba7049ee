"""What an engine is to the pipeline (translate/translator.py): it translates masked text and says whether it could."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from translate.glossary import Term
from translate.masking import Shape


@dataclass(frozen=True, slots=True)
class Job:
    """text is masked; terms are those that occur in it; languages as our catalogs name them: zh, en, ja, …"""

    text: str
    source: str
    to: str
    shape: Shape
    terms: Sequence[Term] = ()


class Engine(Protocol):
    """name and model tell who translated; placeholder: of masking.SHAPES, which it leaves alone best."""

    name: str
    model: str
    placeholder: str
    timeout_s: float

    async def translate(self, job: Job) -> str:
        """As the engine wrote it, not yet verified. Raises calling.EngineError."""
        ...

    async def open(self) -> None:
        ...

    async def close(self) -> None:
        ...
