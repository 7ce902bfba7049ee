"""Numbers in English words: two and a half, thirty-five, the third, 10 p.m., 3 May. See translate/numbers.py."""
from __future__ import annotations

import re
from decimal import Decimal

from gateway.fields.numerals_en import number_en
from translate.numbers import HALF, Numbers, digits, plain

_ONES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNDER_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[:9])})\b)?|(?:{'|'.join(reversed(_ONES))})\b)"
_UNDER_1000 = rf"(?:(?:{_UNDER_100}|an?)[ -]hundred(?:(?: and |[ -]){_UNDER_100})?|{_UNDER_100})"
_CARDINAL = re.compile(
    rf"\b(?:(?:{_UNDER_1000}|an?)[ -](?:thousand|million)(?:(?:,? and |,? ){_UNDER_1000})?|an? dozen|{_UNDER_1000})"
    rf"(?P<half> and a half)?(?![a-z])"
)
_ORDINALS = {word: n for n, word in enumerate((
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
), 1)} | {"thirtieth": 30}
_ORDINAL = re.compile(rf"\b(?:(twenty|thirty)[ -])?({'|'.join(_ORDINALS)})s?\b")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)
_SHORT = "|".join(rf"{month[:3]}(?:{month[3:]})?" if month != "May" else "May" for month in _MONTHS)
_MONTH = re.compile(rf"\b(?:{_SHORT}|Sept)\b(?!['’])")
_DATED = re.compile(rf"\b({_SHORT}|Sept)\.?(?= \d)|(?<=\d )({_SHORT}|Sept)\b|(?<=\dth )({_SHORT})\b", re.ASCII)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = re.compile(rf"\b({'|'.join(_DAYS)})s?\b")
_SHORT_DAY = re.compile(r"\b(Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun)\b")
_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})(?::(\d{2}))? ?(?:[ap]\.?m\b|o['’]clock)")
_DIGIT_HALF = re.compile(r"(\d{1,4}) and a half")
_WORDS: tuple[tuple[str, tuple[Decimal | int, ...]], ...] = (
    (r"an?|one|once|single|each|every|per|the|this|last|next", (1,)),
    (r"twice|doubled?|both|couple|pair|either|two|again", (2,)),
    (r"thrice|triple|tripled", (3,)), (r"half", (HALF, 30, 6, 50)), (r"half price", (50,)), (r"dozens?", (12,)),
    (r"quarter|quarterly", (3, 15, 25, 45, Decimal("0.25"))), (r"noon|midday", (12,)), (r"midnight", (0, 12, 24)),
    (r"fortnight|fortnightly", (2, 14)), (r"zero|no|not|nil|free|without", (0,)), (r"decades?", (10,)),
    (r"weekends?", (6, 7)),
    (r"year|annual|annually|yearly", (12,)), (r"hundreds?", (100,)), (r"thousands?", (1000,)), (r"week|weekly", (7,)),
)
_TENTHS = re.compile(r"(\d{1,3}) (?:cents|jiao|mao)\b")


def numbers_en(text: str) -> Numbers:
    found = Numbers()
    text = plain(text)
    for match in _HOUR.finditer(text):
        found.hour(int(match[1]), strictly=False)
    for match in _DIGIT_HALF.finditer(text):
        found.allow(int(match[1]) + HALF)
    for match in _TENTHS.finditer(text):
        found.allow(Decimal(match[1]) / 10, Decimal(match[1]) / 100)
    _calendar(text, found)
    lower = digits(text, found).lower()
    for match in _CARDINAL.finditer(lower):
        _cardinal(match, found)
    for match in _ORDINAL.finditer(lower):
        _ordinal(match, found)
    for pattern, values in _WORDS:
        if re.search(rf"\b(?:{pattern})\b", lower):
            found.allow(*values)
    if re.search(r"\ban? (?:hour|year|day|month|week) and a half\b", lower):
        found.allow(1 + HALF)
    return found


def _calendar(text: str, found: Numbers) -> None:
    """Months beside a number are said; May and March alone may be other words. Weekdays are said."""
    found.allow(*(_month(match.group()) for match in _MONTH.finditer(text)))
    found.say(*(_month(next(filter(None, match.groups()))) for match in _DATED.finditer(text)))
    found.said.update(f"day {_DAYS.index(match[1]) + 1}" for match in _DAY.finditer(text))
    short = [day[:3] for day in _DAYS]
    found.may.update(f"day {short.index(match[1][:3]) + 1}" for match in _SHORT_DAY.finditer(text))
    found.may |= found.said
    if "weekend" in text.lower():
        found.may.update(("day 6", "day 7"))


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month[:3] == name[:3])


def _cardinal(match: re.Match[str], found: Numbers) -> None:
    value = number_en(match.group().removesuffix(match["half"] or ""))
    if match["half"]:
        found.allow(value + HALF)
    if value >= 2:
        found.say(value)
    found.hour(value, strictly=False)


def _ordinal(match: re.Match[str], found: Numbers) -> None:
    value = _ORDINALS[match[2]] + {"twenty": 20, "thirty": 30, None: 0}[match[1]]
    if value >= 3 and not match.group().endswith("s"):  # thirds, and a second that is a time
        found.say(value)
    found.allow(value)
