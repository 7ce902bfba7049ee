"""What one turn gathers: bursts, the transcript's lines, staff's words, ids that a retry repeats."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import LeavePerson, Say
from gateway.handover import AgentJoins, AgentLeaves, AgentSays, Arrived, Forgotten
from gateway.messages import CaseNews, Choice, Content, Elapsed, Form, Inbound, Location, Text, Upload
from gateway.turn import Turn, bursts, hold, together, words
from tests.tables import table

KEY = "web:visitor"
ALONE: list[Content] = [
    Choice("yes"), Form("general", {}), AgentJoins("clerk"), AgentSays("clerk", "您好"),
    AgentLeaves("clerk"), CaseNews("WO-1", "closed"), Elapsed("draft", "d1"), Arrived("followed"), Forgotten(),
]


def inbound(n: int, content: Content) -> Inbound:
    return Inbound(f"m{n}", KEY, "web", 1_000 + n, content)


def items(*contents: Content) -> list[Inbound]:
    return [inbound(n, content) for n, content in enumerate(contents)]


def turn(number: int = 7) -> Turn:
    return Turn(KEY, number, 5_000)


# --- bursts -------------------------------------------------------------------------------------------------

def test_texts_and_files_that_follow_each_other_are_one_burst() -> None:
    came = items(Text("快递"), Upload("f1"), Location(1.0, 2.0), Text("三天没动"))
    assert list(bursts(came)) == [came]


@table("content", ALONE, label=lambda content: type(content).__name__)
def test_everything_else_stands_alone(content: Content) -> None:
    came = items(Text("前"), content, content, Text("后"))
    assert [len(burst) for burst in bursts(came)] == [1, 1, 1, 1]


@given(st.lists(st.sampled_from([Text("a"), Upload("f"), *ALONE]), max_size=12))
def test_bursts_lose_and_reorder_nothing(contents: list[Content]) -> None:
    came = items(*contents)
    parted = list(bursts(came))
    assert [item for burst in parted for item in burst] == came
    assert all(parted)


def test_what_forgets_the_conversation_is_a_turn_of_its_own() -> None:
    came = items(Text("前"), Choice("yes"), Forgotten(), Arrived("followed"), Forgotten(), Text("后"))
    turns = []
    while came:
        turns.append(together(came))
        came = came[len(turns[-1]):]
    assert [len(one) for one in turns] == [2, 1, 1, 1, 1]


def test_the_words_of_a_burst_are_a_line_each() -> None:
    assert words(items(Text("快递"), Upload("f1"), Text("三天没动"))) == "快递\n三天没动"
    assert words(items(Choice("yes"))) == ""


# --- the transcript -----------------------------------------------------------------------------------------

@table(("content", "text"), [
    (Text("路灯坏了 {{7*7}} %s"), "路灯坏了 {{7*7}} %s"),
    (Choice("anonymous", "3.0"), "[anonymous]"),
    (Arrived("scanned", "bike", "440105"), "[scanned]"),
    (Location(23.123456, 113.3, "新港中路"), "新港中路 (23.12346, 113.30000)"),
    (Form("general", {"description": "路灯坏了", "demand": "修好"}), "[general]\ndescription: 路灯坏了\ndemand: 修好"),
])
def test_what_a_citizen_sent_is_readable_later(content: Content, text: str) -> None:
    taken = turn()
    taken.heard(items(content))
    (line,) = taken.lines
    assert (line.sender, line.text, line.at) == ("citizen", text, 1_000)


def test_a_file_is_named_by_its_id() -> None:
    taken = turn()
    taken.heard(items(Text("看照片"), Upload("f1")))
    assert [(line.text, line.uploads) for line in taken.lines] == [("看照片", ()), ("", ("f1",))]


def test_the_files_of_a_form_are_named_with_it() -> None:
    taken = turn()
    taken.heard(items(Form("general", {"evidence": ["f1", "f2"]}, {"f1": "image/png"})))
    assert [line.uploads for line in taken.lines] == [("f1",)]


def test_the_reply_answers_the_last_message() -> None:
    taken = turn()
    taken.heard(items(Text("一"), Text("二")))
    assert taken.reply_to == "m1"


@pytest.mark.parametrize("content", [Elapsed("draft", "d1"), CaseNews("WO-1", "closed")])
def test_what_no_citizen_said_is_not_in_their_mouth(content: Content) -> None:
    taken = turn()
    taken.heard(items(content))
    assert taken.lines == []


# --- staff --------------------------------------------------------------------------------------------------

def test_a_clerk_comes_talks_and_goes() -> None:
    taken, waiting = turn(), Dialogue(mode="waiting", why="asked")
    talking, effects = taken.staff(waiting, AgentJoins("li"))
    assert (talking.mode, talking.agent, effects) == ("agent", "li", [Say("agent.joined")])

    still, effects = taken.staff(talking, AgentSays("li", "您好，{{7*7}}"))
    assert (still.mode, effects) == ("agent", [])
    (message,) = taken.sent
    assert (message.id, message.text, message.sender) == ("7.1", "您好，{{7*7}}", "agent")
    assert [(line.sender, line.agent) for line in taken.lines] == [("agent", "li")]

    back, effects = taken.staff(still, AgentLeaves("li"))
    assert (back.mode, back.agent, back.why, effects) == (
        "bot", None, None, [LeavePerson(), Say("agent.left")])
    assert taken.staff(still, AgentLeaves("li", elsewhere=True))[1] == [Say("agent.left")]
    assert taken.staffed


def test_what_a_clerk_says_keeps_its_order_and_ids() -> None:
    """I5: a retry of the turn gives the same ids."""
    def sent() -> list[tuple[str, str]]:
        taken = turn()
        for text in ("一", "二", "三"):
            taken.staff(Dialogue(mode="agent", agent="li"), AgentSays("li", text))
        return [(message.id, message.text) for message in taken.sent]

    assert sent() == sent() == [("7.1", "一"), ("7.2", "二"), ("7.3", "三")]


def test_names_of_what_goes_out() -> None:
    assert (turn().id(0), turn(8).id(0)) == ("7.0", "8.0")
    assert turn().timer("draft", "d1") == f"{KEY}:draft:d1"
    assert turn().channel == "web"


# --- holding a burst ------------------------------------------------------------------------------------------

@table(("last", "now", "waits"), [
    (0, 1_000, 0),            # the first message of all
    (500, 1_000, 1_500),      # half a second after the one before
    (500, 1_400, 1_100),      # claimed again: only the rest of the time
    (500, 2_500, 0),          # long enough
    (500, 900, 0),            # somebody set the clock back
    (-1_001, 1_000, 0),       # more than two seconds after the one before
    (1_001, 1_000, 0),        # an older one that comes late
])
def test_only_a_quick_second_message_is_held_and_never_for_long(last: int, now: int, waits: int) -> None:
    assert hold(items(Text("单号"), Text("SF1234567890123")), last, now, 1_500) == waits


def test_what_is_more_than_words_is_never_held() -> None:
    assert hold(items(Text("对"), Choice("file")), 900, 1_000, 1_500) == 0
