"""HOSTILE.md 1 to 9 at the official account's callback; customer service's, and 10, are in test_hostile_kf.py."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from channels.wechat.wire import Keys, Seal, Stamp
from gateway.messages import Text, Upload
from tests.channels.web.house import serve
from tests.channels.wechat.house import (
    APPID,
    KEY,
    MINI,
    OPEN,
    OPENID,
    TOKEN,
    House,
    event,
    open_house,
    platform,
    said,
    sign,
    xml,
)
from tests.channels.wechat.stalls import MOST_S, watched
from tests.until import until


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_1_a_forged_or_missing_signature_is_403_and_the_body_is_not_parsed(house: House) -> None:
    bodies = ("no document at all", "<xml>" + "<a>" * 9_000, said("你好"))
    for appid in (APPID, OPEN):
        async with platform(house, appid=appid) as wechat:
            good = wechat.query()
            forged: list[dict[str, str]] = [
                {}, wechat.query("another token"), {**good, "signature": ""}, {**good, "signature": "é" * 40},
                {**good, "signature": good["signature"].upper()}, {**good, "nonce": ""}, {**good, "nonce": "x" * 200},
                {**good, "timestamp": "now"}, {**good, "timestamp": "9" * 30},
                {name: value for name, value in good.items() if name != "signature"},
            ]
            for query in forged:
                got = [await wechat.post({**query, "encrypt_type": "aes", "msg_signature": "x"}, body)
                       for body in bodies]
                assert [one.status for one in got] == [403] * len(bodies), query
                assert len({one.body for one in got}) == 1
    assert house.refusals == ["bad_callback"] * 60
    assert not house.taken
    assert not house.noted


async def test_2_a_captured_query_proves_no_other_body(house: House) -> None:
    async with platform(house, appid=OPEN) as plain, platform(house) as wechat:
        query = plain.query()
        assert (await plain.post(query, said("我的话", id_="1"))).status == 200
        assert (await plain.post(query, said("别人的话", id_="2"))).status == 403
        assert (await plain.post(query, said("我的话", id_="1"))).status == 200
        query, body = wechat.seal(said("我的话", id_="3"), wechat.query())
        _, other = wechat.seal(said("别人的话", id_="4"), query)
        assert (await wechat.post(query, body)).status == 200
        assert (await wechat.post(query, other)).status == 403
        assert (await wechat.post(query, said("在明处", id_="5"))).status == 403
    assert [inbound.id for inbound in house.taken] == ["1", "3"]
    assert house.refusals == ["bad_callback"] * 3


async def test_2_a_captured_query_cut_elsewhere_is_the_same_query(house: House) -> None:
    """What is signed is one row of characters: a nonce's last digit is as good as the timestamp's first."""
    async with platform(house, appid=OPEN) as plain:
        at, nonce = str(int(house.clock.ms() / 1000)), "0100"
        signed = sign(TOKEN, at, nonce)
        assert (await plain.post({"signature": signed, "timestamp": at, "nonce": nonce}, said("我的话"))).status == 200
        cut = {"signature": signed, "timestamp": f"0{at}", "nonce": nonce[:-1]}
        assert sign(TOKEN, cut["timestamp"], cut["nonce"]) == signed
        assert (await plain.post(cut, said("别人的话", id_="2"))).status == 403
    assert len(house.taken) == 1


async def test_2_a_captured_push_is_worth_nothing_after_its_window(house: House) -> None:
    async with platform(house) as wechat:
        for shift in (-601, 601):
            query, body = wechat.seal(said("旧话"), wechat.query(shift_s=shift))
            assert (await wechat.post(query, body)).status == 403
        for shift in (-599, 599):
            query, body = wechat.seal(said("新话", id_=str(shift)), wechat.query(shift_s=shift))
            assert (await wechat.post(query, body)).status == 200
    assert [inbound.id for inbound in house.taken] == ["-599", "599"]


async def test_2_a_query_is_bound_to_its_body_for_as_long_as_it_is_good(house: House) -> None:
    async with platform(house, appid=OPEN) as plain:
        query = plain.query(shift_s=599)
        assert (await plain.post(query, said("我的话", id_="1"))).status == 200
        house.clock.advance(1_198)
        assert (await plain.post(query, said("别人的话", id_="2"))).status == 403
        assert (await plain.post(query, said("我的话", id_="1"))).status == 200
        house.clock.advance(5)
        assert (await plain.post(query, said("我的话", id_="1"))).status == 403
    assert [inbound.id for inbound in house.taken] == ["1"]


async def test_3_three_overlapping_pushes_are_one_effect_and_three_equal_answers(house: House) -> None:
    house.answered.clear()
    async with platform(house) as wechat, asyncio.TaskGroup() as tasks:
        tries = [tasks.create_task(wechat.push(said("路灯坏了", id_="1"))) for _ in range(3)]
        await until(lambda: len(house.waited) == 3)
        house.answers("请问地址？")
        house.clock.advance(4)
        house.answered.set()
    got = [one.result() for one in tries]
    assert [inbound.id for inbound in house.taken] == ["1"]
    assert [one.status for one in got] == [200] * 3
    assert got[0].reply["Content"] == "请问地址？"
    assert got[0].reply == got[1].reply == got[2].reply
    assert len({one.body for one in got}) == 3, "each is sealed anew"


async def test_3_a_file_is_fetched_once_for_three_overlapping_pushes(house: House) -> None:
    house.uploads["m1"] = Upload("u" * 32, "image/jpeg")
    house.opened.clear()
    document = xml(MsgType="image", MsgId=1, MediaId="m1")
    async with platform(house) as wechat, asyncio.TaskGroup() as tasks:
        tries = [tasks.create_task(wechat.push(document)) for _ in range(3)]
        await until(lambda: len(house.expected) == 3)
        house.opened.set()
    assert [one.result().body for one in tries] == ["success"] * 3
    assert house.fetched == ["m1"]
    assert [inbound.content for inbound in house.taken] == [Upload("u" * 32, "image/jpeg")]


async def test_4_an_event_without_a_msgid_has_one_effect(house: House) -> None:
    house.answers("好")
    async with platform(house) as wechat:
        got = [await wechat.push(event("CLICK", EventKey="progress")) for _ in range(3)]
        assert got[0].reply == got[1].reply == got[2].reply
        for _ in range(2):
            await wechat.push(event("subscribe", EventKey="qrscene_d=1"))
        await wechat.push(event("CLICK", EventKey="progress", CreateTime=1_700_000_001))
    assert [inbound.id for inbound in house.taken] == ["1700000000:CLICK:progress", "1700000001:CLICK:progress"]
    assert [inbound.id for inbound in house.came] == ["1700000000:subscribe:qrscene_d=1"]


async def test_4_two_receipts_of_one_second_are_two(house: House) -> None:
    document = '{"ToUserName":"gh_1","FromUserName":"%s","CreateTime":1,"MsgType":"event",' \
        '"Event":"subscribe_msg_sent_event","List":{"TemplateId":"t","MsgID":"%s","ErrorCode":"0"}}'
    async with platform(house, appid=MINI) as wechat:
        for message in ("1", "2", "2"):
            await wechat.push(document % (OPENID, message))
    one, two, again = (push.id for _, push in house.noted)
    assert one != two == again


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
UNSAFE = [
    f"<!DOCTYPE xml [{LAUGHS}]><xml><Content>&a9;</Content></xml>",
    '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Content>&x;</Content></xml>',
    '<!DOCTYPE xml [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]><xml></xml>',
    "<!doctype xml><xml></xml>", '<?xml version="1.0"?>\n<!DOCTYPE xml><xml></xml>',
    "<!-- --><!DOCTYPE xml><xml></xml>",
    "\ufeff<!DOCTYPE xml><xml></xml>", "<?x ?><!DOCTYPE xml><xml></xml>",
]


async def test_5_entities_and_doctypes_are_400_outside_and_inside_the_envelope(house: House) -> None:
    async with platform(house) as wechat, platform(house, appid=OPEN) as plain, watched() as stalls:
        for document in UNSAFE:
            assert (await plain.push(document)).status == 400
            assert (await wechat.push(document)).status == 400
            query, _ = wechat.seal(said("x"), wechat.query())
            assert (await wechat.post(query, document)).status == 400
    assert stalls.longest < MOST_S
    assert not house.noted
    assert house.refusals == ["bad_callback"] * 3 * len(UNSAFE)


async def test_5_a_citizen_may_write_about_them(house: House) -> None:
    async with platform(house) as wechat:
        await wechat.push(said('<!DOCTYPE html><!ENTITY a "b">'))
    assert [inbound.content for inbound in house.taken] == [Text('<!DOCTYPE html><!ENTITY a "b">')]


def huge() -> list[tuple[str, str, set[int]]]:
    return [
        ("9,000 deep", "<xml>" + "<a>" * 9_000, {400}),
        ("closed again", "<xml>" + "<a>" * 9_000 + "</a>" * 9_000 + "</xml>", {400}),
        ("too many attributes", "<xml " + " ".join(f'a{n}=""' for n in range(99_999)) + "/>", {413}),
        ("as many as fit", "<xml><a " + " ".join(f'a{n}=""' for n in range(6_000)) + "/></xml>", {400}),
        ("as many elements", "<xml>" + "<a/>" * 16_000 + "</xml>", {400}),
        ("one long text", "<xml><Content>" + "好" * 21_000 + "</Content></xml>", {400}),
        ("too many brackets", "[" * 99_999, {413}),
        ("JSON 9,000 deep", '{"a":' * 9_000, {400}),
        ("lists", '{"a":' + "[" * 60_000, {400}),
        ("as many members", json.dumps({f"a{n}": n for n in range(4_000)}), {400}),
        ("open strings", '{"' + '\\"' * 30_000, {400}),
        ("a long number", '{"a":' + "9" * 65_000 + "}", {400}),
        ("one byte too many", " " * 65_537, {413}),
    ]


async def test_6_depth_width_and_size_are_refused_and_hold_nobody_up(house: House) -> None:
    async with platform(house, appid=OPEN) as plain:
        bodies = [(what, body.encode(), statuses) for what, body, statuses in huge()]
        async with watched() as stalls:
            for what, body, statuses in bodies:
                got = await plain.post(plain.query(), body)
                assert got.status in statuses, what
                assert stalls.longest < MOST_S, what
    assert not house.noted


async def test_6_a_proved_push_is_held_to_the_same_limits_under_its_seal(house: House) -> None:
    async with platform(house) as wechat:
        documents = ("<xml>" + "<a>" * 9_000, '{"a":' * 9_000, "<xml>" + "<a/>" * 9_000 + "</xml>")
        sealed = [wechat.seal(document, wechat.query()) for document in documents]
        async with watched() as stalls:
            assert [(await wechat.post(*letter)).status for letter in sealed] == [400] * 3
            assert stalls.longest < MOST_S
        packed = await wechat.post(wechat.query(), b"\x1f\x8b", **{"Content-Encoding": "gzip"})
        assert packed.status == 415, "never inflated"


async def test_6_a_body_that_does_not_say_how_long_it_is_ends_at_the_cap(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1_000:
            sent += 1
            yield b" " * 65_536

    async with platform(house) as wechat:
        address = f"{house.url}/wechat/{APPID}"
        async with wechat.http.post(address, params=wechat.query(), data=endless()) as response:
            assert response.status == 413
    assert sent < 200, "most of it was never taken from the line"
    assert house.refusals == ["too_large"]


SCENES = (
    "&" * 64, "t=" + "&" * 62, "t=a&t=b&d=1", "t=%ff%00&d=%zz", "=&=&=", "t=\u202e{{7*7}}", "t" * 65,
    "t=" + "x" * 5_000,
)
OPENINGS = (("subscribe", "EventKey"), ("SCAN", "EventKey"), ("user_enter_tempsession", "SessionFrom"))


async def test_6_no_scene_that_somebody_wrote_is_too_much(house: House) -> None:
    """Of a mini-program's card and a customer-service link, whoever passes it on may choose it."""
    async with platform(house) as wechat:
        for n, scene in enumerate(SCENES):
            for name, key in OPENINGS:
                assert (await wechat.push(event(name, **{key: scene}, CreateTime=n))).status == 200, (name, scene)


