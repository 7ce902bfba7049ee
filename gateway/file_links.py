"""Links by which a case system fetches a citizen's file without an account of ours, until they expire.

Nothing about a link is kept: its signature follows from the gateway's own key (gateway/seal.py), so a new key ends all
that are under way.
"""
from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from gateway.clock import Clock, to_ms
from gateway.seal import Seal

PURPOSE = "file"   # sets these signatures apart from everything else that follows from the key
LENGTH = 32        # hexadecimal digits of a signature: 128 bits
STEPS = 7          # of its life for so long a link stays the same when it is made again
_MOMENT = re.compile("[1-9][0-9]{0,10}")


@dataclass(frozen=True, slots=True)
class FileLinks:
    seal: Seal
    clock: Clock

    def path(self, upload: str, since: int, life: timedelta) -> str:
        """Good from now for `life` or up to a seventh less. since: ms since 1970 of what it goes with: sent again soon,
        that reads the same to the byte, as systems want it of one idempotency key; later it has a fresh link."""
        whole = int(life.total_seconds())
        now = to_ms(self.clock.now()) // 1000
        expires = now - max(now - since // 1000, 0) % max(whole // STEPS, 1) + whole
        return f"/api/uploads/{upload}?expires={expires}&signature={self._signature(upload, str(expires))}"

    def prove(self, upload: str, expires: str, signature: str) -> bool:
        """Whether it is one of ours and still good; both as they stand in the query."""
        right = hmac.compare_digest(self._signature(upload, expires).encode(), signature.encode("utf-8", "replace"))
        return right and bool(_MOMENT.fullmatch(expires)) and to_ms(self.clock.now()) < int(expires) * 1000

    def _signature(self, upload: str, expires: str) -> str:
        return self.seal.mac(PURPOSE, upload, expires)[:LENGTH]
