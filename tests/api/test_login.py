"""A phone is proved by a code; what was begun on one device goes on at another."""
from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from gateway.citizens import Citizens
from gateway.dialogue.draft import load
from gateway.messages import Choice, Content, Form, Inbound, Outbound, Text, decode_outbound
from tests.api.hotline import Client, Phones, fits
from tests.channels.web.house import serve
from tests.channels.web.site import open_site
from tests.journeys.hotline import Hotline
from tests.until import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAMP: dict[str, Any] = {"description": "楼下的路灯坏了三天了，一直没有人来修"}
_NUMBERS = count(13800138001)


@pytest.fixture
def phone() -> str:
    """A number that no other test has used."""
    return str(next(_NUMBERS))


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def an_hour_later(hotline: Hotline) -> AsyncIterator[None]:
    """So that no test meets the limits of another one."""
    hotline.clock.advance(3_601)
    yield


async def send(client: Client, phone: str) -> int:
    return (await client.ask("POST", "/api/login/phone", {"phone": phone})).status


async def verify(client: Client, phone: str, code: str) -> int:
    return (await client.ask("POST", "/api/login/phone/verify", {"phone": phone, "code": code})).status


# --- the code -----------------------------------------------------------------------------------------------

async def test_the_code_links_the_session_that_asked_for_it(client: Client, phones: Phones, phone: str) -> None:
    before = await client.conversation()
    sent = await client.ask("POST", "/api/login/phone", {"phone": f"{phone[:3]} {phone[3:7]} {phone[7:]}"})
    fits("/api/login/phone", "post", "202", sent.body)
    (code,) = phones.codes["+86" + phone]
    proved = await client.ask("POST", "/api/login/phone/verify", {"phone": "+86" + phone, "code": code})
    fits("/api/login/phone/verify", "post", "200", proved.body)
    assert (proved.status, proved.body["session"], await client.conversation()) == (200, client.token, before)
    store = client.hotline.gateway.store
    account = await Citizens(store.records, store.shared, client.hotline.gateway.ids).account(before)
    assert account is not None
    assert account.phone == "+86" + phone


async def test_a_caller_without_a_session_gets_one(hotline: Hotline, phones: Phones, phone: str) -> None:
    nobody = Client(hotline)
    proved = await nobody.prove(phones, phone)
    nobody.token = proved.body["session"]
    assert (await nobody.ask("GET", "/api/work-orders")).body == {"work_orders": []}


async def test_a_code_counts_once_and_for_its_own_caller(
    client: Client, hotline: Hotline, phones: Phones, phone: str
) -> None:
    await send(client, phone)
    (code,) = phones.codes["+86" + phone]
    assert await verify(await Client(hotline).begin(), phone, code) == 422
    assert await verify(client, phone, code) == 200
    assert await verify(client, phone, code) == 422


async def test_five_tries_and_five_minutes(client: Client, hotline: Hotline, phones: Phones, phone: str) -> None:
    await send(client, phone)
    wrong = f"{(int(phones.codes['+86' + phone][-1]) + 1) % 1_000_000:06d}"
    for _ in range(5):
        answer = await client.ask("POST", "/api/login/phone/verify", {"phone": phone, "code": wrong})
        assert (answer.status, answer.faults) == (422, {"code": "code"})
    assert await verify(client, phone, phones.codes["+86" + phone][-1]) == 422, "not even the right one"
    hotline.clock.advance(61)
    await send(client, phone)
    hotline.clock.advance(301)
    assert await verify(client, phone, phones.codes["+86" + phone][-1]) == 422


async def test_the_answer_is_the_same_and_the_limits_hold(
    client: Client, hotline: Hotline, phones: Phones, phone: str
) -> None:
    assert [await send(client, phone) for _ in range(3)] == [202, 202, 202]
    assert len(phones.codes["+86" + phone]) == 1, "one a minute"
    for _ in range(8):
        hotline.clock.advance(61)
        assert await send(client, phone) == 202
    assert len(phones.codes["+86" + phone]) == 5, "five a day"
    hotline.clock.advance(86_400)
    await send(client, phone)
    assert len(phones.codes["+86" + phone]) == 6


