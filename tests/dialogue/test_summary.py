"""Rules, the numbered summary, the yes, duplicates, the receipt. Nothing is filed without a yes."""
from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.dialogue.draft import Case, Filled
from gateway.dialogue.effects import Disarm, File, Quote, Say, Supplement
from gateway.dialogue.repeats import case_key
from tests.dialogue.small import PARCEL, talker
from tests.dialogue.talker import Talker, ranked
from tests.tables import table

EVERYTHING = "顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了"


def at_summary(text: str = EVERYTHING) -> Talker:
    talk = talker("parcel")
    talk.say(text)
    talk.say("13800138000")
    assert talk.asked == "confirm"
    return talk


def summary_of(talk: Talker) -> Say:
    return next(effect for effect in talk.effects if isinstance(effect, Say) and effect.key == "summary")


def test_the_summary_numbers_what_is_filled_in_template_order() -> None:
    params = summary_of(at_summary()).params
    assert params["title"] == "快递投诉"
    assert params["labels"] == ["快递公司", "运单号", "问题", "寄件地址", "收件地址", "联系电话", "情况说明"]
    assert isinstance(params["values"], list)
    assert params["values"][:3] == ["顺丰", "SF1234567890123", "延误"]


def test_notices_stand_before_the_summary_once() -> None:
    talk = at_summary()
    assert talk.quoted == ["以下请核对。"]
    talk.say("改第1项")
    talk.choose("yto")
    assert talk.asked == "confirm"
    assert talk.quoted == []


@table("yes", ["确认", "是的", "yes", "ok", "没问题，提交吧"])
def test_a_yes_files(yes: str) -> None:
    talk = at_summary()
    talk.say(yes)
    assert len(talk.filed) == 1
    assert talk.state.draft is None
    assert talk.asked is None


def test_the_tap_files() -> None:
    talk = at_summary()
    talk.choose("file")
    assert [type(effect) for effect in talk.effects[:3]] == [File, Say, Quote]
    assert talk.said == ["receipt"]
    assert talk.quoted == ["面单请留着。"]


@table("text", [
    "嗯……", "1", "也许吧", "我再想想", "不", "取消", "改第1项", "人工", "跳过", "好了", "下一步", "确认？",
])
def test_everything_else_does_not(text: str) -> None:
    talk = at_summary()
    talk.say(text)
    assert not talk.filed


def test_an_engine_that_hears_a_yes_does_not_file() -> None:
    talk = at_summary()
    talk.say("应该差不多了", ranking=ranked("affirm"))
    assert not talk.filed


def test_filed_values_count_as_confirmed() -> None:
    talk = at_summary()
    talk.say("确认")
    draft = talk.filed[0].draft
    assert all(value.confirmed for value in draft.values.values())
    assert Disarm("draft_reminder", draft.id) in talk.effects


def test_a_question_at_the_summary_files_nothing_and_loses_nothing() -> None:
    talk = at_summary()
    before = talk.values
    talk.say("多久能处理好？")
    assert (talk.asked, talk.values) == ("confirm", before)
    assert talk.said == ["question.later", "again.confirm"]


def test_another_language_shows_the_summary_anew() -> None:
    talk = at_summary()
    talk.say("English")
    assert summary_of(talk).params["title"] == "Parcel complaint"


def test_a_sentence_at_the_summary_joins_the_description() -> None:
    talk = at_summary()
    talk.say("快递员还把箱子扔在楼道里淋雨")
    assert str(talk.values["description"]).endswith("快递员还把箱子扔在楼道里淋雨")
    assert talk.said[0] == "details.added"


@table("yes", ["确认", "好的", "yes", "confirm"])
def test_a_yes_to_what_was_to_be_changed_keeps_it(yes: str) -> None:
    for line in ("改第1项", "改第2项", "改第6项"):
        talk = at_summary()
        before = talk.values
        talk.say(line)
        talk.say(yes)
        assert (talk.asked, talk.values, talk.filed) == ("confirm", before, [])


# --- identity and details -------------------------------------------------------------------------------------

