"""HOSTILE.md for customer service: its callback, the pages behind it; and 9 and 10 with the clients on the line."""
from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.abc import AbstractResolver, ResolveResult

from channels.wechat.answers import StaleToken
from channels.wechat.calls import Place
from channels.wechat.client import Credentials, WeChatClient
from channels.wechat.kf_client import KfClient, KfCredentials, KfUser
from gateway.errors import HuiyinError
from gateway.messages import Text
from simulators.wechat.crypto import Envelope
from simulators.wechat.server import serve
from simulators.wechat.settings import kf, official
from tests.channels.wechat.api_client import Line, line
from tests.channels.wechat.api_double import Seen, sends
from tests.channels.wechat.conftest import LOOP, Kept
from tests.channels.wechat.fuzz_kf import NEWS, pulling
from tests.channels.wechat.house import House, sign
from tests.channels.wechat.test_kf import SEAT, Desk, opened
from tests.clock import SerialIds

pytestmark = LOOP

SEND, KF_SEND = "/cgi-bin/message/custom/send", "/cgi-bin/kf/send_msg"
SYNC, GET = "/cgi-bin/kf/sync_msg", "/cgi-bin/media/get"
WORKERS = 8


@pytest_asyncio.fixture(loop_scope="module")
async def desk(kept: Kept) -> AsyncIterator[Desk]:
    async with opened(kept) as opened_desk:
        yield opened_desk


@pytest_asyncio.fixture(loop_scope="module")
async def wire(kept: Kept) -> AsyncIterator[Line]:
    async with line(kept) as opened_line:
        yield opened_line


# --- the callback -------------------------------------------------------------------------------------------

async def test_a_captured_query_cut_elsewhere_is_refused_and_no_fault(desk: Desk) -> None:
    """What is signed is one row of characters: the nonce's end may be shown as the timestamp's beginning."""
    envelope = Envelope(SEAT.aes_key, SEAT.appid)
    sealed = next(text for text in iter(lambda: envelope.seal(NEWS), "") if text[0].isalpha())  # behind the other parts
    at = str(int(desk.house.clock.ms() / 1000))
    signed = sign(SEAT.token, at, "!0nonce", sealed)
    cut = {"timestamp": f"0nonce{at}", "nonce": "!"}
    assert sign(SEAT.token, *cut.values(), sealed) == signed, "the same row"
    statuses = []
    for stamp in ({"timestamp": at, "nonce": "!0nonce"}, cut):
        async with desk.http.post(
            f"{desk.url}/wechat/kf/{SEAT.appid}", params={**stamp, "msg_signature": signed},
            data=f"<xml><Encrypt>{sealed}</Encrypt></xml>",
        ) as response:
            statuses.append(response.status)
    assert statuses == [200, 403]
    assert len(desk.wanted) == 1


# --- pages --------------------------------------------------------------------------------------------------

GOOD = b'{"msgid":"good","external_userid":"wm1","origin":3,"msgtype":"text","text":{"content":"\xe5\xa5\xbd"}}'
SAID = '{"msgid":"%s","external_userid":"wm2","origin":3,"msgtype":"%s",%s}'
BROKEN: list[tuple[bytes, str]] = [
    # one message of a page, and what is told of it: its words, or "" for nothing
    ((SAID % ("a", "text", '"text":{"content":"half \\ud83d"}')).encode(), "half ?"),
    ((SAID % ("b", "text", '"text":{"content":"half \\udcaf"}')).encode(), "half ?"),
    ((SAID % ("c", "text", '"text":{"content":"no \udcff sign"}')).encode(errors="surrogateescape"), "no \ufffd sign"),
    ((SAID % ("d", "text", '"text":{"content":"no \udcff"},"x":1e999')).encode(errors="surrogateescape"), ""),
    ((SAID % ("e", "location", '"location":{"latitude":"nan","longitude":1}')).encode(), ""),
    ((SAID % ("f", "location", '"location":{"latitude":"inf","longitude":1}')).encode(), ""),
    ((SAID % ("g", "location", '"location":{"latitude":23,"longitude":1130}')).encode(), ""),
    ((SAID % ("h", "text", '"text":{"content":" "}')).encode(), ""),
    ((SAID % ("i", "text", '"text":{"content":"x"},"send_time":1e30')).encode(), ""),
    ((SAID % ("j", "text", '"text":{"content":"x"},"send_time":-1')).encode(), ""),
    ((SAID % ("k", "text", '"text":null')).encode(), ""),
    ((SAID % ("l", "text", '"text":{"content":"x"}')).replace("wm2", "wm:2 ..").encode(), ""),
    ((SAID % ("m", "event", '"event":{"event_type":"enter_session","external_userid":"wm2","scene_param":"t%s"}')
      % ("&" * 60)).encode(), ""),
    (b"7", ""), (b"null", ""), (b"[]", ""), (b'{"msgid":"\\u0000"}', ""),
]


