"""No translation: everybody reads what was written. The default."""
from __future__ import annotations

from collections.abc import Sequence

from gateway.clock import Clock, to_ms
from gateway.translation import Translation


class NoTranslation:
    """translation.Translator."""

    patience_s = 0.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def translate(
        self, text: str, source: str, to: str, known: Sequence[str] = (), *, again: bool = False,
    ) -> Translation:
        at = to_ms(self._clock.now())
        return Translation(original=text, source=source, to=to, text=text, at=at, verified=False, flags=("off",))

    async def open(self) -> None: ...

    async def close(self) -> None: ...
