"""Answers nobody can read: explained, shown, taken as words, or handed to a person. Never without end."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.clock import to_ms
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Draft
from gateway.dialogue.effects import Say
from gateway.dialogue.fill import FILES
from tests.dialogue.small import city, talker
from tests.dialogue.talker import Talker


def asked_for(field: str) -> Talker:
    opens, *words = {
        "tracking_number": ("parcel", "顺丰延误"), "carrier": ("parcel", "我的快递有问题"),
        "problem": ("parcel", "顺丰的件，单号SF1234567890123"),
        "contact_phone": ("general", "小区里的狗整夜叫，没人管"), "bought": ("shop", "店名是好又多超市"),
    }[field]
    talk = talker(opens)
    for text in words:
        talk.say(text)
    assert talk.asked == field
    return talk


def test_first_the_problem_with_an_example() -> None:
    talk = asked_for("contact_phone")
    talk.say("在呢")
    assert talk.said == ["problem.phone", "example"]
    assert talk.asked == "contact_phone"


def test_then_the_format() -> None:
    talk = asked_for("contact_phone")
    talk.say("在呢")
    talk.say("在的呢")
    assert talk.said == ["ladder.format"]
    assert talk.asked == "contact_phone"


def test_then_the_words_as_they_are_marked_for_the_clerk() -> None:
    talk = asked_for("bought")
    for _ in range(3):
        talk.say("开张那阵子")
    assert talk.said[0] == "ladder.taken"
    value = talk.draft.values["bought"]
    assert value.flagged
    assert value.text == "开张那阵子"
    assert talk.asked == "paid"


def test_a_choice_takes_other_with_the_words() -> None:
    talk = asked_for("carrier")
    for _ in range(3):
        talk.say("呃呃呃呃")
    assert talk.values["carrier"] == "other"
    assert talk.draft.values["carrier"].text == "呃呃呃呃"


def test_a_choice_without_other_offers_a_person() -> None:
    talk = asked_for("problem")
    for _ in range(3):
        talk.say("呃呃呃呃")
    assert talk.said == ["ladder.person"]
    assert talk.asked == "handoff"
    assert talk.state.offered == ("human", "continue")


def test_a_person_may_be_had() -> None:
    talk = asked_for("contact_phone")
    for _ in range(3):
        talk.say("在呢")
    talk.choose("human")
    assert talk.state.mode == "waiting"
    assert "description" in talk.values


def test_or_the_field_left_out() -> None:
    talk = asked_for("contact_phone")
    for _ in range(3):
        talk.say("在呢")
    talk.say("先跳过，继续填写")
    assert talk.asked == "confirm"
    assert talk.draft.skipped == ("contact_phone",)


def test_or_answered_after_all() -> None:
    talk = asked_for("contact_phone")
    for _ in range(3):
        talk.say("在呢")
    talk.say("13800138000")
    assert talk.values["contact_phone"] == "+8613800138000"
    assert talk.asked == "confirm"


def test_a_new_question_begins_at_the_bottom() -> None:
    talk = asked_for("tracking_number")
    talk.say("在呢")
    assert talk.state.attempts == 1
    talk.say("SF1234567890123")
    assert talk.state.attempts == 0


def test_a_value_that_was_there_survives_a_failed_change() -> None:
    talk = asked_for("contact_phone")
    talk.say("13800138000")
    talk.say("修改 电话")
    for _ in range(3):
        talk.say("在呢")
    assert talk.said[0] == "change.kept"
    assert talk.values["contact_phone"] == "+8613800138000"
    assert talk.asked == "confirm"


def test_marked_words_carry_a_star_in_the_summary() -> None:
    talk = asked_for("bought")
    for _ in range(3):
        talk.say("开张那阵子")
    talk.say("300元")
    talk.say("13800138000")
    talk.say("一开门就发现是坏的，老板说不管退换")
    params = next(effect.params for effect in talk.effects if isinstance(effect, Say) and effect.key == "summary")
    assert isinstance(params["values"], list)
    assert "开张那阵子 *" in params["values"]
    assert params["unclear"] is True


def test_a_story_instead_of_a_number_is_kept_and_the_number_asked_again() -> None:
    talk = asked_for("contact_phone")
    talk.say("这条狗从上个月开始每天晚上十二点以后一直叫到天亮，跟物业说了三次都没有用")
    assert talk.said == ["details.added", "again.field"]
    assert "跟物业说了三次" in str(talk.values["description"])
    assert talk.asked == "contact_phone"


def test_stories_do_not_go_on_for_ever() -> None:
    talk = asked_for("contact_phone")
    for n in range(3):
        talk.say(f"这条狗从第{n}个月开始每天晚上十二点以后一直叫到天亮，跟物业说了三次都没有用")
    assert talk.asked == "handoff"


def test_one_more_unreadable_answer_ends_the_trying() -> None:
    talk = asked_for("contact_phone")
    for _ in range(4):
        talk.say("在呢")
    assert talk.asked == "confirm"
    assert talk.draft.skipped == ("contact_phone",)


def test_the_choices_are_shown_in_words() -> None:
    talk = asked_for("problem")
    talk.say("呃呃呃呃")
    talk.say("呃呃呃")
    shown = next(effect for effect in talk.effects if isinstance(effect, Say))
    assert (shown.key, shown.params["options"]) == ("ladder.choices", ["延误", "丢失", "破损"])


def test_no_field_of_any_form_is_asked_without_end(catalog: Catalog) -> None:
    """One field of each type: after four answers that say nothing another thing is asked, or a person offered."""
    one = {field.type: (template, field) for template in catalog.newest.values() for field in template.fields
           if field.required and field.type not in FILES}
    assert len(one) > 10
    for template, field in one.values():
        draft = Draft("d", template.id, template.version, 0)
        talk = Talker(catalog, city())
        talk.state = replace(talk.state, draft=draft, asked=field.id, last=to_ms(talk.now))
        for _ in range(4):
            if talk.asked == field.id:
                talk.say("！！！")
        assert talk.asked != field.id, f"{template.id}.{field.id} ({field.type})"
