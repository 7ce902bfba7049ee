"""Kannel's callbacks and its sendsms, without Kannel: every vector of tests/wire/sms/kannel.json, and who may call."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from channels.sms.gate import Door
from channels.sms.kannel import Kannel, KannelSettings, read_report, sendsms
from channels.sms.kannel_conf import KannelBox, Upstream, written
from channels.sms.traffic import Sms
from gateway.clock import RandomIds
from gateway.errors import ConfigError, Paused, Rejected, Retry, SendError, Uncertain
from gateway.http import guard
from gateway.store.sqlite import SqliteStore
from tests.channels.sms import vectors
from tests.channels.sms.site import Core
from tests.clock import ManualClock
from tests.tables import table

TOKEN = "kannel-callback-token-0123456789abcdef"
VECTORS = vectors.of("kannel")
ARRIVALS = {name: row for name, row in VECTORS.items() if "/sms/kannel/mo" in row.get("path", "")}
REPORTS = {name: row for name, row in VECTORS.items() if "/dlr" in row.get("path", "")}
CLOSED = Sms("9f3b", "+8613800138000", "【12345】您反映的事项已办结👍，满意请回复1")


class Side:
    """Our side, and a smsbox that answers as told."""

    def __init__(self, client: TestClient[web.Request, web.Application], kannel: Kannel, core: Core,
                 said: list[tuple[dict[str, str], str]], answers: list[int | None]) -> None:
        self.client, self.kannel, self.core, self.said, self.answers = client, kannel, core, said, answers

    async def call(self, row: dict[str, Any], token: str = TOKEN) -> int:
        path = row["path"].replace("s3cr3t", token)
        if "token=" not in path:
            path += f"&token={token}"
        async with self.client.request(row.get("method", "GET"), URL(path, encoded=True),
                                       data=bytes.fromhex(row.get("body_hex", "")) or None,
                                       headers={key: value for key, value in row.get("headers", {}).items()
                                                if key not in ("Content-Length", "Connection")}) as answer:
            assert await answer.text() == "" or answer.status >= 400, "Kannel would send it to the citizen"
            return answer.status


@asynccontextmanager
async def open_side(folder: Path, sources: tuple[str, ...] = ()) -> AsyncIterator[Side]:
    said: list[tuple[dict[str, str], str]] = []
    answers: list[int | None] = []

    async def smsbox(request: web.Request) -> web.Response:
        said.append((dict(request.headers), await request.text()))
        status = answers.pop(0) if answers else 202
        if status is None and request.transport is not None:
            request.transport.abort()
        return web.Response(status=status or 500, text="0: Accepted for delivery")

    box = web.Application()
    box.router.add_post("/cgi-bin/sendsms", smsbox)
    store, core = SqliteStore(folder / "s.db", ManualClock(), RandomIds()), Core()
    await store.open()
    async with TestServer(box) as server, aiohttp.ClientSession() as http:
        door = Door((TOKEN,), tuple(map(ip_network, sources)))
        settings = KannelSettings(str(server.make_url("/cgi-bin/sendsms")), "gateway", "pw", "http://127.0.0.1:8090",
                                  door, "10612345")
        kannel = Kannel(settings, http, store.shared, core.hands, ManualClock())
        app = web.Application(middlewares=[guard(lambda _: None)])
        app.router.add_routes(kannel.routes())
        async with TestClient(TestServer(app)) as client:
            yield Side(client, kannel, core, said, answers)
    await store.close()


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with open_side(tmp_path) as side:
        yield side


# --- in -----------------------------------------------------------------------------------------------------

def test_no_vector_is_left_out() -> None:
    assert ARRIVALS.keys() | REPORTS.keys() | {"sendsms_responses", "courier_mo"} == VECTORS.keys()


async def test_a_kannel_that_was_another_gateway_s_is_read(side: Side) -> None:
    """Its file names the parts of the query in its own way."""
    row = VECTORS["courier_mo"]
    query = row["path"].partition("?")[2]
    assert await side.call({**row, "path": f"/sms/kannel/mo?{query}"}) == 200
    (arrival,) = side.core.arrivals.values()
    assert (arrival.sender, arrival.to, arrival.text, arrival.id, arrival.at) == (
        row["expect"]["sender"], "24453", row["expect"]["text"], row["expect"]["id"], row["expect"]["ts"] * 1000)


async def test_every_arrival_of_the_vectors_is_read(side: Side) -> None:
    for row in ARRIVALS.values():
        assert await side.call(row) == 200
        (arrival,) = side.core.arrivals.values()
        expect = row["expect"]
        assert (arrival.sender, arrival.to, arrival.text) == (expect["sender"], expect["to"], expect["text"]), row
        assert arrival.id == expect.get("id", arrival.id)
        assert arrival.at == expect.get("ts", arrival.at / 1000) * 1000
        assert arrival.missing == ((1,) if row["name"] == "post_partial_after_timeout" else ())
        side.core.arrivals.clear()


async def test_every_report_of_the_vectors_is_read(side: Side) -> None:
    states = {1: "delivered", 2: "failed", 4: "accepted", 8: "accepted", 16: "failed"}
    for row in REPORTS.values():
        path = row["path"] if row["path"].startswith("/sms/kannel/dlr") else "/sms/kannel/dlr" + row["path"][4:]
        assert await side.call({**row, "path": path}) == 200
        assert await side.call({**row, "path": path.replace("/dlr", "/status", 1)}) == 200
        assert side.core.reports.pop() == side.core.reports[-1]
        report = side.core.reports.pop()
        assert (report.id, report.state) == (row["expect"]["uid"], states[row["expect"]["status"]])
        assert report.provider == row["expect"].get("smsc_message_id", "")


@table(("answer", "state", "code"), [
    ("NACK/0x0000000b/Invalid Destination Address", "failed", "NACK/0x0000000b"),
    ("NACK/Retries Exceeded", "failed", "NACK/Retries Exceeded"),
    ("id:1 stat:EXPIRED err:027 text:我家的电话是13800138000", "expired", "EXPIRED/027"),
    ("id:1 stat:UNDELIV err:001 text:stat", "failed", "UNDELIV/001"),
])
def test_a_report_keeps_words_and_no_text(answer: str, state: str, code: str) -> None:
    report = read_report({"uid": "a", "s": "2", "ans": answer})
    assert report is not None
    assert (report.state, report.code) == (state, code)


async def test_who_has_no_token_changes_nothing(side: Side) -> None:
    for name in ("recode_digit", "post_digit", "dlr_M1_1"):
        assert [await side.call(VECTORS[name], token) for token in ("x" * 38, "", TOKEN[:-1])] == [403] * 3
    assert not side.core.arrivals
    assert not side.core.reports


async def test_who_tries_tokens_is_slowed_down(side: Side) -> None:
    statuses = [await side.call(VECTORS["recode_digit"], token=f"{n:038d}") for n in range(25)]
    assert statuses[:20] == [403] * 20
    assert statuses[-1] == 429
    assert await side.call(VECTORS["recode_digit"]) == 200, "the right one is not held up"


async def test_another_address_is_refused(tmp_path: Path) -> None:
    async with open_side(tmp_path, sources=("192.0.2.0/24",)) as side:
        assert await side.call(VECTORS["recode_digit"]) == 403
        assert not side.core.arrivals


async def test_what_is_not_kept_comes_again_and_what_is_of_no_use_does_not(side: Side) -> None:
    side.core.away = True
    assert await side.call(VECTORS["recode_digit"]) == 503
    assert await side.call(VECTORS["dlr_M1_1"]) == 503
    side.core.away = False
    assert await side.call({"path": "/sms/kannel/mo?token=s3cr3t&id=1&text=1"}) == 200
    assert await side.call({"path": "/sms/kannel/dlr?token=s3cr3t&uid=a&s=99"}) == 200
    assert not side.core.arrivals
    assert not side.core.reports


@table("tokens", [(), ("short",), (TOKEN, "short")])
def test_a_token_that_could_be_guessed_stops_the_start(tokens: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError):
        Door(tokens)


# --- out ----------------------------------------------------------------------------------------------------

async def test_chinese_goes_out_as_kannel_wants_it(side: Side) -> None:
    await side.kannel.send(CLOSED)
    (headers, body), = side.said
    assert body == CLOSED.text
    assert headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert (headers["X-Kannel-Coding"], headers["X-Kannel-DLR-Mask"]) == ("2", "31")
    assert (headers["X-Kannel-To"], headers["X-Kannel-From"]) == ("+8613800138000", "10612345")
    assert headers["X-Kannel-DLR-Url"] == (
        f"http://127.0.0.1:8090/sms/kannel/dlr?token={TOKEN}&uid=9f3b&s=%d&fid=%F&ans=%A")


@table(("valid_s", "minutes"), [(None, None), (60, "1"), (119, "1"), (86_400, "1440"), (1, "1")])
def test_how_long_it_may_take_goes_along_in_minutes(valid_s: int | None, minutes: str | None) -> None:
    settings = KannelSettings("http://127.0.0.1:1", "u", "p", "http://127.0.0.1", Door((TOKEN,)), "1")
    made = sendsms(Sms("a", CLOSED.to, CLOSED.text, valid_s=valid_s), settings)
    assert made.headers.get("X-Kannel-Validity") == minutes


SMSBOX_SAYS: list[tuple[int | None, type[SendError]]] = [
    (403, Paused), (404, Paused), (400, Rejected), (503, Retry), (429, Retry), (500, Uncertain), (None, Uncertain),
    (302, Rejected), (200, Uncertain), (204, Uncertain),  # a yes, but not sendsms's
]


async def test_what_an_answer_decides(side: Side) -> None:
    raised: list[tuple[int | None, type[SendError]]] = []
    for n, (status, _) in enumerate(SMSBOX_SAYS):
        side.answers.append(status)
        with pytest.raises(SendError) as error:
            await side.kannel.send(Sms(f"s-{n}", CLOSED.to, CLOSED.text))
        raised.append((status, type(error.value)))
    assert raised == SMSBOX_SAYS


async def test_what_smsbox_says_in_the_vectors_decides(side: Side) -> None:
    decided: list[type[SendError] | None] = []
    for n, (status, _) in enumerate(VECTORS["sendsms_responses"]["cases"]):
        side.answers.append(status)
        try:
            await side.kannel.send(Sms(f"v-{n}", CLOSED.to, CLOSED.text))
        except SendError as error:
            decided.append(type(error))
        else:
            decided.append(None)
    assert decided == [None, None, Paused, Rejected, Rejected]


async def test_a_try_that_was_refused_is_made_again_and_one_without_an_answer_is_not(side: Side) -> None:
    side.answers += [503, 202]
    with pytest.raises(Retry):
        await side.kannel.send(CLOSED)
    await side.kannel.send(CLOSED)
    await side.kannel.send(CLOSED)          # it has it
    assert len(side.said) == 2
    side.answers += [None]
    for _ in range(2):
        with pytest.raises(Uncertain):
            await side.kannel.send(Sms("b", CLOSED.to, CLOSED.text))
    assert len(side.said) == 3


def test_an_id_cannot_fill_in_kannels_own_signs() -> None:
    settings = KannelSettings("http://127.0.0.1:1", "u", "p", "http://127.0.0.1", Door((TOKEN,)), "1")
    made = sendsms(Sms("a%b&s=1", CLOSED.to, "1"), settings).headers["X-Kannel-DLR-Url"]
    assert made.endswith("&uid=ab%26s%3D1&s=%d&fid=%F&ans=%A")


# --- the configuration --------------------------------------------------------------------------------------

BOX = KannelBox("/var/spool/huiyin", Upstream("192.0.2.1", 2775, "hotline", "secret1"), "10612345", "gateway", "pw",
                "admin", f"http://127.0.0.1:8090/sms/kannel/mo?token={TOKEN}", redis=("127.0.0.1", 6379))


def test_every_interface_is_loopback_and_no_group_is_cut() -> None:
    groups = [dict(line.split(" = ", 1) for line in group.splitlines()) for group in written(BOX).strip().split("\n\n")]
    assert [group["group"] for group in groups] == [
        "core", "redis-connection", "dlr-db", "smsc", "smsbox", "sendsms-user", "sms-service"]
    values = {key: value for group in groups for key, value in group.items()}
    assert {key: value for key, value in values.items() if key.endswith("-interface")} == dict.fromkeys(
        ("admin-interface", "smsbox-interface", "sendsms-interface"), '"127.0.0.1"')
    assert (values["store-type"], values["dlr-storage"], values["mo-recode"]) == ('"spool"', '"redis"', "true")
    assert int(values["http-request-retry"]) * int(values["http-queue-delay"]) > 7 * 86_400, "then it would be gone"
    assert groups[-1]["max-messages"] == "0"
    assert groups[-1]["post-url"].endswith('&id=%I&ts=%T"')


@table("value", ['a"b', "a\nb", "a\n\ngroup = core", "a\\"])
def test_a_value_cannot_leave_its_line(value: str) -> None:
    upstream = Upstream("192.0.2.1", 2775, "hotline", value)
    with pytest.raises(ConfigError):
        written(KannelBox("/tmp", upstream, "1", "u", "p", "a", "http://127.0.0.1"))
