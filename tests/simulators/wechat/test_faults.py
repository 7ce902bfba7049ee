"""Every fault that can be switched on, for one path and so many times."""
from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from tests.simulators.wechat.site import Site
from tests.until import until

INFO, CUSTOM = "/cgi-bin/user/info", "/cgi-bin/message/custom/send"


async def info(site: Site, token: str, timeout_s: float = 5.0) -> tuple[int, str, bytes]:
    """Status, content type and body of one call."""
    query = {"access_token": token, "openid": site.hotline.citizen("甲").openid}
    async with site.session.get(site.wechat.url + INFO, params=query,
                                timeout=aiohttp.ClientTimeout(total=timeout_s)) as response:
        return response.status, response.content_type, await response.read()


async def test_an_errcode_so_many_times_and_only_there(site: Site) -> None:
    site.wechat.fault("user/info", "errcode", 2, code=-1)
    token = await site.token()
    codes = [json.loads((await info(site, token))[2]).get("errcode", 0) for _ in range(3)]
    assert codes == [-1, -1, 0]
    assert site.wechat.faults.waiting() == []


async def test_html_with_either_status_truncated_json_and_the_cap(site: Site) -> None:
    token = await site.token()
    whole = (await info(site, token))[2]
    for kind, status in (("status", 503), ("html", 200)):
        site.wechat.fault(INFO, kind, status=503)  # type: ignore[arg-type]
        assert (await info(site, token))[:2] == (status, "text/html")
    site.wechat.fault(INFO, "truncate")
    cut = (await info(site, token))[2]
    assert whole.startswith(cut)
    assert 0 < len(cut) < len(whole)
    site.wechat.fault("*", "cap")
    assert json.loads((await info(site, token))[2])["errcode"] == 45009


async def test_a_delay_and_a_hang(site: Site) -> None:
    token = await site.token()
    site.wechat.fault(INFO, "delay", seconds=0.02)
    before = asyncio.get_running_loop().time()
    assert (await info(site, token))[0] == 200
    assert asyncio.get_running_loop().time() - before >= 0.02
    site.wechat.fault(INFO, "hang")
    with pytest.raises(TimeoutError):
        await info(site, token, 0.03)


async def test_a_reset_before_has_no_effect_and_a_reset_after_has_one(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.says("在吗")
    body = {"touser": phone.openid, "msgtype": "text", "text": {"content": "您好"}}
    token = await site.token()
    for kind, shown in (("reset_before", 0), ("reset_after", 1)):
        site.wechat.fault(CUSTOM, kind)  # type: ignore[arg-type]
        with pytest.raises(aiohttp.ClientConnectionError):
            await site.ask(CUSTOM, body, access_token=token)
        assert len(phone.citizen.texts()) == shown


async def test_all_tokens_expire(site: Site) -> None:
    token = await site.token()
    site.wechat.fault(INFO, "expire_tokens")
    assert json.loads((await info(site, token))[2])["errcode"] == 40001
    fresh = await site.token()
    assert fresh != token
    assert json.loads((await info(site, fresh))[2])["subscribe"] == 1


async def test_faults_that_are_cleared_let_go_of_what_hangs(site: Site) -> None:
    token = await site.token()
    site.wechat.fault(CUSTOM, "hang")
    asking = asyncio.create_task(site.ask(CUSTOM, {}, access_token=token))
    await until(lambda: not site.wechat.faults.waiting())
    site.wechat.faults.clear()
    with pytest.raises(aiohttp.ClientConnectionError):
        await asking
