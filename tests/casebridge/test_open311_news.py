"""What became of requests: the list of updates where the server has one, and how they stand where it has none."""
from __future__ import annotations

from datetime import timedelta

import pytest

from casebridge.open311.backend import Abilities
from casebridge.open311.news import STATUSES
from casebridge.open311.services import own
from casebridge.open311.submission import Manners, request
from gateway.errors import Retry
from gateway.orders import CaseEvent
from gateway.polling import Followed
from simulators.open311.conduct import Conduct
from simulators.open311.office import Office, Update
from tests.casebridge.open311_world import FORM, WO, World, op, order, world

NO_UPDATES = Abilities(lookup=True, updates=False, token_waits_s=(0,))


def filed(here: World, n: int = 1) -> list[Followed]:
    """Cases that the server has."""
    cases = []
    for k in range(n):
        wo = f"WO-20261123-{k:010d}"
        form = request(order(wo), own([FORM]).services[FORM.id], Manners())
        cases.append(Followed(wo, here.office.file([("api_key", here.office.key), *form]).id, "submitted"))
    return cases


def told(events: list[CaseEvent]) -> list[tuple[str, str | None, str | None]]:
    return [(event.type, event.data.status, event.data.reply) for event in events]


async def test_every_status_has_its_event_whatever_its_case() -> None:
    expected = {
        "open": "progress", "IN_PROGRESS": "progress", "Planned": "progress", "action scheduled": "progress",
        "investigating": "progress", "for-triage": "progress", "internal_referral": "dispatched", "fixed": "closed",
        "closed": "closed", "duplicate": "closed", "no_further_action": "rejected", "cancelled": "cancelled",
        "not_councils_responsibility": "rejected", "reopen": "reopened",
    }
    assert {name.lower().replace(" ", "_").replace("-", "_") for name in expected} == set(STATUSES)
    async with world() as here:
        (case,) = filed(here)
        for status in expected:
            here.office.say(case.external_id, status, "")
            here.clock.advance(1)
        assert [event.type for event in await here.changes()] == [f"case.{what}" for what in expected.values()]


async def test_words_without_a_change_are_a_comment_and_nothing_is_no_news() -> None:
    async with world() as here:
        (case,) = filed(here)
        here.office.say(case.external_id, "unchanged", "已转养护单位")
        here.office.say(case.external_id, "unchanged", "")
        here.office.say(case.external_id, "on_the_moon", "")
        here.office.say(case.external_id, "on_the_moon", "?")
        assert told(await here.changes()) == [
            ("case.progress", "unchanged", "已转养护单位"), ("case.progress", "unchanged", "?")]


async def test_an_event_is_the_same_whenever_it_is_heard() -> None:
    async with world(Conduct(counted=True)) as here:
        (case,) = filed(here)
        here.office.say(case.external_id, "closed", "已清理", "77")
        first = await here.changes()
        here.clock.advance(60)
        assert await here.changes() == first
        assert (first[0].id, first[0].source, first[0].seq, first[0].subject) == ("77", "open311", None, "1001")


async def test_the_echo_of_our_own_words_is_no_news() -> None:
    async with world(Conduct(echoes=True)) as here:
        (case,) = filed(here)
        wo = case.work_order_id
        await here.backend.send(op("rework", 1, wo=wo, round=1, reason="没修好"), case.external_id)
        here.office.say(case.external_id, "investigating", "再看")
        assert told(await here.changes()) == [("case.progress", "in_progress", "再看")]


async def test_pages_are_days_oldest_first() -> None:
    async with world() as here:
        (case,) = filed(here)
        for _ in range(3):
            here.clock.advance(86_400)
            here.office.say(case.external_id, "open", f"{here.clock.now():%d}")
            here.office.updates.append(_earlier(here.office, 5))
        since = here.clock.now() - timedelta(days=3, hours=-1)
        pages = [page async for page in here.news.changes(since)]
        assert [[event.data.reply for event in page] for page in pages] == [
            ["earlier", "24"], ["earlier", "25"], ["earlier", "26"]]


def _earlier(office: Office, seconds: float) -> Update:
    last = office.updates[-1]
    return Update(f"{last.id}-earlier", last.request, "open", "earlier", last.at - timedelta(seconds=seconds))


async def test_times_without_an_offset_are_the_citys() -> None:
    """The standard wants one; a time nobody can read is now."""
    async with world() as here:
        for written, read in (
            ("2026-11-23T09:00:00", "2026-11-23T09:00:00+08:00"), ("2026-11-23 09:00", "2026-11-23T09:00:00+08:00"),
            ("2026-11-23T01:00:00Z", "2026-11-23T01:00:00+00:00"), ("yesterday", "2026-11-23T02:00:00+00:00"),
        ):
            row = {"update_id": 5, "service_request_id": 7, "status": "closed", "updated_datetime": written}
            here.server.answers["GET /v2/servicerequestupdates.json"] = {"data": row}
            (event,) = await here.changes()
            assert event.time == read, written


# --- without a list of updates ------------------------------------------------------------------------------

async def test_a_server_of_the_plain_standard_is_asked_how_cases_stand() -> None:
    async with world(Conduct(updates=False), abilities=NO_UPDATES) as here:
        assert not here.news.tells
        cases = filed(here, 2)
        assert await here.changes() == []
        assert await here.states(*cases) == []
        here.office.say(cases[0].external_id, "open", "已派人")
        here.office.say(cases[1].external_id, "closed", "修好了")
        events = await here.states(*cases)
        assert [(event.type, event.subject, event.data.reply) for event in events] == [
            ("case.progress", cases[0].work_order_id, "已派人"), ("case.closed", cases[1].work_order_id, "修好了")]
        assert events[1].id == "1002:closed:2026-11-23T02:00:00Z"
        assert await here.states(*cases) == events


async def test_fifty_cases_are_one_question() -> None:
    async with world() as here:
        cases = filed(here, 101)
        asked = len(here.server.seen)
        for case in cases:
            here.office.say(case.external_id, "fixed", "")
        assert len(await here.states(*cases)) == 101
        assert len(here.server.seen) - asked == 3


@pytest.mark.parametrize("status", [404, 500, 400])
async def test_one_id_that_the_server_lost_does_not_hide_the_others(status: int) -> None:
    async with world(Conduct(unknown=status)) as here:
        cases = filed(here, 50)
        for case in cases:
            here.office.say(case.external_id, "fixed", "")
        for lost in (3, 17):
            del here.office.requests[cases[lost].external_id]
        found = {event.subject for event in await here.states(*cases)}
        assert found == {case.work_order_id for n, case in enumerate(cases) if n not in (3, 17)}


async def test_a_server_that_refuses_every_list_is_in_trouble() -> None:
    async with world(Conduct(unknown=500)) as here:
        cases = filed(here, 50)
        here.office.requests.clear()
        with pytest.raises(Retry):
            await here.states(*cases)


async def test_a_case_that_has_but_a_token_is_followed_once_it_has_a_number() -> None:
    async with world(Conduct(tokens=9)) as here:
        await here.backend.send(op("submit"), None)
        case = Followed(WO, "token:t1001", "submitted")
        assert await here.states(case) == []
        here.conduct.tokens = 0
        here.office.say("1001", "closed", "好了")
        assert [event.subject for event in await here.states(case)] == [WO]
        assert [event.subject for event in await here.changes()] == [WO]
