"""WeChat customer service: the log by cursor, sessions and their states, codes, messages that fail later."""
from __future__ import annotations

from typing import Any

from simulators.wechat.kf import ASSISTANT, ENDED, QUEUED, SERVED, UNTREATED
from simulators.wechat.kf_phone import KfPhone
from tests.simulators.wechat.site import Site, open_site, unsealed

SYNC, SEND, ON_EVENT = "/cgi-bin/kf/sync_msg", "/cgi-bin/kf/send_msg", "/cgi-bin/kf/send_msg_on_event"
STATE, TRANS = "/cgi-bin/kf/service_state/get", "/cgi-bin/kf/service_state/trans"
HOUR = 3600


def pushed(site: Site) -> dict[str, Any]:
    """What the latest push says: that there is something, and the token to pull it with."""
    return unsealed(site.wechat.account("seat").settings, site.received[-1].body)


async def pull(site: Site, **body: object) -> dict[str, Any]:
    return await site.call(SYNC, {"open_kfid": "wk-12345", **body}, "seat")


def text(phone: KfPhone, words: str = "您好", **more: object) -> dict[str, Any]:
    return {"touser": phone.citizen.openid, "open_kfid": phone.open_kfid, "msgtype": "text",
            "text": {"content": words}, **more}


def menu(phone: KfPhone, *items: dict[str, str]) -> dict[str, Any]:
    clicks = [{"type": "click", "click": item} for item in items]
    return {**text(phone), "msgtype": "msgmenu", "msgmenu": {"head_content": "您满意吗？", "list": clicks}}


def whose(phone: KfPhone, **more: object) -> dict[str, Any]:
    return {"open_kfid": phone.open_kfid, "external_userid": phone.citizen.openid, **more}


