"""Options as numbers, where a channel shows no buttons: which are listed, and which one a number picks. Pure.

At the summary numbers are its lines, and everything else there is a word to say ("Y", 改2, 取消). Ways out of a
question (跳过) are words everywhere: "1" may be the answer itself.
"""
from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.dialogue.draft import Dialogue
from gateway.dialogue.satisfaction import plain
from gateway.messages import Choice, CitizenContent, Text

WAYS = frozenset({"skip", "done", "anonymous", "nothing"})
SUMMARY = "confirm"
MORE = frozenset({"0", "更多", "more"})

_NUMBER = re.compile(r"(?:我?选择?|回复?|按|option|no\.?)?\s*(?P<n>\d{1,2})\s*[.、)。号]?", re.IGNORECASE)


def numbers(asked: str | None, values: Sequence[str]) -> dict[str, int]:
    """The offered values that have a number: their place, or their own where all of them are numbers. "5" must never
    be read as the fifth of five to one points. The others are said as words."""
    own = all(value.isdecimal() for value in values)
    return {value: int(value) if own else n for n, value in enumerate(values, 1) if _numbered(asked, value)}


def chosen(state: Dialogue, contents: list[CitizenContent]) -> list[CitizenContent]:
    """Where messages are short, a message that is a number is the option that stood beside it."""
    alone = state.terse and state.mode == "bot" and len(contents) == 1
    return [_meant(state, contents[0])] if alone else contents


def _meant(state: Dialogue, content: CitizenContent) -> CitizenContent:
    match = _NUMBER.fullmatch(plain(content.text)) if isinstance(content, Text) else None
    if match is None:
        return content
    places = numbers(state.asked, state.offered)
    return next((Choice(value) for value, n in places.items() if n == int(match["n"])), content)


def is_one(text: str) -> bool:
    """Whether a message is a number of an option and nothing else. 110 is none: that is somebody to call."""
    return _NUMBER.fullmatch(plain(text)) is not None


def wants_more(text: str, *, counts: bool) -> bool:
    """Whether the rest of our message is asked for. `counts`: the open question is answered by a number."""
    said = plain(text).casefold().strip("。.!！“”\"")
    return said in (MORE - {"0"} if counts else MORE)


def _numbered(asked: str | None, value: str) -> bool:
    return asked != SUMMARY and (value not in WAYS or asked == "identity_mode")
