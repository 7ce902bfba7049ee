"""How a server behaves: what befalls the next calls, and what it does to the texts of all."""
from __future__ import annotations

from dataclasses import dataclass, field

from simulators.translation.mischief import HARMLESS, MISCHIEF

# In place of an answer, or instead of a good one.
FAULTS = frozenset({
    "throttled", "throttled_after", "loading", "failing", "unpaid", "forbidden", "quota", "refused", "page", "redirect",
    "hang", "reset", "endless", "drip", "not_json", "no_field", "null", "no_choice", "length", "filtered",
})


@dataclass
class Conduct:
    """Stands until changed.

    fault     of FAULTS, "" for none; times: of how many calls more, None for all
    mischief  of MISCHIEF, HARMLESS or "echo", to every text that is answered
    knows     what it translates otherwise than word by word, placeholders included
    key       that it wants; "" for none
    """

    fault: str = ""
    times: int | None = None
    mischief: str = ""
    knows: dict[str, str] = field(default_factory=dict)
    key: str = ""

    def befalls(self) -> str:
        """The fault of this call; counts it."""
        if self.fault and self.fault not in FAULTS:
            raise ValueError(f"no such fault: {self.fault}")
        if not self.fault or self.times == 0:
            return ""
        if self.times is not None:
            self.times -= 1
        return self.fault

    def spoilt(self, text: str, source: str) -> str:
        if not self.mischief:
            return text
        if self.mischief == "echo":
            return source
        return {**MISCHIEF, **HARMLESS}[self.mischief](text)
