"""A repeat of an open case is offered to it as soon as that spares questions."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.draft import Case
from gateway.dialogue.effects import Say, Supplement
from tests.dialogue.small import BIKE, GENERAL, PARCEL, catalog, city, read_discreet
from tests.dialogue.talker import Talker

NUMBER = "WO-20261120-ABCDEFGHJK"
OPEN = Case(NUMBER, "parcel", "快递投诉 SF1234567890123", "in_progress", "sf1234567890123")


def again(case: Case = OPEN, opens: str = "parcel") -> Talker:
    talk = Talker(catalog(), city(), opens=opens)
    talk.state = replace(talk.state, cases=(case,))
    return talk


def test_it_is_offered_when_the_key_is_known_before_anything_else_is_asked() -> None:
    talk = again()
    talk.say("顺丰的件SF1234567890123还是没动")
    assert talk.asked == "duplicate"
    assert talk.values["carrier"] == "sf"


def test_what_was_told_and_sent_goes_to_the_open_case_without_the_citizens_number() -> None:
    talk = again()
    talk.upload()
    talk.say("顺丰的件SF1234567890123还是没动，箱子也破了，有事打13800138000")
    talk.choose("supplement")
    sent = next(effect for effect in talk.effects if isinstance(effect, Supplement))
    assert (sent.work_order_id, sent.uploads) == (NUMBER, ("upload1",))
    assert "箱子也破了" in sent.text
    assert "运单号：SF1234567890123" in sent.text
    assert "联系电话" not in sent.text
    assert talk.state.draft is None


def test_another_matter_goes_on_and_is_filed_without_being_asked_again() -> None:
    talk = again()
    talk.say("顺丰的件SF1234567890123还是没动，又出了新问题")
    talk.say("另提一件")
    assert talk.asked == "sender_address"
    for words in ("海珠区新港中路", "朝阳区建国路", "13800138000"):
        talk.say(words)
    talk.say("确认")
    assert len(talk.filed) == 1


def test_nothing_is_offered_while_the_key_is_still_to_be_asked() -> None:
    talk = again()
    talk.say("顺丰的件一直没动，急死人了")
    assert talk.asked == "tracking_number"
    talk.say("SF1234567890123")
    assert talk.asked == "duplicate"


def test_another_case_or_a_closed_one_is_no_repeat() -> None:
    for case in (replace(OPEN, key="sf9"), replace(OPEN, status="closed"), replace(OPEN, template="bike")):
        talk = again(case)
        talk.say("顺丰的件SF1234567890123还是没动")
        assert talk.asked == "sender_address"


# --- 补充 and 催办, alone -------------------------------------------------------------------------------------

def test_a_wish_to_add_something_asks_what() -> None:
    for words in ("补充", "我要补充一下", "supplement", "I want to add something to my case"):
        talk = again()
        talk.say(words)
        assert (talk.asked, talk.said) == ("more", ["supplement.what"]), words
        talk.say("收件人电话换成了座机")
        assert Supplement(NUMBER, "收件人电话换成了座机") in talk.effects
        assert talk.said == ["supplemented"]


def test_a_photo_is_something_to_add_and_nothing_is_nothing() -> None:
    talk = again()
    talk.say("补充")
    talk.upload()
    assert Supplement(NUMBER, "", uploads=("upload1",)) in talk.effects
    talk.say("补充")
    talk.say("没有要补充的")
    assert talk.said == ["supplement.nothing"]
    assert talk.asked is None


def test_with_several_cases_first_which_one() -> None:
    talk = again()
    talk.state = replace(talk.state, cases=(OPEN, replace(OPEN, work_order_id="WO-20261120-ZZZZZZZZZZ", key="x")))
    talk.say("补充")
    assert talk.asked == "case"
    talk.say("第二个")
    assert talk.asked == "more"
    talk.say("箱子也破了")
    assert Supplement("WO-20261120-ZZZZZZZZZZ", "箱子也破了") in talk.effects


def test_without_an_open_case_there_is_nothing_to_add_to() -> None:
    talk = again(replace(OPEN, status="closed"))
    talk.say("补充")
    assert talk.said == ["supplement.none"]


# --- discreet ---------------------------------------------------------------------------------------------------

def test_a_discreet_form_is_not_named_in_lists_and_reminders() -> None:
    quiet = read_discreet()
    for language in ("zh", "en"):
        talk = Talker(catalog(PARCEL, BIKE, GENERAL, quiet), city(), opens=quiet.id, language=language)
        talk.state = replace(talk.state, cases=(replace(OPEN, template=quiet.id, title="说不得 海珠区"),))
        talk.say("进度" if language == "zh" else "status")
        assert [say.params["title"] for say in talk.effects if isinstance(say, Say) and "title" in say.params] == [""]
        talk.say("在家里出了这样的事，我很害怕，想找人帮忙")
        assert talk.draft.template == quiet.id
        talk.wait(3)
        talk.say("在吗")
        resumed = next(say for say in talk.effects if isinstance(say, Say) and say.key == "resume")
        assert resumed.params["title"] == ""
