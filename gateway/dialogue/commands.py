"""The exact table of short words that mean the same in every state, zh and en, whatever the language is set to.

It is asked before any understanding: what is safety-critical (yes, cancel, a person) is never guessed.
"""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gateway.fields.yes_no import AGREED, DENIED


class Word(StrEnum):
    YES = "yes"
    NO = "no"
    CANCEL = "cancel"
    BACK = "back"
    SKIP = "skip"
    RESTART = "restart"
    HUMAN = "human"
    BOT = "bot"
    HELP = "help"
    STATUS = "status"
    URGE = "urge"
    LANGUAGE = "language"
    CHINESE = "zh"
    ENGLISH = "en"
    DONE = "done"
    END = "end"
    CHANGE = "change"
    DETAILS = "details"
    NAMED = "named"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"
    CONTINUE = "continue"
    SUPPLEMENT = "supplement"
    NEW = "new"
    OTHER = "other"
    SOLVED = "solved"
    HELLO = "hello"
    THANKS = "thanks"


# What leads away from a question that any other words would answer (是的 and 没有 are answers there).
ELSEWHERE: frozenset[object] = frozenset({
    Word.HUMAN, Word.BOT, Word.HELP, Word.STATUS, Word.LANGUAGE, Word.CHINESE, Word.ENGLISH, Word.THANKS, Word.CANCEL,
})


@dataclass(frozen=True, slots=True)
class Change:
    """修改 单号, change 3: which field, in the citizen's words."""

    target: str


@dataclass(frozen=True, slots=True)
class Correction:
    """单号错了，应该是… / 不是…是…: the new value, and what it replaces as far as it was said."""

    value: str
    target: str = ""
    wrong: str = ""


Command = Word | Change | Correction

