"""The classifier on a handful of sentences, with spelling for vectors."""
from __future__ import annotations

import numpy as np
import pytest

from nlu.classifier import OUT_OF_SCOPE, Classifier, Judgement, along, kernel, rarest, weighed
from nlu.encoder import NgramEncoder
from nlu.fitting import Labelled, fit

SENTENCES = {
    "parcel": ["快递丢了", "快递没到", "包裹破损", "快递员骂人", "parcel lost", "parcel never arrived"],
    "noise": ["工地噪音", "半夜施工", "打桩很吵", "广场舞太吵", "noise at night", "loud drilling"],
    OUT_OF_SCOPE: ["今天天气", "讲个笑话", "唱首歌", "tell a joke"],
}
TEXTS = [text for texts in SENTENCES.values() for text in texts]
LABELS = [label for label, texts in SENTENCES.items() for text in texts]
ENCODER = NgramEncoder()


def fitted(texts: list[str] = TEXTS, labels: list[str] = LABELS) -> Classifier:
    return fit(Labelled(texts, labels, ENCODER.encode(texts)))


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


def test_votes_fall_with_the_distance() -> None:
    assert kernel(np.array([[1.0, 0.0, -1.0]])) == pytest.approx(np.exp([[0.0, -2.0, -4.0]]))


def test_what_lies_along_an_axis_keeps_its_direction_and_length_one() -> None:
    axes = np.eye(3, 2, dtype=np.float32)
    turned = along(np.array([[0.0, 0.6, 0.8], [0.0, 0.0, 1.0]], dtype=np.float32), axes)
    assert turned.tolist() == [[0.0, 1.0], [0.0, 0.0]]


def test_unknown_words_say_nothing_and_make_the_others_quieter(classifier: Classifier) -> None:
    vocabulary, rarity = classifier.arrays["vocabulary"], classifier.arrays["rarity"]
    alone, beside = (weighed(text, vocabulary, rarity, rarest(rarity)) for text in ("parcel", "parcel xyzzy"))
    assert alone[0].tolist() == beside[0].tolist()
    assert float(np.linalg.norm(alone[1])) == pytest.approx(1.0)
    assert float(np.linalg.norm(beside[1])) < 0.7
    assert len(weighed("xyzzy", vocabulary, rarity, rarest(rarity))[0]) == 0


def test_words_alone_tell_already_much(classifier: Classifier) -> None:
    rows = classifier.by_words(["my parcel", "半夜太吵", "xyzzy"])
    assert [classifier.intents[row.argmax()] for row in rows[:2]] == ["parcel", "noise"]
    assert not rows[2].any()


def test_a_likeness_in_spelling_alone_is_outvoted_by_meaning() -> None:
    """Both halves are added: neither is asked only when the other is silent."""
    texts = ["快递丢了", "包裹丢了", "钥匙丢了", "工地噪音"]
    data = Labelled(texts, ["parcel", "parcel", "keys", "noise"], np.eye(4, 8, dtype=np.float32))
    judged = fit(data).judge(["丢了"], np.eye(4, 8, dtype=np.float32)[2:3])
    assert fit(data).intents[int(judged.chances[0].argmax())] == "keys"


def test_without_strangers_everything_is_our_own() -> None:
    classifier = fitted(["快递丢了", "工地太吵"], ["parcel", "noise"])
    assert judge(classifier, "工地太吵").nearest[0] == pytest.approx(1.0, abs=1e-3)


def test_stored_arrays_are_all_there_is(classifier: Classifier) -> None:
    again = Classifier(dict(classifier.arrays))
    assert np.array_equal(judge(again, "快递").chances, judge(classifier, "快递").chances)
