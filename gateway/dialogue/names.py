"""The citizen's own name, out of the words it is given in: 我叫李女士, "my name is Ann Lee"; and without them."""
from __future__ import annotations

import re

# The hundred and some commonest surnames: 我叫外卖 and 我叫了车 introduce nobody.
_SURNAMES = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧阳"
)
_TITLE = "先生|女士|小姐|太太|阿姨|大爷|师傅"
_END = r"(?=[，,。.；;！!？?\s]|就行|就好|即可|$)"
_HAN = r"[\u4e00-\u9fff·]"
_LATIN = r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )?[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,3}"
_GIVEN = (
    rf"(?:我叫做?|本人叫|我名叫|叫我|称呼我|我的?(?:名字|姓名)(?:叫做?|是)|姓名[:：])\s*(?P<zh>[{_SURNAMES}]{_HAN}{{0,3}}?"
    rf"(?:{_TITLE})?){_END}",
    rf"我是(?P<title>[{_SURNAMES}]{_HAN}{{0,2}}?(?:{_TITLE})){_END}",
    rf"(?:本人|我|免贵)姓(?P<surname>{_HAN}{{1,2}}){_END}",
    rf"(?i:\bmy name(?: is|'s|’s)|\bcall me)\s+(?P<en>{_LATIN})",
    r"(?i:\bi am|\bi['’]m|\bthis is)\s+(?P<titled>(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z][\w'’-]*)",
)
_INTRODUCED = re.compile("|".join(_GIVEN))
_TITLED = re.compile(r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2}")
_FULL = re.compile(rf"[{_SURNAMES}](?:{_TITLE})")  # 姓何，何女士
# Before a name that was asked for, nearly anything that introduces it.
_LEAD = re.compile(
    r"(?:你好|您好|hi|hello)?[，,\s]*(?:(?:我的?(?:名字|姓名)?|本人|叫|名叫|就|请|免贵|联系人)*(?:叫做?我?|是|姓名?[:：]?|称呼我?)|"
    r"(?:就|先)?(?:写|填|登记|写上|填上)(?:成|个|作|的是)?|"
    r"(?:my name|it|this|i)\s*(?:is|'s|’s|am|'m|’m)|call me|(?:just )?(?:put|write|enter)(?: (?:it |"
    r"me )?down)?(?: as)?(?=\s))\s*", re.IGNORECASE)
_BEHIND = re.compile(r"\s*(?:[，,。；;！!\n].*|[\(（]?\+?\d[\d\s-]{4,}.*|就行了?|就好了?|即可|吧|呀|啊)$", re.DOTALL)


def introduced(text: str) -> tuple[int, int] | None:
    """[start, end) of the name that the citizen introduces themselves with, anywhere in a text."""
    found = _INTRODUCED.search(text)
    return found.span(found.lastgroup or 0) if found else None


def bare(answer: str) -> str:
    """The name alone, of an answer to "how should we address you?"; the answer itself when nothing would be left."""
    full = _FULL.search(answer) or _TITLED.search(answer)
    if full:
        return full.group()
    place = introduced(answer)
    if place:
        return answer[place[0]:place[1]]
    lead = _LEAD.match(answer)
    rest = answer[lead.end():] if lead and len(answer) > lead.end() else answer
    return _BEHIND.sub("", _BEHIND.sub("", rest)).strip(" ，,。.!！") or answer.strip()
