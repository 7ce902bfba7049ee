"""The numbers that a text says, so that two languages can be held against each other. Pure.

`said` must stand on the other side; `may` may stand for what is said there: 两周 says 2, and "a fortnight" may be it.
What idioms and articles hold (一直, "a", 十分) is said by nobody. One wrong alarm shows the original; a missed fault
shows a wrong amount: where both cannot be had, numbers with a digit or with a unit are held strictly.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

_FULL = str.maketrans("０１２３４５６７８９％：．²³㎡", "0123456789%:.  ㎡")
_DATE = re.compile(r"(?<![\d.])(\d{4})\.(\d{1,2})\.(\d{1,2})(?![\d.])")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::\d{2})?(?![\d:])")
_NUMBER = re.compile(
    r"(?<![\d.])(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>(?: ?(?:百万|千万|[百千万亿])){1,2}|[kKwW](?![A-Za-z])"
    r"|[ -](?:hundred|thousand|million|billion|dozen)s?\b)?"
    r"(?P<loose>\d(?!\d))?"
)
_SCALES = {
    "百": 100, "千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "k": 1_000,
    "w": 10_000, "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12,
}
_SCALE = re.compile("|".join(sorted(_SCALES, key=len, reverse=True)))
_MOST = Decimal(10) ** 15
HALF = Decimal("0.5")


@dataclass
class Numbers:
    said: set[str] = field(default_factory=set)
    may: set[str] = field(default_factory=set)

    def say(self, *values: Decimal | int) -> None:
        """One says them, and they may stand for what is said elsewhere."""
        self.said.update(key(value) for value in values)
        self.allow(*values)

    def allow(self, *values: Decimal | int) -> None:
        self.may.update(key(value) for value in values)

    def hour(self, value: Decimal | int, *, strictly: bool = True) -> None:
        """10 in the evening is 22 o'clock."""
        (self.say if strictly else self.allow)(value)
        self.allow(value + 12, *([value - 12] if value >= 12 else []))


def key(value: Decimal | int) -> str:
    """3, 3.0 and 03 are one number."""
    return f"{Decimal(value).normalize():f}"


def plain(text: str) -> str:
    """Full-width digits and marks as ASCII; a unit's exponent is no number."""
    return text.translate(_FULL)


def digits(text: str, found: Numbers) -> str:
    """Note what is written in digits; the rest of the text comes back."""
    rest = _DATE.sub(r"\1 \2 \3", text)
    for match in _CLOCK.finditer(rest):
        found.hour(int(match[1]))
        found.allow(int(match[2]))
        if int(match[2]):
            found.say(int(match[2]))
    rest = _CLOCK.sub(" ", rest)
    for match in _NUMBER.finditer(rest):
        for value in _values(match):
            found.allow(value, int(value), *([int(key(value % 1).partition(".")[2])] if value % 1 else []))
            if value:
                found.say(value)
    return rest


def _values(match: re.Match[str]) -> Iterator[Decimal]:
    """3千8 is 3800; without a scale a loose digit cannot be."""
    value, scale = Decimal(match["n"].replace(",", "")), match["scale"]
    factor = _factor(_SCALE.findall(scale.lower())) if scale else 1
    value *= factor
    if match["loose"]:
        value += int(match["loose"]) * factor // 10
    if value < _MOST:
        yield value


def _factor(scales: Iterable[str]) -> int:
    factor = 1
    for scale in scales:
        factor *= _SCALES[scale]
    return factor
