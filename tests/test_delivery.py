"""Lane `out`: which way each message goes, once, in its order, through every crash, and what the case learns of it."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import Paused, Retry
from gateway.outbox import Heard, Moved, Quiet
from gateway.recipient import ANSWERED_MS, LATER, OLDEST_MS
from tests.outposts import WHO, Crash, Post, open_post

DAY_S = 86_400


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with open_post(tmp_path) as opened:
        yield opened


async def drained(post: Post) -> bool:
    """Nothing waits, and nothing is buried."""
    stats = (await post.store.lanes.stats()).get("out")
    return stats is None or (stats.waiting, stats.dead, stats.parked) == (0, 0, 0)


# --- which way ----------------------------------------------------------------------------------------------

async def test_messages_go_in_their_order(post: Post) -> None:
    await post.puts(post.say("1.0"), post.say("2.0"), Moved("person"), post.say("3.0"))
    await post.works()
    assert post.script.went == ["1.0", "2.0", "to person", "3.0"]
    assert await drained(post)


async def test_a_push_that_waits_takes_the_message_and_nothing_is_sent(post: Post) -> None:
    with post.answers.expect(WHO, "a") as waiting:
        await post.puts(Heard("reach:window"), post.say("1.0", "a"))
        assert await post.step(), "one commit for both: the push has seconds"
        message = await waiting.answer(0.0)
    assert message is not None
    assert (message.id, post.script.went) == ("1.0", [])
    assert await post.asked("a") == (True, message)
    assert await drained(post)


async def test_what_the_sender_heard_it_has_when_it_sends(post: Post) -> None:
    await post.puts(Heard("reach:closed"), Heard("reach:open"), post.say("1.0"), post.say("2.0"))
    await post.works()
    assert post.script.reaches == ["open", "open."], "and what a message changes, the next one has"


async def test_a_push_whose_answer_went_another_way_learns_that_at_once(post: Post) -> None:
    await post.puts(post.say("1.0", "a"))
    await post.works()
    assert post.script.went == ["1.0"]
    assert await post.asked("a") == (True, None)
    with post.answers.expect(WHO, "a") as waiting:
        assert await waiting.answer(5.0, repeated=True) is None


async def test_while_a_message_is_sent_the_push_is_let_go(post: Post) -> None:
    with post.answers.expect(WHO, "b") as waiting, post.answers.expect(WHO, "a"):
        post.answers.release(WHO, ["a"])
        await post.puts(Quiet(("b",)), post.say("1.0", "a"))
        await post.works()
        assert await waiting.answer(0.0) is None
    assert (await post.asked("b"), await post.asked("a")) == ((True, None), (True, None))
    assert post.script.went == ["1.0"]


async def test_after_a_restart_the_push_that_took_the_answer_gets_it_again(post: Post) -> None:
    """The earlier one had waited, the later one not: kept is who really got it."""
    with post.answers.expect(WHO, "a"):
        await post.puts(post.say("1.0", "a", "b"))
        await post.works()
    await post.restart()
    known, message = await post.asked("a")
    assert known
    assert message is not None
    assert await post.asked("b") == (True, None)


# --- long messages ------------------------------------------------------------------------------------------

async def test_a_long_message_goes_part_by_part_each_committed(post: Post) -> None:
    post.script.parts["1.0"] = 3
    await post.puts(post.say("1.0", news="closed"), post.say("2.0"))
    for _ in range(2):
        assert await post.step()
        await post.restart()
    await post.works()
    assert post.script.went == ["1.0/0", "1.0/1", "1.0/2", "2.0"]
    assert await post.told() == [("told", "window")]


async def test_of_a_long_message_only_the_part_that_failed_is_tried_again(post: Post) -> None:
    post.script.parts["1.0"] = 3
    post.script.raises.extend([None, Retry("busy"), None])
    await post.puts(post.say("1.0", "a"), post.say("2.0"))
    await post.works()
    assert post.script.went == ["1.0/0"]
    with post.answers.expect(WHO, "a"):
        await post.passes(10)
    assert post.script.went == ["1.0/0", "1.0/1", "1.0/2", "2.0"], "not from the start, and not to a push"


# --- crashes ------------------------------------------------------------------------------------------------

async def test_a_crash_between_sending_and_commit_repeats_that_message_and_no_other(post: Post) -> None:
    await post.puts(Heard("reach:open"), *(post.say(f"{n}.0") for n in range(1, 5)))
    await post.step()
    await post.step()
    with pytest.raises(Crash):
        await post.step(commits=False)
    await post.restart()
    await post.works()
    assert post.script.went == ["1.0", "2.0", "2.0", "3.0", "4.0"]
    assert await drained(post)


async def test_a_hand_over_whose_commit_failed_is_not_sent_as_well(post: Post) -> None:
    with post.answers.expect(WHO, "a") as waiting:
        await post.puts(post.say("1.0", "a"))
        with pytest.raises(Crash):
            await post.step(commits=False)
        assert await waiting.answer(0.0) is not None
    post.clock.advance(11)  # its lease is over
    await post.works()
    assert post.script.went == []
    assert (await post.asked("a"))[1] is not None


async def test_an_item_that_cannot_be_read_repeats_nothing_before_it(post: Post) -> None:
    await post.puts(post.say("1.0"))
    await post.store.lanes.ingest("out", WHO, "broken", b'{"type":"from another time"}')
    await post.puts(post.say("2.0"))
    assert await post.step()
    (lease,) = await post.store.lanes.claim("out", "tests", n=1)
    with pytest.raises(ValueError, match="another time"):
        await post.delivery.handle(lease)
    await post.store.lanes.bury(lease, "cannot be read")
    await post.works()
    assert post.script.went == ["1.0", "2.0"]


# --- later --------------------------------------------------------------------------------------------------

async def test_what_cannot_go_yet_keeps_its_place(post: Post) -> None:
    post.script.raises.append(Retry("busy"))
    await post.puts(post.say("1.0"), post.say("2.0"), Moved("bot"), post.say("3.0"))
    await post.works()
    assert post.script.went == [], "nothing overtakes it"
    assert await drained(post), "and the mailbox is free for what comes"
    await post.puts(post.say("4.0"))
    await post.works()
    assert post.script.went == []
    await post.passes(6)
    assert post.script.went == ["1.0", "2.0", "to bot", "3.0", "4.0"]


async def test_what_comes_just_when_it_is_tried_again_joins_the_end(post: Post) -> None:
    post.script.raises.append(Retry("busy"))
    await post.puts(post.say("1.0"), post.say("2.0"))
    await post.works()
    post.clock.advance(6)
    await post.store.lanes.tick()
    await post.puts(post.say("3.0"))
    await post.works()
    assert post.script.went == ["1.0", "2.0", "3.0"]


async def test_a_push_is_answered_while_something_else_cannot_go(post: Post) -> None:
    """An account that may not send at all still answers every push."""
    post.script.raises.extend([Paused("no right to this API")] * 9)
    await post.puts(post.say("1.0", news="dispatched"))
    await post.works()
    with post.answers.expect(WHO, "a") as waiting:
        await post.puts(Heard("reach:open"), post.say("2.0", "a"))
        await post.works()
        assert await waiting.answer(0.0) is not None
    assert post.script.went == []


async def test_who_writes_again_opens_the_way_for_what_waited(post: Post) -> None:
    post.script.raises.append(Retry("a person has the conversation", after_s=60.0))
    await post.puts(post.say("1.0"))
    await post.works()
    await post.puts(Heard("reach:open"), post.say("2.0"))
    await post.works()
    assert post.script.went == ["1.0", "2.0"]
    assert post.script.reaches == ["open", "open."]


async def test_what_may_go_in_the_morning_holds_nothing_up_tonight(post: Post) -> None:
    """Otherwise than what cannot go: that keeps its place, this gives it up."""
    post.script.later["1.0"] = post.clock.ms(3600)
    await post.puts(Heard("reach:r"), post.say("1.0", news="closed"), post.say("2.0"))
    await post.works()
    assert (post.script.went, post.script.reaches, await post.told()) == (["2.0"], ["r-"], [])
    assert await drained(post)
    await post.passes(3599)
    assert post.script.went == ["2.0"]
    await post.passes(1)
    assert (post.script.went, await post.told()) == (["2.0", "1.0"], [("told", "window")])


@pytest.mark.parametrize(("trouble", "waits_s"), [
    (Retry("busy"), 5), (Retry("asked too often", after_s=60.0), 60), (Paused("daily limit", after_s=30.0), 30),
])
async def test_it_comes_again_when_it_may(post: Post, trouble: Retry | Paused, waits_s: int) -> None:
    post.script.raises.append(trouble)
    await post.puts(post.say("1.0"))
    await post.works()
    await post.passes(waits_s - 1)
    assert post.script.went == []
    await post.passes(1)
    assert post.script.went == ["1.0"]


async def test_tries_grow_rarer_and_end(post: Post) -> None:
    post.script.raises.extend([Retry("away")] * 9_999)
    await post.puts(post.say("1.0", news="closed"))
    await post.works()
    for _ in range(OLDEST_MS // 300_000 + 3):
        await post.passes(300)
    tries = 9_999 - len(post.script.raises)
    assert 300 < tries < 600, f"{tries} in three days"
    assert post.script.went == []
    assert await post.told() == [("not_told", "any too_late")]


async def test_nothing_is_lost_over_restarts(post: Post) -> None:
    post.script.raises.extend([Retry("away"), None, Retry("away"), Paused("shut"), None, Retry("away")])
    sent = [f"{n}.0" for n in range(1, 8)]
    for id_ in sent:
        await post.puts(post.say(id_))
        await post.works()
        await post.restart()
    for _ in range(8):
        await post.passes(60)
        await post.restart()
    assert post.script.went == sent


async def test_one_person_s_queue_ends_somewhere(post: Post) -> None:
    post.script.raises.append(Paused("shut", after_s=600.0))
    await post.puts(*(post.say(f"{n}.0", news="progress") for n in range(LATER + 2)))
    await post.works()
    assert await post.told() == [("not_told", "any too_many")] * 2, "the oldest two"
    await post.passes(600)
    assert post.script.went == [f"{n}.0" for n in range(2, LATER + 2)]


async def test_two_people_do_not_wait_for_each_other(post: Post) -> None:
    post.script.raises.append(Retry("with a person", after_s=60.0))
    await post.puts(post.say("1.0"))
    await post.works()
    await post.puts(post.say("2.0"), who="post:p2")
    await post.works()
    assert post.script.went == ["2.0"]


async def test_a_channel_that_is_gone_holds_its_messages_and_ends_them(post: Post) -> None:
    other = "gone:p1"
    await post.puts(Heard("reach:open"), post.say("1.0", news="closed"), Moved("person"), who=other)
    await post.works()
    assert await drained(post)
    await post.passes(OLDEST_MS / 1000 + 700)
    assert (post.script.went, await post.told()) == ([], [("not_told", "any too_late")])


# --- what became of it --------------------------------------------------------------------------------------

async def test_news_that_a_push_took_along_stands_in_the_case_too(post: Post) -> None:
    with post.answers.expect(WHO, "a"):
        await post.puts(post.say("1.0", "a", news="closed"))
        await post.step()
    (reached,) = await post.reached()
    assert (reached.what, reached.news, [step.way for step in reached.steps]) == ("told", "closed", ["answer"])
    assert post.script.went == []


async def test_the_case_learns_how_its_news_went(post: Post) -> None:
    await post.puts(post.say("1.0"), post.say("2.0", news="closed"))
    await post.works()
    (reached,) = await post.reached()
    assert (reached.what, reached.news, reached.at) == ("told", "closed", post.clock.ms())


async def test_what_may_have_arrived_is_doubtful_and_not_sent_again(post: Post) -> None:
    post.script.sure = False
    await post.puts(post.say("1.0", news="closed"))
    await post.works()
    await post.passes(DAY_S)
    assert (post.script.went, await post.told()) == (["1.0"], [("doubtful", "window")])


async def test_without_a_way_the_case_knows_why(post: Post) -> None:
    post.script.shut = {"window", "notice"}
    await post.puts(post.say("1.0", news="rate"), post.say("2.0"))
    await post.works()
    assert await post.told() == [("not_told", "window closed, notice closed")]
    assert await drained(post)


async def test_a_receipt_stands_in_the_case(post: Post) -> None:
    post.script.receipts = True
    await post.puts(post.say("1.0", news="closed"), Heard("receipt:m1:"), Heard("receipt:m1:"))
    await post.works()
    assert await post.told() == [("told", "window"), ("delivered", "window")], "its repeat says nothing new"


async def test_what_did_not_arrive_goes_the_next_way_until_none_is_left(post: Post) -> None:
    post.script.receipts = True
    await post.puts(post.say("1.0", "a", news="closed"), Heard("receipt:m1:blocked"))
    await post.works()
    assert post.script.went == ["1.0", "1.0 notice"]
    await post.puts(Heard("receipt:m2:refused"), Heard("receipt:m9:of another"))
    await post.works()
    assert post.script.went == ["1.0", "1.0 notice"]
    assert await post.told() == [
        ("told", "window"), ("failed", "window blocked"), ("told", "notice"), ("failed", "notice refused"),
        ("not_told", "window closed, notice closed"),
    ]


async def test_an_old_message_is_not_sent_any_more(post: Post) -> None:
    old = post.say("1.0", news="closed")
    post.clock.advance(OLDEST_MS / 1000 + 1)
    await post.puts(old, post.say("2.0"))
    await post.works()
    assert (post.script.went, await post.told()) == (["2.0"], [("not_told", "any too_late")])


# --- who leaves, and what is kept ---------------------------------------------------------------------------

async def test_of_who_left_nothing_that_was_said_is_kept(post: Post) -> None:
    with post.answers.expect(WHO, "a"):
        await post.puts(post.say("1.0", "a", text="查询码 123456"))
        await post.works()
    post.script.receipts = True
    await post.puts(post.say("2.0", text="您的诉求"), Heard("gone"))
    await post.works()
    body, _ = await post.store.lanes.state("out", WHO)
    assert b"123456" not in body
    assert "诉求".encode() not in body
    assert b'"left"' in body


async def test_what_waited_for_who_left_gets_its_verdict(post: Post) -> None:
    """The case's news may still have a way, and the case is told; nothing waits for days."""
    post.script.raises.append(Retry("with a person", after_s=60.0))
    await post.puts(post.say("1.0", news="closed"), post.say("2.0"))
    await post.works()
    post.script.shut = {"window", "notice"}
    await post.puts(Heard("gone"))
    await post.works()
    assert await post.told() == [("not_told", "window closed, notice closed")]
    assert post.script.went == []
    assert post.script.reaches == ["left", "left"]


