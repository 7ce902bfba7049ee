"""The whole web side as the gateway serves it, with a conversation that plays a part: page, socket, API, uploads."""
from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from aiohttp import web

from channels.web.chat import WebChannel
from channels.web.doors import allowed_origins
from channels.web.pages import Pages
from channels.web.visit import WebSettings
from gateway.api.site import Api, Front
from gateway.api.understand import UnderstandAnswer, UnderstandRequest
from gateway.clock import RandomIds, SystemClock
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.errors import Unauthorised
from gateway.fields.registry import TYPES
from gateway.messages import Choice, Inbound, Option, Text, Upload
from gateway.seal import Seal
from gateway.store.files import FolderBlobs
from gateway.store.sqlite import SqliteStore
from gateway.uploads import Uploads
from nlu.null import NullKnowledge
from tests import project
from tests.channels.web.house import House, serve

ROOT = Path(__file__).resolve().parents[3]
NUMBER = "WO-20261123-7Q2M0C9ZXK"
HOURS = (
    Option("night", "夜间 22:00 以后"), Option("noon", "午休时间"), Option("day", "整个白天"),
    Option("unsure", "说不清"),
)
HOURS_EN = (
    Option("night", "After 10 pm"), Option("noon", "At noon"), Option("day", "All day"), Option("unsure", "Not sure")
)
LINES = {
    "zh": (
        "好的，建筑施工噪音的事我来帮您登记。\n\n施工主要在什么时段？",
        "请核对一下：\n1. 地点：海珠区新港中路 88 号工地\n2. 时段：夜间 22:00 以后\n3. 情况：楼下工地半夜还在打桩\n"
        "4. 电话：138****8000\n\n这样提交可以吗？",
        "已经提交，编号在下面。承办单位会在 5 个工作日内联系您。查询码 472913，请保存好。",
    ),
    "en": (
        "All right, I'll take down the construction noise.\n\nWhen is it loudest?",
        "Please check:\n1. Place: site at 88 Xingang Middle Road, Haizhu\n2. Hours: after 10 pm\n"
        "3. What happened: pile driving at night\n4. Phone: 138****8000\n\nShall I submit this?",
        "Submitted; your case number is below. The department will contact you within 5 working days.",
    ),
}
YES = {"zh": (Option("yes", "提交"), Option("details", "补充细节"), Option("anonymous", "匿名提交")),
       "en": (Option("yes", "Submit"), Option("details", "Add details"), Option("anonymous", "Submit anonymously"))}


@dataclass
class Site(House):
    """A House whose conversation plays the noise story; "slow" is left unanswered."""

    folder: Path = field(default=Path("."))
    templates: Mapping[str, Template] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.files = Uploads(FolderBlobs(self.folder / "uploads"), self.store.records, self.clock, RandomIds())
        self.replies = False
        self.channel = WebChannel(
            self.play, self.store.shared, self.sessions, self.files.owned, self.clock, self.settings
        )

    def api(self) -> Api:
        return Api(
            visitors=self.sessions, staff=nobody, uploads=self.files, templates=self.templates,
            knowledge=NullKnowledge(), understand=understand, access="staff", store=self.store.shared,
            front=self.front(),
        )

    def front(self) -> Front:
        """Nobody takes turns here: what goes into a mailbox stays there."""
        return Front(
            lanes=self.store.lanes, records=self.store.records, accept=self.accept, catalog=Catalog(TYPES),
            city=project.city(), replies=project.replies(), clock=self.clock, ids=RandomIds(),
            seal=Seal(b"a key of the tests"), sender=Nowhere(), danger=nothing_dangerous,
        )

    async def play(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        outcome = await self.accept(inbound)
        if outcome == "new":
            await self.answer(inbound, inbound.language or "zh")
        return outcome

    async def answer(self, inbound: Inbound, language: str) -> None:
        content, conversation = inbound.content, inbound.conversation
        opening, check, done = LINES[language]
        said: dict[str, Any] = {"reply_to": inbound.id, "language": language}
        if isinstance(content, Choice) and content.value == "yes":
            await self.say(conversation, done, work_order=NUMBER, **said)
        elif isinstance(content, Choice):
            await self.say(conversation, check, choices=YES[language], ask="confirm", **said)
        elif isinstance(content, Upload):
            await self.say(conversation, content.media_type, **said)
        elif isinstance(content, Text) and content.text != "slow":
            hours = HOURS if language == "zh" else HOURS_EN
            await self.say(conversation, opening, choices=hours, ask="noise_hours", template="noise", **said)


class Nowhere:
    """Codes go nowhere."""

    async def send(self, phone: str, code: str, language: str) -> None:
        return None


async def nothing_dangerous(text: str) -> None:
    return None


async def nobody(request: web.Request) -> str:
    raise Unauthorised


async def understand(question: UnderstandRequest) -> UnderstandAnswer:
    return UnderstandAnswer(question.language or "zh", None, (), (), None, "test")


@asynccontextmanager
async def open_site(
    folder: Path, embedders: tuple[str, ...] = (), templates: Mapping[str, Template] = MappingProxyType({}),
    kind: type[Site] = Site,
) -> AsyncIterator[Site]:
    store = SqliteStore(folder / "site.db", SystemClock(), RandomIds())
    await store.open()
    loopback = frozenset[str]()
    site = kind(store, WebSettings(origins=loopback, typing_s=0.2), folder=folder, templates=templates)
    try:
        api = site.api()
        routes = [*site.channel.routes(), *Pages(embedders).routes(), *api.routes()]
        async with serve(routes, middlewares=[api.middleware()]) as url:
            site.url = url
            site.channel.doors.origins = allowed_origins(url)
            yield site
            await site.channel.close()
    finally:
        await store.close()
