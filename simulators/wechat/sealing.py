"""A push as the HTTP request it travels in, and the gateway's answer read as WeChat reads it.

Facts: developers.weixin.qq.com, 消息推送 and 被动回复用户消息; for kf developer.work.weixin.qq.com, 回调配置.
Plain mode signs (token, timestamp, nonce) and no byte of the body; safe mode adds msg_signature over the sealed text;
compatible mode sends both. WeCom signs with msg_signature alone.
"""
from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.clock import Clock
from simulators.wechat import xml
from simulators.wechat.crypto import BadEnvelope, Envelope, signature
from simulators.wechat.pushes import Push
from simulators.wechat.settings import AccountSettings
from simulators.wechat.xml import Fields

TEXT_BYTES = 2048
NOTHING = (b"", b"success")       # these two stop the retries, and nothing is shown
# What must stand in a passive reply of each kind: 被动回复用户消息. A mini-program may only hand over to a seat.
KINDS: Mapping[str, str] = {
    "text": "Content", "image": "Image", "voice": "Voice", "video": "Video", "music": "Music", "news": "Articles",
    "transfer_customer_service": "MsgType",
}
MINI_KINDS = ("transfer_customer_service",)


class BadAnswer(ValueError):
    """What WeChat takes for 异常数据: the citizen reads that the account cannot serve them."""


@dataclass(frozen=True)
class Letter:
    """One request of WeChat to a gateway."""

    query: Mapping[str, str]
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Reply:
    """A passive reply that WeChat accepts."""

    kind: str
    text: str
    fields: Fields


class Sealer:
    """Writes and reads for one account, with the settings of this moment."""

    def __init__(self, settings: AccountSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._envelope = Envelope(settings.aes_key, settings.appid)

    # --- to the gateway -------------------------------------------------------------------------------------

    def verification(self, echo: str) -> dict[str, str]:
        """The query of the GET that proves a callback address; the gateway answers with `echo`."""
        if self._settings.kind != "kf":
            return {**self._signed(), "echostr": echo}
        sealed = self._envelope.seal(echo)
        return {**self._sealed_query(sealed), "echostr": sealed}

    def letter(self, push: Push) -> Letter:
        """Signed anew at every call, as every try of WeChat is."""
        fields = {"ToUserName": self._settings.original_id, **push.fields}
        if self._settings.kind == "kf":
            return self._kf_letter(fields)
        query = {**self._signed(), "openid": push.openid}
        if self._settings.mode == "plain":
            return self._as_sent(query, fields)
        sealed = self._envelope.seal(self._written(fields))
        query |= {"encrypt_type": "aes", "msg_signature": self._over(query, sealed)}
        open_part = fields if self._settings.mode == "compatible" else {"ToUserName": fields["ToUserName"]}
        return self._as_sent(query, {**open_part, "Encrypt": sealed})

    def _kf_letter(self, fields: Fields) -> Letter:
        sealed = self._envelope.seal(xml.write(fields))
        outer = {"ToUserName": fields["ToUserName"], "AgentID": "", "Encrypt": sealed}
        return Letter(self._sealed_query(sealed), xml.write(outer).encode(), "text/xml")

    def _signed(self) -> dict[str, str]:
        moment = self._moment()
        return {"signature": signature(self._settings.token, *moment.values()), **moment}

    def _sealed_query(self, sealed: str) -> dict[str, str]:
        moment = self._moment()
        return {"msg_signature": self._over(moment, sealed), **moment}

    def _moment(self) -> dict[str, str]:
        return {"timestamp": str(int(self._clock.now().timestamp())), "nonce": str(secrets.randbelow(10**10))}

    def _over(self, query: Mapping[str, str], sealed: str) -> str:
        return signature(self._settings.token, query["timestamp"], query["nonce"], sealed)

    def _as_sent(self, query: dict[str, str], fields: Fields) -> Letter:
        content_type = "text/xml" if self._settings.format == "xml" else "application/json"
        return Letter(query, self._written(fields).encode(), content_type)

    def _written(self, fields: Fields) -> str:
        if self._settings.format == "xml":
            return xml.write(fields)
        return json.dumps(_flattened(fields), ensure_ascii=False)

    # --- from the gateway -----------------------------------------------------------------------------------

    def read(self, answer: bytes, push: Push) -> Reply | None:
        """The passive reply; None for `success` and for nothing at all. Raises BadAnswer."""
        if answer.strip() in NOTHING:
            return None
        if self._settings.kind == "kf":
            raise BadAnswer("kf takes no passive reply")
        fields = self._parse(answer)
        if "Encrypt" in fields:
            fields = self._parse(self._opened(fields))
        elif self._settings.mode == "safe":
            raise BadAnswer("not encrypted, in safe mode")
        self._check_addresses(fields, push)
        return self._reply(fields)

    def _parse(self, answer: bytes) -> Fields:
        try:
            fields = xml.read(answer) if self._settings.format == "xml" else json.loads(answer)
        except (xml.BadXml, json.JSONDecodeError, UnicodeDecodeError) as wrong:
            raise BadAnswer(f"not {self._settings.format}: {wrong}") from wrong
        if not isinstance(fields, dict):
            raise BadAnswer("not an object")
        return fields

    def _opened(self, fields: Fields) -> bytes:
        if self._settings.mode == "plain":
            raise BadAnswer("encrypted, in plain mode")
        sealed, stamp, nonce = (str(fields.get(name, "")) for name in ("Encrypt", "TimeStamp", "Nonce"))
        if fields.get("MsgSignature") != signature(self._settings.token, stamp, nonce, sealed):
            raise BadAnswer("MsgSignature does not fit")
        try:
            return self._envelope.open(sealed).encode()
        except BadEnvelope as wrong:
            raise BadAnswer(f"the envelope does not open: {wrong}") from wrong

    def _check_addresses(self, fields: Fields, push: Push) -> None:
        expected = {"ToUserName": push.openid, "FromUserName": self._settings.original_id}
        wrong = [name for name, value in expected.items() if fields.get(name) != value]
        if wrong or not str(fields.get("CreateTime", "")).isdecimal():
            raise BadAnswer(f"{', '.join(wrong) or 'CreateTime'} is wrong")

    def _reply(self, fields: Fields) -> Reply:
        kind = str(fields.get("MsgType"))
        kinds = MINI_KINDS if self._settings.kind == "mini" else KINDS
        if kind not in kinds:
            raise BadAnswer(f"no passive reply of type {kind} here")
        content = fields.get(KINDS[kind])
        if not content:
            raise BadAnswer(f"{KINDS[kind]} is missing or empty")
        if kind == "text" and len(str(content).encode()) > TEXT_BYTES:
            raise BadAnswer(f"more than {TEXT_BYTES} bytes of text")
        return Reply(kind, str(content) if kind == "text" else "", fields)


def _flattened(fields: Fields) -> Fields:
    """In JSON the list of a subscription event stands at the top, in XML inside an element of its own."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        inner = value if isinstance(value, dict) and name.startswith("SubscribeMsg") else {name: value}
        flat |= inner
    return flat
