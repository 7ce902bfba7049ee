"""A work order as the form of POST requests, and an operation on a case as the form of POST servicerequestupdates.

Only parameters of the standard are sent: servers refuse others [mysociety/open311-adapter, Open311/Endpoint.pm, input
schemas; 2026-11-23]. The description begins with our number, by which the order is found again, and names every field,
because attributes may be dropped. Where descriptions are public, as most Open311 servers show them to anybody, they
hold no sensitive field, no name and no link to a file, and what looks like a phone number or the like is masked.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from casebridge.open311.position import to_wgs84
from casebridge.open311.services import Attribute, Service
from casebridge.open311.wire import stamp
from casebridge.wording import URGED, legal, rated, reworked, withdrawn
from gateway.clock import from_ms
from gateway.masking import mask_text
from gateway.orders import CaseOp

Form = list[tuple[str, str]]
Attached = Mapping[str, Any]  # of a work order's attachments; with `url` as it leaves (casebridge/attachments.py)

LONGEST = 4000  # characters of a description, by the standard
LEAST_CONTENT = 1500
MOST_LINKS = 8  # to files, of one description: some 150 characters each
CUT = "…（全文见 12345 平台）"
HIDDEN = "（已提供，向 12345 查询）"


@dataclass(frozen=True, slots=True)
class Manners:
    """What differs between servers.

    lists      several values of an attribute: attribute[x][]=a by the standard, attribute[x]=a repeated, or one text
               with commas; some servers refuse the first
    public     descriptions are shown to everybody
    nowhere    address_string of an order without a place: the standard wants a place
    """

    lists: Literal["brackets", "repeat", "comma"] = "brackets"
    public: bool = True
    nowhere: str = "未提供地点"


def request(order: Mapping[str, Any], service: Service, manners: Manners) -> Form:
    """Without api_key and jurisdiction_id."""
    form = [("service_code", service.code), *_place(order, manners), *_contact(order)]
    for field in _said(order):
        attribute = service.attributes.get(field["code"])
        values = _encoded(attribute, field["value"]) if attribute else None
        if attribute and values:
            form += _attribute(attribute, values, manners)
    form.append(("description", description(order, manners)))
    return _clean(form + _media(order.get("attachments", ()), manners))


def _clean(form: Form) -> Form:
    return [(name, cleaned) for name, value in form if (cleaned := legal(value))]


def _place(order: Mapping[str, Any], manners: Manners) -> Form:
    place = order.get("location") or {}
    form: Form = []
    if "lat" in place and "long" in place:
        lat, long = place["lat"], place["long"]
        if place.get("datum") == "GCJ02":
            lat, long = to_wgs84(lat, long)
        form += [("lat", f"{lat:.6f}"), ("long", f"{long:.6f}")]
    address = " ".join(str(place.get("address", "")).split())
    if address or not form:
        form.append(("address_string", address or manners.nowhere))
    return form


def _contact(order: Mapping[str, Any]) -> Form:
    """A Chinese name is not divided; the server shows neither (they are no part of GET requests)."""
    who = order.get("complainant") or {}
    return [(name, who[ours]) for name, ours in (("first_name", "name"), ("phone", "phone")) if who.get(ours)]


# --- attributes ---------------------------------------------------------------------------------------------

def _said(order: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The order's own words as fields, then its fields."""
    own = {
        "work_order_id": order["work_order_id"], "appeal_type": order.get("appeal_type"),
        "urgency": order.get("urgency"), "occurred_at": order.get("occurred_at"),
        "resolve_by": (order.get("due") or {}).get("resolve_by"),
    }
    yield from ({"code": code, "value": value} for code, value in own.items() if value)
    yield from order.get("fields", ())


def _attribute(attribute: Attribute, values: Sequence[str], manners: Manners) -> Form:
    name = f"attribute[{attribute.code}]"
    if attribute.datatype != "multivaluelist" or manners.lists == "repeat":
        return [(name, value) for value in values]
    if manners.lists == "comma":
        return [(name, ",".join(values))]
    return [(f"{name}[]", value) for value in values]


