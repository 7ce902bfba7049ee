"""SMS through Kannel 1.4.5: sendsms of its smsbox, and the callbacks it makes.

Facts, measured [SMS.md, "Kannel 1.4.5, what bites"]: it answers 202 without an id, so ours stands in the receipt's
address. Without coding 2 Chinese leaves as "??" and is answered 202 all the same. It takes 200 and 202 alone for a yes:
anything else comes again, so what can never be used is answered 200 too. What our answer says would be sent to the
citizen. `ans` of a receipt may quote the message's text: it is read for its words and not kept.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes, urlencode

import aiohttp
import structlog
from aiohttp import web

from channels.sms import parts, posting
from channels.sms.attempts import Attempts
from channels.sms.gate import Door, Gate
from channels.sms.posting import Post
from channels.sms.text import TooLong, decode, segments
from channels.sms.traffic import Arrival, Hands, Report, Sms, State, digest
from gateway.clock import Clock, to_ms
from gateway.errors import Paused, Rejected, Retry
from gateway.http import read_body
from gateway.store.shared import SharedStore

CAP = 65_536
MOST_ID = 128
MASK = 31                 # every kind of receipt
CODING = {"gsm7": "0", "ucs2": "2"}

# dlr-mask's bits [Kannel user guide, "Delivery reports"]; queued and accepted by the SMSC are one to us.
STATES: Mapping[str, State] = {"1": "delivered", "2": "failed", "4": "accepted", "8": "accepted", "16": "failed"}
_STAT = re.compile(r"\bstat:([A-Za-z]{1,16})")
_ERR = re.compile(r"\berr:([0-9A-Za-z]{1,8})")
_NACK = re.compile(r"NACK/(?:0x[0-9a-fA-F]{1,8}|[A-Za-z ]{1,32})")

# Charsets as Kannel names them; it has no others for a text [smsbox 1.4.5 with and without mo-recode].
CHARSETS = {
    "utf-8": "utf-8", "utf-16be": "utf-16-be", "iso-8859-1": "latin-1", "windows-1252": "cp1252", "gsm": "gsm",
    "us-ascii": "latin-1",
}

# A query has the names that its Kannel was told; besides our own, those of sites that were another gateway's before.
NAMES = {"sender": "from", "message": "text"}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KannelSettings:
    """sendsms: smsbox's address, with /cgi-bin/sendsms; callback: ours as Kannel reaches it, without a path; name: the
    channel's."""

    sendsms: str
    username: str
    password: str = field(repr=False)
    callback: str
    door: Door
    sender: str
    china: bool = True
    name: str = "kannel"
    answer_s: float = posting.ANSWER_S


class Kannel:
    """Implements `Carrier`; its routes are /sms/<name>/mo and /sms/<name>/dlr, or status."""

    def __init__(self, settings: KannelSettings, http: aiohttp.ClientSession, store: SharedStore, hands: Hands,
                 clock: Clock) -> None:
        self._settings, self._http, self._hands, self._clock = settings, http, hands, clock
        self._gate, self._attempts = Gate(settings.door, store), Attempts(store, settings.name)

    def routes(self) -> Sequence[web.RouteDef]:
        path = f"/sms/{self._settings.name}"
        return [
            web.post(f"{path}/mo", self.arrive), web.get(f"{path}/mo", self.arrive, allow_head=False),
            *(web.get(f"{path}/{name}", self.report, allow_head=False) for name in ("dlr", "status")),
        ]

    # --- out ------------------------------------------------------------------------------------------------

    async def send(self, sms: Sms) -> tuple[str, ...]:
        """Taken by smsbox; it knows no id. Raises SendError."""
        request = sendsms(sms, self._settings)
        if await self._attempts.begin(sms.id):
            return ()
        try:
            answer = await posting.post(self._http, request, self._settings.answer_s)
            if answer.status != 202:
                raise posting.unread(answer)
        except (Retry, Paused, Rejected):
            await self._attempts.settle(sms.id)
            raise
        await self._attempts.settle(sms.id, ("taken",))
        return ()

    # --- in -------------------------------------------------------------------------------------------------

    async def arrive(self, request: web.Request) -> web.Response:
        """A citizen's message, by post-url or get-url."""
        await self._gate.admit(request, request.query.get("token", ""))
        now = to_ms(self._clock.now())
        told = "X-Kannel-From" in request.headers
        arrival = await posted(request, now) if told else asked(request.rel_url.raw_query_string, now)
        if arrival is None:
            _log.warning("kannel_unreadable", method=request.method)
        else:
            await self._hands.take(arrival)
        return web.Response()

    async def report(self, request: web.Request) -> web.Response:
        await self._gate.admit(request, request.query.get("token", ""))
        report = read_report(request.query)
        if report is None:
            _log.warning("kannel_unreadable", method="dlr")
        else:
            await self._hands.tell(report)
        return web.Response()


