"""How people open: one sentence, what the form already knows from it, and what it must not guess.

None of these sentences stands in the training data or among the templates' own conversations.
"""
from __future__ import annotations

from typing import Any

from gateway.dialogue.catalog import Catalog
from gateway.fields.city import City
from tests.dialogue.talker import Talker
from tests.tables import table

Expected = dict[str, Any]

# Sentence → values; None means: must stay empty.
EXPRESS: list[tuple[str, str, Expected]] = [
    ("zh", "申通这个件在中转站滞留九天了", {"carrier": "sto", "problem": "delay"}),
    ("zh", "顺丰速运把我的电脑屏幕摔碎了", {"carrier": "sf", "problem": "damaged"}),
    ("zh", "sf快递三天没更新物流", {"carrier": "sf", "problem": "delay"}),
    ("zh", "邮政特快寄的证件丢件了", {"carrier": "ems", "problem": "lost"}),
    ("zh", "极兔快递员态度恶劣还骂人", {"carrier": "jt", "problem": "service"}),
    ("zh", "韵达的快递放驿站不送上门", {"carrier": "yunda", "problem": "service"}),
    ("zh", "京东物流太慢，说好次日达，到今天还没送到", {"carrier": "jd", "problem": "delay"}),
    ("zh", "德邦送来的柜子少件了，还有一块板破了", {"carrier": "deppon", "problem": "damaged"}),
    ("zh", "我是寄件人，中通把包裹弄丢了", {"carrier": "zto", "problem": "lost", "my_role": "sender"}),
    ("zh", "我买的鞋，圆通一直没动", {"carrier": "yto", "problem": "delay", "my_role": "receiver"}),
    ("zh", "圆通还是中通我忘了，反正没送到", {"carrier": None, "problem": "delay"}),
    ("zh", "单号YT1234567890123查不到更新", {"tracking_number": "YT1234567890123"}),
    ("zh", "运单 sf1234567890123，收件人是我妈", {"tracking_number": "SF1234567890123"}),
    ("zh", "从深圳市南山区科苑路寄到广州市番禺区大北路的件没了",
     {"sender_address": "深圳市南山区科苑路", "receiver_address": "广州市番禺区大北路"}),
    ("zh", "快递没有破损，就是太慢", {"problem": "delay"}),
    ("zh", "我打过客服电话95338，没人理", {"contact_phone": None, "tracking_number": None}),
    ("en", "SF Express lost my parcel", {"carrier": "sf", "problem": "lost"}),
    ("en", "my package from zto arrived smashed", {"carrier": "zto", "problem": "damaged"}),
    ("en", "J&T says it is delivered, nothing came", {"carrier": "jt", "problem": "delay"}),
    ("en", "the EMS man was rude and swore at me", {"carrier": "ems", "problem": "service"}),
    ("en", "I'm the sender, Yunda has not moved it for a week", {"carrier": "yunda", "my_role": "sender"}),
    ("en", "tracking number SF1234567890123 is stuck", {"tracking_number": "SF1234567890123", "problem": "delay"}),
    ("en", "sent from Nanshan District, Shenzhen to Tianhe District, Guangzhou, still waiting",
     {"sender_address": "Nanshan District, Shenzhen", "receiver_address": "Tianhe District, Guangzhou"}),
    ("en", "my parcel stopped in Wuhan", {"carrier": None}),
]
BIKES: list[tuple[str, str, Expected]] = [
    ("zh", "青桔单车刹车失灵，太吓人了", {"company": "didi", "problem": "damaged"}),
    ("zh", "哈啰的车把消防通道堵住了", {"company": "hellobike", "problem": "parking"}),
    ("zh", "小黄车横七竖八倒在盲道上", {"company": "meituan", "problem": "parking"}),
    ("zh", "摩拜的押金退不了", {"company": "meituan", "problem": "deposit"}),
    ("zh", "滴滴单车还车失败一直计费", {"company": "didi", "problem": "billing"}),
    ("zh", "有人半夜偷偷投放几百辆哈罗单车", {"company": "hellobike", "problem": "placement"}),
    ("zh", "美团收了我20块调度费", {"company": "meituan", "problem": "billing", "amount": "20.00"}),
    ("zh", "押金299元不退", {"problem": "deposit", "amount": "299.00"}),
    ("zh", "单车编号8650012345和8650012346倒在路中间", {"bike_numbers": ["8650012345", "8650012346"]}),
    ("zh", "天河区体育西路1000号门口堆满单车", {"location": "天河区体育西路1000号门口", "problem": "parking"}),
    ("zh", "楼下两百多辆单车没人管", {"amount": None, "bike_numbers": None}),
    ("en", "hellobike brakes do not work", {"company": "hellobike", "problem": "damaged"}),
    ("en", "Meituan charged me 20 yuan for nothing", {"company": "meituan", "problem": "billing", "amount": "20.00"}),
    ("en", "didi bikes piled up on the sidewalk", {"company": "didi", "problem": "parking"}),
    ("en", "I never got my deposit of 199 yuan back", {"problem": "deposit", "amount": "199.00"}),
    ("en", "too many bikes at our gate", {"problem": "placement", "company": None}),
]
SHOPS: list[tuple[str, str, Expected]] = [
    ("zh", "店名叫好再来餐厅，多收了我们的钱", {"merchant_name": "好再来餐厅"}),
    ("zh", "10月1日买的手机，一个月就黑屏，要求退款", {"purchase_date": "2026-10-01", "requested_remedy": "refund"}),
    ("zh", "健身卡退费，一共退3000元", {"requested_remedy": "refund", "amount": "3000.00"}),
    ("zh", "我住在海珠区滨江东路1000号，店开在天河区天河路1000号",
     {"contact_address": "海珠区滨江东路1000号", "merchant_address": "天河区天河路1000号"}),
    ("zh", "商家不退款也不换货", {"requested_remedy": None}),
    ("zh", "在超市买到过期的酸奶", {"merchant_name": None}),
    ("zh", "老板说下周三再来，我不信", {"purchase_date": None}),
    ("en", "bought it on 5 November and want a full refund",
     {"purchase_date": "2026-11-05", "requested_remedy": "refund"}),
    ("en", "I paid 600 yuan and got nothing", {"amount": "600.00"}),
    ("en", "the repair shop broke my watch", {"merchant_name": None}),
]
NOISE: list[tuple[str, str, Expected]] = [
    ("zh", "隔壁工地凌晨还在打桩", {"noise_kind": "construction"}),
    ("zh", "楼下烧烤摊喇叭叫卖到半夜", {"noise_kind": "social", "period": None}),
    ("zh", "广场舞音响太大，昨晚七点到九点", {
        "noise_kind": "social", "period": "2026-11-22T19:00:00+08:00/2026-11-22T21:00:00+08:00"}),
    ("zh", "工厂的冷却塔整夜轰鸣", {"noise_kind": "industrial"}),
    ("zh", "每天晚上摩托车炸街", {"noise_kind": "traffic", "period": None}),
    ("zh", "手机测出来有75分贝", {"decibels": 75}),
    ("zh", "黄埔区科学大道1000号的工地，项目名称是某某花园二期",
     {"source_location": "黄埔区科学大道1000号", "site_name": "某某花园二期"}),
    ("zh", "我住在天河区龙口西路1000号，被吵得睡不着",
     {"affected_address": "天河区龙口西路1000号", "source_location": None}),
    ("zh", "吵了三个月了没人管", {"period": None, "decibels": None}),
    ("en", "karaoke bar downstairs, last night from 10pm to 2am", {
        "noise_kind": "social", "period": "2026-11-22T22:00:00+08:00/2026-11-23T02:00:00+08:00"}),
    ("en", "jackhammer at the construction site all night", {"noise_kind": "construction", "period": None}),
    ("en", "lorries honking under my window", {"noise_kind": "traffic"}),
    ("en", "I measured 80 decibels", {"decibels": 80}),
]
GENERAL: list[tuple[str, str, Expected]] = [
    ("zh", "越秀区北京路1000号门口的路灯坏了", {"location": "越秀区北京路1000号门口", "identity_mode": None}),
    ("zh", "我想匿名反映村里的河涌发臭", {"identity_mode": "anonymous"}),
    ("zh", "请帮我保密，楼上天天往下扔垃圾", {"identity_mode": "confidential"}),
    ("zh", "河边的栏杆断了，我的电话13800138000", {"contact_phone": "+8613800138000"}),
    ("zh", "物业公司电话13800138000打不通", {"contact_phone": None}),
    ("en", "please keep it private, my landlord dumps rubbish in the yard", {"identity_mode": "confidential"}),
    ("en", "the bridge lamp is out, call me on 13800138000", {"contact_phone": "+8613800138000"}),
]

