"""What the case system's page asks and does over HTTP, and what the system makes of operations."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from gateway.config import load
from simulators.case.settings import configuration
from tests.simulators.case.site import WO, Site, open_site
from tests.until import until

ORDER = {"work_order_id": WO, "title": "路灯不亮", "content": "小区门口的路灯坏了一周。", "fields": [
    {"code": "place", "label": {"zh": "地点"}, "value": "天河区体育西路103号"},
    {"code": "since", "label": {"zh": "起始"}, "value": "2026-11-16", "display": "上周一"},
    {"code": "id", "label": {"zh": "证件"}, "value": "secret", "sensitive": True},
]}


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site


async def test_a_case_is_shown_without_what_is_sensitive(site: Site) -> None:
    assert await site.operates("submit", order=ORDER) == (201, "C-000001")
    await site.operates("comment", 2, text="快点", urge=True)
    (case,) = (await site.state())["cases"]
    assert case["fields"] == [["地点", "天河区体育西路103号"], ["起始", "上周一"]]
    assert case["operations"] == [["submit", ""], ["urge", "快点"]]
    assert (case["title"], case["status"], case["round"]) == ("路灯不亮", "新 new", 0)


@pytest.mark.parametrize(("repeats", "cases"), [("idempotent", 1), ("lookup", 2), ("neither", 2)])
async def test_a_key_that_was_seen_is_known_again_or_makes_a_second_case(site: Site, repeats: str, cases: int) -> None:
    assert await site.posts("system", act="repeats", repeats=repeats) == 202
    await site.operates("submit", order=ORDER)
    await site.operates("submit", order=ORDER)
    assert len((await site.state())["cases"]) == cases


async def test_what_is_done_to_a_case_is_told_in_order_and_as_often_as_wanted(site: Site) -> None:
    await site.operates("submit", order=ORDER)
    assert await site.posts("cases", case="C-000001", act="case.dispatched", department="路灯所", copies=3) == 202
    await until(lambda: len(site.heard) == 3)
    assert await site.posts("cases", case=WO, act="case.closed", reply="已修好") == 202
    await until(lambda: len(site.heard) == 4)
    first, *_, last = site.heard
    assert site.heard[:3] == [first] * 3
    assert (first["subject"], first["seq"], first["data"]) == (WO, 1, {"round": 0, "department": "路灯所"})
    assert (last["type"], last["seq"], last["data"]["reply"]) == ("case.closed", 2, "已修好")


async def test_events_that_are_held_come_late_and_backwards(site: Site) -> None:
    await site.operates("submit", order=ORDER)
    await site.posts("system", act="conduct", holding=True)
    for act in ("case.accepted", "case.closed"):
        await site.posts("cases", case=WO, act=act)
    await until(lambda: len(site.served.system.teller.held) == 2)
    assert site.heard == []
    await site.posts("system", act="release", backwards=True)
    await until(lambda: [event["seq"] for event in site.heard] == [2, 1])


async def test_a_forged_event_is_not_believed(site: Site) -> None:
    await site.operates("submit", order=ORDER)
    await site.posts("cases", case=WO, act="forge")
    await until(lambda: [status for _, status in site.served.system.teller.told] == [401])


async def test_faults_befall_as_many_operations_as_was_said(site: Site) -> None:
    await site.posts("system", act="fault", kind="503", times=2, seconds=7)
    assert [(await site.operates("submit", order=ORDER))[0] for _ in range(3)] == [503, 503, 201]
    await site.posts("system", act="fault", kind="reset_after")
    with pytest.raises(aiohttp.ClientError):
        await site.operates("comment", 2, text="a")
    assert site.served.system.book.cases[0].names == ["submit", "comment"]
    await site.posts("system", act="fault", kind="login", times=9)
    await site.posts("system", act="calm")
    assert (await site.state())["faults"] == []


async def test_while_it_is_down_nobody_is_let_in(site: Site) -> None:
    await site.posts("system", act="down")
    await until(lambda: not site.served.up)
    with pytest.raises(aiohttp.ClientConnectorError):
        await site.operates("submit", order=ORDER)
    await site.posts("system", act="up")
    await until(lambda: site.served.up)
    assert await site.operates("submit", order=ORDER) == (201, "C-000001")


async def test_what_is_not_signed_or_is_no_operation_is_refused(site: Site) -> None:
    async with site.http.post(f"{site.served.url}/operations", json={}) as answer:
        assert answer.status == 401
    async with site.http.get(f"{site.served.url}/cases/{WO}") as answer:
        assert answer.status == 401
    assert (await site.operates("comment", 2, text="a"))[0] == 422
    assert (await site.operates("explode"))[0] == 422


@pytest.mark.parametrize(("path", "said"), [
    ("cases", {"case": "C-9", "act": "case.closed"}), ("cases", {"act": "case.closed"}),
    ("cases", {"case": WO, "act": "case.exploded"}), ("cases", {"case": WO, "act": "case.closed", "copies": 99}),
    ("system", {}), ("system", {"act": "explode"}), ("system", {"act": "fault", "kind": "explode"}),
    ("system", {"act": "fault", "kind": "503", "times": -1}), ("system", {"act": "repeats", "repeats": "x"}),
])
async def test_what_it_does_not_know_it_does_not_do(site: Site, path: str, said: dict[str, object]) -> None:
    await site.operates("submit", order=ORDER)
    assert await site.posts(path, **said) == 400


def test_its_settings_are_a_configuration_of_the_gateway(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text(configuration(8093, "lookup"), "utf-8")
    bridge = load(file, {}).casebridge
    assert (bridge.backend, bridge.webhook.url) == ("webhook", "http://127.0.0.1:8093/operations")
    assert (bridge.webhook.repeat, bridge.webhook.lookup_url) == ("lookup", "http://127.0.0.1:8093/cases")
    assert "lookup_url" not in configuration(8093, "neither")
