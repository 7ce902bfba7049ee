"""One value changes, everything else stays."""
from __future__ import annotations

from gateway.dialogue.catalog import Catalog
from tests.dialogue.small import city, talker
from tests.dialogue.talker import Talker
from tests.tables import table

EVERYTHING = "顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了"


def at_summary(language: str = "zh") -> Talker:
    talk = talker("parcel", language)
    talk.say(EVERYTHING)
    talk.say("13800138000")
    assert talk.asked == "confirm"
    return talk


@table(("text", "field", "value"), [
    ("单号错了，应该是SF1234567890124", "tracking_number", "SF1234567890124"),
    ("不是顺丰，是圆通", "carrier", "yto"),
    ("把电话改成13900139000", "contact_phone", "+8613900139000"),
    ("手机改成13900139000", "contact_phone", "+8613900139000"),
    ("不是海珠区，是天河区", "sender_address", "广州天河区新港中路"),
    ("no, it's YTO", "carrier", "yto"),
    ("it's not 顺丰, it's YTO", "carrier", "yto"),
    ("change my phone to 139 0013 9000", "contact_phone", "+8613900139000"),
    ("the waybill is wrong, it should be SF1234567890124", "tracking_number", "SF1234567890124"),
    ("不对，是13900139000", "contact_phone", "+8613900139000"),
])
def test_a_correction_in_free_words(text: str, field: str, value: str) -> None:
    talk = at_summary()
    before = dict(talk.values)
    talk.say(text)
    assert talk.values == {**before, field: value}
    assert "changed" in talk.said
    assert talk.asked == "confirm"


def test_a_correction_to_what_only_other_stands_for(catalog: Catalog) -> None:
    talk = Talker(catalog, city(), opens="online_shopping")
    talk.say("我在抖音买的东西商家不退钱")
    assert talk.values["platform"] == "douyin"
    talk.say("不对，是快手")
    assert talk.values["platform"] == "other"
    assert "shop_name" not in talk.values


def test_a_correction_in_mid_form_goes_on_with_the_question() -> None:
    talk = talker("parcel")
    talk.say("顺丰延误")
    assert talk.asked == "tracking_number"
    talk.say("不是顺丰，是圆通")
    assert talk.values["carrier"] == "yto"
    assert talk.asked == "tracking_number"


@table(("text", "field"), [
    ("改第2项", "tracking_number"), ("change 2", "tracking_number"), ("修改 单号", "tracking_number"),
    ("change tracking number", "tracking_number"), ("change the waybill", "tracking_number"),
    ("手机写错了", "contact_phone"), ("第一项要改", "carrier"), ("改一下收件地址", "receiver_address"),
    ("2", "tracking_number"), ("change waybill to number", "tracking_number"),
    ("change the name of the waybill", "tracking_number"),
])
def test_one_field_is_asked_again_and_then_the_summary(text: str, field: str) -> None:
    talk = at_summary()
    talk.say(text)
    assert talk.asked == field
    assert talk.said == ["change.now"]
    old = talk.values[field]
    talk.say({"tracking_number": "SF1234567890199", "contact_phone": "13900139000", "carrier": "圆通",
              "receiver_address": "天河区体育西路"}[field])
    assert talk.values[field] != old
    assert talk.asked == "confirm"


def test_which_field_when_none_is_named() -> None:
    talk = at_summary()
    talk.say("修改")
    assert talk.asked == "change"
    assert talk.state.offered[0] == "carrier"
    talk.say("1")
    assert talk.asked == "carrier"
    talk.choose("yto")
    assert talk.values["carrier"] == "yto"
    assert talk.asked == "confirm"


def test_a_number_beyond_the_list_changes_nothing() -> None:
    talk = at_summary()
    before = talk.values
    talk.say("改第99项")
    assert talk.values == before
    assert talk.asked == "confirm"


def test_a_change_may_be_given_up() -> None:
    talk = at_summary()
    talk.say("改第2项")
    talk.say("取消")
    assert talk.said[0] == "change.kept"
    assert talk.asked == "confirm"
    assert talk.values["tracking_number"] == "SF1234567890123"


def test_a_correction_that_cannot_be_read_asks_the_field() -> None:
    talk = at_summary()
    talk.say("单号错了，应该是那个")
    assert talk.asked == "tracking_number"
    assert talk.values["tracking_number"] == "SF1234567890123"


def test_words_that_correct_nothing_are_an_answer() -> None:
    """不是…是… in a story: nothing of it was ever a value."""
    talk = talker("general")
    talk.say("狗叫")
    talk.say("13800138000")
    assert talk.asked == "description"
    talk.say("那条狗不是流浪狗，是隔壁邻居养的")
    assert talk.values["description"] == "那条狗不是流浪狗，是隔壁邻居养的"


def test_a_value_said_again_at_the_summary_with_its_name_replaces_the_old_one() -> None:
    talk = at_summary()
    talk.say("收件地址天河区体育西路")
    assert talk.values["receiver_address"] == "天河区体育西路"
    assert talk.asked == "confirm"


def test_a_name_that_fits_two_fields_is_asked_about() -> None:
    talk = at_summary()
    talk.say("修改地址")
    assert talk.asked == "change"
    talk.choose("receiver_address")
    assert talk.asked == "receiver_address"


@table("text", ["改善小区环境", "改掉这种态度", "change their attitude", "改天换日"])
def test_words_that_only_begin_like_a_change(text: str) -> None:
    talk = at_summary()
    talk.choose("details")
    talk.choose("demand")
    talk.say(text)
    assert talk.values["demand"] == text
    assert talk.asked == "confirm"


@table("text", ["手机号码错了", "改我的手机号", "change my phone number please"])
def test_nearly_the_name_is_enough(text: str) -> None:
    talk = at_summary()
    talk.say(text)
    assert talk.asked == "contact_phone"
