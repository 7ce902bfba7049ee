"""channels/wechat/sending.py: what it takes from pushes, which ways it offers, what it spares, what a code is worth."""
from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from channels.wechat import kf_pushes, notes, pushes
from channels.wechat.answers import WindowClosed
from channels.wechat.menus import Menus
from channels.wechat.notices import Plan
from channels.wechat.pushes import Push
from channels.wechat.reach import Rung, Terms, Way
from channels.wechat.sending import CODE_MS, Voice, WeChatSender
from channels.wechat.telling import PAUSE_MS, Matter, Send, Teller
from gateway.errors import Paused, Retry, SendError, Uncertain
from gateway.messages import Choice, Option, Outbound
from gateway.outbox import About, Moved, Receipt, Say, Sent
from tests.channels.wechat.api_client import Line, line
from tests.channels.wechat.api_double import OK
from tests.channels.wechat.conftest import LOOP, Kept

pytestmark = LOOP

APPID, USER, SEAT = "wx1", "wx1.o1", "wk1.wm1"
WO = "WO-20261123-0000000001"
ON_EVENT, SEND, MOVE = "/cgi-bin/kf/send_msg_on_event", "/cgi-bin/kf/send_msg", "/cgi-bin/kf/service_state/trans"
PLANS = (
    Plan("t-lasting", "lasting", {"thing1": "title", "phrase2": "status"}, frozenset({"accepted", "closed"})),
    Plan("t-once", "once", {"thing1": "hint"}, frozenset({"closed"})),
    Plan("t-followers", "template", {"keyword1": "number"}, frozenset({"closed"})),
)
FACTS = {"title": "路灯坏了", "status": "Closed", "status_zh": "已办结", "number": WO, "hint": "请点开查看"}


@dataclass
class Post:
    """One official account whose ways do as they are told; what went through each."""

    kept: Kept
    went: list[tuple[str, str]] = field(default_factory=list)
    raises: dict[str, deque[SendError]] = field(default_factory=dict)
    texts: bool = False
    reach: str = ""
    sender: WeChatSender = field(init=False)

    def __post_init__(self) -> None:
        names: tuple[Way, ...] = ("window", "lasting", "once", "template")
        voice = Voice(Teller({way: self._way(way) for way in names}), Terms("official", {"t-lasting"}), PLANS)
        self.sender = WeChatSender(
            {APPID: voice}, Menus(self.kept.store.shared), self.kept.clock, self if self.texts else None)

    def _way(self, way: Way) -> Send:
        async def send(openid: str, matter: Matter, rung: Rung) -> str:
            if troubles := self.raises.get(way):
                raise troubles.popleft()
            self.went.append((way, matter.words if way == "window" else rung.template))
            return "" if way in ("lasting", "once") else f"id {len(self.went)}"

        return send

    async def text(self, about: About, key: str, words: str) -> None:
        self.went.append(("sms", about.news))

    def says(self, seconds: float = 0, *, kind: type[Push] = pushes.Written, **more: Any) -> None:
        """The citizen's push, as the sender hears of it."""
        said = {"text": "路灯坏了"} if kind is pushes.Written else {}
        self.hears(push(kind, self.kept, **{**said, **more}), seconds)

    def hears(self, heard: Push, seconds: float = 0) -> tuple[Receipt, ...]:
        note = notes.write(heard)
        assert note is not None
        noted = self.sender.heard(USER, note, self.reach)
        self.reach = noted.reach
        self.kept.clock.advance(seconds)
        return noted.receipts

    async def tell(self, news: str = "", text: str = "已办结", part: int = 0, **more: Any) -> Sent:
        sent = await self.sender.send(USER, say(text, news, **more), part, self.reach)
        self.reach = sent.reach
        return sent


