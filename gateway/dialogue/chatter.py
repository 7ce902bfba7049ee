"""What people say around an answer: 嗯那个…吧, "um, I think …, thanks", 📍…🙏; and what they take back within it."""
from __future__ import annotations

import re
from functools import lru_cache

# Pictures, their colours and joints. Marks that are answers (✓ ✔ ✗ ❌) are left alone.
_PICTURES = (
    "[\U0001F000-\U0001FAFF\u2600-\u2712\u2715\u2716\u2719-\u274B\u274D-\u27BF\u2B00-\u2BFF\uFE0F\u200D\u20E3]")
_SHADE = re.compile("[\U0001F3FB-\U0001F3FF\uFE0F]")
_MARKS = r"[\s，,。.…!！~～、:：;；-]"
# Before the answer: these may stand right before it, …
_HUMS = (
    r"嗯+|呃+|唔+|就是说?|(?:那个|这个)(?=就是|嗯|呃|[\s，,。.…~])|(?:应该|大概|可能|估计)是?|好像是?(?=\S)|我(?:记得|觉得|猜)是?|"
    r"(?:um+|uh+|erm?|hmm+|mm+|oh|i (?:think|guess|believe|suppose|reckon)(?: that)?|maybe|probably|let me see|"
    r"(?:honestly|basically|so)(?= (?:i|it|the|um|uh))|well(?= (?:i|it|the|honestly)))(?=[\s,.…!])")
# … these only with a mark behind: 好，… is a hum, 好又多 is a shop.
_MARKED = (
    "额+|哦+|噢+|啊+|哎呀?|诶|好的?|行|可以|是的|没问题|你好|您好|谢谢(?:你们?|您)?|不好意思|等一?下|稍等|等等|我看看哈?|我看一?下|"
    "我想想|我想一下|我找找|我找一下|让我想想|找到了|有了|好了|来了|"
    "ok(?:ay)?|alright|right|sure|yes|yeah|yep|so|well|hi|hello|hey|please|sorry|thanks|thank you|of course|"
    "no problem|good question|(?:ok(?:ay)? )?here(?: it is| you go)?|let me (?:see|think|check|look)|found it|got it|"
    "actually|one (?:sec(?:ond)?|moment|minute)|hang on|hold on|wait")
# Behind it.
_THANKS = (
    "(?:非常)?(?:谢谢|多谢|感谢)(?:你们?|您|了|啦)*|麻烦(?:你们?|您)?了?|辛苦了?|拜托了?|"
    "(?:(?:many )?thanks|thank you)(?: (?:a lot|so much|very much|in advance|again))?|cheers|please")
_DOUBTS = (
    "我?(?:记得|觉得|想|猜)是?|大概是?|好像是?|应该是?吧?|如?果?没记错的?话|就是?这个|就是?这里|"
    "(?:if )?i (?:think|guess|believe|suppose|reckon|remember)(?: (?:so|correctly|right|it right))?|"
    "if i(?:'m| am) not mistaken|or something(?: like that)?|more or less|that(?:'s| is) it")
_BEFORE = re.compile(
    rf"(?:{_PICTURES}|{_MARKS}|{_HUMS}|(?:{_MARKED})(?=\s*[，,。.…!！~:：\n]))+", re.IGNORECASE)
_BEHIND = re.compile(
    rf"(?:{_PICTURES}|{_MARKS}|(?:(?<=[\s，,。.…!！])|(?<=[\u4e00-\u9fff\d]))(?:{_THANKS}|{_DOUBTS}))+$", re.IGNORECASE)
_PARTICLES = re.compile(r"(?<=[\u4e00-\u9fff\dA-Za-z])[吧呀呢哦喔噢哈嘛啦啊]+$")
_LAYERS = 3      # of thanks, doubts and particles behind one another
_LONGEST = 160   # characters of an answer; longer ones tell a story
_BACK_ZH = (
    r"[哦噢啊呃额嗯]?(?:不对|不是(?=[，,])|更正|我?[说打写弄记搞填]?错)[了啊呀哦]*"
    r"(?:[，,。!！\s]*(?:应该|就)?是|[，,。!！\s]+)")
_BACK_EN = (
    r"(?:(?:no|oh|oops|ah)[,.\s]+)?(?:sorry|wait|no wait|i mean|i meant|actually|or rather|scratch that|correction|"
    r"make that|no)(?:[,.\s]+(?:it'?s|it is|it was))?[,.\s]+")
_TAKEN_BACK = re.compile(
    rf".+(?:[，,。；;!！\s…]{_BACK_ZH}|[,.;!…]\s*{_BACK_EN})(?P<tail>.+)", re.IGNORECASE | re.DOTALL)
REMEMBERED = 256  # answers: each is looked at several times in its turn
_GROUPS = re.compile(r"(?<![\dA-Za-z])\d{2,8}(?:[ \u3000]\d{2,8})+(?![\dA-Za-z])")


@lru_cache(maxsize=REMEMBERED)
def bare(answer: str) -> str:
    """The answer without hums, thanks, doubts and pictures at either end; as it is where nothing else would be left."""
    if len(answer) > _LONGEST:
        return answer
    rest = answer.strip()
    lead = _BEFORE.match(rest)
    rest = rest[lead.end():] if lead else rest
    for _ in range(_LAYERS):
        rest = _PARTICLES.sub("", _BEHIND.sub("", rest))
    return rest.strip() or answer


def plain_faced(answer: str) -> str:
    """`bare`; and 👍🏻 is a 👍, where a picture is all there is."""
    return _SHADE.sub("", bare(answer)) or answer


def taken_back(answer: str) -> str:
    """What is said instead, behind the last 不对 or "no sorry"; "" where nothing is taken back."""
    found = _TAKEN_BACK.fullmatch(answer) if len(answer) <= _LONGEST else None
    return found["tail"].strip() if found else ""


def joined_code(answer: str, pattern: str) -> str | None:
    """The one code of this shape that is written in groups: "it says 4400 0000 1111 2222 on my phone"."""
    codes = ("".join(group.group().split()) for group in _GROUPS.finditer(answer))
    found = [code for code in codes if re.fullmatch(pattern, code)]
    return found[0] if len(found) == 1 else None
