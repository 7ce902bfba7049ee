"""Names, words and codes that are announced: 店名叫…, 商家：…, "the shop is called …", 订单号0000, 我叫…, 从…转到…"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gateway.dialogue import names
from gateway.dialogue.template import Field

AT_LENGTH = 200   # characters from which a text field holds a story
# 叫某某的店里: the name ends there.
_OF_A = ("的店", "的公司", "的商家", "的厂", "的学校", "的机构", "的地方", "的人", "的小区", "的医院", "的餐")
NEAR = 10         # characters between a cue and the code it announces
_VALUE = r"(?P<value>[^，,。；;！!？?\n]{1,60})"
# 叫 and a colon introduce a name behind any word for the field; 是 only where the cue itself says "name" or "number",
# or 医院为了多收钱 would be a hospital.
_CALLED = (
    r"\s*(?:(?:名称|名字|名)?\s*(?:叫做|叫|名叫|[:：=])|(?:名称|名字|名)\s*(?:是|为)|\b(?:is|was)\s+called\b|\bcalled\b|"
    r"\bnamed\b)\s*")
_IS = r"\s*(?:是|为|\b(?:is|was)\b)\s*"
_SAYS_SO = re.compile(
    r"(?:名|名称|名字|名叫|称|号|号码|编码|代码|编号|牌|"
    r"负责人|法人|代表人|老板|包工头|联系人|国籍|nationality|name|number|no\.?|code|id)$", re.IGNORECASE)
# Behind such a word a code, a plate or a name in capitals needs nothing between: 批号20260801, "badge number 4471".
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_AT_ONCE = (
    rf"\s*(?=[^，,。；;！!？?\s]{{0,12}}\d)(?P<value>[{_PROVINCE}]?[A-Za-z0-9][\w·/-]*(?<![\u4e00-\u9fff]))",
    r"\s+(?P<value>(?-i:[A-Z])[\w'’&-]*\.?(?:\s(?-i:[A-Z])[\w'’&-]*)*(?:(?:,\s|\s)?Ltd\b\.?)?)",
)
# 我叫了车, 叫他来: nobody is called so. And 我儿子叫…, "my son is called …": a person, no shop; somebody else than I.
_NO_NAME = r"(?!了|过|我|他|她|你|它|人|外卖|车|不|没|什么|啥|来|去)"
_PEOPLE = (
    "[儿女]子?儿?|孩子?|娃|妈|爸|爹|娘|[父母]亲|爷爷|奶奶|外公|外婆|老公|老婆|老伴|爱人|丈夫|妻子|哥|弟|姐|妹|朋友|同事|邻居|同学|学生|老人|师傅"
    "|司机|医生|大夫|老师|经理|店员|客服|骑手|患者|病人")
_PEOPLE_EN = (
    "son|daughter|child|boy|girl|baby|wife|husband|mother|father|mum|mom|dad|brother|sister|friend|colleague|neighbou?r"
    "|teacher|doctor|driver|manager|patient")
_SOMEBODY = re.compile(
    rf"(?:我|本人|名字|姓名|{_PEOPLE})(?:的?(?:名字|姓名|名))?\s*(?:就|是)?$"
    rf"|(?<![a-z])(?:i am|i'm|name|he|she|who|{_PEOPLE_EN})(?:'s|’s)?(?: name)?(?: is| was)?\s*$", re.IGNORECASE)
_OTHERS = re.compile(
    rf"(?:{_PEOPLE}|店|商家|公司|厂|对方|他|她)[^，,。；;\n]{{0,4}}$"
    rf"|(?<![a-z])(?:{_PEOPLE_EN}|shop|store|company|his|her|their)(?:'s|’s)?[^,.;\n]{{0,8}}$", re.IGNORECASE)
# 吱吱叫 names nothing.
_SOUNDS = re.compile(r"([\u4e00-\u9fff])\1$|(?:[大狂乱惨怪尖吼吠鸣嗷嚎]|一直|整夜|不停地?|天天|晚上|半夜|得)$")
_CALLED_SO = re.compile(r"叫|called|named", re.IGNORECASE)
_LOOK_BACK = 24
_CALLING = re.compile(r"(?:叫|叫做|的是|called|named)$", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:好像|应该|就|是|我们|他们|这家|那家|的|公司|单位|店铺?|店名|卖家|商家|饭店|工厂|厂|学校|医院|小区|名字|名称|昵称|招牌|全称|名|"
    r"上面?|写的?|着){0,8}"
    r"(?:叫做?|名叫|写着|叫作)[:：\s]*(?=\S{2})"
    r"|(?:(?:the|my|our|its?|a|his|her)\s+)?(?:\w+\s+){0,3}?"
    r"(?:is called|is named|called|named|name is|name'?s|has a sign|sign says)"
    r"[:,]?\s+(?=[A-Z])", re.IGNORECASE)
# An English name ends where the sentence goes on: Example Garden and its lift …
_LATIN_END = re.compile(
    r"(?<!Co)(?<!Ltd)(?<!Inc)(?<!No)\.\s+(?=[A-Z])|\s+(?:(?:and|on|in|at|of my|near)\s+(?=[a-z])|"
    r"(?:but|which|that|who|where|is|was|has|had|have|keeps?)\s)")
# Two ends of a way: the place goes on to the other end, or to the end of the clause.
_WAYS = {"从": r"(?P<value>[\u4e00-\u9fff]{2,10}?)(?=转|迁|到|去|[，,。\s]|$)",
         "from": r"(?P<value>(?-i:[A-Z])[\w'-]+)",
         "转到": r"(?P<value>[\u4e00-\u9fff]{2,10}?)(?=的|去|转|了|办|[，,。\s]|$)",
         "to": r"(?P<value>(?-i:[A-Z])[\w'-]+)"}


def prepare(field: Field) -> None:
    """Compiles what `told` needs for the field, so that nobody's first message pays for it."""
    if not coded(field):
        _pattern(field.cues, _nouns(field))


