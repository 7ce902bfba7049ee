"""Everything that passed over the links, readable: what a test asserts and what a demo page shows."""
from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

What = Literal["bind", "submit", "deliver", "receipt", "unbind", "enquire", "lost"]

BEIJING = timezone(timedelta(hours=8))
KEPT = 20_000     # entries; the counters go on
SHOWN = 120       # characters of a text in a line
NOBODY = "nobody"

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Entry:
    at: datetime
    what: What
    number: str        # the phone's; the system_id for what concerns a link
    said: str
    status: int        # the command_status that was answered, -1 where nobody answered

    def __str__(self) -> str:
        """One line, whatever somebody wrote: what turns or hides characters is written as its code."""
        at, outcome = self.at.astimezone(BEIJING), NOBODY if self.status < 0 else f"0x{self.status:02x}"
        line = f"{at:%m-%d %H:%M:%S} {self.what:<7} {self.number} {self.said[:SHOWN]} → {outcome}"
        return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


class Journal:
    """The latest entries in order, and counts of all of them."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self._counts: Counter[What] = Counter()

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._counts[entry.what] += 1

    def count(self, what: What) -> int:
        """All that ever happened, also what is no longer kept."""
        return self._counts[what]

    def find(self, what: What, number: str = "") -> list[Entry]:
        return [entry for entry in self.entries if entry.what == what and number in (entry.number, "")]

    def text(self) -> str:
        return "\n".join(map(str, self.entries))
