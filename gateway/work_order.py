"""The work order (gateway/work-order.schema.json, JSON Schema 2020-12) and the mapping from a filled form to it.

`build` is the only maker of work orders and always validates.
"""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from jsonschema_rs import Draft202012Validator
from msgspec import Struct

from gateway.fields.base import Value

SCHEMA = json.loads(Path(__file__).with_name("work-order.schema.json").read_text("utf-8"))

_validator = Draft202012Validator(SCHEMA, validate_formats=True)

# Whoever wrote by a channel is told there.
_PREFERENCES = {
    "web": "web", "sms": "sms", "wechat_oa": "wechat", "wechat_kf": "wechat", "wechat_mini": "wechat",
}

WorkOrder = dict[str, Any]  # a document that satisfies SCHEMA; made by `build` alone
Identity = Literal["named", "confidential", "anonymous"]


class FilledField(Struct, frozen=True):
    """One entry of `fields[]`: canonical value and what a Chinese-reading clerk sees."""

    code: str
    label: dict[str, str]
    datatype: str
    value: Value
    display: str
    source: Literal["citizen", "nlu", "agent", "channel", "default"] = "citizen"
    confirmed: bool = True
    sensitive: bool = False
    resolved: dict[str, str | float] | None = None


class Attachment(Struct, frozen=True):
    id: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A confirmed form, ready to become a work order. `fields` holds the template's own ids plus demand."""

    work_order_id: str
    at: datetime                      # aware, in the city's time zone
    template: str
    version: int
    title: str
    content: str
    category: Mapping[str, Any]
    fields: Sequence[FilledField]
    language: str = "zh"
    content_original: str | None = None
    appeal_type: str = "complaint"
    channel: str = "web"
    conversation: str | None = None
    contact_ref: str | None = None
    name: str | None = None
    phone: str | None = None
    identity: Identity = "named"
    enterprise: bool = False
    urgency: Literal["normal", "urgent", "emergency"] = "normal"
    occurred_at: str | None = None    # only when a time of day is known
    place: Value | None = None        # the field with role `place`
    place_resolved: Mapping[str, str | float] | None = None
    attachments: Sequence[Attachment] = ()
    related: str | None = None        # previous_case_no
    flags: Sequence[str] = ()
    due: Mapping[str, str] | None = None
    notice_version: str = ""
    noticed_at: datetime | None = None
    separate_consent_at: datetime | None = None
    retain_days: int = 1096


def check(order: WorkOrder) -> None:
    """Raises ValueError when the document breaks the contract; its words hold no value of the document."""
    fault = next(_validator.iter_errors(order), None)
    if fault is not None:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault.instance_path)
        raise ValueError(f"work order: ${place} breaks {fault.schema_path[-1]}")


def revise(order: WorkOrder, changes: Mapping[str, Any]) -> WorkOrder:
    """The next revision. Raises ValueError when the result breaks the contract."""
    revised = patched(order, changes, order["revision"] + 1)
    check(revised)
    return revised


def patched(order: WorkOrder, changes: Mapping[str, Any], revision: int) -> WorkOrder:
    """`changes`: a merge patch, of anything but what says which order and round it is."""
    fixed = {name: order[name] for name in ("schema_version", "work_order_id", "rework_round") if name in order}
    return {**merged(order, changes), **fixed, "revision": revision}


def merged(document: Any, patch: Any) -> Any:
    """RFC 7396: members replaced, null removes, anything but an object replaces the whole."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def build(filing: Filing) -> WorkOrder:
    """WIRE.md, "From fields to the work order": the complainant stands apart from the fields and vanishes with
    anonymity or confidentiality."""
    at = filing.at.isoformat(timespec="seconds")
    order: WorkOrder = {
        "schema_version": 1,
        "work_order_id": filing.work_order_id,
        "revision": 1,
        "rework_round": 0,
        "appeal_type": filing.appeal_type,
        "title": filing.title[:100],
        "content": filing.content[:4000],
        "content_original": filing.content_original,
        "language": filing.language,
        "category": dict(filing.category),
        "template": {"id": filing.template, "version": filing.version},
        "fields": [_field(f) for f in filing.fields],
        "channel": filing.channel,
        "conversation_id": filing.conversation,
        "complainant": _complainant(filing),
        "confidential": "none" if filing.identity == "named" else "identity",
        "occurred_at": filing.occurred_at,
        "location": _location(filing),
        "urgency": filing.urgency,
        "due": dict(filing.due) if filing.due else None,
        "attachments": [msgspec.to_builtins(a) for a in filing.attachments],
        "related": [{"work_order_id": filing.related, "relation": "follows"}] if filing.related else [],
        "status": "submitted",
        "flags": sorted(set(filing.flags)),
        "privacy": _privacy(filing),
        "created_at": at,
    }
    check(order)
    return order


def _field(filled: FilledField) -> dict[str, Any]:
    entry: dict[str, Any] = msgspec.to_builtins(filled)
    if filled.resolved is None:
        del entry["resolved"]
    return entry


def _complainant(filing: Filing) -> dict[str, Any]:
    kind = "enterprise" if filing.enterprise else "person"
    if filing.identity == "anonymous":
        kind = "anonymous"
    named = filing.identity == "named"
    return {
        "kind": kind,
        "name": filing.name if named else None,
        "phone": filing.phone if named else None,
        "email": None,
        "contact_ref": filing.contact_ref,
        "contact_preference": _PREFERENCES.get(filing.channel, "none"),
    }


def _location(filing: Filing) -> dict[str, Any] | None:
    if not isinstance(filing.place, str):
        return None
    location: dict[str, Any] = {"address": filing.place[:300]}
    resolved = filing.place_resolved or {}
    if "adcode" in resolved:
        location["region_code"] = str(resolved["adcode"])
    if "district" in resolved:
        location["region_name"] = str(resolved["district"])[:60]
    if "lat" in resolved and "long" in resolved:
        location |= {"lat": resolved["lat"], "long": resolved["long"], "datum": resolved.get("datum", "WGS84")}
    return location


def _privacy(filing: Filing) -> dict[str, Any]:
    noticed = filing.noticed_at or filing.at
    consent = filing.separate_consent_at
    retain = datetime.fromordinal(filing.at.toordinal() + filing.retain_days).date()
    return {
        "notice_version": filing.notice_version,
        "noticed_at": noticed.isoformat(timespec="seconds"),
        "separate_consent_at": consent.isoformat(timespec="seconds") if consent else None,
        "retain_until": retain.isoformat(),
    }
