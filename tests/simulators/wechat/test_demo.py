"""What the demo page asks and does over HTTP, and the simulator as a program of its own."""
from __future__ import annotations

import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.config import load
from simulators.wechat.demo import KF_ACTS, PHONE_ACTS
from simulators.wechat.journal import Entry
from simulators.wechat.settings import configuration, kf, mini, official
from tests.clock import START
from tests.simulators.wechat.site import Site, text_reply, unsealed
from tests.until import until

ROOT = Path(__file__).parents[3]
ACT = {"account": "hotline", "citizen": "市民甲"}
PICTURE = {"data": base64.b64encode(b"picture").decode(), "content_type": "image/jpeg"}
SAID: dict[str, dict[str, Any]] = {
    "says": {"text": "楼上漏水"}, "speaks": {"text": "漏水"}, "mumbles": {}, "photographs": PICTURE, "films": PICTURE,
    "stands_at": {"latitude": 23.1, "longitude": 113.3, "label": "体育西路"}, "picks": {"item": "never offered"},
    "taps": {"key": "complain"}, "follows": {}, "leaves": {}, "scans": {"scene": "t=express_delivery"}, "enters": {},
    "answers": {"templates": ["one-time-progress"], "accept": True}, "agent_takes": {}, "agent_says": {"text": "您好"},
    "agent_ends": {},
}


async def post(site: Site, path: str, body: object, content_type: str = "application/json") -> int:
    async with site.session.post(site.wechat.url + path, data=json.dumps(body),
                                 headers={"Content-Type": content_type}) as response:
        return response.status


async def state(site: Site, known: str = "") -> dict[str, Any]:
    """The whole of it, {} where it is as known."""
    async with site.session.get(site.wechat.url + "/demo/state", params={"known": known}) as response:
        told: dict[str, Any] = await response.json() if response.status == 200 else {}
        return told


async def test_the_state_shows_every_phone_with_its_windows_and_is_told_once(site: Site) -> None:
    site.answers(text_reply(site.hotline.settings, site.hotline.citizen("市民甲").openid, "在哪里？"))
    assert await post(site, "/demo/acts", {**ACT, "act": "says", "text": "楼上漏水"}) == 202
    await until(lambda: site.hotline.citizen("市民甲").texts() == ["在哪里？"])
    told = await state(site)
    assert await state(site, told["digest"]) == {}
    first = told["shown"]["accounts"][0]
    assert [citizen["name"] for citizen in first["citizens"]] == ["市民甲", "市民乙"]
    phone = first["citizens"][0]
    assert [(bubble["side"], bubble["text"], bubble["way"]) for bubble in phone["bubbles"]] == [
        ("citizen", "楼上漏水", ""), ("account", "在哪里？", "passive")]
    assert [(window["act"], window["left"]) for window in phone["windows"]] == [("message", 5)]
    await post(site, "/demo/acts", {**ACT, "act": "waits_48_hours"})
    assert (await state(site))["shown"]["accounts"][0]["citizens"][0]["windows"] == []


async def test_every_act_of_either_kind_of_phone_is_done(site: Site) -> None:
    acts = [("hotline", act) for act in PHONE_ACTS] + [("seat", act) for act in KF_ACTS]
    for account, act in acts:
        body = {"account": account, "citizen": "市民甲", "act": act, **SAID[act]}
        assert await post(site, "/demo/acts", body) == 202, act
    # An old menu, and an agent without a session, are nothing the platform would have offered.
    await until(lambda: len(site.received) == len(acts) - len([("hotline", "picks"), ("seat", "picks")]))
    await post(site, "/demo/acts", {**ACT, "act": "refuses"})
    assert site.hotline.citizen("市民甲").refuses_messages


async def test_what_makes_no_sense_is_refused(site: Site) -> None:
    wrong = [
        ({}, 400), ([], 400), ({**ACT, "act": "flies"}, 400), ({**ACT, "act": "says"}, 400),
        ({**ACT, "account": "nobody", "act": "says", "text": "好"}, 400),
        ({**ACT, "act": "photographs", "data": "a", "content_type": "image/jpeg"}, 400),
        ({**ACT, "act": "stands_at", "latitude": "north", "longitude": 1, "label": ""}, 400),
    ]
    assert [await post(site, "/demo/acts", body) for body, _ in wrong] == [status for _, status in wrong]
    assert await post(site, "/demo/acts", {**ACT, "act": "says", "text": "好"}, "text/plain") == 415
    for fault in ({"path": "*", "kind": "flood"}, {"kind": "html"}, {"path": "*", "kind": "html", "times": "often"}):
        assert await post(site, "/demo/faults", fault) == 400
    assert site.received == []


