"""gateway/clock.py and the clock of the tests."""
from __future__ import annotations

import re
from datetime import UTC, datetime

from gateway.clock import CROCKFORD, Clock, Ids, RandomIds, SystemClock, from_ms, to_ms
from tests.clock import START, ManualClock, SerialIds

DAY = datetime(2026, 11, 23, tzinfo=UTC)


def check_ids(ids: Ids) -> None:
    assert re.fullmatch(rf"WO-20261123-[{CROCKFORD}]{{10}}", ids.work_order(DAY))
    assert re.fullmatch(r"[0-9a-f]{32}", ids.unique())
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ids.token())
    assert re.fullmatch(r"\d{6}", ids.digits(6))
    assert len({ids.unique() for _ in range(50)}) == 50


def test_random_ids_have_their_documented_shapes() -> None:
    check_ids(RandomIds())


def test_serial_ids_have_the_same_shapes_and_repeat_from_run_to_run() -> None:
    check_ids(SerialIds())
    assert SerialIds().work_order(DAY) == SerialIds().work_order(DAY)


def test_system_clock_is_aware_and_monotonic() -> None:
    clock: Clock = SystemClock()
    assert clock.now().tzinfo is not None
    assert clock.monotonic() <= clock.monotonic()


def test_milliseconds_and_back() -> None:
    assert from_ms(to_ms(START)) == START


def test_advance_moves_both_clocks_and_jump_only_the_wall() -> None:
    clock = ManualClock()
    clock.advance(2.5)
    assert (clock.ms(), clock.monotonic()) == (to_ms(START) + 2500, 1002.5)
    clock.jump(-3600)
    assert (clock.ms(), clock.monotonic()) == (to_ms(START) - 3_597_500, 1002.5)
