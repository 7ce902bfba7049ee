"""The seam of machine translation: what is asked, and what comes back in every case."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Translation(Struct, frozen=True, kw_only=True):
    """One free text in another language, as records keep it.

    original  what was written; it is never overwritten
    text      what is to be shown: the translation, or the original where there is none to be trusted
    engine    who translated, "glossary" for a term of the list; "" where text is the original
    at        ms since 1970
    verified  text may be shown in place of the original: everything that counts in it is there
    flags     why text is the original, or what was found at tries before this one; a word each (translate/README.md)
    """

    original: str
    source: str
    to: str
    text: str
    engine: str = ""
    model: str = ""
    at: int
    verified: bool
    flags: tuple[str, ...] = ()

    @property
    def machine(self) -> bool:
        """It must be marked as machine translated, with a way to the original."""
        return bool(self.engine)


class Translator(Protocol):
    patience_s: float
    """How long to wait before the original goes alone; the translation may follow."""

    async def translate(
        self, text: str, source: str, to: str, known: Sequence[str] = (), *, again: bool = False,
    ) -> Translation:
        """Never raises, and never loses the text.

        known  values that the dialogue holds already, names and addresses too: they stay as they are
        again  the former translation was no good: another engine, or the same one asked anew
        """
        ...

    async def open(self) -> None:
        """Inside the loop that asks."""
        ...

    async def close(self) -> None:
        ...
