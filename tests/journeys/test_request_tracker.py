"""The same story with cases in Request Tracker 5, the real one: told back by a scrip of ours.

RT goes by the machine's own clock, and so does this hotline; what takes days elsewhere takes a moment here.
"""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from gateway.app import Mind
from gateway.clock import SystemClock
from gateway.config import Rating
from gateway.config_case import CaseBridge, CaseRt
from tests.casebridge.request_tracker import DEPARTMENT, INTAKE, SECRET, RequestTracker
from tests.contracts.way import Way, way
from tests.journeys.hotline import Citizen, Given, Hotline
from tests.until import until

pytestmark = pytest.mark.slow

OPENING = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
MISSING = {"my_role": "sender", "contact_phone": "138 0013 8000"}
SLOW_S = 40.0  # RT takes a second for an answer where others use the machine, too
SOON = Rating(delay_s=0.3, change_s=2.0)


@dataclass
class World:
    """`there` is the way from the gateway to RT."""

    hotline: Hotline
    tracker: RequestTracker
    there: Way
    citizen: Citizen = field(init=False)

    async def files(self) -> tuple[str, str]:
        """Our number and RT's."""
        self.citizen = await self.hotline.citizen("zh")
        number = await self.citizen.files(OPENING, MISSING)
        return number, await self.taken(number)

    async def taken(self, number: str) -> str:
        async def known() -> str | None:
            return (await self.hotline.case(number)).external_id

        await until(known, SLOW_S)
        return str(await known())

    async def rates(self, resolved: str, satisfaction: str) -> None:
        """What is asked after a closure."""
        assert (await self.citizen.hears()).ask == "resolved"
        await self.citizen.picks(resolved)
        reply = await self.citizen.picks(satisfaction)
        if reply.ask == "reason":
            reply = await self.citizen.says("根本没有送到")
        if reply.ask == "contacted":
            await self.citizen.picks("no")

    def keys(self, number: str) -> list[str]:
        """The operations of ours that RT has, in order."""
        return [one.key.removeprefix(f"{number}:") for one in self.tracker.said(number) if one.key]


@asynccontextmanager
async def world(folder: Path, mind: Mind, tracker: RequestTracker) -> AsyncIterator[World]:
    async with way(tracker.url) as there:
        settings = CaseRt(there.url, tracker.token, INTAKE)
        cases = CaseBridge("rt", events_secret=SECRET, time_scale=0.2, rt=settings)
        given = Given(clock=SystemClock(), port=tracker.events_port, cases=cases, rating=SOON)
        hotline = await Hotline.open(folder / "data", mind, given)
        try:
            yield World(hotline, tracker, there)
        finally:
            await hotline.close()


async def test_not_solved_opens_the_same_ticket_again_and_is_rated_again(
    tmp_path: Path, mind: Mind, tracker: RequestTracker
) -> None:
    async with world(tmp_path, mind, tracker) as here:
        number, ticket = await here.files()
        fields = await tracker.fields(ticket)
        assert (fields["wo_ref"], fields["wo_template"]) == (number, "express_delivery")
        assert (fields["wo_district"], fields["wo_channel"]) == ("海珠区", "web")

        # Moved to the department's queue, and resolved there with a reply.
        await tracker.changes(ticket, Queue=DEPARTMENT)
        heard = await here.citizen.hears()
        assert "邮政管理局" in heard.text
        await tracker.replies(ticket, "已联系网点，快件今日送达。", "resolved")
        assert "今日送达" in (await here.citizen.hears()).text
        await here.rates("no", "1")

        # Back to the same ticket in the same queue, as a new round.
        await here.citizen.hears()
        await until(lambda: "rework:1" in here.keys(number), SLOW_S)
        assert (await tracker.ticket(ticket))["Status"] == "open"
        assert await tracker.queue_of(ticket) == DEPARTMENT
        assert (await tracker.fields(ticket))["wo_round"] == "1"
        assert "根本没有送到" in tracker.said(number)[-1].text
        assert (await here.hotline.case(number)).department == DEPARTMENT

        # Resolved a second time, rated a second time.
        await tracker.replies(ticket, "快件已由专人送到，抱歉。", "resolved")
        assert "专人送到" in (await here.citizen.hears()).text
        await here.rates("yes", "5")
        case = await here.hotline.until(number, lambda case: case.rated is not None)
        assert (case.round, case.status, case.external_id) == (1, "closed", ticket)
        await until(lambda: here.keys(number)[-1].startswith("rating"), SLOW_S)
        assert len([one for one in tracker.said(number) if one.type == "Create"]) == 1
        fields = await tracker.fields(ticket)
        assert (fields["wo_resolved"], fields["wo_satisfaction"]) == ("yes", "5")