# Beside the words of agreeing and denying (gateway/fields/yes_no.py); what stands here wins over them.
_TABLE: dict[Word, str] = {
    Word.YES: "提交|确认提交|确认无误|无误|submit|file it|send it|go ahead|looks good|looks fine|looks right|all good|"
              "all correct|everything is correct|file my complaint|接着登记|换过去|换吧|change the form|yes, go on",
    Word.NO: "没有解决|没有要补充的|不补充了|先不了|不换|nothing to add|no, leave it|"
             "stay with this one|不用改了|不改了|不用改|别改了|算了不改|不想改了",
    Word.CANCEL: "取消|算了|不办了|不要了|放弃|不投诉了|不填了|取消投诉|取消填写|cancel|quit|abort|stop|never mind|"
                 "nevermind|forget it|cancel this|cancel it|cancel this form|"
                 "是的，取消|yes, cancel",
    Word.BACK: "上一步|返回|后退|回到上一步|返回上一步|上一题|上一个|back|go back|previous|step back|"
               "上一个答错了|上一个填错了|上一个写错了|上一题答错了|刚才答错了|刚才那个错了|刚才填错了|刚才说错了|"
               "my last answer was wrong|the last answer was wrong|the last one was wrong|my previous answer was wrong|"
               "i got the last one wrong",
    Word.SKIP: "跳过|略过|下一步|下一题|先跳过|不知道|不清楚|不记得|不记得了|忘了|skip|skip it|skip this|next|pass|"
               "i don't know|don't know|dont know|not sure|no idea|skip for now",
    Word.RESTART: "重来|重新来|重新开始|从头来|从头开始|重填|重新填写|restart|start over|start again|begin again",
    Word.HUMAN: "人工|转人工|人工客服|人工服务|转人工客服|转人工服务|我要人工|我要转人工|找人工|真人|客服|找真人|"
                "human|agent|operator|person|a person|real person|speak to a person|speak to a human|talk to a person|"
                "talk to a human|speak to an agent|talk to an agent|human agent|live agent|speak to someone",
    Word.BOT: "机器人|返回机器人|转机器人|回到机器人|bot|robot|back to bot|back to the bot",
    Word.HELP: "帮助|怎么填|怎么用|说明|使用说明|help|?|how does this work|how do i fill this in",
    Word.STATUS: "进度|查进度|查询进度|办理进度|我的工单|工单进度|查工单|查询工单|status|progress|my cases|my case|"
                 "check status|case status|check my case",
    Word.URGE: "催办|催一下|催一催|催单|我要催办|催办工单|催办我的工单|urge|urge it|urge my case|hurry up|speed it up|"
               "chase it|chase my case",
    Word.LANGUAGE: "语言|切换语言|换语言|language|change language|switch language",
    Word.CHINESE: "中文|汉语|普通话|说中文|切换中文|chinese|in chinese|zh",
    Word.ENGLISH: "英文|英语|说英文|切换英文|english|in english|en",
    Word.DONE: "完成|好了|填好了|传完了|发完了|没有了|就这些|就这样|写完了|done|finished|that's all|that is all|"
               "nothing else|nothing more",
    Word.END: "结束|结束对话|再见|拜拜|bye|bye bye|goodbye|end|end chat|exit",
    Word.CHANGE: "修改|改|更改|改一下|修改内容|不对|错了|有误|"
                 "change|edit|change something|wrong|that's wrong|incorrect",
    Word.DETAILS: "补充信息|补充说明|补充细节|补充更多信息|details|add details|more details|add more",
    Word.NAMED: "实名|公开姓名|不保密|named|use my name|not confidential",
    Word.CONFIDENTIAL: "保密|姓名保密|隐藏姓名|不公开姓名|隐藏我的姓名|为我保密|confidential|"
                       "hide my name|keep my name confidential|keep me confidential",
    Word.ANONYMOUS: "匿名|匿名投诉|匿名提交|不留姓名|anonymous|stay anonymous|anonymously",
    Word.CONTINUE: "继续|继续填写|接着填|接着来|先跳过，继续填写|不取消|continue|"
                   "go on|carry on|resume|keep going|keep it",
    Word.SUPPLEMENT: "补充|补充到原工单|补充原工单|加到原工单|supplement|add to my case|add it to my case|"
                     "add to that case|add to the open case",
    Word.NEW: "新的|新工单|另提一件|重新提交|另外提交|这是另一件事|new|new case|new one|file a new one|file a new case|"
              "something else happened",
    Word.OTHER: "其他|其它|都不是|别的|其他问题|还是在这里登记|other|none|none of these|something else|"
                "file it here anyway|file it anyway|安全了，再登记|i'm safe, file it",
    Word.HELLO: "你好|您好|在吗|在不在|有人吗|早上好|下午好|晚上好|hello|hi|hey|hello there|good morning|"
                "good afternoon|good evening|is anyone there",
    Word.THANKS: "谢谢|多谢|谢谢你|谢谢您|非常感谢|感谢|辛苦了|thanks|thank you|thanks a lot|many thanks|cheers",
    Word.SOLVED: "解决了|清楚了|明白了|知道了|懂了|that helps|got it|understood",
}

_HESITATION = re.compile(r"…+|\.{2,}|。{2,}")  # 嗯…… is not yet a yes
REMEMBERED = 256  # texts: each is looked at several times in its turn
_MARKS = " \t\r\n。.!！~～,，;；、\"'“”「」"
_POLITE = re.compile(
    r"^(?:请|麻烦|麻烦你|那就|那|please)[\s,，]*|"
    r"[\s,，]*(?:吧|啊|呀|哦|喔|呢|哈|嘛|谢谢|谢谢你|please|thanks|thank you)$"
)


@lru_cache(maxsize=REMEMBERED)
def fold(text: str) -> str:
    """Full-width to half-width, lower case, marks around and polite particles at either end gone."""
    text = _HESITATION.sub("⋯", text)
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").strip(_MARKS)
    for _ in range(3):
        shorter = _POLITE.sub("", folded).strip(_MARKS)
        if not shorter or shorter == folded:
            break
        folded = shorter
    return folded or text.strip()


_WISH = re.compile(
    r"^(?:我想要?|我要|帮我|给我|i want to|i want|i'd like to|i would like to|can i|could i|may i|let me)\s*")
_WORDS = {
    **{fold(word): Word.YES for word in AGREED}, **{fold(word): Word.NO for word in DENIED},
    **{fold(word): command for command, words in _TABLE.items() for word in words.split("|")},
}

