"""A closure finds its citizen by whichever way is open: each rung of the ladder, and what the case then says of it.

Window → long-term subscription → one-time subscription → template message to followers → SMS. A way that is closed
leads to the next; staff read in the case which ways were looked at, and why they were not taken. Nothing is lost, and
nothing said twice.
"""
from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from gateway.app import Mind
from gateway.errors import Rejected
from gateway.outbox import About
from simulators.wechat.citizens import Bubble
from simulators.wechat.settings import official
from tests.journeys.hotline import PASSWORD, Staff
from tests.journeys.wechat import Street, WeChatCitizen, number, opened
from tests.until import until

OPENING = "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
LASTING, ONCE = "long-term-closure", "one-time-progress"
SEND, BIZSEND, TEMPLATE = "message/custom/send", "message/subscribe/bizsend", "message/template/send"
REPLY = "已联系网点，快件今日送达。"
BECAME = ("told", "doubtful", "not_told", "delivered", "failed")
THREE_DAYS = 72 * 3600
TEN_MINUTES = 601
CHINA = ZoneInfo("Asia/Shanghai")


@dataclass
class Post:
    """gateway.outbox.Texter: writes down what it would send."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    why: str = ""

    async def text(self, about: About, key: str, words: str) -> None:
        if self.why:
            raise Rejected(self.why)
        self.sent.append((about.work_order, words))


@dataclass
class Story:
    """A case that a department has, and the citizen whom its closure is to reach."""

    street: Street
    citizen: WeChatCitizen
    office: Staff
    case: str
    post: Post

    async def closes(self) -> None:
        await self.office.acts(self.case, "close", text=REPLY)
        await self.street.settles()

    async def told(self, news: str = "closed") -> list[tuple[str, str]]:
        """What the desk shows of how that news went: (what became of it, the ways), without WeChat's request ids."""
        await until(lambda: self._became(news))
        await self.street.settles()
        return await self._became(news)

    async def _became(self, news: str) -> list[tuple[str, str]]:
        lines = [(line["what"], line["text"] or "") for line in (await self.office.case(self.case))["history"]]
        return [
            (what, re.sub(r" \([0-9a-f-]+\)", "", text.removeprefix(f"{news}: "))) for what, text in lines
            if what in BECAME and text.startswith(f"{news}: ")
        ]

    def texts(self) -> list[str]:
        return [words for case, words in self.post.sent if case == self.case]

    def shown(self) -> list[Bubble]:
        """What the citizen's phone shows of the case's end."""
        new = self.citizen.shown[self.citizen.read:]
        return [bubble for bubble in new if self.case in bubble.text]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory, mind: Mind) -> AsyncIterator[tuple[Street, Post]]:
    post = Post()
    async with opened(tmp_path_factory.mktemp("data"), mind, official("hotline"), texter=post) as street:
        yield street, post


@pytest_asyncio.fixture(loop_scope="session")
async def story(town: tuple[Street, Post], request: pytest.FixtureRequest) -> AsyncIterator[Story]:
    """Filed and dispatched, with somebody new."""
    street, post = town
    citizen = street.citizen("hotline", request.node.name)
    for words in (OPENING, "我是寄件人", "13800138000"):
        await citizen.says(words)
    case = number(await citizen.says("确认提交"))
    clerk, office = await street.hotline.staff("clerk"), await street.hotline.staff("department")
    await clerk.acts(case, "accept")
    await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
    await street.settles()
    citizen.read = len(citizen.shown)
    yield Story(street, citizen, office, case, post)
    street.wechat.faults.clear()
    post.why = ""


async def test_inside_the_window_it_is_a_message(story: Story) -> None:
    await story.closes()
    assert [(bubble.way, REPLY in bubble.text) for bubble in story.shown()] == [("custom", True)]
    assert await story.told() == [("told", "window")]


async def test_a_window_that_is_used_up_leads_to_the_long_term_subscription(story: Story) -> None:
    await story.citizen.handset.answers_subscription(LASTING)
    story.street.wechat.fault(SEND, "errcode", code=45047)
    await story.closes()
    (card,) = story.shown()
    assert (card.way, card.text.splitlines()[1:]) == ("subscription", [story.case, "承办单位已答复，请点开查看"])
    assert await story.told() == [
        ("told", "window wechat 45047 reply quota used, lasting"), ("delivered", "lasting success"),
    ]


async def test_without_any_subscription_followers_get_a_template_message(story: Story) -> None:
    story.street.wechat.fault(SEND, "errcode", code=45015)
    await story.closes()
    assert [bubble.way for bubble in story.shown()] == ["template"]
    assert await story.told() == [
        ("told", "window wechat 45015 reply window closed, lasting no_consent, once no_consent, template"),
        ("delivered", "template success"),
    ]


async def test_a_template_message_that_did_not_arrive_leads_to_the_next_way(story: Story) -> None:
    story.street.wechat.fault(SEND, "errcode", code=45015)
    story.citizen.phone.citizen.refuses_messages = True
    await story.closes()
    assert story.shown() == []
    assert await story.told() == [
        ("told", "window wechat 45015 reply window closed, lasting no_consent, once no_consent, template"),
        ("failed", "template failed:user block"),
        ("told", "window window_closed, lasting no_consent, once no_consent, template not_delivered, sms"),
    ]
    assert [REPLY in words for words in story.texts()] == [True]