async def test_7_every_fault_of_the_encryption_is_one_and_the_same_403(house: House) -> None:
    async with platform(house) as wechat:
        query = wechat.query()
        stamp = Stamp(query["timestamp"], query["nonce"])
        good = Seal(Keys(APPID, TOKEN, (KEY,))).close(said("你好"))
        spoilt = {
            "another key": Seal(Keys(APPID, TOKEN, ("x" * 42 + "A",))).close(said("你好")),
            "another account": Seal(Keys("wx9", TOKEN, (KEY,))).close(said("你好")),
            "cut base64": good[:-3], "cut block": good[:-22] + "==", "cut to nothing": "", "no base64": "你好",
            "padding": good[:-8] + "AAAAAAA=", "noise": "A" * 128,
        }
        bodies = set()
        for what, ciphertext in spoilt.items():
            fresh = {**wechat.query(), "encrypt_type": "aes"}
            stamp = Stamp(fresh["timestamp"], fresh["nonce"])
            signed = Seal(Keys(APPID, TOKEN, (KEY,))).sign(ciphertext, stamp)
            got = await wechat.post({**fresh, "msg_signature": signed}, f"<xml><Encrypt>{ciphertext}</Encrypt></xml>")
            assert got.status == 403, what
            bodies.add(got.body)
        for claimed in ("", "0" * 40):
            fresh = {**wechat.query(), "encrypt_type": "aes", "msg_signature": claimed}
            got = await wechat.post(fresh, f"<xml><Encrypt>{good}</Encrypt></xml>")
            assert got.status == 403
            bodies.add(got.body)
    assert len(bodies) == 1
    assert not house.noted
    assert house.refusals == ["bad_callback"] * (len(spoilt) + 2)


