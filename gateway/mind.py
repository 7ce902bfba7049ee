"""What the gateway understands with: an engine and a knowledge base, opened and closed together."""
from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.protocols import KnowledgeBase, Understander


@dataclass(slots=True)
class Mind:
    """The understanding engine and the knowledge base; opened before the first message."""

    engine: Understander
    knowledge: KnowledgeBase
    opening: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    closing: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()

    async def open(self) -> None:
        for step in self.opening:
            await step()

    async def close(self) -> None:
        for step in self.closing:
            await step()
