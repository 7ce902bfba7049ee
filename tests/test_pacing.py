"""gateway/pacing.py: news waits before it enters the conversation, and holds up nothing that a citizen writes."""
from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest

from gateway.case_life import begin
from gateway.clock import RandomIds
from gateway.dialogue.draft import Dialogue, Draft, RatingDialog, load
from gateway.handover import AgentSays
from gateway.messages import CaseNews, Content, Elapsed, Inbound, Text, decode_inbound, encode
from gateway.orders import CaseState, Filed, RatingAnswer, Reached
from gateway.outbox import Wait
from gateway.pacing import BUSY_MS, Pacing
from gateway.protocols import Changes, Emit, Lease, Put
from gateway.store.lanes import Msg
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock

CASE, KEY = "WO-20261123-0000000001", "sms:+8613800138000"
CLOSED, RATE = CaseNews(CASE, "closed", text="修好了"), CaseNews(CASE, "rate")
REMIND = Elapsed("draft_reminder", "d1")
MORNING = Wait("sms", "quiet", 1_000)
NEVER = Wait("sms", "stopped", None)
INVITED = msgspec.structs.replace(begin(Filed({"work_order_id": CASE}, KEY, 0)), status="closed", invited=0)


@dataclass
class Turns:
    """The turn's own handler: takes what it is given, or only the first `most`."""

    most: int = 99
    taken: list[Content] = field(default_factory=list)
    state: Dialogue = field(default_factory=Dialogue)

    async def take(self, lease: Lease) -> Changes:
        self.state = load(lease.state)
        msgs = lease.msgs[:self.most]
        self.taken += [decode_inbound(msg.body).content for msg in msgs]
        return Changes(msgs[-1].seq, b"state", [Emit("out", KEY, "1.0", b"said")])


@dataclass
class Hours:
    """gateway.outbox.Pace: as told, by news."""

    waits: dict[str, Wait] = field(default_factory=dict)
    asked: list[tuple[str, int, str]] = field(default_factory=list)

    def wait(self, news: str, since: int, reach: str) -> Wait | None:
        self.asked.append((news, since, reach))
        return self.waits.get(news)


@dataclass
class Desk:
    store: SqliteStore
    clock: ManualClock
    turns: Turns = field(default_factory=Turns)
    hours: Hours = field(default_factory=Hours)

    async def takes(self, *contents: Content, key: str = KEY, state: Dialogue | None = None) -> Changes:
        pacing = Pacing(self.turns.take, {"sms": self.hours}, self.store.lanes, self.store.records, self.clock)
        held = lease(*contents, key=key)
        return await pacing.take_turn(replace(held, state=encode(state)) if state else held)

    async def knows(self, case: CaseState) -> None:
        """The case, as its own lane recorded it."""
        await self.store.lanes.ingest("events", CASE, RandomIds().unique(), b"{}")
        (held,) = await self.store.lanes.claim("events", "tests")
        put = Put("work_order", CASE, msgspec.json.encode(case))
        await self.store.lanes.commit(held, Changes(held.msgs[-1].seq, puts=[put]), keep=False)


def lease(*contents: Content, key: str = KEY) -> Lease:
    """Items 11, 12, … of a mailbox, each of the moment that its number says."""
    inbounds = [Inbound(f"i{n}", key, key.partition(":")[0], n, content) for n, content in enumerate(contents, 11)]
    msgs = tuple(Msg(one.at, encode(one)) for one in inbounds)
    return Lease("in", key, 1, "n", 0, 0, 0, b"", 1, msgs)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = ManualClock()
    store = SqliteStore(tmp_path / "in.db", clock, RandomIds())
    await store.open()
    opened = Desk(store, clock)
    await opened.knows(INVITED)
    yield opened
    await store.close()


async def test_by_day_everything_passes(desk: Desk) -> None:
    changes = await desk.takes(Text("在吗"), CLOSED, RATE)
    assert desk.turns.taken == [Text("在吗"), CLOSED, RATE]
    assert (changes.upto, changes.state, len(changes.emits)) == (13, b"state", 1)
    assert desk.hours.asked == [("closed", 12, ""), ("rate", 13, "")]


async def test_other_channels_know_no_hours(desk: Desk) -> None:
    desk.hours.waits["closed"] = MORNING
    await desk.takes(CLOSED, key="web:v1")
    assert desk.turns.taken == [CLOSED]


async def test_news_comes_back_whole_and_in_order_when_its_hour_has_come(desk: Desk) -> None:
    desk.hours.waits = {"closed": MORNING, "rate": MORNING, "draft_reminder": MORNING}
    changes = await desk.takes(CLOSED, RATE, REMIND)
    assert desk.turns.taken == []
    assert (changes.upto, changes.state) == (13, None)
    assert [(one.lane, one.key, one.due) for one in changes.emits] == [("in", KEY, 1_000)] * 3
    assert [decode_inbound(one.body) for one in changes.emits] == [
        decode_inbound(msg.body) for msg in lease(CLOSED, RATE, REMIND).msgs]
    names = [one.dedupe for one in changes.emits]
    assert names == sorted(set(names)), "timers of one moment fire by their names"


async def test_it_holds_up_nobody_s_words(desk: Desk) -> None:
    desk.hours.waits["closed"] = MORNING
    changes = await desk.takes(CLOSED, Text("1"), CLOSED)
    assert desk.turns.taken == [Text("1")]
    assert (changes.upto, changes.state) == (13, b"state")
    assert [one.due for one in changes.emits] == [None, 1_000, 1_000]


