"""A day of 65,000 appeals on WeChat stays inside every cap: the arithmetic, the mix, and a recorded run of its own."""
from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench import page, wechat_page
from bench.citizens import open_mind
from bench.load_generator import Tally
from bench.wechat_caps import CAPS, Arm, Recorded, late_answers, verdicts, without_passive
from bench.wechat_day import WAYS, recorded
from bench.wechat_generator import ACCOUNT, CHECKED, FOLLOWING, LATE, Line, Post
from bench.wechat_mix import APPEALS, MIX, WORST, appeals
from gateway.dialogue import commands
from simulators.wechat.settings import DAILY_CAPS
from tests.tables import table

RESULTS: dict[str, Any] = json.loads(page.RESULTS.read_text("utf-8"))
ARM = Arm("official", 100, 60, 540, 540, {
    "/cgi-bin/message/custom/send": 225, "/cgi-bin/message/template/send": 104, "/cgi-bin/media/get": 178,
    "/cgi-bin/stable_token": 4,
})
MARGIN = 0.85  # of a cap; 60 appeals have other shares than 500 in their last percent
FIRST = ("official", "form")  # ways that must carry all of a day alone


# --- the arithmetic -----------------------------------------------------------------------------------------

def test_the_caps_are_those_that_the_platform_keeps() -> None:
    assert {path: cap.most for cap in CAPS for path in cap.paths} == DAILY_CAPS


@table(("cap", "a_day", "fits", "kept"), [
    ("token", 12, None, True), ("custom/send", 146_250, 222_222, True), ("template/send", 67_600, 96_153, True),
    ("media/upload", 0, None, True), ("media/get", 115_700, 112_359, True),
])
def test_calls_of_some_appeals_are_those_of_a_day(cap: str, a_day: int, fits: int | None, kept: bool) -> None:
    found = {one.cap.name: one for one in verdicts(Recorded((ARM,), {"official": 12}))}
    assert (found[cap].a_day, found[cap].fits, found[cap].kept) == (a_day, fits, kept)


def test_a_cap_that_is_passed_is_seen() -> None:
    many = Arm("official", 1, 1, 8, 0, {"/cgi-bin/message/custom/send": 8})
    (sends,) = [one for one in verdicts(Recorded((many,), {"official": 2_001})) if one.cap.name == "custom/send"]
    assert (sends.a_day, sends.kept, sends.fits) == (8 * APPEALS, False, 62_500)


def test_tokens_go_by_time() -> None:
    (token, *_) = verdicts(Recorded((ARM,), {"official": 2_001}))
    assert (token.recorded, token.a_day, token.kept) == (2_001, 2_001, False)


def test_answers_in_the_response_cost_nothing_and_would_cost_a_send_each() -> None:
    assert without_passive(ARM) == 497_250
    assert late_answers(ARM) == 1.0
    busy = Arm("official", 100, 100, 823, 823, {"/cgi-bin/message/custom/send": 345})
    assert without_passive(busy) == 759_200 > 500_000
    assert late_answers(busy) == pytest.approx(0.5155, abs=1e-3)
    assert late_answers(Arm("form", 1, 1, 0, 0, {})) is None


# --- the mix ------------------------------------------------------------------------------------------------

@table("mix", [MIX, WORST], label=lambda mix: "worst" if mix is WORST else "day")
def test_every_habit_has_its_share(mix: Any) -> None:
    people = list(appeals(mix, 200))
    count = Counter(habit for one in people for habit in one.habits) + Counter({"": len(people)})
    for habit in mix:
        assert count[habit.id] == round(habit.share * count[habit.of]), habit.id
    assert people == list(appeals(mix, 200))


def test_who_does_a_thing_is_of_those_who_may() -> None:
    within = {habit.id: habit.of for habit in MIX}
    for one in appeals(MIX, 200):
        assert all(within[habit] in {"", *one.habits} for habit in one.habits)


