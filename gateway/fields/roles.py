"""Whose address it is, by the words right before or after it: 从 A 寄到 B, sent from A to B, 商家地址 A."""
from __future__ import annotations

import re

_CUES = {
    "sender": (
        r"从|由|自|(?:寄|发)件(?:人|方)?(?:的?地址|地|人|点)?|发货(?:的?地址|地|方)?|寄出(?:的?地址|地)|揽收地",
        r"from|sender(?:'s)?(?: address)?|pick-?up address",
    ),
    "receiver": (
        r"(?:寄|发货?|送货?|运|派送|配送|快递)(?:到|往|去|给|至)|收[件货](?:人|方)?(?:的?地址|地|人|点)?|目的地|送货地址",
        r"(?:sen[dt]|sending|ship(?:ped|ping)?|deliver(?:ed|y)?|go(?:ing|es)?|bound|mailed|parcel|package|letter)"
        r"(?: it)? (?:to|for)|"
        r"(?:receiver|recipient|delivery|destination|consignee)(?:'s)?(?: address)?",
    ),
    "merchant": (
        r"(?:商家|商户|店家|卖家|门店|店铺|商店|饭店|餐厅|公司)的?(?:地址|地点|位置)?|店址|开在",
        r"(?:shop|store|merchant|restaurant|seller|business)(?:'s)?(?: address)?",
    ),
    "place": (
        r"(?:施工|事发|发生|噪[音声]|停放|现场|具体|违停|占道)的?(?:地点|位置|地址|源)?|工地(?:地址)?|地点|位置|"
        r"停放?在|摆在|堆在|位于",
        r"location|site|place|"
        r"(?:parked|located|dumped|left|piled|standing|lying|happen(?:ed|s|ing)?) (?:at|in|on|along|near)",
    ),
    "affected": (
        r"我?家(?:里|住)?(?:的?地址)?|住(?:在|址|处)|我住|居住(?:地|地址)?|受影响(?:的?(?:地址|住址|住户))?|"
        r"(?:联系|通[讯信]|我的)地址",
        r"i live|affected address|"
        r"(?:my|our|contact|home)(?: home| flat| apartment| contact)?(?: address| place| flat| home)",
    ),
}
_LINK = r"\s*(?:是|为|在|位于|:|,|is|was|at|in|on|near)?\s*(?:the\s|my\s)?$"
_BEFORE = {
    role: re.compile(rf"(?:{zh}|(?<![a-z])(?:{en})){_LINK}", re.IGNORECASE) for role, (zh, en) in _CUES.items()
}
_AFTER = {
    "sender": re.compile(r"\s*(?:寄|发|运)(?:到|往|去|给|至|出|过来|来)|\s*寄的"),
    "receiver": re.compile(r"\s*(?:收[件货]|签收)"),
}
# After a sender, these few words alone lead to the receiver: 从 A 寄 B, 从 A 寄了个包裹到 B, from A to my flat in B.
_TOWARDS = re.compile(
    r"\s*,?\s*(?:(?:寄|发货?|送|运|邮)(?:了?[一两几]?[个件份批]?(?:包裹|快递|快件|东西|文件|货|件))?)?"
    r"(?:到|至|往|去|给|(?<=[寄发运邮])|-+>?|→|~|(?:and )?(?:sent |shipped |going )?to)\s*"
    r"(?:(?:the|my|our)\s)?(?:[a-z]+\s(?:in|at|on)\s)?",
    re.IGNORECASE,
)
# Between two places, these say it of both: 深圳寄武汉, 广州→北京.
_SENT = re.compile(r"\s*(?:寄|发|邮|→|-+>)(?:到|至|往|去|给)?\s*")
_LOOK, _LINKED = 28, 8


def sent_on(folded: str, end: int, following: int) -> bool:
    """Whether the words between one place and the following say that something went from here to there."""
    return following - end <= _LINKED and _SENT.fullmatch(folded, end, following) is not None


def role_of(folded: str, start: int, end: int, before: tuple[int, str | None] | None) -> str | None:
    """`before`: end and role of the address in front of this one."""
    if before and before[1] == "sender" and _TOWARDS.fullmatch(folded, before[0], start):
        return "receiver"
    left = folded[max(0, start - _LOOK, before[0] if before else 0):start]
    found = next((role for role, cue in _BEFORE.items() if cue.search(left)), None)
    if found and found != "affected":
        return found
    return next((role for role, cue in _AFTER.items() if cue.match(folded, end, end + 4)), found)
