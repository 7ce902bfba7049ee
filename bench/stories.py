"""What the visitors of the load test say: one opening, four turns that need no encoder, then the next matter.

Every opening is a sentence nobody has said before (numbers, places, wording), because the encoder remembers the last
512. The four turns answer what was asked, tap what was offered, or give an exact command.
"""
from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

TURNS = 5  # of one matter: the first is the opening, so openings are 20 %

Ending = Literal["files", "gives_up", "asks"]


@dataclass(frozen=True, slots=True)
class Said:
    """One message as typed, or the value of the tapped choice."""

    text: str = ""
    choice: str = ""
    opening: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What of a reply decides the next turn."""

    id: str
    ask: str | None
    choices: Sequence[str]


@dataclass(frozen=True, slots=True)
class Story:
    """`openings` are wordings of one matter over the names of `_facts`; `share` of a hundred matters."""

    language: Literal["zh", "en"]
    ends: Ending
    share: int
    openings: tuple[str, ...]


STORIES = (
    Story("zh", "files", 22, (
        "我要投诉顺丰，单号SF{parcel}，从广州{here}寄到北京{there}，{days}天没动了",
        "你好，快递一直不更新，顺丰SF{parcel}，{days}天前从{here}寄出，寄到{there}，客服第{few}次叫我等",
        "圆通快递YT{parcel}卡在路上{days}天了，从{here}寄到{there}，一直没有更新，麻烦催一下",
    )),
    Story("zh", "files", 18, (
        "{here}工地昨晚{hour}点到今天凌晨两点还在打桩，{days}天了吵得睡不着",
        "{here}旁边的工地天天夜里施工，昨晚{hour}点到凌晨三点都在响，已经{days}天了",
    )),
    Story("zh", "files", 12, (
        "哈啰单车在{here}把人行道占满了，车号{bike}，已经{days}天没人来清",
        "{here}门口停满了美团单车，其中一辆{bike}倒在盲道上{days}天，走路很不方便",
    )),
    Story("zh", "gives_up", 12, (
        "我在{here}的店里买了件{price}元的衣服，穿了{days}天就破了，店家不退钱",
        "健身房收了我{price}元的年卡费，{days}天前关门了，{here}那家店不退费",
    )),
    Story("zh", "asks", 10, (
        "打12345热线收费吗，我在{here}用手机打了{few}次，说了{days}分钟",
        "{days}天前在{here}反映过，热线的办理时限一般是几个工作日",
    )),
    Story("en", "files", 14, (
        "My SF Express parcel SF{parcel} has not moved for {days} days, sent from {road}, Haizhu District, Guangzhou",
        "The building site at {road}, Tianhe District was piling last night from {hour} pm to 2 am, {days} nights now",
    )),
    Story("en", "gives_up", 12, (
        "A shop at {road}, Yuexiu District sold me a phone for {price} yuan, it broke after {days} days, no refund",
        "Shared bikes block the pavement at {road}, Tianhe District, about {days} bikes, number {bike}",
    )),
)

_HERE = ("海珠区新港中路", "天河区体育东路", "越秀区中山五路", "荔湾区龙津东路", "白云区机场路", "黄埔区科学大道")
_FAR = ("朝阳区建国路", "海淀区中关村大街", "丰台区南三环西路", "西城区阜成门外大街")
_ROADS = ("Xingang Middle Road", "Tiyu East Road", "Zhongshan 5th Road", "Airport Road", "Kexue Avenue")

COMMANDS = {"zh": ("进度", "帮助", "保密"), "en": ("status", "help", "confidential")}
GOING = {"zh": ("知道了", "进度", "帮助"), "en": ("got it", "status", "help")}
CANCEL = {"zh": "取消", "en": "cancel"}
# What is answered to a question that has no choices.
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "contact_phone": "138{phone}",
        "sender_address": "广州市{here}", "receiver_address": "北京市{there}",
        "location": "广州市{here}", "source_location": "广州市{here}", "merchant_address": "广州市{here}",
        "contact_address": "广州市{here}",
        "bike_numbers": "{bike}", "tracking_number": "SF{parcel}", "merchant_name": "{days}号便利店",
        "period": "昨晚十点到凌晨两点", "purchase_date": "上周三", "amount": "{price}元", "contact_name": "李女士",
        "goods_or_service": "一件大衣", "description": "已经{days}天了，打过{few}次电话都说在处理，到现在没有人来",
        "institution": "星光培训学校", "community": "云山花园", "building_unit": "{few}栋2单元", "problem": "吃出虫子",
        "enterprise_name": "广州海星商贸有限公司", "credit_code": "91440101MA5CK3TR8J", "place_name": "{days}号小吃店",
        "address": "广州市{here}", "employer_address": "广州市{here}", "employer_name": "广州海星商贸有限公司",
        "occurred_at": "昨天下午三点", "visit_date": "上周三", "since": "昨天早上六点", "hospital": "康宁医院",
        "department": "骨科", "shop_name": "{days}号旗舰店", "order_no": "{bike}", "polluter": "楼下的饭店",
        "time_pattern": "每天晚上六点以后", "line_or_plate": "{few}路", "safe_to_contact": "工作日白天打电话",
    },
    "en": {
        "contact_phone": "138{phone}",
        "sender_address": "{road}, Haizhu District, Guangzhou",
        "receiver_address": "{road}, Chaoyang District, Beijing",
        "location": "{road}, Tianhe District, Guangzhou", "source_location": "{road}, Tianhe District, Guangzhou",
        "merchant_address": "{road}, Yuexiu District, Guangzhou",
        "contact_address": "{road}, Yuexiu District, Guangzhou",
        "bike_numbers": "{bike}", "tracking_number": "SF{parcel}", "merchant_name": "Corner Shop {days}",
        "period": "last night from 10 pm to 2 am", "purchase_date": "last Wednesday", "amount": "{price} yuan",
        "goods_or_service": "a phone", "contact_name": "Ms Li",
        "description": "It has been {days} days and I called {few} times, nobody came to look at it",
        "institution": "Starlight School", "community": "Yunshan Gardens", "building_unit": "Building {few}, Unit 2",
        "problem": "an insect in the soup", "enterprise_name": "Guangzhou Seastar Trading",
        "credit_code": "91440101MA5CK3TR8J", "place_name": "Snack Bar {days}", "hospital": "Kangning Hospital",
        "address": "{road}, Tianhe District, Guangzhou", "employer_address": "{road}, Tianhe District, Guangzhou",
        "employer_name": "Guangzhou Seastar Trading", "occurred_at": "yesterday at 3 pm",
        "visit_date": "last Wednesday", "since": "yesterday at 6 am", "department": "orthopaedics",
        "shop_name": "Flagship Store {days}",
        "order_no": "{bike}", "polluter": "the restaurant downstairs", "time_pattern": "every evening after six",
        "line_or_plate": "bus {few}", "safe_to_contact": "call on weekdays",
    },
}


class Teller:
    """One visitor's chance and memory; the same seed tells the same stories."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)
        self._turn = 0
        self.language = self._chance.choices(STORIES, [story.share for story in STORIES])[0].language
        self._stories = [story for story in STORIES if story.language == self.language]
        self._story = self._stories[0]

    def says(self, heard: Heard | None) -> Said:
        """The next message, after the last reply (None before the first)."""
        turn, self._turn = self._turn % TURNS, self._turn + 1
        if turn == 0 or heard is None:
            self._story = self._chance.choices(self._stories, [story.share for story in self._stories])[0]
            return Said(self._filled(self._chance.choice(self._story.openings)), opening=True)
        return _TURNS[self._story.ends](self, turn, heard)

    def _files(self, turn: int, heard: Heard) -> Said:
        """Answers until the summary, commands while it is early, the yes at last."""
        if turn == TURNS - 1:
            return Said(choice="file") if "file" in heard.choices else self._command(turn)
        return self._command(turn) if heard.ask == "confirm" else self._answer(heard)

    def _gives_up(self, turn: int, heard: Heard) -> Said:
        if turn == TURNS - 2:
            return Said(CANCEL[self.language])
        return Said(choice="drop") if "drop" in heard.choices else self._answer(heard)

    def _asks(self, turn: int, heard: Heard) -> Said:
        """Taps that the answer helped, then goes on with commands."""
        return Said(choice="yes") if "yes" in heard.choices else Said(GOING[self.language][turn % len(GOING)])

    def _command(self, turn: int) -> Said:
        return Said(COMMANDS[self.language][turn % len(COMMANDS)])

    def _answer(self, heard: Heard) -> Said:
        words = ANSWERS[self.language].get(heard.ask or "")
        if words is not None:
            return Said(self._filled(words))
        offered = [value for value in heard.choices if value not in ("skip", "other")]
        return Said(choice=self._chance.choice(offered)) if offered else self._command(self._turn)

    def _filled(self, words: str) -> str:
        return words.format_map(facts(self._chance))


_TURNS = {"files": Teller._files, "gives_up": Teller._gives_up, "asks": Teller._asks}


def facts(chance: random.Random) -> dict[str, object]:
    house = chance.randrange(1, 3000)
    return {
        "here": f"{chance.choice(_HERE)}{house}号",
        "there": f"{chance.choice(_FAR)}{chance.randrange(1, 3000)}号",
        "road": f"{house} {chance.choice(_ROADS)}",
        "parcel": f"{chance.randrange(10**12, 10**13)}",
        "bike": f"{chance.randrange(10**9, 10**10)}",
        "phone": f"{chance.randrange(10**7, 10**8)}",
        "price": chance.randrange(100, 9000),
        "days": chance.randrange(3, 90),
        "hour": chance.randrange(9, 12),
        "few": chance.randrange(2, 9),
    }
