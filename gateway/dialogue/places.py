"""The place in a sentence about it (那个工地就在…那里, "the gate is at …"), and a place that is told in two halves."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gateway.dialogue.chatter import bare
from gateway.fields.base import Span

# What leads to the place and ends right before it: a subject and where it stands. "near", 对面 belong to the place.
_LEAD_ZH = (
    r"[^，,。；;\d\n]{0,12}?(?:(?:就|正|都|应该|大概|好像|一直|现在)*(?:位于|坐落在|住在|是在|开在|停在|停放在|堆在|发生在|出现在|在)|"
    r"(?:地址|地点|位置|住址|住处)(?:就|应该|大概)*[是在为：:]+|(?:我|我们|我家|家里?)住在?|(?:发货地|寄件地|收货地)(?:址)?是?|(?:寄|送|发)?(?:到|往|给)|就?是从|从)\s*|我家[，,]\s*")
_LEAD_EN = (
    r"(?:[^,.;\d\n]{0,40}?\b(?:is|are|was|were|it's|that's|stands?|stood|lies?|live|lives|living|located|situated|happened|"
    r"parked|left|dumped|sits?|stays?|staying|shop|work|address:|place:|location:|"
    r"i'm|i am|we're|comes?|find it|found it|send it|sent it|deliver it|mine|got (?:on|off|in)|me|us)\s+"
    r"(?:still |right |just |over |out |all |now |going |coming |sent )*(?:at|in|on|from|to|along)\s+(?:(?:the|a) )?"
    r"|(?:[a-z' ]{0,24}\b(?:address|place|location|spot)(?: is| was|'s)\s+)"
    r"|(?:to |at )?(?:my|our) (?:place|home|house|flat|office)[,:]?\s+(?:at |in |on )?"
    r"|(?:at|in|on|from|to)\s+|(?:it's|it is|mine is|that's|that is|that would be)\s+)")
# Behind the place, what happened there; or a sentence of its own that says nothing of it.
_REST = re.compile(
    r"(?:传来|传出来?|寄出(?:来|去)?|寄来|发出(?:来)?|发货|上的?车|下的?车|下车|上车|出的事|吃的|买的)(?:的(?:时候)?|了)?$"
    r"|[.!?]\s+(?:you|it|they|i|we|that|this|please|there|thanks|hope|very|so)\b.*$", re.IGNORECASE | re.DOTALL)
_LEAD = re.compile(f"{_LEAD_ZH}|{_LEAD_EN}", re.IGNORECASE)
# 那里, 这个位置, where I live: behind the place they say nothing.
_TRAIL = re.compile(
    r"(?:的?(?:那里|那边|这里|这边|那儿|这儿|那块|这块|那一?带|这一?带|那个?(?:位置|地方)|这个?(?:位置|地方)))+[吧啊呀哦呢哈]?$"
    r"|(?<=[\u4e00-\u9fff\d])的$|,? (?:there|over there|you know)$", re.IGNORECASE)
_COUNTED = "栋|幢|座|单元|楼|层|室|房"
_ROOM_EN = (
    r"(?:(?:number|no\.?|flat|room|unit|building|block|floor|apt\.?)\s*(?:is )?#?[\da-z-]{1,6}|"
    r"\d{1,3}(?:st|nd|rd|th) floor)")
_NUMBERED = re.compile(
    r"(?:(?:门牌|门牌号|房号|楼号|具体|详细)?(?:应该|就)?是?)?"
    rf"(?P<zh>第?[\dA-Za-z一二三四五六七八九十百]{{1,5}}(?:号楼?|{_COUNTED})"
    rf"(?:[\dA-Za-z一二三四五六七八九十-]{{1,6}}(?:号|{_COUNTED}))*[\dA-Za-z-]{{0,6}}(?:门口|对面|旁边|楼下|附近)?)的?"
    r"|(?:(?:it'?s|it is|that'?s|the)\s+)?(?:house |street |door )?"
    rf"(?P<en>{_ROOM_EN}(?:,?\s+(?:and )?{_ROOM_EN})*)", re.IGNORECASE)
_DISTRICT = re.compile(
    r"(?:(?:就|应该|好像|那)?(?:是|在|属于){1,2})?(?P<zh>(?:[\u4e00-\u9fff]{2,4}市)?[\u4e00-\u9fff]{2,5}[区县市])(?:的|那边|这边|那里|这里)?"
    r"|(?:(?:it'?s|it is|that'?s)\s+)?(?:in\s+)?(?P<en>[A-Z][a-z]+(?: [A-Z][a-z]+)? District)", re.IGNORECASE)
_HOUSE = re.compile(r"\d\s*(?:号|栋|幢|座|室)|(?:^|\s)(?:no\.? ?)?\d{1,5}[a-z]?\s+[A-Z]", re.IGNORECASE)
_SAYS_WHAT = re.compile(r"[是很太没不骂都被把吵臭脏坏贵慢差卖买吃做请我他她]|态度|问题")
_SAYS_WHERE = re.compile(r"\d|[路街巷村镇区楼层号栋座口边侧面内旁]|左|右|附近|隔壁|直走|进去|出来|拐|第|在|靠|近|就是")
_LONGEST = 60  # characters of such a half
_MARKS = " \t\n，,。.!！~～"


def placed(answer: str, seen: Sequence[Span]) -> str:
    """The answer without the talk that leads to the one place `seen` in it and that trails behind; what stands
    around a place otherwise (opposite the school, 楼下) belongs to it."""
    text = bare(answer)
    start = _start(text, seen)
    lead = _LEAD.match(text, 0, start) if start else None
    text = text[lead.end():] if lead and lead.end() <= start else text
    text = _without_remarks(text, seen[0].text) if seen else text
    return _TRAIL.sub("", _REST.sub("", text)).strip(_MARKS) or answer


def _without_remarks(text: str, place: str) -> str:
    """What follows behind a comma and says nothing of where: 1058号，老板态度很差还骂人."""
    end = text.find(place) + len(place)
    head, comma, behind = text[end:].partition("，")
    remark = comma and place in text and _SAYS_WHAT.search(behind) and not _SAYS_WHERE.search(behind)
    return text[:end] + head if remark else text


def _start(text: str, seen: Sequence[Span]) -> int:
    """Where the first place begins; 0 when there is none, or none that the shortened text holds."""
    return max(0, text.find(seen[0].text)) if seen else 0


def completed(place: str, resolved: Mapping[str, str | float] | None, rest: str) -> str | None:
    """The place with the half that comes later: its number, or the district it lacked. None for any other words."""
    words = bare(rest).strip(_MARKS) if len(rest) <= _LONGEST else ""
    number = _NUMBERED.fullmatch(words)
    if number and not _HOUSE.search(place):
        return place + number["zh"] if number["zh"] else f"{place}, {number['en']}"
    district = _DISTRICT.fullmatch(words)
    if district and "district" not in (resolved or {}):
        return district["zh"] + place if district["zh"] else f"{place}, {district['en']}"
    return None
