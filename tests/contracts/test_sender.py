"""What every sender does (gateway/outbox.py), one row each. A row opens the sender on a real connection to a platform
that does as it is told; `reach` goes from call to call as delivery keeps it."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest

from channels.sms import notes as sms_notes
from channels.wechat import notes, pushes, telling
from channels.wechat.menus import Menus
from channels.wechat.pushes import Push
from channels.wechat.reach import Terms
from channels.wechat.sending import Voice, WeChatSender
from channels.wechat.telling import Teller
from gateway.clock import RandomIds
from gateway.errors import Paused, Retry
from gateway.messages import Option, Outbound
from gateway.outbox import Moved, Noted, Say, Sender, Sent
from gateway.store.sqlite import SqliteStore
from tests.channels.sms import house as sms_house
from tests.channels.wechat import api_client
from tests.channels.wechat.api_double import breaks_off, sends
from tests.channels.wechat.conftest import Kept
from tests.clock import ManualClock

Trouble = Literal["busy", "shut", "refused", "cut"]


class Post(Protocol):
    """A sender, one person, and the platform between them."""

    sender: Sender
    user: str
    worded: bool  # the core writes options into the words for this channel (gateway/page.py)

    def note(self) -> str:
        """What the sender is to hear when the person wrote."""
        ...

    def goodbye(self) -> str | None:
        """… when the person left; None where nobody can."""
        ...

    def fails(self, trouble: Trouble) -> None:
        """The next call: busy passes, shut wants an operator, refused is about this person, cut may have arrived."""
        ...

    def shown(self) -> Sequence[str]:
        """The words that the platform took for this person."""
        ...

    def keys(self) -> Sequence[str]:
        """What the platform tells a repeat by, of every call; empty where it has nothing of the kind."""
        ...

    def passes(self, seconds: float) -> None:
        ...


CODES: dict[Trouble, int] = {"busy": -1, "shut": 48004, "refused": 45015}


@dataclass
class WeChatPost:
    """Of one account; `path` is where its words go, `text` its push of some words."""

    line: api_client.Line
    sender: Sender
    account: str
    path: str
    user: str = field(init=False)
    worded: bool = False

    def __post_init__(self) -> None:
        self.user = f"{self.account}.{api_client.OPENID}"

    def note(self) -> str:
        return self._note(pushes.Written, text="在吗")

    def goodbye(self) -> str | None:
        return None if "kf" in self.path else self._note(pushes.Left)

    def _note(self, kind: type[Push], **more: str) -> str:
        created = self.line.clock.ms() // 1000
        push = kind(id="p1", appid=self.account, to="gh_1", user=api_client.OPENID, created=created, **more)
        note = notes.write(push)
        assert note is not None
        return note

    def fails(self, trouble: Trouble) -> None:
        if trouble == "cut":
            self.line.platform.troubles(self.path, breaks_off)
        elif trouble == "busy" and "kf" not in self.path:
            self.line.platform.troubles(self.path, sends(b"", "text/plain", 503))
        else:
            self.line.platform.refuses(self.path, CODES[trouble])

    def shown(self) -> Sequence[str]:
        return [_words(seen.json) for seen in self.line.platform.calls(self.path)]

    def keys(self) -> Sequence[str]:
        return [key for seen in self.line.platform.calls(self.path) if (key := seen.json.get("msgid"))]

    def passes(self, seconds: float) -> None:
        self.line.clock.advance(seconds)


def _words(body: dict[str, Any]) -> str:
    """With the items of a menu, a line each."""
    if body["msgtype"] == "text":
        return str(body["text"]["content"])
    menu = body["msgmenu"]
    return "\n".join([menu["head_content"], *(item.get("click", item)["content"] for item in menu["list"])])


@asynccontextmanager
async def wechat(folder: Path, kind: Literal["official", "miniprogram", "kf"]) -> AsyncIterator[Post]:
    clock = ManualClock()
    store = SqliteStore(folder / "wechat.db", clock, RandomIds())
    await store.open()
    try:
        async with api_client.line(Kept(store, clock)) as line:
            if kind == "kf":
                voice = Voice(Teller(telling.kf_ways(line.kf(), "wk1")), Terms("kf"), kf=line.kf(), seats=True)
            else:
                ways = telling.mini_ways if kind == "miniprogram" else telling.official_ways
                voice = Voice(Teller(ways(line.client())), Terms(kind))
            account = "wk1" if kind == "kf" else "wx0appid"
            path = "/cgi-bin/kf/send_msg" if kind == "kf" else "/cgi-bin/message/custom/send"
            yield WeChatPost(line, WeChatSender({account: voice}, Menus(store.shared), clock), account, path)
    finally:
        await store.close()


STATUSES: dict[Trouble, int] = {"busy": 503, "shut": 401, "refused": 400}


@dataclass
class SmsPost:
    """By the signed webhook."""

    house: sms_house.House
    sender: Sender = field(init=False)
    user: str = sms_house.PHONE
    worded: bool = True

    def __post_init__(self) -> None:
        self.sender = self.house.sender
        self.house.provider.usual = (200, "{}")

    def note(self) -> str:
        return sms_notes.write(sms_notes.Wrote("m1", sms_house.OURS))

    def goodbye(self) -> str | None:
        return None

    def fails(self, trouble: Trouble) -> None:
        self.house.provider.answers.append((STATUSES.get(trouble, 0), ""))

    def shown(self) -> Sequence[str]:
        return [json.loads(body)["text"] for _, body in self.house.provider.said]

    def keys(self) -> Sequence[str]:
        return [json.loads(body)["id"] for _, body in self.house.provider.said]

    def passes(self, seconds: float) -> None:
        self.house.clock.advance(seconds)


@asynccontextmanager
async def sms(folder: Path) -> AsyncIterator[Post]:
    async with sms_house.open_house(folder) as house:
        yield SmsPost(house)


ROWS: dict[str, Callable[[Path], AbstractAsyncContextManager[Post]]] = {
    "wechat official account": lambda folder: wechat(folder, "official"),
    "wechat mini-program": lambda folder: wechat(folder, "miniprogram"),
    "sms": sms,
    "wechat customer service": lambda folder: wechat(folder, "kf"),
}


@pytest.fixture(params=sorted(ROWS))
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    async with ROWS[request.param](tmp_path) as opened:
        yield opened


def say(text: str = "已受理", id_: str = "1.0", *choices: Option) -> Say:
    return Say(Outbound(id=id_, at=0, text=text, choices=choices))


async def wrote(post: Post) -> str:
    """The reach of somebody who just wrote."""
    return post.sender.heard(post.user, post.note(), "").reach


# --- what goes ----------------------------------------------------------------------------------------------

async def test_who_wrote_is_answered(post: Post) -> None:
    sent = await post.sender.send(post.user, say(), 0, await wrote(post))
    assert sent.by
    assert (sent.sure, sent.more, sent.steps[-1].way, sent.steps[-1].why) == (True, 0, sent.by, "")
    assert post.shown() == ["已受理"]


@pytest.mark.parametrize("words", [
    "{{7*7}} %s ${x}", "<b>&amp;</b> ]]>", "🙂👨‍👩‍👧", "第一行\n第二行", "The street light is broken",
])
async def test_words_arrive_literally(post: Post, words: str) -> None:
    await post.sender.send(post.user, say(words), 0, await wrote(post))
    assert post.shown() == [words]


async def test_choices_can_be_seen(post: Post) -> None:
    """As buttons, or in the words: never dropped."""
    text = "满意吗？\n1.满意\n2.不满意" if post.worded else "满意吗？"
    message = say(text, "1.0", Option("yes", "满意"), Option("no", "不满意"))
    await post.sender.send(post.user, message, 0, await wrote(post))
    (shown,) = post.shown()
    question, *options = shown.splitlines()
    assert question == "满意吗？"
    listed = [option.lstrip("0123456789. ") for option in options]
    assert [label for label in listed if label in ("满意", "不满意")] == ["满意", "不满意"]


async def test_a_long_message_goes_in_parts_and_loses_nothing(post: Post) -> None:
    reach, text = await wrote(post), "反映" * 1_200
    sent = await post.sender.send(post.user, say(text), 0, reach)
    parts = 1
    while sent.more:
        before = sent.more
        sent = await post.sender.send(post.user, say(text), parts, sent.reach)
        assert sent.more == before - 1
        parts += 1
    assert parts > 1
    assert "".join(post.shown()) == text


# --- what does not ------------------------------------------------------------------------------------------

async def test_without_a_way_it_says_why_and_raises_nothing(post: Post) -> None:
    reach = await wrote(post)
    post.fails("refused")
    sent = await post.sender.send(post.user, say(), 0, reach)
    assert sent.by is None
    assert sent.more == 0
    assert all(step.way and step.why for step in sent.steps)
    assert sent.steps


@pytest.mark.parametrize(("trouble", "kind"), [("busy", Retry), ("shut", Paused)])
async def test_what_may_go_later_is_raised_and_goes_later(
    post: Post, trouble: Trouble, kind: type[Retry] | type[Paused]
) -> None:
    reach = await wrote(post)
    post.fails(trouble)
    with pytest.raises(kind) as raised:
        await post.sender.send(post.user, say(), 0, reach)
    assert raised.value.why
    assert post.user.rpartition(".")[2] not in raised.value.why, "safe to store"
    post.passes(60)
    sent: Sent = await post.sender.send(post.user, say(), 0, reach)
    assert sent.by
    assert sent.sure


async def test_what_may_have_arrived_is_not_sent_a_second_time(post: Post) -> None:
    """Either it says that it is not sure, or it comes again under a key by which the platform knows a repeat."""
    reach = await wrote(post)
    post.fails("cut")
    try:
        sent = await post.sender.send(post.user, say(), 0, reach)
    except Retry:
        await post.sender.send(post.user, say(), 0, reach)
        first, second = post.keys()
        assert first == second
    else:
        assert sent.by
        assert not sent.sure


# --- what is heard ------------------------------------------------------------------------------------------

async def test_to_hear_twice_is_to_hear_once(post: Post) -> None:
    once = post.sender.heard(post.user, post.note(), "")
    assert post.sender.heard(post.user, post.note(), once.reach) == once
    assert (once.gone, once.receipts) == (False, ())


async def test_who_left_is_gone_for_good(post: Post) -> None:
    note = post.goodbye()
    left: Noted | None = post.sender.heard(post.user, note, await wrote(post)) if note else None
    if left is not None:
        assert left.gone
        assert (await post.sender.send(post.user, say(), 0, left.reach)).by is None
        assert post.shown() == []


async def test_a_move_may_be_told_again(post: Post) -> None:
    reach = await wrote(post)
    for to in (Moved("person"), Moved("person"), Moved("bot")):
        reach = await post.sender.move(post.user, to, reach)
    assert (await post.sender.send(post.user, say(), 0, reach)).by
