"""The profiles of Vonage (Nexmo) and of a Jasmin: what they call us with are forms, queries or flat JSON.

Facts [developer.vonage.com: "SMS API", "Inbound SMS", "Delivery receipts", "API errors"]: POST, GET or JSON as the
account is set; `client-ref` is said again in the receipt; parts of a long message come each by itself; `ttl` in ms.
[docs.jasminsms.com: "HTTP API"]: /send answers `Success "id"` and speaks of it by that id; only "ACK/Jasmin" counts as
taken; content is octets as they came, `binary` the same as hex; validity in minutes. Both go by a token in the path.
"""
from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes, urlencode

from aiohttp import web
from msgspec import Struct

from channels.sms import posting
from channels.sms.gate import Gate
from channels.sms.matching import Receipt
from channels.sms.posting import Answer, Post
from channels.sms.smpp_receipts import WORDS
from channels.sms.text import decode
from channels.sms.traffic import Arrival, Report, Sms, State, digest
from gateway.clock import to_ms
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain, WayClosed

MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"

Fields = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class FormSettings:
    """key: name and secret; receipts: our address for them, its token included; sender: our number; api: where it
    listens."""

    key: tuple[str, str] = field(repr=False)
    receipts: str = field(repr=False)
    sender: str
    api: str


class _Forms:
    """What both share."""

    def __init__(self, settings: FormSettings, gate: Gate) -> None:
        self._settings, self._gate = settings, gate

    async def admit(self, request: web.Request, body: bytes) -> None:
        await self._gate.admit(request, request.match_info["token"])

    def once(self, request: web.Request) -> str:
        return ""  # nothing signed; the ids tell a repeat


def fields_of(body: bytes) -> Fields:
    """Names in small letters, values as octets, the first of each. Raises Malformed."""
    if body.lstrip()[:1] == b"{":
        flat = posting.shaped(body, dict[str, str | int | float | bool | None])
        return {name.lower(): str(value).encode() for name, value in flat.items()}
    found: dict[str, bytes] = {}
    for pair in body.split(b"&")[:MOST_FIELDS]:
        name, _, value = pair.partition(b"=")
        found.setdefault(unquote_to_bytes(name).decode("utf-8", "replace").lower(),
                         unquote_to_bytes(value.replace(b"+", b" ")))
    return found


def _text(fields: Fields, name: str) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")


# --- Vonage -------------------------------------------------------------------------------------------------

VONAGE_API = "https://rest.nexmo.com"
TTL_MS = (20_000, 604_800_000)
VONAGE_STATES: Mapping[str, State] = {
    "accepted": "accepted", "buffered": "accepted", "delivered": "delivered", "expired": "expired", "failed": "failed",
    "rejected": "failed",
}
VONAGE_CODES: Mapping[str, type[SendError]] = {
    "1": Retry, "4": Paused, "5": Uncertain, "7": WayClosed, "8": Paused, "9": Paused, "10": Paused,
}


class _Part(Struct, rename={"id": "message-id"}):
    status: str = ""
    id: str = ""


class _Sent(Struct):
    messages: list[_Part] = []


