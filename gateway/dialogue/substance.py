"""Whether words tell what happened. A number, a name, "我要投诉" or "housing fund" alone are no description."""
from __future__ import annotations

import re

ENOUGH = 10       # characters of the citizen's own words that make a description (WIRE.md)
BESIDE = 7        # of them beside greetings and the announcement
LEAST_HAN, LEAST_WORDS = 4, 4
# Greetings, and the announcement that something will be told.
_EMPTY = re.compile(
    r"你好|您好|请问|谢谢你?|谢谢您|麻烦(?:你|您)?(?:了|帮我)?|(?:我|本人)?(?:需?要|想|来|得){0,4}(?:投诉|举报|反映|反应|咨询|求助|报修|"
    r"登记)(?:一下|一个|一件)*(?:事情?|问题|情况)?|帮我?(?:处理|解决)(?:一下)?|请?(?:尽快|马上)(?:处理|解决)|"
    r"\b(?:hello|hi|please|thanks|thank you)\b|"
    r"\bi(?:'d like| would like| want| need| wish)? to (?:make|file|lodge|submit|report|complain)(?: about)?"
    r"(?: an?| the)?(?: complaint| report| problem| issue)?(?: about| against)?\b", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]*")


def announces_only(words: str) -> bool:
    """我要投诉, hello, I want to file a complaint: nothing is said yet."""
    return not _rest(words)


def tells(words: str) -> bool:
    """At least ten characters, seven of them beside the announcement, with four 汉字 or four words."""
    rest = _rest(words)
    told = len(_HAN.findall(rest)) >= LEAST_HAN or len(_WORD.findall(rest)) >= LEAST_WORDS
    return told and len(rest) >= BESIDE and len(words.strip()) >= ENOUGH


def _rest(words: str) -> str:
    return _EMPTY.sub("", words).strip(" \t\r\n，,。.！!？?：:；;")
