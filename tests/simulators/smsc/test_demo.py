"""What the demo page asks and does over HTTP, and what its program prints."""
from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio

from channels.sms.smpp import SmppLink
from gateway.config import load
from gateway.config_sms import Sms, SmsKannel, SmsSmpp
from simulators.smsc.demo import CITIZENS, Demo, shown
from simulators.smsc.handset import FORMS
from simulators.smsc.settings import configuration
from tests.channels.sms.site import NUMBER, Site, open_site
from tests.until import until

FIRST, SECOND = CITIZENS
LONG = "天河区体育西路103号对面的工地夜里还在打桩，" * 8
ENGLISH = "The street lamp near our gate has been broken for a week {and} it is dark. " * 3


@dataclass
class Street:
    site: Site
    link: SmppLink
    http: aiohttp.ClientSession
    url: str

    async def posts(self, path: str, body: object) -> int:
        async with self.http.post(self.url + path, json=body) as answer:
            return answer.status

    async def says(self, text: str, **more: object) -> None:
        """Returns when the core has it."""
        before = len(self.site.core.texts)
        assert await self.posts("acts", {"citizen": FIRST, "act": "says", "text": text, **more}) == 202
        await until(lambda: len(self.site.core.texts) > before)

    async def state(self) -> dict[str, Any]:
        async with self.http.get(self.url + "state") as answer:
            told: dict[str, Any] = (await answer.json())["shown"]
            return told

    async def bubbles(self) -> list[tuple[str, int, list[str]]]:
        """Of the first phone: side, parts, states."""
        return [(each["side"], each["parts"], each["states"]) for each in (await self.state())["phones"][0]["bubbles"]]

    async def shows(self, expected: list[tuple[str, int, list[str]]]) -> None:
        """Soon: of each text and each receipt the carrier hears a moment after the core has it."""
        async def holds() -> bool:
            return await self.bubbles() == expected
        await until(holds)


@pytest_asyncio.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with (
        open_site(tmp_path) as site, shown(Demo(site.carrier, site.clock, "http://desk/")) as url, site.link() as link,
        aiohttp.ClientSession() as http,
    ):
        yield Street(site, link, http, url)


async def test_long_texts_arrive_whole_in_every_form_and_order(street: Street) -> None:
    for form in FORMS:
        for text in (LONG, ENGLISH):
            await street.says(f"{form} {text}", form=form, turned=True)
    assert street.site.core.texts == [f"{form} {text}" for form in FORMS for text in (LONG, ENGLISH)]
    parts = [parts for _, parts, _ in await street.bubbles()]
    assert parts == [3, 2] * 3 + [1, 1], "a payload is one part"


async def test_the_phone_shows_what_was_said_in_order_and_how_it_fared(street: Street) -> None:
    await street.says("在吗")
    for id_, receipts in (("a", "prompt"), ("b", "held"), ("c", "never")):
        await street.posts("carrier", {"act": "conduct", "receipts": receipts})
        await street.link.send(street.site.sms(id_, "在。"))
    await street.says("好")
    taken = ("citizen", 1, ["taken"])
    prompt, held, never = (("account", 1, states) for states in (["DELIVRD"], ["held"], list[str]()))
    await street.shows([taken, prompt, held, never, taken])
    await street.posts("carrier", {"act": "release", "outcome": "EXPIRED"})
    await street.shows([taken, prompt, ("account", 1, ["EXPIRED"]), never, taken])
    assert street.site.core.states == [("a", "delivered"), ("b", "expired")]
    assert [phone["cost"] for phone in (await street.state())["phones"]] == [3, 0]


async def test_what_does_not_arrive_is_not_shown(street: Street) -> None:
    await street.posts("carrier", {"act": "conduct", "outcome": "UNDELIV"})
    await street.link.send(street.site.sms("a", "在。"))
    await until(lambda: street.site.core.states == [("a", "failed")])
    assert await street.bubbles() == []
    assert street.site.carrier.told == {street.site.carrier.submitted[0].id: "UNDELIV"}


async def test_the_carrier_behaves_as_far_as_it_is_told(street: Street) -> None:
    carrier = street.site.carrier
    await street.posts("acts", {"citizen": FIRST, "act": "turns_off"})
    await street.posts("carrier", {"act": "conduct", "receipts": "early", "throttled": 3})
    await street.posts("carrier", {"act": "conduct", "cut": 2})
    assert (carrier.conduct.receipts, carrier.conduct.throttled, carrier.conduct.cut) == ("early", 3, 2)
    assert carrier.conduct.refusals == {NUMBER: 0x0B}
    await street.posts("carrier", {"act": "calm"})
    assert (carrier.conduct.receipts, carrier.conduct.throttled, carrier.conduct.refusals) == ("prompt", 0, {})


async def test_what_is_no_act_is_refused_and_changes_nothing(street: Street) -> None:
    wrong: list[tuple[str, object]] = [
        ("acts", {"citizen": "nobody", "act": "says", "text": "好"}), ("acts", {"citizen": FIRST, "act": "sings"}),
        ("acts", {"citizen": FIRST, "act": "says"}), ("acts", []),
        ("acts", {"citizen": FIRST, "act": "says", "text": "好", "form": "single"}),
        ("carrier", {"act": "explode"}), ("carrier", {}), ("carrier", {"act": "conduct", "receipts": "sometimes"}),
        ("carrier", {"act": "conduct", "throttled": -1, "receipts": "never"}),
        ("carrier", {"act": "conduct", "cut": "many"}), ("carrier", {"act": "release", "outcome": "LOST"}),
    ]
    assert [await street.posts(path, body) for path, body in wrong] == [400] * len(wrong)
    async with street.http.post(street.url + "acts", data='{"act": "turns_off"}') as answer:
        assert answer.status == 415, "a foreign page may send text/plain unasked"
    assert street.site.carrier.conduct.receipts == "prompt"
    assert street.site.core.texts == []


async def test_the_journal_is_readable(street: Street) -> None:
    await street.says("楼上漏水")
    await street.shows([("citizen", 1, ["taken"])])
    async with street.http.get(street.url + "journal") as answer:
        assert f"deliver {NUMBER} 楼上漏水 → 0x00" in await answer.text()
        assert answer.content_type == "text/plain"
    assert not any("enquire" in line for line in (await street.state())["journal"])


def test_the_printed_settings_are_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "sms.toml"
    told: list[Sms] = []
    for sendsms in (None, 13013):
        file.write_text(configuration(2775, "http://127.0.0.1:8080", sendsms), "utf-8")
        told += load(file, {}).sms
    direct, kannel = told
    assert isinstance(direct, SmsSmpp)
    assert isinstance(kannel, SmsKannel)
    assert (direct.port, direct.numbers, kannel.numbers) == (2775, ("10612345",), ("10612345",))
    assert (kannel.smsc_port, kannel.smsc_system_id) == (direct.port, direct.system_id)
    assert kannel.url == "http://127.0.0.1:13013/cgi-bin/sendsms"
    assert [len(token) >= 32 for token in kannel.tokens] == [True]
