"""How far a message got, over restarts: so that a try that ended in the middle is not simply made again.

No carrier has a key by which it would know a repeat, and every message is paid for. So one whose try was interrupted is
in doubt for good: it stands as doubtful in the case, where staff write anew, which is another message; a late receipt
settles it. Nobody can have the same message sent again, an operator who replays its item of lane `out` neither.
"""
from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from gateway.errors import Uncertain
from gateway.store.shared import SharedStore

KEPT_MS = 2 * 86_400_000      # longer than any message is tried


class _Progress(Struct, frozen=True):
    """taken: the provider's ids of the parts it has; settled: nothing else is in the air."""

    taken: tuple[str, ...] = ()
    settled: bool = False


class Attempts:
    """`way` keeps two providers apart."""

    def __init__(self, store: SharedStore, way: str) -> None:
        self._store, self._prefix = store, f"sms:tried:{way}"

    async def begin(self, id_: str) -> tuple[str, ...]:
        """What the provider has of it already. Raises Uncertain: an earlier try was interrupted, and nobody knows."""
        if await self._store.add(self._key(id_), msgspec.json.encode(_Progress()), KEPT_MS):
            return ()
        kept = await self._store.get(self._key(id_))
        progress = msgspec.json.decode(kept, type=_Progress) if kept else _Progress(settled=True)
        if not progress.settled:
            raise Uncertain("sms: an earlier try was interrupted")
        await self._note(id_, _Progress(progress.taken))
        return progress.taken

    async def settle(self, id_: str, taken: Sequence[str] = ()) -> None:
        """The try is over: it may be made again, and goes on after these parts."""
        await self._note(id_, _Progress(tuple(taken), settled=True))

    async def _note(self, id_: str, progress: _Progress) -> None:
        await self._store.put(self._key(id_), msgspec.json.encode(progress), KEPT_MS)

    def _key(self, id_: str) -> str:
        return f"{self._prefix}:{id_}"
