"""Two problems in one message are found; one story that mentions two things stays one."""
from __future__ import annotations

import pytest

from gateway.protocols import NluContext
from nlu.matters import may_be_apart, parts
from tests.minds import embedded
from tests.tables import table

HERE = NluContext()


@table(("message", "texts"), [
    ("你好，快递五天没动了。另外楼下工地半夜施工", ["你好，快递五天没动了", "楼下工地半夜施工"]),
    ("快递五天没动了。急！还有一件事，公司不发工资", ["快递五天没动了 急", "公司不发工资"]),
    ("My parcel is stuck. Another thing: there is noise every night", ["My parcel is stuck",
    "there is noise every night"]),
    ("快递五天没动了，单号SF1234567890123，客服不理", ["快递五天没动了，单号SF1234567890123，客服不理"]),
    ("", []),
])
def test_a_message_in_parts(message: str, texts: list[str]) -> None:
    assert [part.text.strip("。！. ").replace("。 ", " ") for part in parts(message)] == texts


@pytest.mark.parametrize(("message", "templates"), [
    ("海珠区新港中路人行道上全是共享单车，走不了路。另外我们楼下工地半夜还在施工，吵得睡不着",
    "shared_bike construction_noise"),
    ("我的快递五天没动了，客服不理。还有一件事，公司拖欠我三个月工资不发", "express_delivery labour"),
    ("小区电梯坏了三天没人修，另外路口有人天天违章停车堵住路", "elevator traffic_violation"),
    ("公交车司机态度恶劣还甩站。还有我在网上买的手机是假货，商家不退款", "public_transport online_shopping"),
    ("公司不给我交社保，第二件事是楼下餐馆排油烟呛得开不了窗", "social_security pollution"),
    ("My parcel has been stuck for five days. Another thing: there is construction noise every night next to our "
     "building.", "express_delivery construction_noise"),
    ("The lift in our building is broken. Also, shared bikes block the pavement outside the metro station.",
     "elevator shared_bike"),
])
async def test_two_problems(message: str, templates: str) -> None:
    told = (await embedded().understand(message, "zh", HERE)).matters
    assert [matter.template for matter in told] == templates.split()
    assert all(matter.text in message for matter in told)


@table(("message", "intents", "looked"), [
    ("电梯坏了。公司不发工资", "complaint.elevator complaint.labour", True),
    ("电梯坏了。家里自来水也停了", "complaint.elevator complaint.utilities", False),         # one family
    ("电梯坏了。一直没有人来修", "complaint.elevator complaint.elevator", False),
    ("电梯坏了。今天天气不错", "complaint.elevator out_of_scope", False),
    ("电梯坏了。还有一件事，家里的自来水停了", "complaint.elevator complaint.utilities", True),  # announced
])
def test_a_closer_look_only_where_words_tell_of_two_matters(message: str, intents: str, looked: bool) -> None:
    assert may_be_apart(parts(message), intents.split()) is looked


ONE_STORY = """
我在网上买的手机快递给弄丢了，商家不退款
公司拖欠工资还不给交社保
餐厅吃坏肚子去医院花了两千块，店家不赔
小区停水停电，物业也不管
装修噪音太大，物业不管
外卖送来的饭里有虫子，平台客服不理
电梯坏了，还有楼道灯也不亮，物业说没钱修
健身房倒闭了不退费，老板还欠员工工资
共享单车停在盲道上，还有电动车也乱停，人走不了
我骑共享单车摔了，刹车是坏的，去医院缝了三针。押金也不退
出租车司机绕路还骂人，我手机还落在车上了
快递员把我的快递扔了，还骂我。我投诉到公司也没人理
培训班倒闭了，钱退不了。老师说他们工资也没发
工地晚上施工，灰尘也很大，衣服都不敢晒
路灯坏了，晚上有人摔伤送医院
楼下烧烤店油烟大，半夜还吵
医院多收费，医保还报不了
买的房子漏水，开发商不管。物业费还照收
公司注销了，公积金怎么提取？工资也没结清
老公打我，我想离婚，还要不到孩子的抚养费
学校食堂饭菜不干净，孩子拉肚子住院了
我被公司辞退了，社保断缴，医保卡用不了
网上买的水果烂了，商家说是快递的责任。快递说不关他们的事
停车场乱收费，还不给开发票
地铁站门口单车太多。我差点被绊倒，鞋都坏了
The shop sold me a fake phone. The parcel also came late.
My landlord turned off the water. Also he keeps my deposit.
The bus did not stop. I was late for work and my boss cut my pay.
The restaurant made us ill. We went to hospital and they charged a lot.
The company owes me wages. It also never paid social insurance.
井盖没了，我的车轮胎扎了，交警说不归他管
家里煤气味很大，物业让我找燃气公司，燃气公司让我找物业
中介骗了我押金。房子里的热水器还是坏的
幼儿园乱收费，还说不交就不让孩子上学
我买了张机票退不了。客服电话一直占线，打了三十分钟花了不少话费
The driver took a detour. He charged me 86 yuan and was rude.
""".strip().splitlines()


async def test_one_story_stays_one() -> None:
    engine = embedded()
    parted = [story for story in ONE_STORY if (await engine.understand(story, "zh", HERE)).matters]
    assert parted == []
    assert len(ONE_STORY) >= 30


async def test_inside_a_form_nothing_is_parted() -> None:
    text = "我的快递五天没动了，客服不理。还有一件事，公司拖欠我三个月工资不发"
    assert (await embedded().understand(text, "zh", NluContext("general"))).matters == ()


@table("message", ["另外" * 5_000, "。" * 20_000, "also " * 5_000, "第一，" * 5_000])
def test_long_messages_are_quick(message: str) -> None:
    parts(message)
