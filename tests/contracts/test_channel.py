"""What every channel does, one row each. A row opens the channel on a real server with somebody at its other end."""
from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from channels.sms.channel import SmsChannel
from channels.web.chat import WebChannel
from channels.wechat.official import WeChatChannel
from gateway.messages import Inbound, Text
from gateway.protocols import Channel
from tests.channels.sms import house as sms_house
from tests.channels.web.house import Client, House, open_house, visit
from tests.channels.wechat import house as wechat_house

ROOT = Path(__file__).parents[2]
WORDS = (
    "路灯坏了三天", "The street light is broken", "{{7*7}} {% include 'x' %} %s ${jndi:ldap://x}",
    "<img src=x onerror=alert(1)> ]]> \u202e \u2028 \u200b 🙂", "a" * 500,
)


class Line(Protocol):
    """A channel and one citizen on it. `core_fails` makes the core refuse to store from now on."""

    channel: Channel
    taken: list[Inbound]

    def core_fails(self) -> None: ...

    async def says(self, id_: str, text: str) -> bool:
        """Sends it as the platform does; whether the platform was told that it is in."""
        ...


@dataclass
class WebLine:
    house: House
    client: Client
    channel: Channel = field(init=False)
    taken: list[Inbound] = field(init=False)

    def __post_init__(self) -> None:
        web: WebChannel = self.house.channel
        self.channel, self.taken = web, self.house.taken

    def core_fails(self) -> None:
        self.house.down = True

    async def says(self, id_: str, text: str) -> bool:
        await self.client.send(type="message", id=id_, text=text)
        answer = await self.client.next()
        return answer == {"type": "accepted", "id": id_}


@asynccontextmanager
async def web(folder: Path) -> AsyncIterator[Line]:
    async with open_house(folder, sweep_s=30) as house:
        house.replies = False
        async with visit(house) as client:
            await client.hello(language="zh")
            yield WebLine(house, client)


@dataclass
class WeChatLine:
    house: wechat_house.House
    platform: wechat_house.Platform
    channel: Channel = field(init=False)
    taken: list[Inbound] = field(init=False)

    def __post_init__(self) -> None:
        wechat: WeChatChannel = self.house.channel
        self.channel, self.taken = wechat, self.house.taken

    def core_fails(self) -> None:
        self.house.down = True

    async def says(self, id_: str, text: str) -> bool:
        got = await self.platform.push(wechat_house.said(text, id_))
        return got.status == 200


@asynccontextmanager
async def wechat(folder: Path) -> AsyncIterator[Line]:
    async with wechat_house.open_house(folder) as house, wechat_house.platform(house) as platform:
        yield WeChatLine(house, platform)


@dataclass
class SmsLine:
    """By the signed webhook, whose bridge tells ids of its own."""

    house: sms_house.House
    channel: Channel = field(init=False)
    taken: list[Inbound] = field(init=False)

    def __post_init__(self) -> None:
        sms: SmsChannel = self.house.channel
        self.channel, self.taken = sms, self.house.taken

    def core_fails(self) -> None:
        self.house.down = True

    async def says(self, id_: str, text: str) -> bool:
        return await self.house.arrives(id_, text) == 200


@asynccontextmanager
async def sms(folder: Path) -> AsyncIterator[Line]:
    async with sms_house.open_house(folder) as house:
        yield SmsLine(house)


ROWS: dict[str, Callable[[Path], AbstractAsyncContextManager[Line]]] = {"web": web, "wechat": wechat, "sms": sms}


@pytest.fixture(params=sorted(ROWS))
async def line(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Line]:
    async with ROWS[request.param](tmp_path) as opened:
        yield opened


def test_every_channel_has_a_row() -> None:
    assert ROWS.keys() == {folder.parent.name for folder in (ROOT / "channels").glob("*/__init__.py")}


async def test_it_says_what_it_can_show(line: Line) -> None:
    can = line.channel.capabilities
    assert can.name in ROWS
    assert can.max_text >= 70, "not even one SMS"
    assert line.channel.routes()


async def test_what_came_is_told_in_our_words(line: Line) -> None:
    id_ = str(uuid4())
    assert await line.says(id_, "路灯坏了")
    (inbound,) = line.taken
    assert (inbound.id, inbound.content) == (id_, Text("路灯坏了"))
    assert inbound.channel == line.channel.capabilities.name
    assert inbound.conversation.startswith(f"{inbound.channel}:")


@pytest.mark.parametrize("words", WORDS)
async def test_words_arrive_literally(line: Line, words: str) -> None:
    assert await line.says(str(uuid4()), words)
    assert [inbound.content for inbound in line.taken] == [Text(words)]


async def test_one_citizen_is_one_conversation(line: Line) -> None:
    for _ in range(3):
        await line.says(str(uuid4()), "还在吗")
    assert len({inbound.conversation for inbound in line.taken}) == 1


async def test_what_the_platform_repeats_counts_once(line: Line) -> None:
    id_ = str(uuid4())
    assert await line.says(id_, "一次")
    assert await line.says(id_, "一次")
    assert len(line.taken) == 1


async def test_what_was_not_stored_is_not_acknowledged(line: Line) -> None:
    line.core_fails()
    assert not await line.says(str(uuid4()), "存不下")
    assert line.taken == []