POLITE = {"zh": ("你好，麻烦你们了。", "。谢谢！"), "en": ("Good morning, I hope you can help. ", ". Thanks!")}

ALL = [
    (template, language, text, expected)
    for template, rows in (
        ("express_delivery", EXPRESS), ("shared_bike", BIKES), ("consumer_dispute", SHOPS),
        ("construction_noise", NOISE), ("general", GENERAL),
    )
    for language, text, expected in rows
]


@table(("template", "language", "text", "expected"), ALL)
def test_one_sentence(
    template: str, language: str, text: str, expected: Expected, catalog: Catalog, guangzhou: City
) -> None:
    talk = Talker(catalog, guangzhou, opens=template, language=language)
    talk.say(text)
    assert {name: talk.values.get(name) for name in expected} == expected


def test_both_languages_are_tried_in_every_template() -> None:
    assert {(template, language) for template, language, _, _ in ALL} == {
        (template, language) for template in (
            "express_delivery", "shared_bike", "consumer_dispute", "construction_noise", "general",
        ) for language in ("zh", "en")
    }


@table(("template", "language", "text", "expected"), ALL)
def test_the_same_behind_a_polite_preamble(
    template: str, language: str, text: str, expected: Expected, catalog: Catalog, guangzhou: City
) -> None:
    """Courtesies before and after change nothing."""
    before, after = POLITE[language]
    talk = Talker(catalog, guangzhou, opens=template, language=language)
    talk.say(before + text + after)
    assert {name: talk.values.get(name) for name in expected} == expected
