"""A case system that takes JSON: every operation is one signed POST, and the key in it is the same at every try.

The envelope has the attributes of CloudEvents 1.0 in structured JSON; the headers are those of Standard Webhooks, and
`Idempotency-Key` repeats the key.

    {"specversion": "1.0", "id": "WO-…:submit:1", "source": "<our address>", "type": "huiyin.case.submit",
     "time": "…", "subject": "WO-…", "datacontenttype": "application/json", "caseid": "<theirs, once known>",
     "data": {"order": {…}}}

The answer is 200, 201 or 202 with `{"case_id": "…"}`; `seq`, its count of this case's events, and `url` may stand
beside it. Where the system can be asked, `GET <lookup_url>/<work_order_id>` is signed with an empty body and answers

    {"case_id": "…", "operations": ["WO-…:submit:1", …], "order": {…}}

or 404. It is asked after the first work order of each template: systems drop silently what they do not know
(HOSTILE.md 44).
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import msgspec
import structlog
from msgspec import Meta, Struct

from casebridge.calling import Answer, Call, Caller
from casebridge.signing import Secrets
from gateway.clock import Clock, from_ms
from gateway.errors import Malformed, SendError, Uncertain
from gateway.ijson import parse_json
from gateway.orders import CaseOp, OpName
from gateway.protocols import Receipt, Repeat

T = TypeVar("T")

NAME = "webhook"
TAKEN = (200, 201, 202)
NOT_THERE = 404

_WELL_CODES: frozenset[str] = frozenset({"", "0", "00", "0000", "200", "201", "202", "none", "ok", "success"})
# A 2xx that says no: systems report an error in the body of a 200 (HOSTILE.md 41). What each member means well.
_WELL: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("error", "errors", "errmsg"), lambda said: not said),
    **dict.fromkeys(("success", "ok"), lambda said: said is not False and said != "false"),
    **dict.fromkeys(("code", "errcode", "error_code", "errorCode"), lambda said: str(said).lower() in _WELL_CODES),
    "status": lambda said: str(said).lower() not in ("error", "fail", "failed", "failure"),
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """url: where operations are posted; lookup_url: where cases are asked for, "" for a system that cannot be asked;
    source: our own address; repeat: what a second send of the same key does there."""

    url: str
    lookup_url: str
    source: str
    secrets: Secrets = field(repr=False)
    repeat: Repeat = "idempotent"


class Told(Struct):
    """Their answer to an operation. Ids come as numbers, too."""

    case_id: Annotated[str, Meta(max_length=128, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")] | int
    seq: Annotated[int, Meta(ge=0)] | None = None
    url: Annotated[str, Meta(max_length=2_000, pattern="^https?://")] | None = None


class Kept(Told):
    """Their answer to a question: what they have of a work order."""

    operations: Sequence[str] = ()
    order: dict[str, Any] = {}


class WebhookBackend:
    """protocols.CaseBackend. `alarm` is told the template of a work order that did not arrive whole."""

    name = NAME

    def __init__(self, caller: Caller, site: Site, clock: Clock, alarm: Callable[[str], object]) -> None:
        self._caller, self._site, self._clock, self._alarm = caller, site, clock, alarm
        self._compared: set[tuple[str, int]] = set()

    def repeat(self, op: OpName) -> Repeat:
        return self._site.repeat

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        body = msgspec.json.encode(envelope(op, self._site.source, known))
        headers = {"Content-Type": "application/json", "Idempotency-Key": op.key, **self._signed(op.key, body)}
        answer = await self._caller.ask(Call("POST", self._site.url, body, headers))
        if answer.status not in TAKEN:
            raise Uncertain(f"{NAME}: HTTP {answer.status}")
        receipt = self._receipt(read(answer, Told))
        if op.op == "submit":
            await self._compare(op.payload.get("order") or {})
        return receipt

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        """None as well where the system cannot be asked: then only its word about repeats counts."""
        kept = await self._kept(op.work_order_id)
        if kept is None or (op.op != "submit" and op.key not in kept.operations):
            return None
        return self._receipt(kept)

    async def _kept(self, work_order: str) -> Kept | None:
        if not self._site.lookup_url:
            return None
        url = f"{self._site.lookup_url.rstrip('/')}/{quote(work_order, safe='')}"
        answer = await self._caller.ask(Call("GET", url, None, self._signed(work_order, b"")), own=(NOT_THERE,))
        return None if answer.status == NOT_THERE else read(answer, Kept)

    async def _compare(self, order: dict[str, Any]) -> None:
        """The first work order of each template is read back. What goes wrong here is no fault of the hand-over."""
        template = order.get("template") or {}
        version = (str(template.get("id", "")), int(template.get("version", 0)))
        if not self._site.lookup_url or version in self._compared:
            return
        try:
            kept = await self._kept(order["work_order_id"])
        except SendError as error:
            log.warning("case_not_read_back", backend=NAME, why=error.why)
            return
        self._compared.add(version)
        missing = dropped(order, kept.order if kept else {})
        if missing:
            log.error("case_fields_dropped", backend=NAME, template=version[0], fields=missing)
            self._alarm(version[0])

    def _signed(self, id_: str, body: bytes) -> dict[str, str]:
        return self._site.secrets.headers(id_, self._clock.now(), body)

    def _receipt(self, told: Told) -> Receipt:
        return Receipt(str(told.case_id), NAME, told.seq, told.url)


def envelope(op: CaseOp, source: str, known: str | None) -> dict[str, Any]:
    """CloudEvents 1.0; `caseid` is an extension attribute."""
    case = {} if known is None else {"caseid": known}
    return {
        "specversion": "1.0", "id": op.key, "source": source, "type": f"huiyin.case.{op.op}",
        "time": from_ms(op.at).isoformat(timespec="milliseconds"), "subject": op.work_order_id,
        "datacontenttype": "application/json", **case, "data": op.payload,
    }


def dropped(sent: Mapping[str, Any], kept: Mapping[str, Any]) -> list[str]:
    """The names of what we sent and they do not have: our number, the content, the form's fields by their codes."""
    whole = [name for name in ("work_order_id", "title", "content") if sent.get(name) != kept.get(name)]
    fields = _fields(kept)
    return [*whole, *(code for code, value in _fields(sent).items() if code not in fields or fields[code] != value)]


def _fields(order: Mapping[str, Any]) -> dict[str, Any]:
    listed = order.get("fields")
    entries = listed if isinstance(listed, list) else []
    return {str(one.get("code")): one.get("value") for one in entries if isinstance(one, dict)}


def read(answer: Answer, shape: type[T]) -> T:
    """Raises Uncertain for whatever is no plain yes: the case may be there all the same."""
    try:
        said = parse_json(answer.body)
    except Malformed:
        raise Uncertain(f"{NAME}: HTTP {answer.status} without JSON") from None
    if not isinstance(said, dict):
        raise Uncertain(f"{NAME}: HTTP {answer.status} without an object")
    if wrong := [name for name, well in _WELL.items() if name in said and not well(said[name])]:
        raise Uncertain(f"{NAME}: HTTP {answer.status} with {wrong[0]} in it")
    try:
        return msgspec.convert(said, shape)
    except msgspec.ValidationError:
        raise Uncertain(f"{NAME}: HTTP {answer.status} without a case_id") from None
