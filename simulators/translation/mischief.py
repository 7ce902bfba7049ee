"""Every way in which engines spoil a translation, as text → text. `mark` finds their placeholders: [[1]], {1}."""
from __future__ import annotations

import html
import re
from collections.abc import Callable

_MARK = re.compile(r"\[\[\d+\]\]|\{\d+\}|\(\(\d+\)\)|⟦\d+⟧|#\d+#")
_FULL = str.maketrans("[]{}()0123456789", "［］｛｝（）０１２３４５６７８９")
_DIGIT = re.compile(r"\d+(?:[.,]\d+)*")
_WORDS = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")


def _outside(text: str, change: Callable[[str], str]) -> str:
    """Change what is no placeholder."""
    pieces, end = [], 0
    for match in _MARK.finditer(text):
        pieces += [change(text[end:match.start()]), match.group()]
        end = match.end()
    return "".join([*pieces, change(text[end:])])


def _drop(text: str) -> str:
    return _MARK.sub("", text, count=1)


def _drop_all(text: str) -> str:
    return _MARK.sub("", text)


def _invent(text: str) -> str:
    mark = _MARK.search(text)
    return text + " " + (re.sub(r"\d+", "97", mark.group()) if mark else "[[97]] {97}")


def _duplicate(text: str) -> str:
    mark = _MARK.search(text)
    return f"{text} {mark.group()}" if mark else text


def _break(text: str) -> str:
    """One closing mark is lost."""
    mark = _MARK.search(text)
    return text.replace(mark.group(), mark.group()[:-1], 1) if mark else text


def _renumber(text: str) -> str:
    mark = _MARK.search(text)
    return text.replace(mark.group(), re.sub(r"\d+", "98", mark.group()), 1) if mark else text


def _swap_digits(text: str) -> str:
    return _outside(text, lambda part: _DIGIT.sub(lambda found: _other(found.group()), part))


def _other(number: str) -> str:
    """120 → 201; 11 → 12."""
    turned = number[1:] + number[0]
    return turned if turned != number and turned[0] not in ".," else number[:-1] + str((int(number[-1]) + 1) % 10)


def _lose_digits(text: str) -> str:
    return _outside(text, lambda part: _DIGIT.sub("", part))


def _wrong_script(text: str) -> str:
    """The other language, numbers kept."""
    word = "слово" if re.search(r"[A-Za-z]{2}", _MARK.sub("", text)) else "lorem ipsum dolor "
    return _outside(text, lambda part: _WORDS.sub(word, part))


MISCHIEF: dict[str, Callable[[str], str]] = {
    "drop": _drop,
    "drop_all": _drop_all,
    "invent": _invent,
    "duplicate": _duplicate,
    "break": _break,
    "renumber": _renumber,
    "swap_digits": _swap_digits,
    "lose_digits": _lose_digits,
    "new_number": lambda text: f"{text} 77",
    "new_phone": lambda text: f"{text} 13900001111",
    "new_link": lambda text: f"{text} https://pay.example.com/now",
    "new_code": lambda text: f"{text} SF9876543210987",
    "empty": lambda text: "",
    "blank": lambda text: " \n",
    "repeat": lambda text: text + " the the the the the the the the the the",
    "runaway": lambda text: " ".join(f"{text} {_MARK.sub('', text)}" for _ in range(12)),
    "wrong_script": _wrong_script,
    "cut": lambda text: text[:max(2, len(text) // 12)],
    "upper": lambda text: text.upper(),
    "escaped": lambda text: html.escape(f"“{text}” & 'so' <on>"),
    "tags": lambda text: f"<p>{text}</p>",
    "hidden": lambda text: "\u202e" + text,
    "chatter": lambda text: f"Sure, here is the translation: {text}",
}
# What does no harm: it must be read as if it were tidy.
HARMLESS: dict[str, Callable[[str], str]] = {
    "spaced": lambda text: _MARK.sub(lambda mark: re.sub(r"(\d+)", r" \1 ", mark.group()), text),
    "full_width": lambda text: _MARK.sub(lambda mark: mark.group().translate(_FULL), text),
    "padded": lambda text: f"\n {text} \n",
}
