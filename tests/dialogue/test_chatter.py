"""What stands around an answer and says nothing, what is taken back within it, and words instead of one."""
from __future__ import annotations

from time import perf_counter

from gateway.dialogue.chatter import bare, joined_code, plain_faced, taken_back
from gateway.dialogue.delays import refuses, waits

BARE = {
    "嗯……应该是海珠区新港中路1000号门口吧": "海珠区新港中路1000号门口",
    "谢谢，天河区龙口西路1008号": "天河区龙口西路1008号",
    "📍海珠区新港中路1000号🙏": "海珠区新港中路1000号",
    "呃那个就是顺丰": "顺丰",
    "好像叫回音眼镜店吧": "叫回音眼镜店",
    "我记得是回音超市，没记错的话": "回音超市",
    "回音超市，麻烦你们了": "回音超市",
    "sure, Example Mart, thanks a lot!": "Example Mart",
    "OK here: 1020 Shuncheng Street": "1020 Shuncheng Street",
    "um Example Mart I guess": "Example Mart",
    "Example Mart, if I remember correctly": "Example Mart",
    "Example Mart 😡😡": "Example Mart",
}
# Names that begin or end like a hum, and answers that are nothing else.
WHOLE = [
    "好又多超市", "行知小学", "没问题便利店", "那个工地", "Wellington Road", "Please Hotel",
    "Sure Fitness", "So Example Bar",
    "嗯", "是的", "谢谢", "👍", "吧", "Thanks", "什么时候都行吗",
]
TAKEN_BACK = {
    "上周三，不对，上周四": "上周四",
    "天河区，哦不对是海珠区新港中路": "海珠区新港中路",
    "13800138000，我说错了，13800138001": "13800138001",
    "骨科，更正，儿科": "儿科",
    "13800138000, no sorry, 13800138001": "13800138001",
    "last Wednesday, I mean Thursday": "Thursday",
    "last Wednesday… wait, Thursday": "Thursday",
    "flat 3, scratch that, flat 4": "flat 4",
    "不对，是快手": "", "no, it's 5": "", "店里态度不对，要求退款": "", "I have no idea": "",
}
WAITING = [
    "稍等", "等一下我看看",
    "我找找", "等我看一下手机", "让我看看", "一会儿发你", "我找一下单号", "我想想啊", "稍等，我找一下发票",
    "马上来",
    "hmm let me think", "one sec", "hang on, looking for it", "I need to check my phone", "just a moment please",
    "give me a second", "wait", "let me check the label", "sorry, one minute", "I'm looking",
]
NOT_WAITING = [
    "嗯", "13800138000", "中山路", "等一下，刚才说错了，电话是13800138001", "我想退款", "查一下进度", "找人工",
    "请你们去看",
    "sure", "second floor", "A place", "Minute Hotel", "", "I think Example Mart",
]
REFUSING = [
    "电话我不想给", "这个我不方便说", "不方便", "不想说", "不给", "不告诉你们", "能不能不说", "隐私",
    "I'd rather not say", "I’d prefer not to", "no phone please", "I don't want to give my number", "can't say",
    "I won't tell you that", "not comfortable sharing that", "that's private",
]
NOT_REFUSING = ["我不想要这个手机", "不用了", "不能用", "不给退款", "not sure", "I can't sleep",
    "no", "not yet", "Notting Hill", ""]


def test_what_stands_around_an_answer_is_dropped() -> None:
    assert {answer: bare(answer) for answer in BARE} == BARE


def test_names_and_bare_words_stay_whole() -> None:
    assert [bare(answer) for answer in WHOLE] == WHOLE


def test_a_story_is_left_as_it_is() -> None:
    story = "嗯，" + "他们每天晚上都在施工，" * 20 + "谢谢"
    assert bare(story) == story


def test_a_picture_is_one_whatever_its_colour() -> None:
    assert [plain_faced(answer) for answer in ("👍🏻", "👍", "✔️", "🚲哈啰的😡")] == ["👍", "👍", "✔", "哈啰的"]


def test_what_is_said_instead_counts() -> None:
    assert {answer: taken_back(answer) for answer in TAKEN_BACK} == TAKEN_BACK


def test_who_looks_for_the_answer_is_waited_for() -> None:
    assert [text for text in WAITING if not waits(text)] == []
    assert [text for text in NOT_WAITING if waits(text)] == []


def test_who_keeps_something_back_is_understood() -> None:
    assert [text for text in REFUSING if not refuses(text)] == []
    assert [text for text in NOT_REFUSING if refuses(text)] == []


def test_a_code_in_groups_is_one_code() -> None:
    assert joined_code("it says 4400 0000 1111 2222 on my phone", r"\d{16}") == "4400000011112222"
    assert joined_code("4400 0000 1111 or 4400 0000 2222", r"\d{12}") is None
    assert joined_code("12 of 30 on page 7", r"\d{16}") is None


def test_no_words_take_long() -> None:
    """Patterns within patterns: the time may not grow with every further word."""
    parts = ("看", "一会", "um, ", "嗯", "wait ", "！", "谢谢", "no, ", "不", "吧", "好像", "不对，")
    begun = perf_counter()
    for part in parts:
        for text in (part * (39 // len(part)) + "x", part * (158 // len(part)) + "x"):
            assert isinstance(bare(text) + taken_back(text), str)
            assert waits(text) in (True, False)
            assert refuses(text) in (True, False)
    assert perf_counter() - begun < 1.0