def test_the_name_may_be_hidden_and_shown_again() -> None:
    talk = at_summary()
    talk.choose("confidential")
    assert talk.values["identity_mode"] == "confidential"
    assert "confidential" not in talk.state.offered
    talk.choose("named")
    assert talk.values["identity_mode"] == "named"
    assert talk.asked == "confirm"


@pytest.mark.parametrize("text", ["匿名", "stay anonymous"])
def test_anonymous_where_the_template_allows_it(text: str) -> None:
    talk = at_summary()
    talk.say(text)
    assert talk.values["identity_mode"] == "anonymous"
    assert talk.said[0] == "identity.anonymous"


def test_details_are_offered_and_lead_back() -> None:
    talk = at_summary()
    talk.choose("details")
    assert talk.asked == "details"
    assert set(talk.state.offered) == {"insured_value", "demand", "evidence", "done"}
    talk.choose("demand")
    assert talk.asked == "demand"
    talk.say("希望尽快送到")
    assert talk.values["demand"] == "希望尽快送到"
    assert talk.asked == "confirm"


def test_details_may_be_left() -> None:
    talk = at_summary()
    talk.say("补充信息")
    talk.say("没有了")
    assert talk.asked == "confirm"


def test_an_optional_field_may_be_skipped_after_all() -> None:
    talk = at_summary()
    talk.choose("details")
    talk.choose("demand")
    talk.say("没有")
    assert talk.asked == "confirm"
    assert "demand" not in talk.values


def test_anonymity_forgets_the_phone_even_a_known_one() -> None:
    talk = at_summary()
    talk.choose("anonymous")
    assert "contact_phone" not in talk.values
    talk.choose("named")
    assert talk.asked == "contact_phone"


def test_files_may_be_added_until_done() -> None:
    talk = at_summary()
    talk.choose("details")
    talk.choose("evidence")
    assert talk.state.offered == ("skip",)
    talk.upload()
    assert talk.asked == "evidence"
    assert talk.state.offered == ("done",)
    talk.upload()
    talk.choose("done")
    assert talk.asked == "confirm"
    assert talk.values["evidence"] == ["upload1", "upload2"]


def test_words_nobody_understood_do_not_print_the_summary_again() -> None:
    talk = at_summary()
    talk.say("呃")
    assert talk.said == ["confirm.unclear"]
    assert talk.asked == "confirm"


def test_other_shows_the_words_that_came_with_it() -> None:
    talk = at_summary()
    talk.say("改第1项")
    talk.say("其他：飞毛腿快运")
    values = summary_of(talk).params["values"]
    assert isinstance(values, list)
    assert "飞毛腿快运" in values[0]


# --- cancel -------------------------------------------------------------------------------------------------

def test_cancel_asks_once() -> None:
    talk = at_summary()
    talk.say("取消")
    assert talk.asked == "cancel"
    talk.say("取消")
    assert talk.state.draft is None
    assert talk.said == ["cancelled"]


def test_cancel_can_be_taken_back() -> None:
    talk = at_summary()
    talk.choose("cancel")
    talk.choose("keep")
    assert talk.asked == "confirm"


def test_unclear_words_never_cancel() -> None:
    talk = at_summary()
    talk.choose("cancel")
    talk.say("呃")
    assert talk.state.draft is not None


def test_cancel_without_any_value_asks_nothing() -> None:
    talk = talker("parcel")
    talk.say("我的快递有问题")
    talk.say("取消")
    assert talk.state.draft is None


# --- rules --------------------------------------------------------------------------------------------------

def test_fields_that_must_differ_are_asked_before_the_summary() -> None:
    talk = talker("parcel")
    talk.say("顺丰，单号SF1234567890123，从广州海珠区新港中路寄到广州海珠区新港中路，三天没动了")
    talk.say("13800138000")
    assert talk.asked == "receiver_address"
    assert talk.quoted[-2:] == ["寄件和收件地址不能相同。", "寄到哪？"]
    talk.say("北京朝阳区建国路")
    assert talk.asked == "confirm"