def told(text: str, field: Field) -> Iterator[tuple[int, int]]:
    """[start, end) of what the text announces for a field of free words, the strongest announcement first."""
    if field.context == "name":
        place = names.introduced(text)
        yield from [place] if place else []
    if coded(field):
        yield from _codes(text, field)
    elif found := next((one for one in _pattern(field.cues, _nouns(field)).finditer(text) if _meant(one, field)), None):
        start, end = found.span(found.lastgroup or 0)
        end = min((start + at for at in (text[start:end].find(of) for of in _OF_A) if at >= 2), default=end)
        words = _LATIN_END.split(text[start:end], maxsplit=1)[0] if text[start].isascii() else text[start:end]
        yield start, start + len(words.rstrip())


def _meant(found: re.Match[str], field: Field) -> bool:
    """A shop is not what I am called, and I am not what my son is called."""
    before = found.string[max(0, found.start() - _LOOK_BACK):found.start()]
    if field.context == "name":
        return _OTHERS.search(before) is None
    return not (_CALLED_SO.match(found.group()) and (_SOMEBODY.search(before) or _SOUNDS.search(before)))


@lru_cache(maxsize=2048)
def coded(field: Field) -> bool:
    """The field's values are codes: letters and digits will do, plain words will not."""
    pattern = field.limits.pattern
    return pattern is not None and bool(re.fullmatch(pattern, "A0000000")) and not re.fullmatch(pattern, "某某")


def called(answer: str) -> str:
    """The name in an answer to "what is it called?": 就叫某某店，… / "the shop is called Example Mart"; without such
    words the first clause. The answer itself when nothing would be left."""
    lead = _LEAD.match(answer)
    rest = answer[lead.end():] if lead else answer
    words = re.split(r"[，,；;。！!？?\n]", rest, maxsplit=1)[0] if lead or not rest.isascii() else rest
    if words.isascii():
        words = _LATIN_END.split(words, maxsplit=1)[0]
    return words.strip() or answer


def only_code(text: str, field: Field) -> str | None:
    """The one stretch of an answer that has the shape of the field's codes: 是这个 0000000000."""
    found = [code for code in _shaped(text, field) if any(mark.isdigit() for mark in code.group())]
    return found[0].group() if len(found) == 1 else None


def _codes(text: str, field: Field) -> Iterator[tuple[int, int]]:
    folded = text.casefold()
    ends = [hit.end() for cue in field.cues for hit in re.finditer(re.escape(cue.casefold()), folded)]
    for code in _shaped(text, field):
        if any(0 <= code.start() - end <= NEAR for end in ends) and any(mark.isdigit() for mark in code.group()):
            yield code.span()


def _shaped(text: str, field: Field) -> Iterator[re.Match[str]]:
    pattern = re.compile(field.limits.pattern or "")
    return (run for run in re.finditer(r"[A-Za-z0-9][A-Za-z0-9_/-]*", text) if pattern.fullmatch(run.group()))


def _nouns(field: Field) -> tuple[str, ...]:
    """What people call the field introduces it too, where it is more than a word of a story."""
    told_at_length = (field.limits.max_length or 0) >= AT_LENGTH and field.id != "demand"
    return () if told_at_length else tuple(name for name in field.names if len(name) > 1)


@lru_cache(maxsize=2048)
def _pattern(cues: tuple[str, ...], nouns: tuple[str, ...]) -> re.Pattern[str]:
    """One alternation: the ends of ways, then the words of each kind with what may stand behind them."""
    ways = [f"{_edge(cue)}{re.escape(cue)}\\s*{way}" for cue, way in _WAYS.items() if cue in cues]
    words = [cue for cue in cues if cue not in _WAYS]
    calling = [cue for cue in words if _CALLING.search(cue)]
    named = [cue for cue in words if _SAYS_SO.search(cue) and cue not in calling]
    plain = [word for word in dict.fromkeys((*words, *nouns)) if word not in calling and word not in named]
    kinds = [(calling, rf"\s*(?:做|[:：=])?{_NO_NAME}\s*{_VALUE}"), (named, f"(?:{_CALLED}|{_IS}){_VALUE}"),
             *((named, way) for way in _AT_ONCE), (plain, f"{_CALLED}{_VALUE}")]
    lines = [*ways, *(f"(?:{_either(of)}){behind}" for of, behind in kinds if of)] or ["(?!)"]
    numbered = [line.replace("?P<value>", f"?P<v{n}>") for n, line in enumerate(lines)]
    return re.compile("|".join(f"(?:{line})" for line in numbered), re.IGNORECASE)


def _either(words: list[str]) -> str:
    return "|".join(f"{_edge(word)}{re.escape(word)}" for word in sorted(words, key=len, reverse=True))


def _edge(cue: str) -> str:
    return r"\b" if cue[0].isascii() and cue[0].isalnum() else ""
