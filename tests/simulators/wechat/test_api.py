"""What the platform's endpoints do and refuse, over HTTP, with the clock moved by hand."""
from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp

from simulators.wechat import catalogue
from simulators.wechat.citizens import Bubble
from tests.simulators.wechat.site import Site, unsealed

CUSTOM, TYPING = "/cgi-bin/message/custom/send", "/cgi-bin/message/custom/typing"
TEMPLATE = "/cgi-bin/message/template/send"
BIZSEND, MINI_SEND = "/cgi-bin/message/subscribe/bizsend", "/cgi-bin/message/subscribe/send"
HOUR, DAY = 3600, 86400


def text(openid: str, words: str = "您好") -> dict[str, Any]:
    return {"touser": openid, "msgtype": "text", "text": {"content": words}}


def owner(site: Site, name: str = "hotline", **changes: object) -> dict[str, object]:
    settings = site.wechat.account(name).settings
    return {"grant_type": "client_credential", "appid": settings.appid, "secret": settings.secret, **changes}


# --- tokens ---------------------------------------------------------------------------------------------------

async def test_the_stable_token_changes_in_its_last_five_minutes_and_both_then_work(site: Site) -> None:
    first = await site.token()
    site.clock.advance(2 * HOUR - 301)
    assert await site.token() == first
    site.clock.advance(2)
    second = await site.token()
    assert second != first
    openid = site.wechat.phone("hotline", "甲").openid
    assert (await site.ask(TYPING, {"touser": openid}, access_token=first))["errcode"] == 45072
    site.clock.advance(300)
    assert (await site.ask(TYPING, {"touser": openid}, access_token=first))["errcode"] == 42001
    assert (await site.ask(TYPING, {"touser": openid}, access_token=second))["errcode"] == 45072


async def test_a_forced_refresh_voids_the_token_and_is_counted(site: Site) -> None:
    first = await site.token()
    forced = [(await site.ask("/cgi-bin/stable_token", owner(site, force_refresh=True))) for _ in range(21)]
    assert (await site.ask(CUSTOM, {}, access_token=first))["errcode"] == 40001
    assert [each.get("errcode", 0) for each in forced] == [0] * 20 + [45009]
    site.clock.advance(DAY)
    assert "access_token" in await site.ask("/cgi-bin/stable_token", owner(site, force_refresh=True))


async def test_the_plain_token_is_new_each_time_and_leaves_the_stable_one_alone(site: Site) -> None:
    stable = await site.token()
    query = {name: str(value) for name, value in owner(site).items()}
    first, second = [(await site.ask("/cgi-bin/token", **query))["access_token"] for _ in range(2)]
    assert len({stable, first, second}) == 3
    site.clock.advance(301)
    codes = [(await site.ask(CUSTOM, {}, access_token=token))["errcode"] for token in (first, second, stable)]
    assert codes == [42001, 40003, 40003]


async def test_whoever_is_not_the_owner_gets_no_token(site: Site) -> None:
    refused = [
        await site.ask("/cgi-bin/stable_token", owner(site, secret="wrong")),
        await site.ask("/cgi-bin/stable_token", owner(site, appid="wrong")),
        await site.ask("/cgi-bin/stable_token", owner(site, grant_type="wrong")),
        await site.ask("/cgi-bin/stable_token", b"not json"),
        await site.ask("/cgi-bin/token", appid=site.hotline.settings.appid, secret="wrong"),
        await site.ask("/cgi-bin/gettoken", corpid=site.wechat.account("seat").settings.appid, corpsecret="wrong"),
        await site.ask(CUSTOM, {}),
        await site.ask(CUSTOM, {}, access_token="never given"),
    ]
    assert [each["errcode"] for each in refused] == [40125, 40013, 40002, 40013, 40125, 40001, 41001, 40001]
    assert all("rid: " in each["errmsg"] and "access_token" not in each for each in refused)


# --- customer-service messages --------------------------------------------------------------------------------

