"""The case bridge under fire: what befalls an operation, and a recorded run."""
from __future__ import annotations

import json
import random
from typing import Any

import pytest

from bench import bridge_page, page
from bench.bridge import FULL, WAYS, Plan
from bench.bridge_kill import FAULTS, SHARE, operations
from bench.bridge_outage import Books, Shifted
from bench.bridge_system import BEFALLS, LATE_S, SLOW_S, TOO_SLOW_S, Fate
from simulators.case.faults import KINDS, is_early
from tests.bridge_child import STEPS, TIMES

RESULTS: dict[str, Any] = json.loads(page.RESULTS.read_text("utf-8"))


def test_so_many_of_a_hundred_are_befallen_half_of_them_with_an_effect(capsys: pytest.CaptureFixture[str]) -> None:
    fate = Fate("anything", SHARE, random.Random(1))
    drawn = [fate.take() for _ in range(4_000)]
    befallen = [fault for fault in drawn if fault is not None]
    assert len(befallen) / 4_000 == pytest.approx(SHARE, abs=0.02)
    assert sum(map(is_early, befallen)) / len(befallen) == pytest.approx(0.45, abs=0.06)
    assert sum(fate.befell.values()) == len(befallen)
    assert capsys.readouterr().out == ".\n" * 4_000
    assert all(fault.kind in KINDS or fault.kind == "503" for faults in BEFALLS.values() for fault, _ in faults)


def test_what_is_slow_comes_within_the_time_out_and_what_is_too_slow_behind_it() -> None:
    assert SLOW_S < LATE_S < TIMES.total < TOO_SLOW_S


def test_the_operations_of_a_work_order_have_keys_of_their_own() -> None:
    made = list(operations("WO-1", 5))
    assert [op.op for op in made] == list(STEPS)
    assert [op.key for op in made] == ["WO-1:submit:1", "WO-1:comment:2", "WO-1:comment:3", "WO-1:rework:1"]


def test_every_sixth_row_is_a_word_to_a_case_that_was_filed_before() -> None:
    books = Books()
    ops = [books.next(n) for n in range(12)]
    assert [op.op for op in ops] == [*["submit"] * 5, "comment"] * 2
    assert [ops[5].work_order_id, ops[11].work_order_id] == [ops[0].work_order_id, ops[6].work_order_id]
    assert len({op.key for op in ops}) == len(books.filed) == 12


def test_the_clock_is_moved_on_as_a_whole() -> None:
    clock = Shifted()
    before, steady = clock.now(), clock.monotonic()
    clock.advance(3_600)
    assert (clock.now() - before).total_seconds() == pytest.approx(3_600, abs=5)
    assert clock.monotonic() - steady == pytest.approx(3_600, abs=5)


# --- the recorded run ---------------------------------------------------------------------------------------

def test_the_page_shows_the_results() -> None:
    assert bridge_page.PAGE.read_text("utf-8") == bridge_page.text(RESULTS), "run python -m bench.bridge_page"


def test_the_results_hold_together() -> None:
    found = RESULTS["bridge"]
    assert set(found["kills"]) == set(WAYS)
    plan = FULL if found["outage"]["waiting"]["rows"] == FULL.rows else Plan()
    for way, run in found["kills"].items():
        assert (run["operations"], run["kills"]) == (plan.orders * len(STEPS), plan.kills)
        assert run["heard"] >= run["operations"]
        assert sum(run["befell"].values()) == pytest.approx(run["heard"] * SHARE, rel=0.2)
        assert way == "naive" or [run[fault] for fault in FAULTS] == [0] * len(FAULTS)
    assert found["kills"]["naive"]["doubled"] > plan.kills
    draining = found["outage"]["draining"]
    assert draining["per_s"] == pytest.approx(draining["rows"] / draining["seconds"], rel=0.02)
    assert set(found["outage"]["found"].values()) == {0}