async def test_faults_are_switched_on_and_off(site: Site) -> None:
    assert await post(site, "/demo/faults", {"path": "user/info", "kind": "errcode", "times": 2, "code": -1}) == 202
    assert (await state(site))["shown"]["faults"] == [{"path": "user/info", "kind": "errcode", "times": 2, "code": -1}]
    assert await site.code("/cgi-bin/user/info", openid="nobody") == -1
    await site.session.delete(site.wechat.url + "/demo/faults")
    assert (await state(site))["shown"]["faults"] == []


async def test_a_mini_programs_login_gets_its_code_here(site: Site) -> None:
    wish = {"account": "mini", "citizen": "市民甲", "kind": "login"}
    codes = []
    for body in (wish, {**wish, "kind": "phone", "phone": "13800138000"}):
        async with site.session.post(site.wechat.url + "/demo/codes", json=body) as response:
            codes.append((await response.json())["code"])
    settings = site.wechat.account("mini").settings
    said = await site.ask("/sns/jscode2session", appid=settings.appid, secret=settings.secret, js_code=codes[0])
    assert said["openid"] == site.wechat.account("mini").citizen("市民甲").openid
    told = await site.call("/wxa/business/getuserphonenumber", {"code": codes[1]}, "mini")
    assert told["phone_info"]["phoneNumber"] == "13800138000"
    wrongs: list[dict[str, Any]] = [{"kind": "x"}, {"kind": []}, {"account": "x"}]
    for wrong in wrongs:
        assert await post(site, "/demo/codes", {**wish, **wrong}) == 400


async def test_media_and_the_journal_are_served_as_nothing_that_runs(site: Site) -> None:
    phone = site.wechat.phone("hotline", "市民甲")
    await phone.photographs(b"<svg onload=alert(1)>", "image/svg+xml")
    media = unsealed(site.hotline.settings, site.received[-1].body)["MediaId"]
    async with site.session.get(f"{site.wechat.url}/demo/media/hotline/{media}") as response:
        assert response.headers["Content-Security-Policy"] == "sandbox"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    for wrong in (f"/demo/media/nobody/{media}", "/demo/media/hotline/unknown"):
        async with site.session.get(site.wechat.url + wrong) as response:
            assert response.status == 404
    async with site.session.get(site.wechat.url + "/demo/journal") as response:
        assert "push  hotline image" in await response.text()
        assert response.content_type == "text/plain"


def test_a_line_of_the_journal_is_short_and_whole() -> None:
    line = str(Entry(START, "call", "hotline", "/cgi-bin/user/info", {"content": "字" * 300}, "0 ok"))
    assert line.startswith('11-23 10:00:00 call  hotline /cgi-bin/user/info {"content": "字')
    assert line.endswith("字 → 0 ok")
    assert len(line) < 300
    turned = str(Entry(START, "push", "hotline", "text", {"Content": "a\u202eb\u200bc"}, "reply text: d\ne"))
    assert turned.endswith(r'{"Content": "a\u202eb\u200bc"} → reply text: d\u000ae')


async def started() -> asyncio.subprocess.Process:
    """On a leash, so that a test that fails leaves nothing behind."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.wechat", "--port", "0", "--gateway", "http://127.0.0.1:9", "--leash",
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)


@pytest.mark.programs
async def test_it_runs_as_a_program_and_ends_when_told_or_left() -> None:
    program, led = await asyncio.gather(started(), started())
    assert program.stdout
    assert led.stdin
    assert led.stdout
    page = (await program.stdout.readline()).decode().split()[-1]
    assert page.endswith("/demo/")
    async with aiohttp.ClientSession() as session, session.get(page) as response:
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert "微信模拟器" in await response.text()
    async with aiohttp.ClientSession() as session, session.get(page + "state") as response:
        shown = (await response.json())["shown"]
        assert (shown["desk"], [account["kind"] for account in shown["accounts"]]) == (
            "http://127.0.0.1:9/desk/", ["official", "mini", "kf"])
    assert (await led.stdout.readline()).startswith(b"WeChat is played on")
    program.terminate()
    led.stdin.close()
    assert (await program.wait(), await led.wait()) == (0, 0)


def test_its_settings_are_a_gateways_configuration(tmp_path: Path) -> None:
    file = tmp_path / "wechat.toml"
    file.write_text(configuration([official("12345"), mini("mini"), kf("seat")], 8099), "utf-8")
    told = load(file, {}).wechat
    assert [(one.name, one.kind, one.appid) for one in told.accounts] == [
        ("12345", "official", official("12345").appid), ("mini", "miniprogram", mini("mini").appid)]
    assert {one.api_base for one in told.accounts} == {"http://127.0.0.1:8099"}
    assert [(one.api_base, one.open_kfids) for one in told.kf] == [("http://127.0.0.1:8099", ("wk-12345",))]
    assert sorted(one.way for one in told.accounts[0].notices) == ["lasting", "once", "template"]
