"""A turn's message in as little room as a channel gives: what matters least goes first, what is left over waits. Pure.

In China a short message of several parts carries 67 UTF-16 units in each, one that stands alone 70, whatever its
letters [3GPP TS 23.038, TS 23.040; carriers there send UCS-2 only]. Never dropped or cut: whom to call in danger, the
receipt, the question and its options. A summary is not cut silently either: what of it was not shown is told apart
(`Fitted.unread`), so that nobody agrees to it before.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import product

ALONE, PART = 70, 67  # UTF-16 units of a message by itself, and of each of several
TORN = 12             # units a part may leave empty, because what is seen as one character is not parted
LEAST = 16            # units from which the beginning of a text is worth sending
LINES = 6              # so many options stand a line each; more of them would fill the screen
_ENDS = (re.compile(r"[。！？!?；;\n]|\.(?=\s)"), re.compile(r"[，,、：:]\s?|\s"))


class Weight(IntEnum):
    """What a paragraph is for, the lightest first; from ANSWER on nothing is lost, what does not fit is for later."""

    PASSED = 0   # a question that another one has taken the place of
    TIP = 1
    ECHO = 2     # what was understood, said back
    NOTICE = 3
    ANSWER = 4
    SUMMARY = 5  # what the citizen's yes will stand for
    WORD = 6     # ours, that must be read now
    QUESTION = 7
    VITAL = 8    # whom to call, the receipt, what the law wants told


_SAYS: dict[str, Weight] = {
    "example": Weight.TIP, "answer.source": Weight.TIP, "verified": Weight.TIP, "resumed": Weight.TIP,
    "matters.several": Weight.TIP, "greeted": Weight.TIP, "thanks": Weight.TIP, "no_hurry": Weight.TIP,
    "noted": Weight.ECHO, "changed": Weight.ECHO, "changed.kept": Weight.ECHO, "upload.kept": Weight.ECHO,
    "details.added": Weight.ECHO, "language.set": Weight.ECHO, "again.confirm": Weight.ECHO, "switched": Weight.ECHO,
    "ladder.taken": Weight.ECHO,
    "status.case": Weight.ANSWER, "help": Weight.ANSWER, "summary": Weight.SUMMARY, "receipt": Weight.VITAL,
    "short.link": Weight.VITAL, "privacy": Weight.VITAL,
}
_DIVIDED = frozenset({Weight.ANSWER, Weight.SUMMARY})  # our other words stay whole
_KINDS: tuple[tuple[str, Weight], ...] = (
    ("emergency.", Weight.VITAL), ("warning.", Weight.NOTICE), ("identity.", Weight.ECHO),
)


def weight_of(key: str) -> Weight:
    """Of the paragraph that a key of the catalogs words."""
    return _SAYS.get(key) or next((weight for prefix, weight in _KINDS if key.startswith(prefix)), Weight.WORD)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`kept`: as the transcript has it, where that differs; `shorter`: other ways to say it, each shorter."""

    text: str
    weight: Weight = Weight.WORD
    kept: str | None = None
    shorter: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        return self.text if self.kept is None else self.kept


@dataclass(frozen=True, slots=True)
class Room:
    """So many short messages a turn; `sign`: units of the carrier's sign, which stands in front and counts."""

    segments: int = 3
    sign: int = 0

    def left(self, text: str) -> int:
        """Units that may still be added; negative where it is too much already."""
        most = ALONE if self.segments == 1 else PART * self.segments
        return most - self.torn(text) - self.sign - units(text)

    def torn(self, text: str) -> int:
        """Units that the ends of parts may leave empty."""
        return TORN * (self.segments - 1) if any(char > "\uffff" or _clings(char) for char in text) else 0


@dataclass(frozen=True, slots=True)
class Tail:
    """The options under the question: each as it is listed, and what stands around them.

    hint   how to pick one
    ways   what may be said instead of a number
    extra  what else may be said, to be told later where room is short
    more   how to see what did not fit
    unread what to say in place of `ways` and `extra` while lines of the summary are left
    """

    options: tuple[str, ...] = ()
    hint: str = ""
    ways: str = ""
    extra: str = ""
    more: str = ""
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """`rest`: what did not fit, to be shown when it is asked for; `unread`: what of it are lines of a summary."""

    text: str
    kept: str
    rest: str = ""
    unread: str = ""


def units(text: str) -> int:
    """Of UTF-16: what lies beyond U+FFFF is two."""
    return len(text) + sum(char > "\uffff" for char in text)


def clipped(text: str, most: int) -> str:
    """At most so many characters, the last of them … where something is missing."""
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def fit(paragraphs: Sequence[Paragraph], tail: Tail, room: Room) -> Fitted:
    """One message that has room. The last paragraph before options is the question."""
    kept = _dropped(list(paragraphs), tail, room)
    later, brief = tail.extra, replace(tail, extra="")
    ways = list(_ways_to_say(kept))
    for ends in (((tail, ""), (replace(tail, hint=""), ""), (brief, later)), ((replace(brief, more=""), later),)):
        for said, (end, rest) in product(ways, ends):
            if room.left(_joined(said, end, rest)) >= 0:
                return Fitted(_joined(said, end, rest), _recorded(said, end, rest), rest)
    if any(one.weight is Weight.SUMMARY for one in kept):  # what may be said to it is said with its last line
        brief, later = replace(tail, ways=tail.unread, extra="", more=""), ""
    ways = ways[1:] or ways
    divided = [fitted for said in ways if (fitted := _divided(said, brief, room, later))]
    last = replace(tail, extra="")
    soon = (fitted for fitted in divided if room.left(_joined([Paragraph(fitted.unread)], last)) >= 0)
    return next(soon, None) or (divided[0] if divided else _paged(ways[0], brief, room))