async def test_a_message_opens_five_answers_in_48_hours(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    assert await site.code(CUSTOM, text(phone.openid)) == 45015
    await phone.says("在吗")
    assert [await site.code(CUSTOM, text(phone.openid)) for _ in range(6)] == [0] * 5 + [45047]
    await phone.says("还在吗")
    site.clock.advance(48 * HOUR - 1)
    assert await site.code(CUSTOM, text(phone.openid)) == 0
    site.clock.advance(1)
    assert await site.code(CUSTOM, text(phone.openid)) == 45015
    assert phone.citizen.texts() == ["您好"] * 6


async def test_menu_follow_and_scan_open_three_answers_in_a_minute(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    for act in (phone.taps("complain"), phone.follows("district-1"), phone.scans("district-1")):
        await act
        assert [await site.code(CUSTOM, text(phone.openid)) for _ in range(4)] == [0, 0, 0, 45047]
        site.clock.advance(60)
        assert await site.code(CUSTOM, text(phone.openid)) == 45015
    visitor = site.wechat.phone("mini", "甲")
    await visitor.enters()
    assert [await site.code(CUSTOM, text(visitor.openid), "mini") for _ in range(3)] == [0, 0, 45047]


async def test_a_tapped_menu_item_comes_as_text_and_opens_no_48_hours(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.says("办结了吗")
    items = [{"id": n, "content": label} for n, label in enumerate(("满意", "不满意"), 101)]
    menu = {"touser": phone.openid, "msgtype": "msgmenu",
            "msgmenu": {"head_content": "您满意吗？", "list": items, "tail_content": "谢谢"}}
    assert await site.code(CUSTOM, menu) == 0
    assert phone.citizen.bubbles[-1].menu == {"101": "满意", "102": "不满意"}
    site.clock.advance(49 * HOUR)
    await phone.picks("102")
    inside = unsealed(site.hotline.settings, site.received[-1].body)
    assert (inside["MsgType"], inside["Content"], inside["bizmsgmenuid"]) == ("text", "不满意", "102")
    site.clock.advance(61)
    assert await site.code(CUSTOM, text(phone.openid)) == 45015


async def test_a_wrong_message_is_refused_and_costs_nothing(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.says("在吗")
    to = {"touser": phone.openid}
    wrong: list[tuple[object, int]] = [
        ({**to, "touser": "o-nobody", "msgtype": "text", "text": {"content": "好"}}, 40003),
        ({**to, "msgtype": "fax"}, 40008), (text(phone.openid, ""), 44004), (text(phone.openid, "字" * 683), 45002),
        ({**to, "msgtype": "text", "text": "好"}, 47001), (b"{", 47001), (b"[]", 47001),
        ({**to, "msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
        ({**to, "msgtype": "msgmenu", "msgmenu": {"list": [{"id": "a", "content": "好"}]}}, 47001),
        ({**to, "msgtype": "msgmenu", "msgmenu": {"list": []}}, 47001),
        (b'{"touser": "%s", "msgtype": "text", "text": {"content": "\\u597d"}}' % phone.openid.encode(), 40033),
    ]
    assert [(await site.code(CUSTOM, body), body) for body, _ in wrong] == [(code, body) for body, code in wrong]
    escaped = b'{"touser": "%s", "msgtype": "text", "text": {"content": "C:\\\\u597d"}}' % phone.openid.encode()
    assert await site.code(CUSTOM, escaped) == 0          # an escaped backslash before a u is no escape
    assert await site.code(CUSTOM, text(phone.openid, "字" * 682)) == 0


async def test_an_uncertified_account_and_a_follower_who_refuses(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.says("在吗")
    phone.citizen.refuses_messages = True
    assert await site.code(CUSTOM, text(phone.openid)) == 48002
    site.hotline.settings = replace(site.hotline.settings, certified=False)
    assert await site.code(CUSTOM, text(phone.openid)) == 48001


async def test_typing_costs_nothing(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    start, stop = ({"touser": phone.openid, "command": command} for command in ("Typing", "CancelTyping"))
    assert await site.code(TYPING, start) == 45080
    await phone.says("在吗")
    assert [await site.code(TYPING, body) for body in (start, start, stop, start)] == [0, 45081, 0, 0]
    assert phone.citizen.typing
    assert [await site.code(CUSTOM, text(phone.openid)) for _ in range(5)] == [0] * 5
    assert not phone.citizen.typing


# --- template and subscription messages -----------------------------------------------------------------------

def notice(openid: str, template: str, *values: str, **more: str) -> dict[str, Any]:
    keys = {"one-time-progress": ("thing1", "character_string2", "phrase3", "time4"),
            "long-term-closure": ("thing1", "character_string2", "thing3"),
            "template-closure": ("first", "keyword1", "keyword2", "remark")}[template]
    data = {key: {"value": value} for key, value in zip(keys, values, strict=True)}
    return {"touser": openid, "template_id": template, "data": data, **more}


CLOSED = ("楼上漏水", "WO-20261123-1", "已办结")


async def test_a_template_message_reaches_followers_and_a_receipt_follows(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    body = notice(phone.openid, "template-closure", "您好", "WO-1", "办结", "请评价", client_msg_id="closure-1")
    first, again = await site.call(TEMPLATE, body), await site.call(TEMPLATE, body)
    assert (first["errcode"], first["msgid"]) == (0, again["msgid"])
    await site.wechat.settled()
    (receipt,) = [unsealed(site.hotline.settings, received.body) for received in site.received]
    assert (receipt["Event"], receipt["MsgID"], receipt["Status"]) == (
        "TEMPLATESENDJOBFINISH", str(first["msgid"]), "success")
    assert phone.citizen.texts() == ["您好\nWO-1\n办结\n请评价"]
    site.clock.advance(600)
    assert (await site.call(TEMPLATE, body))["msgid"] != first["msgid"]
    await phone.leaves()
    assert await site.code(TEMPLATE, body) == 43004
    assert await site.code(TEMPLATE, {**body, "template_id": "one-time-progress"}) == 40037


async def test_one_grant_is_one_message_and_a_long_term_grant_is_many(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    closed = notice(phone.openid, "long-term-closure", *CLOSED)
    once = notice(phone.openid, "one-time-progress", *CLOSED, "2026年11月23日 10:00")
    assert [await site.code(BIZSEND, body) for body in (closed, once)] == [43101, 43101]
    await phone.answers_subscription("one-time-progress", accept=False)
    await phone.answers_subscription("one-time-progress")
    await phone.answers_subscription("long-term-closure")
    assert site.hotline.grants.of(phone.openid) == {"one-time-progress": "1", "long-term-closure": "always"}
    assert [await site.code(BIZSEND, body) for body in (once, once, closed, closed)] == [0, 43101, 0, 0]
    await phone.withdraws("long-term-closure")
    assert await site.code(BIZSEND, closed) == 43101
    await site.wechat.settled()
    events = [unsealed(site.hotline.settings, received.body)["Event"] for received in site.received]
    assert events.count("subscribe_msg_sent_event") == 3
    assert events.count("subscribe_msg_popup_event") == 3


async def test_whoever_refuses_messages_is_known_by_the_receipt_alone(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.answers_subscription("long-term-closure")
    phone.citizen.refuses_messages = True
    card = notice(phone.openid, "template-closure", "您好", "WO-1", "办结", "请评价")
    assert await site.code(TEMPLATE, card) == 0
    assert await site.code(BIZSEND, notice(phone.openid, "long-term-closure", *CLOSED)) == 0
    await site.wechat.settled()
    received = [unsealed(site.hotline.settings, each.body) for each in site.received]
    told = {each["Event"]: each for each in received}
    assert told["TEMPLATESENDJOBFINISH"]["Status"] == "failed:user block"
    assert told["subscribe_msg_sent_event"]["SubscribeMsgSentEvent"]["List"]["ErrorCode"] == "43101"
    assert phone.citizen.texts() == []


async def test_values_of_a_subscription_message_are_limited(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.answers_subscription("one-time-progress")
    fine = ("字" * 20, "WO-20261123-1", "已办结", "10:00")
    wrong = [("字" * 21, *fine[1:]), (fine[0], "字", *fine[2:]), (*fine[:2], "已办结完毕了", fine[3]),
             (*fine[:3], "今天"), ("", *fine[1:])]
    bodies = [notice(phone.openid, "one-time-progress", *values) for values in wrong]
    lacking = {**bodies[0], "data": {"thing1": {"value": "好"}}}
    assert [await site.code(BIZSEND, body) for body in (*bodies, lacking)] == [47003] * 6
    assert await site.code(BIZSEND, notice(phone.openid, "one-time-progress", *fine)) == 0


async def test_a_mini_program_tells_its_own_users(site: Site) -> None:
    phone = site.wechat.phone("mini", "甲")
    await phone.answers_subscription("long-term-closure")
    assert (await site.call(MINI_SEND, notice(phone.openid, "long-term-closure", *CLOSED), "mini"))["msgid"]
    await site.wechat.settled()
    assert b"Encrypt" in site.received[-1].body
    assert site.received[-1].content_type == "application/json"


# --- media ----------------------------------------------------------------------------------------------------

async def test_media_live_three_days_and_their_error_is_json_with_status_200(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.photographs(b"\xff\xd8picture")
    media_id = unsealed(site.hotline.settings, site.received[-1].body)["MediaId"]
    for advance, content_type in ((0, "image/jpeg"), (3 * DAY - 1, "image/jpeg"), (1, "json or text")):
        site.clock.advance(advance)
        query = {"access_token": await site.token(), "media_id": media_id}
        async with site.session.get(site.wechat.url + "/cgi-bin/media/get", params=query) as response:
            assert response.status == 200
            assert (await response.read() == b"\xff\xd8picture") == (response.content_type == content_type)
    assert await site.code("/cgi-bin/media/get", media_id=media_id) == 40007


async def test_a_video_is_named_by_an_address(site: Site) -> None:
    await site.wechat.phone("hotline", "甲").films(b"film")
    media_id = unsealed(site.hotline.settings, site.received[-1].body)["MediaId"]
    named = await site.call("/cgi-bin/media/get", media_id=media_id)
    async with site.session.get(named["video_url"]) as response:
        assert (response.status, await response.read()) == (200, b"film")
    async with site.session.get(named["video_url"] + "x") as response:
        assert response.status == 404


async def test_an_upload_is_typed_and_capped_and_can_be_sent(site: Site) -> None:
    async def upload(kind: str, size: int, name: str = "media") -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field(name, b"x" * size, filename="a.jpg", content_type="image/jpeg")
        query = {"access_token": await site.token(), "type": kind}
        async with site.session.post(site.wechat.url + "/cgi-bin/media/upload", params=query, data=form) as response:
            said: dict[str, Any] = await response.json(content_type=None)
            return said

    phone = site.wechat.phone("hotline", "甲")
    await phone.says("在吗")
    made = await upload("image", 100)
    image = {"touser": phone.openid, "msgtype": "image", "image": {"media_id": made["media_id"]}}
    assert await site.code(CUSTOM, image) == 0
    assert phone.citizen.bubbles[-1].media == made["media_id"]
    refused = [await upload("fax", 1), await upload("thumb", 65 << 10), await upload("image", 1, "file")]
    assert [each["errcode"] for each in refused] == [40004, 45001, 41005]


# --- logins and people ----------------------------------------------------------------------------------------

async def test_a_login_code_works_once_and_for_five_minutes(site: Site) -> None:
    account = site.wechat.account("mini")
    citizen = account.citizen("甲")

    async def login(code: str) -> dict[str, Any]:
        return await site.ask("/sns/jscode2session", appid=account.settings.appid, secret=account.settings.secret,
                              js_code=code, grant_type="authorization_code")

    code = account.codes.issue("login", citizen.openid, site.clock.now())
    said = await login(code)
    assert (said["openid"], said["unionid"]) == (citizen.openid, citizen.unionid)
    late = account.codes.issue("login", citizen.openid, site.clock.now())
    site.clock.advance(300)
    citizen.risky = True
    risky = account.codes.issue("login", citizen.openid, site.clock.now())
    other = account.codes.issue("phone", citizen.openid, site.clock.now())
    assert [(await login(each))["errcode"] for each in (code, late, "none", other, risky)] == [
        40163, 40029, 40029, 40029, 40226]
    many = [account.codes.issue("login", citizen.openid, site.clock.now()) for _ in range(101)]
    citizen.risky = False
    assert [(await login(each)).get("errcode", 0) for each in many].count(45011) >= 1


async def test_phone_number_web_login_and_follower(site: Site) -> None:
    account = site.wechat.account("mini")
    citizen = account.citizen("甲")
    citizen.phone = "13800138000"
    code = account.codes.issue("phone", citizen.openid, site.clock.now())
    told = (await site.call("/wxa/business/getuserphonenumber", {"code": code}, "mini"))["phone_info"]
    assert (told["purePhoneNumber"], told["countryCode"]) == ("13800138000", "86")
    reader = site.hotline.citizen("乙")
    reader.snapshot = True
    code = site.hotline.codes.issue("web", reader.openid, site.clock.now())
    settings = site.hotline.settings
    said = await site.ask("/sns/oauth2/access_token", appid=settings.appid, secret=settings.secret, code=code)
    assert (said["openid"], said["is_snapshotuser"]) == (reader.openid, 1)
    assert (await site.call("/cgi-bin/user/info", openid=reader.openid))["subscribe"] == 1
    await site.wechat.phone("hotline", "乙").leaves()
    assert (await site.call("/cgi-bin/user/info", openid=reader.openid))["subscribe"] == 0
    assert await site.code("/cgi-bin/user/info", openid="nobody") == 40003


async def test_the_security_check_only_flags(site: Site) -> None:
    openid = site.wechat.phone("mini", "甲").openid
    body = {"version": 2, "scene": 2, "openid": openid, "content": "楼上漏水"}
    said = [await site.call("/wxa/msg_sec_check", {**body, "content": words}, "mini") for words in ("漏水", "违禁品")]
    assert [each["result"]["suggest"] for each in said] == ["pass", "risky"]
    assert await site.code("/wxa/msg_sec_check", {**body, "version": 1}, "mini") == 47001


# --- caps, journal, pushes of every kind ----------------------------------------------------------------------

async def test_a_days_cap_ends_at_midnight_in_beijing(site: Site) -> None:
    site.hotline.settings = replace(site.hotline.settings, caps={TYPING: 2})
    body = {"touser": site.wechat.phone("hotline", "甲").openid}
    assert [await site.code(TYPING, body) for _ in range(3)] == [45072, 45072, 45009]
    assert site.hotline.calls_today()[TYPING] == 3
    site.clock.advance(14 * HOUR)        # it was 10:00 there
    assert await site.code(TYPING, body) == 45072


async def test_the_journal_reads_and_counts_and_keeps_no_secret(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    await phone.says("楼上漏水")
    token = await site.token()
    await site.call(CUSTOM, text(phone.openid, "已收到"))
    read = site.wechat.journal.text()
    assert "push  hotline text" in read
    assert "已收到" in read
    assert token not in read
    assert site.hotline.settings.secret not in read
    assert (site.wechat.journal.count("call", CUSTOM), site.wechat.journal.count("push", "text")) == (1, 1)
    assert site.wechat.journal.counts("call")["/cgi-bin/stable_token"] == 2
    assert [entry.outcome for entry in site.wechat.journal.find("call", CUSTOM)] == ["0 ok"]


async def test_every_documented_type_can_be_pushed_in_every_form(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    compose = site.hotline.composer
    pushes = [compose.message(phone.openid, kind, content) for kind, content in catalogue.MESSAGES.items()]
    pushes += [compose.event(phone.openid, name, content) for name, content in catalogue.EVENTS.items()]
    for form in ("xml", "json"):
        site.hotline.reconfigure(format=form, mode="plain")
        outcomes = await asyncio.gather(*map(phone.deliver, pushes))
        assert {each.outcome for each in outcomes} == {"success"}
    assert len(site.received) == 2 * len(pushes)


async def test_one_name_is_one_person_with_an_openid_for_each_account(site: Site) -> None:
    here, there = site.hotline.citizen("甲"), site.wechat.account("mini").citizen("甲")
    assert here is site.hotline.citizen("甲")
    assert here.openid != there.openid
    assert here.unionid == there.unionid
    assert (len(here.openid), here.openid[0]) == (28, "o")
    assert site.wechat.account("seat").citizen("甲").openid.startswith("wm")
    here.see(Bubble(site.clock.now(), "account", "text", "好"))
    assert there.bubbles == []
