"""translate/verify.py: correct translations pass, and whatever counts and was lost or changed is caught."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gateway import yamls
from tests.tables import table
from translate.masking import SHAPES, Masked, mask
from translate.verify import Pair, faults

PAIRS: list[dict[str, Any]] = yamls.read(Path(__file__).with_name("pairs.yaml"))
HAN = re.compile("[\u4e00-\u9fff]")


def language(text: str) -> str:
    """An English sentence may name a plate, a Chinese one a link."""
    return "zh" if len(HAN.findall(text)) > len(re.findall("[A-Za-z]+", text)) else "en"


def as_told(masked: Masked, answer: str) -> str:
    """The translation as an engine would have written it, that was shown placeholders."""
    for n, value in enumerate(masked.values, 1):
        answer = answer.replace(value, masked.shape.of(n))
    return answer


def judged(source: str, answer: str, known: list[str], shape: str = "[[1]]") -> tuple[str, ...]:
    masked = mask(source, known, SHAPES[shape])
    return faults(Pair(masked, as_told(masked, answer), language(source), language(answer)))


def test_there_are_sixty_pairs_in_both_languages() -> None:
    assert len(PAIRS) == 60
    assert {(language(pair["zh"]), language(pair["en"])) for pair in PAIRS} == {("zh", "en")}
    assert {language(pair["bad"]) for pair in PAIRS} == {"zh", "en"}


@table("pair", PAIRS)
@table("shape", list(SHAPES))
def test_a_correct_translation_raises_no_alarm(pair: dict[str, Any], shape: str) -> None:
    known = pair.get("known", [])
    assert judged(pair["zh"], pair["en"], known, shape) == ()
    assert judged(pair["en"], pair["zh"], known, shape) == ()


@table("pair", PAIRS)
def test_every_planted_fault_is_caught(pair: dict[str, Any]) -> None:
    source = pair["zh"] if language(pair["bad"]) == "en" else pair["en"]
    assert judged(source, pair["bad"], pair.get("known", [])) != ()
