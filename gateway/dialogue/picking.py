"""Reading an answer as one of the options that the last message offered."""
from __future__ import annotations

import re
import unicodedata

from gateway.dialogue.commands import Word, fold, read

# An offered value and the words that mean it besides its own name.
_MEANT: dict[str, tuple[Word, ...]] = {
    "yes": (Word.YES, Word.SOLVED),
    "no": (Word.NO,),
    "drop": (Word.CANCEL, Word.YES),
    "keep": (Word.CONTINUE, Word.NO, Word.BACK),
    "file": (Word.YES,),
    "change": (Word.CHANGE, Word.NO),
    "continue": (Word.CONTINUE, Word.YES, Word.NO, Word.SKIP),
    "restart": (Word.RESTART, Word.NEW),
    "done": (Word.DONE, Word.NO, Word.SKIP, Word.BACK),
    "switch": (Word.YES,),
    "stay": (Word.NO, Word.CONTINUE, Word.BACK, Word.CANCEL),
    "nothing": (Word.NO, Word.DONE, Word.CANCEL),
    "skip": (Word.SKIP,),
    "human": (Word.HUMAN, Word.YES),
    "supplement": (Word.SUPPLEMENT, Word.YES),
    "new": (Word.NEW, Word.NO),
    "other": (Word.OTHER, Word.NO),
    "details": (Word.DETAILS, Word.SUPPLEMENT),
}
_ORDINALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
             "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_ORDINAL = re.compile(r"(?:第|选|选项|option\s*|number\s*|no\.?\s*|the\s+)?\s*"
                      r"(?P<n>\d{1,2}|[一二两三四五六七八九十]|first|second|third|fourth|fifth)\s*(?:个|项|号|条|one)?")
# In a sentence only with what makes it an option: 第二天 and "the second time" are none.
_POINTED = re.compile(
    r"第\s?(?P<zh>\d{1,2}|[一二三四五六七八九十])\s?(?:个|项|种|条|选项)(?![月人小])"
    r"|(?:the\s+)?\b(?P<en>first|second|third|fourth|fifth)\s+(?:one|option|choice)\b"
    r"|\b(?:option|choice|number)\s+(?P<digits>\d{1,2})\b")
_LAST = re.compile(r"最后(?:那|一)?个(?!月)|\blast\s+(?:one|option|choice)\b", re.IGNORECASE)


def pick(text: str, offered: tuple[str, ...], *, by_number: bool = True) -> str | None:
    """The offered value that the text names: by itself, by a word of the exact table, by its number."""
    folded = fold(text)
    by_name = next((value for value in offered if value.casefold() == folded), None)
    return by_name or _by_word(text, offered) or (_by_number(folded, offered) if by_number else None)


def number(text: str) -> int | None:
    """1 for "1", "１", "第一个", "the first one"; None for everything else."""
    match = _ORDINAL.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    if not match:
        return None
    said = match["n"]
    return int(said) if said.isdigit() else _ORDINALS[said]


def place_in(text: str, count: int) -> str | None:
    """The number, in digits, of the one option that a sentence points at: 那就第三个吧, "the last one"."""
    said = [hit["zh"] or hit["en"] or hit["digits"] for hit in _POINTED.finditer(text.casefold())]
    places = {_ORDINALS.get(one) or int(one) for one in said} | ({count} if _LAST.search(text) else set())
    return str(places.pop()) if len(places) == 1 else None


def _by_word(text: str, offered: tuple[str, ...]) -> str | None:
    command = read(text)
    if not isinstance(command, Word):
        return None
    named = [value for value in offered if value == command.value]
    meant = [value for value in offered if command in _MEANT.get(value, ())]
    return next(iter([*named, *meant]), None)


def _by_number(folded: str, offered: tuple[str, ...]) -> str | None:
    at = number(folded)
    return offered[at - 1] if at is not None and 1 <= at <= len(offered) else None