# --- sendsms ------------------------------------------------------------------------------------------------

def sendsms(sms: Sms, settings: KannelSettings) -> Post:
    """POST of text/plain; validity is in minutes [Kannel user guide, "Using the HTTP interface to send SMS messages"].
    Raises Rejected."""
    try:
        cut = segments(sms.text, china=settings.china)
    except TooLong as long:
        raise Rejected("sms: more than 255 parts") from long
    valid = {} if sms.valid_s is None else {"X-Kannel-Validity": str(max(1, sms.valid_s // 60))}
    return Post(settings.sendsms, "".join(cut.parts).encode(), {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-Kannel-Username": settings.username,
        "X-Kannel-Password": settings.password,
        "X-Kannel-From": sms.sender or settings.sender,
        "X-Kannel-To": sms.to,
        "X-Kannel-Coding": CODING[cut.coding],
        "X-Kannel-DLR-Mask": str(MASK),
        "X-Kannel-DLR-Url": receipts_to(settings, sms.id),
        **valid,
    })


def receipts_to(settings: KannelSettings, id_: str) -> str:
    """Kannel fills in %d, %F and %A; ours is quoted, so it holds none of those."""
    ours = urlencode({"token": settings.door.tokens[0], "uid": id_.replace("%", "")})
    return f"{settings.callback.rstrip('/')}/sms/{settings.name}/dlr?{ours}&s=%d&fid=%F&ans=%A"


# --- what a citizen wrote -----------------------------------------------------------------------------------

async def posted(request: web.Request, now: int) -> Arrival | None:
    """post-url with send-sender: the text is the body, the rest stands in headers and in our own query."""
    body = await read_body(request, CAP)
    headers = request.headers
    text = in_charset(body, request.charset or "utf-8")
    told = {"from": headers.get("X-Kannel-From", ""), "to": headers.get("X-Kannel-To", ""),
            "id": request.query.get("id", ""), "ts": request.query.get("ts", "")}
    return _arrival(told, text, headers.get("X-Kannel-UDH", ""), now)


def asked(raw_query: str, now: int) -> Arrival | None:
    """get-url with %b: octets in the charset that the query names, which is why no framework may read it."""
    told = {}
    for pair in raw_query.split("&"):
        name, _, value = pair.partition("=")
        told[NAMES.get(name, name)] = unquote_to_bytes(value.replace("+", " "))
    plain = {name: value.decode("utf-8", "replace") for name, value in told.items() if name != "text"}
    return _arrival(plain, in_charset(told.get("text", b""), plain.get("charset", "utf-8")), plain.get("udh", ""), now)


def _arrival(told: Mapping[str, str], text: str, udh: str, now: int) -> Arrival | None:
    sender, to, ts = told.get("from", ""), told.get("to", ""), told.get("ts", "")
    if not (sender and to):
        return None
    at = int(ts) * 1000 if ts.isascii() and ts.isdigit() and len(ts) < 12 else now
    id_ = told.get("id", "")[:MOST_ID] or digest(sender, to, text, ts)
    return Arrival(id_, sender, to, text, at, _missing(udh))


def in_charset(octets: bytes, charset: str) -> str:
    """Never fails: U+FFFD stands for what cannot be read."""
    codec = CHARSETS.get(charset.strip('"').lower(), "utf-8")
    return decode(octets, 0) if codec == "gsm" else octets.decode(codec, "replace")


def _missing(udh: str) -> tuple[int, ...]:
    """Kannel joins the parts itself; one that comes alone waited in vain for the others. X-Kannel-UDH is URL-encoded,
    whatever the user guide says."""
    place = parts.place_of(unquote_to_bytes(udh)) if udh else None
    return tuple(n for n in range(1, place.total + 1) if n != place.number) if place else ()


# --- receipts -----------------------------------------------------------------------------------------------

def read_report(query: Mapping[str, str]) -> Report | None:
    """None: not about one of ours, or a status that Kannel does not have."""
    id_, state = query.get("uid", ""), STATES.get(query.get("s", ""))
    if not id_ or state is None:
        return None
    answer = query.get("ans", "").partition("text:")[0]
    stat, err, nack = _STAT.search(answer), _ERR.search(answer), _NACK.match(answer)
    if stat and stat[1].upper() == "EXPIRED":
        state = "expired"
    code = nack[0] if nack else "/".join(found[1] for found in (stat, err) if found)
    return Report(id_, state, query.get("fid", "")[:64], code)