class Vonage(_Forms):
    """Implements `Profile`."""

    name, tail, gets = "vonage", "/{token}", True

    def request(self, sms: Sms, at: datetime) -> Post:
        settings = self._settings
        form = {
            "from": sms.sender or settings.sender, "to": sms.to.removeprefix("+"), "text": sms.text, "type": "unicode",
            "client-ref": sms.id, "status-report-req": "1", "callback": settings.receipts,
        }
        if sms.valid_s is not None:
            form["ttl"] = str(min(max(sms.valid_s * 1000, TTL_MS[0]), TTL_MS[1]))
        basic = base64.b64encode(":".join(settings.key).encode()).decode()
        return Post(f"{settings.api.rstrip('/')}/sms/json", urlencode(form).encode(), {
            "Content-Type": FORM, "Authorization": f"Basic {basic}",
        })

    def taken(self, answer: Answer) -> str:
        """Of a long message the first part's id; a part that was refused after others were taken leaves it open."""
        parts = posting.answered(answer.body, _Sent).messages
        if not parts:
            raise posting.unread(answer)
        bad = next((part.status for part in parts if part.status != "0"), None)
        if bad is None:
            return parts[0].id
        some = any(part.status == "0" for part in parts)
        raise (Uncertain if some else VONAGE_CODES.get(bad, Rejected))(f"vonage {bad[:8]}")

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        """Of a long message every part, with the numbers of the others: nobody promises that they come."""
        fields = fields_of(body)
        sender = _text(fields, "msisdn")
        if not sender:
            return []
        text, id_ = _text(fields, "text"), _text(fields, "messageid")[:64]
        number, total = (int(value) if value.isdigit() and len(value) < 4 else 0
                         for value in (_text(fields, "concat-part"), _text(fields, "concat-total")))
        missing = tuple(n for n in range(1, total + 1) if n != number) if number else ()
        return [Arrival(id_ or digest(body), sender, _text(fields, "to"), text,
                        _moment(_text(fields, "message-timestamp"), at), missing)]

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        fields = fields_of(body)
        state = VONAGE_STATES.get(_text(fields, "status"))
        provider, ours = _text(fields, "messageid")[:64], _text(fields, "client-ref")[:64]
        if state is None:
            return []
        code = _text(fields, "err-code")[:8]
        return [Report(ours, state, provider, code) if ours else Receipt(provider, state, code)]

    def yes(self) -> web.Response:
        return web.Response()


def _moment(told: str, now: int) -> int:
    try:
        return to_ms(datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
    except ValueError:
        return now


# --- Jasmin -------------------------------------------------------------------------------------------------

_SUCCESS = re.compile(rb'Success "([0-9A-Za-z-]{1,64})"')
JASMIN_STATES: Mapping[str, State] = {**WORDS, "ESME_ROK": "accepted"}


class Jasmin(_Forms):
    """Implements `Profile`."""

    name, tail, gets = "jasmin", "/{token}", True

    def request(self, sms: Sms, at: datetime) -> Post:
        settings = self._settings
        form = {
            "username": settings.key[0], "password": settings.key[1], "from": sms.sender or settings.sender,
            "to": sms.to.removeprefix("+"), "coding": "8", "hex-content": sms.text.encode("utf-16-be").hex(),
            "dlr": "yes", "dlr-url": settings.receipts, "dlr-level": "3", "dlr-method": "POST",
        }
        if sms.valid_s is not None:
            form["validity-period"] = str(max(1, sms.valid_s // 60))
        return Post(f"{settings.api.rstrip('/')}/send", urlencode(form).encode(), {"Content-Type": FORM})

    def taken(self, answer: Answer) -> str:
        found = _SUCCESS.match(answer.body)
        if found is None:
            raise posting.unread(answer)
        return found[1].decode()

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        fields = fields_of(body)
        sender = _text(fields, "from")
        if not sender:
            return []
        octets = _hex(_text(fields, "binary")) or fields.get("content", b"")
        id_ = _text(fields, "id")[:64] or digest(body)
        return [Arrival(id_, sender, _text(fields, "to"), decode(octets, _coding(fields.get("coding", b""))), at)]

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        """It speaks of the message as a whole, by its own id; ESME_ words are the carrier's answers."""
        fields = fields_of(body)
        word = _text(fields, "message_status")[:32]
        state = JASMIN_STATES.get(word, "failed" if word.startswith("ESME_") else None)
        return [Receipt(_text(fields, "id")[:64], state, word)] if state else []

    def yes(self) -> web.Response:
        return web.Response(text="ACK/Jasmin")


def _hex(told: str) -> bytes:
    try:
        return bytes.fromhex(told)
    except ValueError:
        return b""


def _coding(octets: bytes) -> int:
    """Written as a number by some of its versions, as the octet itself by others."""
    return int(octets) if octets.isdigit() else octets[0] if len(octets) == 1 else 0