async def test_answers_are_kept_for_repeats_and_no_longer(post: Post) -> None:
    for id_ in ("a", "b"):
        with post.answers.expect(WHO, id_):
            await post.puts(post.say(f"{id_}.0", id_, text=f"查询码 {id_}"))
            await post.works()
        post.clock.advance(60)
    await post.passes(ANSWERED_MS / 1000 - 120)
    first, second = await post.asked("a"), await post.asked("b")
    assert (first, second[1] is not None) == ((True, None), True)
    await post.passes(60)
    assert "查询码".encode() not in (await post.store.lanes.state("out", WHO))[0]


async def test_the_state_does_not_grow(post: Post) -> None:
    post.script.receipts = True
    sizes = []
    for n in range(60):
        await post.puts(post.say(f"{n}.0", f"a{n}"))
        await post.works()
        sizes.append(len((await post.store.lanes.state("out", WHO))[0]))
    assert sizes[-1] < sizes[30] * 1.1
    await post.passes(OLDEST_MS / 1000)
    assert b'"sent":{}' in (await post.store.lanes.state("out", WHO))[0]


async def test_many_conversations_are_worked_off_beside_each_other(post: Post) -> None:
    people = [f"post:p{n}" for n in range(20)]
    await asyncio.gather(*(post.puts(post.say("1.0"), who=who) for who in people))
    await post.works()
    assert len(post.script.went) == len(people)
