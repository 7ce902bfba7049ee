"""Copies of training sentences in polite wrapping, so that the regression learns to hear through it."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from nlu.training import Example

COPIES = 1
_HAN = range(0x4E00, 0xA000)

# Words that people wrap; commands and courtesies themselves are said bare.
_WRAPPED = ("complaint.", "ask_faq", "check_status", "urge", "supplement")


@dataclass(frozen=True, slots=True)
class Sentence:
    """original: a person wrote it; False for a wrapped copy."""

    text: str
    intent: str
    original: bool


def wrapped(examples: Sequence[Example], wrappers: Mapping[str, Sequence[str]]) -> list[Sentence]:
    """The examples and their copies. Which wrapping a sentence gets depends on its words alone."""
    sentences = [Sentence(example.text, example.intent, True) for example in examples]
    for example in examples:
        if example.intent.startswith(_WRAPPED):
            choices = wrappers["zh" if any(ord(c) in _HAN for c in example.text) else "en"]
            first = crc32(example.text.encode())
            for n in range(COPIES):
                copy = choices[(first + n * 3) % len(choices)].replace("{}", example.text)
                sentences.append(Sentence(copy, example.intent, False))
    return sentences

