"""What the gateway understands with: engine, knowledge base and the watch for danger, opened and closed together."""
from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.emergency import RULES_ALONE
from gateway.protocols import KnowledgeBase, Sentinel, Understander


@dataclass(slots=True)
class Mind:
    """Opened before the first message. Without a watch of its own the rules alone tell danger."""

    engine: Understander
    knowledge: KnowledgeBase
    opening: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    closing: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    sentinel: Sentinel = RULES_ALONE

    async def open(self) -> None:
        for step in self.opening:
            await step()

    async def close(self) -> None:
        for step in self.closing:
            await step()
