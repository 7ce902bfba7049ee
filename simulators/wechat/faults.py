"""Faults that a test, an operator or the demo page switches on: for one path, so many times."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "errcode", "status", "html", "delay", "hang", "reset_before", "reset_after", "expire_tokens", "truncate", "cap",
]
EVERYWHERE = "*"


@dataclass
class Fault:
    """What befalls the next `times` calls of `path` (its whole, its end, or `*`).

    errcode: this `code` · status: HTTP `status` with an HTML page · html: an HTML page with 200 · delay: `seconds`
    first · hang: no answer until the caller goes away · reset_before, reset_after: a TCP reset before or after the
    effect · expire_tokens: every access token is void from here on · truncate: half of the JSON · cap: 45009.
    """

    path: str
    kind: FaultKind
    times: int = 1
    code: int = -1
    status: int = 502
    seconds: float = 0.0

    def hits(self, path: str) -> bool:
        return self.times > 0 and (self.path == EVERYWHERE or path.endswith(self.path))


class Faults:
    """Those switched on, the first in front; a call takes at most one."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._cleared = asyncio.Event()

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def take(self, path: str) -> Fault | None:
        """The fault of this call, counted down."""
        for fault in self._faults:
            if fault.hits(path):
                fault.times -= 1
                return fault
        return None

    def waiting(self) -> list[Fault]:
        return [fault for fault in self._faults if fault.times > 0]

    def clear(self) -> None:
        """Switch all off; what hangs is hung up on."""
        self._faults.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def hang(self) -> None:
        """Until they are cleared."""
        await self._cleared.wait()