def test_the_worst_is_no_better() -> None:
    """Every cap of the official account is nearer on the worst day, or the day is no expectation with a margin."""
    day, worst = (msgspec.convert(RESULTS["wechat_day"][name], Recorded) for name in ("day", "worst"))
    for one, other in zip(verdicts(day), verdicts(worst), strict=True):
        assert other.a_day >= one.a_day or one.arm != "official", one


# --- the recorded run ---------------------------------------------------------------------------------------

def held(run: Recorded, margin: float) -> None:
    """The caps, and that what was recorded is a day at all."""
    for one in verdicts(run):
        if one.arm in FIRST:
            assert one.a_day <= margin * one.cap.most, one
    official = next(arm for arm in run.arms if arm.name == "official")
    assert official.filed == round(0.6 * official.appeals)
    assert official.passive >= 0.95 * official.said, "answers miss the response"
    for path in ("custom/send", "template/send", "media/get"):
        assert any(name.endswith(path) for name in official.calls), path
    assert all(0 < run.tokens[way.name] <= 24 for way in WAYS)


def test_the_day_in_the_results_is_inside_every_cap() -> None:
    held(msgspec.convert(RESULTS["wechat_day"]["day"], Recorded), MARGIN)


@pytest.mark.slow
async def test_a_day_of_appeals_is_inside_every_cap(tmp_path: Path) -> None:
    mind, encoder = await open_mind()
    try:
        held(await recorded(tmp_path / "data", mind, MIX, 60), MARGIN)
    finally:
        await encoder.close()


def test_the_page_shows_the_results() -> None:
    assert wechat_page.PAGE.read_text("utf-8") == wechat_page.text(RESULTS), "run python -m bench.wechat_page"


# --- the load of callbacks ----------------------------------------------------------------------------------

def test_a_citizen_opens_a_matter_and_goes_on_with_commands() -> None:
    post = Post("http://127.0.0.1:9/wechat/x", 1)
    pushes = [sealed for _ in range(50) for sealed in post.citizen()]
    assert sum(sealed.opening for sealed in pushes) / len(pushes) == 0.2
    assert len({str(sealed.push.fields["MsgId"]) for sealed in pushes}) == len(pushes)
    assert len({sealed.push.openid for sealed in pushes}) == 50
    assert all(commands.read(text) for text in FOLLOWING)


def test_every_push_is_signed_and_sealed_for_the_account() -> None:
    (sealed, *_) = Post("http://127.0.0.1:9/wechat/x", 1).citizen()
    assert {"signature", "msg_signature", "timestamp", "nonce"} <= set(sealed.url.query)
    assert sealed.url.query["encrypt_type"] == "aes"
    assert b"Encrypt" in sealed.body
    assert str(sealed.push.fields["Content"]).encode() not in sealed.body


@table(("status", "answer", "fault"), [
    (503, b"", "HTTP 503"), (200, b"success", LATE),
    (200, b"<xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>", "MsgSignature does not fit"),
])
def test_what_is_no_reply_is_an_error(status: int, answer: bytes, fault: str) -> None:
    post, tally = Post("http://127.0.0.1:9/wechat/x", 1), Tally(counting=True)
    assert tally.turns % CHECKED == 0
    line = Line(None, post, tally, 1, bare=False)  # type: ignore[arg-type]
    assert line._fault(status, answer, next(post.citizen())) == fault


def test_the_callbacks_in_the_results_hold_together() -> None:
    found = RESULTS["wechat_callbacks"]
    for level, run in found["gateway"].items():
        assert set(run["error_kinds"]) <= {LATE}
        assert run["turns_per_s"] == pytest.approx(run["turns"] / run["seconds"], rel=0.02)
        bare = found["bare"][level]["turns_per_s"]
        assert found["ratios"][level] == pytest.approx(run["turns_per_s"] / bare, abs=0.002)
    assert ACCOUNT.mode == "safe"