STRANGE = [
    "]]>", "a]]>]]>b", "<![CDATA[x]]>", "🙂👨‍👩‍👧", "line\u2028next\u2029", "\u202egnp.exe", "zero\u200bwidth\u200d",
    "<b>&amp;&lt;", "{{7*7}} {% include 'x' %} %s ${jndi:ldap://x}", "' OR 1=1 --", "\ufeffbom", "é" * 500,
]


async def test_8_strange_characters_are_data_in_and_out(house: House) -> None:
    async with platform(house) as wechat, platform(house, appid=OPEN) as plain:
        for n, words in enumerate(STRANGE):
            house.answers(words)
            document = xml(MsgType="text", MsgId=n, _Content=f"<![CDATA[{words.replace(']]>', ']]]]><![CDATA[>')}]]>")
            for got in (await wechat.push(document), await plain.push(document)):
                assert got.reply["Content"] == words
    assert [inbound.content for inbound in house.taken] == [Text(words) for words in STRANGE for _ in range(2)]


async def test_8_what_xml_cannot_hold_does_not_break_the_answer(house: House) -> None:
    house.answers("a\0b\ud800c\uffffd")
    async with platform(house) as wechat:
        assert (await wechat.push(said("x"))).reply["Content"] == "abcd"


async def test_9_no_address_in_a_message_is_ever_fetched(house: House) -> None:
    hits: list[str] = []

    async def trap(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(text="caught")

    async with serve([web.get("/{any:.*}", trap)]) as private, platform(house) as wechat:
        for n, document in enumerate((
            xml(MsgType="image", MsgId=1, MediaId="m1", PicUrl=f"{private}/pic"),
            xml(MsgType="image", MsgId=2, MediaId=f"{private}/media", PicUrl=f"{private}/pic"),
            xml(MsgType="video", MsgId=3, MediaId="../../x?y#z", ThumbMediaId=f"{private}/thumb"),
            xml(MsgType="voice", MsgId=4, MediaId="http://169.254.169.254/", Recognition="你好"),
            xml(MsgType="link", MsgId=5, Title="t", Description="d", Url=f"{private}/link"),
            said(f"{private}/text", id_="6"), event("VIEW", EventKey=f"{private}/view"),
        )):
            assert (await wechat.push(document)).status == 200, n
    assert hits == []
    assert house.fetched == ["m1"]


async def test_a_refusal_tells_nothing_and_logs_no_citizen(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    async with platform(house) as wechat:
        query, body = wechat.seal(said("我叫张三，电话13800138000"), wechat.query())
        got = await wechat.post({**query, "msg_signature": "0" * 40}, body)
        unread = await wechat.push(xml(MsgType="text", Content="我叫张三", FromUserName=f"{OPENID}:x"))
    told = capsys.readouterr()
    assert (got.status, unread.status) == (403, 400)
    assert "detail" not in got.body
    assert "msg_signature" in told.out + told.err, "our log says why"
    assert OPENID not in told.out + told.err
    assert "13800138000" not in told.out + told.err
