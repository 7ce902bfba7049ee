"""Where every message comes in: stored durably first, then the channel may acknowledge."""
from __future__ import annotations

from typing import Literal

from gateway.errors import RateLimited
from gateway.messages import Inbound, encode
from gateway.observe import INBOUND
from gateway.protocols import LaneStore
from gateway.store.lanes import Outcome
from gateway.workers import LaneWorker


class Intake:
    """`accept` for all channels; `worker` takes the turn at once when the conversation is free."""

    def __init__(self, store: LaneStore, worker: LaneWorker) -> None:
        self._store = store
        self._worker = worker

    async def accept(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        """Durable when it returns (I1). Raises RateLimited when the mailbox is full, Unavailable when nothing
        could be stored; in both cases the channel must not acknowledge."""
        done = await self._store.ingest(
            "in", inbound.conversation, inbound.id, encode(inbound), owner=self._worker.owner
        )
        INBOUND.labels(inbound.channel, done.outcome.value).inc()
        if done.outcome is Outcome.FULL:
            raise RateLimited("mailbox full", retry_after=5.0)
        if done.lease is not None:
            self._worker.begin(done.lease)
        return "new" if done.outcome is Outcome.NEW else "duplicate"
