"""The profiles of the webhook, both ways: every vector of theirs, who may call, what an answer decides."""
from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from channels.sms import signing
from channels.sms.clouds import ALIYUN, TENCENT, Aliyun, CloudSettings, Decisions, Tencent, china_time, decide
from channels.sms.gate import Door, Gate
from channels.sms.signed import Signed, SignedSettings
from channels.sms.traffic import Blocked, Sms
from channels.sms.twilio import Twilio, TwilioSettings
from channels.sms.webhook import Profile
from gateway.clock import RandomIds, to_ms
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain, WayClosed
from gateway.store.sqlite import SqliteStore
from tests.channels.sms import vectors
from tests.channels.sms.webhook_site import Side, open_side
from tests.clock import ManualClock
from tests.tables import table

TOKEN = "cloud-callback-token-0123456789abcdefgh"
SECRETS = ("whsec_new", "whsec_test_1")
CLOSED = Sms("9f3b-1", "+8613800138000", "您反映的事项已办结👍，满意请回复1 & 2+2")
GENERIC, CLOUDS, TWILIO = vectors.of("generic-signed"), vectors.of("china-clouds"), vectors.of("twilio")


def signed(url: str, store: SqliteStore, clock: ManualClock) -> Profile:
    return Signed(SignedSettings(f"{url}/send", SECRETS, "10612345"), clock, RandomIds())


def twilio(url: str, store: SqliteStore, clock: ManualClock) -> Profile:
    return Twilio(TwilioSettings("AC1", ("6789", "old"), "https://gw.example.org", "+12028831111", url))


def aliyun(url: str, store: SqliteStore, clock: ManualClock) -> Profile:
    return Aliyun(CloudSettings(("id", "secret"), "广州12345", "SMS_1", api=url), Gate(Door((TOKEN,)), store.shared),
                  RandomIds())


def tencent(url: str, store: SqliteStore, clock: ManualClock) -> Profile:
    return Tencent(CloudSettings(("id", "secret"), "广州12345", "77", app="1400", api=url),
                   Gate(Door((TOKEN,)), store.shared), RandomIds())


# --- generic ------------------------------------------------------------------------------------------------

def proof(row: dict[str, Any]) -> dict[str, str]:
    return {"X-Sms-Timestamp": row["timestamp"], "X-Sms-Nonce": row["nonce"], "X-Sms-Signature": row["signature"],
            "Content-Type": "application/json"}


async def put_right(side: Side, row: dict[str, Any]) -> None:
    """The vectors' time."""
    now = datetime.fromtimestamp(int(row.get("now", row["timestamp"])), UTC)
    side.clock.jump((now - side.clock.now()).total_seconds())


async def test_the_generic_vectors(tmp_path: Path) -> None:
    async with open_side(tmp_path, signed) as side:
        for name, row in GENERIC.items():
            await put_right(side, row)
            status, _ = await side.call("/sms/generic/mo", row["body"], proof(row))
            refused = "body" in name or row.get("expect", "").startswith("refuse")
            assert status == (403 if refused else 200), name
            assert side.core.texts == ([] if refused else ["不满意 还没修好"]), name
            side.core.arrivals.clear()


