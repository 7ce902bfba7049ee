"""Twilio's profile.

Facts [twilio.com/docs: "Message resource", "Webhooks security", error dictionary]: callbacks are forms signed over the
address that Twilio was told and all fields, empty ones too; our id travels in the StatusCallback's query. A citizen
who wrote STOP is refused with 21610. An answer to a message would be sent to the citizen unless it is an empty one.
"""
from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode

from aiohttp import web
from msgspec import Struct

from channels.sms import posting, signing
from channels.sms.gate import same_as_one
from channels.sms.matching import Receipt
from channels.sms.posting import Answer, Post
from channels.sms.traffic import Arrival, Blocked, Report, Sms, State, digest
from gateway.errors import Forbidden, Malformed, Paused, Rejected, Retry, SendError, WayClosed

API = "https://api.twilio.com"
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
MOST_FIELDS = 200
LONGEST_S = 36_000     # ValidityPeriod: how long a message waits at Twilio [error 30045]; the carriers know no limit
OPTED_OUT = 21610

STATES: Mapping[str, State] = {
    "accepted": "accepted", "scheduled": "accepted", "queued": "accepted", "sending": "accepted", "sent": "accepted",
    "partially_delivered": "accepted", "delivered": "delivered", "read": "delivered", "undelivered": "failed",
    "failed": "failed", "canceled": "failed",
}
# What the code of a refusal decides; without one its status does.
CODES: Mapping[int, Callable[[str], SendError]] = {
    OPTED_OUT: Blocked, 21211: WayClosed, 21214: WayClosed, 21217: WayClosed, 21612: WayClosed, 21614: WayClosed,
    21408: WayClosed, 20003: Paused, 20005: Paused, 21606: Paused, 20429: Retry, 21617: Rejected,
}


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """public: our address as Twilio calls it, without a path; two tokens while one replaces the other; sender: a number
    in E.164, or the id of a messaging service (MG…); channel: its name."""

    account: str
    tokens: tuple[str, ...] = field(repr=False)
    public: str
    sender: str
    api: str = API
    channel: str = "twilio"


class _Taken(Struct):
    sid: str = ""


class _Refusal(Struct):
    code: int = 0


class Twilio:
    """Implements `Profile`."""

    name, tail, gets = "twilio", "", False

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings

    def request(self, sms: Sms, at: datetime) -> Post:
        settings = self._settings
        sender = sms.sender or settings.sender
        status = f"{settings.public.rstrip('/')}/sms/{settings.channel}/status?{urlencode({'id': sms.id})}"
        form = {"To": sms.to, "MessagingServiceSid" if sender.startswith("MG") else "From": sender, "Body": sms.text,
                "StatusCallback": status, **_valid(sms)}
        basic = base64.b64encode(f"{settings.account}:{settings.tokens[0]}".encode()).decode()
        url = f"{settings.api.rstrip('/')}/2010-04-01/Accounts/{quote(settings.account, safe='')}/Messages.json"
        return Post(url, urlencode(form).encode(), {
            "Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {basic}",
        })

    def taken(self, answer: Answer) -> str:
        if answer.status in (200, 201):
            return posting.answered(answer.body, _Taken).sid
        code = posting.answered(answer.body, _Refusal).code if answer.status < 500 else 0
        decision = CODES.get(code)
        raise decision(f"twilio {code}") if decision else posting.refused(answer)

    async def admit(self, request: web.Request, body: bytes) -> None:
        address, form = self._settings.public.rstrip("/") + request.raw_path, _form(body)
        good = [signing.twilio(token, url, form)
                for token in self._settings.tokens for url in signing.twilio_addresses(address)]
        if not same_as_one(request.headers.get("X-Twilio-Signature", ""), good):
            raise Forbidden

    def once(self, request: web.Request) -> str:
        return ""  # no time and no nonce is signed; a message's id tells a repeat

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        said = dict(_form(body))
        if not said.get("From"):
            return []
        id_ = said.get("MessageSid") or digest(body)
        return [Arrival(id_[:64], said["From"], said.get("To", ""), said.get("Body", ""), at)]

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        said = dict(_form(body))
        state = STATES.get(said.get("MessageStatus", ""))
        if state is None:
            return []
        code, sid = said.get("ErrorCode", "")[:8], said.get("MessageSid", "")[:64]
        blocked, ours = code == str(OPTED_OUT), query.get("id", "")[:64]
        code = code or said["MessageStatus"]
        return [Report(ours, state, sid, code, blocked) if ours else Receipt(sid, state, code, blocked)]

    def yes(self) -> web.Response:
        return web.Response(text=NOTHING, content_type="text/xml")


def _valid(sms: Sms) -> dict[str, str]:
    return {} if sms.valid_s is None else {"ValidityPeriod": str(min(sms.valid_s, LONGEST_S))}


def _form(body: bytes) -> list[tuple[str, str]]:
    """Raises Malformed."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as fault:
        raise Malformed("not a form") from fault

