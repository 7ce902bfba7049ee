"""Vonage, Jasmin and Baidu: every vector of theirs, what we ask of them, what their answers decide."""
from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from channels.sms import signing
from channels.sms.baidu import Baidu
from channels.sms.clouds import CloudSettings
from channels.sms.forms import FormSettings, Jasmin, Vonage
from channels.sms.gate import Door, Gate
from channels.sms.traffic import Sms
from channels.sms.webhook import Profile
from gateway.clock import RandomIds, to_ms
from gateway.errors import Malformed, Paused, Rejected, Retry, SendError, Uncertain, WayClosed
from gateway.store.sqlite import SqliteStore
from tests.channels.sms import vectors
from tests.channels.sms.webhook_site import Made, Side, open_side
from tests.clock import ManualClock
from tests.tables import table

TOKEN = "form-callback-token-0123456789abcdefghi"
OTHER, CLOUDS = vectors.of("other"), vectors.of("china-clouds")
CLOSED = Sms("9f3b-1", "+8613800138000", "您反映的事项已办结👍，满意请回复1 & 2+2", valid_s=3_600)


def settings(url: str, name: str) -> FormSettings:
    return FormSettings(("key", "secret"), f"https://gw.example.org/sms/{name}/{TOKEN}/status", "10612345", url)


def gate(store: SqliteStore) -> Gate:
    return Gate(Door((TOKEN,)), store.shared)


def vonage(url: str, store: SqliteStore, clock: ManualClock) -> Profile:
    return Vonage(settings(url, "vonage"), gate(store))


def jasmin(url: str, store: SqliteStore, clock: ManualClock) -> Profile:
    return Jasmin(settings(url, "jasmin"), gate(store))


def baidu(url: str, store: SqliteStore, clock: ManualClock) -> Profile:
    cloud = CloudSettings(("id", "secret"), "热线", "sms-tmpl-1", app="sms-sign-1", api=url)
    return Baidu(cloud, gate(store), RandomIds())


def test_every_row_is_held_here() -> None:
    assert OTHER.keys() == {"vonage_mo_get", "vonage_status", "jasmin_mo_gsm", "jasmin_mo_ucs2_captured", "jasmin_dlr"}


async def asks(side: Side, path: str) -> int:
    async with side.client.get(path) as answer:
        return answer.status


async def decided(side: Side, answers: list[tuple[int, str]]) -> list[type[SendError] | str]:
    """What sending comes to after each answer: an error, or the provider's id."""
    found: list[type[SendError] | str] = []
    for n, answer in enumerate(answers):
        side.provider.answers.append(answer)
        try:
            found.append(",".join(await side.webhook.send(Sms(f"d-{n}", CLOSED.to, CLOSED.text))))
        except SendError as error:
            found.append(type(error))
    return found


# --- Vonage -------------------------------------------------------------------------------------------------

async def test_the_vonage_vectors_by_get_and_by_post(tmp_path: Path) -> None:
    arrival, status = OTHER["vonage_mo_get"], OTHER["vonage_status"]
    query = arrival["path"].partition("?")[2]
    async with open_side(tmp_path, vonage) as side:
        side.provider.answers.append((200, '{"messages": [{"status": "0", "message-id": "external1"}]}'))
        assert await side.webhook.send(CLOSED) == ("external1",)
        assert await asks(side, f"/sms/vonage/{TOKEN}/mo?{query}") == 200
        assert (await side.call(f"/sms/vonage/{TOKEN}/mo", query, {}))[0] == 200
        assert (await side.call(f"/sms/vonage/{TOKEN}/mo", json.dumps(dict(parse_qsl(query))), {}))[0] == 200
        (one,) = side.core.arrivals.values()
        expect = arrival["expect"]
        assert (one.sender, one.to, one.text, one.id) == (expect["sender"], "2020", expect["text"], expect["id"])
        assert await asks(side, f"/sms/vonage/{TOKEN}/status?{status['path'].partition('?')[2]}") == 200
        assert side.core.states == [(CLOSED.id, status["expect"]["status"])]
        assert await asks(side, f"/sms/vonage/{'x' * 40}/mo?{query}") == 403


