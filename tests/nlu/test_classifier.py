"""The classifier on a handful of sentences, with spelling for vectors."""
from __future__ import annotations

import numpy as np
import pytest

from nlu.classifier import OUT_OF_SCOPE, Classifier, Judgement, Labelled, fit
from nlu.encoder import NgramEncoder

SENTENCES = {
    "parcel": ["快递丢了", "快递没到", "包裹破损", "快递员骂人", "parcel lost", "parcel never arrived"],
    "noise": ["工地噪音", "半夜施工", "打桩很吵", "广场舞太吵", "noise at night", "loud drilling"],
    OUT_OF_SCOPE: ["今天天气", "讲个笑话", "唱首歌", "tell a joke"],
}
TEXTS = [text for texts in SENTENCES.values() for text in texts]
LABELS = [label for label, texts in SENTENCES.items() for text in texts]
ENCODER = NgramEncoder()


def fitted(texts: list[str] = TEXTS, labels: list[str] = LABELS) -> Classifier:
    return fit(Labelled(texts, labels, ENCODER.encode(texts), [True] * len(texts)))


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return fitted()


def judge(classifier: Classifier, *texts: str) -> Judgement:
    return classifier.judge(texts, ENCODER.encode(texts))


def test_it_knows_what_it_was_taught(classifier: Classifier) -> None:
    chances = judge(classifier, *TEXTS).chances
    assert [classifier.intents[row.argmax()] for row in chances] == LABELS


def test_chances_add_up(classifier: Classifier) -> None:
    assert judge(classifier, *TEXTS, "", "毫不相干").chances.sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_nearness_is_to_our_own_sentences_only(classifier: Classifier) -> None:
    nearest = judge(classifier, "快递丢了", "讲个笑话").nearest
    assert nearest[0] == pytest.approx(1.0, abs=1e-3)
    assert nearest[1] < 0.5


def test_a_text_is_judged_the_same_in_any_company(classifier: Classifier) -> None:
    alone = judge(classifier, "快递被偷").chances[0]
    assert np.allclose(judge(classifier, "噪音", "快递被偷", "x").chances[1], alone, atol=1e-5)


def test_fitting_twice_gives_the_same_numbers() -> None:
    one, two = fitted().arrays, fitted().arrays
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_a_large_class_does_not_swallow_a_small_one() -> None:
    many = [f"快递问题第{n}种" for n in range(60)]
    classifier = fitted([*many, "工地噪音", "半夜施工"], ["parcel"] * 60 + ["noise", "noise"])
    assert classifier.intents[judge(classifier, "夜里施工").chances[0].argmax()] == "noise"


def test_wrapped_copies_teach_but_are_not_neighbours() -> None:
    texts = ["快递丢了", "你好，快递丢了，谢谢", "工地太吵", "你好，工地太吵，谢谢"]
    data = Labelled(texts, ["parcel", "parcel", "noise", "noise"], ENCODER.encode(texts), [True, False, True, False])
    assert len(fit(data).arrays["sentences"]) == 2


def test_without_strangers_everything_is_our_own() -> None:
    classifier = fitted(["快递丢了", "工地太吵"], ["parcel", "noise"])
    assert judge(classifier, "工地太吵").nearest[0] == pytest.approx(1.0, abs=1e-3)


def test_stored_arrays_are_all_there_is(classifier: Classifier) -> None:
    again = Classifier(dict(classifier.arrays))
    assert np.array_equal(judge(again, "快递").chances, judge(classifier, "快递").chances)
