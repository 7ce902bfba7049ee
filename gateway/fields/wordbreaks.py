"""Where a Chinese name ends when there are no spaces: runs of characters between words that no name holds.

A run is what may be (part of) an address or an organisation's name; verbs, pronouns, particles and times cut it.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

# Words no place or organisation is named with; single characters only where they hardly ever stand in a name.
_WORDS = (
    "寄往|寄到|寄去|寄给|寄出|寄自|寄件|寄|发往|发到|发出|发货|发给|发件|送到|送往|送至|送货|派送|配送|运到|运往|收件|收货|签收|到达|抵达|到|往|寄至|送至|发至|至今|(?<=[区市县路街号镇村])至|"
    "投诉|举报|反映|反应|反馈|咨询|求助|建议|请问|希望|要求|麻烦|谢谢|你好|您好|施工|扰民|噪音|噪声|太吵|很吵|吵闹|吵|打桩|装修|"
    "乱停|停放|停着|停在|停了|堆放|堆满|堆了|占用|占道|堵住|挡住|坏了|倒了|丢了|丢失|损坏|破损|延误|快递|包裹|快件|单号|运单|电话|手机|"
    "购买|购物|买了|买的|买到|买|消费|充值|充了|办卡|办了|办理|吃饭|吃了|吃出|就餐|付款|付了|支付|退款|退钱|退货|退押金|赔偿|报警|"
    "昨天|今天|前天|明天|昨晚|今晚|前晚|今早|每天|每晚|天天|晚上|凌晨|半夜|深夜|夜里|夜间|早上|上午|中午|下午|傍晚|白天|最近|刚才|现在|一直|"
    "已经|因为|所以|但是|而且|然后|还有|还是|没有|没|不让|不给|不肯|不退|不能|不会|不管|不知|有人|有个|有一|有很|有多|有大|有几|有辆|有家|"
    "一辆|一堆|一批|一家|一个|几辆|好多|许多|大量|很多|共享|单车|自行车|电动车|摩拜|哈啰|哈罗|青桔|美团|滴滴|顺丰|中通|圆通|申通|韵达|德邦|极兔|京东|"
    "位于|地址|地点|位置|附近有|这里|那里|这边|那边|这条|那条|这个|那个|这家|那家|这是|那是|我们|你们|他们|"
    "我|你|您|他|她|它|的|了|在|是|吗|呢|吧|啊|呀|哦|嘛|把|被|给|叫|请|想|很|就|都[没不有是在快要已]|也|还|每|住|跟|"
    "从(?![化江])|自从|由(?!义)|"
    "清理|清走|清运|搬走|移走|整治|治理|处理|解决|修复|维修|检查|哋|啲|嘅|咗|唔|冇|整条|成条|一条|条(?=[村街路])"
)
_FIRST = "".join({word[0] for word in _WORDS.split("|")})
_BREAK = re.compile(rf"[^\w()（）#·.'&-]|[_\n]|(?=[{_FIRST}])(?:{_WORDS})")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def ends_here(folded: str, position: int) -> bool:
    """Whether a name may end at this position: the text does, or a break follows."""
    return position >= len(folded) or _BREAK.match(folded, position) is not None


@lru_cache(maxsize=4)
def runs(folded: str) -> tuple[tuple[int, int], ...]:
    """[start, end) of every run that holds a Chinese character. Kept for a moment: addresses and names begin here."""
    return tuple(_runs(folded))


def _runs(folded: str) -> Iterator[tuple[int, int]]:
    start = 0
    for cut in _BREAK.finditer(folded):
        if cut.start() > start and _HAN.search(folded, start, cut.start()):
            yield start, cut.start()
        start = cut.end()
    if start < len(folded) and _HAN.search(folded, start):
        yield start, len(folded)
