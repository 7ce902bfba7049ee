"""The exact table: both languages always, folded, and nothing that only looks like a command."""
from __future__ import annotations

from gateway.dialogue.commands import Change, Correction, Word, fold, read
from tests.tables import table


@table(("text", "word"), [
    ("是", Word.YES), ("好的", Word.YES), ("确认", Word.YES), ("YES", Word.YES), ("ｙｅｓ", Word.YES),
    ("ok!", Word.YES),
    ("没问题，提交吧", Word.YES), ("yes please", Word.YES), ("looks good, submit", Word.YES),
    ("That’s right.", Word.YES), ("嗯 提交", Word.YES), ("yes file it", Word.YES), ("好的，谢谢，提交", Word.YES),
    ("嗯嗯 没问题 确认", Word.YES), ("no no thanks", Word.NO),
    ("不", Word.NO), ("不用了，谢谢", Word.NO), ("no thanks", Word.NO), ("Nope.", Word.NO),
    ("取消", Word.CANCEL), ("取消吧", Word.CANCEL), ("请取消", Word.CANCEL), ("算了", Word.CANCEL),
    ("Cancel please", Word.CANCEL), ("never mind", Word.CANCEL),
    ("上一步", Word.BACK), ("返回", Word.BACK), ("go back", Word.BACK),
    ("跳过", Word.SKIP), ("不知道", Word.SKIP), ("skip", Word.SKIP), ("I don't know", Word.SKIP),
    ("I don’t know", Word.SKIP),
    ("重来", Word.RESTART), ("start over", Word.RESTART),
    ("人工", Word.HUMAN), ("转人工！", Word.HUMAN), ("我要转人工", Word.HUMAN), ("agent", Word.HUMAN),
    ("speak to a person", Word.HUMAN), ("I want to talk to a person", Word.HUMAN),
    ("Can I speak to a human?", Word.HUMAN),
    ("你好", Word.HELLO), ("您好！", Word.HELLO), ("Hi", Word.HELLO), ("谢谢", Word.THANKS), ("thank you", Word.THANKS),
    ("机器人", Word.BOT), ("bot", Word.BOT), ("帮助", Word.HELP), ("Help!", Word.HELP), ("？", Word.HELP),
    ("进度", Word.STATUS), ("查询进度", Word.STATUS), ("status", Word.STATUS),
    ("催办", Word.URGE), ("催一下", Word.URGE), ("hurry up", Word.URGE), ("Please urge my case.", Word.URGE),
    ("中文", Word.CHINESE), ("English", Word.ENGLISH), ("english please", Word.ENGLISH), ("切换语言", Word.LANGUAGE),
    ("好了", Word.DONE), ("that's all", Word.DONE), ("再见", Word.END), ("bye", Word.END),
    ("修改", Word.CHANGE), ("我要修改", Word.CHANGE), ("that's wrong", Word.CHANGE),
    ("匿名", Word.ANONYMOUS), ("hide my name", Word.CONFIDENTIAL), ("use my name", Word.NAMED),
])
def test_a_short_word(text: str, word: Word) -> None:
    assert read(text) is word


@table("text", [
    "", "   ", "我要投诉快递", "快递一直没到", "是顺丰的件", "好久没人处理了", "改天再说吧，先这样",
    "不是我不想说，实在记不清",
    "the shop is closed", "I know nothing about it", "no one came", "cancelled my order without asking",
    "人工费太贵了",
    "status of the road is terrible", "help me with a parcel that never came", "他们说取消了我的订单",
    "back door is broken",
    "13800138000", "1", "海珠区新港中路", "匿名信是谁写的", "yes cancel my parcel", "是 不是", "还在", "好的 顺丰",
])
def test_what_only_looks_like_a_word_is_none(text: str) -> None:
    assert not isinstance(read(text), Word)


@table(("text", "target"), [
    ("修改 单号", "单号"), ("修改单号", "单号"), ("改第3项", "3"), ("改3", "3"), ("改一下电话", "电话"),
    ("请修改地址", "地址"), ("修改 事项", "事项"), ("修改第三项", "三"), ("改2条", "2"),
    ("我要改电话", "电话"), ("单号错了", "单号"), ("电话写错了", "电话"), ("change 3", "3"), ("change #3", "3"),
    ("change tracking number", "tracking number"), ("Edit the address", "address"), ("please correct item 2", "2"),
    ("the phone number is wrong", "phone number"), ("change number 4", "4"),
])
def test_a_field_to_change(text: str, target: str) -> None:
    assert read(text) == Change(target)


@table(("text", "correction"), [
    ("不是顺丰，是圆通", Correction("圆通", "", "顺丰")),
    ("不是顺丰是圆通", Correction("圆通", "", "顺丰")),
    ("不是海珠区而是天河区", Correction("天河区", "", "海珠区")),
    ("是圆通不是顺丰", Correction("圆通", "", "顺丰")),
    ("单号错了，应该是SF1234567890124", Correction("SF1234567890124", "单号")),
    ("把电话改成13900139000", Correction("13900139000", "电话")),
    ("应该是圆通", Correction("圆通")),
    ("不对，是圆通", Correction("圆通")), ("不对，单位应该是示例制衣厂", Correction("示例制衣厂", "单位")),
    ("不对，单位是示例制衣厂", Correction("示例制衣厂", "单位")),
    ("no, it's YTO", Correction("YTO")),
    ("No, it’s YTO.", Correction("YTO")),
    ("it's not SF, it's YTO", Correction("YTO", "", "SF")),
    ("change my phone to 139 0013 9000", Correction("139 0013 9000", "phone")),
    ("the tracking number is wrong, it should be YT1", Correction("YT1", "tracking number")),
    ("no, the tracking number is YT1", Correction("YT1", "tracking number")),
    ("sorry, the amount should be 680 yuan", Correction("680 yuan", "amount")),
    ("actually it was yesterday", Correction("yesterday")),
])
def test_a_correction(text: str, correction: Correction) -> None:
    assert read(text) == correction


def test_a_story_is_no_correction() -> None:
    assert read("不是" + "我不愿意说，" * 40 + "是没人肯听") is None


def test_values_keep_their_case() -> None:
    assert read("单号错了，应该是sF12ab") == Correction("sF12ab", "单号")


@table(("text", "folded"), [
    ("  ＯＫ！ ", "ok"), ("取消吧。", "取消"), ("请问", "问"), ("吧", "吧"), ("", ""), ("Please", "please"),
    ("好的，谢谢！", "好的"),
])
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@table("text", ["改" * 100_000, "不是" * 50_000, "no, " * 30_000, "，" * 100_000])
def test_long_texts_are_quick(text: str) -> None:
    """Refused by length before any pattern looks at them."""
    assert not isinstance(read(text), Correction)
