"""The authority behind the server: its services, the requests it was given, and what its staff do with them."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.clock import Clock

# Of the standard [wiki.open311.org/GeoReport_v2, POST Service Request].
TOP = frozenset({
    "api_key", "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "email", "device_id",
    "account_id", "first_name", "last_name", "phone", "description", "media_url",
})
UPDATE = frozenset({  # what mySociety's servers take [mysociety/open311-adapter, Role/mySociety.pm]
    "api_key", "jurisdiction_id", "service_request_id", "update_id", "status", "updated_datetime", "description",
    "email", "phone", "first_name", "last_name", "title", "media_url",
})
POSTED = frozenset({"OPEN", "CLOSED", "FIXED", "IN_PROGRESS", "ACTION_SCHEDULED", "INVESTIGATING", "DUPLICATE",
                    "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION", "INTERNAL_REFERRAL", "REOPEN", "FOR_TRIAGE"})
LONGEST = 4000
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]+)\](\[\])?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_IDENTIFIER = re.compile(r"[\w-]+", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)

Pairs = Sequence[tuple[str, str]]


class Refusal(Exception):
    """What the answer's status is, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@dataclass
class Request:
    id: str
    service: str
    form: dict[str, str]
    attributes: dict[str, list[str]]
    at: datetime
    updated: datetime
    token: str | None = None
    looks: int = 0
    status: str = "open"
    notes: str = ""


@dataclass(frozen=True)
class Update:
    id: str
    request: str
    status: str
    text: str
    at: datetime
    posted: bool = False


@dataclass
class Office:
    """services: as its administrator loaded them, code → definition (the answer to GET services/{code})."""

    clock: Clock
    key: str = "key"
    lines: list[dict[str, Any]] = field(default_factory=list)
    services: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    updates: list[Update] = field(default_factory=list)

    def load(self, lines: Sequence[Mapping[str, Any]], definitions: Sequence[Mapping[str, Any]]) -> None:
        self.lines = [dict(line) for line in lines]
        self.services = {one["service_code"]: one for one in definitions}

    # --- what comes in --------------------------------------------------------------------------------------

    def file(self, pairs: Pairs, *, brackets: bool = True, strict: bool = True) -> Request:
        form, attributes = self._read(pairs, TOP, strict=strict, brackets=brackets)
        definition = self.services.get(form.get("service_code", ""))
        if definition is None:
            raise Refusal(404 if "service_code" in form else 400, "service_code")
        if not ({"lat", "long"} <= form.keys() or "address_string" in form or "address_id" in form):
            raise Refusal(400, "no place")
        if len(form.get("description", "")) > LONGEST:
            raise Refusal(400, "description too long")
        for one in definition["attributes"]:
            _check(one, attributes.get(one["code"], []))
        unknown = attributes.keys() - {one["code"] for one in definition["attributes"]}
        if strict and unknown:
            raise Refusal(400, f"unknown attribute {min(unknown)}")
        request = Request(
            str(1001 + len(self.requests)), form["service_code"], form, attributes, self.clock.now(), self.clock.now())
        self.requests[request.id] = request
        return request

    def update(self, pairs: Pairs, *, twice: bool = False) -> Update:
        """`twice`: the same id again is taken as something new."""
        form, _ = self._read(pairs, UPDATE, strict=True, brackets=False)
        for name in ("service_request_id", "update_id", "status", "updated_datetime", "description"):
            if not form.get(name):
                raise Refusal(400, f"{name} is missing")
        if not _IDENTIFIER.fullmatch(form["update_id"]) or not _TIME.fullmatch(form["updated_datetime"]):
            raise Refusal(400, "not an identifier or a time")
        if form["status"] not in POSTED:
            raise Refusal(400, "status")
        request = self.requests.get(form["service_request_id"])
        if request is None:
            raise Refusal(500, "no such request")
        if not twice and any(one.posted and one.id == form["update_id"] for one in self.updates):
            raise Refusal(409, f"An update with id {form['update_id']} already exists")
        made = Update(
            form["update_id"], request.id, form["status"], form["description"],
            datetime.fromisoformat(form["updated_datetime"]), posted=True)
        self.updates.append(made)
        if form["status"] == "REOPEN":
            request.status, request.updated = "open", self.clock.now()
        return made

    def _read(
        self, pairs: Pairs, known: frozenset[str], *, strict: bool, brackets: bool,
    ) -> tuple[dict[str, str], dict[str, list[str]]]:
        form: dict[str, str] = {}
        attributes: dict[str, list[str]] = {}
        for name, value in pairs:
            if _ILLEGAL.search(value):
                raise Refusal(500, "no XML can hold this")
            attribute = _ATTRIBUTE.fullmatch(name)
            if attribute and known is TOP and (brackets or not attribute[2]):
                attributes.setdefault(attribute[1], []).append(value)
            elif name in known and name not in form:
                form[name] = value
            elif strict:
                raise Refusal(400, f"unknown parameter {name}")
        if form.get("api_key") != self.key:
            raise Refusal(403, "api_key")
        return form, attributes

    # --- what staff do --------------------------------------------------------------------------------------

    def say(self, id_: str, status: str, text: str, update_id: str | None = None) -> Update:
        """An update of a request, with its new status; "unchanged" leaves it."""
        request = self.requests[id_]
        if status != "unchanged":
            request.status = status
        request.notes, request.updated = text, self.clock.now()
        made = Update(update_id or f"u-{len(self.updates) + 1}", id_, status, text, self.clock.now())
        self.updates.append(made)
        return made


def _check(attribute: Mapping[str, Any], values: Sequence[str]) -> None:
    """As the definition has it: required ones are there, keys are known, one value but for several."""
    code, datatype = attribute["code"], attribute["datatype"]
    if not values:
        if str(attribute["required"]).lower() == "true":
            raise Refusal(400, f"attribute {code} is missing")
        return
    if datatype != "multivaluelist" and len(values) > 1:
        raise Refusal(400, f"attribute {code} came twice")
    if datatype.endswith("valuelist"):
        keys = {one["key"] for one in attribute["values"]}
        if not set(values) <= keys and not set(",".join(values).split(",")) <= keys:
            raise Refusal(400, f"attribute {code} has no such value")
    if datatype == "number" and not re.fullmatch(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", values[0]):
        raise Refusal(400, f"attribute {code} is no number")
    if datatype == "string" and "\n" in values[0]:
        raise Refusal(400, f"attribute {code} has line breaks")
