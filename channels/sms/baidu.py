"""The profile of Baidu AI Cloud 百度智能云.

Facts [cloud.baidu.com/doc/SMS: "API详情", "状态回调", "上行回调"]: approved templates alone, the sign by its id; says
`custom` again in its report; `clientToken` tells a repeat; a citizen's message has no id, and no number of ours. Code 0
of a report is delivered, 2 is not. Of its callbacks' MD5 header we know no example: a token stands in the path.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from msgspec import Struct

from channels.sms import posting, signing
from channels.sms.clouds import Cloud, Decisions, decide
from channels.sms.matching import Receipt
from channels.sms.posting import Answer, Post
from channels.sms.traffic import Arrival, Report, Sms, State, digest
from gateway.clock import to_ms
from gateway.errors import Paused, Uncertain

PATH = "/api/v3/sendSms"
STATES: Mapping[str, State] = {"0": "delivered", "2": "failed"}

# What all of Baidu's services answer; 1000 is "taken".
CODES: Decisions = (
    ("AccessDenied", Paused), ("SignatureDoesNotMatch", Paused), ("InvalidAccessKeyId", Paused),
    ("RequestExpired", Paused), ("InternalError", Uncertain),
)


class _Taken(Struct):
    message_id: str = msgspec.field(name="messageId", default="")


class _Answer(Struct, frozen=True):
    code: str = ""
    data: tuple[_Taken, ...] = ()


class _Mo(Struct):
    mobile: str
    content: str
    received: datetime = msgspec.field(name="receiveTime")


class _Report(Struct):
    code: str = ""
    message_id: str = msgspec.field(name="messageId", default="")
    carrier_code: str = msgspec.field(name="carrierCode", default="")
    custom: str = ""


class Baidu(Cloud):
    """Implements `Profile`. Of the settings `app` is the sign's id here."""

    name, tail, api, gets = "baidu", "/{token}", "https://smsv3.bj.baidubce.com", False

    def request(self, sms: Sms, at: datetime) -> Post:
        settings, api = self._settings, (self._settings.api or self.api).rstrip("/")
        body = msgspec.json.encode({
            "mobile": sms.to.removeprefix("+86"), "template": settings.template, "signatureId": settings.app,
            "contentVar": {settings.variable: sms.text}, "custom": sms.id,
        })
        query, host = {"clientToken": sms.id}, api.partition("://")[2]
        authorization = signing.baidu(settings.key, ("POST", PATH, query), {"host": host}, at)
        return Post(f"{api}{PATH}?{urlencode(query)}", body, {
            "Content-Type": signing.JSON, "Host": host, "Authorization": authorization,
        })

    def taken(self, answer: Answer) -> str:
        said = posting.answered(answer.body, _Answer)
        if said.code == "1000":
            return said.data[0].message_id if said.data else ""
        raise decide(self.name, said.code, CODES) if said.code else posting.unread(answer)

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        """The second in which it was written is a part of its id."""
        said = posting.shaped(body, _Mo)
        id_ = digest(said.mobile, said.content, said.received.isoformat())
        return [Arrival(id_, said.mobile, "", said.content, to_ms(said.received) if said.received.tzinfo else at)]

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        said = posting.shaped(body, _Report)
        state = STATES.get(said.code)
        if state is None:
            return []
        provider, code = said.message_id[:64], said.carrier_code[:32]
        return [Report(said.custom[:64], state, provider, code) if said.custom else Receipt(provider, state, code)]

    def yes(self) -> web.Response:
        return web.Response()
