"""The lines of SMS: each `[[sms]]` with its ear and its voice, and which of them speaks to somebody."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from channels.sms.sending import SmsSender, written_to
from channels.sms.taking import Taker
from channels.sms.traffic import Arrival, Hands
from gateway.outbox import Moved, Noted, Say, Sent


@dataclass(frozen=True, slots=True)
class Ear:
    """Hears for one channel. Ids are its provider's, so its name is put before them; a message for a number that it has
    not, an extension of one say, is for its first."""

    name: str
    numbers: Sequence[str]
    taker: Taker

    @property
    def hands(self) -> Hands:
        return replace(self.taker.hands, take=self.take)

    async def take(self, arrival: Arrival) -> None:
        """Raises Unavailable, RateLimited."""
        to = arrival.to if arrival.to in self.numbers else self.numbers[0]
        await self.taker.take(replace(arrival, id=f"{self.name}.{arrival.id}", to=to))


@dataclass(frozen=True, slots=True)
class Switchboard:
    """gateway.outbox.Sender: the channel whose number somebody wrote to; the first for who only was written to.

    owners  by our number
    """

    first: SmsSender
    owners: Mapping[str, SmsSender]

    async def send(self, user: str, say: Say, part: int, reach: str) -> Sent:
        return await self._of(reach).send(user, say, part, reach)

    async def move(self, user: str, moved: Moved, reach: str) -> str:
        return await self._of(reach).move(user, moved, reach)

    def heard(self, user: str, note: str, reach: str) -> Noted:
        return self._of(reach).heard(user, note, reach)

    def _of(self, reach: str) -> SmsSender:
        return self.owners.get(written_to(reach), self.first)
