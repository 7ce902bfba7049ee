"""The rating dialogue: what is asked, what is understood, what goes back."""
from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway import rating, rating_words
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Ask, Effect, Labelled, Rated, Say
from gateway.messages import Choice, Text, Upload
from tests.tables import table

ID = "WO-20261123-0000000001"
WORDING = rating.Wording(reasons=(Labelled("nobody", "没有人联系我"), Labelled("undone", "问题还在")))


def invited() -> Dialogue:
    return rating.invite(Dialogue(), ID, 0)[0]


def talk(state: Dialogue, *said: str) -> tuple[Dialogue, list[Effect]]:
    effects: list[Effect] = []
    for words in said:
        outcome = rating.step(state, Text(words), WORDING)
        assert outcome is not None, words
        state, effects = outcome
    return state, effects


def rated(effects: list[Effect]) -> Rated:
    return next(effect for effect in effects if isinstance(effect, Rated))


def asked(effects: list[Effect]) -> str:
    return next(effect.what for effect in effects if isinstance(effect, Ask))


def test_an_invitation_asks_whether_it_is_solved() -> None:
    state, effects = rating.invite(Dialogue(), ID, 0)
    assert (state.asked, state.offered, asked(effects)) == ("resolved", ("yes", "partly", "no"), "resolved")


def test_not_solved_asks_points_and_reason_and_goes_back() -> None:
    state, effects = talk(invited(), "没有解决", "1", "没有人来看过")
    result = rated(effects)
    assert (result.resolved, result.satisfaction, result.reason) == ("no", 1, "没有人来看过")
    assert result.wants_rework
    assert asked(effects) == "contacted"
    state, effects = talk(state, "没有")
    assert rated(effects).contacted == "no"
    assert rated(effects).wants_rework
    assert (state.rating, state.asked) == (None, None)


def test_solved_and_satisfied_is_counted_at_once() -> None:
    _, effects = talk(invited(), "解决了", "５分")
    assert (rated(effects).resolved, rated(effects).satisfaction, rated(effects).wants_rework) == ("yes", 5, False)
    assert Say("rating.thanks") in effects


@table(("said", "goes_back"), [
    (("部分解决", "2", "跳过"), True),      # two points or fewer unless solved
    (("partly", "3", "yes"), True),         # offered
    (("partly", "3", "no"), False),
    (("yes", "2", "太慢了", "不用"), False),  # solved, unhappy: reason, then offered
    (("yes", "1", "skip", "好"), True),
])
def test_what_goes_back(said: tuple[str, ...], goes_back: bool) -> None:
    _, effects = talk(invited(), *said)
    assert rated(effects).wants_rework is goes_back


@table(("words", "hears"), [
    ("5", True), ("满意", True), ("5 非常差", True), ("还没解决", True), ("solved", True),
    ("谢谢", False), ("进度", False), ("2号楼电梯坏了", False), ("1楼的灯又坏了", False), ("3天了没人管", False),
    ("我对物业不满意，垃圾没人收", False), ("1.路灯坏了 2.井盖没了 3.没人管", False), ("", False), ("\ud800", False),
])
def test_what_rates_a_case_without_having_just_been_asked(words: str, hears: bool) -> None:
    asked = rating.invite(Dialogue(terse=True), ID, 0)[0]
    left = replace(asked, asked=None, offered=())
    assert rating.late(left, Text(words)) == (asked if hears else left)
    for busy in (replace(left, terse=False), replace(left, asked="template"), replace(left, rating=None)):
        assert rating.late(busy, Text(words)) == busy


def test_the_templates_reasons_are_offered_and_kept_in_words() -> None:
    state, effects = talk(invited(), "no", "2")
    ask = next(effect for effect in effects if isinstance(effect, Ask))
    assert [choice.value for choice in ask.choices] == ["nobody", "undone", "skip"]
    outcome = rating.step(state, Choice("undone"), WORDING)
    assert outcome is not None
    assert rated(outcome[1]).reason == "问题还在"


