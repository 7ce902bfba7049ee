"""The citizen's choice beats detection; detection needs a first message or two in a row."""
from __future__ import annotations

from gateway.dialogue.draft import Dialogue, Draft
from gateway.languages import detect, follow
from tests.tables import table


@table(("text", "language"), [
    ("我的快递没到", "zh"), ("投诉SF Express", None), ("我要投诉SF Express", "zh"), ("My parcel has not arrived", "en"),
    ("ok", None), ("SF1234567890123", None), ("👍", None), ("13800138000", None), ("12 Jianguo Road", None),
    ("荷物が届きません", None), ("택배가 안 왔어요", None), ("Посылка не пришла", None),
    ("我在 Tianhe Road Number 5", None), ("", None),
])
def test_the_script_says_the_language_or_nothing(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_a_first_message_decides() -> None:
    assert follow(Dialogue(turn=1), None, "My parcel has not arrived").language == "en"
    assert follow(Dialogue(turn=1), "zh", "My parcel has not arrived").language == "en"


@table(("first", "language"), [
    ("Hello, it is too loud every night", "en"), ("每天晚上都太吵了", "zh"),
    ("354 Xingang Middle Road, Haizhu", "zh"), ("SF Express International", "zh"), ("13800138000", "zh"),
])
def test_who_scanned_a_form_is_asked_on_in_the_language_of_their_first_sentence(first: str, language: str) -> None:
    scanned = Dialogue(turn=2, greeted=True, draft=Draft("d", "construction_noise", 1, 0), asked="noise_kind")
    assert follow(scanned, None, first).language == language


def test_who_was_greeted_first_still_decides_by_their_first_words() -> None:
    followed = Dialogue(turn=4, greeted=True)
    assert follow(followed, None, "👍") == followed
    english = follow(followed, None, "My parcel has not arrived")
    assert english.language == "en"
    assert follow(english, None, "我的快递没到").language == "en", "one message in Chinese is not two"


def test_later_two_in_a_row_are_needed() -> None:
    state = follow(Dialogue(turn=3, spoken=True), None, "It has not moved since")
    assert state.language == "zh"
    assert follow(state, None, "It really has not moved").language == "en"
    between = follow(state, None, "还是没有动静")
    assert follow(between, None, "It really has not moved").language == "zh"


def test_the_pages_switch_is_a_choice_and_detection_respects_it() -> None:
    state = follow(Dialogue(turn=1), "zh", "你好，我的快递没到")
    assert not state.language_chosen
    state = follow(state, "en", "你好，还是我，快递没到")
    assert (state.language, state.language_chosen) == ("en", True)
    assert follow(state, "en", "你好，还是我，快递没到").language == "en"


def test_a_word_in_the_chat_beats_the_page() -> None:
    chosen = Dialogue(language="en", language_chosen=True, hinted="zh", turn=4)
    assert follow(chosen, "zh", "还是没有动静啊").language == "en"


def test_an_answer_to_a_field_says_nothing_about_the_language() -> None:
    state = Dialogue(turn=1, draft=Draft("d", "general", 1, 0), asked="location")
    assert follow(state, None, "Number 12 Jianguo Road Chaoyang").language == "zh"