# Group names say what was captured; the first pattern that matches wins, so the most telling come first.
_CORRECTIONS = tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in (
    r"(?P<target>[^，,。\s]{0,12}?)不是\s*(?P<wrong>[^，,。]{1,40}?)(?:[，,][^，,。是]{1,20})?[，,。\s]*(?:而)?(?:应该)?是\s*(?P<value>.{1,80})",
    r"(?P<target>[^，,。\s]{0,12}?)(?:应该)?是\s*(?P<value>[^，,。]{1,40}?)[，,。\s]*不是\s*(?P<wrong>.{1,40})",
    r"(?:把|将)?(?:我的)?(?P<target>[^，,。\s]{0,12}?)(?:改成|改为|更正为|换成)[:：\s]*(?P<value>.{1,120})",
    r"(?:我?(?:刚才|刚刚|前面|上面)?(?:填|写|说|给)的)?(?:我的)?(?P<target>[^，,。\s]{1,12}?)(?:我)?"
    r"(?:写|填|打|说|弄|搞|输|看|记|抄|听|念|认|报|发)?(?:错了|不对|有误|错误)[，,。\s]*"
    r"(?:应该是|应为|正确的是|是|改成|改为|[^，,。\s]{0,2}在)[:：\s]*(?P<value>.{1,120})",
    r"(?:不对|错了|不是)[，,。\s]+(?:应该)?是\s*(?P<value>.{1,120})",
    r"(?:不对|错了|不是)[，,。\s]+(?:我的)?(?P<target>[^，,。\s]{1,12}?)(?:应该是|应为|是)\s*(?P<value>.{1,120})",
    r"(?:应该是|应为|正确的是)[:：\s]*(?P<value>.{1,120})",
    r"(?:please\s+)?(?:change|correct|update|edit)\s+(?:the\s+|my\s+)?(?P<target>.{1,40}?)\s+to\s+(?P<value>.{1,120})",
    r"(?:sorry,?\s+)?(?:the\s+|my\s+)?(?P<target>.{1,40}?)\s+(?:is|was)\s+wrong[,.;\s]+"
    r"(?:(?:it\s+)?should\s+(?:be|have\s+been)|it'?s|it\s+is|it\s+was|make\s+it|i\s+meant|"
    r"the\s+(?:right|correct|real)\s+(?:one|date|number|sum|amount|name|address)\s+(?:is|was))\s+"
    r"(?:actually\s+|really\s+)?(?P<value>.{1,120})",
    r"(?:no[,.\s]+)?(?:it'?s|it\s+is|it\s+was)?\s*not\s+(?P<wrong>.{1,40}?)[,;\s]+(?:but|it'?s|it\s+is|it\s+was)\s+"
    r"(?P<value>.{1,80})",
    r"(?:(?:no|nope|sorry|wait|actually)[,.\s]+)?(?:(?:the|my)\s+|(?:item|field|line|number|no\.?)\s*(?=\d))"
    r"(?P<target>.{1,40}?)(?:,?\s+(?:it|that|which))?\s+should\s+"
    r"(?:be|have\s+been|read|say)\s+(?P<value>.{1,120})",
    r"(?:no|nope|sorry|wait|actually)[,.\s]+(?:the|my)\s+(?P<target>.{1,40}?)\s+(?:is|was)\s+(?P<value>.{1,120})",
    r"(?:no|nope|sorry|wait|actually)[,.\s]+(?:it'?s|it\s+is|it\s+was|it\s+should\s+be|"
    r"i\s+meant?)\s+(?P<value>.{1,120})",
))
_CHANGES = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (
    r"(?:我要|我想|请|帮我)?(?:修改|更改|更正|改)(?:一下)?\s*第?\s*(?P<target>\d{1,2}|[一二三四五六七八九十]{1,2})\s*(?:项|条)?",
    r"(?:我要|我想|请|帮我)?(?:修改|更改|更正|改)(?:一下)?\s*(?:我的)?\s*(?P<target>[^，,。]{1,20}?)",
    r"(?:我的)?(?P<target>[^，,。\s]{1,12}?)(?:我)?(?:写|填|打|说|弄|搞|输)?(?:错了|不对|有误|要改|需要改|要修改)",
    r"(?:please\s+)?(?:i\s+want\s+to\s+)?(?:change|edit|correct|fix)\s+(?:the\s+|my\s+)?"
    r"(?:field\s+|item\s+|number\s+(?=\d)|no\.?\s*(?=\d)|#)?(?P<target>[^,.?!]{1,40})",
    r"(?:the\s+|my\s+)?(?P<target>.{1,40}?)\s+(?:is|was)\s+wrong",
))
# However a correction begins: 等一下，刚才说错了， / 哦不对 / "no wait," / "oops, sorry:"
_TAKEN_BACK_ZH = re.compile(
    r"\A(?:[哦噢啊呃额嗯哎诶]*(?:等一?下|等等|慢着|不好意思|抱歉|对不起|(?:我)?(?:刚才|刚刚|前面|上面)?(?:我)?(?:说|写|填|打|弄|搞|记|发)错"
    r"(?:了|啦)?|不对(?:不对)?|"
    r"(?:其他|其它|别的)(?:的)?(?:都|全|全都)?(?:对|没问题|没错|正确)的?[，,\s]*(?:就是|只是|只有|但是?|除了)?)"
    r"[啊呀哦]?[,，。!！\s]*)+(?=\S)")
