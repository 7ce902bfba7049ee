"""Which language a citizen is answered in. Pure.

A choice ("English", the page's switch) beats detection. Detection goes by script and switches by itself only on the
first words that say a language, or after two messages in a row, where messages are short on any before the first form;
never on digits, names, addresses, "ok" or emoji. Somebody who followed an account or scanned a code was greeted before
they said anything: their first words still decide, even as an answer.
"""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue.draft import Dialogue

WORDS = 3     # a message this long in another language counts
IN_A_ROW = 2
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+")
_SENTENCE = re.compile(r"\b(?:i|it|is|are|was|my|we|they|there|this|that|the|not|and|every|please)\b", re.IGNORECASE)
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
    answering = state.draft is not None and state.asked is not None
    if answering and (state.spoken or not _SENTENCE.search(text)):  # a name or an address says nothing
        return state
    found = detect(text)
    if state.language_chosen or found is None:
        return state
    early = not state.spoken or (state.terse and state.draft is None and not state.cases)
    state = replace(state, spoken=True)
    if found == state.language:
        return replace(state, elsewhere=0)
    if not early and state.elsewhere + 1 < IN_A_ROW:
        return replace(state, elsewhere=state.elsewhere + 1)
    return replace(state, language=found, elsewhere=0)