async def test_who_follows_no_more_is_told_by_sms(story: Story) -> None:
    story.street.wechat.fault(SEND, "errcode", code=45015)
    story.street.wechat.fault(TEMPLATE, "errcode", code=43004)
    await story.closes()
    assert (story.shown(), [REPLY in words for words in story.texts()]) == ([], [True])
    assert await story.told() == [(
        "told", "window wechat 45015 reply window closed, lasting no_consent, once no_consent, "
        "template wechat 43004 the user does not follow, sms",
    )]


async def test_who_left_is_told_by_sms(story: Story) -> None:
    """Leaving erases windows and consent; the case goes on, and its answer is owed to them."""
    await story.citizen.handset.answers_subscription(LASTING)
    await story.citizen.handset.leaves()
    sends = story.street.sends(story.citizen)
    await story.closes()
    assert (story.street.sends(story.citizen), [REPLY in words for words in story.texts()]) == (sends, [True])
    assert await story.told() == [
        ("told", "window window_closed, lasting no_consent, once no_consent, template not_following, sms"),
    ]


async def test_where_no_way_is_open_staff_see_why(story: Story) -> None:
    story.street.wechat.fault(SEND, "errcode", code=45047)
    story.street.wechat.fault(TEMPLATE, "errcode", code=43004)
    story.post.why = "no number"
    await story.closes()
    assert await story.told() == [(
        "not_told", "window wechat 45047 reply quota used, lasting no_consent, once no_consent, "
        "template wechat 43004 the user does not follow, sms no number",
    )]


async def test_a_template_message_whose_answer_was_lost_is_shown_once(story: Story) -> None:
    """template/send knows a repeat by our own id, so there it is safe to ask again."""
    story.street.wechat.fault(SEND, "errcode", code=45015)
    story.street.wechat.fault(TEMPLATE, "reset_after")
    await story.closes()
    await story.street.passes(60)
    assert await story.told() == [
        ("told", "window window_closed, lasting no_consent, once no_consent, template"),
    ], "by the same way as before: the platform's 45015 was not forgotten"
    assert [bubble.way for bubble in story.shown()] == ["template"]


# --- as time goes by ------------------------------------------------------------------------------------------

async def test_a_taken_back_subscription_leads_to_the_one_time_one(story: Story) -> None:
    """One tap is one message: the rating, ten minutes later, has to go another way."""
    await story.citizen.handset.answers_subscription(LASTING, ONCE)
    story.street.wechat.fault(SEND, "errcode", 9, code=45015)
    story.street.wechat.fault(BIZSEND, "errcode", code=43101)
    await story.closes()
    (card,) = story.shown()
    assert (card.way, "已办结" in card.text) == ("subscription", True)
    assert (await story.told())[0] == (
        "told", "window wechat 45015 reply window closed, lasting wechat 43101 no subscription, once")
    await story.street.passes(TEN_MINUTES)
    assert await story.told("rate") == [
        ("told", "window window_closed, lasting no_consent, once no_consent, template"),
        ("delivered", "template success"),
    ]


async def test_a_closed_window_is_not_even_knocked_at(story: Story) -> None:
    """Three days later the gateway knows; what the platform says counts where it does not (45015)."""
    await story.citizen.handset.answers_subscription(LASTING)
    await story.street.passes(THREE_DAYS)
    await story.office.signs_in("department", PASSWORD)
    await story.closes()
    assert story.street.sends(story.citizen) == 2, "accepted and dispatched, while the window was open"
    assert (await story.told())[0] == ("told", "window window_closed, lasting")


async def test_at_night_a_template_message_waits_for_the_morning(story: Story) -> None:
    """It would ring a phone; an SMS in its place would, too, and costs money."""
    await at(22, story)
    story.street.wechat.fault(SEND, "errcode", code=45015)
    await story.closes()
    assert (story.shown(), story.texts()) == ([], [])
    await at(7, story)
    await story.street.settles()
    assert story.shown() == [], "still quiet"
    await at(8, story)
    assert (await story.told())[0] == (
        "told", "window window_closed, lasting no_consent, once no_consent, template")
    assert [bubble.way for bubble in story.shown()] == ["template"] * 2, "the answer, and the invitation to rate it"


async def test_at_night_an_open_window_is_used(story: Story) -> None:
    """Who writes is awake, and hears what waited for the morning."""
    await at(22, story)
    story.street.wechat.fault(SEND, "errcode", code=45015)
    await story.closes()
    assert story.shown() == []
    await story.citizen.says("查进度")
    await story.street.settles()
    assert (await story.told())[0] == ("told", "window")
    assert ("custom", True) in [(bubble.way, REPLY in bubble.text) for bubble in story.citizen.shown]


async def at(hour: int, story: Story) -> None:
    """Time passes until it is so late in China."""
    now = story.street.clock.now().astimezone(CHINA)
    away = (now.replace(hour=hour, minute=0, second=0) - now).total_seconds() % 86_400
    await story.street.passes(away)
    await story.office.signs_in("department", PASSWORD)