def _divided(kept: list[Paragraph], tail: Tail, room: Room, later: str) -> Fitted | None:
    """With the end of what may be cut left for later; None where all that may not is too much."""
    for most in (Weight.SUMMARY, Weight.WORD):
        shown, left = _cut(kept, tail, room, most)
        rest, unread = _told_apart(left)
        rest = "\n".join(filter(None, (rest, later)))
        if room.left(_joined(shown, tail, rest)) >= 0:
            return Fitted(_joined(shown, tail, rest), _recorded(shown, tail, rest), rest, unread)
    return None


def _dropped(kept: list[Paragraph], tail: Tail, room: Room) -> list[Paragraph]:
    """Without the lightest paragraphs, as few as will do: of equals the smallest that makes room, else the longest."""
    while (over := -room.left(_joined(kept, tail))) > 0:
        light = min((one.weight for one in kept), default=Weight.VITAL)
        if light > Weight.NOTICE:
            return kept
        equals = sorted((one for one in kept if one.weight == light), key=lambda one: units(one.text))
        goes = next((one for one in equals if units(one.text) >= over), equals[-1])
        kept = [one for one in kept if one is not goes]
    return kept


def _ways_to_say(kept: list[Paragraph]) -> Iterator[list[Paragraph]]:
    """As it is, then shorter and shorter."""
    yield kept
    for n in range(max((len(one.shorter) for one in kept), default=0)):
        yield [replace(one, text=one.shorter[min(n, len(one.shorter) - 1)]) if one.shorter else one for one in kept]


def _cut(kept: list[Paragraph], tail: Tail, room: Room, most: Weight) -> tuple[list[Paragraph], list[Paragraph]]:
    """Paragraphs up to this weight as far as they fit, in order; the rest of them for later."""
    fixed = _joined([one for one in kept if one.weight > most], tail, "…")
    left = room.left(fixed) + room.torn(fixed) - room.torn(_joined(kept, tail))
    shown: list[Paragraph] = []
    rest: list[Paragraph] = []
    for one in kept:
        if one.weight > most:
            shown.append(one)
            continue
        room_for = left - 1 if one.weight in _DIVIDED or units(one.text) < left else 0
        head, over = ("", one.text) if rest else _parted(one.text, room_for)
        left -= units(head) + 1
        shown += [one if not over else Paragraph(head, one.weight)] if head else []
        rest += [Paragraph(over, one.weight)] if over else []
    return shown, rest


def _told_apart(left: list[Paragraph]) -> tuple[str, str]:
    """All else, and what of it are lines of the summary."""
    summary = [one.text for one in left if one.weight is Weight.SUMMARY]
    return "\n".join(one.text for one in left if one.weight is not Weight.SUMMARY), "\n".join(summary)


def _paged(kept: list[Paragraph], tail: Tail, room: Room) -> Fitted:
    """The question and its options alone are too much: as many options as fit, what else there is later."""
    asked = [one for one in kept if one.weight >= Weight.QUESTION] or kept[-1:]
    others, unread = _told_apart([one for one in kept if one not in asked])
    for n in range(len(tail.options), -1, -1):
        part = replace(tail, options=tail.options[:n], hint="")
        rest = _options(replace(tail, options=tail.options[n:], ways="")) if n < len(tail.options) else ""
        text = _joined(asked, part, rest or others)
        if room.left(text) >= 0:
            later = "\n".join(filter(None, (rest, others)))
            return Fitted(text, _recorded(asked, part, rest or others), later, unread)
    head, rest = _parted(_joined(asked, Tail()), room.left(f" {tail.more}"))
    later = "\n".join(filter(None, (rest, _options(tail), others)))
    return Fitted(f"{head} {tail.more}", f"{head} {tail.more}", later, unread)


def _joined(kept: Sequence[Paragraph], tail: Tail, rest: str = "") -> str:
    return _lines([one.text for one in kept], tail, rest)


def _recorded(kept: Sequence[Paragraph], tail: Tail, rest: str = "") -> str:
    return _lines([one.record for one in kept], tail, rest)


def _lines(said: list[str], tail: Tail, rest: str) -> str:
    return " ".join(filter(None, ["\n".join([*said, *filter(None, [_options(tail)])]), tail.more if rest else ""]))


def _options(tail: Tail) -> str:
    apart = "\n" if len(tail.options) <= LINES else " "  # either is one character
    listed = apart.join(filter(None, [*tail.options, tail.hint])) if tail.options else ""
    return "\n".join(filter(None, (listed, tail.ways, tail.extra)))


def _parted(text: str, most: int) -> tuple[str, str]:
    """The beginning that has at most so many units, up to the end of a sentence or a word; and the rest."""
    if units(text) <= most:
        return text, ""
    if most < LEAST:
        return "", text
    end = 0
    for n, size in enumerate(_sizes(text)):
        if size > most:
            break
        end = n + 1
    end = _between(text, end)
    for marks in _ENDS:
        stops = [mark.end() for mark in marks.finditer(text[:end])]
        if stops and stops[-1] > end // 2:
            return text[:stops[-1]].rstrip(), text[stops[-1]:].lstrip()
    return text[:end], text[end:]


def _sizes(text: str) -> Iterator[int]:
    size = 0
    for char in text:
        size += 1 + (char > "\uffff")
        yield size


def _between(text: str, end: int) -> int:
    """The nearest end before which nothing is torn from what clings to it."""
    best = end
    while best > 1 and (_clings(text[best]) or text[best - 1] == "\u200d"):
        best -= 1
    return best if best > 1 else end


def _clings(char: str) -> bool:
    """It belongs to the character before it."""
    return char == "\u200d" or unicodedata.category(char) in ("Mn", "Mc", "Me")
