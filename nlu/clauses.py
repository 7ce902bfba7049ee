"""What a message is about, without its courtesies (phrases in courtesies.yaml).

Citizens wrap the one clause that matters: "你好，我是一名市民，想反映……，希望有关部门尽快处理，谢谢！". A classifier
of whole messages hears the wrapping (accuracy 0.78, stock Rasa 0.11, measured), so the message is cut into clauses,
social ones are set aside, and courtesies at either end of a clause are peeled off.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gateway import yamls
from nlu.normal import normal

LONGEST = 300  # characters of a clause that count
SEEN = 1200    # characters of a message that are cut into clauses
REMEMBERED = 128  # messages: one is looked at several times in its turn
MOST = 8       # parts of a message that may be matters of their own

COURTESIES = yamls.read(Path(__file__).with_name("courtesies.yaml"))

_HAN = r"[\u4e00-\u9fff]"
_END = re.compile(
    "|".join((
        r"[。！？!?；;…\n\r]+",                    # sentence marks
        r"[，、,]+(?!\d)|(?<!\d)[，、,]+",         # commas, but not 1,000
        r"\.(?=\s|$)",                             # full stops, but not 3.5
        rf"[:：](?=\s|$|{_HAN})",                  # colons, but not 22:30
        rf"(?<={_HAN})[ \u3000]+(?={_HAN})",       # gaps between Han characters
    ))
)
_WORD = re.compile(r"\w")
_GAP = r"[\s,，.。!！:：;；~]*+"


def _phrases(lines: Sequence[str], words: Mapping[str, str]) -> str:
    """One alternation of all lines; <name> is replaced by its words."""
    joined = "|".join(f"(?:{line})" for line in lines)
    for name, choices in words.items():
        joined = joined.replace(f"<{name}>", choices)
    return joined.replace("\n", "")


_OPENINGS = _phrases(COURTESIES["openings"], COURTESIES["words"])
_CLOSINGS = _phrases(COURTESIES["closings"], COURTESIES["words"])
_SOCIAL = re.compile(rf"(?:(?:{_CLOSINGS}|{_OPENINGS}){_GAP})+")
_FRONT = re.compile(rf"(?:(?:{_OPENINGS}){_GAP})++")
_BACK = re.compile(rf"(?:{_GAP}(?:{_CLOSINGS}){_GAP})++$")


@dataclass(frozen=True, slots=True)
class Clause:
    """text = message[start:end], without the mark that ended it."""

    start: int
    end: int
    text: str


def split(message: str) -> list[Clause]:
    """Every clause that holds a letter or digit, in order."""
    clauses, start = [], 0
    for mark in _END.finditer(message):
        clauses.append(_clause(message, start, mark.start()))
        start = mark.end()
    clauses.append(_clause(message, start, len(message)))
    return [clause for clause in clauses if _WORD.search(clause.text)]


def is_social(clause: str) -> bool:
    """A greeting, thanks, self-introduction, announcement ("I want to report a problem") or wish for handling."""
    return _SOCIAL.fullmatch(normal(clause[:LONGEST])) is not None


def content(message: str) -> str:
    """The message as written, without social clauses at its beginning and end; all of it when nothing else is left.

    Social clauses between others stay: cutting there could break a sentence.
    """
    telling = _telling(message)
    if not telling:
        return message.strip()
    first, last = telling[0], telling[-1]
    mark = _END.match(message, last.end)
    end = mark.end() if mark and mark[0].strip("，、,：: ") else last.end
    return message[first.start:end].strip()


def said(message: str) -> list[str]:
    """Its clauses without the social ones, peeled, each at most 300 characters; the whole message if none is left."""
    return list(_peeled(message[:SEEN]))


def core(message: str, telling: Callable[[Sequence[str]], Sequence[str]] = lambda clauses: clauses) -> str:
    """What is weighed: its clauses, those that `telling` leaves of them, at most 300 characters."""
    return " ".join(telling(said(message)))[:LONGEST]


@lru_cache(maxsize=REMEMBERED)
def _telling(message: str) -> tuple[Clause, ...]:
    """Its clauses without the social ones."""
    return tuple(clause for clause in split(message) if not is_social(clause.text))


@lru_cache(maxsize=REMEMBERED)
def _peeled(message: str) -> tuple[str, ...]:
    return tuple(peeled(clause.text) for clause in _telling(message)) or (normal(message[:LONGEST]),)


def peeled(clause: str) -> str:
    """Normalised, without courtesies at either end; the clause itself when nothing would be left."""
    plain = normal(clause[:LONGEST])
    front = _FRONT.match(plain)
    inner = _BACK.sub("", plain[front.end():] if front else plain).strip()
    return inner if len(_WORD.findall(inner)) >= 2 else plain


def _clause(message: str, start: int, end: int) -> Clause:
    text = message[start:end]
    left = len(text) - len(text.lstrip())
    stripped = text.strip()
    return Clause(start + left, start + left + len(stripped), stripped)
