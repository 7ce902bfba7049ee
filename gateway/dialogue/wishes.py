"""Wishes about one's own name, said at any time in any words: 别说是我举报的, "don't tell them it was me", 不想留名.

confidential  the department and the other side do not learn who it was
anonymous     nobody does: neither name nor number is kept
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Who must not learn it, and what.
_THEM = r"(?:them|him|her|anyone|anybody|my \w+|the \w+(?: \w+)?)"
_NAME = r"(?:(?:my|the) )?(?:real |full )?(?:name|identity|personal (?:details|data|information)|details)"
_MINE = r"(?:的?(?:名字|姓名|身份|信息|电话|个人信息))"
_UP_TO = r"[^，,。；;！!？?\n]"
_NAMED = (
    r"(?:不用|不需要|不必|无需|不要)(?:匿名|(?:对?我)?保密)",
    r"(?:还是|就|那就?|改(?:成|为|回|用)?|换(?:成|回)|愿意|可以|选|用|要)(?:用|写)?(?:实名|真名|真实姓名)|实名(?:也行|就行|好了|吧|就实名)",
    r"(?:取消|撤销|不用|不要|不)(?:匿名|保密)了|(?:名字|姓名|真名)(?:可以|就|还是)(?:写|留|填)上?|不怕(?:他们|别人|人家|物业|对方|店家)知道",
    r"(?:可以|愿意)(?:实名|公开(?:我的)?(?:姓名|身份))|我?要?实名(?:投诉|举报|反映)",
    r"\b(?:you (?:can|may) |please |just |do )?(?:use|put|write|give)(?: down)? my (?:real |own |"
    r"full )?name(?: on it| down)? ?"
    r"(?:after all|then|instead|openly|on it|down|is fine)",
    r"\b(?:under|with|in) my (?:own |real |full )?name\b(?! kept)|\bmake it named\b|\bnamed is (?:fine|ok(?:ay)?)\b",
    r"\b(?:not|no longer|no need to (?:be|stay)) (?:anonymous|confidential)\b|\bi (?:don't|"
    r"do not) mind (?:if )?(?:them|they|him|her) know",
    r"\bthey (?:can|may) know (?:my name|who i am|it(?:'s| was| is) me)\b|\bi(?:'ll| will) (?:give|"
    r"leave) my name(?: after all)?\b",
    r"\byou (?:can|may) use my name\b|\bno need to (?:hide|keep) my name\b",
)
_ANONYMOUS = (
    r"匿名(?!信|电话|者|消息|举报信|账号)(?:投诉|举报|反映|提交|登记|处理)?",
    r"(?:不|别)(?:想|要|愿意?|方便|打算|能|用)?(?:留|写|填|登记|提供|透露)下?(?:我的)?(?:真实)?(?:姓名|名字|真名|名|身份)",
    r"(?:不|别)(?:想|要|愿意?|方便|打算)(?:留|写|填|提供)下?(?:我的)?(?:手机|联系)?(?:电话|手机号?|号码|联系方式|方式)",
    r"不留(?:名字?|姓名|电话|手机号?|联系方式)",
    r"(?<!is )(?<!are )(?<!was )\banonymous(?:ly)?\b"
    r"(?! (?:letter|call|caller|tip|account|user|number|e?mail|message|note|person|seller|driver))",
    r"(?:do not|don't|dont|rather not|without|not)(?: want to| wish to| like to| have to)? "
    r"(?:give|giving|leave|leaving|tell|telling|say|saying|share|sharing|provide|providing)(?: you)?(?: out)? "
    r"(?:who i am|(?:my|any) (?:real |full )?(?:name|phone|number|contact|identity)[a-z ]{0,12})",
)
_CONFIDENTIAL = (
    rf"(?:别|不要|不能|不许|请?勿|不想让?|不希望|怕){_UP_TO}{{0,10}}(?:说|讲|告诉|透露|泄露|知道|晓得|提|暴露|公开|发现)"
    rf"{_UP_TO}{{0,6}}(?:是我|我{_MINE}|我?是谁|谁(?:投诉|举报|反映|说))",
    rf"(?:别|不要|不能|请?勿|不想|不希望)(?:让|给){_UP_TO}{{1,8}}?(?:知道|晓得|发现|查到|找到)(?:我|是我|我是谁)?(?=[，,。；;！!\s]|$)",
    rf"(?:别|不要|不能|请勿|不想)(?:透露|泄露|公开|暴露|提|说出?)(?:出去)?我{_MINE}",
    rf"(?:请|帮我|为我|替我|给我|对我|麻烦|希望|务必|可以|能不能|能否|一定要?|要求|我要|我想|要){_UP_TO}{{0,6}}保密(?!协议|费|合同)",
    r"(?:姓名|名字|身份|信息|电话|我的事)(?:一定|请|需|也)?要?保密|(?:^|(?<=[，,。；;\s]))保密(?=就[好行]|即可|[，,。；;!！\s]|$)",
    r"(?:隐藏|隐去|不公开)我?的?(?:姓名|名字|身份)",
    rf"(?:don't|dont|do not|never) (?:tell|let) {_THEM} (?:(?:that )?(?:it was|it's|it is|its) me|"
    r"know (?:(?:that )?(?:it was|it's|it is|its) me|who|i)|who (?:i am|complained|reported)|about me|my name|"
    r"i (?:complained|reported))",
    rf"(?:don't|dont|do not|never|not) (?:use|mention|reveal|share|disclose|show|give out|pass on|name) {_NAME}",
    rf"(?:keep|leave|hide|withhold) (?:{_NAME}|me|this|it)(?: \w+){{0,2}} "
    r"(?:confidential|private|secret|hidden|between us|out of (?:it|this))",
    rf"(?:don't|dont|do not|never|not|without|rather not|won't) (?:want (?:you )?to |you |please )?"
    rf"(?:give|giving|tell|show|pass|share|sharing|hand|send|leave|say)(?: on| out)? {_NAME}(?: on| out|"
    rf" or \w+){{0,2}} (?:to|with) {_THEM}",
    rf"(?:don't|dont|do not|never) (?:tell|give|show|let) {_THEM} (?:have |see |know )?{_NAME}\b",
    rf"\b(?:hide|withhold|leave out) {_NAME}",
    r"\bconfidential(?:ly)?\b(?! (?:document|paper|file|data|contract|agreement|information))",
    rf"(?:don't|dont|do not) want {_THEM} to (?:know|find out|learn)"
    r"(?: (?:that )?(?:it was|it's|it is) me| who| about me| my| i\b)",
)
# 不用匿名 is no wish for anonymity, so it is looked for first.
_WISHES = {"named": _NAMED, "anonymous": _ANONYMOUS, "confidential": _CONFIDENTIAL}
_PATTERNS = tuple((mode, re.compile("|".join(lines), re.IGNORECASE)) for mode, lines in _WISHES.items())
_DENYING = "不无取撤"  # 保密就好，不用匿名 is a wish for the first
_FILLING = re.compile(
    r"算了|改主意|想了想|还是|改成?|换成?|那|好了|用|决定|一下|我|想|要|请|希望|能|可以|帮|吗|的|了|吧|就|还是|一定|投诉|举报|反映|提交|办理|处理|他们|这件|事|先|说一下|谢谢|也|对|"
    r"方便|是|怕|说|"
    r"\b(?:changed|mind|after all|actually|second|thoughts?|on|no|then|wait|sorry|let's|make|go|with|ok|okay|"
    r"never|decided|i'd|i'll|i've|i|want|to|would|like|please|can|could|may|you|my|me|be|it|this|the|and|they|"
    r"that|was|if|possible|about|file|"
    r"report|complain|keep|stay|remain|prefer|rather|thanks|thank|is|ok|do|we|complaint|of)\b|[\s，,。.!！?？~]",
    re.IGNORECASE)
_ASKING = re.compile(r"的话|如果|要是|怎么|什么|为啥|(?i:\b(?:if i|how|what|why|when|would i|does|is it)\b)")
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+[，,。；;！!？?\n]*")
FEW = 3          # characters beside a wish that say nothing by themselves: whom it is about
LONGEST = 2000   # characters that are looked at
REMEMBERED = 128  # texts: one is looked at twice in its turn


@dataclass(frozen=True, slots=True)
class Wish:
    """`alone`: the text says nothing else; `rest`: the text without the clauses of the wish."""

    mode: str
    alone: bool
    rest: str


@lru_cache(maxsize=REMEMBERED)
def read(text: str) -> Wish | None:
    """The last wish counts; where none of the words is one, None."""
    text = text.replace("’", "'")
    found = [(hit.start(), hit.end(), mode) for mode, pattern in _PATTERNS for hit in pattern.finditer(text[:LONGEST])]
    taken = [one for one in found if not _within(one, found)]
    if not taken or _ASKING.search(text):
        return None
    rest = "".join(clause for start, end, clause in _clauses(text)
                   if not any(start < stop and begin < end for begin, stop, _ in taken))
    beyond = text
    for begin, stop, _ in sorted(taken, reverse=True):
        beyond = beyond[:begin] + beyond[stop:]
    over = len(_FILLING.sub("", beyond))
    wanted = [one for one in taken if one[2] != "named" or text[one[0]] not in _DENYING] or taken
    return Wish(max(wanted)[2], over == 0 or (not rest and over <= FEW), (rest or beyond).strip(" ，,。；;"))


def _within(one: tuple[int, int, str], found: list[tuple[int, int, str]]) -> bool:
    """不用匿名 holds 匿名; "don't give my name to them" is more than "don't give my name"."""
    return any(other[2] != one[2] and other[0] <= one[0] and one[1] <= other[1]
               and (other[2] == "named" or other[1] - other[0] > one[1] - one[0]) for other in found)


def _clauses(text: str) -> list[tuple[int, int, str]]:
    """(start, end, clause with the mark that ends it)."""
    return [(hit.start(), hit.end(), hit.group()) for hit in _CLAUSE.finditer(text)]
