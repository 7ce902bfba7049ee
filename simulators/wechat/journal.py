"""Everything that passed between WeChat and the gateway, readable: what a test asserts and what the demo page shows."""
from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

What = Literal["call", "push"]

BEIJING = timezone(timedelta(hours=8))
KEPT = 20_000     # entries; the counters go on
SHOWN = 200       # characters of a line's contents


@dataclass(frozen=True)
class Entry:
    """`call`: the gateway asked the platform; `push`: the platform pushed, in one try or in three."""

    at: datetime
    what: What
    account: str
    subject: str                 # the path, or the message type or event
    said: Mapping[str, Any]      # query and body, or the pushed fields
    outcome: str                 # "0 ok", "45015 response out of …", "HTTP 502", "success", …

    def __str__(self) -> str:
        """One line, whatever a citizen wrote: what turns or hides characters is written as its code."""
        said = json.dumps(self.said, ensure_ascii=False, default=str)[:SHOWN]
        at = self.at.astimezone(BEIJING)
        line = f"{at:%m-%d %H:%M:%S} {self.what:<5} {self.account} {self.subject} {said} → {self.outcome}"
        return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


class Journal:
    """The latest entries in order, and counts of all of them."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self._counts: Counter[tuple[What, str]] = Counter()

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._counts[entry.what, entry.subject] += 1

    def count(self, what: What, subject: str) -> int:
        """All that ever happened, also what is no longer kept."""
        return self._counts[what, subject]

    def counts(self, what: What) -> dict[str, int]:
        """By path, or by message type or event: the arithmetic of the daily caps."""
        return {subject: n for (kind, subject), n in self._counts.items() if kind == what}

    def find(self, what: What, subject: str = "") -> list[Entry]:
        return [entry for entry in self.entries if entry.what == what and subject in (entry.subject, "")]

    def text(self) -> str:
        return "\n".join(map(str, self.entries))