async def test_a_part_by_itself_says_what_is_missing(tmp_path: Path) -> None:
    async with open_side(tmp_path, vonage) as side:
        query = ("msisdn=8613800138000&to=2020&messageId=p-2&text=%E6%BB%A1%E6%84%8F&type=unicode&concat=true"
                 "&concat-ref=7&concat-total=3&concat-part=2&message-timestamp=2026-11-23+02:00:00")
        assert await asks(side, f"/sms/vonage/{TOKEN}/mo?{query}") == 200
        (one,) = side.core.arrivals.values()
        assert (one.text, one.missing, one.at) == ("满意", (1, 3), to_ms(datetime(2026, 11, 23, 2, tzinfo=UTC)))


async def test_vonage_is_asked_as_it_wants(tmp_path: Path) -> None:
    async with open_side(tmp_path, vonage) as side:
        side.provider.answers.append((200, '{"messages": [{"status": "0", "message-id": "v-1"}]}'))
        await side.webhook.send(CLOSED)
        ((request, sent),) = side.provider.said
        form = dict(parse_qsl(sent))
        assert (request.path, request.headers["Authorization"]) == ("/sms/json", "Basic a2V5OnNlY3JldA==")
        assert (form["to"], form["from"], form["type"], form["client-ref"], form["ttl"], form["text"]) == (
            "8613800138000", "10612345", "unicode", CLOSED.id, "3600000", CLOSED.text)
        report = f"client-ref={CLOSED.id}&messageId=v-1&status=expired&err-code=1"
        assert form["callback"] == f"https://gw.example.org/sms/vonage/{TOKEN}/status"
        assert (await side.call(f"/sms/vonage/{TOKEN}/status", report, {}))[0] == 200
        assert side.core.states == [(CLOSED.id, "expired")]


async def test_what_vonages_answer_decides(tmp_path: Path) -> None:
    def said(*statuses: str) -> tuple[int, str]:
        return 200, json.dumps({"messages": [{"status": status, "message-id": f"m{status}"} for status in statuses]})

    async with open_side(tmp_path, vonage) as side:
        assert await decided(side, [
            said("0"), said("0", "0"), said("0", "1"), said("1"), said("4"), said("5"), said("7"), said("6"),
            (200, "<html>"), (503, ""), (500, ""),
        ]) == ["m0", "m0", Uncertain, Retry, Paused, Uncertain, WayClosed, Rejected, Uncertain, Retry, Uncertain]


# --- Jasmin -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["jasmin_mo_gsm", "jasmin_mo_ucs2_captured"])
async def test_the_jasmin_arrivals(tmp_path: Path, name: str) -> None:
    row: dict[str, Any] = OTHER[name]
    async with open_side(tmp_path, jasmin) as side:
        assert await side.call(f"/sms/jasmin/{TOKEN}/mo", row["body"], {}) == (200, row["answer"])
        (one,) = side.core.arrivals.values()
        assert one.text == row["expect"]["text"]
        assert one.id == row["expect"].get("id", one.id)
        assert one.sender in ("2349067554729", "8613800138000")


async def test_the_jasmin_receipt_finds_its_message(tmp_path: Path) -> None:
    row = OTHER["jasmin_dlr"]
    async with open_side(tmp_path, jasmin) as side:
        side.provider.answers.append((200, 'Success "external1"'))
        assert await side.webhook.send(CLOSED) == ("external1",)
        ((request, sent),) = side.provider.said
        form = dict(parse_qsl(sent))
        assert (request.path, form["coding"], form["validity-period"]) == ("/send", "8", "60")
        assert bytes.fromhex(form["hex-content"]).decode("utf-16-be") == CLOSED.text
        assert await side.call(f"/sms/jasmin/{TOKEN}/status", row["body"], {}) == (200, "ACK/Jasmin")
        assert side.core.states == [(CLOSED.id, row["expect"]["status"])]
        for word in ("ESME_RINVDSTADR", "ESME_ROK", "no such word"):
            await side.call(f"/sms/jasmin/{TOKEN}/dlr", f"id=external1&message_status={word}", {})
        assert [state for _, state in side.core.states] == ["delivered", "failed", "accepted"]