@table(("said", "resolved", "satisfaction", "reason", "back"), [
    (("1", "5"), "yes", 5, None, False),           # the options in their order: yes, partly, no
    (("３", "1", "2"), "no", 1, "问题还在", True),  # … the template's reasons, then "skip"
    (("第三个", "2", "3"), "no", 2, None, True),
    (("the first one", "1", "第一个", "1"), "yes", 1, "没有人联系我", True),
    (("2", "4", "2"), "partly", 4, None, False),
])
def test_a_number_is_the_option_that_stood_there(
    said: tuple[str, ...], resolved: str, satisfaction: int, reason: str | None, back: bool
) -> None:
    """But points are points: "5" is the best of five, wherever it stands."""
    result = rated(talk(invited(), *said)[1])
    assert (result.resolved, result.satisfaction, result.reason, result.wants_rework) == (
        resolved, satisfaction, reason, back)


@table(("said", "asks"), [((), "resolved"), (("no",), "satisfaction"), (("partly", "3"), "rework")])
def test_a_number_that_no_option_has_is_asked_about(said: tuple[str, ...], asks: str) -> None:
    state, _ = talk(invited(), *said)
    after, effects = talk(state, "9")
    assert (after.asked, asked(effects), after.rating) == (asks, asks, state.rating)


@table("words", ["人工", "帮助", "English", "取消"])
def test_a_command_is_not_a_reason(words: str) -> None:
    state, _ = talk(invited(), "no", "1")
    assert rating.step(state, Text(words), WORDING) is None


@pytest.mark.parametrize("choice", [Choice("yes", "0.9"), Choice("five")])
def test_a_stale_or_foreign_choice_only_repeats_the_question(choice: Choice) -> None:
    outcome = rating.step(invited(), choice, WORDING)
    assert outcome is not None
    assert (outcome[0].asked, asked(outcome[1])) == ("resolved", "resolved")
    assert outcome[0].rating == invited().rating


@pytest.mark.parametrize("content", [Text("我还要投诉共享单车"), Upload("u1")])
def test_something_else_is_left_to_the_ordinary_dialogue(content: Text | Upload) -> None:
    assert rating.step(invited(), content, WORDING) is None


@table(("text", "value"), [
    ("解决了", "yes"), ("是的", "yes"), ("Yes, fixed", "yes"), ("没问题", "yes"), ("no problem", "yes"),
    ("没有", "no"), ("没解决", "no"), ("还没有处理", "no"), ("No!", "no"), ("not solved", "no"),
    ("it isn't fixed", "no"), ("老样子", "no"), ("未解决", "no"), ("没有完全解决", "no"),
    ("it isn't a problem any more", "yes"), ("It's no longer a problem", "yes"), ("不再吵了", "yes"),
    ("it hasn't been repaired", "no"), ("they didn't come", "no"), ("no it isn't", "no"), ("it isn't like that", None),
    ("部分解决", "partly"), ("partly", "partly"), ("今天天气", None), ("notice", None),
])
def test_solved_or_not_is_never_read_as_the_opposite(text: str, value: str | None) -> None:
    assert rating_words.read_resolved(text) == value


@table("words", [
    "态度满意，结果不满意", "satisfied with the call, unhappy with the result", "修好了我才满意", "打5分都嫌多",
])
def test_a_judgement_that_contradicts_itself_is_asked_about_once(words: str) -> None:
    state, _ = talk(invited(), "yes")
    outcome = rating.step(state, Text(words), WORDING)
    assert outcome is not None
    assert (outcome[0].attempts, outcome[0].asked) == (1, "satisfaction")
    assert Say("rating.again") in outcome[1]
    assert rating.step(outcome[0], Text(words), WORDING) is None, "then the ordinary dialogue has it"


@table(("text", "value"), [
    ("联系过", "yes"), ("没有", "no"), ("没问题", "yes"), ("no problem", "yes"), ("不用了", "no"), ("never", "no"),
    ("没有联系我", "no"), ("yes they did", "yes"), ("不错", "yes"), ("好像没有", None), ("有，不过没解决", None),
    ("yes, but not in time", None), ("我想想", None),
])
def test_a_yes_that_goes_on_with_a_no_is_not_guessed(text: str, value: str | None) -> None:
    assert rating_words.read_yes_no(text) == value