def push(kind: type[Push], kept: Kept, **more: Any) -> Push:
    common = {"id": "p1", "appid": APPID, "to": "gh_1", "user": "o1", "created": kept.clock.ms() // 1000}
    members: dict[str, Any] = common | more
    return kind(**members)


def say(
    text: str = "已办结", news: str = "", *, choices: tuple[Option, ...] = (), answers: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> Say:
    message = Outbound(id="1.0", at=0, text=text, choices=choices)
    return Say(message, answers, About(WO, news, facts=FACTS) if news else None, without)


def ways(sent: Sent) -> list[tuple[str, str]]:
    return [(step.way, step.why) for step in sent.steps]


def agrees(kept: Kept, *templates: str) -> Push:
    answers = tuple(pushes.Answer(template, True) for template in templates)
    return push(pushes.Consented, kept, answers=answers, lasting=False)


@pytest.fixture
def post(kept: Kept) -> Post:
    return Post(kept)


# --- what is heard ------------------------------------------------------------------------------------------

async def test_who_wrote_can_be_told_and_who_did_not_cannot(post: Post) -> None:
    assert (await post.tell()).by is None
    post.says()
    sent = await post.tell()
    assert (sent.by, sent.sure, sent.id, sent.more) == ("window", True, "id 1", 0)
    assert post.went == [("window", "已办结")]


async def test_to_hear_twice_is_to_hear_once(post: Post) -> None:
    """Delivery repeats what it could not commit."""
    for heard in (push(pushes.Written, post.kept, text="在"), agrees(post.kept, "t-once")):
        post.hears(heard)
        before = post.reach
        post.hears(heard)
        assert post.reach == before


async def test_who_left_is_forgotten(post: Post) -> None:
    post.says()
    post.hears(agrees(post.kept, "t-once"))
    note = notes.write(push(pushes.Left, post.kept))
    assert note is not None
    noted = post.sender.heard(USER, note, post.reach)
    assert noted.gone
    post.reach = noted.reach
    sent = await post.tell("closed")
    assert (sent.by, ways(sent)[-2]) == (None, ("template", "not_following"))


async def test_of_an_account_that_is_gone_pushes_are_heard_and_messages_wait(kept: Kept) -> None:
    sender = WeChatSender({}, Menus(kept.store.shared), kept.clock)
    note = notes.write(push(pushes.Written, kept, text="在吗"))
    assert note is not None
    reach = sender.heard(USER, note, "").reach
    with pytest.raises(Paused):
        await sender.send(USER, say(), 0, reach)
    assert await sender.move(USER, Moved("person"), reach) == reach, "nothing waits for ever behind it"


RECEIPTS: list[tuple[Callable[[Kept], Push], list[tuple[str, bool, str]]]] = [
    (lambda kept: push(pushes.TemplateSent, kept, message="7", status="success"), [("7", True, "success")]),
    (lambda kept: push(pushes.TemplateSent, kept, message="7", status="failed:user block"),
     [("7", False, "failed:user block")]),
    (lambda kept: push(pushes.SubscriptionSent, kept, receipts=(pushes.Receipt("t1", "8", "0", "success"),)),
     [("8", True, "success"), ("template t1", True, "success")]),
    (lambda kept: push(pushes.SubscriptionSent, kept, receipts=(pushes.Receipt("t1", "8", "3", "reject"),)),
     [("8", False, "reject"), ("template t1", False, "reject")]),
    (lambda kept: push(kf_pushes.Failed, kept, message="9", reason=4), [("9", False, "kf 4")]),
    (lambda kept: push(pushes.Followed, kept, scene=""), []),
]


async def test_receipts_are_read(kept: Kept) -> None:
    for heard, receipts in RECEIPTS:
        read = Post(kept).hears(heard(kept))
        assert [(one.id, one.delivered, one.why) for one in read] == receipts


# --- which ways ---------------------------------------------------------------------------------------------

async def test_news_goes_down_the_ladder_as_its_plans_say(post: Post) -> None:
    post.hears(agrees(post.kept, "t-once"))
    sent = await post.tell("closed")
    assert (sent.by, sent.id) == ("once", "template t-once"), "bizsend names no message, its receipt the template"
    assert (await post.tell("closed")).by == "template"
    assert (await post.tell("dispatched")).by is None, "no plan tells it"
    assert (await post.tell()).by is None, "what is no news fits no template"


async def test_a_way_that_did_not_bring_it_is_not_taken_again(post: Post) -> None:
    post.says()
    sent = await post.tell("closed", without=("window",))
    assert (sent.by, ways(sent)[0]) == ("template", ("window", "not_delivered"))


async def test_a_phone_is_texted_last(kept: Kept) -> None:
    post = Post(kept, texts=True)
    assert (await post.tell("closed", without=("template",))).by == "sms"
    assert (await post.tell()).by is None, "only news is texted"
    assert post.went == [("sms", "closed")]


async def test_what_the_platform_takes_without_a_word_is_not_sure(post: Post) -> None:
    post.says()
    post.raises["window"] = deque([Uncertain("wechat did not answer")])
    sent = await post.tell()
    assert (sent.by, sent.sure) == ("window", False)


# --- long messages ------------------------------------------------------------------------------------------

async def test_a_long_message_is_told_in_parts_of_one_s_own_key(post: Post) -> None:
    post.says()
    text = "长" * 1500
    mores = [(await post.tell(text=text, part=part)).more for part in range(3)]
    assert mores == [2, 1, 0]
    assert "".join(words for _, words in post.went) == text


async def test_of_a_long_message_one_notice_is_enough(post: Post) -> None:
    post.hears(agrees(post.kept, "t-once", "t-lasting"))
    sent = await post.tell("closed", text="长" * 1500)
    assert (sent.by, sent.more, len(post.went)) == ("lasting", 0, 1)


async def test_a_long_message_without_a_way_ends_at_once(post: Post) -> None:
    sent = await post.tell(text="长" * 1500)
    assert (sent.by, sent.more) == (None, 0)


# --- what is spared -----------------------------------------------------------------------------------------

async def test_the_last_two_messages_are_for_the_end_of_the_case(post: Post) -> None:
    post.says()
    assert [(await post.tell("dispatched")).by for _ in range(4)] == ["window"] * 3 + [None]
    assert ways(await post.tell("progress"))[0] == ("window", "kept_for_the_end")
    assert [(await post.tell(news)).by for news in ("closed", "rate")] == ["window"] * 2


async def test_what_is_spared_may_still_go_where_it_costs_nothing(kept: Kept) -> None:
    post = Post(kept, texts=True)
    post.says()
    post.hears(agrees(kept, "t-lasting"), seconds=60)
    for _ in range(3):
        await post.tell("dispatched")
    assert (await post.tell("accepted")).by == "lasting"
    sent = await post.tell("dispatched")
    assert (sent.by, ways(sent)[-1]) == (None, ("sms", "kept_for_the_end"))


async def test_answers_are_never_spared(post: Post) -> None:
    post.says()
    assert [(await post.tell()).by for _ in range(6)] == ["window"] * 5 + [None]


# --- accounts in trouble ------------------------------------------------------------------------------------

async def test_a_way_that_is_shut_is_tried_by_one_message_now_and_then(post: Post) -> None:
    post.says()
    post.raises["window"] = deque([Paused("daily limit")] * 2)
    for _ in range(5):
        with pytest.raises(Paused, match="daily limit"):
            await post.tell()
    assert len(post.raises["window"]) == 1, "one call"
    post.kept.clock.advance(PAUSE_MS / 1000)
    with pytest.raises(Paused):
        await post.tell()
    post.kept.clock.advance(PAUSE_MS / 1000)
    assert (await post.tell()).by == "window"
    assert (await post.tell()).by == "window", "all is well again"


async def test_how_long_it_is_shut_is_told(post: Post) -> None:
    post.says()
    post.raises["window"] = deque([Paused("daily limit")])
    with pytest.raises(Paused):
        await post.tell()
    post.kept.clock.advance(10)
    with pytest.raises(Paused) as shut:
        await post.tell()
    assert shut.value.after_s == PAUSE_MS / 1000 - 10


async def test_a_way_that_is_shut_shuts_no_other(post: Post) -> None:
    """No right to template messages must not keep answers from those who write."""
    post.raises["template"] = deque([Paused("no right to this API")])
    with pytest.raises(Paused):
        await post.tell("closed")
    post.says()
    assert (await post.tell()).by == "window"


async def test_who_may_not_be_written_to_does_not_keep_a_way_shut(post: Post) -> None:
    post.says()
    post.raises["window"] = deque([Paused("daily limit"), WindowClosed("45015")])
    with pytest.raises(Paused):
        await post.tell()
    post.kept.clock.advance(PAUSE_MS / 1000)
    assert (await post.tell()).by is None
    post.says(kind=pushes.Clicked, key="progress")
    assert (await post.tell()).by == "window"


async def test_what_passes_is_raised_and_spends_nothing(post: Post) -> None:
    post.says()
    post.raises["window"] = deque([Retry("busy")])
    with pytest.raises(Retry):
        await post.tell("closed")
    assert post.went == []
    assert (await post.tell("closed")).by == "window"


# --- menus --------------------------------------------------------------------------------------------------

async def test_a_menu_that_goes_is_remembered_and_one_that_cannot_go_replaces_none(post: Post) -> None:
    menus, conversation = Menus(post.kept.store.shared), f"wechat:{USER}"
    shown, other = (Option("yes", "解决了"),), (Option("no", "没解决"),)
    post.says()
    await post.tell("rate", choices=shown)
    post.kept.clock.advance(49 * 3600)
    await post.tell("rate", choices=other)
    assert await menus.chosen(conversation, "1", "解决了") == Choice("yes", "1.0")


# --- customer service ---------------------------------------------------------------------------------------

@dataclass
class Desk:
    """One account of customer service, and the platform behind it."""

    wire: Line
    sender: WeChatSender
    reach: str = ""

    def hears(self, heard: Push) -> None:
        note = notes.write(heard)
        assert note is not None
        self.reach = self.sender.heard(SEAT, note, self.reach).reach

    def opened(self, kept: Kept, id_: str = "e1", code: str = "CODE-1") -> None:
        self.hears(push(kf_pushes.Opened, kept, id=id_, source="", welcome=code))

    async def tell(self, *answers: str, **more: Any) -> Sent:
        sent = await self.sender.send(SEAT, say(answers=answers, **more), 0, self.reach)
        self.reach = sent.reach
        return sent


def desk(wire: Line, kept: Kept, *, seats: bool = True) -> Desk:
    voice = Voice(Teller({}), Terms("kf"), kf=wire.kf(), seats=seats)
    return Desk(wire, WeChatSender({"wk1": voice}, Menus(kept.store.shared), kept.clock))


async def test_a_greeting_goes_with_the_code_of_its_opening_once(kept: Kept) -> None:
    async with line(kept) as wire:
        at = desk(wire, kept)
        at.opened(kept)
        sent = await at.tell("e1")
        assert (sent.by, sent.sure, ways(sent)) == ("event", True, [("event", "")])
        assert wire.platform.last(ON_EVENT).json["code"] == "CODE-1"
        assert (await at.tell("e1")).by is None, "the code is spent, and no window is open"
        assert len(wire.platform.calls(ON_EVENT)) == 1


async def test_a_code_serves_only_what_answers_its_push(kept: Kept) -> None:
    async with line(kept) as wire:
        at = desk(wire, kept)
        at.opened(kept)
        assert (await at.tell("another")).by is None
        assert (await at.tell("e1")).by == "event"


async def test_an_old_code_is_not_tried(kept: Kept) -> None:
    async with line(kept) as wire:
        at = desk(wire, kept)
        at.opened(kept)
        kept.clock.advance(CODE_MS / 1000 + 1)
        assert (await at.tell("e1")).by is None
        assert wire.platform.calls(ON_EVENT) == []
        assert "CODE" not in at.reach


async def test_a_code_that_is_refused_leaves_the_other_ways(kept: Kept) -> None:
    async with line(kept) as wire:
        at = desk(wire, kept)
        at.opened(kept)
        wire.platform.refuses(ON_EVENT, 40029)
        assert (await at.tell("e1")).by is None
        assert (await at.tell("e1")).by is None
        assert len(wire.platform.calls(ON_EVENT)) == 1, "spent"


async def test_a_greeting_that_may_have_gone_is_not_sent_again(kept: Kept) -> None:
    """A crash between the greeting and its commit: the same msgid is refused (40058)."""
    async with line(kept) as wire:
        at = desk(wire, kept)
        at.opened(kept)
        wire.platform.refuses(ON_EVENT, 40058)
        sent = await at.tell("e1")
        assert (sent.by, sent.sure) == ("event", False)


async def test_a_rating_at_the_end_is_a_menu(kept: Kept) -> None:
    async with line(kept) as wire:
        at = desk(wire, kept)
        at.hears(push(kf_pushes.Handed, kept, id="e2", change=3, servicer="desk1", code="CODE-2"))
        sent = await at.tell("e2", choices=(Option("yes", "解决了"), Option("no", "没解决")))
        assert sent.by == "event"
        assert wire.platform.last(ON_EVENT).json["msgtype"] == "msgmenu"


@pytest.mark.parametrize(("to", "state"), [("person", 2), ("bot", 4)])
async def test_a_conversation_moves_to_the_queue_and_back(kept: Kept, to: str, state: int) -> None:
    async with line(kept) as wire:
        at = desk(wire, kept)
        wire.platform.says[MOVE] = {**OK, "msg_code": "CODE-3"}
        moved = Moved("person" if to == "person" else "bot")
        at.reach = await at.sender.move(SEAT, moved, at.reach)
        assert wire.platform.last(MOVE).json["service_state"] == state
        assert (await at.tell("anything")).by == "event", "the next word goes with the move's code"


async def test_a_move_that_was_made_before_changes_nothing(kept: Kept) -> None:
    async with line(kept) as wire:
        at = desk(wire, kept)
        wire.platform.refuses(MOVE, 95016)
        assert await at.sender.move(SEAT, Moved("person"), "") == ""


async def test_without_seats_in_wecom_nothing_is_moved(kept: Kept) -> None:
    async with line(kept) as wire:
        assert await desk(wire, kept, seats=False).sender.move(SEAT, Moved("person"), "") == ""
        assert wire.platform.calls(MOVE) == []


async def test_a_move_that_fails_is_raised(kept: Kept) -> None:
    async with line(kept) as wire:
        for code, kind in ((-1, Retry), (48002, Paused)):
            wire.platform.refuses(MOVE, code)
            with pytest.raises(kind):
                await desk(wire, kept).sender.move(SEAT, Moved("bot"), "")