_ALL_BUT = re.compile(
    r"\A(?:everything(?: else)?|the rest|all)(?: is| looks|'s| are)? (?:right|fine|correct|ok(?:ay)?|good),?\s+"
    r"(?:except|but|only|apart from|just)(?: for)?[,\s]+", re.IGNORECASE)
_TAKEN_BACK_EN = re.compile(
    r"\A(?:(?:oh|no|nope|wait|sorry|actually|oops|whoops|hold on|hang on|my (?:bad|mistake)|scratch that|correction|"
    r"i (?:was|got it|got that) wrong|(?:that|it) was wrong|that's wrong|i made a mistake)[,.!:;\s]+){2,}",
    re.IGNORECASE)
_MOST_WORDS = 8
LONGEST = 160  # characters of a command; longer texts are told stories, whatever words they hold


@lru_cache(maxsize=REMEMBERED)
def read(text: str) -> Command | None:
    """The command this message is, as a whole; None for everything else."""
    if len(text) > LONGEST:
        return None
    word = _word(text) or _repeated(text)
    if word is not None:
        return word
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").strip(_MARKS)
    plain = _ALL_BUT.sub("no, ", _TAKEN_BACK_EN.sub("no, ", _TAKEN_BACK_ZH.sub("不对，", plain)))
    return _correction(plain) or _change(plain)


def _word(text: str) -> Word | None:
    """By the table, also behind 我要… and I'd like to …"""
    folded = fold(text)
    wished = _WISH.sub("", folded)
    return _WORDS.get(folded) or (_WORDS.get(fold(wished.rstrip("?"))) if wished != folded else None)


def _repeated(text: str) -> Word | None:
    """没问题，提交吧 / yes file it: several words, all of one meaning; thanks between them say nothing."""
    parts = [part for part in re.split(r"[\s，,。.!！、]+", text.strip(_MARKS)) if part]
    words = {word for word in _said(parts) if word is not Word.THANKS} if len(parts) <= _MOST_WORDS else {None}
    return words.pop() if len(words) == 1 else None


def _said(parts: list[str]) -> list[Word | None]:
    """The words that the parts make up, each as long as can be; None for what is none."""
    said: list[Word | None] = []
    while parts:
        ends = range(len(parts), 0, -1)
        end, word = next(((end, word) for end in ends if (word := _word(" ".join(parts[:end])))), (1, None))
        said.append(word)
        parts = parts[end:]
    return said


def _correction(plain: str) -> Correction | None:
    for pattern in _CORRECTIONS:
        match = pattern.fullmatch(plain)
        if match:
            said = {name: (value or "").strip(_MARKS) for name, value in match.groupdict().items()}
            return Correction(**said)
    return None


def _change(plain: str) -> Change | None:
    for pattern in _CHANGES:
        match = pattern.fullmatch(plain)
        if match:
            return Change(match["target"].strip(_MARKS))
    return None