@table(("text", "points"), [
    ("5", 5), ("１", 1), ("3分", 3), ("4 stars", 4), ("2/5", 2), ("1。", 1),
    ("满意", 4), ("很满意", 5), ("不满意", 2), ("不 满意", 2), ("非常不满意", 1), ("不太满意", 2), ("一般", 3),
    ("very satisfied", 5), ("dissatisfied", 2), ("not satisfied", 2), ("very bad", 1), ("ok", 3), ("👍", 5),
    ("6", None), ("12345", None), ("2026-11-23", None),
])
def test_points(text: str, points: int | None) -> None:
    assert rating_words.read_satisfaction(text) == points


@table(("resolved", "satisfaction", "wanted", "back"), [
    ("no", None, False, True), ("no", 5, False, True), ("partly", 2, False, True), ("partly", 4, False, False),
    ("partly", 4, True, True), ("partly", None, True, True), ("yes", 5, True, False), ("yes", 2, False, False),
    ("yes", 1, True, True), ("yes", None, True, False),
])
def test_what_sends_a_case_back(resolved: str, satisfaction: int | None, wanted: bool, back: bool) -> None:
    """As the chat decides it: the same answers, given at once over the API."""
    assert rating.sends_back(resolved, satisfaction, wanted) is back


# --- where messages are short: both in one question -----------------------------------------------------------

def invited_shortly() -> Dialogue:
    return rating.invite(Dialogue(terse=True), ID, 0)[0]


def test_a_short_invitation_asks_for_both_and_keeps_its_scale() -> None:
    state, effects = rating.invite(Dialogue(terse=True), ID, 0)
    assert (state.asked, asked(effects), state.offered) == ("verdict", "verdict", ("5", "4", "3", "2", "1"))
    assert state.rating is not None
    assert state.rating.scale == rating.VERDICT


@table(("said", "result"), [
    # said, (resolved, satisfaction, reason, wants rework)
    (("5",), ("yes", 5, None, False)), (("４",), ("yes", 4, None, False)),
    (("5 师傅人很好",), ("yes", 5, "师傅人很好", False)), (("满意",), ("unknown", 4, None, False)),
    (("解决了，满意",), ("yes", 4, "解决了,满意", False)), (("解决了", "4"), ("yes", 4, None, False)),
    (("1", "根本没来人"), ("no", 1, "根本没来人", True)), (("1，根本没来人",), ("no", 1, "根本没来人", True)),
    (("1", "跳过"), ("no", 1, None, True)), (("不满意", "太慢"), ("unknown", 2, "太慢", True)),
    (("2", "要"), ("partly", 3, None, True)), (("2", "不用了"), ("partly", 3, None, False)),
    (("3", "来得太晚", "不用了"), ("yes", 2, "来得太晚", False)),
    (("还没解决", "1"), ("no", 1, "还没解决", True)), (("还没解决", "还没解决"), ("no", None, "还没解决", True)),
    (("5 还没修好", "1"), ("no", 1, "还没修好", True)), (("1满意", "5"), ("yes", 5, None, False)),
    (("1满意", "1满意"), ("unknown", None, "1满意", False)), (("5分", "5"), ("yes", 5, None, False)),
    (("Not solved, nobody came", "1"), ("no", 1, "Not solved, nobody came", True)),
])
def test_a_short_rating(said: tuple[str, ...], result: tuple[str, int | None, str | None, bool]) -> None:
    state, effects = talk(invited_shortly(), *said)
    given = rated(effects)
    assert (given.resolved, given.satisfaction, given.reason or None, given.wants_rework) == result
    assert (state.rating, state.asked) == (None, None)  # nobody is asked about being contacted


@table("words", ["我要投诉另一件事，楼下夜里施工吵得睡不着", "人工", "进度"])
def test_another_matter_leaves_the_short_rating_open(words: str) -> None:
    assert rating.step(invited_shortly(), Text(words), WORDING) is None
