"""casebridge/bridge.py: order, receipts, and what becomes of an operation the backend did not take."""
from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebridge.bridge import GIVE_UP_S, Bridge, HandOver, wait_s
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, OpName
from gateway.protocols import Lease, Receipt, Repeat
from gateway.store.lanes import Msg
from tests.clock import ManualClock

WO = "WO-20261123-4KX7P2M9QD"


class Backend:
    """A case system that fails as told and remembers what it was asked."""

    name = "scripted"

    def __init__(self, repeat: Repeat, *answers: SendError | None) -> None:
        self.promise: Repeat = repeat
        self.answers = list(answers)
        self.sent: list[str] = []
        self.known = False

    def repeat(self, op: OpName) -> Repeat:
        return self.promise

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        self.sent.append(op.key)
        error = self.answers.pop(0) if self.answers else None
        if error:
            raise error
        return Receipt("C-1", self.name)

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        return Receipt("C-found", self.name) if self.known else None


def lease(clock: ManualClock, *ops: Any, age_s: float = 0) -> Lease:
    msgs = [Msg(7 + n, msgspec.json.encode(CaseOp(op, WO, n, {}, clock.ms(-age_s)))) for n, op in enumerate(ops)]
    return Lease("case", WO, 1, "n", 0, 0, 0, b"", 0, tuple(msgs))


async def test_the_head_operation_goes_out_alone_and_leaves_a_receipt() -> None:
    clock, backend = ManualClock(), Backend("idempotent")
    changes = await Bridge(backend, clock).handle(lease(clock, "submit", "comment"))
    assert backend.sent == [f"{WO}:submit:0"]
    assert changes.upto == 7
    (put,) = changes.puts
    assert (put.kind, put.id, put.index) == ("receipt", f"{WO}:submit:0", {"work_order": WO})
    assert put.body is not None
    assert msgspec.json.decode(put.body, type=HandOver) == HandOver(WO, "submit", "C-1", "scripted", clock.ms())


async def test_an_empty_lease_changes_nothing() -> None:
    clock, backend = ManualClock(), Backend("idempotent")
    changes = await Bridge(backend, clock).handle(lease(clock))
    assert (changes.upto, backend.sent) == (0, [])


async def test_what_is_no_operation_is_buried() -> None:
    clock = ManualClock()
    bad = Lease("case", WO, 1, "n", 0, 0, 0, b"", 0, (Msg(1, b'{"op":"explode"}'),))
    with pytest.raises(Rejected):
        await Bridge(Backend("idempotent"), clock).handle(bad)


@pytest.mark.parametrize(("age_s", "wait"), [
    (0, 5), (4.9, 5), (5, 30), (34, 30), (35, 120), (154, 120), (155, 600), (754, 600), (755, 1800), (80_000, 1800),
])
async def test_a_failed_operation_comes_back_by_its_age(age_s: float, wait: float) -> None:
    clock = ManualClock()
    with pytest.raises(Retry) as caught:
        await Bridge(Backend("idempotent", Retry("503")), clock).handle(lease(clock, "submit", age_s=age_s))
    assert caught.value.after_s is not None
    assert wait * 0.8 <= caught.value.after_s <= wait * 1.2


@given(st.text(max_size=40), st.floats(0, GIVE_UP_S))
def test_waits_are_never_shorter_than_four_seconds_nor_longer_than_36_minutes(key: str, age_s: float) -> None:
    assert 4 <= round(wait_s(key, age_s), 6) <= 2160


def test_waits_of_many_cases_are_spread() -> None:
    assert len({round(wait_s(f"WO-{n}", 0), 2) for n in range(50)}) > 20


@pytest.mark.parametrize("error", [Retry("busy", after_s=77.0), Paused("401", after_s=77.0)])
async def test_a_backend_that_names_its_own_time_is_obeyed(error: SendError) -> None:
    clock = ManualClock()
    with pytest.raises(type(error)) as caught:
        await Bridge(Backend("idempotent", error), clock).handle(lease(clock, "submit"))
    assert caught.value.after_s == 77.0


@pytest.mark.parametrize("error", [Retry("503"), Paused("401"), Uncertain("reset")])
async def test_after_72_hours_it_is_given_up(error: SendError) -> None:
    clock = ManualClock()
    with pytest.raises(Rejected, match="72 h"):
        await Bridge(Backend("idempotent", error), clock).handle(lease(clock, "submit", age_s=GIVE_UP_S + 1))


async def test_a_permanent_refusal_passes_through() -> None:
    clock = ManualClock()
    with pytest.raises(Rejected, match="422"):
        await Bridge(Backend("idempotent", Rejected("422")), clock).handle(lease(clock, "submit"))


@pytest.mark.parametrize(("repeat", "op", "expected"), [
    ("idempotent", "submit", Retry), ("idempotent", "comment", Retry), ("lookup", "submit", Retry),
    ("lookup", "comment", Retry), ("neither", "submit", Uncertain),
])
async def test_an_unknown_outcome_is_repeated_only_where_that_is_safe(
    repeat: Any, op: str, expected: type[SendError]
) -> None:
    clock = ManualClock()
    with pytest.raises(expected):
        await Bridge(Backend(repeat, Uncertain("reset")), clock).handle(lease(clock, op))


async def test_a_backend_with_look_up_is_asked_before_a_case_is_created_again() -> None:
    clock, backend = ManualClock(), Backend("lookup")
    backend.known = True
    changes = await Bridge(backend, clock).handle(lease(clock, "submit"))
    assert backend.sent == []
    assert changes.puts[0].body is not None
    assert b"C-found" in changes.puts[0].body
