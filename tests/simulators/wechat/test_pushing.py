"""The pushing side: modes and formats, three tries with one MsgId, overlap, and what the citizen is shown."""
from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from simulators.wechat.citizens import NO_SERVICE
from simulators.wechat.crypto import Envelope, signature
from simulators.wechat.pushing import Manner
from simulators.wechat.settings import AccountSettings, Format, Mode
from tests.simulators.wechat.site import Site, text_reply, unsealed
from tests.until import until

MODES: tuple[tuple[Mode, Format], ...] = (
    ("plain", "xml"), ("compatible", "xml"), ("safe", "xml"),
    ("plain", "json"), ("compatible", "json"), ("safe", "json"),
)


async def test_every_mode_and_format_is_signed_and_read_as_documented(site: Site) -> None:
    phone, token = site.wechat.phone("hotline", "甲"), site.hotline.settings.token
    for mode, form in MODES:
        site.hotline.reconfigure(mode=mode, format=form)
        settings = site.hotline.settings
        site.answers(text_reply(settings, phone.openid, f"收到 {mode} {form}", seal=mode != "plain"))
        delivery = await phone.says("楼上 ]]> 漏水 😀")
        assert delivery.outcome == f"reply text: 收到 {mode} {form}"
        query, body = site.received[-1].query, site.received[-1].body
        assert query["signature"] == signature(token, query["timestamp"], query["nonce"])
        assert ("楼上".encode() in body) == (mode != "safe")
        if mode != "plain":
            sealed = json.loads(body)["Encrypt"] if form == "json" else unsealed_text(body)
            assert query["msg_signature"] == signature(token, query["timestamp"], query["nonce"], sealed)
            assert "漏水" in Envelope(settings.aes_key, settings.appid).open(sealed)
    assert phone.citizen.texts() == [f"收到 {mode} {form}" for mode, form in MODES]


def unsealed_text(body: bytes) -> str:
    return body.decode().partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]


async def test_three_tries_carry_one_message_under_three_signatures(site: Site) -> None:
    site.answers(500)
    phone = site.wechat.phone("hotline", "甲")
    delivery = await phone.says("在吗")
    inside = [unsealed(site.hotline.settings, received.body) for received in site.received]
    assert [each["MsgId"] for each in inside] == [str(delivery.push.fields["MsgId"])] * 3
    assert len({received.query["msg_signature"] for received in site.received}) == 3
    assert delivery.fault == "HTTP 500; HTTP 500; HTTP 500"
    assert phone.citizen.texts("system") == [NO_SERVICE]


async def test_a_gateway_that_is_too_slow_is_asked_again(site: Site) -> None:
    site.hold.clear()
    phone = site.wechat.phone("hotline", "甲")
    phone.manner = Manner(timeout_s=0.03)
    delivery = await phone.says("在吗")
    assert delivery.fault == "TimeoutError; TimeoutError; TimeoutError"
    assert phone.citizen.texts("system") == [NO_SERVICE]


async def test_an_answer_in_the_second_try_is_enough(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    site.answer = lambda _: 502 if len(site.received) < 2 else text_reply(site.hotline.settings, phone.openid, "好")
    delivery = await phone.says("在吗")
    assert (len(delivery.tries), phone.citizen.texts(), phone.citizen.texts("system")) == (2, ["好"], [])


async def test_a_lost_answer_brings_the_push_again(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    phone.manner = Manner(lose=1)
    site.answer = lambda _: text_reply(site.hotline.settings, phone.openid, f"第{len(site.received)}次")
    delivery = await phone.says("在吗")
    assert [each.status for each in delivery.tries] == [200, 200]
    assert phone.citizen.texts() == ["第2次"]


async def test_tries_may_overlap_and_all_their_answers_are_kept(site: Site) -> None:
    site.hold.clear()
    phone = site.wechat.phone("hotline", "甲")
    phone.manner = Manner(overlap_s=0.0)
    site.answers(text_reply(site.hotline.settings, phone.openid, "好"))

    async def release() -> None:
        await until(lambda: len(site.received) == 3)
        site.hold.set()

    pushed, _ = await asyncio.gather(phone.says("在吗"), release())
    assert len(pushed.tries) == 3
    replies = [site.wechat.pusher.read(site.hotline, pushed.push, each) for each in pushed.tries]
    assert [reply and reply.text for reply in replies] == ["好"] * 3
    assert phone.citizen.texts() == ["好"]


async def test_nobody_is_told_that_a_receipt_went_unanswered(site: Site) -> None:
    site.answers(500)
    phone = site.wechat.phone("hotline", "甲")
    await phone.answers_subscription("one-time-progress")
    await phone.taps("complain")
    assert phone.citizen.texts("system") == [NO_SERVICE]      # the menu's alone


BAD: dict[str, Callable[[AccountSettings, str], bytes]] = {
    "not xml": lambda settings, openid: b'{"errcode": 0}',
    "not encrypted": lambda settings, openid: text_reply(settings, openid, "好", seal=False),
    "to another": lambda settings, openid: text_reply(settings, openid, "好", ToUserName="o" * 28),
    "from another": lambda settings, openid: text_reply(settings, openid, "好", FromUserName="gh_1"),
    "no time": lambda settings, openid: text_reply(settings, openid, "好", CreateTime="now"),
    "unknown type": lambda settings, openid: text_reply(settings, openid, "好", MsgType="msgmenu"),
    "empty": lambda settings, openid: text_reply(settings, openid, ""),
    "too long": lambda settings, openid: text_reply(settings, openid, "字" * 683),
    "wrong signature": lambda settings, openid: text_reply(settings, openid, "好").replace(b"Stamp>1", b"Stamp>2"),
    "unknown media": lambda settings, openid: text_reply(
        settings, openid, "好", MsgType="image", Image={"MediaId": "never uploaded"}),
    "DOCTYPE": lambda settings, openid: b"<!DOCTYPE xml>" + text_reply(settings, openid, "好"),
}


async def test_an_answer_wechat_cannot_read_is_shown_at_once_and_not_asked_for_again(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    for name, make in BAD.items():
        phone.citizen.bubbles.clear()
        site.answers(make(site.hotline.settings, phone.openid))
        delivery = await phone.says("在吗")
        assert (len(delivery.tries), phone.citizen.texts()) == (1, []), name
        assert phone.citizen.texts("system") == [NO_SERVICE], name


async def test_success_and_silence_are_fine_and_show_nothing(site: Site) -> None:
    phone = site.wechat.phone("hotline", "甲")
    for answer in (b"success", b""):
        site.answers(answer)
        assert (await phone.says("在吗")).outcome == "success"
    assert phone.citizen.texts() == phone.citizen.texts("system") == []


async def test_an_address_is_proved_by_its_echo(site: Site) -> None:
    assert await site.wechat.pusher.verify(site.hotline)
    site.hotline.reconfigure(callback=site.wechat.url + "/nothing-here")
    assert not await site.wechat.pusher.verify(site.hotline)
