"""The profiles of Aliyun 阿里云 and Tencent Cloud 腾讯云.

Facts [help.aliyun.com: SendSms, SmsUp, SmsReport; cloud.tencent.com 382/55981, 382/43548, 382/5807]: both send approved
templates alone, so the whole text is one variable of a template; their sign is added by them. Aliyun takes our id as
OutId and says it again in its report; Tencent knows its own SerialNo alone. Neither signs its callbacks: a token stands
in the path. Neither knows a repeat of a send. Times are China's.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from aiohttp import web
from msgspec import Struct

from channels.sms import posting, signing
from channels.sms.gate import Gate
from channels.sms.matching import Receipt
from channels.sms.posting import COME_BACK_S, Answer, Post
from channels.sms.traffic import Arrival, Blocked, Report, Sms, State, digest
from gateway.clock import Ids, to_ms
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain, WayClosed

CHINA = timezone(timedelta(hours=8))
TIMES = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S")

# The first beginning that fits decides; only what was surely not taken may come again.
Decisions = Sequence[tuple[str, type[SendError]]]
ALIYUN: Decisions = (
    ("Throttling", Retry), ("isv.BUSINESS_LIMIT_CONTROL", Retry), ("isp.RAM_PERMISSION_DENY", Paused),
    ("isv.MOBILE_NUMBER_ILLEGAL", WayClosed), ("isv.BLACK_KEY", Rejected), ("isv.AMOUNT_NOT_ENOUGH", Paused),
    ("isv.OUT_OF_SERVICE", Paused), ("isv.ACCOUNT", Paused), ("isv.SMS_SIGN", Paused), ("isv.SMS_TEMPLATE", Paused),
    ("SignatureDoesNotMatch", Paused), ("InvalidAccessKeyId", Paused), ("Forbidden", Paused),
    ("isp.SYSTEM_ERROR", Uncertain), ("ServiceUnavailable", Uncertain), ("InternalError", Uncertain),
)
TENCENT: Decisions = (
    ("RequestLimitExceeded", Retry), ("LimitExceeded.PhoneNumberThirtySecondLimit", Retry),
    ("FailedOperation.PhoneNumberInBlacklist", Blocked), ("LimitExceeded", WayClosed),
    ("InvalidParameterValue.IncorrectPhoneNumber", WayClosed), ("UnsupportedOperation", WayClosed),
    ("FailedOperation.InsufficientBalance", Paused), ("AuthFailure", Paused), ("UnauthorizedOperation", Paused),
    ("FailedOperation.Signature", Paused), ("FailedOperation.Template", Paused), ("InternalError", Uncertain),
)


def decide(who: str, code: str, decisions: Decisions) -> SendError:
    why = f"{who} {code[:48]}"
    for beginning, error in decisions:
        if code.startswith(beginning):
            return error(why, after_s=COME_BACK_S if error is Retry else None)
    return Rejected(why)


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """key: access key's id and secret; variable: of the template, which takes the text (Aliyun, Baidu by name); app:
    Tencent's SdkAppId, the id of Baidu's sign."""

    key: tuple[str, str] = field(repr=False)
    sign: str
    template: str
    variable: str = "content"
    app: str = ""
    region: str = "ap-guangzhou"
    api: str = ""


class Cloud:
    """What both share: a token in the path, no signature, the answer they wait for."""

    def __init__(self, settings: CloudSettings, gate: Gate, ids: Ids) -> None:
        self._settings, self._gate, self._ids = settings, gate, ids

    async def admit(self, request: web.Request, body: bytes) -> None:
        await self._gate.admit(request, request.match_info["token"])

    def once(self, request: web.Request) -> str:
        return ""  # nothing signed; the ids tell a repeat


# --- Aliyun -------------------------------------------------------------------------------------------------

class _AliyunTaken(Struct, rename="pascal"):
    code: str = ""
    biz_id: str = ""


class _AliyunMo(Struct):
    phone_number: str
    content: str
    send_time: str = ""
    dest_code: str = ""
    sequence_id: str | int = ""


class _AliyunReport(Struct):
    """The one for China, and the international one with other names."""

    success: bool | None = None
    err_code: str = ""
    biz_id: str = ""
    out_id: str = ""
    Status: str = ""
    MessageId: str = ""
    ErrorCode: str = ""


class Aliyun(Cloud):
    """Implements `Profile`."""

    name, tail, api, gets = "aliyun", "/{token}", "https://dysmsapi.aliyuncs.com", False

    def request(self, sms: Sms, at: datetime) -> Post:
        settings, api = self._settings, (self._settings.api or self.api).rstrip("/")
        query = {
            "PhoneNumbers": sms.to.removeprefix("+86").removeprefix("+"), "SignName": settings.sign,
            "TemplateCode": settings.template, "OutId": sms.id,
            "TemplateParam": msgspec.json.encode({settings.variable: sms.text}).decode(),
        }
        signed = {
            "host": api.partition("://")[2], "x-acs-action": "SendSms", "x-acs-version": "2017-05-25",
            "x-acs-date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "x-acs-signature-nonce": self._ids.unique(),
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }
        authorization = signing.aliyun(settings.key, query, signed)
        return Post(f"{api}/?{signing.aliyun_query(query)}", b"", {**signed, "Authorization": authorization})

    def taken(self, answer: Answer) -> str:
        """Refusals come with 200 and with 4xx; the code decides where there is one."""
        said = posting.answered(answer.body, _AliyunTaken)
        if said.code == "OK":
            return said.biz_id
        raise decide(self.name, said.code, ALIYUN) if said.code else posting.unread(answer)

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        return [
            Arrival(str(said.sequence_id) or digest(said.phone_number, said.content, said.send_time),
                    said.phone_number, said.dest_code, said.content, china_time(said.send_time, at))
            for said in posting.shaped(body, list[_AliyunMo])
        ]

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        return [_aliyun_report(said) for said in posting.shaped(body, list[_AliyunReport])]

    def yes(self) -> web.Response:
        return web.json_response({"code": 0, "msg": "接收成功"})


def _aliyun_report(said: _AliyunReport) -> Report | Receipt:
    """The sign of success is a boolean in China, and "1" abroad."""
    good = said.success if said.success is not None else said.Status == "1"
    state: State = "delivered" if good else "failed"
    provider, code = (said.biz_id or said.MessageId)[:64], (said.err_code or said.ErrorCode)[:32]
    if said.out_id:
        return Report(said.out_id, state, provider, code)
    return Receipt(provider, state, code)


# --- Tencent ------------------------------------------------------------------------------------------------

class _Status(Struct, rename="pascal"):
    serial_no: str = ""
    code: str = ""


class _Error(Struct, rename="pascal"):
    code: str = ""


class _Response(Struct, rename="pascal", frozen=True):
    send_status_set: tuple[_Status, ...] = ()
    error: _Error | None = None


class _TencentTaken(Struct, rename="pascal"):
    response: _Response = _Response()


class _TencentMo(Struct):
    mobile: str
    text: str
    nationcode: str = ""
    extend: str = ""
    time: int = 0


class _TencentReport(Struct):
    sid: str = ""
    report_status: str = ""
    errmsg: str = ""


class Tencent(Cloud):
    """Implements `Profile`."""

    name, tail, api, gets = "tencent", "/{token}", "https://sms.tencentcloudapi.com", False

    def request(self, sms: Sms, at: datetime) -> Post:
        settings, api = self._settings, (self._settings.api or self.api).rstrip("/")
        body = msgspec.json.encode({
            "PhoneNumberSet": [sms.to], "SmsSdkAppId": settings.app, "SignName": settings.sign,
            "TemplateId": settings.template, "TemplateParamSet": [sms.text], "SessionContext": sms.id,
        })
        host = api.partition("://")[2]
        return Post(api + "/", body, {
            "Content-Type": signing.JSON, "Host": host, "X-TC-Action": "SendSms", "X-TC-Version": "2021-01-11",
            "X-TC-Region": settings.region, "X-TC-Timestamp": str(int(at.timestamp())),
            "Authorization": signing.tencent(settings.key, host, body, at),
        })

    def taken(self, answer: Answer) -> str:
        said = posting.answered(answer.body, _TencentTaken).response
        statuses = said.send_status_set or (_Status(),)
        if statuses[0].code == "Ok":
            return statuses[0].serial_no
        code = said.error.code if said.error else statuses[0].code
        raise decide(self.name, code, TENCENT) if code else posting.unread(answer)

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        """It has no id: the second in which it was written is a part of ours."""
        said = posting.shaped(body, _TencentMo)
        id_ = digest(said.nationcode, said.mobile, said.extend, said.text, str(said.time))
        sender = f"+{said.nationcode}{said.mobile}" if said.nationcode else said.mobile
        return [Arrival(id_, sender, said.extend, said.text, said.time * 1000 or at)]

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        return [
            Receipt(said.sid[:64], "delivered" if said.report_status == "SUCCESS" else "failed", said.errmsg[:32])
            for said in posting.shaped(body, list[_TencentReport])
        ]

    def yes(self) -> web.Response:
        return web.json_response({"result": 0, "errmsg": "OK"})


def china_time(told: str, now: int) -> int:
    """ms since 1970; `now` for what is no time."""
    for form in TIMES:
        try:
            return to_ms(datetime.strptime(told, form).replace(tzinfo=CHINA))
        except ValueError:
            continue
    return now
