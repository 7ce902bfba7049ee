"""The generic profile: JSON both ways, signed both ways with HMAC-SHA256, for a provider or a bridge of one's own.

    X-Sms-Timestamp, X-Sms-Nonce, X-Sms-Signature: v1=…      good for 300 s, and once; two secrets for rotation
    in   mo      {"id", "from", "to", "text", "received_at"?}
    in   status  {"id" (ours), "status", "code"?, "provider_id"?}
    out          {"id", "from", "to", "text", "valid_s"?}, answered 2xx with {"id"?}; our id is the key that tells a
                 repeat; after valid_s seconds nobody is to be shown it any more
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from channels.sms import posting, signing
from channels.sms.gate import same_as_one
from channels.sms.matching import Receipt
from channels.sms.posting import Answer, Post, shaped
from channels.sms.traffic import Arrival, Report, Sms, State
from gateway.clock import Clock, Ids, to_ms
from gateway.errors import Forbidden

WINDOW_S = 300
_NONCE = re.compile(r"[!-~]{1,128}")
_STAMP = re.compile(r"[0-9]{1,12}")

STATES: Mapping[str, State] = {
    "accepted": "accepted", "sent": "accepted", "delivered": "delivered", "failed": "failed", "undelivered": "failed",
    "rejected": "failed", "blocked": "failed", "expired": "expired",
}


@dataclass(frozen=True, slots=True)
class SignedSettings:
    """url: where messages are posted; secrets: the first one signs, all of them prove."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    sender: str = ""


_Id = Annotated[str, Meta(min_length=1, max_length=128)]


class _Mo(Struct):
    id: _Id
    sender: str = msgspec.field(name="from")
    to: str
    text: str
    received_at: datetime | None = None


class _Status(Struct):
    id: _Id
    status: str
    code: str = ""
    provider_id: str = ""


class _Taken(Struct):
    id: str = ""


class Signed:
    """Implements `Profile`."""

    name, tail, gets = "generic", "", False

    def __init__(self, settings: SignedSettings, clock: Clock, ids: Ids) -> None:
        self._settings, self._clock, self._ids = settings, clock, ids

    def request(self, sms: Sms, at: datetime) -> Post:
        body = msgspec.json.encode({
            "id": sms.id, "from": sms.sender or self._settings.sender, "to": sms.to, "text": sms.text,
            **({} if sms.valid_s is None else {"valid_s": sms.valid_s}),
        })
        stamp, nonce = str(to_ms(at) // 1000), self._ids.unique()
        return Post(self._settings.url, body, {
            "Content-Type": "application/json", "X-Sms-Timestamp": stamp, "X-Sms-Nonce": nonce,
            "X-Sms-Signature": signing.generic(self._settings.secrets[0], stamp, nonce, body),
        })

    def taken(self, answer: Answer) -> str:
        if not 200 <= answer.status < 300:
            raise posting.refused(answer)
        return posting.answered(answer.body, _Taken).id

    async def admit(self, request: web.Request, body: bytes) -> None:
        headers = request.headers
        stamp, nonce = headers.get("X-Sms-Timestamp", ""), headers.get("X-Sms-Nonce", "")
        if not (_STAMP.fullmatch(stamp) and _NONCE.fullmatch(nonce)):
            raise Forbidden
        good = [signing.generic(secret, stamp, nonce, body) for secret in self._settings.secrets]
        late = abs(to_ms(self._clock.now()) / 1000 - int(stamp))
        if not same_as_one(headers.get("X-Sms-Signature", ""), good) or late > WINDOW_S:
            raise Forbidden

    def once(self, request: web.Request) -> str:
        return request.headers.get("X-Sms-Nonce", "")

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        said = shaped(body, _Mo)
        received = said.received_at
        known = to_ms(received) if received is not None and received.tzinfo is not None else at
        return [Arrival(said.id, said.sender, said.to, said.text, known)]

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        said = shaped(body, _Status)
        state = STATES.get(said.status)
        if state is None:
            return []
        return [Report(said.id, state, said.provider_id[:64], (said.code or said.status)[:32],
                       blocked=said.status == "blocked")]

    def yes(self) -> web.Response:
        return web.json_response({"status": "taken"})
