"""BM25 over n-grams: rare pieces weigh more, long texts less."""
from __future__ import annotations

import pytest

from nlu.bm25 import Bm25


def test_the_text_with_the_words_comes_first() -> None:
    scores = Bm25(["怎么查询进度", "怎么撤销投诉", "投诉收费吗"]).scores("撤销投诉")
    assert scores.argmax() == 1
    assert scores[0] < scores[2] < scores[1]


def test_a_rare_word_outweighs_a_common_one() -> None:
    scores = Bm25(["how do I rate", "how do I withdraw", "how do I pay", "what do I do"]).scores("how withdraw")
    assert scores.argmax() == 1


def test_of_two_that_hold_it_the_shorter_wins() -> None:
    scores = Bm25(["押金", "押金以及其他各种各样的费用都在这里说明"]).scores("押金")
    assert scores[0] > scores[1] > 0


@pytest.mark.parametrize("query", ["", "。。。", "完全无关", "xyz"])
def test_what_is_nowhere_scores_nothing(query: str) -> None:
    assert Bm25(["押金多久退", "hours"]).scores(query).tolist() == [0.0, 0.0]


def test_no_texts_no_scores() -> None:
    assert len(Bm25([]).scores("押金")) == 0