# A rule of the city's own: whatever arrives is moved on at once.
RULE = """
my $scrip = RT::Scrip->new(RT->SystemUser);
my ($ok, $why) = $scrip->Create(
    Queue => $ARGV[0], ScripCondition => 'On Create', ScripAction => 'User Defined', Template => 'Blank',
    CustomPrepareCode => '1', CustomCommitCode => "\\$self->TicketObj->SetQueue('$ARGV[1]'); 1",
);
die $why unless $ok;
print $scrip->id;
"""
NO_RULE = "my $scrip = RT::Scrip->new(RT->SystemUser); $scrip->Load($ARGV[0]); $scrip->SetDisabled(1);"


async def test_their_word_comes_before_their_answer(tmp_path: Path, mind: Mind, tracker: RequestTracker) -> None:
    rule = await tracker.perl("-MRT=-init", "-e", RULE, INTAKE, DEPARTMENT)
    try:
        async with world(tmp_path, mind, tracker) as here:
            here.there.held = asyncio.Event()
            here.citizen = await here.hotline.citizen("zh")
            number = await here.citizen.files(OPENING, MISSING)
            assert "邮政管理局" in (await here.citizen.hears()).text
            case = await here.hotline.case(number)
            assert (case.status, case.department, case.external_id) == ("assigned", DEPARTMENT, None)
            here.there.held.set()
            await here.taken(number)
            assert (await here.hotline.case(number)).status == "assigned"
    finally:
        await tracker.perl("-MRT=-init", "-e", NO_RULE, rule)


async def test_staff_ask_the_citizen_answers_and_adds(tmp_path: Path, mind: Mind, tracker: RequestTracker) -> None:
    async with world(tmp_path, mind, tracker) as here:
        number, ticket = await here.files()
        await tracker.replies(ticket, "请提供取件码。", "stalled")
        heard = await here.citizen.hears()
        while heard.ask != "answer":
            heard = await here.citizen.hears()
        assert any("请提供取件码" in one.text for one in here.citizen.read)
        await here.citizen.says("取件码是 12-3-4567")
        await until(lambda: here.keys(number), SLOW_S)
        answer = tracker.said(number)[-2:]
        assert "取件码是 12-3-4567" in "".join(one.text for one in answer)
        assert (await tracker.ticket(ticket))["Status"] == "open"
        assert (await tracker.queue_of(ticket)) == INTAKE

        # Somebody is at work now: what the citizen adds is mailed to them.
        await here.citizen.says("催办")
        await until(lambda: len(here.keys(number)) == 2, SLOW_S)
        urged = next(one for one in reversed(tracker.said(number)) if one.key)
        assert (urged.type, urged.text[:4]) == ("Correspond", "【催办】")


async def test_an_answer_that_is_lost_makes_no_second_ticket(
    tmp_path: Path, mind: Mind, tracker: RequestTracker
) -> None:
    async with world(tmp_path, mind, tracker) as here:
        here.there.lost = 1
        number, ticket = await here.files()
        assert await tracker.number(number) == ticket


async def test_whoever_does_not_know_the_secret_closes_nothing(
    tmp_path: Path, mind: Mind, tracker: RequestTracker
) -> None:
    async with world(tmp_path, mind, tracker) as here:
        number, ticket = await here.files()
        secret = tracker.folder / "secret"
        try:
            secret.write_text("whsec_" + "YSBzZWNyZXQgb2Ygc29tZWJvZHkgZWxzZSdzLi4u" + "\n")
            await tracker.replies(ticket, "已办", "resolved")
        finally:
            secret.write_text(SECRET + "\n")
        assert (await here.hotline.case(number)).status == "submitted"
        forged = {"type": "case.closed", "id": "x", "time": "2026-11-23T02:00:00Z", "subject": number, "seq": 10**6}
        url = here.hotline.url + "/cases/events"
        async with aiohttp.ClientSession() as http, http.post(url, json=forged) as answer:
            assert answer.status == 401
        await here.citizen.says("我的工单到哪一步了")
        assert (await here.hotline.case(number)).status == "submitted"