async def test_a_broken_message_holds_up_neither_its_page_nor_the_next(kept: Kept, wire: Line) -> None:
    house = House(kept.store, kept.clock)
    puller = pulling(wire.kf(), house)
    for n, (broken, words) in enumerate(BROKEN):
        messages = b",".join((broken, GOOD.replace(b'"good"', b'"good%d"' % n)))
        page = b'{"errcode":0,"next_cursor":"c%d","has_more":0,"msg_list":[%s]}' % (n, messages)
        wire.platform.says[SYNC] = sends(page, "text/plain")
        known = len(house.taken)
        assert await puller.pull(f"wk{n}") == 2, broken
        told = [inbound.content for inbound in house.taken[known:] if isinstance(inbound.content, Text)]
        assert told == [Text(word) for word in (words, "好") if word], broken


# --- 9: nothing but the platform is asked ------------------------------------------------------------------

class Resolver(AbstractResolver):
    """Every name is this machine; `asked` says which were looked up."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[
        ResolveResult
    ]:
        self.asked.add(host)
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


ADDRESSES = (
    "http://rebind.test/x", "http://169.254.169.254/latest/meta-data", "//rebind.test/x", "../../../etc/passwd",
    "x?url=http://rebind.test/#", "x&access_token=mine", "\r\nHost: rebind.test", "file:///etc/passwd", "@rebind.test/",
)


async def test_9_whatever_a_media_id_says_the_platform_alone_is_asked(kept: Kept, wire: Line) -> None:
    """No name out of a message is ever looked up, so that there is nothing to rebind."""
    port = int(wire.platform.url.rstrip("/").rpartition(":")[2])
    wire.platform.says[GET] = {"errcode": 40007, "errmsg": "invalid media_id"}
    resolver = Resolver()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver)) as http:
        place = Place(f"http://api.wechat.test:{port}", 2.0)
        for client in (
            WeChatClient(Credentials("wx0appid", "secret", place), http, kept.store.shared, SerialIds(), wire.count),
            KfClient(KfCredentials("kf", "ww0corp", "secret", place), http, kept.store.shared, SerialIds(), wire.count),
        ):
            for media in ADDRESSES:
                with pytest.raises(HuiyinError):
                    await client.download(media)
    assert resolver.asked == {"api.wechat.test"}
    asked = [seen for seen in wire.platform.journal if not seen.path.endswith(("token",))]
    assert {seen.path for seen in asked} == {GET}
    assert [seen.query["media_id"] for seen in asked] == [*ADDRESSES] * 2
    assert all(_only(seen) for seen in asked)


def _only(seen: Seen) -> bool:
    return seen.query.keys() == {"media_id", "access_token"} and seen.query["access_token"] != "mine"


# --- 10: the token storm, with the simulator as the platform ------------------------------------------------

async def test_10_eight_workers_ask_for_one_token_and_once_more_when_it_is_revoked(kept: Kept) -> None:
    hotline, seat, counted = official("hotline"), kf("seat"), lambda path, outcome: None
    async with serve([hotline, seat], kept.clock) as wechat, aiohttp.ClientSession() as http:
        place, shared, ids = Place(wechat.url, 5.0), kept.store.shared, SerialIds()
        workers = [
            (WeChatClient(Credentials(hotline.appid, hotline.secret, place), http, shared, ids, counted),
             KfClient(KfCredentials("seat", seat.appid, seat.secret, place), http, shared, ids, counted))
            for _ in range(WORKERS)
        ]
        phones = [wechat.phone("hotline", f"citizen {n}") for n in range(40)]
        chats = [wechat.kf_phone("seat", f"citizen {n}") for n in range(40)]
        for phone in phones:
            await phone.says("你好")
        for chat in chats:
            await chat.says("你好")

        async def all_say(words: str) -> None:
            await asyncio.gather(*(
                workers[n % WORKERS][0].send_text(phone.openid, words) for n, phone in enumerate(phones)
            ), *(
                workers[n % WORKERS][1].send_text(KfUser(chat.open_kfid, chat.citizen.openid), f"{words}{n}", words)
                for n, chat in enumerate(chats)
            ))

        for refreshes, words in ((1, "一"), (2, "二")):
            await all_say(words)
            assert wechat.journal.count("call", "/cgi-bin/stable_token") == refreshes
            assert wechat.journal.count("call", "/cgi-bin/gettoken") == refreshes
            assert {one.citizen.texts()[-1] for one in phones} == {words}
            assert {one.citizen.texts()[-1] for one in chats} == {words}
            for account in wechat.accounts.values():
                account.tokens.revoke()


async def test_a_token_that_stays_bad_costs_customer_service_two_calls_too(kept: Kept) -> None:
    seat = kf("seat")
    async with serve([seat], kept.clock) as wechat, aiohttp.ClientSession() as http:
        credentials = KfCredentials("seat", seat.appid, seat.secret, Place(wechat.url, 5.0))
        client = KfClient(credentials, http, kept.store.shared, SerialIds(), lambda path, outcome: None)
        chat = wechat.kf_phone("seat", "citizen")
        await chat.says("你好")
        for tries, code in enumerate((40014, 40001, 42001), 1):
            wechat.fault(KF_SEND, "errcode", times=2, code=code)
            with pytest.raises(StaleToken):
                await client.send_text(KfUser(chat.open_kfid, chat.citizen.openid), "turn:1", "好")
            assert wechat.journal.count("call", KF_SEND) == 2 * tries
        await client.send_text(KfUser(chat.open_kfid, chat.citizen.openid), "turn:1", "好")
        assert chat.citizen.texts() == ["好"], "what the outbox brings again arrives once"
