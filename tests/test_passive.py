"""Pushes that wait for their answer: who gets it, once, whatever overlaps, fails or comes again."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from gateway.errors import Unavailable
from gateway.messages import Outbound
from gateway.passive import CALM_S, CROWD, KEEP_S, SHORT_S, PassiveAnswers
from tests.clock import ManualClock
from tests.tables import table

WHO = "wechat:wx1.o1"
HELLO, OTHER = Outbound(id="1.0", at=0, text="您好"), Outbound(id="2.0", at=0, text="已转办")
SHORT, LONG = 0.01, 5.0


@dataclass
class Hall:
    """Where pushes wait. `kept` is what delivery remembers, `asked` how often it was looked up."""

    clock: ManualClock = field(default_factory=ManualClock)
    kept: dict[str, Outbound | None] = field(default_factory=dict)
    asked: int = 0
    down: bool = False
    answers: PassiveAnswers = field(init=False)

    def __post_init__(self) -> None:
        self.answers = PassiveAnswers(self._kept, self.clock)

    async def _kept(self, conversation: str, id_: str) -> tuple[bool, Outbound | None]:
        self.asked += 1
        if self.down:
            raise Unavailable("store away")
        return id_ in self.kept, self.kept.get(id_)

    def hand(self, *ids: str, message: Outbound = HELLO) -> str | None:
        return self.answers.hand(WHO, ids, message)

    async def push(self, id_: str, *, seconds: float = LONG, repeated: bool = False) -> Outbound | None:
        """One try of a push."""
        with self.answers.expect(WHO, id_) as waiting:
            return await waiting.answer(seconds, repeated=repeated)

    async def waits(self, *ids: str, repeated: bool = False) -> list[asyncio.Task[Outbound | None]]:
        tries = [asyncio.create_task(self.push(id_, repeated=repeated)) for id_ in ids]
        await asyncio.sleep(0)
        return tries


@pytest.fixture
def hall() -> Hall:
    return Hall()


# --- one push -----------------------------------------------------------------------------------------------

async def test_a_push_that_waits_is_answered(hall: Hall) -> None:
    (push,) = await hall.waits("a")
    assert hall.hand("a") == "a"
    assert await push == HELLO


async def test_a_turn_may_be_faster_than_the_store(hall: Hall) -> None:
    with hall.answers.expect(WHO, "a") as waiting:
        assert hall.hand("a") == "a"
        assert await waiting.answer(0.0) == HELLO


async def test_without_a_push_nothing_is_taken(hall: Hall) -> None:
    assert hall.hand("a") is None
    assert hall.hand() is None


async def test_another_person_s_push_of_the_same_id_gets_nothing(hall: Hall) -> None:
    (push,) = await hall.waits("a")
    assert hall.answers.hand("wechat:wx1.o2", ["a"], HELLO) is None
    hall.answers.release(WHO, ["a"])
    assert await push is None


async def test_what_comes_too_late_goes_another_way_and_stays_away(hall: Hall) -> None:
    assert await hall.push("a", seconds=SHORT) is None
    assert hall.hand("a") is None
    assert await hall.push("a", repeated=True) is None, "the platform's next try learns the same, at once"


async def test_nothing_to_say_lets_the_push_go_at_once(hall: Hall) -> None:
    (push,) = await hall.waits("a")
    hall.answers.release(WHO, ["a", "never seen"])
    assert await push is None
    assert hall.hand("a") is None


async def test_to_look_whether_it_is_there_gives_nothing_up(hall: Hall) -> None:
    with hall.answers.expect(WHO, "a") as waiting:
        assert not await waiting.ready(SHORT)
        assert hall.hand("a") == "a"
        assert await waiting.ready(0.0)
        assert await waiting.answer(0.0) == HELLO


# --- several tries of one push ------------------------------------------------------------------------------

async def test_three_overlapping_tries_are_told_the_same(hall: Hall) -> None:
    tries = await hall.waits("a", "a", "a")
    assert hall.hand("a") == "a"
    assert await asyncio.gather(*tries) == [HELLO] * 3


async def test_when_one_try_gives_up_the_others_do(hall: Hall) -> None:
    """The message goes another way from then on: a later try must not show it a second time."""
    (slow,) = await hall.waits("a")
    assert await hall.push("a", seconds=SHORT) is None
    assert await slow is None
    assert hall.hand("a") is None


async def test_a_try_that_was_not_stored_does_not_cost_the_others_their_answer(hall: Hall) -> None:
    (stored,) = await hall.waits("a")
    with pytest.raises(Unavailable), hall.answers.expect(WHO, "a"):
        raise Unavailable("store away")
    assert hall.hand("a") == "a"
    assert await stored == HELLO


async def test_after_a_try_that_was_not_stored_the_next_is_the_first(hall: Hall) -> None:
    with pytest.raises(Unavailable), hall.answers.expect(WHO, "a"):
        raise Unavailable("store away")
    assert hall.hand("a") is None
    (push,) = await hall.waits("a")
    assert hall.hand("a") == "a"
    assert await push == HELLO


async def test_a_try_whose_line_broke_is_no_taker(hall: Hall) -> None:
    (push,) = await hall.waits("a")
    push.cancel()
    await asyncio.gather(push, return_exceptions=True)
    assert hall.hand("a") is None


async def test_a_fault_of_ours_lets_the_message_go_another_way(hall: Hall) -> None:
    with pytest.raises(RuntimeError), hall.answers.expect(WHO, "a"):
        raise RuntimeError("a fault")
    assert hall.hand("a") is None
    assert await hall.push("a", seconds=0.0) is None


async def test_what_was_handed_over_is_not_handed_over_twice(hall: Hall) -> None:
    """The commit behind the hand-over failed, so delivery does it again; the push has ended meanwhile."""
    (push,) = await hall.waits("a")
    assert hall.hand("a") == "a"
    assert await push == HELLO
    assert hall.hand("a") == "a", "it went, nothing more is to be sent"
    assert hall.hand("a", message=OTHER) is None, "this one did not"


# --- several pushes -----------------------------------------------------------------------------------------

@table(("waiting", "ids", "taker"), [
    (("a", "b"), ("a", "b"), "b"),
    (("a",), ("a", "b"), "a"),
    (("a", "b", "c"), ("a", "b"), "b"),
    (("c",), ("a", "b"), None),
])
def test_the_latest_push_that_waits_takes_the_answer(
    waiting: tuple[str, ...], ids: tuple[str, ...], taker: str | None
) -> None:
    async def tried() -> None:
        hall = Hall()
        pushes = dict(zip(waiting, await hall.waits(*waiting), strict=True))
        assert hall.hand(*ids) == taker
        for id_ in ids:
            if id_ in pushes and taker:
                assert await pushes[id_] == (HELLO if id_ == taker else None)
        for id_ in pushes.keys() - set(ids):
            assert not pushes[id_].done()
        for push in pushes.values():
            push.cancel()
        await asyncio.gather(*pushes.values(), return_exceptions=True)

    asyncio.run(tried())


async def test_two_turns_answer_two_pushes(hall: Hall) -> None:
    first, second = await hall.waits("a", "b")
    assert (hall.hand("a"), hall.hand("b", message=OTHER)) == ("a", "b")
    assert (await first, await second) == (HELLO, OTHER)


# --- a push that comes again --------------------------------------------------------------------------------

async def test_a_repeat_is_told_what_it_was_told(hall: Hall) -> None:
    (push,) = await hall.waits("a")
    hall.hand("a")
    assert await push == HELLO
    assert await hall.push("a", seconds=0.0, repeated=True) == HELLO
    assert hall.asked == 0


@pytest.mark.parametrize("told", [HELLO, None])
async def test_after_a_restart_what_delivery_kept_is_told(hall: Hall, told: Outbound | None) -> None:
    hall.kept["a"] = told
    assert await hall.push("a", repeated=True) == told
    assert hall.hand("a", message=OTHER) is None


async def test_after_a_restart_what_was_not_delivered_yet_is_waited_for(hall: Hall) -> None:
    (push,) = await hall.waits("a", repeated=True)
    assert hall.hand("a") == "a"
    assert await push == HELLO
    assert hall.asked == 1


async def test_a_first_try_asks_nobody(hall: Hall) -> None:
    await hall.push("a", seconds=0.0)
    assert hall.asked == 0


async def test_when_it_cannot_be_looked_up_the_provider_comes_again(hall: Hall) -> None:
    hall.down = True
    with pytest.raises(Unavailable):
        await hall.push("a", repeated=True)
    hall.down = False
    (push,) = await hall.waits("a", repeated=True)
    assert hall.hand("a") == "a"
    assert await push == HELLO


# --- what is kept -------------------------------------------------------------------------------------------

async def test_answers_are_forgotten_when_nobody_repeats_the_push_any_more(hall: Hall) -> None:
    """From then on what delivery kept is asked."""
    for id_ in ("a", "b"):
        (push,) = await hall.waits(id_)
        hall.hand(id_)
        await push
        hall.clock.advance(KEEP_S / 2)
    await hall.push("c", seconds=0.0)
    assert await hall.push("b", seconds=0.0, repeated=True) == HELLO
    assert (hall.asked, await hall.push("a", seconds=0.0, repeated=True), hall.asked) == (0, None, 1)


async def test_one_that_waits_is_not_forgotten(hall: Hall) -> None:
    (push,) = await hall.waits("a")
    hall.clock.advance(10 * KEEP_S)
    await hall.push("b", seconds=0.0)
    assert hall.hand("a") == "a"
    assert await push == HELLO


# --- many pushes --------------------------------------------------------------------------------------------

async def test_in_a_crowd_nobody_waits_in_vain_until_it_has_been_calm_for_a_while(hall: Hall) -> None:
    """In a storm the platform learns at once that we have it, and the answers go another way."""
    crowd = await hall.waits(*(f"p{n}" for n in range(CROWD + 1)))
    assert await asyncio.wait_for(asyncio.gather(*crowd), LONG / 2) == [None] * len(crowd)
    hall.clock.advance(CALM_S / 2)
    assert await asyncio.wait_for(hall.push("after"), LONG / 2) is None
    hall.clock.advance(CALM_S)
    (calm,) = await hall.waits("calm")
    done, _ = await asyncio.wait([calm], timeout=1.1 * SHORT_S)
    assert not done
    assert hall.hand("calm") == "calm"
    assert await calm == HELLO


async def test_who_waits_already_when_a_crowd_comes_does_so_for_little_longer(hall: Hall) -> None:
    (early,) = await hall.waits("early")
    await asyncio.wait([early], timeout=1.1 * SHORT_S)
    assert not early.done()
    await hall.waits(*(f"p{n}" for n in range(CROWD + 1)))
    assert await asyncio.wait_for(early, LONG / 2) is None
