"""The WebSocket protocol of WIRE.md: hello, welcome, accepted, replay, and who is turned away (HOSTILE.md 11 to 18)."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from channels.web.feed import Feed
from channels.web.visit import Visit
from gateway.messages import Choice, Form, Inbound, Location, Text, Upload, conversation_key, decode_inbound
from tests.channels.web.house import EMBEDDER, OPTIONS, PUBLIC, SETTINGS, Client, House, open_house, visit
from tests.clock import ManualClock
from tests.tables import table
from tests.until import until

UPLOAD = "6a1f0c9d2b7e4853a1c4d5e6f7081923"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def conversation_of(house: House, client: Client) -> str:
    return (await house.sessions.find(client.session)).conversation


async def test_a_new_visitor_is_welcomed_in_their_language(house: House) -> None:
    async with visit(house) as client:
        welcome = await client.hello(session=None, after=None, language="en")

    assert welcome == {"type": "welcome", "session": client.session, "language": "en"}
    assert len(client.session) >= 43


async def test_an_accepted_message_is_already_in_the_mailbox(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        client_id = await client.say("路灯坏了")

        (lease,) = await house.store.lanes.claim("in", "test")
        stored = decode_inbound(lease.msgs[0].body)
        conversation = await conversation_of(house, client)

    assert stored == Inbound(client_id, conversation, "web", stored.at, Text("路灯坏了"), "zh")
    assert conversation.startswith("web:")


async def test_the_answer_is_shown_as_the_contract_says(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        conversation = await conversation_of(house, client)
        event = await house.say(conversation, "几点施工？", choices=OPTIONS, ask="noise_hours", template="noise")
        shown = await client.next("message")

    assert shown.pop("at").endswith("+00:00")
    assert shown == {
        "type": "message", "id": event, "from": "bot", "text": "几点施工？", "language": "zh",
        "choices": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
        "ask": "noise_hours", "template": "noise", "work_order": None, "original": None, "reply_to": None,
    }


async def test_a_repeated_id_is_accepted_again_and_counts_once(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        client_id = await client.say("一次")
        await client.say("一次", client_id)

    assert [inbound.id for inbound in house.taken] == [client_id]


@pytest.mark.parametrize(
    ("frame", "content"),
    [
        ({"choice": "night", "to": "3:0"}, Choice("night", "3:0")),
        ({"choice": "yes", "to": None}, Choice("yes")),
        ({"form": {"template": "general", "fields": {"times": 3, "kinds": ["a"], "again": False}}},
         Form("general", {"times": 3, "kinds": ["a"], "again": False})),
        ({"form": {"template": "general", "fields": {"evidence": [UPLOAD, "0" * 32]}}},
         Form("general", {"evidence": [UPLOAD, "0" * 32]}, {UPLOAD: "image/jpeg"})),
        ({"location": {"lat": 23.1, "long": 113, "label": "新港中路"}}, Location(23.1, 113.0, "新港中路")),
        ({"upload": UPLOAD}, Upload(UPLOAD, "image/jpeg")),
        ({"text": "<img src=x onerror=alert(1)>{{7*7}}%s"}, Text("<img src=x onerror=alert(1)>{{7*7}}%s")),
    ],
)
async def test_every_kind_of_content_arrives_as_sent(
    house: House, frame: dict[str, object], content: object
) -> None:
    async with visit(house) as client:
        await client.hello()
        house.uploads[await conversation_of(house, client), UPLOAD] = "image/jpeg"
        await client.send(type="message", id="m1", **frame)
        await client.next("accepted")

    assert house.taken[0].content == content


async def test_somebody_elses_upload_is_not_taken(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        house.uploads[conversation_key("web", "another"), UPLOAD] = "image/jpeg"
        await client.send(type="message", id="m1", upload=UPLOAD)
        fault = await client.next()

    assert (fault["code"], fault["id"], house.taken) == ("invalid", "m1", [])


async def test_coming_back_replays_exactly_what_was_missed_in_order(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        conversation = await conversation_of(house, client)
        seen = await house.say(conversation, "seen")
        assert (await client.next("message"))["id"] == seen
    missed = [await house.say(conversation, f"missed {n}") for n in range(250)]

    async with visit(house) as again:
        await again.hello(session=client.session, after=seen)
        replayed = [(await again.next("message"))["id"] for _ in missed]
        live = await house.say(conversation, "live")
        assert (await again.next("message"))["id"] == live

    assert replayed == missed


async def test_an_unknown_cursor_replays_the_whole_feed_of_this_visitor_alone(house: House) -> None:
    async with visit(house) as stranger, visit(house) as client:
        await stranger.hello()
        theirs = await house.say(await conversation_of(house, stranger), "not yours")
        await client.hello()
        own = await house.say(await conversation_of(house, client), "yours")

        async with visit(house) as again:
            await again.hello(session=client.session, after=theirs)
            assert (await again.next("message"))["id"] == own
            await again.say("then")
            assert (await again.next("message"))["text"] == "then"


async def test_every_socket_of_a_visitor_sees_the_answer(house: House) -> None:
    async with visit(house) as phone, visit(house) as desktop:
        await phone.hello()
        await desktop.hello(session=phone.session)
        await phone.say("hello")
        assert (await phone.next("message"))["text"] == (await desktop.next("message"))["text"] == "hello"


async def test_an_unknown_token_is_told_so_and_closed(house: House) -> None:
    async with visit(house) as client:
        fault = await client.hello(session="x" * 43, language="en")
        closed = await client.next()

    assert (fault["type"], fault["code"], closed["code"]) == ("error", "unauthorised", 1008)


@pytest.mark.parametrize(("language", "words"), [("zh", "这个会话不属于网页"), ("en", "not the web chat's")])
async def test_another_channels_session_is_refused_with_the_reason(house: House, language: str, words: str) -> None:
    token, _ = await house.sessions.open("zh", "wechat:wx1.oSomebody")
    async with visit(house) as client:
        fault = await client.hello(session=token, language=language)
        assert (fault["type"], fault["code"], (await client.next())["code"]) == ("error", "unauthorised", 1008)
        assert words in fault["text"]
    assert (await house.sessions.find(token)).conversation == "wechat:wx1.oSomebody", "it stays good for the API"


async def test_ending_the_chat_voids_the_token_and_closes_every_socket(house: House) -> None:
    async with visit(house) as client, visit(house) as other:
        await client.hello()
        await other.hello(session=client.session)
        await client.send(type="end")
        assert (await client.next("closed"))["code"] == 1000
        assert (await other.next("closed"))["code"] == 1000

    async with visit(house) as again:
        assert (await again.hello(session=client.session))["code"] == "unauthorised"


async def test_silence_instead_of_hello_is_closed(tmp_path: Path) -> None:
    async with open_house(tmp_path, hello_s=0.05) as house, visit(house) as client:
        assert (await client.next("closed"))["code"] == 1008


@pytest.mark.parametrize(
    "frame",
    ['{"type":"message","id":"1","text":"x"}', "[]", "hello", '{"type":"hello","type":"hello"}', '{"type":"end"}'],
)
async def test_the_first_frame_must_be_a_hello(house: House, frame: str) -> None:
    async with visit(house) as client:
        await client.socket.send_str(frame)
        assert (await client.next())["code"] == "invalid"
        assert (await client.next())["code"] == 1008


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type":"message","id":"m1","text":"' + "长" * 2001 + '"}', "too_long"),
        ('{"type":"message","id":"m1","text":"  "}', "invalid"),
        ('{"type":"message","id":"m1"}', "invalid"),
        ('{"type":"message","id":"m1","text":"a","choice":"b"}', "invalid"),
        ('{"type":"message","id":"m1","text":"\\ud800"}', "invalid"),
        ('{"type":"message","id":"m1","location":{"lat":91,"long":0}}', "invalid"),
        ('{"type":"message","id":"m1","location":{"lat":1e999,"long":0}}', "invalid"),
        ('{"type":"message","id":"m1","upload":"../../etc/passwd"}', "invalid"),
        ('{"type":"message","id":"m1","form":{"template":"../x","fields":{}}}', "invalid"),
        ('{"type":"message","id":"m1","text":' + "[" * 500 + "]" * 500 + "}", "invalid"),
        ('{"type":"dance","id":"m1"}', "invalid"),
        ('{"type":"hello","id":"m1"}', "invalid"),
    ],
)
async def test_a_bad_message_is_refused_by_id_and_the_chat_goes_on(house: House, frame: str, code: str) -> None:
    async with visit(house) as client:
        await client.hello()
        await client.socket.send_str(frame)
        fault = await client.next()
        await client.say("still here")

    assert (fault["type"], fault["code"], fault["id"]) == ("error", code, "m1")


async def test_nothing_is_acknowledged_when_it_could_not_be_stored(house: House) -> None:
    async with visit(house) as client:
        await client.hello(language="en")
        house.down = True
        await client.send(type="message", id="m1", text="hello")
        fault = await client.next()
        house.down = False
        await client.say("hello", "m1")

    assert (fault["code"], fault["id"]) == ("unavailable", "m1")
    assert [inbound.id for inbound in house.taken] == ["m1"]


async def test_a_flood_gets_a_notice_with_the_time_to_wait_and_then_the_door(tmp_path: Path) -> None:
    async with open_house(tmp_path, per_ms=60_000, burst=3, strikes=5) as house, visit(house) as client:
        await client.hello()
        for n in range(50):
            await client.send(type="message", id=f"m{n}", text="x")
        faults = [await client.next("error") for _ in range(5)]
        closed = await client.next("closed")

    assert {fault["code"] for fault in faults} == {"rate_limited"}
    assert all(fault["retry_after"] > 0 for fault in faults)
    assert closed["code"] == 1008
    assert len(house.taken) == 3


async def test_typing_is_shown_only_when_the_answer_takes_its_time(tmp_path: Path) -> None:
    async with open_house(tmp_path, typing_s=0.05) as house, visit(house) as client:
        await client.hello()
        house.replies = False
        client_id = await client.say("slow")
        assert await client.next() == {"type": "typing"}
        await house.say(await conversation_of(house, client), "at last", reply_to=client_id)
        assert (await client.next())["text"] == "at last"
        house.replies = True
        await client.say("quick")
        assert (await client.next())["text"] == "quick"
        await client.say("quick again")
        assert (await client.next())["text"] == "quick again"


@pytest.mark.parametrize("origin", [PUBLIC, EMBEDDER])
async def test_known_origins_may_open_a_chat(house: House, origin: str) -> None:
    async with visit(house, Origin=origin) as client:
        assert (await client.hello())["type"] == "welcome"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://12345.example", f"{PUBLIC}.evil.example"])
async def test_a_foreign_origin_does_not_get_past_the_handshake(house: House, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with visit(house, Origin=origin):
            pass

    assert refused.value.status == 403


async def test_one_address_may_hold_only_so_many_sockets(tmp_path: Path) -> None:
    async with open_house(tmp_path, per_address=2) as house:
        async with visit(house) as first, visit(house):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with visit(house):
                    pass
            assert (await first.hello())["type"] == "welcome"
        assert refused.value.status == 429

        async with visit(house) as later:
            assert (await later.hello())["type"] == "welcome"


async def test_a_full_house_says_so(tmp_path: Path) -> None:
    async with open_house(tmp_path, in_all=1) as house, visit(house):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with visit(house):
                pass

    assert refused.value.status == 503


async def test_one_address_may_begin_only_so_many_sessions(tmp_path: Path) -> None:
    async with open_house(tmp_path, session_per_ms=60_000, session_burst=1) as house:
        async with visit(house) as first:
            await first.hello()
        async with visit(house) as second:
            assert (await second.hello())["code"] == "rate_limited"
        async with visit(house) as back:
            assert (await back.hello(session=first.session))["type"] == "welcome"


async def test_a_frame_over_the_cap_closes_with_1009(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        await client.socket.send_str('{"type":"message","id":"m1","text":"' + "x" * 65_536 + '"}')
        assert (await client.next("closed"))["code"] == 1009


async def test_binary_frames_close_with_1003(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        await client.socket.send_bytes(b"\x00")
        assert (await client.next("closed"))["code"] == 1003


async def test_text_that_is_not_utf8_closes_with_1007(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        await client.socket.send_frame(b"\xff\xfe", aiohttp.WSMsgType.TEXT)
        assert (await client.next("closed"))["code"] == 1007


async def test_pings_are_answered_but_not_a_flood_of_them(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        await client.socket.ping(b"1")
        assert (await client.socket.receive()).type is aiohttp.WSMsgType.PONG
        for _ in range(100):
            await client.socket.ping(b"2")
        while not client.socket.closed:
            await client.socket.receive()

    assert client.socket.close_code == 1008


async def test_compression_is_never_agreed(house: House) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{house.url}/web/ws", compress=15) as socket:
        assert socket.compress == 0


async def test_one_byte_fragments_make_one_message(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        reader = client.socket._writer
        frame = '{"type":"message","id":"m1","text":"碎"}'.encode()
        for n, byte in enumerate(frame):
            last, opcode = n == len(frame) - 1, 0x1 if n == 0 else 0x0
            reader.transport.write(bytes([opcode | (0x80 if last else 0), 0x81, 0, 0, 0, 0, byte]))
        assert await client.next("accepted") == {"type": "accepted", "id": "m1"}

    assert house.taken[0].content == Text("碎")


async def test_a_client_that_never_reads_is_dropped_and_others_are_served(tmp_path: Path) -> None:
    async with open_house(tmp_path, send_s=0.2) as house, visit(house) as deaf:
        await deaf.hello()
        conversation = await conversation_of(house, deaf)
        deaf.socket._conn.transport.pause_reading()  # type: ignore[union-attr]
        async with visit(house) as other:
            await other.hello()
            for _ in range(40):
                await house.say(conversation, "长" * 100_000)
            await other.say("hello")
            assert (await other.next("message"))["text"] == "hello"
            await until(lambda: house.channel.doors.open == 1)
        deaf.socket._conn.transport.abort()  # type: ignore[union-attr]


async def test_shutdown_tells_everybody_to_come_back_and_lets_nobody_in(house: House) -> None:
    async with visit(house) as client:
        await client.hello()
        await house.channel.close()
        assert (await client.next("closed"))["code"] == 1001
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with visit(house):
                pass

    assert refused.value.status == 503


async def test_a_lost_hint_is_made_good_by_the_sweep(tmp_path: Path) -> None:
    async with open_house(tmp_path, sweep_s=0.05) as house, visit(house) as client:
        await client.hello()
        conversation = await conversation_of(house, client)
        await client.say("hello")
        assert (await client.next("message"))["text"] == "hello"
        client_id = str(uuid4())
        house.store.shared.subscribe([f"feed:{conversation}"]).close()
        event = await house.say(conversation, "later", reply_to=client_id)
        assert (await client.next("message"))["id"] == event


@table(("silent_s", "followers", "pause_s"), [
    (0.0, 1, 1.0), (59.0, 500, 1.0), (61.0, 1, 10.0), (0.0, 10_000, 20.0), (61.0, 10_000, 20.0), (61.0, 2_000, 10.0),
])
def test_a_crowd_does_not_sweep_more_often_together(silent_s: float, followers: int, pause_s: float) -> None:
    clock = ManualClock()
    feed = Feed(None, None, clock, SETTINGS)  # type: ignore[arg-type]  # neither is asked
    visit = Visit(None, "", None, None, clock.monotonic() - silent_s)  # type: ignore[arg-type]
    feed.followers = followers
    assert feed.pause_s(visit) == pause_s
