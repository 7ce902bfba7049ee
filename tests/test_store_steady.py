"""gateway/store/steady.py: spans that never jump, and when timers hold."""
from __future__ import annotations

from gateway.store.steady import TOLERANCE_MS, Steady
from tests.clock import ManualClock
from tests.tables import table


def test_spans_follow_the_monotonic_clock_and_moments_the_wall() -> None:
    clock = ManualClock()
    steady = Steady(clock)
    assert steady.now() == steady.wall() == clock.ms()
    clock.advance(2)
    clock.jump(3600)
    assert steady.wall() - steady.now() == 3_600_000
    before = steady.now()
    clock.jump(-7200)
    assert steady.now() == before


@table(("jump_ms", "held"), [
    (0, False), (TOLERANCE_MS, False), (-TOLERANCE_MS, False), (TOLERANCE_MS + 1, True), (-TOLERANCE_MS - 1, True),
])
def test_more_than_five_minutes_either_way_hold_the_timers(jump_ms: int, held: bool) -> None:
    clock = ManualClock()
    steady = Steady(clock)
    clock.advance(86_400)
    clock.jump(jump_ms / 1000)
    assert (steady.check(), steady.held) == (held, held)


def test_it_stays_held_until_the_clock_agrees_or_is_accepted() -> None:
    clock = ManualClock()
    steady = Steady(clock)
    clock.jump(600)
    for _ in range(10):
        clock.advance(60)
        assert steady.check()
    clock.jump(-600)
    assert not steady.check()
    clock.jump(600)
    assert steady.check()
    steady.accept()
    assert not steady.held
    assert not steady.check()


def test_it_goes_on_from_what_the_file_remembers() -> None:
    clock = ManualClock()
    steady = Steady(clock)
    steady.begin(clock.ms(-5))
    assert steady.now() == clock.ms(), "the past holds nothing back"
    steady.begin(clock.ms(3600))
    assert steady.now() == clock.ms(3600), "the wall clock was set back while the store was closed"
    clock.advance(1)
    assert steady.now() == clock.ms(3600)
