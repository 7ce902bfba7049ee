"""Another form for the same matter: offered, never forced; what fits comes along, words and files always."""
from __future__ import annotations

from gateway.dialogue.carrying import ALIKE
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.switching import asks
from gateway.dialogue.template import Template, read
from gateway.fields.city import City
from tests.dialogue.small import GENERAL, PARCEL, SHOP, document, talker
from tests.dialogue.talker import Talker, ranked
from tests.tables import table

STORY = "我在网上买的电饭锅用了两天就坏了，卖家不肯退钱"


def online() -> Template:
    """A sister of the shop form: some fields alike, some named otherwise."""
    shop = document("shop")
    fields = [{**field, "id": {"merchant_name": "shop_name", "bought": "purchase_date"}.get(field["id"], field["id"])}
              for field in shop["fields"]]
    return read({**shop, "id": "online", "title": {"zh": "网购纠纷", "en": "Online shopping"}, "fields": fields,
                 "title_field": "shop_name", "rules": []})


def at(opens: str, language: str = "zh") -> Talker:
    return Talker(talker("", language).catalog.of((PARCEL, SHOP, GENERAL, online()), talker().catalog.types),
                  talker().city, opens=opens, language=language)


def in_shop() -> Talker:
    talk = at("shop")
    talk.say("商家：好又多，付了300元的电饭锅坏了，不给退")
    talk.upload()
    talk.say("请保密")
    assert talk.asked == "bought"
    return talk


@table("text", [
    "其实是网购的问题", "不是快递的问题，是网购纠纷", "选错类型了", "换成网购投诉", "this is really about my landlord",
    "it's actually a problem with an online shop", "wrong form", "it is not about the parcel",
])
def test_words_that_ask_for_another_form(text: str) -> None:
    assert asks(text)


@table("text", [
    "昨天", "好又多超市", "他们不是说三天到吗", "我其实不记得了", "really bad service", "其实就在楼下",
    "actually yesterday", "改成天河区",
])
def test_and_words_that_do_not(text: str) -> None:
    assert not asks(text)


def test_it_is_offered_and_a_yes_brings_along_what_fits() -> None:
    talk = in_shop()
    told = talk.draft.told
    talk.say("其实是网购的问题", ranking=ranked("complaint.online"))
    assert (talk.asked, talk.said) == ("switch", ["switch"])
    talk.say("换过去")
    assert talk.draft.template == "online"
    assert talk.values["shop_name"] == "好又多"                # named otherwise, meant the same
    assert talk.values["paid"] == "300.00"                     # the same field
    assert talk.values["identity_mode"] == "confidential"
    assert talk.values["evidence"] == ["upload1"]
    assert talk.draft.uploads == ("upload1",)
    assert talk.draft.told[:len(told)] == told
    assert talk.asked == "purchase_date"


def test_it_stays_the_same_draft_so_that_its_timers_go_on() -> None:
    talk = in_shop()
    before = talk.draft
    talk.say("其实是网购的问题", ranking=ranked("complaint.online"))
    talk.choose("switch")
    assert (talk.draft.id, talk.draft.started) == (before.id, before.started)


def test_the_name_of_the_form_is_enough_where_the_engine_is_not_sure() -> None:
    talk = in_shop()
    talk.say("其实是网购的问题", ranking=ranked("complaint.parcel", sure=False, score=0.2))
    assert talk.asked == "switch"


def test_a_no_goes_on_where_it_was() -> None:
    talk = in_shop()
    talk.say("其实是网购的问题", ranking=ranked("complaint.online"))
    talk.say("不换")
    assert talk.said == ["switch.stay"]
    assert talk.asked == "bought"
    assert talk.draft.template == "shop"


def test_the_general_form_proposes_a_better_one_once_it_knows_more() -> None:
    talk = at("general")
    talk.say("我要投诉")
    assert talk.asked == "contact_phone"
    talk.say("13800138000")
    assert talk.asked == "description"
    talk.say(STORY, ranking=ranked("complaint.online"))
    assert talk.asked == "switch"
    talk.choose("switch")
    assert talk.draft.template == "online"
    assert talk.values["contact_phone"] == "+8613800138000"
    assert STORY in str(talk.values["description"])


def test_the_words_that_led_to_the_proposal_are_not_lost_by_a_no() -> None:
    talk = at("general")
    talk.say("我要投诉")
    talk.say("13800138000")
    talk.say(STORY, ranking=ranked("complaint.online"))
    talk.choose("stay")
    assert talk.asked == "confirm"
    assert talk.values["description"] == STORY
    talk.say(f"再说一下，{STORY}", ranking=ranked("complaint.online"))
    assert talk.asked == "confirm", "it is not proposed a second time"


def test_words_added_at_the_summary_are_kept_too() -> None:
    talk = at("general")
    talk.say("小区里的狗整夜叫，没有人管，已经好几个月了")
    talk.say("13800138000")
    assert talk.asked == "confirm"
    talk.say(STORY, ranking=ranked("complaint.online"))
    assert talk.asked == "switch"
    talk.choose("stay")
    assert STORY in str(talk.values["description"])


def test_a_form_that_fits_is_left_in_peace() -> None:
    talk = in_shop()
    talk.say("上个月在他们店里买的，一直都是好好的，三天前突然坏了", ranking=ranked("complaint.online"))
    assert talk.draft.template == "shop"
    assert talk.asked != "switch"


def test_addresses_go_by_their_role_and_options_by_their_words() -> None:
    talk = at("parcel")
    talk.say("圆通的件SF1234567890123丢了，从海珠区新港中路寄到朝阳区建国路")
    assert talk.values["problem"] == "lost"
    talk.say("其实是网购的问题", ranking=ranked("complaint.online"))
    talk.choose("switch")
    assert talk.draft.template == "online"
    assert not {"problem", "carrier", "sender_address"} & talk.values.keys()
    assert "丢了" in talk.draft.told[0]


def test_the_table_of_likenesses_names_fields_that_exist(catalog: Catalog) -> None:
    names = {field.id for template in catalog.newest.values() for field in template.fields}
    assert {name for row in ALIKE for name in row} <= names


def test_a_field_of_the_same_name_that_means_something_else_there_stays_behind(
        catalog: Catalog, guangzhou: City) -> None:
    """Both forms ask for a `matter`; an estate's is none of social insurance."""
    talk = Talker(catalog, guangzhou, opens="property_management")
    talk.say("翠湖苑的广告费从来没有公布过")
    talk.fill("property_management", matter="common_income", community="翠湖苑")
    talk.say("选错类型了，应该是社保的问题", ranking=ranked("complaint.social_security"))
    assert talk.asked == "switch"
    talk.choose("switch")
    assert talk.draft.template == "social_security"
    assert talk.values.get("matter") != "common_income"
