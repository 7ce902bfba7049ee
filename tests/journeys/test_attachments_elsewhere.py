"""A photo on its way to a case system of somebody else's: it fetches the file by the link it was handed."""
from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.app import Mind
from simulators.case.book import Case
from simulators.case.faults import Fault
from simulators.open311.conduct import Conduct
from tests.casebridge.request_tracker import RequestTracker
from tests.images import jpeg
from tests.journeys import test_case_system, test_open311, test_request_tracker
from tests.journeys.hotline import Citizen, Hotline
from tests.until import until

OPENING, MISSING = test_case_system.OPENING, test_case_system.MISSING
MINUTE_S, DAY_S = 60, 86_400


async def fetched(url: str) -> tuple[int, bytes]:
    """As a machine without an account gets it."""
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.read()


async def files_with_a_photo(citizen: Citizen) -> str:
    await citizen.says(OPENING)
    reply = await citizen.sends_photo(jpeg())
    while reply.ask != "confirm":
        assert reply.ask is not None
        answer = MISSING[reply.ask]
        reply = await (citizen.picks(answer) if answer in reply.choices else citizen.says(answer))
    number = (await citizen.picks("file")).work_order
    assert number is not None
    return number


async def bytes_of(hotline: Hotline, number: str, which: int = 0) -> bytes:
    """The file as the gateway keeps it."""
    order = (await hotline.case(number)).order
    return await hotline.gateway.blobs.open(order["attachments"][which]["id"])


def only(attachments: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    (one,) = attachments
    return one


async def test_a_case_system_fetches_the_photo_until_its_link_expires(tmp_path: Path, mind: Mind) -> None:
    async with test_case_system.city(tmp_path, mind) as (hotline, system):
        citizen = await hotline.citizen("zh")
        number = await files_with_a_photo(citizen)
        await until(lambda: system.book.find(number))
        (case,) = system.book.find(number)
        handed, photo = only(case.order["attachments"]), await bytes_of(hotline, number)
        assert handed["url"].startswith(f"{hotline.url}/api/uploads/{handed['id']}?")
        assert await fetched(handed["url"]) == (200, photo)
        assert (handed["size"], handed["sha256"]) == (len(photo), sha256(photo).hexdigest())

        # No other way in, and none in what we keep and show ourselves.
        address, _, query = handed["url"].partition("?")
        changed = query[:-1] + ("1" if query[-1] == "0" else "0")
        for url in (address, f"{address}?{changed}", f"{hotline.url}/api/uploads/{'0' * 32}?{query}"):
            assert (await fetched(url))[0] == 404
        kept, shown = await hotline.case(number), await (await hotline.staff("clerk")).case(number)
        assert "signature" not in json.dumps([kept.order, shown], ensure_ascii=False)

        hotline.clock.advance(7 * DAY_S - 1)
        assert (await fetched(handed["url"]))[0] == 200
        hotline.clock.advance(1)
        assert (await fetched(handed["url"]))[0] == 404


async def test_a_photo_that_is_added_later_has_a_link_as_well(tmp_path: Path, mind: Mind) -> None:
    async with test_case_system.city(tmp_path, mind) as (hotline, system):
        citizen = await hotline.citizen("zh")
        number = await citizen.files(OPENING, MISSING)
        await until(lambda: system.book.find(number))
        (case,) = system.book.find(number)
        await system.teller.tell(case, "case.question", reply="有面单照片吗？")
        while (await citizen.hears()).ask != "answer":
            continue
        await citizen.sends_photo(jpeg())
        await until(lambda: with_files(case))
        handed = only(with_files(case)[0]["attachments"])
        assert await fetched(handed["url"]) == (200, await bytes_of(hotline, number))


def with_files(case: Case) -> list[Mapping[str, Any]]:
    return [one.data for one in case.operations if one.name == "comment" and one.data.get("attachments")]


async def test_what_is_sent_again_after_two_days_has_a_fresh_link(tmp_path: Path, mind: Mind) -> None:
    async with test_case_system.city(tmp_path, mind) as (hotline, system):
        system.faults.add(Fault("503"))
        citizen = await hotline.citizen("zh")
        number = await files_with_a_photo(citizen)
        await until(lambda: any("503" in line for line in system.journal))
        hotline.clock.advance(2 * DAY_S)

        def sent_again() -> object:
            """However late the failed try was put back: its pause begins then."""
            hotline.clock.advance(MINUTE_S)
            return system.book.find(number)

        await until(sent_again)
        handed = only(system.book.find(number)[0].order["attachments"])
        hotline.clock.advance(6 * DAY_S)  # the eighth day of the case
        assert await fetched(handed["url"]) == (200, await bytes_of(hotline, number))


async def test_an_open311_server_whose_descriptions_only_staff_read_fetches_the_photo(
    tmp_path: Path, mind: Mind
) -> None:
    async with test_open311.city(tmp_path, mind, Conduct(), public=False) as (hotline, office):
        citizen = await hotline.citizen("zh")
        number = await files_with_a_photo(citizen)
        await until(lambda: office.requests)
        (request,) = office.requests.values()
        assert await fetched(request.form["media_url"]) == (200, await bytes_of(hotline, number))
        assert "signature" not in request.form["description"]


@pytest.mark.slow
async def test_who_reads_the_ticket_in_rt_has_the_photo(tmp_path: Path, mind: Mind, tracker: RequestTracker) -> None:
    async with test_request_tracker.world(tmp_path, mind, tracker) as here:
        here.citizen = await here.hotline.citizen("zh")
        number = await files_with_a_photo(here.citizen)
        await here.taken(number)
        url = re.search(r"http://\S+/api/uploads/\S+", tracker.said(number)[0].text)
        assert url is not None
        assert await fetched(url.group()) == (200, await bytes_of(here.hotline, number))