async def test_what_stands_behind_an_unfinished_turn_stays_there(desk: Desk) -> None:
    desk.hours.waits["closed"] = MORNING
    desk.turns.most = 1
    changes = await desk.takes(CLOSED, Text("1"), CLOSED, AgentSays("clerk", "您好"), CLOSED)
    assert desk.turns.taken == [Text("1")]
    assert (changes.upto, [one.due for one in changes.emits]) == (13, [None, 1_000, 1_000])


async def test_who_opted_out_is_asked_nothing_and_the_case_says_so(desk: Desk) -> None:
    """What only tells enters the conversation, which then knows where the case stands; the sender lets it go."""
    question = CaseNews(CASE, "question", 1)
    desk.hours.waits = dict.fromkeys(("closed", "rate", "question", "draft_reminder"), NEVER)
    changes = await desk.takes(CLOSED, RATE, question, REMIND)
    assert desk.turns.taken == [CLOSED]
    told = [msgspec.json.decode(one.body, type=Reached) for one in changes.emits[1:]]
    assert [(one.what, one.news, one.round, one.steps[0].why) for one in told] == [
        ("not_told", "rate", 0, "stopped"), ("not_told", "question", 1, "stopped")]
    assert {(one.lane, one.key) for one in changes.emits[1:]} == {("events", CASE)}


PAST = [
    msgspec.structs.replace(INVITED, rated=RatingAnswer(CASE, 0)),
    msgspec.structs.replace(INVITED, status="reopened", invited=None),
    msgspec.structs.replace(INVITED, round=1),
    msgspec.structs.replace(INVITED, expired=True),
]
HOW = ["rated meanwhile", "called off", "another round", "too late"]


@pytest.mark.parametrize("case", PAST, ids=HOW)
async def test_an_invitation_that_has_lost_its_sense_is_let_go(desk: Desk, case: CaseState) -> None:
    await desk.knows(case)
    changes = await desk.takes(RATE)
    assert (desk.turns.taken, changes.upto, [*changes.emits]) == ([], 11, [])


DRAFT = Draft("d1", "general", 1, 0)
BUSY = (Dialogue(draft=DRAFT, asked="place"), Dialogue(mode="waiting"), Dialogue(mode="agent"))
IDLE = (Dialogue(), Dialogue(draft=DRAFT), Dialogue(asked="verdict"))


async def test_nobody_is_asked_something_else_in_the_middle_of_an_answer(desk: Desk) -> None:
    now = desk.clock.ms()
    for state in BUSY:
        just = msgspec.structs.replace(state, last=now - 1_000)
        changes = await desk.takes(CLOSED, RATE, state=just)
        assert desk.turns.taken == [CLOSED], "what only tells is told"
        assert [one.due for one in changes.emits] == [None, now - 1_000 + BUSY_MS]
        desk.turns.taken.clear()
    for state in (*IDLE, *(msgspec.structs.replace(one, last=now - BUSY_MS) for one in BUSY)):
        await desk.takes(RATE, state=state)
        assert desk.turns.taken.pop() == RATE, state


async def test_what_says_nothing_waits_for_nothing(desk: Desk) -> None:
    desk.hours.waits = dict.fromkeys(("rated", "rating_expired"), MORNING)
    await desk.takes(CaseNews(CASE, "rated"), CaseNews(CASE, "rating_expired"), Elapsed("draft_expiry", "d1"))
    assert len(desk.turns.taken) == 3


ASKED = Dialogue(rating=RatingDialog(CASE, 0), asked="verdict", offered=("5", "1"))
OTHER = RatingDialog("WO-20261123-0000000002", 0)


@pytest.mark.parametrize("case", PAST, ids=HOW)
async def test_what_was_rated_elsewhere_is_not_open_here(desk: Desk, case: CaseState) -> None:
    await desk.knows(case)
    await desk.takes(Text("1"), state=ASKED)
    assert (desk.turns.state.rating, desk.turns.state.asked, desk.turns.state.offered) == (None, None, ())
    assert desk.turns.taken == [Text("1")]


async def test_the_next_invitation_comes_behind_what_was_written_to_the_one_before(desk: Desk) -> None:
    await desk.knows(PAST[0])
    await desk.takes(Text("1"), state=msgspec.structs.replace(ASKED, ratings=(OTHER,)))
    assert (desk.turns.state.rating, desk.turns.state.ratings) == (None, (OTHER,))
    assert desk.turns.taken == [Text("1"), CaseNews(CASE, "rated")]


async def test_one_that_waits_behind_another_is_forgotten_in_silence(desk: Desk) -> None:
    await desk.knows(PAST[0])
    await desk.takes(Text("1"), state=msgspec.structs.replace(ASKED, rating=OTHER, ratings=(RatingDialog(CASE, 0),)))
    assert (desk.turns.state.rating, desk.turns.state.ratings, desk.turns.state.asked) == (OTHER, (), "verdict")
    assert desk.turns.taken == [Text("1")]


async def test_what_still_waits_for_its_rating_stays_open(desk: Desk) -> None:
    """Also one that was counted and is only added to, and one of a case that nobody kept."""
    await desk.takes(Text("1"), state=ASKED)
    assert desk.turns.state == ASKED
    await desk.knows(INVITED)
    await desk.takes(Text("1"), state=ASKED)
    assert desk.turns.state == ASKED
    await desk.knows(PAST[0])
    counted = msgspec.structs.replace(
        ASKED, rating=RatingDialog(CASE, 0, wants_rework=False), asked="contacted", offered=("yes", "no"))
    await desk.takes(Text("1"), state=counted)
    assert desk.turns.state == counted