async def test_a_push_says_only_that_there_is_something_and_the_log_is_read_by_cursor(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    await phone.says("楼上漏水")
    told = pushed(site)
    assert (told["Event"], told["OpenKfId"]) == ("kf_msg_or_event", "wk-12345")
    assert set(site.received[-1].query) == {"msg_signature", "timestamp", "nonce"}
    await phone.stands_at(23.1, 113.3, "体育西路1号")
    await phone.photographs(b"picture")
    page = await pull(site, token=told["Token"], limit=2)
    assert [message["msgtype"] for message in page["msg_list"]] == ["text", "location"]
    assert (page["msg_list"][0]["text"], page["msg_list"][0]["origin"]) == ({"content": "楼上漏水"}, 3)
    assert page["has_more"] == 1
    rest = await pull(site, token=told["Token"], cursor=page["next_cursor"])
    assert [message["msgtype"] for message in rest["msg_list"]] == ["image"]
    assert rest["has_more"] == 0
    again = await pull(site, token=told["Token"], cursor=rest["next_cursor"])
    assert (again["msg_list"], again["next_cursor"]) == ([], rest["next_cursor"])


async def test_a_cursor_of_an_earlier_run_is_none_of_this_log(site: Site) -> None:
    """A demo gateway keeps its cursor, and its WeChat begins anew at every start."""
    async with open_site() as earlier:
        for _ in range(3):
            await earlier.wechat.kf_phone("seat", "甲").says("楼上漏水")
        cursor = (await pull(earlier, token=pushed(earlier)["Token"]))["next_cursor"]
    await site.wechat.kf_phone("seat", "甲").says("又漏水了")
    page = await pull(site, token=pushed(site)["Token"], cursor=cursor)
    assert [message["text"]["content"] for message in page["msg_list"]] == ["又漏水了"]


async def test_the_log_goes_three_days_back(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    for hours in (0, 48, 48):
        site.clock.advance(hours * HOUR)
        await phone.says(f"{hours}")
    page = await pull(site, token=pushed(site)["Token"])
    assert [message["text"]["content"] for message in page["msg_list"]] == ["48", "48"]


async def test_a_page_may_be_empty_though_there_is_more(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    await phone.says("楼上漏水")
    phone.account.kf.empty_pages = 1
    empty = await pull(site, token=pushed(site)["Token"])
    assert (empty["msg_list"], empty["has_more"]) == ([], 1)
    assert len((await pull(site, token=pushed(site)["Token"], cursor=empty["next_cursor"]))["msg_list"]) == 1


async def test_a_pull_token_lives_ten_minutes_and_without_one_pulls_are_few(site: Site) -> None:
    await site.wechat.kf_phone("seat", "甲").says("楼上漏水")
    token = pushed(site)["Token"]
    assert (await pull(site))["errcode"] == 0
    assert [(await pull(site))["errcode"] for _ in range(10)][-1] == 45009
    site.clock.advance(599)
    assert (await pull(site, token=token))["errcode"] == 0
    site.clock.advance(1)
    assert (await pull(site, token=token))["errcode"] == 95007
    assert (await pull(site, open_kfid="unknown"))["errcode"] == 95000


async def test_five_messages_in_48_hours_and_a_msgid_is_shown_once(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    await phone.says("在吗")
    sent = [await site.call(SEND, text(phone, f"{n}", msgid=f"turn-{n}"), "seat") for n in (1, 1, 2, 3, 4, 5, 6)]
    assert [each["errcode"] for each in sent] == [0, 40058, 0, 0, 0, 0, 95001]
    assert sent[0]["msgid"] == "turn-1"
    assert phone.citizen.texts() == ["1", "2", "3", "4", "5"]
    await phone.says("在吗")
    site.clock.advance(48 * HOUR)
    assert await site.code(SEND, text(phone), "seat") == 95002


async def test_a_wrong_message_is_refused(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    await phone.says("在吗")
    wrong: list[tuple[dict[str, Any], int]] = [
        (text(phone, msgid="不行"), 40058), (text(phone, msgid="a" * 33), 40058), (text(phone, ""), 44004),
        (text(phone, touser="nobody"), 40096), (text(phone, open_kfid="unknown"), 95000),
        (menu(phone, {"content": "好"}), 47001), (menu(phone, *[{"id": "1", "content": "好"}] * 11), 95008),
        (text(phone, msgtype="fax"), 40008),
    ]
    assert [await site.code(SEND, body, "seat") for body, _ in wrong] == [code for _, code in wrong]


async def test_a_menu_comes_back_with_the_id_of_what_was_tapped(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    await phone.says("办结了吗")
    items = {"id": "y", "content": "满意"}, {"id": "n", "content": "不满意"}
    assert await site.code(SEND, menu(phone, *items), "seat") == 0
    await phone.picks("n")
    assert (await pull(site, token=pushed(site)["Token"]))["msg_list"][-1]["text"] == {
        "content": "不满意", "menu_id": "n"}


async def test_the_welcome_is_once_within_20_seconds_and_not_to_a_known_citizen(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")

    async def entered() -> dict[str, Any]:
        await phone.enters("poster", "district-1")
        event: dict[str, Any] = (await pull(site, token=pushed(site)["Token"]))["msg_list"][-1]["event"]
        return event

    event = await entered()
    assert (event["scene"], event["scene_param"]) == ("poster", "district-1")
    welcome = {"code": event["welcome_code"], "msgtype": "text", "text": {"content": "您好"}}
    late = {**welcome, "code": (await entered())["welcome_code"]}
    assert [await site.code(ON_EVENT, welcome, "seat") for _ in range(2)] == [0, 40029]
    site.clock.advance(20)
    assert await site.code(ON_EVENT, late, "seat") == 40029
    assert "welcome_code" not in await entered()
    site.clock.advance(48 * HOUR)
    assert "welcome_code" in await entered()


async def test_a_session_goes_to_a_human_and_ends_with_a_menu(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    await phone.says("转人工")
    assert (await site.call(STATE, whose(phone), "seat"))["service_state"] == UNTREATED
    assert await site.code(TRANS, whose(phone, service_state=ASSISTANT), "seat") == 0
    assert await site.code(SEND, text(phone), "seat") == 0
    assert (await site.call(TRANS, whose(phone, service_state=QUEUED), "seat"))["msg_code"]
    assert await site.code(SEND, text(phone), "seat") == 95018
    assert await site.code(TRANS, whose(phone, service_state=ASSISTANT), "seat") == 95016
    await phone.agent_takes("agent-7")
    session = await site.call(STATE, whose(phone), "seat")
    assert (session["service_state"], session["servicer_userid"]) == (SERVED, "agent-7")
    await phone.agent_says("马上处理", "agent-7")
    await phone.agent_ends("agent-7")
    said, changed = (await pull(site, token=pushed(site)["Token"]))["msg_list"][-2:]
    assert (said["origin"], said["servicer_userid"]) == (5, "agent-7")
    assert changed["event"]["change_type"] == 3
    rating = {"head_content": "您满意吗？", "list": [{"type": "click", "click": {"id": "5", "content": "满意"}}]}
    closing = {"code": changed["event"]["msg_code"], "msgtype": "msgmenu", "msgmenu": rating}
    assert await site.code(ON_EVENT, closing, "seat") == 0
    assert phone.citizen.bubbles[-1].menu == {"5": "满意"}
    assert (await site.call(STATE, whose(phone), "seat"))["service_state"] == ENDED
    await phone.picks("5")
    assert (await site.call(STATE, whose(phone), "seat"))["service_state"] == UNTREATED


async def test_a_message_may_fail_after_it_was_accepted(site: Site) -> None:
    phone = site.wechat.kf_phone("seat", "甲")
    await phone.says("在吗")
    phone.account.kf.fail_next = 1
    assert await site.code(SEND, text(phone, msgid="turn-1"), "seat") == 0
    await site.wechat.settled()
    event = (await pull(site, token=pushed(site)["Token"]))["msg_list"][-1]["event"]
    assert (event["event_type"], event["fail_msgid"]) == ("msg_send_fail", "turn-1")
    assert phone.citizen.texts() == []


async def test_its_address_is_proved_by_a_sealed_echo_and_its_tokens_are_its_own(site: Site) -> None:
    seat = site.wechat.account("seat")
    assert not await site.wechat.pusher.verify(seat)      # this gateway gives the sealed text back as it is
    assert await site.token("seat") == await site.token("seat")
    assert (await site.ask(SYNC, {}, access_token=await site.token("hotline")))["errcode"] == 40014
