"""Which language a citizen is answered in. Pure.

A choice ("English", the page's switch) beats detection. Detection goes by script and switches by itself only on the
first message, or after two in a row, where messages are short on any before the first form; never on digits, names,
addresses, "ok" or emoji.
"""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue.draft import Dialogue

WORDS = 3     # a message this long in another language counts
IN_A_ROW = 2
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+")
_FOREIGN = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff]")  # kana, hangul, Cyrillic, Arabic


def detect(text: str) -> str | None:
    """`zh`, `en` or None where the script does not say. Han beats Latin: carriers and numbers are Latin in zh."""
    if _FOREIGN.search(text):
        return None
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if han >= WORDS and han > latin:
        return "zh"
    return "en" if latin >= WORDS and not han else None


def follow(state: Dialogue, hint: str | None, text: str) -> Dialogue:
    """The state with the language this message is to be answered in.

    hint  what is set on the channel; changing it there is a choice, its first value is not
    """
    if hint is not None and hint != state.hinted:
        chosen = state.language_chosen or state.hinted is not None
        state = replace(state, language=hint, hinted=hint, language_chosen=chosen, elsewhere=0)
    answering = state.draft is not None and state.asked is not None  # a name or an address says nothing
    found = None if answering else detect(text)
    if state.language_chosen or found is None:
        return state
    if found == state.language:
        return replace(state, elsewhere=0)
    early = state.turn <= 1 or (state.terse and state.draft is None and not state.cases)
    if not early and state.elsewhere + 1 < IN_A_ROW:
        return replace(state, elsewhere=state.elsewhere + 1)
    return replace(state, language=found, elsewhere=0)