async def test_what_jasmins_answer_decides(tmp_path: Path) -> None:
    async with open_side(tmp_path, jasmin) as side:
        assert await decided(side, [
            (200, 'Success "0-a"'), (403, 'Error "Authentication failure"'), (412, 'Error "No route found"'),
            (503, 'Error "busy"'), (500, 'Error "Unknown error"'), (200, "?"),
        ]) == ["0-a", Paused, Rejected, Retry, Uncertain, Uncertain]


# --- Baidu --------------------------------------------------------------------------------------------------

async def test_the_baidu_vector(tmp_path: Path) -> None:
    row = CLOUDS["baidu_mo"]
    async with open_side(tmp_path, baidu) as side:
        for _ in range(2):
            status, _ = await side.call(f"/sms/baidu/{TOKEN}/mo", json.dumps(row["body"]), {})
            assert status == row["answer_status"]
        (one,) = side.core.arrivals.values()     # it has no id: the second in which it was written is one
        assert (one.sender, one.text) == ("13800138000", "TD")
        assert one.at == to_ms(datetime(2019, 12, 3, 22, 53, 5, tzinfo=UTC))


async def test_baidu_is_asked_as_it_wants_and_tells_our_id_again(tmp_path: Path) -> None:
    async with open_side(tmp_path, baidu) as side:
        side.provider.answers.append((200, '{"code": "1000", "data": [{"code": "1000", "messageId": "b-1"}]}'))
        assert await side.webhook.send(CLOSED) == ("b-1",)
        ((request, sent),) = side.provider.said
        body = json.loads(sent)
        assert body["contentVar"] == {"content": CLOSED.text}
        assert (body["mobile"], body["custom"], body["signatureId"]) == ("13800138000", CLOSED.id, "sms-sign-1")
        at = side.clock.now()
        asked = ("POST", "/api/v3/sendSms", {"clientToken": CLOSED.id})
        assert request.headers["Authorization"] == signing.baidu(
            ("id", "secret"), asked, {"host": request.headers["Host"]}, at)
        for code, state in (("2", "failed"), ("0", "delivered")):
            report = {"code": code, "messageId": "b-1", "custom": CLOSED.id, "carrierCode": "DELIVRD", "mobile": "1"}
            assert (await side.call(f"/sms/baidu/{TOKEN}/status", json.dumps(report), {}))[0] == 200
            assert side.core.states[-1] == (CLOSED.id, state)


async def test_what_baidus_answer_decides(tmp_path: Path) -> None:
    async with open_side(tmp_path, baidu) as side:
        assert await decided(side, [
            (200, '{"code": "1000"}'), (403, '{"code": "AccessDenied"}'), (500, '{"code": "InternalError"}'),
            (200, '{"code": "1008"}'), (200, "<html>"), (429, ""),
        ]) == ["", Paused, Uncertain, Rejected, Uncertain, Retry]


# --- all ----------------------------------------------------------------------------------------------------

@table("made", [vonage, jasmin, baidu])
def test_what_is_none_of_theirs_is_refused_or_nothing(made: Made, tmp_path_factory: pytest.TempPathFactory) -> None:
    clock = ManualClock()
    profile = made("http://127.0.0.1:1", SqliteStore(tmp_path_factory.mktemp("s") / "s.db", clock, RandomIds()), clock)
    for body in (b"", b"{", b"[]", b"{\"a\": [1]}", b"\xff=%zz&&=&from=", b"=" * 1_000):
        with suppress(Malformed):
            assert list(profile.arrivals(body, 7)) == []
        with suppress(Malformed):
            assert list(profile.reports(body, {})) == []
