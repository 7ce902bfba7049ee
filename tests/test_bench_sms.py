"""Text messages a second: the arithmetic, the texts, the lines between the processes, and a recorded run."""
from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

import pytest

from bench import page, sms_page, sms_texts
from bench.sms import DIRECTIONS, FULL, PROGRAMS, Moments, Plan, ratios
from bench.sms_gateway import TOKEN, configuration
from bench.sms_side import Options, Side
from channels.sms import optout
from channels.sms.gate import LEAST_TOKEN
from channels.sms.text import segments, signed
from gateway.config_sms import Texting
from gateway.fields.phone import mobile
from gateway.wiring.sms_carriers import checked
from tests.tables import table

RESULTS: dict[str, Any] = json.loads(page.RESULTS.read_text("utf-8"))


# --- the arithmetic -----------------------------------------------------------------------------------------

def test_what_warms_up_does_not_count() -> None:
    """Two slow ones, then four, 10 ms apart, of 5 ms each; they are over in another order than they began."""
    moments = Moments([0.0, 0.0, 1.005, 1.015, 1.035, 1.025], [0.9, 1.0, 1.010, 1.020, 1.040, 1.030])
    found = moments.figures(warm=2)
    assert (found["messages"], found["seconds"], found["per_s"]) == (4, 0.04, 100.0)
    assert (found["p50_ms"], found["p95_ms"], found["max_ms"]) == (5.0, 5.0, 5.0)
    assert "answered" not in found


def test_an_answer_has_its_own_latency() -> None:
    found = Moments([0.0, 1.0], [0.5, 1.040], [0.4, 1.010]).figures(warm=1)
    assert (found["p50_ms"], found["answered"]["p50_ms"]) == (40.0, 10.0)


def test_a_moment_too_few_is_noticed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Moments([0.0, 1.0, 2.0], [0.5, 1.5]).figures(warm=1)


def test_ratios_are_shares_of_the_bare_client() -> None:
    def way(per_s: float) -> dict[str, Any]:
        return {"in": {"16": {"per_s": per_s}}}

    assert ratios({"bare": way(2_000.0), "smpp": way(500.0)}) == {"smpp": {"in": {"16": 0.25}}}


# --- the texts ----------------------------------------------------------------------------------------------

@table("n", [0, 7, FULL.messages])
def test_a_text_is_one_message_that_is_known_again(n: int) -> None:
    for text in (sms_texts.written(n), signed(sms_texts.told(n), "市民热线", "ours")):
        assert len(segments(text).parts) == 1
        assert sms_texts.number_in(text) == n
    assert optout.read(sms_texts.written(n), engaged=False, stopped=True) is None
    assert mobile(f"+{sms_texts.phone(n)}") is not None


def test_what_is_not_ours_has_no_number() -> None:
    with pytest.raises(ValueError, match="int"):
        sms_texts.number_in("楼上漏水")


# --- between the processes ----------------------------------------------------------------------------------

def told(side: Side, *steps: tuple[str, int]) -> list[str]:
    with redirect_stdout(io.StringIO()) as out:
        side.ready()
        for name, n in steps:
            getattr(side, name)(n)
        side.tells()
    return out.getvalue().splitlines()


def test_what_was_taken_is_named_at_once() -> None:
    side = Side(Options("in", port=1, messages=2, warm=1, flying=1))
    assert told(side, ("hears", 1), ("hears", 0))[:3] == ["ready", "1", "0"]
    assert side.complete


def test_what_was_sent_is_told_at_the_end_by_number() -> None:
    side = Side(Options("out", port=1, messages=2, warm=1, flying=2))
    *_, last = told(side, ("begins", 0), ("begins", 1), *((name, n) for n in (1, 0) for name in ("answered", "ends")))
    moments = json.loads(last)
    assert moments["began"] == sorted(moments["began"])
    assert moments["ended"] == sorted(moments["ended"], reverse=True)
    assert len(moments["answered"]) == 2
    assert moments["cpu_ms"] >= 0


@table(("sendsms", "way"), [(0, "smpp"), (13013, "kannel")])
def test_our_side_has_settings_that_the_gateway_takes(sendsms: int, way: str) -> None:
    config = configuration(Options("out", port=2775, messages=2, warm=1, flying=1, sendsms=sendsms, callback=8090))
    checked((config,), Texting())
    assert config.name == way
    assert len(TOKEN) >= LEAST_TOKEN


# --- the recorded run ---------------------------------------------------------------------------------------

def test_the_page_shows_the_results() -> None:
    assert sms_page.PAGE.read_text("utf-8") == sms_page.text(RESULTS), "run python -m bench.sms_page"


def test_the_results_hold_together() -> None:
    found = RESULTS["sms"]
    assert set(found["ways"]) == set(PROGRAMS), "recorded without Kannel"
    assert found["ratios"] == ratios(found["ways"])
    for runs in (found["ways"][way][one] for way in PROGRAMS for one in DIRECTIONS):
        for level in map(str, found["levels"]):
            run = runs[level]
            assert run["messages"] in {Plan().counted, FULL.counted}
            assert run["per_s"] == pytest.approx(run["messages"] / run["seconds"], rel=0.02)
            assert run["p50_ms"] <= run["p95_ms"] <= run["p99_ms"] <= run["max_ms"]


def test_a_machine_without_kannel_says_so() -> None:
    found = RESULTS["sms"]
    without = found | {"ways": {way: runs for way, runs in found["ways"].items() if way != "kannel"}}
    page_of = sms_page.text(RESULTS | {"sms": without})
    assert "Kannel was not installed" in page_of
    assert sms_page.NAMES["kannel"] not in page_of
