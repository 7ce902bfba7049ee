"""What people say where a name, a place or a thing was asked for: a question, an excuse, a hesitation."""
from __future__ import annotations

import re

from gateway.dialogue.chatter import bare

_SHORT_ZH, _SHORT_EN = 30, 110   # characters; a longer question tells a story
_ASKS_ZH = re.compile(
    r"是不是|会不会|要不要|能不能|可不可以|该不该|算不算|用不用|需不需要|行不行|好不好|管不管|有没有人?(?:管|办法|规定|用)|多少钱[^，,。\d]{0,6}$"
    r"|(?:^|[钱费谁])(?:该|要|应该)?谁(?:来|去)?(?:出|付|管|赔|负责|承担)|(?:做|干)(?:什么|啥|嘛)(?:用|呢|啊|呀)?$|干吗$|凭什么|何时|几时|找谁|咋办|咋整"
    r"|怎么(?:办|弄|算|样|查|写|填|证明)|为什么|为啥|(?:什么时候|多久|几天|多长时间)[^，,。]{0,8}$|[什甚]么(?:意思|用)|(?<=\S{3})[吗么]$|要.{0,8}(?:干什么|做什么)")
_ASKS_EN = re.compile(
    r"(?:(?:and|but|so|ok(?:ay)?|well|also|sorry|wait|hm+|oh|by the way)[,.\s]+)*"
    r"(?:how|what(?!ever)|when|why|who|whose|can|could|do|does|did|is|are|will|would|should|am i|"
    r"must)\s+(?!called|named)"
    r"(?:long|much|many|do|does|did|is|are|will|would|can|could|should|if|about|happens|pays?|decides?|to|i|you|"
    r"we|they|it|"
    r"he|she|this|that|there|the|my|your|anyone|anybody|somebody|a|an)\b", re.IGNORECASE)
# Why there is no answer now. A clause of these says nothing about the matter.
_EXCUSE_ZH = re.compile(
    r"(?:我)?(?:现在|这会儿?|还|人)?(?:在|正在|正|刚)(?:开车|骑车|上班|下班|开会|忙|吃饭|坐车|地铁上|路上|外面|公交上|车上|排队|做饭|带孩子|抱孩子)"
    r"|语音(?:打字|输入|转)|(?:打字|写字)(?:不方便|不便|慢|不快|费劲|困难)|不(?:太)?会打字|不识字|(?:手机)?(?:快|要)没电|(?:信号|网络?)(?:很|太|非常)?(?:不好|差|不行)"
    r"|记(?:不(?:住|得|清|起)|不太(?:清|住|得))|不(?:太)?记得|忘(?:了|记|掉)(?!锁|关|带走)|想不起|找不到(?:单子|票|条|合同|发票|那张|了$)|(?:眼睛|眼)(?:不好|花|"
    r"看不)|没戴(?:老花)?(?:眼?镜)"
    r"|(?:证|卡|单子?|条|合同|发票|本子?|病历|手机)(?:都|还|不|没)?(?:在|放在?)(?:她|他|家|别人|我[爸妈]|老[婆公伴]|孩子|公司)|(?:没|不)(?:带|"
    r"在)(?:在)?(?:我)?(?:身上|身边|手边|手上)"
    r"|(?:字|屏幕)(?:太)?小(?:看)?")
_EXCUSE_EN = re.compile(
    r"\b(?:i(?:'m| am)|am) (?:still |just )?(?:driving|at work|on the (?:bus|train|road|metro)|in a meeting|"
    r"cooking|walking|"
    r"not at home|busy)\b|voice (?:typing|input)|\btyping (?:with|is|on)\b|\b(?:my )?(?:phone|"
    r"battery) (?:is )?(?:dying|almost|nearly|about)"
    r"|\b(?:bad|poor|no) (?:signal|reception)\b|\b(?:can't|cannot|can not|don't|do not) (?:quite |"
    r"really )?(?:remember|recall)\b"
    r"|\bi (?:have )?forgot(?:ten)?\b(?! to)|\b(?:don't|do not|didn't) have (?:\w+ ){1,3}(?:with|on) me\b|"
    r"\bwithout my glasses\b"
    r"|\b(?:she|he|my \w+) has (?:the|her|his|it|my) ?(?:card|papers|receipt|contract|passport|id)?\b|"
    r"\bleft (?:it|the \w+|my \w+) at\b",
    re.IGNORECASE)
_HESITATES = re.compile(
    r"(?:这个?|那个?)?我?(?:可|也|还|真|实在|不太|都)?(?:不敢(?:乱|瞎|随便)?(?:讲|说|猜|肯定|确定|断定)|不好(?:乱)?说|说不(?:准|好|清|上来)|讲不(?:清|准)|"
    r"(?:不能|不想|不要|不该)(?:乱|瞎|随便)(?:讲|说|猜)|不(?:太)?(?:确定|肯定|晓得)|拿不准|吃不准|搞不清楚?|弄不清楚?|没看清楚?)"
    r"(?:是谁|是哪家|名字|的|了|啊|呢|呀|怕冤枉(?:人|好人))*"
    r"|(?:怕|不想|不能)冤枉(?:了)?(?:人|好人|别人|人家)"
    r"|(?:(?:well|hm+|honestly|sorry)[,.\s]+)?(?:(?:it'?s|that'?s) )?(?:hard to (?:say|tell)|i (?:can't|cannot|"
    r"couldn't) (?:say|tell)"
    r"(?: for (?:sure|certain))?|i(?:'d| would)(?:n't| not)? (?:rather not|want to|like to|not like to|"
    r"rather) (?:guess|accuse)(?: \w+)?|i(?:'m| am) not (?:really |quite )?"
    r"(?:sure|certain)|i (?:don't|do not|wouldn't) (?:want|dare|like) to (?:guess|accuse|say|blame)(?: \w+)?|"
    r"no clue|beats me|i have no idea)",
    re.IGNORECASE)
_CLAUSES = re.compile(r"[^，,。；;！!\n]+")


def asks(text: str) -> bool:
    """Put as a question, whether or not it ends with a question mark: 低层要不要补偿, "and who pays for it"."""
    words = text.strip(" \t\n。.!！~～")
    if words.isascii():
        return len(words) <= _SHORT_EN and not titled(words) and _ASKS_EN.match(words) is not None
    return len(words) <= _SHORT_ZH and _ASKS_ZH.search(words) is not None


def titled(text: str) -> bool:
    """What A Find Vintage: written as names are."""
    words = text.split()
    return len(words) > 1 and all(word[:1].isupper() or word[:1].isdigit() for word in words)


def hesitates(text: str) -> bool:
    """不敢乱讲, 说不准, "hard to say": somebody who would say it if it need not be certain."""
    return _HESITATES.fullmatch(bare(text).replace("’", "'").strip(" ，,。.!！")) is not None


def without_excuses(text: str) -> str:
    """The clauses that are no excuse: 在开车语音打字，眼科 is 眼科. "" where there are none else."""
    clauses = [clause.group().strip() for clause in _CLAUSES.finditer(text.replace("’", "'"))]
    kept = [clause for clause in clauses if not _excuses(clause)]
    return text if len(kept) == len(clauses) else "，".join(kept)


def _excuses(clause: str) -> bool:
    return _EXCUSE_ZH.search(clause) is not None or _EXCUSE_EN.search(clause) is not None
