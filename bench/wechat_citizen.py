"""The people of the recorded day on WeChat: they say what a form asks, send what it may ask for, look, and rate."""
from __future__ import annotations

import random
from typing import Protocol

from bench.stories import ANSWERS, STORIES, facts
from bench.wechat_mix import Appeal
from gateway.dialogue.draft import Dialogue, load
from simulators.wechat.kf_phone import KfPhone
from simulators.wechat.phone import Phone
from tests.api.hotline import Client
from tests.images import jpeg
from tests.journeys.wechat import Street, WeChatCitizen

MOST_TURNS = 30
PHOTOS = 3
READS_S = 5.0  # between what is read and what is said to it
PLACE = (23.0965, 113.3251, "广州市海珠区新港中路397号")
PLACES = frozenset({"location", "source_location", "merchant_address", "sender_address", "address"})
QUESTIONS = ("打12345热线收费吗", "热线的办理时限一般是几个工作日", "结婚登记需要什么材料", "晚上几点以后不能施工")
PROGRESS = "进度"
OPENINGS = tuple(
    opening for story in STORIES if story.language == "zh" and story.ends == "files" for opening in story.openings
)
# What is said to a question that the form has not: the first choice otherwise.
SAID = {
    "confirm": "确认提交", "solved": "没有解决", "details": "没有要补充的", "duplicate": "新工单", "evidence": "跳过",
    "handoff": "继续", "cancel": "继续", "switch": "不换", "resume": "继续",
}
HELPED = {"resolved": "解决了", "satisfaction": "5", "reason": "跳过", "rework": "不用", "contacted": "有联系"}
NOT_HELPED = HELPED | {"resolved": "没有解决", "satisfaction": "1", "reason": "还是老样子，一直没有人来过"}

FORM = {"description": "楼下的路灯坏了三天了，晚上一片漆黑，一直没有人来修", "contact_phone": "13800138000"}


class Stuck(Exception):
    """A conversation without an end: the recorded day would count too little."""


class Person(Protocol):
    """`work_order` is empty for whoever only asked something; `again`: theirs is in its second round."""

    appeal: Appeal
    work_order: str
    said: int
    again: bool

    @property
    def phone(self) -> Phone | KfPhone: ...

    async def comes(self) -> None:
        """From the first word to the work order or the answer. Raises Stuck."""
        ...

    async def looks(self) -> None: ...

    async def rates(self) -> None: ...


class Appellant:
    """In the chat with an account; the gateway knows them as `account.openid`."""

    def __init__(self, street: Street, citizen: WeChatCitizen, account: str, appeal: Appeal) -> None:
        self._street, self._citizen = street, citizen
        self.appeal, self.phone = appeal, citizen.phone
        self.work_order, self.said, self.again = "", 0, False
        self._key = f"wechat:{account}.{citizen.phone.citizen.openid}"
        self._chance = random.Random(appeal.name)

    async def comes(self) -> None:
        if self.appeal.does("subscribes") and isinstance(self.phone, Phone):
            await self.phone.answers_subscription("long-term-closure")
        if not self.appeal.does("files"):
            await self._says(self._chance.choice(QUESTIONS))
            return
        await self._says(self._filled(self._chance.choice(OPENINGS)))
        for number in range(PHOTOS if self.appeal.does("photographs") else 0):
            self._reads()
            await self._citizen.photographs(jpeg(64 + number, 48))
        for _ in range(MOST_TURNS):
            state = await self._state()
            if state.cases:
                self.work_order = state.cases[-1].work_order_id
                return
            await self._answers(state)
        raise Stuck(f"{self.appeal.name} was asked {state.asked}: {self._citizen.last.text}")

    async def looks(self) -> None:
        await self._says(PROGRESS)

    async def rates(self) -> None:
        """All questions of the rating, in words: outside the window there is no menu."""
        answers = NOT_HELPED if self.appeal.does("reworks") and not self.again else HELPED
        for _ in answers:
            asked = (await self._state()).asked
            if asked not in answers:
                return
            await self._says(answers[asked])

    async def _state(self) -> Dialogue:
        return load((await self._street.hotline.gateway.store.lanes.state("in", self._key))[0])

    async def _answers(self, state: Dialogue) -> None:
        asked = state.asked or "nothing"
        words = ANSWERS["zh"].get(asked)
        if asked in PLACES and self.appeal.does("points"):
            self._reads()
            await self._citizen.stands_at(*PLACE)
        elif words is not None:
            await self._says(self._filled(words))
        elif asked in SAID or not state.offered:
            await self._says(SAID.get(asked, "不知道"))
        else:
            await self._says("1")

    async def _says(self, text: str) -> None:
        self._reads()
        spoken = self.appeal.does("speaks") and isinstance(self.phone, Phone)  # customer service recognises nothing
        await (self._citizen.speaks(text) if spoken else self._citizen.says(text))

    def _reads(self) -> None:
        self.said += 1
        self._street.clock.advance(READS_S)

    def _filled(self, words: str) -> str:
        return words.format_map(facts(self._chance))


class Applicant:
    """Fills the mini-program's form, and opens it again to look and to rate; asks nothing in any chat."""

    def __init__(self, street: Street, phone: Phone, appeal: Appeal) -> None:
        self._street = street
        self.appeal, self.phone = appeal, phone
        self.work_order, self.said, self.again = "", 0, False

    async def comes(self) -> None:
        client = await self._opens()
        if not self.appeal.does("files"):
            return
        photos = [await client.upload() for _ in range(PHOTOS if self.appeal.does("photographs") else 0)]
        filed = await client.file("general", FORM | {"evidence": photos})
        if filed.status != 201:
            raise Stuck(f"{self.appeal.name}: {filed.body}")
        self.work_order = filed.body["work_order_id"]
        await self.phone.answers_subscription(
            "one-time-progress", *(("long-term-closure",) if self.appeal.does("subscribes") else ()))

    async def looks(self) -> None:
        await (await self._opens()).ask("GET", f"/api/work-orders/{self.work_order}")

    async def rates(self) -> None:
        helped = self.again or not self.appeal.does("reworks")
        rating = {"resolved": "yes", "satisfaction": 5} if helped else {"resolved": "no", "satisfaction": 1}
        answer = await (await self._opens()).ask("POST", f"/api/work-orders/{self.work_order}/ratings", rating)
        if answer.status >= 400:
            raise Stuck(f"{self.appeal.name}: {answer.body}")

    async def _opens(self) -> Client:
        """Logs in by WeChat's code, as at every opening."""
        self._street.clock.advance(READS_S)
        account = self.phone.account
        code = account.codes.issue("login", self.phone.openid, account.clock.now())
        answer = await Client(self._street.hotline).ask(
            "POST", "/api/login/wechat-mini", {"appid": account.settings.appid, "code": code})
        if answer.status != 200:
            raise Stuck(f"{self.appeal.name} could not log in: {answer.body}")
        return Client(self._street.hotline, answer.body["session"])
