"""A name or a thing out of the sentence that gives it: 孩子在回音小学读书, "it was at Example Optics", 买的是眼镜."""
from __future__ import annotations

import re

from gateway.dialogue.chatter import bare

_QUOTED = re.compile(r"""["'“”‘’「『《【]\s*(?P<name>[^"“”「」『』《》【】]{2,40}?)\s*["'“”‘’」』》】]""")
# 白云区那个回音幼儿园 is 白云区回音幼儿园.
_OF_THERE = re.compile(
    r"^(?P<place>(?:[\u4e00-\u9fff]{2,4}[省市])?[\u4e00-\u9fff]{2,4}[区县市镇])(?:那边|这边|那里|这里)?"
    r"(?:(?:的|有|开)*(?:那|这|一)[家个间所](?:叫做?)?|的)(?=\S{2})")
_SORT = "店|公司|机构|学校|餐厅|饭店|地方|工厂|厂|单位|商家|超市|幼儿园|医院|诊所|小区|中心"
_NAMES_ZH = (
    re.compile(
        r"^[^，,。\d]{0,6}?(?:自称(?:是|叫)?|号称|网名(?:叫|是)|账号(?:名)?(?:叫|是)|挂的?(?:是|牌子?是?|招牌是?)|打的?招牌是?|"
        r"(?:招牌|门头|门口|发票|收据|小票)上?(?:挂|写|印|盖)的?(?:着|是|叫)?(?:是)?)"
        r"(?P<name>[^，,。]{2,30})(?:[，,。].*)?$"),
    # in which one reads, works, ate
    re.compile(
        r"^[^，,。\d]{0,6}?[在给帮替](?P<name>.{3,30}?)(?:读书|上学|念书|读|上班|工作|打工|上课|做事|看病|看的病?|住院|买的?|"
        r"消费的?|吃的饭?|办的卡?|学习|培训|任职|就读)(?:的|了)?$"),
    re.compile(
        rf"^(?:就?是)?(?:一|那|这|某)[家个间所](?:叫做?|名叫|叫作)(?P<name>.{{2,30}}?)(?:的(?:{_SORT}))?$"),
    re.compile(r"^[^，,]{2,8}[，,]\s*就?叫做?(?P<name>.{2,30})$"),
    re.compile(
        r"^(?:店名|名字|名称|全称|招牌)(?:上写的)?(?:就|应该)?(?:是|叫做?|[:：])?\s*(?P<name>\S{3,30})$"
        r"|^(?:商家|店铺|学校|单位|公司|医院|机构|工厂|餐厅)(?:的?(?:名字|名称|全称))?(?:就|应该)?(?:是|叫做?|[:：])\s*(?P<name2>\S{3,30})$"),
    re.compile(r"^(?:我们?|孩子|小孩)?(?:去|上|读|找|看)的(?:就|应该)?是(?P<name>.{2,30})$"),
)
_REST_ZH = re.compile(r"来着$|(?<=[店厂校院馆])的$|(?<=公司)的$|\s+(?:就)?在\S+$")
_THAT_ONE = re.compile(r"^[^，,。]{0,10}?(?:[那这][家间所]|那个)(?:叫做?)?"
    r"(?P<name>[^\s，,。]{2,24}(?:[店馆厂院校园行铺城所部社坊吧房堂厅楼]|中心|公司|超市|食堂))$")
_LIVES = re.compile(r"^(?:我们?|我家|孩子)(?:就|都)?(?:住在?|是在|在)(?=\S{3})")
_LEAD_EN = re.compile(
    r"(?i:it'?s|it is|it was|that'?s|that was|that is|this is|it says|it would be|i was|i went|i bought it|"
    r"we are|we're|i work)\s+"
    r"(?:(?:at|in|from|to|with|for)\s+)?(?:(?:a|an|the) (?:\w+ ){1,3})?(?:(?:called|named)\s+)?(?=[A-Z0-9])"
    r"|(?i:the|my|our) (?:full )?(?:shop|store|seller|restaurant|company|employer|school|hospital|clinic|merchant|"
    r"place|boss|name|estate)(?:'s name| (?:on|in) (?:my|the) \w+)?\s+(?:is|was)\s+(?:(?:called|named)\s+)?(?=[A-Z0-9])"
    r"|(?i:(?:[a-z' ]{0,40} )?(?:calls? (?:itself|themselves|himself|herself)|(?:go|goes|"
    r"going) by(?: the name(?: of)?)?|"
    r"(?:trades?|trading) (?:as|under)(?: the name(?: of)?)?|known as|under the name(?: of)?|registered as|listed as|"
    r"signed as|"
    r"(?:sign|signboard|invoice|receipt|page|bill|account) (?:says|reads|shows)|says it(?:'s| is)))\s+(?=[A-Z0-9])"
    r"|(?i:at|from|with)\s+(?=[A-Z])")
_PLACE = r"(?:[\w' ]{1,30}\b(?i:road|street|avenue|district|mall|plaza|floor|lane|square|building|cent(?:re|er))\b)"
# Example Optics on the second floor, …, the branch on Tianhe Road: the name ends before.
_TAIL_EN = re.compile(
    rf"\s+[-–—]\s.*$|,\s+(?=[a-z])(?!inc|ltd|co\b).*$|\s+(?:on|at|in|near|opposite)\s+(?=(?:the|my|our)\s|"
    rf"{_PLACE}).*$|,$",
    re.DOTALL)
_THINGS_ZH = re.compile(
    r"^我?(?:(?:是)?在那里)?(?:(?:买|订|办|报|充|做|点|修|吃|挂|看|坐|乘|打|用)的(?:就|应该)?(?:是|(?=\S{2}))"
    r"|(?:买|办|订|报|充|点)了(?:一?[张个台件份套次条](?=\S)|(?=一))|是(?=[\d一二三四五六七八九十A-Z]))(?=\S{2})")
_THINGS_EN = re.compile(
    r"^(?:it was|it'?s|it is|that'?s|that was|i (?:bought|ordered|got|paid for|purchased|booked)|"
    r"we (?:bought|ordered|got)|they are|these are)\s+(?:the\s+)?(?=\S)", re.IGNORECASE)


def name_in(answer: str) -> str:
    """The name alone; its district stays with it. The answer itself, without hums, where no sentence is known."""
    text = bare(answer)
    quoted = list(_QUOTED.finditer(text))
    if len(quoted) == 1:
        return quoted[0]["name"]
    found = next((hit for pattern in _NAMES_ZH if (hit := pattern.fullmatch(text))), None)
    named = [words for words in found.groups() if words] if found else []
    text = _LIVES.sub("", _REST_ZH.sub("", named[0] if named else text))
    whole = _OF_THERE.sub(lambda hit: hit["place"], text)
    that = _THAT_ONE.match(whole) if whole == text else None
    text = that["name"] if that else whole
    lead = _LEAD_EN.match(text)
    name = text[lead.end():] if lead else text
    short = _TAIL_EN.sub("", name) if name.isascii() and name[:1].isupper() else name
    return short.strip() or answer


def thing_in(answer: str) -> str:
    """A thing, a department or a line: 买的是一副眼镜, "it was a gym membership"."""
    text = bare(answer)
    return _THINGS_EN.sub("", _THINGS_ZH.sub("", text)).strip() or answer


def shortened(answer: str) -> bool:
    """A sentence around a name."""
    return name_in(answer) != answer.strip()
