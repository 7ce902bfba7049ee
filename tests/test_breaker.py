"""gateway/breaker.py: when the circuit opens, who may probe, and how long it waits."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.breaker import Breaker, Pass


def call(breaker: Breaker, now: float, well: bool) -> Pass | None:
    going = breaker.begin(now)
    if going is not None:
        if well:
            breaker.succeeded(going)
        else:
            breaker.failed(going, now)
    return going


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(5):
        call(breaker, 0.0, False)
    return breaker


def test_five_failures_in_a_row_open_it() -> None:
    breaker = Breaker()
    for well in (False, False, False, False, True, False, False, False, False):
        call(breaker, 0.0, well)
    assert not breaker.is_open
    call(breaker, 0.0, False)
    assert breaker.is_open
    assert breaker.begin(29.9) is None


def test_half_of_the_last_twenty_open_it_but_not_half_of_fewer() -> None:
    breaker = Breaker()
    for n in range(19):
        call(breaker, 0.0, bool(n % 2))
    assert not breaker.is_open
    call(breaker, 0.0, False)
    assert breaker.is_open


def test_what_is_longer_ago_than_twenty_calls_is_forgotten() -> None:
    breaker = Breaker()
    for well in (*(False, True) * 9, *(True,) * 20, *(False, True) * 9):
        call(breaker, 0.0, well)
    assert not breaker.is_open


def test_one_probe_at_a_time_after_a_wait_that_doubles_up_to_five_minutes() -> None:
    breaker, now, waits = opened(), 0.0, []
    for _ in range(6):
        waits.append(breaker.left_s(now))
        assert breaker.begin(now + waits[-1] - 0.01) is None
        now += waits[-1]
        assert breaker.begin(now) is Pass.PROBE
        assert breaker.begin(now) is None
        breaker.failed(Pass.PROBE, now)
    assert waits == [30, 60, 120, 240, 300, 300]


def test_a_probe_that_is_answered_closes_it_and_the_next_wait_is_short_again() -> None:
    breaker = opened()
    assert call(breaker, 30.0, False) is Pass.PROBE
    assert call(breaker, 90.0, True) is Pass.PROBE
    assert call(breaker, 90.0, True) is Pass.CALL
    for _ in range(5):
        call(breaker, 90.0, False)
    assert breaker.left_s(90.0) == 30


def test_what_was_under_way_when_it_opened_neither_closes_nor_prolongs_it() -> None:
    breaker = opened()
    breaker.failed(Pass.CALL, 20.0)
    assert breaker.succeeded(Pass.CALL) is False
    assert (breaker.is_open, breaker.left_s(0.0)) == (True, 30)


def test_a_probe_without_a_verdict_is_made_again_after_the_same_wait() -> None:
    breaker = opened()
    breaker.begin(30.0)
    breaker.given_up(Pass.PROBE, 31.0)
    assert (breaker.begin(60.9), breaker.begin(61.0)) == (None, Pass.PROBE)


def test_its_waits_are_scaled() -> None:
    breaker = Breaker(0.01)
    for _ in range(9):
        breaker.open(0.0)
    assert breaker.left_s(0.0) == 3.0


@given(st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=60))
def test_a_backend_that_stays_well_is_always_reached_again(story: list[tuple[float, bool]]) -> None:
    breaker, now = Breaker(), 0.0
    for passed, well in story:
        now += passed
        call(breaker, now, well)
    assert call(breaker, now + 300, True) is not None
    assert not breaker.is_open
