"""A yes in many words, where the summary is open: "yes that's all correct, please go ahead", 看过了没问题就这样交吧.

Nothing is filed by guessing: every word of the message must be one of agreeing, one of them a plain one. 没有 alone
says that nothing is to be changed, which is not yet a yes: it may be a late answer to an earlier question.
"""
from __future__ import annotations

import re

from gateway.dialogue.commands import Word, fold, read

_PLAIN = (
    "没(?:有)?(?:什么)?问题|没毛病|无误|正确|都对|全对|对的?|可以|提交|交|递交|发(?:出去|送)?|就这样|就这么|确认|行|好(?!了)的?|同意|登记|不用改|没错|"
    "没什么要改的?|没有(?:什么)?(?:需要|要)?(?:修改|更改|改动|改)的?|(?:算了)?[不别](?:用|想|必|需要?)?再?(?:修改|更改|改动|改)|"
    r"(?:yes|yeah|yep|yup|correct|right|fine|good|great|perfect|ok|okay|sure|accurate|go ahead|file|send|submit|"
    r"confirmed?|agreed?|"
    r"no changes?(?: needed)?|nothing (?:to (?:change|add|correct)|needs changing)|"
    r"no need to change|(?:do not|don't) change (?:anything|it)|no corrections?)(?![a-z])")
_BESIDE = (
    "嗯+|好了|哦|啊|呀|呢|吧|了|的|那|就|请|都|全部?|内容|信息|上面|以上|这些|我?(?:看|检查|核对|确认)过?(?:了|一遍)?|帮我|给我|给|您|"
    "你们?|直接|现在|"
    "麻烦(?:您|你们?)?了?|谢谢(?:您|你们?)?|辛苦了?|这样|它|去|上去|出去|"
    r"(?:that'?s|that|it'?s|it|its|all|is|are|to me|thank you|thanks|please|and|now|everything|everything's|looks?|"
    r"seems?|just|"
    r"you can|can|go|then|sounds?|very|for|i|i'm|am|happy with|with|the|this|my|complaint|form|case|details|summary|"
    r"oh|well|so|"
    r"much|a lot|read|checked|have|i've|of it)(?![a-z])")
_MARKS = r"[\s，,。.!！、~～;；:：👌👍🙏😊✅]"
_AGREES = re.compile(rf"(?:{_MARKS}|{_PLAIN}|{_BESIDE})+", re.IGNORECASE)
_SAYS = re.compile(_PLAIN, re.IGNORECASE)
_NOTHING = re.compile(
    r"都?没(?:有|啥|什么)?(?:别)?的?了?|都?没事了?|无|木有|冇|不(?:用|需要|必)了?"
    r"|none(?: of them)?|nothing(?: else| more)?|no need|not needed")
_LONGEST = 80  # characters


def agrees(text: str) -> bool:
    """The whole message agrees and says nothing else."""
    plain = text.strip().replace("’", "'")
    return len(plain) <= _LONGEST and _SAYS.search(plain) is not None and _AGREES.fullmatch(plain) is not None


def nothing(text: str) -> bool:
    """Whether it only says that there is nothing: 没有, none."""
    return _NOTHING.fullmatch(fold(text)) is not None


def leaves(text: str) -> bool:
    """Whether it answers "which one would you like to change?" with none: 没有, 不改了, no."""
    return nothing(text) or agrees(text) or read(text) in (Word.NO, Word.DONE)
