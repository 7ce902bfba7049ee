"""The way out over HTTP, whichever it is: each message in its turn, and whether messages leave at all.

A provider is not asked how it is: what it says to the latest message tells. What stands behind a Kannel is on Kannel's
own status page.
"""
from __future__ import annotations

from dataclasses import dataclass

from channels.sms.traffic import Carrier, Sms
from channels.sms.turns import Turns
from gateway.errors import Paused, Rejected, Retry, Uncertain


@dataclass(slots=True)
class Outgoing:
    """Implements `Carrier` around one that knows no limit of its own."""

    carrier: Carrier
    turns: Turns
    _trouble: str | None = None

    async def send(self, sms: Sms) -> tuple[str, ...]:
        """Raises SendError."""
        await self.turns.wait()
        try:
            taken = await self.carrier.send(sms)
        except (Retry, Paused, Uncertain) as error:
            self._trouble = error.why
            raise
        except Rejected:
            self._trouble = None
            raise
        self._trouble = None
        return taken

    async def well(self) -> str | None:
        """None while the latest message was taken or judged, else why it was not."""
        return self._trouble