def test_a_rule_that_the_citizen_insists_on_breaking_does_not_go_on_for_ever() -> None:
    talk = talker("parcel")
    talk.say("顺丰，单号SF1234567890123，从广州海珠区新港中路寄到广州海珠区新港中路，三天没动了")
    talk.say("13800138000")
    assert talk.asked == "receiver_address"
    talk.say("广州海珠区新港中路")
    assert talk.asked == "receiver_address"
    talk.say("广州海珠区新港中路")
    assert talk.asked == "confirm"
    talk.say("确认")
    assert len(talk.filed) == 1


def test_an_amount_above_its_bound_is_asked_again() -> None:
    talk = talker("shop")
    talk.say("店名是好又多超市，昨天买的，花了300元，要求退500元")
    talk.say("13800138000")
    assert talk.asked == "refund"
    talk.say("300元")
    assert talk.asked == "confirm"


def test_a_photo_does_instead_of_a_number() -> None:
    talk = talker("bike")
    talk.say("海珠区新港中路好多单车乱停在路中间")
    talk.choose("yes")
    assert talk.asked == "bike_numbers"
    talk.upload()
    assert talk.asked == "contact_phone"


# --- duplicates ---------------------------------------------------------------------------------------------

def with_case(talk: Talker, status: str = "in_progress", key: str = "sf1234567890123") -> Talker:
    case = Case("WO-20261120-ABCDEFGHJK", "parcel", "快递投诉 SF1234567890123", status, key)
    talk.state = replace(talk.state, cases=(case,))
    return talk


def test_the_same_matter_is_offered_to_the_open_case() -> None:
    talk = with_case(at_summary())
    talk.say("确认")
    assert talk.asked == "duplicate"
    assert not talk.filed


def test_as_a_supplement() -> None:
    talk = with_case(at_summary())
    talk.say("确认")
    talk.choose("supplement")
    assert not talk.filed
    sent = next(effect for effect in talk.effects if isinstance(effect, Supplement))
    assert sent.work_order_id == "WO-20261120-ABCDEFGHJK"
    assert "三天没动了" in sent.text
    assert talk.state.draft is None


def test_or_filed_all_the_same() -> None:
    talk = with_case(at_summary())
    talk.say("确认")
    talk.say("新的")
    assert len(talk.filed) == 1


@table(("status", "key"), [("closed", "sf1234567890123"), ("in_progress", "sf9999999999999"),
                                             ("rejected", "sf1234567890123"), ("in_progress", "")])
def test_other_cases_are_no_duplicates(status: str, key: str) -> None:
    talk = with_case(at_summary(), status, key)
    talk.say("确认")
    assert len(talk.filed) == 1


def test_unclear_words_at_a_duplicate_decide_nothing() -> None:
    talk = with_case(at_summary())
    talk.say("确认")
    talk.say("呃")
    assert talk.asked == "duplicate"
    assert not talk.filed


def test_the_key_of_a_case() -> None:
    draft = at_summary().draft
    assert case_key(PARCEL, draft) == "sf1234567890123"
    spaced = replace(draft, values={"tracking_number": Filled("SF 1234 567890123", "")})
    assert case_key(PARCEL, spaced) == "sf1234567890123"
    assert case_key(PARCEL, replace(draft, values={"carrier": Filled("sf", "顺丰")})) == ""


@pytest.mark.parametrize("words", ["没有", "没有了", "没啥", "不用了", "nothing", "no need"])
def test_who_has_nothing_to_change_is_not_asked_which(words: str) -> None:
    """Nor is it filed: the word may be a late answer to an earlier question."""
    talk = at_summary()
    talk.say(words)
    assert talk.asked == "confirm"
    assert "confirm.nothing" in talk.said
    assert talk.state.draft is not None
    talk.say("确认")
    assert talk.state.draft is None


@pytest.mark.parametrize("words", ["不改了", "不用改", "没有要改的", "没有需要修改的"])
def test_not_to_change_anything_is_a_yes(words: str) -> None:
    talk = at_summary()
    talk.say(words)
    assert talk.state.draft is None


@pytest.mark.parametrize("words", ["没有", "不改了", "没有要改的", "no", "没有了", "确认"])
def test_none_of_the_lines_leads_back_to_the_yes(words: str) -> None:
    talk = at_summary()
    talk.say("不对")
    assert talk.asked == "change"
    talk.say(words)
    assert (talk.asked, "change.none" in talk.said) == ("confirm", True)
