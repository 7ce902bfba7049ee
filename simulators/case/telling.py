"""Events to the gateway: signed, in the order of things or any other, once or several times, at once or later."""
from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import aiohttp

from gateway.clock import Clock
from simulators.case import signing
from simulators.case.book import STATUS, Case
from simulators.case.settings import EVENTS_SECRET

TRIES, PAUSE_S = 20, 0.5     # until the gateway has taken it
OTHER_SECRET = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCwgbm90IG91cnM="  # noqa: S105


@dataclass(frozen=True)
class Event:
    """Its body as it is sent every time."""

    id: str
    type: str
    body: bytes


class Teller:
    """`held`: what waits for `release` while `holding`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, clock: Clock) -> None:
        self._http, self._url, self._clock = http, url, clock
        self.holding = False
        self.held: list[Event] = []
        self.told: list[tuple[Event, int]] = []
        self._made = 0

    async def tell(self, case: Case, what: str, copies: int = 1, ahead_s: float = 0, **data: Any) -> Event:
        """What happens to a case, the moment it happens; the clock of this system may run `ahead_s`."""
        case.seq += 1
        case.status = STATUS[what]
        self._made += 1
        event = self._event(case, what, data, ahead_s)
        if self.holding:
            self.held += [event] * copies
        else:
            await self.send([event] * copies)
        return event

    async def release(self, *, backwards: bool = False) -> None:
        """Send what was held, in the order of things or the other way round."""
        events, self.held, self.holding = self.held, [], False
        await self.send(events[::-1] if backwards else events)

    async def send(self, events: Sequence[Event]) -> None:
        """One after the other, each until it is taken."""
        for event in events:
            for _ in range(TRIES):
                if await self.post(event) < 300:
                    break
                await asyncio.sleep(PAUSE_S)

    async def post(self, event: Event, secret: str = EVENTS_SECRET) -> int:
        """Once; the status of the answer, 599 without any."""
        headers = signing.sign(secret, event.id, int(self._clock.now().timestamp()), event.body)
        try:
            async with self._http.post(
                self._url, data=event.body, headers={"Content-Type": "application/json", **headers}
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = 599
        self.told.append((event, status))
        return status

    async def forge(self, case: Case, what: str = "case.closed") -> int:
        """An event of somebody who does not know the secret; the status of the answer."""
        forged = self._event(case, what, {"reply": "forged 伪造"}, 0)
        return await self.post(forged, OTHER_SECRET)

    def _event(self, case: Case, what: str, data: dict[str, Any], ahead_s: float) -> Event:
        at = self._clock.now().astimezone(UTC) + timedelta(seconds=ahead_s)
        body = {
            "id": f"{case.number}-{self._made}", "type": what, "time": at.isoformat(), "source": "simulators.case",
            "subject": case.work_order, "seq": case.seq, "data": {"round": case.round, **data},
        }
        return Event(str(body["id"]), what, json.dumps(body, ensure_ascii=False).encode())
