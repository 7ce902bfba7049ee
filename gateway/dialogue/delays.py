"""Words instead of an answer: 稍等, "let me check" (it will come), 不方便说, "I'd rather not say" (it will not)."""
from __future__ import annotations

import re

from gateway.dialogue.chatter import bare

_LONGEST = 40  # characters; who says more than that tells something
_BEHIND = r"[，,\s。.…~～!！]"
_WAITS_ZH = (
    r"(?:[嗯呃额哦噢啊]|好的?|那|[，,\s])*[请你您先]*(?:麻烦)?"
    r"(?:稍等|稍候|等(?:一?下|等|会儿?|我)|慢点|别急|我?(?:再|先|去)?[看找想查翻问](?:[看找想查翻问]|一?下|一?会儿?)?|"
    r"让我[想看找查]|一会儿?[发告给]|马上(?:就)?来?)"
    rf"(?:一?下|一?会儿?|[看找想查哈啊哦吧了我你您先再说发给诉]|单号|手机|地址|订单|发票|信息|记录|{_BEHIND})*")
_WHILE = r"(?:sec(?:ond)?s?|moment|minute|min|tick)"
_LOOKING = r"looking(?: for it)?|checking|let me (?:think|see|look|check|find|get|grab|ask)"
_WAITS_EN = (
    r"(?:(?:um+|uh+|hmm+|er+|ok(?:ay)?|oh|well|sure|yes|sorry|please)[,.\s…]+)*"
    rf"(?:{_LOOKING}|(?:give me|just|wait|hang on|hold on|need)?\s*(?:a|one|just a|just one)?\s*{_WHILE}|"
    r"wait|hang on|hold on|bear with me|be right back|brb|"
    r"i(?:'ll|'m| will| have to| need to| must)?(?: just)? (?:look|check|find|get|ask|think|looking|checking))"
    rf"(?:[,.\s…!]+(?:please|{_LOOKING}|(?:a|one) {_WHILE}|it up|for it|it|that|up|about it|(?:for )?(?:the|my) \w+|"
    r"i'm looking|ok(?:ay)?))*")
_WAITS = re.compile(f"{_WAITS_ZH}|{_WAITS_EN}", re.IGNORECASE)

_WHAT = "电话|号码|手机号?|地址|名字|姓名"
_REFUSES_ZH = (
    rf"(?:这个|那个|{_WHAT})?我?(?:就|还是|真的?|也|都|实在)?"
    r"(?:不想|不愿意?|不方便|不便|不能|不打算|不太想|不太方便|不太愿意|不肯|不给|不说|没必要|拒绝|可以不|能不能不|能不)"
    rf"(?:说|给|讲|告诉(?:你们?|您)?|提供|透露|填|写|留|回答|公开)?(?:出来|了|吗|的|啊|吧|{_WHAT}|这个)*"
    r"|隐私|无可奉告|不告诉你们?")
_REFUSES_EN = (
    r"(?:sorry[,.\s]+)?(?:i'd|i would|i'm|i)?\s*(?:rather|prefer|choose|want|wish|like|am)?\s*(?:to )?"
    r"(?:not|don't|won't|can't|cannot)(?: (?:to|want to|wish to|like to|going to|comfortable))*"
    r"(?: (?:say|tell|give|share|answer|disclose|sharing|telling|giving|saying))?(?: (?:you|that|it|this|out|my \w+))*"
    r"|no comment|none of your business|(?:it|that)(?:'s| is) (?:private|personal)"
    r"|no (?:phone|number|name|address)(?: number)?")
_REFUSES = re.compile(f"{_REFUSES_ZH}|{_REFUSES_EN}", re.IGNORECASE)


def waits(text: str) -> bool:
    """Somebody thinks, or looks for the number."""
    return len(text) <= _LONGEST and _WAITS.fullmatch(text.strip(" \t\n。.!！~～，,…")) is not None


def refuses(text: str) -> bool:
    """The citizen does not want to say this."""
    return len(text) <= _LONGEST and _REFUSES.fullmatch(bare(text).replace("’", "'")) is not None
