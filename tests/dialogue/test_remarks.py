"""Questions, excuses and hesitations where a name or a place was asked for; and names that only look like them."""
from __future__ import annotations

from gateway.dialogue.remarks import asks, hesitates, without_excuses
from tests.tables import table


@table("text", [
    "一楼不同意是不是就装不成", "低层要不要补偿", "那钱谁出", "要我地址做什么", "举报了会不会被针对",
    "要多久才能到账啊", "你们管不管二手的", "这个怎么查", "凭什么要我证明", "多少钱一次",
    "can they do that", "and who pays for it", "so how long does this take",
    "do the ground floor people have to agree", "why do you need my address", "ok but will they know it was me",
])
def test_a_question_though_no_mark_ends_it(text: str) -> None:
    assert asks(text)


@table("text", [
    "回音眼镜店", "六栋二单元", "眼科", "老人家什么都能吃的奶粉", "豆腐作坊", "上游那家豆腐作坊",
    "海珠区滨江东路1213号602", "谁家咖啡", "多少烧烤店", "Old Maple Strings",
    "the dye works by the bridge", "block 2 unit 1",
    "Will Power Gym", "Can Do Cleaning", "Are You Ready Café",
])
def test_a_name_is_no_question(text: str) -> None:
    assert not asks(text)


@table(("text", "rest"), [
    ("在开车语音打字", ""), ("身份证在她那里我记不住号码", ""), ("字太小了我没戴眼镜", ""),
    ("我在路上，打字不方便", ""), ("单子在家里", ""),
    ("手机快没电了", ""), ("在开车语音打字，眼科", "眼科"),
    ("忘了叫什么，好像是回音琴行", "好像是回音琴行"), ("my phone is dying", ""),
    ("I don't have the card with me", ""), ("I'm driving, Echo Bistro", "Echo Bistro"), ("can't remember", ""),
    ("回音眼镜店，在三楼", "回音眼镜店，在三楼"), ("Example Optics, second floor", "Example Optics, second floor"),
    ("忘忧草茶馆", "忘忧草茶馆"), ("手机维修中心", "手机维修中心"),
])
def test_excuses_leave_the_answer(text: str, rest: str) -> None:
    assert without_excuses(text) == rest


@table(("text", "expected"), [
    ("这个我不敢乱讲", True), ("说不准", True), ("不好说", True), ("怕冤枉好人", True),
    ("我也不太确定", True), ("没看清楚", True),
    ("hard to say", True), ("I wouldn't want to accuse anyone", True), ("I'm not sure", True), ("no clue", True),
    ("不好说话烧烤店", False), ("应该是上游那家豆腐作坊", False), ("the factory, but I'm not sure", False),
])
def test_a_hesitation_is_all_that_is_said(text: str, expected: bool) -> None:
    assert hesitates(text) is expected
