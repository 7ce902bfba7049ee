"""Anonymous and confidential, in any words; and the many sentences that only mention a name."""
from __future__ import annotations

from gateway.dialogue.wishes import read
from tests.dialogue.small import talker
from tests.tables import table

STORY = "楼下半夜装修，吵得睡不着，地址在海珠区新港中路"


@table(("text", "mode"), [
    ("别说是我举报的", "confidential"), ("不要告诉他们是我", "confidential"), ("请帮我保密", "confidential"),
    ("不想让房东知道是我投诉的", "confidential"), ("不要透露我的信息", "confidential"), ("姓名要保密", "confidential"),
    ("怕他们知道是我说的", "confidential"),
    ("别让学校知道是我说的，保密", "confidential"), ("我的信息请保密", "confidential"),
    ("don't tell them it was me", "confidential"), ("Please don’t let my landlord know it was me", "confidential"),
    ("keep my name confidential", "confidential"), ("please do not use my name", "confidential"),
    ("I don't want them to find out it was me", "confidential"),
    ("不想留名", "anonymous"), ("我想匿名投诉", "anonymous"), ("不留姓名", "anonymous"), ("不想留电话", "anonymous"),
    ("不愿意透露姓名", "anonymous"), ("can I stay anonymous?", "anonymous"), ("file it anonymously", "anonymous"),
    ("I'd rather not give my name", "anonymous"), ("without giving my name", "anonymous"),
    ("不用匿名", "named"), ("我要实名举报", "named"), ("you can use my name", "named"), ("不需要保密", "named"),
])
def test_a_wish(text: str, mode: str) -> None:
    wish = read(text)
    assert wish is not None
    assert (wish.mode, wish.alone) == (mode, True)


@table("text", [
    STORY, "收到一封匿名信", "公司让我签保密协议", "an anonymous caller threatened me", "没有人告诉我们什么时候修",
    "他们不告诉我单号", "店家不肯透露进货渠道", "不知道是谁投放的",
    "the seller is anonymous on the site and has no name",
    "工地没有挂名字", "他没留电话就走了", "my name is Ann Lee", "快递单上写了我的名字",
    "they do not give my money back",
    "confidential documents were thrown away", "匿名的话你们怎么回复我？", "What happens if I stay anonymous?",
    "他们说不能告诉我结果", "商家不让我说话", "please tell them to stop",
])
def test_no_wish(text: str) -> None:
    assert read(text) is None


def test_the_rest_is_the_answer() -> None:
    wish = read("海珠区新港中路100号，别告诉他们是我说的")
    assert wish is not None
    assert (wish.alone, wish.rest) == (False, "海珠区新港中路100号")


@table("text", ["别" * 50_000, "不要告诉" * 10_000, "don't tell the " * 5_000, "保密" * 20_000])
def test_long_texts_are_quick(text: str) -> None:
    read(text)


def test_it_counts_in_the_middle_of_the_form_beside_the_answer() -> None:
    talk = talker("bike")
    talk.say("单车堵门口了")
    assert talk.asked == "location"
    talk.say("海珠区新港中路100号，别说是我举报的")
    assert talk.values["identity_mode"] == "confidential"
    assert talk.values["location"] == "海珠区新港中路100号"
    assert talk.said[0] == "identity.confidential"


def test_it_counts_in_the_opening() -> None:
    talk = talker("bike")
    talk.say("我想匿名投诉，海珠区新港中路人行道上全是单车，走不了路")
    assert talk.values["identity_mode"] == "anonymous"
    assert "contact_phone" not in talk.values


def test_it_is_kept_until_there_is_a_form() -> None:
    talk = talker("bike")
    talk.say("我想匿名")
    assert talk.said == ["identity.early"]
    talk.say("海珠区新港中路人行道上全是单车")
    assert talk.values["identity_mode"] == "anonymous"
    assert talk.state.wish == ""


def test_a_form_that_must_reach_the_citizen_says_why_not() -> None:
    talk = talker("shop", "en")
    talk.say("I was cheated in a shop")
    talk.say("I'd rather not give my name")
    assert talk.said[0] == "identity.refused"
    assert "identity" in talk.quoted  # the template's own reason
    assert "identity_mode" not in talk.values
    assert talk.asked == "merchant_name"
