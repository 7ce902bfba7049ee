"""A language of its own: words for words, in the right script and of a likely length; numbers and marks stay."""
from __future__ import annotations

import re
import zlib

_LATIN = (
    "street", "water", "please", "neighbour", "office", "report", "bicycle", "morning", "service", "broken", "window",
    "waiting", "answer", "help", "driver", "parcel",
)
_HAN = "路水请邻所报车早务坏窗等答助件家"
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN_RUN = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_CYRILLIC = ("дом", "окно", "улица", "вода", "ответ", "письмо")


def translated(text: str, to: str) -> str:
    """The same for the same words."""
    if to == "zh":
        return _LATIN_RUN.sub(lambda run: _pick(run.group(), _HAN) * 2, text)
    words = _CYRILLIC if to == "ru" else _LATIN
    said = _HAN_RUN.sub(lambda run: " " + " ".join(_pick(pair, words) for pair in _pairs(run.group())) + " ", text)
    if said == text:
        said = _LATIN_RUN.sub(lambda run: _pick(run.group(), words), text)
    return re.sub(r"  +", " ", said.translate(str.maketrans("，。！？：；", ",.!?:;"))).strip()


def _pairs(run: str) -> list[str]:
    return [run[n:n + 2] for n in range(0, len(run), 2)]


def _pick(word: str, among: tuple[str, ...] | str) -> str:
    return among[zlib.crc32(word.encode()) % len(among)]