async def test_forged_proofs_are_refused_whatever_nonce_they_bring(tmp_path: Path) -> None:
    async with open_side(tmp_path, signed) as side:
        stamp, body = str(to_ms(side.clock.now()) // 1000), GENERIC["valid"]["body"]
        good = signing.generic("whsec_new", stamp, "n", body.encode())
        later = str(int(stamp) + 301)
        forged = {
            "of nobody": (stamp, "n", ""),
            "of a stranger": (stamp, "n", signing.generic("another secret", stamp, "n", body.encode())),
            "of another body": (stamp, "n", signing.generic("whsec_new", stamp, "n", body.encode() + b" ")),
            "of another nonce": (stamp, "m", good), "of another time": (str(int(stamp) + 1), "n", good),
            "without its version": (stamp, "n", good.removeprefix("v1=")), "of no time": ("", "n", good),
            "ahead of us": (later, "n", signing.generic("whsec_new", later, "n", body.encode())),
        }
        for name, (at, nonce, signature) in forged.items():
            headers = {"X-Sms-Timestamp": at, "X-Sms-Nonce": nonce, "X-Sms-Signature": signature}
            for path in ("mo", "status"):
                assert (await side.call(f"/sms/generic/{path}", body, headers))[0] == 403, name
        assert (side.core.texts, side.core.reports) == ([], [])
        headers = {"X-Sms-Timestamp": stamp, "X-Sms-Nonce": "n", "X-Sms-Signature": good}
        assert (await side.call("/sms/generic/mo", body, headers))[0] == 200, "what was refused has used nothing up"


async def test_a_replay_is_refused_and_what_we_could_not_keep_may_come_again(tmp_path: Path) -> None:
    row = GENERIC["valid"]
    async with open_side(tmp_path, signed) as side:
        await put_right(side, row)
        side.core.away = True
        assert (await side.call("/sms/generic/mo", row["body"], proof(row)))[0] == 503
        side.core.away = False
        assert (await side.call("/sms/generic/mo", row["body"], proof(row)))[0] == 200
        assert (await side.call("/sms/generic/mo", row["body"], proof(row)))[0] == 403
        (arrival,) = side.core.arrivals.values()
        assert (arrival.id, arrival.sender, arrival.to) == ("a-1", "+8613800138000", "10612345")
        assert arrival.at == to_ms(datetime(2026, 11, 22, 13, 58, 34, tzinfo=UTC))


async def test_a_generic_status_and_a_generic_send_are_signed_alike(tmp_path: Path) -> None:
    async with open_side(tmp_path, signed) as side:
        stamp = str(to_ms(side.clock.now()) // 1000)
        for n, status in enumerate(("sent", "delivered", "blocked", "no such word")):
            body = json.dumps({"id": f"m-{n}", "status": status})
            headers = {"X-Sms-Timestamp": stamp, "X-Sms-Nonce": f"n-{n}",
                       "X-Sms-Signature": signing.generic("whsec_test_1", stamp, f"n-{n}", body.encode())}
            assert (await side.call("/sms/generic/status", body, headers))[0] == 200
        assert side.core.states == [("m-0", "accepted"), ("m-1", "delivered"), ("m-2", "failed")]
        assert [report.blocked for report in side.core.reports] == [False, False, True]
        side.provider.answers.append((202, '{"id": "p-7"}'))
        assert await side.webhook.send(replace(CLOSED, valid_s=90_000)) == ("p-7",)
        ((request, sent),) = side.provider.said
        assert json.loads(sent) == {"id": CLOSED.id, "from": "10612345", "to": CLOSED.to, "text": CLOSED.text,
                                    "valid_s": 90_000}
        assert request.headers["X-Sms-Signature"] == signing.generic(
            "whsec_new", request.headers["X-Sms-Timestamp"], request.headers["X-Sms-Nonce"], sent.encode())


# --- twilio -------------------------------------------------------------------------------------------------

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_the_twilio_forms(tmp_path: Path) -> None:
    async with open_side(tmp_path, twilio) as side:
        for row in TWILIO.values():
            if "body" not in row:
                continue
            path = row["url"].removeprefix("https://gw.example.org")
            for signature, status in ((row["signature"], 200), (row["signature"][::-1], 403), ("", 403)):
                told = await side.call(path, row["body"], {**FORM, "X-Twilio-Signature": signature})
                assert told[0] == status
                assert told[1] == '<?xml version="1.0" encoding="UTF-8"?><Response/>' or status == 403
        assert side.core.texts == ["Msg"]           # both have one id, as a repeat has
        assert not side.core.reports                # not known to be ours


async def test_twilio_sends_and_tells_our_id_again(tmp_path: Path) -> None:
    async with open_side(tmp_path, twilio) as side:
        side.provider.answers.append((201, '{"sid": "SM9"}'))
        assert await side.webhook.send(replace(CLOSED, valid_s=90_000)) == ("SM9",)
        ((request, sent),) = side.provider.said
        form = dict(parse_qsl(sent))
        assert request.path == "/2010-04-01/Accounts/AC1/Messages.json"
        assert (form["Body"], form["To"], form["From"]) == (CLOSED.text, CLOSED.to, "+12028831111")
        assert form["ValidityPeriod"] == "36000", "Twilio takes no more"
        for callback, states in ((form["StatusCallback"], 1), ("https://gw.example.org/sms/twilio/status", 2)):
            fields = {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": "21610"}
            signature = signing.twilio("old", signing.twilio_addresses(callback)[1], fields.items())
            path = callback.removeprefix("https://gw.example.org")
            told = await side.call(path, urlencode(fields), {**FORM, "X-Twilio-Signature": signature})
            assert told[0] == 200
            assert side.core.states == [(CLOSED.id, "failed")] * states
            assert side.core.reports[-1].blocked


TWILIO_SAYS: list[tuple[int, str, type[SendError]]] = [
    (400, '{"code": 21610}', Blocked), (400, '{"code": 21614}', WayClosed), (401, '{"code": 20003}', Paused),
    (429, '{"code": 20429}', Retry), (429, "", Retry), (503, "<html>", Retry), (400, '{"code": 1}', Rejected),
    (500, "", Uncertain), (302, "", Rejected),
]


async def test_what_twilios_answer_decides(tmp_path: Path) -> None:
    async with open_side(tmp_path, twilio) as side:
        raised: list[tuple[int, str, type[SendError]]] = []
        for n, (status, body, _) in enumerate(TWILIO_SAYS):
            side.provider.answers.append((status, body))
            with pytest.raises(SendError) as error:
                await side.webhook.send(replace(CLOSED, id=f"t-{n}"))
            raised.append((status, body, type(error.value)))
        assert raised == TWILIO_SAYS


# --- the clouds ---------------------------------------------------------------------------------------------

ALIYUN_MO = ("aliyun_smsup_current", "aliyun_smsup_older", "aliyun_smsup_compact_time")
ALIYUN_STATUS = ("aliyun_smsreport", "aliyun_intl_report")


def test_no_cloud_is_left_out() -> None:
    held = {*ALIYUN_MO, *ALIYUN_STATUS, "tencent_reply", "tencent_status"}
    assert held == CLOUDS.keys() - {"baidu_mo"}, "which test_providers.py holds"


async def test_the_aliyun_vectors(tmp_path: Path) -> None:
    async with open_side(tmp_path, aliyun) as side:
        for name in ALIYUN_MO:
            told = await side.call(f"/sms/aliyun/{TOKEN}/mo", json.dumps(CLOUDS[name]["body"]), {})
            assert (told[0], json.loads(told[1])) == (200, {"code": 0, "msg": "接收成功"})
        (arrival,) = side.core.arrivals.values()    # one sequence_id, as text and as number
        assert (arrival.id, arrival.sender, arrival.to, arrival.text) == ("1234567890", "1381111****", "1234", "内容")
        assert arrival.at == to_ms(datetime(2017, 8, 31, 16, 0, tzinfo=UTC))
        for name in ALIYUN_STATUS:
            told = await side.call(f"/sms/aliyun/{TOKEN}/status", json.dumps(CLOUDS[name]["body"]), {})
            assert told[0] == 200
        assert [(report.id, report.state, report.code) for report in side.core.reports] == [
            ("67890**", "delivered", "DELIVERED")]


async def test_the_tencent_vectors(tmp_path: Path) -> None:
    async with open_side(tmp_path, tencent) as side:
        side.provider.answers.append((200, json.dumps({"Response": {"SendStatusSet": [
            {"SerialNo": "xxxxxxx", "Code": "Ok", "SessionContext": CLOSED.id}], "RequestId": "r"}})))
        assert await side.webhook.send(CLOSED) == ("xxxxxxx",)
        body = json.dumps(CLOUDS["tencent_reply"]["body"])
        for _ in range(2):
            told = await side.call(f"/sms/tencent/{TOKEN}/mo", body, {})
            assert (told[0], json.loads(told[1])) == (200, {"result": 0, "errmsg": "OK"})
        (arrival,) = side.core.arrivals.values()
        assert (arrival.sender, arrival.to, arrival.text, arrival.at) == (
            "+8613xxxxxxxxx", "Extended code", "User reply", 1457336869000)
        told = await side.call(f"/sms/tencent/{TOKEN}/status", json.dumps(CLOUDS["tencent_status"]["body"]), {})
        assert told[0] == 200
        assert side.core.states == [(CLOSED.id, "delivered")]


async def test_a_report_before_the_answer_finds_its_message(tmp_path: Path) -> None:
    async with open_side(tmp_path, tencent) as side:
        report = [{"sid": "s-1", "report_status": "FAIL", "errmsg": "MK:0001"}]
        assert (await side.call(f"/sms/tencent/{TOKEN}/status", json.dumps(report), {}))[0] == 200
        assert not side.core.reports
        side.provider.answers.append((200, '{"Response": {"SendStatusSet": [{"SerialNo": "s-1", "Code": "Ok"}]}}'))
        await side.webhook.send(CLOSED)
        assert side.core.states == [(CLOSED.id, "failed")]


async def test_the_clouds_send_a_template_with_the_text_in_it(tmp_path: Path) -> None:
    async with open_side(tmp_path, aliyun) as side:
        side.provider.answers.append((200, '{"Code": "OK", "BizId": "b-1"}'))
        assert await side.webhook.send(CLOSED) == ("b-1",)
        ((request, _),) = side.provider.said
        assert json.loads(request.query["TemplateParam"]) == {"content": CLOSED.text}
        assert (request.query["OutId"], request.query["PhoneNumbers"]) == (CLOSED.id, "13800138000")
        headers = {name: request.headers[name] for name in (
            "host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256")}
        assert request.headers["Authorization"] == signing.aliyun(("id", "secret"), dict(request.query), headers)


@pytest.mark.parametrize("made", [aliyun, tencent])
async def test_who_does_not_know_the_path_changes_nothing(tmp_path: Path, made: Any) -> None:
    async with open_side(tmp_path, made) as side:
        name = made.__name__
        body = json.dumps(CLOUDS["aliyun_smsup_current"]["body"])
        assert (await side.call(f"/sms/{name}/{'x' * 40}/mo", body, {}))[0] == 403
        assert (await side.call(f"/sms/{name}/{TOKEN}/mo", "{", {}))[0] == 400
        assert (await side.call(f"/sms/{name}/{TOKEN}/mo", '{"a": 1}', {}))[0] == 400
        assert (await side.call(f"/sms/{name}/{TOKEN}/mo", b"[" + b" " * 70_000, {}))[0] == 413
        assert not side.core.arrivals


@table(("decisions", "code", "error"), [
    (ALIYUN, "isv.BUSINESS_LIMIT_CONTROL", Retry), (ALIYUN, "isv.MOBILE_NUMBER_ILLEGAL", WayClosed),
    (ALIYUN, "SignatureDoesNotMatch", Paused), (ALIYUN, "isp.SYSTEM_ERROR", Uncertain), (ALIYUN, "new", Rejected),
    (TENCENT, "LimitExceeded.PhoneNumberThirtySecondLimit", Retry), (TENCENT, "LimitExceeded.DailyLimit", WayClosed),
    (TENCENT, "FailedOperation.PhoneNumberInBlacklist", Blocked), (TENCENT, "AuthFailure.SecretIdNotFound", Paused),
    (TENCENT, "InternalError.Timeout", Uncertain), (TENCENT, "new", Rejected),
])
def test_what_a_cloud_says_decides(decisions: Decisions, code: str, error: type[SendError]) -> None:
    assert type(decide("cloud", code, decisions)) is error


async def test_a_page_instead_of_an_answer_leaves_it_open(tmp_path: Path) -> None:
    async with open_side(tmp_path, aliyun) as side:
        side.provider.answers += [(200, "<html>")]
        for _ in range(2):
            with pytest.raises(Uncertain):
                await side.webhook.send(CLOSED)
        assert len(side.provider.said) == 1
        other = replace(CLOSED, id="9f3b-2")
        side.provider.answers += [(200, '{"Code": "isv.BUSINESS_LIMIT_CONTROL"}'), (200, '{"Code": "OK"}')]
        with pytest.raises(Retry):
            await side.webhook.send(other)
        assert await side.webhook.send(other) == ()
        await side.webhook.send(other)
        assert len(side.provider.said) == 3


def test_what_is_no_time_is_now() -> None:
    assert china_time("yesterday", 7) == 7