async def test_an_address_has_its_own_limit(client: Client, phones: Phones) -> None:
    numbers = [str(next(_NUMBERS)) for _ in range(25)]
    assert {await send(client, number) for number in numbers} == {202}
    assert sum("+86" + number in phones.codes for number in numbers) == 20


@pytest.mark.parametrize("given", ["12345", "1380013800", "abc", "110", " "])
async def test_what_is_no_phone_is_said_so(client: Client, given: str) -> None:
    answer = await client.ask("POST", "/api/login/phone", {"phone": given})
    assert (answer.status, answer.faults) == (422, {"phone": "phone"})


async def test_a_network_that_is_away_tells_nobody_anything(client: Client, phones: Phones, phone: str) -> None:
    phones.away = True
    assert await send(client, phone) == 202
    phones.away = False


async def test_a_session_stays_with_whom_it_was_linked_to(client: Client, phones: Phones, phone: str) -> None:
    await client.prove(phones, phone)
    client.hotline.clock.advance(61)
    assert (await client.prove(phones, phone)).status == 200, "the same number again is nothing new"
    other = await client.prove(phones, str(next(_NUMBERS)))
    assert (other.status, other.body["code"]) == (409, "already_linked")


async def test_where_no_channel_can_bring_a_code_the_answer_says_so(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        api = site.api()
        api = replace(api, front=replace(api.front, sender=None))
        async with serve(api.routes(), middlewares=[api.middleware()]) as url, aiohttp.ClientSession() as session:
            for path, body in (("", {}), ("/verify", {"code": "123456"})):
                async with session.post(f"{url}/api/login/phone{path}", json={"phone": "13800138000"} | body) as answer:
                    assert (answer.status, (await answer.json(content_type=None))["code"]) == (503, "unavailable")


# --- what it opens ------------------------------------------------------------------------------------------

async def say(client: Client, content: Content) -> Outbound:
    """Into the chat, and the next message of its feed."""
    conversation, gateway = await client.conversation(), client.hotline.gateway
    read = len(await gateway.store.shared.feed_read(conversation, None))
    id_ = f"m{next(_NUMBERS)}"
    await gateway.intake.accept(Inbound(id_, conversation, "web", client.hotline.clock.ms(), content))
    return await heard(client, read)


async def heard(client: Client, read: int) -> Outbound:
    conversation, shared = await client.conversation(), client.hotline.gateway.store.shared

    async def more() -> bool:
        return len(await shared.feed_read(conversation, None)) > read

    await until(more)
    return decode_outbound((await shared.feed_read(conversation, None))[-1].body)


async def draft(client: Client) -> dict[str, object] | None:
    answer = await client.ask("GET", "/api/draft")
    return answer.body if answer.status == 200 else None


async def test_a_proved_number_is_not_asked_for(client: Client, phones: Phones, phone: str) -> None:
    assert (await client.file("general", LAMP)).faults == {"contact_phone": "missing"}
    await client.prove(phones, phone)
    filed = await client.file("general", LAMP)
    case = await client.hotline.case(filed.body["work_order_id"])
    assert case.order["complainant"]["phone"] == "+86" + phone
    other = await client.file("general", LAMP | {"contact_phone": "020-83330000"})
    case = await client.hotline.case(other.body["work_order_id"])
    assert case.order["complainant"]["phone"] == "+862083330000", "another one may be given"


async def test_a_form_that_waits_for_the_number_goes_on_when_it_is_proved(
    client: Client, phones: Phones, phone: str
) -> None:
    asked = await say(client, Form("general", dict(LAMP)))
    assert asked.ask == "contact_phone"
    await client.prove(phones, phone)
    shared, conversation = client.hotline.gateway.store.shared, await client.conversation()
    last = decode_outbound((await shared.feed_read(conversation, None))[-1].body)
    assert last.ask == "confirm"


async def test_the_citizen_sees_the_cases_of_all_their_sessions(
    client: Client, hotline: Hotline, phones: Phones, phone: str
) -> None:
    first = (await client.file("general", LAMP | {"contact_phone": phone}, key="shared")).body["work_order_id"]
    await client.prove(phones, phone)
    other = await Client(hotline).begin()
    hotline.clock.advance(61)
    await other.prove(phones, phone)
    second = (await other.file("general", LAMP)).body["work_order_id"]
    for session in (client, other):
        mine = (await session.ask("GET", "/api/work-orders")).body["work_orders"]
        assert [case["work_order_id"] for case in mine] == [second, first]
    assert (await other.ask("GET", f"/api/work-orders/{first}")).status == 200
    again = await other.file("general", LAMP | {"contact_phone": phone}, key="shared")
    assert again.body["work_order_id"] == first, "a key belongs to the citizen, wherever it was used"


async def test_files_of_ones_other_session_may_be_read_and_filed(
    client: Client, hotline: Hotline, phones: Phones, phone: str
) -> None:
    photo, other = await client.upload(), await Client(hotline).begin()
    assert (await other.ask("GET", f"/api/uploads/{photo}")).status == 404
    await client.prove(phones, phone)
    hotline.clock.advance(61)
    await other.prove(phones, phone)
    assert (await other.ask("GET", f"/api/uploads/{photo}")).status == 200
    filed = await other.file("general", LAMP | {"evidence": [photo]})
    case = await hotline.case(filed.body["work_order_id"])
    assert [one["id"] for one in case.order["attachments"]] == [photo]


async def test_a_draft_is_gone_on_with_in_the_session_that_was_proved_later(
    client: Client, hotline: Hotline, phones: Phones, phone: str
) -> None:
    await client.prove(phones, phone)
    await say(client, Form("express_delivery", {"carrier": "sf"}))
    before = await draft(client)
    other = await Client(hotline).begin()
    hotline.clock.advance(61)
    await other.prove(phones, phone)
    offer = await heard(other, 0)
    assert (offer.ask, [choice.value for choice in offer.choices]) == ("resume", ["continue", "no"])
    assert await draft(other) is None

    question = await say(other, Choice("continue", offer.id))
    assert question.ask == "tracking_number"
    assert await draft(other) == before
    assert await draft(client) is None, "it is in one place only"
    assert (await say(client, Text("单号SF1234567890123"))).ask != "problem"


async def test_no_leaves_it_where_it_is(client: Client, hotline: Hotline, phones: Phones, phone: str) -> None:
    await client.prove(phones, phone)
    await say(client, Form("express_delivery", {"carrier": "sf"}))
    other = await Client(hotline).begin()
    hotline.clock.advance(61)
    await other.prove(phones, phone)
    await say(other, Text("不用了"))
    assert await draft(other) is None
    assert await draft(client) is not None


async def test_what_was_filed_meanwhile_is_not_filed_again(
    client: Client, hotline: Hotline, phones: Phones, phone: str
) -> None:
    await client.prove(phones, phone)
    await say(client, Form("general", dict(LAMP)))
    other = await Client(hotline).begin()
    hotline.clock.advance(61)
    await other.prove(phones, phone)
    assert (await say(client, Choice("file"))).work_order
    gone = await say(other, Choice("continue"))
    assert (gone.ask, await draft(other)) == (None, None)
    assert len((await client.ask("GET", "/api/work-orders")).body["work_orders"]) == 1


async def test_a_form_begun_meanwhile_is_kept_and_the_other_goes_home(
    client: Client, hotline: Hotline, phones: Phones, phone: str
) -> None:
    """Both came in one breath: the yes, and a form for something else."""
    await client.prove(phones, phone)
    await say(client, Form("express_delivery", {"carrier": "sf"}))
    other = await Client(hotline).begin()
    hotline.clock.advance(61)
    await other.prove(phones, phone)
    lanes, conversation = hotline.gateway.store.lanes, await other.conversation()
    await hotline.gateway.intake.accept(Inbound("y", conversation, "web", hotline.clock.ms(), Choice("continue")))
    await say(other, Form("general", {}))

    async def settled() -> bool:
        states = [load((await lanes.state("in", await one.conversation()))[0]) for one in (client, other)]
        return [state.draft.template if state.draft else None for state in states] == ["express_delivery", "general"]

    await until(settled)
