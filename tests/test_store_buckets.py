"""gateway/store/buckets.py: the rate by GCRA, and that strangers cannot fill the memory."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.store.buckets import PRUNE_AT, Buckets


@given(
    per_ms=st.integers(1, 50), burst=st.integers(1, 8),
    steps=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 3)), max_size=60),
)
def test_never_more_than_the_burst_and_the_rate_and_a_told_wait_is_exact(
    per_ms: int, burst: int, steps: list[tuple[int, int]]
) -> None:
    buckets, now, taken = Buckets(), 1_000_000, 0
    for pause, n in steps:
        now += pause
        wait = buckets.take("b", per_ms, burst, n, now)
        if wait and n <= burst:
            assert buckets.take("b", per_ms, burst, n, now + wait - 1) > 0
            assert buckets.take("b", per_ms, burst, n, now + wait) == 0
            now += wait
        elif n > burst:
            assert wait > 0, "more than the bucket holds is never there"
            continue
        taken += n
        assert taken <= burst + (now - 1_000_000) // per_ms


def test_buckets_that_are_full_again_are_forgotten_when_they_pile_up() -> None:
    buckets = Buckets()
    for i in range(PRUNE_AT):
        buckets.take(f"ip:{i}", 1000, 5, 1, i)
    assert len(buckets) == PRUNE_AT
    buckets.take("ip:new", 1000, 5, 1, PRUNE_AT)
    assert len(buckets) == 1000, "those of the last second still owe"


def test_many_live_buckets_are_kept_and_not_swept_at_every_call() -> None:
    buckets = Buckets()
    for i in range(PRUNE_AT + 1):
        buckets.take(f"ip:{i}", 10**9, 5, 1, 0)
    assert len(buckets) == PRUNE_AT + 1
    for i in range(1000):
        buckets.take(f"more:{i}", 10**9, 5, 1, 0)
    assert buckets.prune(0) == 0
    assert buckets.take("ip:0", 10**9, 5, 5, 0) > 0, "what was spent is still known"
