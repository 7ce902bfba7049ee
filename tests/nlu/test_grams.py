"""Pieces of spelling and the one spelling they are taken from."""
from __future__ import annotations

import numpy as np
import pytest

from nlu.grams import counts, grams
from nlu.normal import normal
from tests.tables import table


@table(("text", "plain"), [
    ("ＳＦ１２３", "sf123"),
    ("快遞沒有送達", "快递没有送达"),
    ("  My   BIKE\n", "my bike"),
    ("a\u200bb", "ab"),
    ("", ""),
    ("①", "1"),
])
def test_one_spelling(text: str, plain: str) -> None:
    assert normal(text) == plain


def test_han_characters_give_their_one_to_three_grams() -> None:
    assert set(grams("快递丢")) == {"快", "递", "丢", "快递", "递丢", "快递丢"}


def test_words_give_themselves_their_pairs_and_their_pieces() -> None:
    found = list(grams("my bike"))
    assert {"<my>", "<bike>", "<my><bike>", "<bi", "ike>", "<bik", "<bike"} <= set(found)
    assert "y b" not in found


def test_han_and_latin_do_not_mix() -> None:
    assert "<sf><sf>" not in set(grams("sf快递sf"))
    assert {"<sf>", "快递"} <= set(grams("sf快递sf"))


def test_marks_are_nothing() -> None:
    assert list(grams("，。!? …")) == []


def test_spelling_does_not_depend_on_case_or_script() -> None:
    assert list(grams("快遞 LOST")) == list(grams("快递 lost"))


def test_counts_say_how_often() -> None:
    buckets, often = counts("快快快", 1 << 12)
    assert len(buckets) == len(set(buckets.tolist())) == 3
    assert often.max() == pytest.approx(np.log1p(3))
    assert buckets.max() < 1 << 12


def test_nothing_counts_as_nothing() -> None:
    buckets, often = counts("", 16)
    assert (len(buckets), len(often)) == (0, 0)
