"""No understanding at all: every message is asked about. For tests, and for a city that wants menus only."""
from __future__ import annotations

from collections.abc import Sequence

from gateway.protocols import Answer, NluContext, Understanding


class NullUnderstander:
    name = "null"

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        return Understanding((), (), content=text, in_scope=0.0, sure=False, engine=self.name, model="none")


class NullKnowledge:
    """A knowledge base without entries."""

    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        return ()
