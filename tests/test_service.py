"""How the talk with a person was: what counts as an answer, and what was asked before comes back."""
from __future__ import annotations

from msgspec.structs import replace

from gateway import service
from gateway.dialogue.draft import Dialogue, Draft
from gateway.dialogue.effects import Ask, Say, Served
from gateway.messages import Choice, CitizenContent, Location, Text, Upload
from tests.tables import table

DRAFT = Draft("d", "shared_bike", 1, 0)
BEFORE = Dialogue(draft=DRAFT, asked="location", asked_by="1.0")


def asked() -> Dialogue:
    state, effects = service.invite(BEFORE, "clerk", [Say("agent.left")])
    assert effects[0] == Say("agent.left")
    assert isinstance(effects[-1], Ask)
    return replace(state, asked_by="2.0")


@table(("content", "points"), [
    (Choice("good", "2.0"), 5), (Choice("fair", None), 3), (Choice("poor", "2.0"), 1),
    (Text("满意"), 5), (Text("1"), 5), (Text("２"), 3), (Text("第三个"), 1), (Text("不满意"), 1), (Text("一般"), 3),
    (Text("非常不满意"), 1), (Text("很满意，谢谢"), 5), (Text("不满意，说话太冲"), 1), (Text("不错，讲得很清楚"), 5),
    (Text("态度很好"), 5), (Text("👍"), 5), (Text("satisfied"), 5), (Text("not satisfied"), 1), (Text("so-so"), 3),
])
def test_a_tap_a_number_or_a_judgement_answers(content: CitizenContent, points: int) -> None:
    outcome = service.step(asked(), content)
    assert outcome is not None
    state, effects = outcome
    assert effects == [Served("clerk", points), Say("service.thanks")]
    assert state == BEFORE


@table("content", [
    Text("我对顺丰快递不满意，要投诉"), Text("不满意，我要投诉顺丰，单号SF1234567890123，三天没动了"), Text("满意吗？"),
    Text("体育西路123号"), Text("3号楼"), Text("4"), Text("谢谢"), Text("好的"), Text("ok"), Text("人工"),
    Text("1 不满意"), Text(""), Choice("good", "1.0"), Choice("file", "2.0"), Upload("u"), Location(23.1, 113.3),
])
def test_everything_else_is_no_answer(content: CitizenContent) -> None:
    assert service.step(asked(), content) is None


def test_nobody_asked_nothing_is_an_answer() -> None:
    assert service.step(BEFORE, Text("满意")) is None


def test_it_is_dropped_for_what_was_asked_before() -> None:
    assert service.passed(asked()) == BEFORE
    assert service.passed(BEFORE) == BEFORE


def test_a_question_of_a_form_that_is_gone_does_not_come_back() -> None:
    state = service.passed(replace(asked(), draft=None))
    assert (state.asked, state.offered, state.talked) == (None, (), None)