def _encoded(attribute: Attribute, value: Any) -> list[str]:
    """As the attribute's datatype has it; nothing for words that could not be read as one: those are described."""
    match attribute.datatype:
        case "singlevaluelist":
            return _keys(attribute, [value])
        case "multivaluelist":
            return _keys(attribute, value if isinstance(value, list) else [value])
        case "number":
            return [f"{value:.15g}"] if isinstance(value, int | float) and not isinstance(value, bool) else []
        case "datetime":
            return [value] if isinstance(value, str) and _dated(value) else []
        case "text":
            return ["、".join(map(str, value)) if isinstance(value, list) else str(value)]
    return [" ".join(str(value).split())]


def _keys(attribute: Attribute, values: Sequence[Any]) -> list[str]:
    ours = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    return [attribute.values[value] for value in ours if value in attribute.values]


def _dated(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


# --- descriptions -------------------------------------------------------------------------------------------

def description(order: Mapping[str, Any], manners: Manners) -> str:
    """Our number, the title, what happened, every field; at most LONGEST characters, the story is cut first."""
    head = f"12345 工单 {order['work_order_id']}\n{order.get('title', '')}\n"
    return _composed(head, order.get("content", ""), _lines(order, manners), manners)


def _composed(head: str, story: str, lines: Iterable[str], manners: Manners) -> str:
    tail = "\n".join(lines)
    room = max(LONGEST - len(head) - len(tail) - 1, LEAST_CONTENT)
    whole = head + shortened(story, room) + ("\n" + tail if tail else "")
    return shortened(mask_text(whole) if manners.public else whole, LONGEST)


def _lines(order: Mapping[str, Any], manners: Manners) -> Iterator[str]:
    for field in order.get("fields", ()):
        label = (field.get("label") or {}).get("zh") or field["code"]
        shown = HIDDEN if manners.public and field.get("sensitive") else field.get("display") or field["value"]
        yield f"{label}：{shown}"
    yield from _files(order.get("attachments", ()), manners)
    who = order.get("complainant") or {}
    if not manners.public and (who.get("name") or who.get("phone")):
        yield f"诉求人：{who.get('name') or ''} {who.get('phone') or ''}".rstrip()


def _files(attachments: Sequence[Attached], manners: Manners) -> Iterator[str]:
    """How many there are; and where, but for the picture that `media_url` names."""
    if attachments:
        yield f"附件：{len(attachments)} 个，向 12345 查询"
    picture = _picture(attachments, manners)
    others = [] if manners.public else [one for one in attachments if one is not picture and one.get("url")]
    yield from (f"附件（{one['media_type']}）：{one['url']}" for one in others[:MOST_LINKS])


def _media(attachments: Sequence[Attached], manners: Manners) -> Form:
    picture = _picture(attachments, manners)
    return [("media_url", picture["url"])] if picture else []


def _picture(attachments: Sequence[Attached], manners: Manners) -> Attached | None:
    """The standard has room for one. It is shown as descriptions are: where they are public, none leaves."""
    pictures = (one for one in attachments if one["media_type"].startswith("image/") and one.get("url"))
    return None if manners.public else next(pictures, None)


def shortened(text: str, room: int) -> str:
    return text if len(text) <= room else text[:room - len(CUT)] + CUT


# --- operations on a case -----------------------------------------------------------------------------------

# OPEN and CLOSED are all that the extension's first version has, REOPEN came with its longer list.
_STATUS = {"comment": "OPEN", "rework": "REOPEN", "rating": "CLOSED", "withdraw": "CLOSED"}


def update_id(op: CaseOp) -> str:
    """mySociety's servers take letters, digits, - and _ [Open311/Endpoint/Schema.pm, example/identifier]."""
    return op.key.replace(":", "-")


def update(op: CaseOp, request_id: str, manners: Manners) -> Form:
    """Without api_key and jurisdiction_id; all six are required by mySociety's servers."""
    files: Sequence[Attached] = op.payload.get("attachments", ())
    return _clean([
        ("service_request_id", request_id), ("update_id", update_id(op)), ("status", _STATUS[op.op]),
        ("updated_datetime", stamp(from_ms(op.at))),
        ("description", _composed("", _WORDS[op.op](op.payload), _files(files, manners), manners)),
        *_media(files, manners),
    ])


def _commented(payload: Mapping[str, Any]) -> str:
    return (URGED if payload.get("urge") else "") + (payload.get("text") or "") or "市民补充"


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "comment": _commented, "rating": rated, "rework": reworked, "withdraw": withdrawn,
}
