"""The bench's own arithmetic: percentiles, the mix, what is unique, whose CPU a sample is, and the page's figures."""
from __future__ import annotations

import asyncio
import json
import math
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import page, watch
from bench.disk import fsyncs_per_s
from bench.figures import latencies, percentile
from bench.load_generator import Tally, Visitor
from bench.profile import STEPS, samples, shared_out, step_of
from bench.stories import ANSWERS, CANCEL, COMMANDS, GOING, STORIES, TURNS, Heard, Said, Teller
from gateway.dialogue import commands
from gateway.fields.registry import TYPES
from gateway.templates import load
from tests.tables import table

ROOT = Path(__file__).parent.parent
SUMMARY = Heard("7.0", "confirm", ["file", "change", "cancel"])
PHONE = Heard("6.0", "contact_phone", ["anonymous"])
TEMPLATES = load(ROOT / "templates/complaints", TYPES)


# --- percentiles ----------------------------------------------------------------------------------------------

@table(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value


@given(st.lists(st.floats(0, 1e3), min_size=1), st.floats(0.01, 1.0))
def test_a_percentile_has_its_share_at_or_below_it(values: list[float], share: float) -> None:
    found = percentile(sorted(values), share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_latencies_are_milliseconds() -> None:
    assert latencies([0.004, 0.001, 0.002]) == {"p50_ms": 2.0, "p95_ms": 4.0, "p99_ms": 4.0, "max_ms": 4.0}


def test_nothing_measured_has_no_latency() -> None:
    assert set(latencies([]).values()) == {None}


# --- the mix --------------------------------------------------------------------------------------------------

def talk(seed: str, turns: int) -> Iterator[tuple[Said, Teller]]:
    """A visitor whom the gateway asks for a phone number first and shows the summary then."""
    teller, heard = Teller(seed), None
    for n in range(turns):
        yield teller.says(heard), teller
        heard = PHONE if n % TURNS == 0 else SUMMARY


def test_one_turn_in_five_is_an_opening() -> None:
    said = [said for n in range(20) for said, _ in talk(str(n), 10 * TURNS)]
    assert sum(one.opening for one in said) / len(said) == 0.2


def test_no_two_openings_are_the_same() -> None:
    """The encoder remembers 512 sentences: a repeated one would cost nothing."""
    openings = [said.text for n in range(256) for said, _ in talk(str(n), 20 * TURNS) if said.opening]
    assert len(openings) == 256 * 20
    assert len(set(openings)) / len(openings) > 0.999


def test_every_story_is_told_about_as_often_as_its_share() -> None:
    assert sum(story.share for story in STORIES) == 100
    told = Counter(teller.language for n in range(2000) for _, teller in talk(str(n), 1))
    english = sum(story.share for story in STORIES if story.language == "en") / 100
    assert told["en"] / 2000 == pytest.approx(english, abs=0.04)


def test_the_same_seed_tells_the_same() -> None:
    first, again, other = ([said for said, _ in talk(seed, 25)] for seed in ("a", "a", "b"))
    assert first == again != other


def test_what_is_no_opening_is_a_command_a_tap_or_an_answer() -> None:
    later = [(said, teller.language) for n in range(60) for said, teller in talk(str(n), 25) if not said.opening]
    assert {bool(said.choice) for said, _ in later} == {True, False}
    phone = {"zh": ANSWERS["zh"]["contact_phone"], "en": ANSWERS["en"]["contact_phone"]}
    for said, language in later:
        typed = said.text.startswith(phone[language].partition("{")[0]) and said.text.isdigit()
        assert said.choice or typed or commands.read(said.text) is not None, said


@table("word", [*COMMANDS["zh"], *COMMANDS["en"], *GOING["zh"], *GOING["en"], *CANCEL.values()])
def test_the_commands_are_exact_commands(word: str) -> None:
    assert isinstance(commands.read(word), commands.Word)


def test_a_matter_is_filed_at_the_summary_or_dropped() -> None:
    ends = Counter(said.choice for n in range(200) for i, (said, _) in enumerate(talk(str(n), TURNS)) if i == TURNS - 1)
    assert ends["file"] > 100


def test_whoever_gives_up_confirms_it() -> None:
    teller = next(teller for n in range(99) for said, teller in talk(str(n), 1) if "年卡费" in said.text)
    teller.says(PHONE)
    teller.says(PHONE)
    assert teller.says(PHONE).text == CANCEL["zh"]
    assert teller.says(Heard("9.0", "cancel", ["drop", "keep"])).choice == "drop"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_question_without_choices_has_an_answer(language: str) -> None:
    """A question the visitors cannot answer would be met with commands for ever."""
    for template in TEMPLATES:
        for field in template.fields:
            if field.required and not field.options and field.type != "yes_no" and field.when is None:
                assert field.id in ANSWERS[language], f"{template.id}: {field.id}"


# --- the generator --------------------------------------------------------------------------------------------

class Wire:
    """A socket that answers what it is told to."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.sent: list[dict[str, Any]] = []
        self._answers = list(answers)

    async def send_str(self, text: str) -> None:
        self.sent.append(json.loads(text))

    async def receive_str(self) -> str:
        return json.dumps(self._answers.pop(0))


def visitor(wire: Wire, tally: Tally, *, echo: bool = False) -> Visitor:
    one = Visitor(Teller("t"), tally, echo)
    one._socket = wire  # type: ignore[assignment]
    return one


async def test_a_turn_ends_with_the_reply_to_it() -> None:
    tally = Tally(counting=True)
    wire = Wire(
        {"type": "accepted", "id": "m1"}, {"type": "typing"}, {"type": "message", "id": "1.0", "reply_to": "m0"},
        {"type": "message", "id": "2.0", "reply_to": "m1", "ask": "confirm", "choices": [{"value": "file"}]},
        {"type": "message", "id": "3.0", "reply_to": "m2", "work_order": "WO-1"},
    )
    one = visitor(wire, tally)
    await one.turn()
    assert (tally.turns, tally.openings, tally.filed) == (1, 1, 0)
    await one.turn()
    assert (tally.turns, tally.openings, tally.filed) == (2, 1, 1)
    assert [message["id"] for message in wire.sent] == ["m1", "m2"]
    assert len(tally.seconds) == 2


async def test_nothing_counts_before_it_is_warm() -> None:
    tally = Tally()
    await visitor(Wire({"type": "message", "id": "1.0", "reply_to": "m1"}), tally).turn()
    assert (tally.turns, tally.seconds) == (0, [])


async def test_a_refusal_is_an_error_and_no_turn() -> None:
    tally = Tally(counting=True)
    await visitor(Wire({"type": "error", "id": "m1", "code": "rate_limited"}), tally).turn()
    assert (tally.turns, dict(tally.errors)) == (0, {"rate_limited": 1})


async def test_an_echo_is_its_own_reply() -> None:
    tally, wire = Tally(counting=True), Wire()
    one = visitor(wire, tally, echo=True)
    wire._answers = [{"type": "message", "id": "m1", "reply_to": "m1"}]
    await one.turn()
    assert (tally.turns, wire.sent[0]["reply_to"]) == (1, "m1")


async def test_a_broken_socket_ends_the_visitor_and_is_counted() -> None:
    class Broken(Wire):
        async def send_str(self, text: str) -> None:
            raise TimeoutError

    tally = Tally(counting=True)
    await visitor(Broken(), tally).talks(time.perf_counter() + 60)
    assert dict(tally.errors) == {"TimeoutError": 1}


# --- whose CPU it is ------------------------------------------------------------------------------------------

LOOP = "_run_once (asyncio/base_events.py:1922)"
MAIN = "<module> (gateway/__main__.py:155)"


@table(("stack", "step"), [
    ((MAIN, LOOP, "take_turn (gateway/conversation.py:60)", "step (gateway/dialogue/step.py:30)"), "dialogue step"),
    ((MAIN, LOOP, "find (gateway/fields/phone.py:5)", "parse (phonenumbers/util.py:9)"), "field types"),
    ((MAIN, LOOP, "send (channels/web/line.py:40)", "write (asyncio/selector_events.py:9)"), "socket and frames"),
    ((MAIN, LOOP, "data_received (aiohttp/web_protocol.py:9)"), "socket and frames"),
    ((MAIN, LOOP), "event loop"),
    (("run (threading.py:1)", "_run_group (gateway/store/sqlite_writer.py:9)"), "store"),
    (("run (threading.py:1)", "encode (nlu/encoder.py:60)", "matmul (numpy/core.py:2)"), "understanding: encoder"),
    ((MAIN, "search (nlu/knowledge.py:3)"), "understanding: knowledge base"),
    ((MAIN, "judge (nlu/classifier.py:3)", "counts (nlu/grams.py:3)"), "understanding: classifier"),
    ((MAIN, "dumps (json/encoder.py:1)"), "others"),
    (("_worker (concurrent/futures/thread.py:81)",), None),
    (("_main (gateway/store/sqlite_writer.py:1)", "Writer._drain (gateway/store/sqlite_writer.py:137)"), None),
])
def test_a_sample_belongs_to_our_innermost_frame(stack: tuple[str, ...], step: str | None) -> None:
    assert step_of(stack) == step


def test_every_step_has_code() -> None:
    ours = [prefix for prefix, _ in STEPS if prefix.startswith(("gateway", "channels", "nlu", "casebridge"))]
    assert [prefix for prefix in ours if not (ROOT / prefix).exists()] == []


RAW = f"""thread (10): MainThread;{MAIN};{LOOP};step (gateway/dialogue/step.py:30) 30
thread (10): MainThread;{MAIN};{LOOP};render (gateway/replies.py:57);root (<template>:7) 10
thread (11): store-writer;run (threading.py:1);_run_group (gateway/store/sqlite_writer.py:9) 5
thread (11): store-writer;run (threading.py:1);Writer._drain (gateway/store/sqlite_writer.py:137) 95
process 9;no thread at all 7
"""


def test_waiting_is_no_sample() -> None:
    assert Counter(step for _, step, _ in samples(RAW)) == {"dialogue step": 1, "wording": 1, "store": 1}


def test_each_threads_cpu_goes_to_its_own_samples() -> None:
    """The store's thread mostly waits: its five samples share its own second, not the main thread's."""
    assert shared_out(RAW, {10: 4.0, 11: 1.0}) == {"dialogue step": 3.0, "wording": 1.0, "store": 1.0}


def test_a_thread_that_nobody_saw_is_counted_too() -> None:
    assert shared_out(RAW, {10: 4.0, 12: 0.5})["others"] == 0.5


# --- the machine ----------------------------------------------------------------------------------------------

def test_cpu_of_a_process_is_what_it_says_of_itself() -> None:
    sum(range(2_000_000))
    assert watch.cpu_s(os.getpid()) == pytest.approx(time.process_time(), abs=0.2)


def test_memory_is_megabytes() -> None:
    assert 10 < watch.rss_mb(os.getpid()) < 4000


@table(("text", "seconds"), [
    ("00:00:07", 7), ("  1:02:03", 3723), ("2-00:00:01", 172_801), ("0:12.34", 12.34), ("12:00", 720),
])
def test_the_time_of_ps_is_read_on_linux_and_macos(text: str, seconds: float) -> None:
    assert watch.parsed_time(text) == pytest.approx(seconds)


def test_the_disk_is_probed_and_left_clean(tmp_path: Path) -> None:
    assert fsyncs_per_s(tmp_path, seconds=0.02) > 0
    assert list(tmp_path.iterdir()) == []


# --- the page -------------------------------------------------------------------------------------------------

RESULTS: dict[str, Any] = json.loads(page.RESULTS.read_text("utf-8"))


def test_the_page_shows_the_figures_of_the_results() -> None:
    text = page.PAGE.read_text("utf-8")
    assert page.page(text, RESULTS) == text, "run python -m bench.page"


def test_a_page_without_a_place_for_figures_is_noticed() -> None:
    with pytest.raises(ValueError, match="no place"):
        page.page("# Nothing", RESULTS)


@table(("value", "sign", "goal", "well"), [
    (400, "≥", 400, True), (399, "≥", 400, False), (2.5, "≤", 2.5, True), (2.6, "≤", 2.5, False),
    (799, "<", 800, True), (800, "<", 800, False),
])
def test_a_goal_is_reached_or_not(value: float, sign: str, goal: float, well: bool) -> None:
    assert page.reached(value, sign, goal) is well


def test_the_results_hold_together() -> None:
    for level, run in RESULTS["load"]["gateway"].items():
        assert run["turns_per_s"] == pytest.approx(run["turns"] / run["seconds"], rel=0.02)
        assert run["p50_ms"] <= run["p95_ms"] <= run["p99_ms"] <= run["max_ms"]
        assert run["errors"] == 0
        echo = RESULTS["load"]["echo"][level]
        assert RESULTS["load"]["ratios"][level]["turns_per_echo"] == pytest.approx(
            run["turns_per_s"] / echo["turns_per_s"], abs=0.002)
    shares = [step["share"] for step in RESULTS["load"]["profile"]["steps"].values()]
    assert shares == sorted(shares, reverse=True)
    assert math.fsum(shares) == pytest.approx(1, abs=0.05)


def test_a_table_shows_a_dash_for_what_was_not_measured() -> None:
    assert page.rows(("a", "b"), [(1, None)]).splitlines()[-1] == "| 1 | – |"


def test_a_machine_without_py_spy_says_so() -> None:
    lacking = {"load": RESULTS["load"] | {"profile": {"not_measured": "py-spy: no such file"}}}
    assert "No profile: py-spy" in page.table(RESULTS | lacking)


async def test_the_watched_process_may_be_another_one() -> None:
    child = await asyncio.create_subprocess_exec("sleep", "30")
    try:
        assert watch.cpu_s(child.pid) < 1
    finally:
        child.kill()
        await child.wait()
