"""Lane `journal`: acts of staff and operators become audit records that nobody changes afterwards."""
from __future__ import annotations

import msgspec

from gateway.protocols import Changes, Lease, Put
from gateway.transcripts import Audit

_audits = msgspec.json.Decoder(Audit)


class Journal:
    def __init__(self, retain_ms: int) -> None:
        self._retain_ms = retain_ms

    async def handle(self, lease: Lease) -> Changes:
        return Changes(lease.msgs[-1].seq, puts=[self._put(msg.body) for msg in lease.msgs])

    def _put(self, body: bytes) -> Put:
        act = _audits.decode(body)
        index: dict[str, str | int] = {"at": act.at, "who": act.who, "subject": act.subject}
        return Put("audit", act.id, body, index, act.at + self._retain_ms)
